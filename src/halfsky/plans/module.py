"""What the plans room declares."""

from django.utils.translation import gettext_lazy as _

from halfsky.kernel.modules import MenuEntry, Module, SearchKind
from halfsky.plans import permissions as p
from halfsky.plans.queries import reach_of_plans, reach_of_tasks, year_figures

module = Module(
    key="plans",
    label=_("年度计划"),
    permissions=p.ALL,
    menu=(
        MenuEntry(_("总览"), "plans:home", "layout-dashboard", "plan", p.READ_ADOPTED, 10),
        MenuEntry(
            _("计划文件"),
            "plans:documents",
            "file-text",
            "plan",
            p.SEE_PLANS,
            20,
            pages=("plans:review", "plans:text", "plans:edits", "plans:differences"),
        ),
        MenuEntry(_("计划"), "plans:list", "list-check", "plan", p.READ_ADOPTED, 30),
    ),
    search=(
        SearchKind("plans.plan", _("计划"), "file-text", reach_of_plans),
        SearchKind("plans.point", _("要点"), "list-numbers", reach_of_plans),
        SearchKind("plans.measure", _("举措"), "list-check", reach_of_plans),
        SearchKind("plans.task", _("任务"), "circle-check", reach_of_tasks),
    ),
    figures=year_figures,
)
