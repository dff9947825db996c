"""Plan documents: the list, bringing one in, and the list of plans with their versions."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers

from halfsky.library.papers import CannotRead
from halfsky.people import access
from halfsky.people import queries as people
from halfsky.people.queries import BadKey
from halfsky.plans.forms import ImportForm, NarrowForm
from halfsky.plans.models import Plan, PlanState
from halfsky.plans.permissions import EDIT_PLANS, READ_ADOPTED, SEE_PLANS
from halfsky.plans.queries import documents as queries
from halfsky.plans.services import importing
from halfsky.plans.services.refusals import Refused

LAMP_OF_STATE = {
    PlanState.PROPOSED: "idle",
    PlanState.UNDER_REVIEW: "due",
    PlanState.ENDORSED: "due",
    PlanState.ADOPTED: "ok",
    PlanState.AMENDED: "done",
    PlanState.REJECTED: "idle",
}


def wants_part(request: HttpRequest) -> bool:
    """Whether the script asks for a part of the page."""
    return request.headers.get("HX-Request-Type") == "partial"


def _narrow_form(request: HttpRequest, permission: Any) -> NarrowForm:
    account = request.user
    return NarrowForm(
        request.GET,
        units=people.unit_choices(account, permission),  # type: ignore[arg-type]
        years=queries.years_within_reach(account),  # type: ignore[arg-type]
    )


def _keys(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET.get(name, "")[:60] for name in ("after", "before")}


@login_required
@require_safe
def document_list(request: HttpRequest) -> HttpResponse:
    """The plan documents within reach, newest first, with what each became."""
    account = request.user
    if access.scope(account, SEE_PLANS).nothing:  # type: ignore[arg-type]
        raise access.OutOfReach
    form = _narrow_form(request, SEE_PLANS)
    try:
        page = queries.document_rows(account, form.narrowed, **_keys(request))  # type: ignore[arg-type]
    except BadKey:
        return redirect("plans:documents")
    context = {
        "form": form,
        "page": page,
        "may_import": bool(access.scope(account, EDIT_PLANS)),  # type: ignore[arg-type]
        "lamp_of": LAMP_OF_STATE,
        "state_words": dict(PlanState.choices),
    }
    return render(request, "plans/documents.html", context)


@login_required
@require_safe
def plan_list(request: HttpRequest) -> HttpResponse:
    """The plans within reach by year, each version with its state."""
    account = request.user
    reads = access.scope(account, READ_ADOPTED)  # type: ignore[arg-type]
    if reads.nothing and access.scope(account, SEE_PLANS).nothing:  # type: ignore[arg-type]
        raise access.OutOfReach
    form = _narrow_form(request, READ_ADOPTED)
    try:
        page = queries.plan_rows(account, form.narrowed, **_keys(request))  # type: ignore[arg-type]
    except BadKey:
        return redirect("plans:list")
    sees = access.scope(account, SEE_PLANS)  # type: ignore[arg-type]
    context = {
        "form": form,
        "page": page,
        "inside": {plan.pk for plan in page.rows if sees.covers(plan.unit)},
        "lamp_of": LAMP_OF_STATE,
        "state_words": dict(PlanState.choices),
        "running": {PlanState.ADOPTED, PlanState.AMENDED},
    }
    return render(request, "plans/plan_list.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request-Type")
def new_document(request: HttpRequest) -> HttpResponse:
    """Bring a plan document: a file or pasted text. On failure nothing is stored."""
    account = request.user
    units = people.unit_choices(account, EDIT_PLANS)  # type: ignore[arg-type]
    if not units:
        raise access.OutOfReach
    ids = [pk for pk, _name in units]
    home = account.home_unit_id  # type: ignore[union-attr]
    first = home if home in ids else ids[0]
    form = ImportForm(
        request.POST or None, request.FILES or None, units=units, initial={"unit": first}
    )
    context: dict[str, Any] = {"form": form, "problem": None, "twins": []}
    if request.method != "POST":
        return render(request, "plans/new_document.html", context)
    form.is_bound = True
    if not form.is_valid():
        return _refused(request, context)
    unit_id = form.cleaned_data["unit"]
    if not form.cleaned_data["again"] and form.digest:
        context["twins"] = queries.plans_from_same_file(account, form.digest, unit_id)  # type: ignore[arg-type]
        if context["twins"]:
            return _refused(request, context)
    try:
        plan = _import(request, form)
    except CannotRead as cannot:
        context["problem"] = (cannot.says, cannot.mend)
        return _refused(request, context)
    except Refused as refused:
        context["problem"] = (refused.says, "")
        return _refused(request, context)
    messages.success(
        request,
        _("已识别：%(points)s个要点、%(measures)s项举措。请核对。")
        % {"points": plan.points.count(), "measures": plan.measures.count()},
    )
    address = reverse("plans:review", args=[plan.pk])
    if wants_part(request):
        return HttpResponse(headers={"HX-Redirect": address})
    return redirect(address)


def _import(request: HttpRequest, form: ImportForm) -> Plan:
    got, account = form.cleaned_data, request.user
    unit = people.visible_units(account, EDIT_PLANS).get(pk=got["unit"])  # type: ignore[arg-type]
    if got["file"]:
        return importing.import_upload(upload=got["file"], unit=unit, year=got["year"], by=account)  # type: ignore[arg-type]
    return importing.import_text(
        text=got["text"],
        name=form.pasted_name,
        unit=unit,
        year=got["year"],
        by=account,  # type: ignore[arg-type]
    )


def _refused(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """Say what is wrong; what was typed or chosen stays in the page."""
    part = wants_part(request)
    template = "plans/_new_document_problem.html" if part else "plans/new_document.html"
    return render(request, template, context, status=422)
