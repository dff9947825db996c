"""What the audit room declares."""

from django.utils.translation import gettext_lazy as _

from halfsky.audit.permissions import READ_LOG
from halfsky.kernel.modules import MenuEntry, Module

module = Module(
    key="audit",
    label=_("操作日志"),
    permissions=(READ_LOG,),
    menu=(MenuEntry(_("操作日志"), "audit:log", "history", "administration", READ_LOG, 20),),
)
