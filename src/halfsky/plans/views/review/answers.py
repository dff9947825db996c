"""Answer an edit: draw anew what it touched, or say why it was refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from halfsky.plans.edit_words import EditLine, edit_lines
from halfsky.plans.forms import number_or_none
from halfsky.plans.models import Plan, PlanEdit, Sentence
from halfsky.plans.queries import review as queries
from halfsky.plans.services import editing
from halfsky.plans.services.refusals import Refused, Stale
from halfsky.plans.views.documents import wants_part
from halfsky.plans.views.review.desk import desk_of, plan_to_edit, reader

STRUCTURE = frozenset({"point_id", "position", "start", "end", "text"})


@dataclass
class Changes:
    """What some edits touched, as far as a page must be drawn anew."""

    measures: set[int] = field(default_factory=set)
    points: set[int] = field(default_factory=set)
    spans: list[tuple[int, int]] = field(default_factory=list)
    everything: bool = False  # points came, went or moved
    year: bool = False

    def take(self, edit: PlanEdit, sentences: dict[int, Sentence]) -> None:
        """Add what one edit touched."""
        for name in {**edit.before, **edit.after}:
            kind, pk = name.split(":")
            was, became = edit.before.get(name) or {}, edit.after.get(name) or {}
            fields = editing.changed_in(edit, name)
            if kind == "measure":
                self._measure(int(pk), was, became, fields)
            elif kind == "keypoint":
                self.everything |= bool({"position"} & fields) or not was or not became
                self.points.add(int(pk))
                self.spans += [
                    (s["start"], min(s["end"], s["start"] + 1)) for s in (was, became) if s
                ]
            elif kind == "sentence" and int(pk) in sentences:
                self.spans.append((sentences[int(pk)].start, sentences[int(pk)].end))
            elif kind == "plan":
                self.year = True

    def _measure(
        self, pk: int, was: dict[str, Any], became: dict[str, Any], fields: set[str]
    ) -> None:
        self.measures.add(pk)
        if fields & STRUCTURE - {"text"}:
            for picture in (was, became):
                if picture:
                    self.points.add(picture["point_id"])
                    self.spans.append((picture["start"], picture["end"]))


def try_edit(
    request: HttpRequest,
    plan: Plan,
    edit: Callable[[], PlanEdit | None],
    says: str,
    *,
    anchor: str = "",
) -> HttpResponse:
    """Do an edit and answer it, or say why it was refused."""
    try:
        done = edit()
    except Refused as refused:
        plan.refresh_from_db(fields=["revision"])
        return answer_refusal(request, plan, refused, anchor=anchor)
    return answer_edit(request, plan, done, says, anchor=anchor)


def add_from_span(
    request: HttpRequest,
    pk: int,
    add: Callable[..., PlanEdit | None],
    says: str,
    *,
    anchor: str = "h-out",
) -> HttpResponse:
    """Make a part of a plan (`add`) from the selected span, or from a whole sentence."""
    plan = plan_to_edit(request, pk)
    start, end = _span(request, plan)
    return try_edit(
        request,
        plan,
        lambda: add(plan=plan, start=start, end=end, by=reader(request)),
        says,
        anchor=anchor,
    )


def _span(request: HttpRequest, plan: Plan) -> tuple[int, int]:
    start, end = (number_or_none(request.POST.get(name)) for name in ("start", "end"))
    if start is not None and end is not None:
        return start, end
    chosen = number_or_none(request.POST.get("sentence"))
    sentence = plan.sentences.filter(pk=chosen).first() if chosen else None
    return (sentence.start, sentence.end) if sentence else (0, 0)


def back_to_review(pk: int, anchor: str = "") -> HttpResponse:
    """Go to the review page of a plan, to a place of it when `anchor` names one."""
    address = reverse("plans:review", args=[pk])
    return redirect(f"{address}#{anchor}" if anchor else address)


def answer_edit(
    request: HttpRequest,
    plan: Plan,
    edit: PlanEdit | None,
    says: str,
    *,
    anchor: str = "",
    row: int | None = None,
) -> HttpResponse:
    """Answer an edit that went through. `row` is the measure whose row the reader is typing in."""
    undo_url = reverse("plans:undo", args=[plan.pk, edit.revision]) if edit else ""
    if not wants_part(request):
        if edit is not None:
            messages.success(request, says, extra_tags=f"undo={undo_url}")
        return back_to_review(plan.pk, anchor)
    seen = number_or_none(request.POST.get("after"))
    return draw_changes(
        request,
        plan,
        [edit] if edit else [],
        after=edit.revision if edit and seen == edit.revision - 1 else seen or 0,
        says=says if edit else "",
        undo_url=undo_url if edit and edit.undoes_id is None else "",
        anchor=anchor,
        row=row,
        saved_at=timezone.now(),
    )


def draw_changes(
    request: HttpRequest,
    plan: Plan,
    edits: Iterable[PlanEdit],
    *,
    after: int,
    says: str = "",
    undo_url: str = "",
    anchor: str = "",
    row: int | None = None,
    saved_at: datetime | None = None,
    editors: EditLine | str = "",
    moved_on: bool = False,
) -> HttpResponse:
    """Draw anew what some edits touched; of the measure `row` only its flags.

    The page then knows all edits up to the revision `after`. `editors` is the last edit of others,
    `moved_on` says that the plan's state is no longer the one that the page shows.
    """
    plan.refresh_from_db(fields=["revision", "state", "year", "year_settled"])
    desk = desk_of(request, plan)
    sentences = {sentence.pk: sentence for sentence in desk.outline.sentences}
    changes = Changes()
    for edit in edits:
        changes.take(edit, sentences)
    points = [] if changes.everything else [
        (number, point)
        for number, point in enumerate(desk.outline.points, start=1)
        if point.point.pk in changes.points
    ]  # fmt: skip
    drawn = {measure.pk for _n, point in points for measure in point.measures}
    measures = [
        measure
        for point in desk.outline.points
        for measure in point.measures
        if measure.pk in changes.measures - drawn
    ]
    context = {
        "plan": plan,
        "desk": desk,
        "after": after,
        "says": says,
        "undo_url": undo_url,
        "anchor": anchor,
        "row": row,
        "saved_at": saved_at,
        "editors": editors,
        "moved_on": moved_on,
        "points": points,
        "everything": changes.everything,
        "measures": [m for m in measures if m.pk != row and not changes.everything],
        "flags": [m for m in measures if m.pk == row and not changes.everything],
        "chips_of": [
            point
            for point in desk.outline.points
            if any(m.pk in changes.measures for m in point.measures)
        ],
        "paragraphs": desk.text.paragraphs(changes.spans) if changes.spans else [],
        "year_changed": changes.year,
    }
    return render(request, "plans/_review_changes.html", context)


def answer_refusal(
    request: HttpRequest, plan: Plan, refused: Refused, *, mine: list[dict[str, str]] | None = None,
    hidden: list[tuple[str, str]] | None = None, anchor: str = "", retry: str = "",
) -> HttpResponse:  # fmt: skip
    """Say why nothing was written: 409 with who changed what, or 422 with the sentence."""
    stale = isinstance(refused, Stale)
    edits: list[PlanEdit] = list(refused.values.get("edits", [])) if stale else []
    if not wants_part(request) and not (stale and mine):
        messages.error(request, refused.says)
        return back_to_review(plan.pk, anchor)
    context = {
        "plan": plan,
        "refused": refused,
        "stale": stale,
        "lines": told(edits, plan),
        "who": _("、").join(dict.fromkeys(edit.account.display_name for edit in edits)),
        "mine": mine or [],
        "hidden": hidden or [],
        "known": plan.revision,
        "retry": retry,
        "anchor": anchor,
    }
    status = 409 if stale else 422
    template = "plans/_review_refused.html" if wants_part(request) else "plans/review_conflict.html"
    return render(request, template, context, status=status)


def told(edits: list[PlanEdit], plan: Plan) -> list[EditLine]:
    """Each edit in words: who changed what, from what to what."""
    ids = [edit.object_id for edit in edits if edit.what == "sentence"]
    text = plan.clean_text.text
    texts = {
        s.pk: text[s.start : s.end] for s in (Sentence.objects.filter(pk__in=ids) if ids else ())
    }
    return edit_lines(edits, queries.names_in(edits), texts)
