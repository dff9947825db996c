"""What the plans room declares."""

from django.utils.translation import gettext_lazy as _

from halfsky.kernel.modules import MenuEntry, Module
from halfsky.plans import permissions as p
from halfsky.plans.queries import year_figures

module = Module(
    key="plans",
    label=_("年度计划"),
    permissions=p.ALL,
    menu=(
        MenuEntry(_("总览"), "plans:home", "layout-dashboard", "plan", p.READ_ADOPTED, 10),
        MenuEntry(_("计划文件"), "plans:documents", "file-text", "plan", p.SEE_PLANS, 20),
        MenuEntry(_("计划"), "plans:list", "list-check", "plan", p.READ_ADOPTED, 30),
    ),
    figures=year_figures,
)
