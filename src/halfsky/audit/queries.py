"""Reading the audit log and the rows of state changes."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Model, QuerySet

from halfsky.audit.models import StatusChange


def status_changes(model: type[Model], ids: Collection[int]) -> QuerySet[StatusChange]:
    """The state changes of these objects of one model, oldest first. The caller checks access."""
    return StatusChange.objects.filter(
        object_kind=model._meta.label_lower, object_id__in=list(ids)
    ).order_by("id")
