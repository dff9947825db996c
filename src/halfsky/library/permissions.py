"""Rights over source files (原件)."""

from django.utils.translation import gettext_lazy as _

from halfsky.kernel.permissions import Permission
from halfsky.people.roles import COMMITTEE, LEADERS, Role

READ_FILES = Permission(
    "library.read_files",
    _("下载原件"),
    LEADERS | COMMITTEE | {Role.LIAISON.value, Role.AUDITOR.value},
)
ADD_FILES = Permission("library.add_files", _("上传文件"), COMMITTEE | {Role.LIAISON.value})
