"""From proposal to adoption, and from version to version."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from halfsky.people import access
from halfsky.plans.edit_words import field_label, value_words
from halfsky.plans.models import Plan, PlanState
from halfsky.plans.permissions import SEE_PLANS
from halfsky.plans.queries import review as queries
from halfsky.plans.queries.visible import visible_plans
from halfsky.plans.services import review
from halfsky.plans.services.refusals import Refused
from halfsky.plans.views.review.desk import known_revision, plan_at_work, plan_to_edit, reader


@login_required
@require_POST
def change_state(request: HttpRequest, pk: int) -> HttpResponse:
    """Submit, endorse, send back, adopt or put aside a plan."""
    plan = plan_at_work(request, pk)
    known = known_revision(request)
    reason = request.POST.get("reason", "")
    by = reader(request)
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
    plan = plan_to_edit(request, pk)
    reason = request.POST.get("reason", "")
    problem = ""
    if request.method == "POST":
        try:
            made = review.start_amendment(plan=plan, reason=reason, by=reader(request))
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
        visible_plans(reader(request)).select_related("unit", "previous"),
        pk=pk,
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
        "inside": access.may(reader(request), SEE_PLANS, plan.unit),
    }
    return render(request, "plans/differences.html", context)
