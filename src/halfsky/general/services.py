"""Writing general tasks: the one door for each change."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from halfsky.audit import services as audit
from halfsky.general import rules
from halfsky.general.models import RecordState, WorkEntry, WorkRecord
from halfsky.general.permissions import START_RECORDS, WORK_ON_RECORDS
from halfsky.kernel.measures import Brief
from halfsky.people import access
from halfsky.people.models import Account, Unit


class Refused(Exception):
    """The change is not possible; `code` is a value of `rules.EntryRefused` or "stale"."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@transaction.atomic
def start_records(*, briefs: Collection[Brief], by: Account) -> list[WorkRecord]:
    """Start a record for each brief. Raises OutOfReach if one of the units is."""
    units = Unit.objects.in_bulk({brief.unit_id for brief in briefs})
    for unit in units.values():
        access.require(by, START_RECORDS, unit)
    records = WorkRecord.objects.bulk_create(
        [
            WorkRecord(
                title=brief.title,
                unit_id=brief.unit_id,
                starts_on=brief.period.start,
                ends_on=brief.period.end,
                target_number=brief.target.number if brief.target else None,
                target_unit=brief.target.unit if brief.target else "",
                counting_rule=brief.target.counting_rule if brief.target else "",
                origin=brief.origin[:1000],
            )
            for brief in briefs
        ],
        batch_size=500,
    )
    for unit in units.values():
        started = [record.pk for record in records if record.unit_id == unit.pk]
        audit.record(
            action="general.start",
            by=by,
            unit=unit,
            object_name="、".join(r.title for r in records if r.unit_id == unit.pk),
            after={"records": started},
        )
    return records


def _locked(record_id: int) -> WorkRecord:
    return WorkRecord.objects.select_for_update().select_related("unit").get(pk=record_id)


@transaction.atomic
def write_entry(
    *,
    record: WorkRecord,
    happened_on: date,
    what: str,
    by: Account,
    number: int = 0,
    link: str = "",
) -> WorkEntry:
    """Write an entry of progress. Raises Refused with the reason."""
    access.require(by, WORK_ON_RECORDS, record.unit)
    record = _locked(record.pk)
    refusal = rules.entry_refusal(
        happened_on=happened_on,
        what=what,
        record_state=record.state,
        today=timezone.localdate(),
    )
    if refusal:
        raise Refused(refusal)
    entry = WorkEntry.objects.create(
        record=record,
        happened_on=happened_on,
        what=what.strip(),
        number=number,
        link=link,
        account=by,
    )
    WorkRecord.objects.filter(pk=record.pk).update(
        entry_count=F("entry_count") + 1,
        done_number=F("done_number") + number,
        revision=F("revision") + 1,
    )
    audit.record(
        action="general.write_entry",
        by=by,
        obj=entry,
        unit=record.unit,
        after={"record": record.pk, "happened_on": happened_on, "number": number},
    )
    return entry


@transaction.atomic
def withdraw_entry(*, entry: WorkEntry, by: Account) -> None:
    """Take an entry back; the row stays, without counting."""
    access.require(by, WORK_ON_RECORDS, entry.record.unit)
    record = _locked(entry.record_id)
    taken = WorkEntry.objects.filter(pk=entry.pk, withdrawn_at__isnull=True).update(
        withdrawn_at=timezone.now()
    )
    if not taken:
        return
    WorkRecord.objects.filter(pk=record.pk).update(
        entry_count=F("entry_count") - 1,
        done_number=F("done_number") - entry.number,
        revision=F("revision") + 1,
    )
    audit.record(
        action="general.withdraw_entry",
        by=by,
        obj=entry,
        unit=record.unit,
        before={"number": entry.number},
        after={"number": 0},
    )


@transaction.atomic
def change_state(*, record: WorkRecord, state: RecordState, by: Account, reason: str = "") -> None:
    """Finish a record, cancel it, or take it up again."""
    access.require(by, WORK_ON_RECORDS, record.unit)
    record = _locked(record.pk)
    old = record.state
    if old == state:
        return
    WorkRecord.objects.filter(pk=record.pk).update(state=state, revision=F("revision") + 1)
    audit.record_transition(
        obj=record, old=old, new=state, by=by, unit=record.unit, reason=reason
    )
