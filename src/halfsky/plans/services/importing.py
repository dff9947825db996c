"""Bringing a plan document in: keep the file, read it, propose a plan. All of it or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from halfsky.audit import services as audit
from halfsky.library import services as library
from halfsky.library.papers import SourceText
from halfsky.library.readers import read_file
from halfsky.library.services import Incoming, Upload
from halfsky.people import access
from halfsky.people.models import Account, Person, Unit
from halfsky.plans.models import (
    CleanText,
    KeyPoint,
    Mark,
    Measure,
    Plan,
    Sentence,
    SourceDocument,
)
from halfsky.plans.permissions import EDIT_PLANS
from halfsky.plans.rules import proposals
from halfsky.plans.rules.coverage import Declaration
from halfsky.plans.rules.reading import PlanReading, read_plan
from halfsky.plans.rules.reading import reading as read
from halfsky.plans.rules.reading.dates import DateKind, FoundDate
from halfsky.plans.rules.reading.owners import Part
from halfsky.plans.services.refusals import Refused


def import_upload(*, upload: Upload, unit: Unit, year: int | None, by: Account) -> Plan:
    """Import an uploaded file. Raises CannotRead, Refused, OutOfReach; then nothing is stored."""
    access.require(by, EDIT_PLANS, unit)
    with library.received(upload) as incoming:
        return import_document(incoming=incoming, unit=unit, year=year, by=by, brought="upload")


def import_text(*, text: str, name: str, unit: Unit, year: int | None, by: Account) -> Plan:
    """Import a pasted text, kept as a file of its own. Raises as `import_upload`."""
    access.require(by, EDIT_PLANS, unit)
    with library.received_text(text, name) as incoming:
        return import_document(incoming=incoming, unit=unit, year=year, by=by, brought="paste")


def import_file(*, path: Path, unit: Unit, year: int | None, by: Account) -> Plan:
    """Import a file of this machine, for commands. Raises as `import_upload`."""
    access.require(by, EDIT_PLANS, unit)
    with library.received_file(path) as incoming:
        return import_document(incoming=incoming, unit=unit, year=year, by=by, brought="command")


def import_document(
    *, incoming: Incoming, unit: Unit, year: int | None, by: Account, brought: str
) -> Plan:
    """Read an incoming file and propose a plan for `unit`.

    `year` is the officer's word for the plan's year; without it the document's own counts, and a
    document that states none is proposed for this year and waits for a decision. Reading happens
    outside the transaction, since an older Word file may take seconds.
    """
    source = read_file(incoming.path, incoming.name)
    reading = read_plan(source)
    if not reading.sentences:
        raise Refused("no_sentences")
    with transaction.atomic():
        file = library.keep_file(incoming=incoming, unit=unit, by=by)
        document = SourceDocument.objects.create(
            unit=unit,
            file=file,
            name=incoming.name,
            format=source.format,
            brought=brought,
            raw_text=source.text,
            blocks=[[block.start, block.end, block.where] for block in source.blocks],
            notices=list(source.notices),
            added_by=by,
        )
        return _propose(document, source, reading, unit=unit, year=year, by=by)


READER_VERSION = "1"  # grows when the rules read a document differently
DECLARED = {
    read.Coverage.AIM: Declaration.AIM,
    read.Coverage.BACKGROUND: Declaration.BACKGROUND,
    read.Coverage.SUPERIOR: Declaration.UPPER,
    read.Coverage.REPEAT: Declaration.DUPLICATE,
}


def _propose(
    document: SourceDocument,
    source: SourceText,
    reading: PlanReading,
    *,
    unit: Unit,
    year: int | None,
    by: Account,
) -> Plan:
    clean = CleanText.objects.create(
        document=document,
        text=reading.clean.text,
        segments=list(_segments(reading)),
        removed=[[cut.span.start, cut.span.end, str(cut.reason)] for cut in reading.clean.removed],
        reader_version=READER_VERSION,
    )
    stated = reading.year
    plan = Plan.objects.create(
        unit=unit,
        year=year or stated or timezone.localdate().year,
        title=(reading.title or document.name.rsplit(".", 1)[0])[:200],
        document=document,
        clean_text=clean,
        stated_year=stated,
        year_settled=(year or stated) is not None,
        proposed_by=by,
    )
    moved = plan.year - (stated or plan.year)
    pairs = list(_points(plan, reading))
    points = KeyPoint.objects.bulk_create([pair[0] for pair in pairs])
    _keep_measures(plan, pairs, years=moved)
    Sentence.objects.bulk_create(
        [
            Sentence(
                plan=plan,
                point=next((p for p in points if p.start <= s.span.start < p.end), None),
                position=position,
                start=s.span.start,
                end=s.span.end,
                declared=str(DECLARED.get(s.coverage, "")),
            )
            for position, s in enumerate(reading.sentences, start=1)
        ],
        batch_size=500,
    )
    Mark.objects.bulk_create(list(_marks(plan, reading, years=moved)), batch_size=500)
    audit.record(
        action="plans.import",
        by=by,
        obj=plan,
        unit=unit,
        after={
            "title": plan.title,
            "year": plan.year,
            "document": document.pk,
            "sha256": document.file.sha256,
            "points": len(points),
        },
    )
    return plan


def _points(
    plan: Plan, reading: PlanReading
) -> Iterator[tuple[KeyPoint, tuple[read.Measure, ...]]]:
    """The key points with what they ask for; work outside every point gets one of its own."""
    position = 0
    for position, point in enumerate(reading.key_points, start=1):
        yield (
            KeyPoint(
                plan=plan,
                position=position,
                ordinal=(point.ordinal or "")[:12],
                heading=point.heading[:300],
                role=str(point.role),
                start=point.span.start,
                end=point.span.end,
            ),
            point.measures,
        )
    if reading.unplaced:
        yield (
            KeyPoint(
                plan=plan,
                position=position + 1,
                heading=plan.title if position == 0 else str(_("未编号部分")),
                start=min(measure.span.start for measure in reading.unplaced),
                end=max(measure.span.end for measure in reading.unplaced),
            ),
            reading.unplaced,
        )


def _segments(reading: PlanReading) -> Iterator[list[int]]:
    at = 0
    for kept in reading.clean.kept:
        yield [at, kept.start, len(kept)]
        at += len(kept)


def _moved(day: date | None, years: int) -> date | None:
    return proposals.in_year(day, old=0, new=years) if years else day


def _units_below(unit: Unit) -> dict[str, int]:
    found: dict[str, int] = {}
    for below in Unit.objects.filter(path__startswith=unit.path, valid_to__isnull=True):
        found[below.name] = found[below.short_name] = below.pk
    return found


def _keep_measures(
    plan: Plan, pairs: list[tuple[KeyPoint, tuple[read.Measure, ...]]], *, years: int
) -> None:
    units = _units_below(plan.unit)
    persons = {
        person.name: person.pk
        for person in Person.objects.filter(
            unit__path__startswith=plan.unit.path, left_on__isnull=True
        )
    }
    supporting: list[list[int]] = []
    measures = []
    for point, found in pairs:
        for position, proposed in enumerate(found, start=1):
            measure, helpers = _measure(
                plan, point, position, proposed, units=units, persons=persons, years=years
            )
            measures.append(measure)
            supporting.append(helpers)
    made = Measure.objects.bulk_create(measures, batch_size=500)
    through = Measure.supporting_units.through
    through.objects.bulk_create(
        [
            through(measure_id=measure.pk, unit_id=unit)
            for measure, helpers in zip(made, supporting, strict=True)
            for unit in helpers
        ]
    )


def _measure(
    plan: Plan,
    point: KeyPoint,
    position: int,
    proposed: read.Measure,
    *,
    units: Mapping[str, int],
    persons: Mapping[str, int],
    years: int,
) -> tuple[Measure, list[int]]:
    nodes, due_on = proposals.schedule(proposed.dates)
    leads = [
        unit
        for owner in proposed.owners
        if owner.part is Part.LEAD and (unit := proposals.unit_named(owner.unit, units)) is not None
    ]
    helpers = [
        unit
        for owner in proposed.owners
        if owner.part is Part.SUPPORT
        and (unit := proposals.unit_named(owner.unit, units)) is not None
    ]
    lead = leads[0] if leads else plan.unit_id
    target = next((t for t in proposed.targets if t.number.isdecimal()), None)
    measure = Measure(
        plan=plan,
        point=point,
        position=position,
        text=proposed.text[:1000],
        start=proposed.span.start,
        end=proposed.span.end,
        kind=str(proposed.kind),
        whose=str(proposed.whose),
        lead_unit_id=lead,
        owner_id=next(
            (persons[owner.unit] for owner in proposed.owners if owner.unit in persons), None
        ),
        due_on=_moved(due_on, years),
        recurrence=str(proposed.recurrence[0].frequency) if proposed.recurrence else "",
        nodes=[
            {"on": moved.isoformat(), "text": node.text}
            for node in nodes
            if (moved := _moved(node.on, years)) is not None
        ],
        deliverable=proposed.deliverable[:200],
        target_number=int(target.number) if target else None,
        target_unit=target.unit[:20] if target else "",
        evidence_kinds=list(proposed.evidence),
        is_soft=proposed.is_soft,
        rule=proposed.reasons[0].rule[:60] if proposed.reasons else "",
        why=" ".join(reason.why for reason in proposed.reasons)[:400],
    )
    return measure, sorted({unit for unit in [*helpers, *leads[1:]] if unit != lead})


def _is_node(found: FoundDate) -> bool:
    """Whether a date of the document is a day of the plan's year: a deadline, or an event's day.

    "7月" is a time, not a day, and the date of issue is past when the plan begins.
    """
    if found.kind is DateKind.DEADLINE:
        return True
    return found.kind is DateKind.EVENT and "-" in found.date


def _marks(plan: Plan, reading: PlanReading, *, years: int) -> Iterator[Mark]:
    for found in reading.dates:
        yield Mark(
            plan=plan,
            kind="date",
            start=found.span.start,
            end=found.span.end,
            text=found.text[:200],
            on=_moved(found.on, years) if _is_node(found) else None,
            value={"kind": str(found.kind), "date": found.date},
        )
    owners = [owner.span for point in reading.key_points for owner in point.owners]
    owners += [owner.span for measure in reading.measures for owner in measure.owners]
    for kind, spans in (
        ("owner", sorted(set(owners))),
        ("hotline", [hotline.span for hotline in reading.hotlines]),
        ("partner", [partner.span for partner in reading.partners]),
    ):
        for span in spans:
            text = span.of(reading.clean.text)[:200]
            yield Mark(plan=plan, kind=kind, start=span.start, end=span.end, text=text)
