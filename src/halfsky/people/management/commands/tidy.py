"""Empty what holds personal data and is no longer needed. Run it daily; twice does no harm."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _

from halfsky.people import services


class Command(BaseCommand):
    """`manage.py tidy`: previews and undo data of imports older than 30 days, sessions run out."""

    help = (
        "Empty import previews and undo data older than 30 days; delete sessions that have run out."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        imports = services.tidy_imports(on=timezone.localdate())
        sessions = services.tidy_sessions()
        self.stdout.write(
            _("已清除 %(imports)s 次导入的内容，%(sessions)s 个过期会话。")
            % {"imports": imports, "sessions": sessions}
        )
