"""Rights over units, persons, accounts and grants."""

from django.utils.translation import gettext_lazy as _

from halfsky.kernel.permissions import Permission
from halfsky.people.roles import COMMITTEE, DESK, LEADERS, Role

SEE_UNITS = Permission(
    "people.see_units",
    _("查看组织架构"),
    LEADERS | COMMITTEE | {Role.LIAISON.value, Role.SYSTEM_ADMIN.value, Role.AUDITOR.value},
)
EDIT_UNITS = Permission(
    "people.edit_units", _("维护组织架构"), frozenset({Role.SYSTEM_ADMIN.value})
)
# names, units and posts: what somebody needs who finds owners or writes a sign-in sheet
SEE_PERSONS = Permission(
    "people.see_persons", _("查看花名册"), LEADERS | COMMITTEE | {Role.LIAISON.value}
)
# birth month, politics, education, dates, telephone: the whole record
SEE_DETAILS = Permission("people.see_details", _("查看人员详情"), LEADERS | DESK)
EDIT_PERSONS = Permission("people.edit_persons", _("维护花名册"), DESK)
EXPORT_PERSONS = Permission("people.export_persons", _("导出花名册"), DESK)
GRANT = Permission("people.grant", _("管理账号与授权"), frozenset({Role.SYSTEM_ADMIN.value}))
