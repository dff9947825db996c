"""Review a plan document: sentence by sentence, measure by measure, until a leader adopts it.

Every address answers twice: a page or a redirect to one without the script, and with it a part
that names what changed (htmx, out of band).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from halfsky.audit import queries as audit
from halfsky.library import messages as library_messages
from halfsky.people import access
from halfsky.plans import labels
from halfsky.plans.edit_words import EditLine, edit_lines, field_label, value_words
from halfsky.plans.forms import AssignForm, MeasureForm, YearForm, number_or_none
from halfsky.plans.models import KeyPoint, Measure, Plan, PlanEdit, PlanState, Sentence
from halfsky.plans.permissions import ADOPT_PLANS, EDIT_PLANS, ENDORSE_PLANS, SEE_PLANS
from halfsky.plans.queries import review as queries
from halfsky.plans.queries.review import Names, Outline
from halfsky.plans.queries.visible import visible_plans
from halfsky.plans.rules.coverage import Coverage, Gap, GapAt
from halfsky.plans.sentences import gap_text
from halfsky.plans.services import editing, review
from halfsky.plans.services.refusals import Refused, Stale
from halfsky.plans.views.documents import LAMP_OF_STATE, wants_part
from halfsky.plans.views.marked_text import MarkedText, measure_labels

MARK_KINDS = ("date", "hotline", "owner", "partner")
YEAR = re.compile(r"(?:19|20)\d\d(?=年)")
REMOVED: labels.Labels = {
    "site": gettext_lazy("网站文字"),
    "hints": gettext_lazy("网站提示"),
    "meta": gettext_lazy("来源、作者等"),
    "page": gettext_lazy("页码"),
    "running_head": gettext_lazy("页眉页脚"),
    "cover": gettext_lazy("封面"),
    "repeated_title": gettext_lazy("重复的标题"),
    "chunk_number": gettext_lazy("断进句中的段号"),
    "line_wrap": gettext_lazy("句中断行"),
    "second_essay": gettext_lazy("同页的另一篇"),
}
STRUCTURE = frozenset({"point_id", "position", "start", "end", "text"})


# ── who sees and edits ─────────────────────────────────────────────────────────────────────


def _plan(request: HttpRequest, pk: int) -> Plan:
    """A plan in any state, for those who see the work on it; others get 404."""
    plans = visible_plans(request.user).filter(  # type: ignore[arg-type]
        access.scope(request.user, SEE_PLANS).q("unit")  # type: ignore[arg-type]
    )
    return get_object_or_404(
        plans.select_related("unit", "clean_text", "document", "previous").defer(
            "document__raw_text", "document__blocks"
        ),
        pk=pk,
    )


def _part_of(request: HttpRequest, model: type[Any], pk: int) -> Any:
    """A point, sentence or measure of a plan that the reader sees at work."""
    scope = access.scope(request.user, SEE_PLANS)  # type: ignore[arg-type]
    related = ["plan__unit", "plan__clean_text"]
    if model is Measure:
        related += ["lead_unit", "owner", "point"]
    rows = model.objects.select_related(*related).filter(scope.q("plan__unit"))
    return get_object_or_404(rows, pk=pk)


def _may_edit(request: HttpRequest, plan: Plan) -> bool:
    return (
        plan.is_open_to_edits
        and plan.state != PlanState.ENDORSED
        and access.may(request.user, EDIT_PLANS, plan.unit)  # type: ignore[arg-type]
    )


def _known(request: HttpRequest) -> int | None:
    """The revision that the reader saw when she pressed."""
    known = number_or_none(request.POST.get("known"))
    return known if known is not None else number_or_none(request.POST.get("after"))


# ── what a page and its parts show ─────────────────────────────────────────────────────────


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


def _desk(plan: Plan, *, may_edit: bool) -> Desk:
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
        may_edit=may_edit,
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


# ── the page ───────────────────────────────────────────────────────────────────────────────


@login_required
@require_safe
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """The review page (核对): the document at the left, the plan read out of it at the right."""
    plan = _plan(request, pk)
    may_edit = _may_edit(request, plan)
    desk = _desk(plan, may_edit=may_edit)
    chosen = number_or_none(request.GET.get("sentence"))
    context: dict[str, Any] = {
        "plan": plan,
        "desk": desk,
        "paragraphs": desk.text.paragraphs(),
        "removed": _removed_words(plan),
        "choices": queries.choices(plan) if may_edit else None,
        "assign": AssignForm(plan=plan) if may_edit else None,
        "sentence": next((s for s in desk.outline.sentences if s.pk == chosen), None),
        "declarations": list(labels.DECLARATIONS.items()),
        "state_word": dict(PlanState.choices)[plan.state],
        "lamp": LAMP_OF_STATE[PlanState(plan.state)],
        "step": 4
        if plan.state in {PlanState.ENDORSED, PlanState.ADOPTED, PlanState.AMENDED}
        else 3,
        "show_gaps": "gaps" in request.GET,
        "years": _year_choices(plan) if may_edit and not plan.year_settled else None,
        "may_endorse": access.may(request.user, ENDORSE_PLANS, plan.unit),  # type: ignore[arg-type]
        "may_adopt": access.may(request.user, ADOPT_PLANS, plan.unit),  # type: ignore[arg-type]
        "desk_member": access.may(request.user, EDIT_PLANS, plan.unit),  # type: ignore[arg-type]
        "returned": _returned(plan),
        "now": timezone.now(),
    }
    if context["assign"] is not None:
        context["assign"].offer(context["choices"])
    return render(request, "plans/review.html", context)


def _returned(plan: Plan) -> Any:
    """The last step of the plan's state, when it was a return or a rejection with a reason."""
    if plan.state not in {PlanState.PROPOSED, PlanState.REJECTED}:
        return None
    changes = audit.histories_of("plans.plan", [plan.pk]).get(plan.pk, [])
    return changes[-1] if changes and changes[-1].reason else None


def _removed_words(plan: Plan) -> list[dict[str, Any]]:
    """What the clean text leaves out, by reason: how many places and their text."""
    raw = plan.document.raw_text
    found: dict[str, list[str]] = {}
    for start, end, reason in plan.clean_text.removed:
        text = raw[start:end].strip()
        found.setdefault(reason, [])
        if text:
            found[reason].append(text)
    return [
        {"reason": REMOVED.get(reason, reason), "count": len(texts), "texts": texts}
        for reason, texts in found.items()
        if texts
    ]


def _year_choices(plan: Plan) -> list[dict[str, Any]]:
    """The years that the document names, each with places, the stated one and this year."""
    text = plan.clean_text.text
    found: dict[int, list[str]] = {}
    for match in YEAR.finditer(text):
        around = text[max(0, match.start() - 8) : match.end() + 12].replace("\n", " ")
        found.setdefault(int(match.group()), []).append(around)
    years = sorted({*found, plan.year, *([plan.stated_year] if plan.stated_year else [])})
    return [{"year": year, "places": found.get(year, [])[:3]} for year in years]


# ── answering an edit ──────────────────────────────────────────────────────────────────────


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


def _answer(
    request: HttpRequest,
    plan: Plan,
    edit: PlanEdit | None,
    says: str,
    *,
    anchor: str = "",
    row: int | None = None,
) -> HttpResponse:
    """Answer an edit that went through. `row` is the measure whose row the reader is typing in."""
    back = reverse("plans:review", args=[plan.pk]) + (f"#{anchor}" if anchor else "")
    undo_url = reverse("plans:undo", args=[plan.pk, edit.revision]) if edit else ""
    if not wants_part(request):
        if edit is not None:
            messages.success(request, says, extra_tags=f"undo={undo_url}")
        return redirect(back)
    seen = number_or_none(request.POST.get("after"))
    context: dict[str, Any] = {
        "undo_url": undo_url if edit and edit.undoes_id is None else "",
        "says": says if edit else "",
        "row": row,
        "anchor": anchor,
        "editors": "",
        "saved_at": timezone.now(),
        "after": edit.revision if edit and seen == edit.revision - 1 else seen or 0,
    }
    return _changed(request, plan, [edit] if edit else [], context, keep_row=row)


def _changed(
    request: HttpRequest,
    plan: Plan,
    edits: Iterable[PlanEdit],
    context: dict[str, Any],
    *,
    keep_row: int | None = None,
) -> HttpResponse:
    """Draw anew what some edits touched."""
    plan.refresh_from_db(fields=["revision", "state", "year", "year_settled"])
    desk = _desk(plan, may_edit=_may_edit(request, plan))
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
    context |= {
        "plan": plan,
        "desk": desk,
        "points": points,
        "everything": changes.everything,
        "measures": [m for m in measures if m.pk != keep_row and not changes.everything],
        "flags": [m for m in measures if m.pk == keep_row and not changes.everything],
        "chips_of": [
            point
            for point in desk.outline.points
            if any(m.pk in changes.measures for m in point.measures)
        ],
        "paragraphs": desk.text.paragraphs(changes.spans) if changes.spans else [],
        "year_changed": changes.year,
    }
    return render(request, "plans/_review_changes.html", context)


def _told(edits: list[PlanEdit], plan: Plan) -> list[EditLine]:
    ids = [edit.object_id for edit in edits if edit.what == "sentence"]
    text = plan.clean_text.text
    texts = {
        s.pk: text[s.start : s.end] for s in (Sentence.objects.filter(pk__in=ids) if ids else ())
    }
    return edit_lines(edits, queries.names_in(edits), texts)


def _refused(
    request: HttpRequest, plan: Plan, refused: Refused, *, mine: list[dict[str, str]] | None = None,
    hidden: list[tuple[str, str]] | None = None, anchor: str = "", retry: str = "",
) -> HttpResponse:  # fmt: skip
    """Say why nothing was written: 409 with who changed what, or 422 with the sentence."""
    stale = isinstance(refused, Stale)
    edits: list[PlanEdit] = list(refused.values.get("edits", [])) if stale else []
    if not wants_part(request) and not (stale and mine):
        messages.error(request, refused.says)
        return redirect(reverse("plans:review", args=[plan.pk]) + (f"#{anchor}" if anchor else ""))
    context = {
        "plan": plan,
        "refused": refused,
        "stale": stale,
        "lines": _told(edits, plan),
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


def _try(
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
        return _refused(request, plan, refused, anchor=anchor)
    return _answer(request, plan, done, says, anchor=anchor)


# ── measures ───────────────────────────────────────────────────────────────────────────────


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request-Type")
def edit_measure(request: HttpRequest, pk: int) -> HttpResponse:
    """The full editor of a measure; POST saves the fields that the page names."""
    measure: Measure = _part_of(request, Measure, pk)
    plan = measure.plan
    if request.method != "POST":
        return _editor(
            request, measure, MeasureForm(plan=plan, measure=measure, auto_id=f"id{pk}_%s")
        )
    access.require(request.user, EDIT_PLANS, plan.unit)  # type: ignore[arg-type]
    asked = request.POST.get("fields", "").split()
    only = MeasureForm.ROW if asked == ["row"] else tuple(
        name for name in MeasureForm.ALL if not asked or asked == ["all"] or name in asked
    )  # fmt: skip
    form = MeasureForm(request.POST, plan=plan, measure=measure, only=only, auto_id=f"id{pk}_%s")
    is_row = asked == ["row"]
    if not form.is_valid():
        return _invalid(request, measure, form, is_row=is_row)
    try:
        edit = editing.change_measure(
            measure=measure,
            known=_known(request),
            by=request.user,
            **form.values,  # type: ignore[arg-type]
        )
    except Refused as refused:
        return _measure_refused(request, measure, form, refused, is_row=is_row)
    return _answer(
        request,
        plan,
        edit,
        _("已存"),
        anchor=f"m-{pk}",
        row=pk if is_row else None,
    )


REFUSED_FIELDS = {
    "due_outside_year": "due_on",
    "lead_also_supports": "supporting_units",
    "empty_text": "text",
    "selection_too_long": "text",
}


def _invalid(
    request: HttpRequest, measure: Measure, form: MeasureForm, *, is_row: bool
) -> HttpResponse:
    """Say what is wrong beside the field that was saved by itself, or in the whole form again."""
    whole = len(form.fields) > len(MeasureForm.ALL)
    if wants_part(request) and (is_row or not whole or "save" not in request.POST):
        answer = render(request, "plans/_row_problem.html", {"form": form}, status=422)
        return answer if is_row else _into(answer, f"#ep-{measure.pk}")
    if not whole:
        messages.error(
            request, " ".join(error for errors in form.errors.values() for error in errors)
        )
        return redirect(reverse("plans:review", args=[measure.plan_id]) + f"#m-{measure.pk}")
    return _editor(request, measure, form, status=422)


def _measure_refused(
    request: HttpRequest, measure: Measure, form: MeasureForm, refused: Refused, *, is_row: bool
) -> HttpResponse:
    plan = measure.plan
    plan.refresh_from_db(fields=["revision", "state"])
    if not isinstance(refused, Stale):
        field = REFUSED_FIELDS.get(refused.code)
        form.add_error(field if field in form.fields else None, refused.says)
        return _invalid(request, measure, form, is_row=is_row)
    mine, hidden = _mine(request, measure, form, refused)
    answer = _refused(
        request, plan, refused, mine=mine, hidden=hidden, anchor=f"m-{measure.pk}",
        retry=reverse("plans:edit_measure", args=[measure.pk]),
    )  # fmt: skip
    return answer if is_row else _into(answer, f"#ep-{measure.pk}")


def _into(response: HttpResponse, target: str) -> HttpResponse:
    """Let a part go to another place of the page than the one it was asked for."""
    response["HX-Retarget"] = target
    response["HX-Reswap"] = "innerHTML"
    return response


def _mine(
    request: HttpRequest, measure: Measure, form: MeasureForm, stale: Stale
) -> tuple[list[dict[str, str]], list[tuple[str, str]]]:
    """The fields in conflict: what was, what the other made of it, what the reader wants."""
    edits = stale.values["edits"]
    name = f"measure:{measure.pk}"
    names = queries.names_in(edits)
    own = _own_names(form, names)
    clashing = {field for edit in edits for field in editing.changed_in(edit, name)}
    lines, hidden = [], []
    sent = {service: short for short, service in form.SERVICE_NAMES.items()}
    for service_name, value in form.values.items():
        if service_name not in clashing:
            continue
        plain = sent.get(service_name, service_name)
        was = (edits[0].before.get(name) or {}).get(service_name)
        theirs = (edits[-1].after.get(name) or {}).get(service_name)
        stored = value.isoformat() if service_name == "due_on" and value else value
        if stored == was:
            continue
        lines.append(
            {
                "label": field_label(service_name),
                "was": value_words(service_name, was, names),
                "theirs": value_words(service_name, theirs, names),
                "mine": value_words(service_name, stored, own),
            }
        )
        hidden.append(("fields", plain))
        if plain == "nodes":
            hidden += [("nodes_on", on) for on in request.POST.getlist("nodes_on")]
            hidden += [("nodes_text", text) for text in request.POST.getlist("nodes_text")]
        elif plain == "owner":
            hidden.append((plain, "" if value is None else str(value)))
        else:
            hidden += [(plain, one) for one in request.POST.getlist(plain)]
    fields = " ".join(value for key, value in hidden if key == "fields")
    return lines, [pair for pair in hidden if pair[0] != "fields"] + [("fields", fields)]


def _own_names(form: MeasureForm, names: Names) -> Names:
    """The names behind the reader's own choices as well."""
    values = form.values
    units = {values.get("lead_unit_id"), *values.get("supporting_unit_ids", [])} - {None}
    person = queries.person_of(form.plan, pk=values["owner_id"]) if values.get("owner_id") else None
    return Names(
        names.units | queries.unit_names(units),
        names.persons | ({person.pk: person.name} if person else {}),
        names.points,
    )


def _editor(
    request: HttpRequest, measure: Measure, form: MeasureForm, *, status: int = 200
) -> HttpResponse:
    """The editor as a part below the row, or as a page of its own."""
    plan = measure.plan
    form.offer(queries.choices(plan))
    points = list(plan.points.order_by("position", "id"))
    siblings = list(
        measure.point.measures.order_by("position", "id").values_list("pk", flat=True)
    )
    place = siblings.index(measure.pk)
    context = {
        "plan": plan,
        "measure": measure,
        "form": form,
        "points": points,
        "place": place,
        "is_last": place == len(siblings) - 1,
        "number": f"{[p.pk for p in points].index(measure.point_id) + 1}.{place + 1}",
        "may_edit": _may_edit(request, plan),
        "known": plan.revision if not form.is_bound else _known(request) or 0,
        "source": plan.clean_text.text[measure.start : measure.end],
    }
    template = "plans/_review_editor.html" if wants_part(request) else "plans/review_editor.html"
    return render(request, template, context, status=status)


@login_required
@require_safe
def row(request: HttpRequest, pk: int) -> HttpResponse:
    """One measure's row, as it stands now."""
    measure: Measure = _part_of(request, Measure, pk)
    plan = _plan(request, measure.plan_id)
    desk = _desk(plan, may_edit=_may_edit(request, plan))
    fresh = next(m for p in desk.outline.points for m in p.measures if m.pk == pk)
    return render(request, "plans/_measure_row.html", {"plan": plan, "desk": desk, "m": fresh})


@login_required
@require_POST
def add_measure(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a measure from a selected span, or from a whole sentence."""
    plan = _plan(request, pk)
    access.require(request.user, EDIT_PLANS, plan.unit)  # type: ignore[arg-type]
    start, end = _span(request, plan)
    return _try(
        request,
        plan,
        lambda: editing.add_measure(plan=plan, start=start, end=end, by=request.user),  # type: ignore[arg-type]
        _("已加为举措"),
        anchor=f"s-{request.POST.get('sentence')}" if request.POST.get("sentence") else "h-out",
    )


def _span(request: HttpRequest, plan: Plan) -> tuple[int, int]:
    start, end = (number_or_none(request.POST.get(name)) for name in ("start", "end"))
    if start is not None and end is not None:
        return start, end
    chosen = number_or_none(request.POST.get("sentence"))
    sentence = plan.sentences.filter(pk=chosen).first() if chosen else None
    return (sentence.start, sentence.end) if sentence else (0, 0)


@login_required
@require_POST
def remove_measure(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a measure out of the plan."""
    measure: Measure = _part_of(request, Measure, pk)
    return _try(
        request,
        measure.plan,
        lambda: editing.remove_measure(measure=measure, known=_known(request), by=request.user),  # type: ignore[arg-type]
        _("已移走一项举措"),
        anchor=f"p-{measure.point_id}",
    )


@login_required
@require_POST
def split_measure(request: HttpRequest, pk: int) -> HttpResponse:
    """Cut a measure in two at a place of its text (`cut`, counted in characters)."""
    measure: Measure = _part_of(request, Measure, pk)
    cut = number_or_none(request.POST.get("cut"))
    before = request.POST.get("before", "").strip()
    if cut is None and before and measure.text.count(before) == 1:
        cut = measure.text.index(before)
    return _try(
        request,
        measure.plan,
        lambda: editing.split_measure(
            measure=measure,
            text_at=cut or 0,
            known=_known(request),
            by=request.user,  # type: ignore[arg-type]
        ),
        _("已拆成两项"),
        anchor=f"m-{pk}",
    )


@login_required
@require_POST
def merge_measure(request: HttpRequest, pk: int) -> HttpResponse:
    """Join a measure with the one that follows it in its point."""
    measure: Measure = _part_of(request, Measure, pk)
    following = measure.point.measures.filter(position__gt=measure.position).order_by("position")
    second = following.first()

    def merge() -> PlanEdit | None:
        if second is None:
            access.require(request.user, EDIT_PLANS, measure.plan.unit)  # type: ignore[arg-type]
            raise Refused("nothing_follows")
        return editing.merge_measures(
            first=measure,
            second=second,
            by=request.user,
            known=_known(request),  # type: ignore[arg-type]
        )

    return _try(request, measure.plan, merge, _("已与下一项合并"), anchor=f"m-{pk}")


@login_required
@require_POST
def move_measure(request: HttpRequest, pk: int) -> HttpResponse:
    """Move a measure up, down, or to another point."""
    measure: Measure = _part_of(request, Measure, pk)
    plan = measure.plan
    point, position = measure.point, measure.position
    target = number_or_none(request.POST.get("point"))
    if request.POST.get("to") == "up":
        position = max(1, position - 1)
    elif request.POST.get("to") == "down":
        position += 1
    elif target is not None and target != point.pk:
        point = get_object_or_404(plan.points, pk=target)
        position = 10_000  # its end
    return _try(
        request,
        plan,
        lambda: editing.move_measure(
            measure=measure, point=point, position=position, known=_known(request),
            by=request.user,  # type: ignore[arg-type]
        ),
        _("已移动"),
        anchor=f"m-{pk}",
    )  # fmt: skip


@login_required
@require_POST
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the ticked measures the same owner, unit, date, kind …"""
    plan = _plan(request, pk)
    access.require(request.user, EDIT_PLANS, plan.unit)  # type: ignore[arg-type]
    form = AssignForm(request.POST, plan=plan)
    chosen = [
        n for text in request.POST.getlist("chosen") if (n := number_or_none(text)) is not None
    ]
    if not form.is_valid():
        problems = [f"{form.fields[name].label}：{errors[0]}" if name in form.fields else errors[0]
                    for name, errors in form.errors.items()]  # fmt: skip
        if wants_part(request):
            return render(request, "plans/_problems.html", {"problems": problems}, status=422)
        messages.error(request, " ".join(problems))
        return redirect("plans:review", pk=pk)
    measures = list(plan.measures.select_related("plan").filter(pk__in=chosen))

    def give() -> PlanEdit | None:
        if not form.values:
            raise Refused("nothing_to_assign")
        return editing.assign_many(measures=measures, by=request.user, **form.values)  # type: ignore[arg-type]

    count = len(measures)
    says = ngettext("已改%(n)d项举措", "已改%(n)d项举措", count) % {"n": count}
    return _try(request, plan, give, says, anchor="h-out")


# ── sentences and points ───────────────────────────────────────────────────────────────────


@login_required
@require_POST
def declare(request: HttpRequest, pk: int) -> HttpResponse:
    """Say why a sentence asks for no measure, or take it back."""
    sentence: Sentence = _part_of(request, Sentence, pk)
    declared = request.POST.get("declared", "")
    word = labels.DECLARATIONS.get(declared)
    says = _("已记为：%(word)s") % {"word": word} if word else _("已取消说明")
    return _try(
        request,
        sentence.plan,
        lambda: editing.declare_sentence(
            sentence=sentence,
            declared=declared,
            by=request.user,
            known=_known(request),  # type: ignore[arg-type]
        ),
        says,
        anchor=f"s-{pk}",
    )


@login_required
@require_POST
def add_point(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a key point whose heading is the selected span or sentence."""
    plan = _plan(request, pk)
    access.require(request.user, EDIT_PLANS, plan.unit)  # type: ignore[arg-type]
    start, end = _span(request, plan)
    return _try(
        request,
        plan,
        lambda: editing.add_point(plan=plan, start=start, end=end, by=request.user),  # type: ignore[arg-type]
        _("已增加要点"),
        anchor="h-out",
    )


@login_required
@require_POST
def rename_point(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what a key point is called."""
    point: KeyPoint = _part_of(request, KeyPoint, pk)
    heading = request.POST.get("heading", "")
    return _try(
        request,
        point.plan,
        lambda: editing.rename_point(point=point, heading=heading, by=request.user),  # type: ignore[arg-type]
        _("已改要点标题"),
        anchor=f"p-{pk}",
    )


@login_required
@require_POST
def merge_point(request: HttpRequest, pk: int) -> HttpResponse:
    """Join a key point to the one before it."""
    point: KeyPoint = _part_of(request, KeyPoint, pk)
    return _try(
        request,
        point.plan,
        lambda: editing.merge_point(point=point, by=request.user),  # type: ignore[arg-type]
        _("已并入前一要点"),
        anchor="h-out",
    )


@login_required
@require_POST
def settle_year(request: HttpRequest, pk: int) -> HttpResponse:
    """Decide for which year the plan is."""
    plan = _plan(request, pk)
    access.require(request.user, EDIT_PLANS, plan.unit)  # type: ignore[arg-type]
    form = YearForm(request.POST)
    if not form.is_valid():
        problem = next(iter(form.errors.values()))[0]
        messages.error(request, problem)
        return redirect(reverse("plans:review", args=[pk]) + "#year")
    try:
        edit = editing.settle_year(plan=plan, year=form.cleaned_data["settled"], by=request.user)  # type: ignore[arg-type]
    except Refused as refused:
        messages.error(request, refused.says)
        return redirect(reverse("plans:review", args=[pk]) + "#year")
    extra = f"undo={reverse('plans:undo', args=[pk, edit.revision])}" if edit else ""
    messages.success(
        request,
        _("计划年度定为%(year)s年") % {"year": form.cleaned_data["settled"]},
        extra_tags=extra,
    )
    return redirect("plans:review", pk=pk)


# ── what others do, history, undo ──────────────────────────────────────────────────────────


@login_required
@require_safe
@vary_on_headers("HX-Request-Type")
def changes(request: HttpRequest, pk: int) -> HttpResponse:
    """What was edited after the revision that the page knows: 204 when nothing was."""
    plan = _plan(request, pk)
    after = number_or_none(request.GET.get("after"))
    if after is None:
        after = plan.revision
    moved_on = request.GET.get("state", plan.state) != plan.state
    if plan.revision <= after and not moved_on:
        return HttpResponse(status=204)
    edits = queries.edits_after(plan, after)
    others = [edit for edit in edits if edit.account_id != request.user.pk]
    last = _told(others[-1:], plan)
    context = {
        "after": edits[-1].revision if edits else plan.revision,
        "undo_url": "",
        "says": "",
        "row": None,
        "anchor": "",
        "saved_at": None,
        "editors": last[0] if last else "",
        "moved_on": moved_on,
    }
    return _changed(request, plan, edits, context)


@login_required
@require_safe
@vary_on_headers("HX-Request-Type")
def edits(request: HttpRequest, pk: int) -> HttpResponse:
    """The edit history (修改记录): who changed what, when, from what to what; each can be undone."""
    plan = _plan(request, pk)
    before = number_or_none(request.GET.get("before"))
    found = queries.recent_edits(plan, before=before, limit=51)
    shown = found[:50]
    context = {
        "plan": plan,
        "lines": _told(shown, plan),
        "older": shown[-1].revision if len(found) > len(shown) else None,
        "may_edit": _may_edit(request, plan),
    }
    return render(request, "plans/edits.html", context)


@login_required
@require_POST
def undo(request: HttpRequest, pk: int, revision: int) -> HttpResponse:
    """Undo one edit; revision 0 means the reader's own last one."""
    plan = _plan(request, pk)
    access.require(request.user, EDIT_PLANS, plan.unit)  # type: ignore[arg-type]
    if revision == 0:
        edit = queries.last_own_edit(plan, request.user)  # type: ignore[arg-type]
        if edit is None:
            return _refused(request, plan, Refused("nothing_to_undo"))
    else:
        edit = get_object_or_404(plan.edits.select_related("plan"), revision=revision)
    what = labels.EDITS.get(edit.action, edit.action)
    return _try(
        request,
        plan,
        lambda: editing.undo(edit=edit, by=request.user),  # type: ignore[arg-type]
        _("已撤销：%(what)s") % {"what": what},
        anchor="h-out",
    )


# ── from proposal to adoption ──────────────────────────────────────────────────────────────


@login_required
@require_POST
def change_state(request: HttpRequest, pk: int) -> HttpResponse:
    """Submit, endorse, send back, adopt or put aside a plan."""
    plan = _plan(request, pk)
    known = _known(request)
    reason = request.POST.get("reason", "")
    by: Any = request.user
    steps: dict[str, tuple[Callable[[], Plan], str]] = {
        "submit": (lambda: review.submit(plan=plan, by=by), _("已提交审核")),
        "endorse": (
            lambda: review.endorse(plan=plan, by=by, known=known),
            _("已审核通过，等领导采纳"),
        ),
        "send_back": (lambda: review.send_back(plan=plan, by=by, reason=reason), _("已退回")),
        "reject": (lambda: review.reject(plan=plan, by=by, reason=reason), _("已记为未采用")),
        "adopt": (lambda: review.adopt(plan=plan, by=by, known=known), _("已采纳，开始计时")),
    }
    step = request.POST.get("step", "")
    if step not in steps:
        return redirect("plans:review", pk=pk)
    action, says = steps[step]
    address = reverse("plans:review", args=[pk])
    try:
        action()
    except Refused as refused:
        messages.error(request, refused.says)
        return redirect(f"{address}?gaps=1#gaps" if refused.code == "gaps" else address)
    messages.success(request, says)
    return redirect("plans:overview", pk=pk) if step == "adopt" else redirect(address)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def amend(request: HttpRequest, pk: int) -> HttpResponse:
    """Start an amendment (修订) of an adopted plan, with a reason."""
    plan = _plan(request, pk)
    access.require(request.user, EDIT_PLANS, plan.unit)  # type: ignore[arg-type]
    reason = request.POST.get("reason", "")
    problem = ""
    if request.method == "POST":
        try:
            made = review.start_amendment(plan=plan, reason=reason, by=request.user)  # type: ignore[arg-type]
        except Refused as refused:
            problem = refused.says
        else:
            messages.success(request, _("第%(n)s版已建好，可以修改") % {"n": made.version})
            return redirect("plans:review", pk=made.pk)
    running = plan.amendments.exclude(state=PlanState.REJECTED).first()
    context = {"plan": plan, "reason": reason, "problem": problem, "running": running}
    return render(request, "plans/review_amend.html", context, status=422 if problem else 200)


@login_required
@require_safe
def differences(request: HttpRequest, pk: int) -> HttpResponse:
    """What this version changes against the one before it."""
    plan = get_object_or_404(
        visible_plans(request.user).select_related("unit", "previous"),
        pk=pk,  # type: ignore[arg-type]
    )
    found = queries.version_differences(plan)
    names = queries.names_for(
        [d.measure for d in found], [d.earlier for d in found if d.earlier is not None]
    )
    rows = [
        {
            "what": difference.what,
            "measure": difference.measure,
            "changes": [
                (
                    _("要点") if name == "point" else field_label(name),
                    value_words(name, old, names),
                    value_words(name, new, names),
                )
                for name, (old, new) in difference.fields.items()
            ],
        }
        for difference in found
    ]
    context = {
        "plan": plan,
        "rows": rows,
        "counts": {
            what: sum(r["what"] == what for r in rows) for what in ("added", "changed", "removed")
        },
        "inside": access.may(request.user, SEE_PLANS, plan.unit),  # type: ignore[arg-type]
    }
    return render(request, "plans/differences.html", context)


# ── the text beside its original ───────────────────────────────────────────────────────────


@login_required
@require_safe
def source_text(request: HttpRequest, pk: int) -> HttpResponse:
    """The original beside the clean text: what was left out and why, and where each part stands."""
    plan = _plan(request, pk)
    document, clean = plan.document, plan.clean_text
    blocks = _original(document.raw_text, document.blocks, clean.removed)
    starts = [block["start"] for block in blocks]
    outline = queries.outline(plan)
    marked = MarkedText(plan, outline, measure_labels(outline))
    paragraphs = []
    for paragraph in marked.paragraphs():
        raw = _raw_place(clean.segments, paragraph.start)
        place = max((i for i, start in enumerate(starts) if start <= raw), default=0)
        paragraphs.append((paragraph, blocks[place] if blocks else None))
    context = {
        "plan": plan,
        "document": document,
        "blocks": blocks,
        "paragraphs": paragraphs,
        "removed": _removed_words(plan),
        "notices": [library_messages.notice_sentence(notice) for notice in document.notices],
    }
    return render(request, "plans/text.html", context)


def _raw_place(segments: list[list[int]], at: int) -> int:
    """Where a place of the clean text stands in the original."""
    raw = 0
    for clean_start, raw_start, _length in segments:
        if clean_start > at:
            break
        raw = raw_start + at - clean_start
    return raw


def _original(raw: str, stored: list[list[Any]], removed: list[list[Any]]) -> list[dict[str, Any]]:
    """The original block by block, each cut into kept pieces and removed ones with their reason."""
    cuts = sorted((start, end, reason) for start, end, reason in removed)
    blocks = []
    first = 0
    for number, (start, end, where) in enumerate(stored or [[0, len(raw), ""]]):
        pieces: list[tuple[str, Any]] = []
        at = start
        while first < len(cuts) and cuts[first][1] <= start:
            first += 1
        for cut_start, cut_end, reason in cuts[first:]:
            if cut_start >= end:
                break
            if max(cut_start, at) > at:
                pieces.append((raw[at : max(cut_start, at)], None))
            dropped = raw[max(cut_start, at) : min(cut_end, end)]
            if dropped:
                pieces.append((dropped, REMOVED.get(reason, reason)))
            at = max(at, min(cut_end, end))
        if at < end:
            pieces.append((raw[at:end], None))
        if any(text.strip() for text, _reason in pieces):
            blocks.append({"id": f"b-{number}", "start": start, "where": where, "pieces": pieces})
    return blocks


def _typed(request: HttpRequest) -> str:
    return (request.GET.get("q") or request.GET.get("owner_name") or "").strip()


@login_required
@require_safe
def people(request: HttpRequest, pk: int) -> HttpResponse:
    """Options for the owner's select: the people of the plan's unit whose name fits `q`."""
    plan = _plan(request, pk)
    found = queries.choices(plan, _typed(request)[:60])
    return render(request, "plans/_review_people.html", {"persons": found.persons})
