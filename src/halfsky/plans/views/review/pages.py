"""The review page (核对) and the people that its selects offer."""

from __future__ import annotations

import re
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from halfsky.audit import queries as audit
from halfsky.people import access
from halfsky.plans import labels
from halfsky.plans.forms import AssignForm, number_or_none
from halfsky.plans.models import Plan, PlanState
from halfsky.plans.permissions import ADOPT_PLANS, EDIT_PLANS, ENDORSE_PLANS
from halfsky.plans.queries import review as queries
from halfsky.plans.views.documents import LAMP_OF_STATE
from halfsky.plans.views.review.desk import desk_of, plan_at_work, reader
from halfsky.plans.views.review.source import removed_words

YEAR = re.compile(r"(?:19|20)\d\d(?=年)")


@login_required
@require_safe
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """The review page (核对): the document at the left, the plan read out of it at the right."""
    plan = plan_at_work(request, pk)
    desk = desk_of(request, plan)
    chosen = number_or_none(request.GET.get("sentence"))
    context: dict[str, Any] = {
        "plan": plan,
        "desk": desk,
        "paragraphs": desk.text.paragraphs(),
        "removed": removed_words(plan),
        "choices": queries.choices(plan) if desk.may_edit else None,
        "assign": AssignForm(plan=plan) if desk.may_edit else None,
        "sentence": next((s for s in desk.outline.sentences if s.pk == chosen), None),
        "declarations": list(labels.DECLARATIONS.items()),
        "state_word": dict(PlanState.choices)[plan.state],
        "lamp": LAMP_OF_STATE[PlanState(plan.state)],
        "step": 4
        if plan.state in {PlanState.ENDORSED, PlanState.ADOPTED, PlanState.AMENDED}
        else 3,
        "show_gaps": "gaps" in request.GET,
        "years": _year_choices(plan) if desk.may_edit and not plan.year_settled else None,
        "may_endorse": access.may(reader(request), ENDORSE_PLANS, plan.unit),
        "may_adopt": access.may(reader(request), ADOPT_PLANS, plan.unit),
        "desk_member": access.may(reader(request), EDIT_PLANS, plan.unit),
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


def _year_choices(plan: Plan) -> list[dict[str, Any]]:
    """The years that the document names, each with places, the stated one and this year."""
    text = plan.clean_text.text
    found: dict[int, list[str]] = {}
    for match in YEAR.finditer(text):
        around = text[max(0, match.start() - 8) : match.end() + 12].replace("\n", " ")
        found.setdefault(int(match.group()), []).append(around)
    years = sorted({*found, plan.year, *([plan.stated_year] if plan.stated_year else [])})
    return [{"year": year, "places": found.get(year, [])[:3]} for year in years]


@login_required
@require_safe
def people(request: HttpRequest, pk: int) -> HttpResponse:
    """Options for the owner's select: the people of the plan's unit whose name fits `q`."""
    plan = plan_at_work(request, pk)
    found = queries.choices(plan, _typed(request)[:60])
    return render(request, "plans/_review_people.html", {"persons": found.persons})


def _typed(request: HttpRequest) -> str:
    return (request.GET.get("q") or request.GET.get("owner_name") or "").strip()
