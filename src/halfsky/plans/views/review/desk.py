"""Who sees and edits a plan at work, and what the review page and its parts show of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from halfsky.people import access
from halfsky.people.models import Account
from halfsky.plans import labels
from halfsky.plans.forms import number_or_none
from halfsky.plans.models import KeyPoint, Measure, Plan, PlanState, Sentence
from halfsky.plans.permissions import EDIT_PLANS, SEE_PLANS
from halfsky.plans.queries import review as queries
from halfsky.plans.queries.review import Outline
from halfsky.plans.queries.visible import visible_plans
from halfsky.plans.rules.coverage import Coverage, Gap, GapAt
from halfsky.plans.sentences import gap_text
from halfsky.plans.views.marked_text import MarkedText, measure_labels

MARK_KINDS = ("date", "hotline", "owner", "partner")
Part = TypeVar("Part", KeyPoint, Measure, Sentence)


def reader(request: HttpRequest) -> Account:
    """The account that reads; every page of the review asks for a sign-in first."""
    return cast("Account", request.user)


def plan_at_work(request: HttpRequest, pk: int) -> Plan:
    """A plan in any state, for those who see the work on it; others get 404."""
    plans = visible_plans(reader(request)).filter(
        access.scope(reader(request), SEE_PLANS).q("unit")
    )
    return get_object_or_404(
        plans.select_related("unit", "clean_text", "document", "previous").defer(
            "document__raw_text", "document__blocks"
        ),
        pk=pk,
    )


def plan_to_edit(request: HttpRequest, pk: int) -> Plan:
    """A plan at work that the reader may edit; others get 404."""
    plan = plan_at_work(request, pk)
    access.require(reader(request), EDIT_PLANS, plan.unit)
    return plan


def part_at_work(request: HttpRequest, model: type[Part], pk: int) -> Part:
    """A point, sentence or measure of a plan that the reader sees at work; others get 404."""
    scope = access.scope(reader(request), SEE_PLANS)
    related = ["plan__unit", "plan__clean_text"]
    if model is Measure:
        related += ["lead_unit", "owner", "point"]
    rows = model.objects.select_related(*related).filter(scope.q("plan__unit"))
    return get_object_or_404(rows, pk=pk)


def may_edit_now(request: HttpRequest, plan: Plan) -> bool:
    """Whether the reader may edit, and the plan is in a state to be edited."""
    return (
        plan.is_open_to_edits
        and plan.state != PlanState.ENDORSED
        and access.may(reader(request), EDIT_PLANS, plan.unit)
    )


def known_revision(request: HttpRequest) -> int | None:
    """The revision that the reader saw when she pressed."""
    known = number_or_none(request.POST.get("known"))
    return known if known is not None else number_or_none(request.POST.get("after"))


@dataclass
class Desk:
    """Everything that the review page and its parts need about a plan."""

    plan: Plan
    outline: Outline
    may_edit: bool
    numbers: dict[int, str]
    text: MarkedText
    gaps: list[dict[str, str]]
    lacks: dict[int, list[str]]
    chips: list[dict[str, Any]]
    handled: int
    total: int
    counts: dict[str, int]
    labels: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def first_open(self) -> int:
        """The number of the first point that lacks something; the first one if none does."""
        for number, point in enumerate(self.outline.points, start=1):
            if point.open_count:
                return number
        return 1

    @property
    def first_gap(self) -> dict[str, str] | None:
        """Where to go next."""
        return self.gaps[0] if self.gaps else None


def _gap_line(
    gap: GapAt, numbers: dict[int, str], sentences: dict[int, Sentence], text: str
) -> dict[str, str]:
    says = gap_text(gap.gap)
    match gap.gap:
        case Gap.YEAR:
            return {"url": "#year", "text": says, "where": ""}
        case Gap.NO_MEASURES:
            return {"url": "#h-out", "text": says, "where": ""}
        case Gap.OPEN_SENTENCE:
            sentence = sentences[gap.id]
            quote = text[sentence.start : sentence.end][:40]
            return {"url": f"#s-{gap.id}", "text": says, "where": quote}
    return {"url": f"#m-{gap.id}", "text": says, "where": numbers.get(gap.id, "")}


def desk_of(request: HttpRequest, plan: Plan) -> Desk:
    """What the page shows of a plan as it stands now."""
    outline = queries.outline(plan)
    numbers = measure_labels(outline)
    sentences = {sentence.pk: sentence for sentence in outline.sentences}
    counts = outline.counts
    lacks = {pk: [gap_text(gap) for gap in gaps] for pk, gaps in outline.gaps_by_measure.items()}
    found: dict[str, list[int]] = {kind: [] for kind in MARK_KINDS}
    for mark in outline.marks:
        found.setdefault(mark.kind, []).append(mark.pk)
    chips: list[dict[str, Any]] = [
        {"key": "point", "text": _("要点"), "count": len(outline.points), "cls": "hl-k",
         "url": f"#p-{outline.points[0].point.pk}" if outline.points else ""},
        *(
            {"key": kind, "text": str(labels.MARKS[kind]), "count": len(found[kind]),
             "cls": {"date": "hl-d", "hotline": "hl-p", "owner": "hl-o", "partner": "hl-c"}[kind],
             "url": f"#k-{found[kind][0]}" if found[kind] else ""}
            for kind in MARK_KINDS
        ),
    ]  # fmt: skip
    return Desk(
        plan=plan,
        outline=outline,
        may_edit=may_edit_now(request, plan),
        numbers=numbers,
        text=MarkedText(plan, outline, numbers),
        gaps=[_gap_line(gap, numbers, sentences, plan.clean_text.text) for gap in outline.gaps],
        lacks=lacks,
        chips=chips,
        handled=counts[Coverage.MAPPED] + counts[Coverage.DECLARED],
        total=len(outline.sentences),
        counts={str(what): number for what, number in counts.items()},
        labels={
            "kind": {key: str(label) for key, label in labels.KINDS.items()},
            "whose": {key: str(label) for key, label in labels.WHOSE.items()},
            "recurrence": {key: str(label) for key, label in labels.RECURRENCES.items()},
        },
    )
