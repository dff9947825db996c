"""Sentences, key points, and the year of the plan."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from halfsky.plans import labels
from halfsky.plans.forms import YearForm
from halfsky.plans.models import KeyPoint, Sentence
from halfsky.plans.services import editing
from halfsky.plans.services.refusals import Refused
from halfsky.plans.views.review.answers import add_from_span, back_to_review, try_edit
from halfsky.plans.views.review.desk import known_revision, part_at_work, plan_to_edit, reader


@login_required
@require_POST
def declare(request: HttpRequest, pk: int) -> HttpResponse:
    """Say why a sentence asks for no measure, or take it back."""
    sentence = part_at_work(request, Sentence, pk)
    declared = request.POST.get("declared", "")
    word = labels.DECLARATIONS.get(declared)
    says = _("已记为：%(word)s") % {"word": word} if word else _("已取消说明")
    return try_edit(
        request,
        sentence.plan,
        lambda: editing.declare_sentence(
            sentence=sentence,
            declared=declared,
            by=reader(request),
            known=known_revision(request),
        ),
        says,
        anchor=f"s-{pk}",
    )


@login_required
@require_POST
def add_point(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a key point whose heading is the selected span or sentence."""
    return add_from_span(request, pk, editing.add_point, _("已增加要点"))


@login_required
@require_POST
def rename_point(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what a key point is called."""
    point = part_at_work(request, KeyPoint, pk)
    heading = request.POST.get("heading", "")
    return try_edit(
        request,
        point.plan,
        lambda: editing.rename_point(point=point, heading=heading, by=reader(request)),
        _("已改要点标题"),
        anchor=f"p-{pk}",
    )


@login_required
@require_POST
def merge_point(request: HttpRequest, pk: int) -> HttpResponse:
    """Join a key point to the one before it."""
    point = part_at_work(request, KeyPoint, pk)
    return try_edit(
        request,
        point.plan,
        lambda: editing.merge_point(point=point, by=reader(request)),
        _("已并入前一要点"),
        anchor="h-out",
    )


@login_required
@require_POST
def settle_year(request: HttpRequest, pk: int) -> HttpResponse:
    """Decide for which year the plan is."""
    plan = plan_to_edit(request, pk)
    form = YearForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(next(iter(form.errors.values()))[0]))
        return back_to_review(pk, "year")
    year = form.cleaned_data["settled"]
    try:
        edit = editing.settle_year(plan=plan, year=year, by=reader(request))
    except Refused as refused:
        messages.error(request, refused.says)
        return back_to_review(pk, "year")
    extra = f"undo={reverse('plans:undo', args=[pk, edit.revision])}" if edit else ""
    messages.success(request, _("计划年度定为%(year)s年") % {"year": year}, extra_tags=extra)
    return back_to_review(pk)
