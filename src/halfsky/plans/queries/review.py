"""What the review page shows: the outline, its coverage, what others have edited."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Prefetch

from halfsky.people.models import Unit
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
        [
            coverage.Covered(s.pk, s.start, s.end, s.declared)
            for s in sentences
        ],
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
    edits = plan.edits.select_related("account", "undone_by")
    if before is not None:
        edits = edits.filter(revision__lt=before)
    return list(edits.order_by("-revision")[:limit])


@dataclass(frozen=True, slots=True)
class Difference:
    """What an amendment does to one measure: added, removed or changed (with old and new)."""

    what: str
    measure: Measure
    fields: dict[str, tuple[object, object]]


COMPARED = (
    "text", "kind", "whose", "lead_unit_id", "owner_id", "due_on", "recurrence", "nodes",
    "deliverable", "target_number", "target_unit", "counting_rule", "evidence_kinds", "weight",
)  # fmt: skip


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
        fields = amending.changed_fields(
            {name: getattr(earlier, name) for name in COMPARED},
            {name: getattr(measure, name) for name in COMPARED},
        )
        if fields:
            found.append(Difference("changed", measure, fields))
    found += [Difference("removed", measure, {}) for measure in old.values()]
    return found
