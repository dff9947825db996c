"""Rights over plan documents, plans and their tasks."""

from django.utils.translation import gettext_lazy as _

from halfsky.kernel.permissions import Permission
from halfsky.people.roles import COMMITTEE, DESK, EVERYONE_INSIDE, LEADERS, Role

SEE_PLANS = Permission("plans.see_plans", _("查看各阶段的计划"), LEADERS | COMMITTEE)
READ_ADOPTED = Permission("plans.read_adopted", _("查看已采纳的计划"), EVERYONE_INSIDE)
EDIT_PLANS = Permission("plans.edit_plans", _("导入和核对计划"), DESK)
ENDORSE_PLANS = Permission("plans.endorse_plans", _("审核计划"), frozenset({Role.CHAIR.value}))
ADOPT_PLANS = Permission("plans.adopt_plans", _("采纳计划"), LEADERS)
SEE_TASKS = Permission("plans.see_tasks", _("查看全部任务"), LEADERS | COMMITTEE)
SEE_OWN_TASKS = Permission(
    "plans.see_own_tasks", _("查看本科室任务"), frozenset({Role.LIAISON.value})
)
ADD_TASKS = Permission("plans.add_tasks", _("增加任务"), COMMITTEE)
CLOSE_TASKS = Permission("plans.close_tasks", _("办结任务"), DESK)
CHANGE_SETTINGS = Permission(
    "plans.change_settings", _("修改计划设置"), frozenset({Role.CHAIR.value})
)

ALL = (
    SEE_PLANS, READ_ADOPTED, EDIT_PLANS, ENDORSE_PLANS, ADOPT_PLANS, SEE_TASKS, SEE_OWN_TASKS,
    ADD_TASKS, CLOSE_TASKS, CHANGE_SETTINGS,
)  # fmt: skip
