"""What may be read of the log. Every read begins with `visible_entries`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Protocol

from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from halfsky.audit.models import AuditEntry, StatusChange
from halfsky.audit.permissions import READ_LOG

PAGE = 50
ROOT = 4  # signs in the path of an outermost unit


class Scope(Protocol):
    """The units that a reader reaches; see people.access."""

    paths: tuple[str, ...]

    @property
    def nothing(self) -> bool: ...
    def path_q(self, field: str) -> Q: ...


class Reader(Protocol):
    """An account, as far as this room must know it."""

    pk: Any
    display_name: str

    def scope(self, permission: Any) -> Any: ...


def visible_entries(reader: Reader) -> QuerySet[AuditEntry]:
    """The entries of the units in which `reader` may read the log.

    An entry of no unit (settings, commands) is seen by who reads the log of an outermost unit.
    """
    reach: Scope = reader.scope(READ_LOG)
    if reach.nothing:
        return AuditEntry.objects.none()
    seen = reach.path_q("unit_path")
    if any(len(path) == ROOT for path in reach.paths):
        seen |= Q(unit_path="")
    return AuditEntry.objects.filter(seen)


@dataclass(frozen=True, slots=True)
class Conditions:
    """Which entries are sought; empty values do not narrow. `until` counts whole."""

    actor: str = ""
    action: str = ""
    kind: str = ""
    object_id: int | None = None
    unit_path: str = ""
    since: date | None = None
    until: date | None = None

    def __bool__(self) -> bool:
        return any(
            (
                self.actor,
                self.action,
                self.kind,
                self.object_id,
                self.unit_path,
                self.since,
                self.until,
            )
        )


def _start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def narrowed(entries: QuerySet[AuditEntry], sought: Conditions) -> QuerySet[AuditEntry]:
    """Those of `entries` that meet every condition."""
    if sought.actor:
        entries = entries.filter(
            Q(actor_name__icontains=sought.actor) | Q(on_behalf_of_name__icontains=sought.actor)
        )
    if sought.action:
        entries = entries.filter(action__startswith=sought.action)
    if sought.kind:
        entries = entries.filter(object_kind=sought.kind)
    if sought.object_id is not None:
        entries = entries.filter(object_id=sought.object_id)
    if sought.unit_path:
        entries = entries.filter(unit_path__range=(sought.unit_path, sought.unit_path + "ZZZZ"))
    if sought.since:
        entries = entries.filter(at__gte=_start_of(sought.since))
    if sought.until:
        entries = entries.filter(at__lt=_start_of(sought.until + timedelta(days=1)))
    return entries


@dataclass(frozen=True, slots=True)
class Page:
    """A page of entries, newest first; ids of the neighbours, or None."""

    rows: list[AuditEntry]
    newer: int | None
    older: int | None


def page_of(
    entries: QuerySet[AuditEntry], *, older_than: int | None = None, newer_than: int | None = None
) -> Page:
    """The page of `entries` below the id `older_than`, or above `newer_than`. Never an OFFSET."""
    if newer_than is not None:
        rows = list(entries.filter(id__gt=newer_than).order_by("id")[: PAGE + 1])
        more = len(rows) > PAGE
        rows = rows[:PAGE][::-1]
        return Page(rows, rows[0].pk if rows and more else None, rows[-1].pk if rows else None)
    if older_than is not None:
        entries = entries.filter(id__lt=older_than)
    rows = list(entries.order_by("-id")[: PAGE + 1])
    more = len(rows) > PAGE
    rows = rows[:PAGE]
    return Page(
        rows,
        rows[0].pk if rows and older_than is not None else None,
        rows[-1].pk if rows and more else None,
    )


def kinds_of(entries: QuerySet[AuditEntry]) -> list[str]:
    """The kinds of objects that stand in these entries, for the filter."""
    return sorted(
        k for k in entries.order_by().values_list("object_kind", flat=True).distinct() if k
    )


def units_of(entries: QuerySet[AuditEntry], *, most: int = 200) -> list[tuple[str, str]]:
    """Paths and latest names of the units that stand in these entries, for the filter."""
    found = entries.exclude(unit_path="").order_by().values("unit_path").annotate(last=Max("id"))
    last = [row["last"] for row in found.order_by("unit_path")[:most]]
    names = entries.filter(pk__in=last).exclude(unit_name="").order_by("unit_path")
    return [(path, name) for path, name in names.values_list("unit_path", "unit_name")]


def unit_name(path: str) -> str:
    """The name under which the unit at `path` stands in the log last, or ""."""
    named = AuditEntry.objects.filter(unit_path=path).exclude(unit_name="").order_by("-id")
    return named.values_list("unit_name", flat=True).first() or ""


def entry_of(doer: Reader, pk: int) -> AuditEntry | None:
    """An entry that this account wrote herself; for taking back what she did."""
    return AuditEntry.objects.filter(pk=pk, actor_id=doer.pk).first()


def latest_entry(doer: Reader, *, action: str, kind: str, object_id: int) -> AuditEntry | None:
    """The newest entry of this account's own doing about one object."""
    return (
        AuditEntry.objects.filter(
            actor_id=doer.pk, action=action, object_kind=kind, object_id=object_id
        )
        .order_by("-id")
        .first()
    )


def history_of(kind: str, object_id: int, *, limit: int = 50) -> list[AuditEntry]:
    """The newest entries about one object. For a room that has asked whether its reader may see it."""
    return list(
        AuditEntry.objects.filter(object_kind=kind, object_id=object_id).order_by("-id")[:limit]
    )


def histories_of(kind: str, object_ids: Iterable[int]) -> dict[int, list[StatusChange]]:
    """The state changes of many objects of one kind, oldest first. One query."""
    found: dict[int, list[StatusChange]] = {}
    for change in StatusChange.objects.filter(
        object_kind=kind, object_id__in=list(object_ids)
    ).order_by("id"):
        found.setdefault(change.object_id, []).append(change)
    return found


def entries_about(kind: str, object_ids: Iterable[int], *, limit: int = 50) -> list[AuditEntry]:
    """The newest entries about any of these objects, for a room that has asked who may see them."""
    return list(
        AuditEntry.objects.filter(object_kind=kind, object_id__in=list(object_ids)).order_by("-id")[
            :limit
        ]
    )
