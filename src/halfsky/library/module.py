"""What the library room declares."""

from django.utils.translation import gettext_lazy as _

from halfsky.kernel.modules import Module
from halfsky.library import permissions as p

module = Module(key="library", label=_("文件"), permissions=(p.READ_FILES, p.ADD_FILES))
