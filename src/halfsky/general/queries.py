"""Reading general tasks."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db.models import QuerySet

from halfsky.general.models import WorkEntry, WorkRecord
from halfsky.general.permissions import SEE_RECORDS
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


def figures(unit_path: str, start: date, end: date) -> dict[str, int]:
    """Counts of a subtree over a period, both days included: entries written, records done."""
    entries = WorkEntry.objects.filter(
        record__unit__path__startswith=unit_path,
        happened_on__range=(start, end),
        withdrawn_at__isnull=True,
    )
    return {"entries": entries.count()}
