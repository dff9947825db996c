from django.apps import AppConfig
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class LibraryConfig(AppConfig):
    name = "halfsky.library"
    label = "library"
    verbose_name = _("文件")

    def ready(self) -> None:
        from halfsky.library.messages import use_translation

        use_translation(gettext)  # the readers themselves know no Django
