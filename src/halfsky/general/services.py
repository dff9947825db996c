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
from halfsky.general.sentences import why_refused
from halfsky.kernel.measures import Brief
from halfsky.people import access
from halfsky.people.models import Account, Unit


class Refused(Exception):
    """The change is not possible; `code` is a value of `rules.EntryRefused` or `StateRefused`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    @property
    def says(self) -> str:
        """One sentence: what is wrong and what to do."""
        return why_refused(self.code)

    def __str__(self) -> str:
        return self.says


@transaction.atomic
def start_records(*, briefs: Collection[Brief], by: Account) -> list[WorkRecord]:
    """Start a record for each brief. Raises OutOfReach if one of the units is."""
    wanted = {brief.unit_id for brief in briefs}
    units = Unit.objects.in_bulk(wanted)
    if wanted - units.keys():
        raise access.OutOfReach
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
        on_behalf_of=access.on_behalf_of(by, WORK_ON_RECORDS, record.unit),
        obj=entry,
        unit=record.unit,
        after={"record": record.pk, "happened_on": happened_on, "number": number},
    )
    return entry


@transaction.atomic
def withdraw_entry(*, entry: WorkEntry, by: Account) -> None:
    """Take an entry back; the row stays, without counting. Raises Refused on an ended record."""
    _count_entry(entry=entry, by=by, counts=False)


@transaction.atomic
def restore_entry(*, entry: WorkEntry, by: Account) -> None:
    """Let a withdrawn entry count again. Raises Refused on an ended record."""
    _count_entry(entry=entry, by=by, counts=True)


def _count_entry(*, entry: WorkEntry, by: Account, counts: bool) -> None:
    """Count an entry or leave it out. Doing it twice changes nothing the second time."""
    access.require(by, WORK_ON_RECORDS, entry.record.unit)
    record = _locked(entry.record_id)
    if record.state != RecordState.RUNNING:
        raise Refused(rules.EntryRefused.RECORD_ENDED)
    changed = WorkEntry.objects.filter(pk=entry.pk, withdrawn_at__isnull=not counts).update(
        withdrawn_at=None if counts else timezone.now()
    )
    if not changed:
        return
    sign = 1 if counts else -1
    WorkRecord.objects.filter(pk=record.pk).update(
        entry_count=F("entry_count") + sign,
        done_number=F("done_number") + sign * entry.number,
        revision=F("revision") + 1,
    )
    audit.record(
        action="general.restore_entry" if counts else "general.withdraw_entry",
        by=by,
        on_behalf_of=access.on_behalf_of(by, WORK_ON_RECORDS, record.unit),
        obj=entry,
        unit=record.unit,
        before={"counts": not counts},
        after={"counts": counts},
    )


@transaction.atomic
def change_state(*, record: WorkRecord, state: RecordState, by: Account, reason: str = "") -> None:
    """Finish a record, cancel it, or take it up again. Raises Refused with the reason."""
    access.require(by, WORK_ON_RECORDS, record.unit)
    record = _locked(record.pk)
    old = record.state
    if old == state:
        return
    refusal = rules.state_refusal(
        to=state,
        entry_count=record.entry_count,
        done_number=record.done_number,
        target_number=record.target_number,
        reason=reason,
    )
    if refusal:
        raise Refused(refusal)
    WorkRecord.objects.filter(pk=record.pk).update(state=state, revision=F("revision") + 1)
    audit.record_transition(
        obj=record,
        old=old,
        new=state,
        by=by,
        on_behalf_of=access.on_behalf_of(by, WORK_ON_RECORDS, record.unit),
        unit=record.unit,
        reason=reason.strip()[:500],
    )
