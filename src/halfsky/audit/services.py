"""The one door to the audit log and to the rows of state changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.utils import timezone

from halfsky.audit.models import AuditEntry, StatusChange
from halfsky.audit.origin import current


class Doer(Protocol):
    """An account, as far as the log must know it."""

    pk: Any
    display_name: str


class Placed(Protocol):
    """A unit, as far as the log must know it."""

    path: str
    name: str


def kind_of(obj: models.Model) -> str:
    """The name under which an object's entries are found: "plans.measure"."""
    return obj._meta.label_lower


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    import json

    return dict(json.loads(json.dumps(dict(values), cls=DjangoJSONEncoder, default=str)))


def changed(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Keep the fields that differ, as they were and as they are.

    >>> changed({"a": 1, "b": 2}, {"a": 1, "b": 3})
    ({'b': 2}, {'b': 3})
    """
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return {n: before[n] for n in names if n in before}, {n: after[n] for n in names if n in after}


def record(
    *,
    action: str,
    by: Doer | None,
    obj: models.Model | None = None,
    unit: Placed | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
    on_behalf_of: Doer | None = None,
    object_name: str | None = None,
) -> AuditEntry:
    """Write an audit entry. Call it inside the transaction of the change itself.

    `before` and `after` may hold whole records: only the fields that differ are kept.
    Raises RuntimeError outside a transaction, since an entry without its change would lie.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("an audit entry belongs in the transaction of its change")
    old, new = changed(_plain(before or {}), _plain(after or {}))
    origin = current()
    entry = AuditEntry(
        at=timezone.now(),
        action=action,
        actor_id=by.pk if by else None,
        actor_name=by.display_name if by else "",
        on_behalf_of_id=on_behalf_of.pk if on_behalf_of else None,
        on_behalf_of_name=on_behalf_of.display_name if on_behalf_of else "",
        unit_path=unit.path if unit else "",
        unit_name=unit.name if unit else "",
        object_kind=kind_of(obj) if obj is not None else "",
        object_id=obj.pk if obj is not None else None,
        object_name=(str(obj) if object_name is None else object_name)[:200]
        if obj is not None or object_name
        else "",
        before=old,
        after=new,
        reason=reason[:500],
        address=origin.address,
        channel=origin.channel,
        request_id=origin.request_id,
    )
    return _append(entry)


def _append(entry: AuditEntry) -> AuditEntry:
    """Put a finished entry at the end of the log: every entry passes here, in its transaction."""
    entry.save(force_insert=True)
    return entry


def record_transition(
    *,
    obj: models.Model,
    old: str,
    new: str,
    by: Doer | None,
    unit: Placed,
    reason: str = "",
    on_behalf_of: Doer | None = None,
) -> StatusChange:
    """Write the row of a state change and its audit entry."""
    record(
        action=f"{obj._meta.app_label}.{obj._meta.model_name}.{new}",
        by=by,
        obj=obj,
        unit=unit,
        before={"state": old},
        after={"state": new},
        reason=reason,
        on_behalf_of=on_behalf_of,
    )
    return StatusChange.objects.create(
        at=timezone.now(),
        object_kind=kind_of(obj),
        object_id=obj.pk,
        old=old,
        new=new,
        actor_id=by.pk if by else None,
        actor_name=by.display_name if by else "",
        on_behalf_of_id=on_behalf_of.pk if on_behalf_of else None,
        on_behalf_of_name=on_behalf_of.display_name if on_behalf_of else "",
        reason=reason[:500],
    )


@transaction.atomic
def note_reading(
    *, by: Doer, unit: Placed | None, conditions: Mapping[str, str], rows: int, export: bool
) -> None:
    """Log that the log was read or exported: by which conditions, how many rows were shown."""
    record(
        action="audit.export" if export else "audit.read",
        by=by,
        unit=unit,
        after={"rows": rows, **{name: value for name, value in conditions.items() if value}},
    )
