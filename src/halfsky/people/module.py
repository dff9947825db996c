"""What the people room declares."""

from django.utils.translation import gettext_lazy as _

from halfsky.kernel.modules import Module
from halfsky.people import permissions as p

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
)
