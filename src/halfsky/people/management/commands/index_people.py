"""Index units and persons anew; needed only after a database was filled from outside."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from halfsky.people.services import finding


class Command(BaseCommand):
    """`manage.py index_people`: harmless to repeat."""

    help = "Index every unit and person for search anew."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(_("已编入 %(n)s 条索引。") % {"n": finding.index_all()})
