"""Reading general tasks."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db.models import QuerySet

from halfsky.general.models import WorkEntry, WorkRecord
from halfsky.general.permissions import SEE_RECORDS
from halfsky.kernel.measures import Period
from halfsky.people import access
from halfsky.people.models import Account


def visible_records(account: Account) -> QuerySet[WorkRecord]:
    """The records of the units within reach."""
    return WorkRecord.objects.filter(access.scope(account, SEE_RECORDS).q("unit"))


def living_entries(record_ids: Collection[int]) -> QuerySet[WorkEntry]:
    """The entries of these records that were not withdrawn, newest first."""
    return WorkEntry.objects.filter(record_id__in=record_ids, withdrawn_at__isnull=True)


def records_by_id(ids: Collection[int]) -> dict[int, WorkRecord]:
    """These records, by id; the caller answers for access."""
    return WorkRecord.objects.in_bulk(ids)


def visible_entries(account: Account) -> QuerySet[WorkEntry]:
    """The entries of the visible records, with their records."""
    return WorkEntry.objects.filter(
        access.scope(account, SEE_RECORDS).q("record__unit")
    ).select_related("record__unit")


def entries_of(record: WorkRecord, *, limit: int) -> list[WorkEntry]:
    """The newest `limit` entries of a record that the caller may see, with who wrote them.

    Withdrawn ones are among them.
    """
    return list(record.entries.select_related("account")[:limit])


def year_figures(unit_path: str, period: Period) -> Mapping[str, int]:
    """Counts of a subtree over a period: entries of progress that count."""
    return {
        "entries": WorkEntry.objects.filter(
            access.below(unit_path, "record__unit"),
            happened_on__range=(period.start, period.end),
            withdrawn_at__isnull=True,
        ).count()
    }
