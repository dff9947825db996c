from django.apps import AppConfig
from django.core import checks
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    name = "halfsky.people"
    label = "people"
    verbose_name = _("组织与人员")

    def ready(self) -> None:
        from halfsky.kernel.checks import misdeclared
        from halfsky.kernel.modules import modules
        from halfsky.people import sign_in_log  # noqa: F401 -- connects its receivers
        from halfsky.people.roles import ROLE_KEYS

        @checks.register("halfsky")
        def rooms_are_declared_well(app_configs=None, **kwargs):  # type: ignore[no-untyped-def]
            return misdeclared(modules(), roles=ROLE_KEYS)
