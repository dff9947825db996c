"""What the review page shows: the outline, its coverage, what others have edited."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone

from halfsky.people import access
from halfsky.people import queries as people
from halfsky.people.models import Account, Person, Unit
from halfsky.plans.models import KeyPoint, Mark, Measure, Plan, PlanEdit, Sentence
from halfsky.plans.rules import amending, coverage
from halfsky.plans.rules.coverage import Coverage, Gap, GapAt


@dataclass(frozen=True, slots=True)
class OutlinePoint:
    """A key point with its measures and how many gaps they have."""

    point: KeyPoint
    measures: list[Measure]
    open_count: int


@dataclass(frozen=True, slots=True)
class Outline:
    """Everything that the review page needs about a plan."""

    points: list[OutlinePoint]
    sentences: list[Sentence]
    coverage: dict[int, Coverage]
    marks: list[Mark]
    gaps: list[GapAt]

    @property
    def counts(self) -> dict[Coverage, int]:
        """Number of sentences by what became of them."""
        found = dict.fromkeys(Coverage, 0)
        for what in self.coverage.values():
            found[what] += 1
        return found

    @property
    def gaps_by_measure(self) -> dict[int, list[Gap]]:
        """What each measure lacks."""
        found: dict[int, list[Gap]] = defaultdict(list)
        for gap in self.gaps:
            if gap.gap not in {Gap.OPEN_SENTENCE, Gap.YEAR, Gap.NO_MEASURES}:
                found[gap.id].append(gap.gap)
        return found


def measures_of(plan: Plan) -> list[Measure]:
    """The measures of a plan in their order, with everything that a table shows."""
    return list(
        plan.measures.select_related("owner", "lead_unit", "point")
        .prefetch_related(
            Prefetch("supporting_units", Unit.objects.only("pk", "short_name", "name", "path"))
        )
        .order_by("point__position", "position", "id")
    )


def _gaps(
    plan: Plan, measures: list[Measure], sentences: list[Sentence], covered: dict[int, Coverage]
) -> list[GapAt]:
    gaps = [] if plan.year_settled else [GapAt(Gap.YEAR, plan.pk)]
    if not measures:
        gaps.append(GapAt(Gap.NO_MEASURES, plan.pk))
    gaps += [
        GapAt(Gap.OPEN_SENTENCE, sentence.pk)
        for sentence in sentences
        if covered[sentence.pk] == Coverage.OPEN
    ]
    for measure in measures:
        gaps += coverage.measure_gaps(
            id=measure.pk,
            whose=measure.whose,
            has_lead_unit=measure.lead_unit_id is not None,
            has_owner=measure.owner_id is not None,
            has_date=bool(measure.due_on or measure.recurrence or measure.nodes),
        )
    return gaps


def _covered(sentences: list[Sentence], measures: list[Measure]) -> dict[int, Coverage]:
    return coverage.coverage(
        [coverage.Covered(s.pk, s.start, s.end, s.declared) for s in sentences],
        [(m.start, m.end) for m in measures],
    )


def outline(plan: Plan) -> Outline:
    """The outline of a plan that the caller may see."""
    measures = measures_of(plan)
    sentences = list(plan.sentences.order_by("position"))
    covered = _covered(sentences, measures)
    gaps = _gaps(plan, measures, sentences, covered)
    lacking = {gap.id for gap in gaps if gap.gap not in {Gap.OPEN_SENTENCE, Gap.YEAR}}
    by_point: dict[int, list[Measure]] = defaultdict(list)
    for measure in measures:
        by_point[measure.point_id].append(measure)
    return Outline(
        points=[
            OutlinePoint(
                point,
                by_point[point.pk],
                sum(measure.pk in lacking for measure in by_point[point.pk]),
            )
            for point in plan.points.order_by("position", "id")
        ],
        sentences=sentences,
        coverage=covered,
        marks=list(plan.marks.order_by("start")),
        gaps=gaps,
    )


def adoption_gaps(plan: Plan) -> list[GapAt]:
    """What stands between a plan and its adoption, in reading order."""
    measures = measures_of(plan)
    sentences = list(plan.sentences.order_by("position"))
    return _gaps(plan, measures, sentences, _covered(sentences, measures))


def edits_after(plan: Plan, revision: int) -> list[PlanEdit]:
    """The edits that came after `revision`, oldest first, with who made them; at most 200."""
    return list(
        plan.edits.filter(revision__gt=revision)
        .select_related("account")
        .order_by("revision")[:200]
    )


def recent_edits(plan: Plan, *, before: int | None = None, limit: int = 50) -> list[PlanEdit]:
    """The newest edits, newest first, and whether each was undone."""
    edits = plan.edits.select_related("account", "undone_by", "undoes")
    if before is not None:
        edits = edits.filter(revision__lt=before)
    return list(edits.order_by("-revision")[:limit])


@dataclass(frozen=True, slots=True)
class Difference:
    """What an amendment does to one measure: added, removed or changed (with old and new)."""

    what: str
    measure: Measure
    fields: dict[str, tuple[object, object]]
    earlier: Measure | None = None


COMPARED = (
    "text", "kind", "whose", "lead_unit_id", "owner_id", "due_on", "recurrence", "nodes",
    "deliverable", "target_number", "target_unit", "counting_rule", "evidence_kinds", "weight",
)  # fmt: skip


def _compared(measure: Measure) -> dict[str, object]:
    fields = {name: getattr(measure, name) for name in COMPARED}
    fields["supporting_unit_ids"] = sorted(unit.pk for unit in measure.supporting_units.all())
    fields["point"] = measure.point.heading
    return fields


def version_differences(plan: Plan) -> list[Difference]:
    """What this version changes against the one before it; nothing for a first version."""
    if plan.previous is None:
        return []
    old = {measure.pk: measure for measure in measures_of(plan.previous)}
    found = []
    for measure in measures_of(plan):
        earlier = old.pop(measure.amends_id or 0, None)
        if earlier is None:
            found.append(Difference("added", measure, {}))
            continue
        fields = amending.changed_fields(_compared(earlier), _compared(measure))
        if fields:
            found.append(Difference("changed", measure, fields, earlier))
    found += [Difference("removed", measure, {}) for measure in old.values()]
    return found


# ── who edited what ────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Names:
    """The names behind the ids that edits hold."""

    units: dict[int, str]
    persons: dict[int, str]
    points: dict[int, str]


def names_in(edits: Iterable[PlanEdit]) -> Names:
    """The names that some edits need to be told in words; three statements for any number."""
    edits = list(edits)
    units: set[int] = set()
    persons: set[int] = set()
    points: set[int] = set()
    headings: dict[int, str] = {}
    for edit in edits:
        for picture in (edit.before, edit.after):
            for name, fields in picture.items():
                if name.startswith("keypoint:") and fields:
                    headings[int(name[9:])] = fields["heading"]
                if not name.startswith("measure:") or not fields:
                    continue
                units.update(fields.get("supporting_unit_ids", ()))
                units.add(fields.get("lead_unit_id") or 0)
                persons.add(fields.get("owner_id") or 0)
                points.add(fields.get("point_id") or 0)
    units.discard(0)
    persons.discard(0)
    return Names(
        units=_short_names(Unit.objects.filter(pk__in=units)) if units else {},
        persons=dict(Person.objects.filter(pk__in=persons).values_list("pk", "name"))
        if persons
        else {},
        points=headings
        | dict(KeyPoint.objects.filter(pk__in=points - {0}).values_list("pk", "heading")),
    )


def _short_names(units: QuerySet[Unit]) -> dict[int, str]:
    return {pk: short or name for pk, short, name in units.values_list("pk", "short_name", "name")}


def names_for(measures: Iterable[Measure], old: Iterable[Measure] = ()) -> Names:
    """The names of units and persons that measures (with their relations loaded) refer to."""
    units: dict[int, str] = {}
    persons: dict[int, str] = {}
    points: dict[int, str] = {}
    for measure in (*measures, *old):
        if measure.lead_unit is not None:
            units[measure.lead_unit.pk] = str(measure.lead_unit)
        units.update({unit.pk: str(unit) for unit in measure.supporting_units.all()})
        if measure.owner is not None:
            persons[measure.owner.pk] = measure.owner.name
        points[measure.point_id] = measure.point.heading
    return Names(units, persons, points)


def last_own_edit(plan: Plan, account: Account) -> PlanEdit | None:
    """The newest edit of `account` that is neither undone nor an undo itself."""
    edits = plan.edits.filter(account=account, undoes__isnull=True, undone_by__isnull=True)
    return edits.order_by("-revision").first()


def editors_since(plan: Plan, revision: int, *, but: Account) -> list[str]:
    """Who else edited the plan after `revision`, each once."""
    names = plan.edits.filter(revision__gt=revision).exclude(account=but)
    return list(
        names.order_by("account_id").values_list("account__display_name", flat=True).distinct()
    )


# ── whom and what to choose from ───────────────────────────────────────────────────────────

OFFERED = 200  # persons or units in one list; more are found by name


@dataclass(frozen=True, slots=True)
class Choices:
    """What the fields of a measure offer: (id, name), and whether there are more than shown."""

    units: list[tuple[int, str]]
    persons: list[tuple[int, str]]
    more_units: bool
    more_persons: bool


def units_of(plan: Plan) -> Q:
    """A condition on units: the plan's own and those below it."""
    return access.below(plan.unit.path, "")


def persons_of(plan: Plan, text: str = "") -> QuerySet[Person]:
    """Who may answer for a measure of the plan: the people of its unit and of those below it."""
    return people.found_persons(people.persons_below(plan.unit.path, on=timezone.localdate()), text)


def choices(plan: Plan, text: str = "") -> Choices:
    """What may be chosen for a measure of the plan; persons narrowed to `text` when it is given.

    Units in the order of the tree, persons by unit and name. Two statements.
    """
    today = timezone.localdate()
    units = list(
        Unit.objects.filter(units_of(plan))
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gte=today))
        .order_by("path")
        .values_list("pk", "short_name", "name")[: OFFERED + 1]
    )
    persons = list(
        persons_of(plan, text)
        .order_by("unit__path", "name_key", "pk")
        .values_list("pk", "name", "unit_id")[: OFFERED + 1]
    )
    by_unit = {pk: short or name for pk, short, name in units}
    twice: dict[str, int] = defaultdict(int)
    for _pk, name, _unit in persons:
        twice[name] += 1
    return Choices(
        units=[(pk, short or name) for pk, short, name in units[:OFFERED]],
        persons=[
            (pk, f"{name}（{by_unit.get(unit, '')}）" if twice[name] > 1 else name)
            for pk, name, unit in persons[:OFFERED]
        ],
        more_units=len(units) > OFFERED,
        more_persons=len(persons) > OFFERED,
    )


def person_of(plan: Plan, *, pk: int | None = None, name: str = "") -> Person | None:
    """The one person of the plan's reach with this id or exactly this name; None if not one."""
    found = list((persons_of(plan).filter(pk=pk) if pk else persons_of(plan).filter(name=name))[:2])
    return found[0] if len(found) == 1 else None


def unit_ids_of(plan: Plan, ids: Iterable[int]) -> set[int]:
    """Those of `ids` that are the plan's unit or lie below it."""
    return set(Unit.objects.filter(units_of(plan), pk__in=list(ids)).values_list("pk", flat=True))


def unit_names(ids: Iterable[int]) -> dict[int, str]:
    """The short names of some units."""
    ids = list(ids)
    return _short_names(Unit.objects.filter(pk__in=ids)) if ids else {}
