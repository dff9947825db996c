"""The roles (角色) of the field. Which permission a role holds, each room declares.

Source: posts and duties as in the working rules of women's committees; a unit maps its posts.
"""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """What a grant (授权) makes of an account within a unit."""

    SYSTEM_ADMIN = "system_admin", _("系统管理员")  # configures, sees no content
    LEADER = "leader", _("主要领导")  # approves the plan, red items, awards
    VICE_LEADER = "vice_leader", _("分管领导")  # daily lead, signs extensions
    CHAIR = "chair", _("妇委会主任")  # consolidates, assigns, reviews
    OFFICER = "officer", _("妇女工作专干")  # drafts, hands out, chases
    COMMITTEE_MEMBER = "committee_member", _("妇委会委员")  # runs a field
    LIAISON = "liaison", _("科室联络员")  # reports for a department
    CASE_WORKER = "case_worker", _("权益接待员")
    HEALTH_LIAISON = "health_liaison", _("健康联络员")
    VOLUNTEER_LEAD = "volunteer_lead", _("志愿队长")
    JUDGE = "judge", _("评委")
    EXPERT = "expert", _("家庭教育专家")
    AUDITOR = "auditor", _("纪检审计")  # reads the audit log
    STAFF = "staff", _("女职工")


ROLE_KEYS = frozenset(Role.values)

LEADERS = frozenset({Role.LEADER.value, Role.VICE_LEADER.value})
DESK = frozenset({Role.CHAIR.value, Role.OFFICER.value})
COMMITTEE = DESK | {Role.COMMITTEE_MEMBER.value}
EVERYONE_INSIDE = LEADERS | COMMITTEE | {Role.LIAISON.value, Role.STAFF.value}
