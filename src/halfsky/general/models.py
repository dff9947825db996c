"""The general task (一般任务): a record of work for which no specialised room exists."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from halfsky.people.models import Unit


class RecordState(models.TextChoices):
    RUNNING = "running", _("进行中")
    DONE = "done", _("已完成")
    CANCELLED = "cancelled", _("已取消")


class WorkRecord(models.Model):
    """What a general task is about, and the sums of its entries. Kept by `general.services`."""

    title = models.CharField(_("任务"), max_length=300)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="work_records")
    starts_on = models.DateField(_("起"))
    ends_on = models.DateField(_("止"))
    target_number = models.PositiveIntegerField(_("目标值"), null=True, blank=True)
    target_unit = models.CharField(_("计量单位"), max_length=20, blank=True)
    counting_rule = models.CharField(_("计数口径"), max_length=200, blank=True)
    origin = models.CharField(_("原文"), max_length=1000, blank=True)
    state = models.CharField(
        max_length=10, choices=RecordState.choices, default=RecordState.RUNNING
    )
    entry_count = models.PositiveIntegerField(default=0)
    done_number = models.PositiveIntegerField(default=0)
    revision = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="record_period")
        ]
        indexes: ClassVar = [models.Index(fields=["unit", "-id"])]

    class Privacy:
        personal: ClassVar[tuple[str, ...]] = ()

    def __str__(self) -> str:
        return self.title


class WorkEntry(models.Model):
    """One entry of progress (进展): what was done on a day, and how much of the target it is."""

    record = models.ForeignKey(WorkRecord, models.CASCADE, related_name="entries")
    happened_on = models.DateField(_("日期"))
    what = models.CharField(_("做了什么"), max_length=500)
    number = models.PositiveIntegerField(_("数量"), default=0)
    link = models.URLField(_("链接"), max_length=500, blank=True)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    written_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-happened_on", "-id"]

    class Privacy:
        personal: ClassVar[tuple[str, ...]] = ("what",)

    def __str__(self) -> str:
        return self.what
