"""Rows of measures: add, remove, cut, join, move, and give many the same."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from halfsky.people import access
from halfsky.plans.forms import AssignForm, number_or_none
from halfsky.plans.models import Measure, PlanEdit
from halfsky.plans.permissions import EDIT_PLANS
from halfsky.plans.services import editing
from halfsky.plans.services.refusals import Refused
from halfsky.plans.views.documents import wants_part
from halfsky.plans.views.review.answers import add_from_span, back_to_review, try_edit
from halfsky.plans.views.review.desk import (
    desk_of,
    known_revision,
    part_at_work,
    plan_at_work,
    plan_to_edit,
    reader,
)


@login_required
@require_safe
def row(request: HttpRequest, pk: int) -> HttpResponse:
    """One measure's row, as it stands now."""
    measure = part_at_work(request, Measure, pk)
    plan = plan_at_work(request, measure.plan_id)
    desk = desk_of(request, plan)
    fresh = next(m for p in desk.outline.points for m in p.measures if m.pk == pk)
    return render(request, "plans/_measure_row.html", {"plan": plan, "desk": desk, "m": fresh})


@login_required
@require_POST
def add_measure(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a measure from a selected span, or from a whole sentence."""
    sentence = request.POST.get("sentence")
    anchor = f"s-{sentence}" if sentence else "h-out"
    return add_from_span(request, pk, editing.add_measure, _("已加为举措"), anchor=anchor)


@login_required
@require_POST
def remove_measure(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a measure out of the plan."""
    measure = part_at_work(request, Measure, pk)
    return try_edit(
        request,
        measure.plan,
        lambda: editing.remove_measure(
            measure=measure, known=known_revision(request), by=reader(request)
        ),
        _("已移走一项举措"),
        anchor=f"p-{measure.point_id}",
    )


@login_required
@require_POST
def split_measure(request: HttpRequest, pk: int) -> HttpResponse:
    """Cut a measure in two at a place of its text (`cut`, counted in characters)."""
    measure = part_at_work(request, Measure, pk)
    cut = number_or_none(request.POST.get("cut"))
    before = request.POST.get("before", "").strip()
    if before:  # typed on purpose; the cursor has stood somewhere in any case
        cut = measure.text.index(before) if measure.text.count(before) == 1 else None
    return try_edit(
        request,
        measure.plan,
        lambda: editing.split_measure(
            measure=measure,
            text_at=cut or 0,
            known=known_revision(request),
            by=reader(request),
        ),
        _("已拆成两项"),
        anchor=f"m-{pk}",
    )


@login_required
@require_POST
def merge_measure(request: HttpRequest, pk: int) -> HttpResponse:
    """Join a measure with the one that follows it in its point."""
    measure = part_at_work(request, Measure, pk)
    following = measure.point.measures.filter(position__gt=measure.position).order_by("position")
    second = following.first()

    def merge() -> PlanEdit | None:
        if second is None:
            access.require(reader(request), EDIT_PLANS, measure.plan.unit)
            raise Refused("nothing_follows")
        return editing.merge_measures(
            first=measure,
            second=second,
            by=reader(request),
            known=known_revision(request),
        )

    return try_edit(request, measure.plan, merge, _("已与下一项合并"), anchor=f"m-{pk}")


@login_required
@require_POST
def move_measure(request: HttpRequest, pk: int) -> HttpResponse:
    """Move a measure up, down, or to another point."""
    measure = part_at_work(request, Measure, pk)
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
    return try_edit(
        request,
        plan,
        lambda: editing.move_measure(
            measure=measure, point=point, position=position, known=known_revision(request),
            by=reader(request),
        ),
        _("已移动"),
        anchor=f"m-{pk}",
    )  # fmt: skip


@login_required
@require_POST
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the ticked measures the same owner, unit, date, kind …"""
    plan = plan_to_edit(request, pk)
    form = AssignForm(request.POST, plan=plan)
    chosen = [
        n for text in request.POST.getlist("chosen") if (n := number_or_none(text)) is not None
    ]
    if not form.is_valid():
        problems = [f"{form.fields[name].label}：{errors[0]}" if name in form.fields
                    else str(errors[0]) for name, errors in form.errors.items()]  # fmt: skip
        if wants_part(request):
            return render(request, "plans/_problems.html", {"problems": problems}, status=422)
        messages.error(request, " ".join(problems))
        return back_to_review(pk)
    measures = list(plan.measures.select_related("plan").filter(pk__in=chosen))

    def give() -> PlanEdit | None:
        if not form.values:
            raise Refused("nothing_to_assign")
        return editing.assign_many(measures=measures, by=reader(request), **form.values)

    count = len(measures)
    says = ngettext("已改%(n)d项举措", "已改%(n)d项举措", count) % {"n": count}
    return try_edit(request, plan, give, says, anchor="h-out")
