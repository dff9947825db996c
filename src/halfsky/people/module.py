"""What the people room declares."""

from django.utils.translation import gettext_lazy as _

from halfsky.kernel.modules import MenuEntry, Module, SearchKind
from halfsky.people import permissions as p
from halfsky.people import queries

module = Module(
    key="people",
    label=_("组织与人员"),
    permissions=(
        p.SEE_UNITS,
        p.EDIT_UNITS,
        p.SEE_PERSONS,
        p.SEE_DETAILS,
        p.EDIT_PERSONS,
        p.EXPORT_PERSONS,
        p.GRANT,
    ),
    search=(
        SearchKind("people.unit", _("单位"), "building", queries.units_found_in),
        SearchKind("people.person", _("人员"), "user", queries.persons_found_in),
    ),
    menu=(
        MenuEntry(_("组织架构"), "people:units", "sitemap", "people", p.SEE_UNITS, 10),
        MenuEntry(_("花名册"), "people:persons", "users", "people", p.SEE_PERSONS, 20),
        MenuEntry(_("账号与授权"), "people:accounts", "key", "administration", p.GRANT, 10),
    ),
)
