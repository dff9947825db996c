from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GeneralConfig(AppConfig):
    name = "halfsky.general"
    label = "general"
    verbose_name = _("一般任务")
