"""The audit log (操作日志) and the immutable rows of state changes.

Names and units are copied, not linked: an entry stays true when people move.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class WrittenOnce(models.QuerySet[Any]):
    """Rows that may be added and read."""

    def _refuse(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError(f"{self.model.__name__} rows are never changed or deleted")

    update = delete = bulk_update = update_or_create = _raw_delete = _refuse


class Immutable(models.Model):
    """A row that is written once."""

    objects = WrittenOnce.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError(f"{type(self).__name__} rows are never changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError(f"{type(self).__name__} rows are never deleted")


class AuditEntry(Immutable):
    """Who did what to which record, on whose behalf, when and from where."""

    at = models.DateTimeField(_("时间"), db_index=True)
    action = models.CharField(_("操作"), max_length=60)  # "plans.adopt"
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(_("操作人"), max_length=60, blank=True)
    on_behalf_of_id = models.BigIntegerField(null=True)
    on_behalf_of_name = models.CharField(_("代表"), max_length=60, blank=True)
    unit_path = models.CharField(max_length=255, blank=True)
    unit_name = models.CharField(_("单位"), max_length=120, blank=True)
    object_kind = models.CharField(max_length=60, blank=True)  # "plans.measure"
    object_id = models.BigIntegerField(null=True)
    object_name = models.CharField(_("对象"), max_length=200, blank=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    reason = models.CharField(_("原因"), max_length=500, blank=True)
    address = models.CharField(_("来源地址"), max_length=45, blank=True)
    channel = models.CharField(_("渠道"), max_length=10, blank=True)  # page, api, command
    request_id = models.CharField(max_length=36, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["object_kind", "object_id", "-id"], name="audit_object"),
            models.Index(fields=["actor_id", "-id"], name="audit_actor"),
            models.Index(fields=["unit_path", "-id"], name="audit_unit"),
        ]

    class Privacy:
        personal: ClassVar = (
            "actor_name",
            "on_behalf_of_name",
            "object_name",
            "before",
            "after",
            "reason",
            "address",
        )

    def __str__(self) -> str:
        return f"{self.action} · {self.object_name}"


class StatusChange(Immutable):
    """A change of state of one object: from, to, by whom, on whose behalf, why, when."""

    at = models.DateTimeField()
    object_kind = models.CharField(max_length=60)
    object_id = models.BigIntegerField()
    old = models.CharField(max_length=20)
    new = models.CharField(max_length=20)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=60, blank=True)
    on_behalf_of_id = models.BigIntegerField(null=True)
    on_behalf_of_name = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["object_kind", "object_id", "id"], name="statuschange_object")
        ]

    class Privacy:
        personal: ClassVar = ("actor_name", "on_behalf_of_name", "reason")

    def __str__(self) -> str:
        return f"{self.object_kind} {self.object_id}: {self.old} → {self.new}"
