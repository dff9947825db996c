"""Rights over general tasks."""

from django.utils.translation import gettext_lazy as _

from halfsky.kernel.permissions import Permission
from halfsky.people.roles import COMMITTEE, LEADERS, Role

SEE_RECORDS = Permission(
    "general.see_records", _("查看一般任务"), LEADERS | COMMITTEE | {Role.LIAISON.value}
)
START_RECORDS = Permission("general.start_records", _("建立一般任务"), LEADERS | COMMITTEE)
WORK_ON_RECORDS = Permission(
    "general.work_on_records", _("登记进展"), COMMITTEE | {Role.LIAISON.value}
)
