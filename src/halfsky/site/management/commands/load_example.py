"""Fill an empty database with the example: a bureau, its people, its plan and its year."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from halfsky.people.models import Unit
from halfsky.site.example import story


class Command(BaseCommand):
    help = "Load the example plan with its people and its weeks of activity (演示数据)."

    def handle(self, *args: Any, **options: Any) -> None:
        if Unit.objects.exists():
            raise CommandError("数据库里已有单位，不再装入示例。")
        with transaction.atomic():
            plan = story.tell()
        self.stdout.write(
            f"{plan.title}：{plan.measures.count()} 项举措，{plan.tasks.count()} 项任务"
        )
