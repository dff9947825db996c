"""Rights of the audit log."""

from django.utils.translation import gettext_lazy as _

from halfsky.kernel.permissions import Permission

READ_LOG = Permission("audit.read_log", _("查看操作日志"), frozenset({"auditor"}))
