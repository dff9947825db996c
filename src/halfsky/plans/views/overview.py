"""The year at a glance, the way to it, and the settings of a plan."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from halfsky.people import access
from halfsky.people.models import Account
from halfsky.plans import permissions, queries, sentences
from halfsky.plans.models import Plan, PlanState, Task
from halfsky.plans.queries.overview import LAMPS_SHOWN, WEEK_SHOWN, Overview, Pin, near_until
from halfsky.plans.rules import timeline
from halfsky.plans.rules.lights import LightState
from halfsky.plans.services import review as review_service
from halfsky.plans.services.refusals import Refused
from halfsky.plans.task_forms import SettingsForm

VIEWS = ("points", "owners", "months")
SOFT = "soft"  # measures without a deliverable
LIGHTS = frozenset({*LightState, SOFT})
MEASURES_SHOWN = 200
LINE = 880  # pixels that the time line has at least where it is shown


# ── home ───────────────────────────────────────────────────────────────────────────────────


def _switched_to(request: HttpRequest, name: str) -> int | None:
    value = request.session.get(name)
    return value if isinstance(value, int) else None


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Go to the overview of the plan that the reader works with, or say how the first one comes."""
    account: Account = request.user  # type: ignore[assignment]
    plan = queries.current_plan(
        account, unit_id=_switched_to(request, "unit"), year=_switched_to(request, "year")
    )
    if plan is not None:
        return redirect("plans:overview", plan.pk)
    return render(
        request,
        "plans/home.html",
        {
            "may_import": bool(access.scope(account, permissions.EDIT_PLANS)),
            "may_read": bool(access.scope(account, permissions.READ_ADOPTED)),
        },
    )


# ── the overview ───────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Body:
    """An overview as HTML but for what waits for its reader, which stands between the two parts.

    `week` lists the tasks due this week for who may see all of them.
    """

    before: SafeString
    week: SafeString
    after: SafeString


@dataclass(frozen=True, slots=True)
class PlacedPin:
    """A day on the time line with its place in per cent; `top` and `text_at` are pixels."""

    pin: Pin
    when: str
    name: str
    short: str
    x: str
    top: int | None
    leftward: bool


LABEL_SIGNS = 12  # a Chinese sign counts one, another half
LANE = 18  # pixels


def _short(text: str) -> str:
    """`text` as a label: cut after about twelve Chinese signs."""
    width = 0.0
    for place, sign in enumerate(text):
        width += 1 if ord(sign) > 0x2E7F else 0.5
        if width > LABEL_SIGNS:
            return text[:place].rstrip() + "…"
    return text


def _label_text(pin: Pin, language: str) -> str:
    return f"{_when(pin)} {_short(pin.text_in(language))}"


def _when(pin: Pin) -> str:
    """The day of a pin, as short as it can be said: 3.8, Mar 8."""
    if (translation.get_language() or "zh").startswith("zh"):
        return f"{pin.on.month}.{pin.on.day}"
    return sentences.day(pin.on)


def _placed_first(
    pins: list[Pin],
    wanted: Callable[[list[Pin]], list[tuple[float, float]]],
    now: list[timeline.Label],
) -> dict[Pin, timeline.Label]:
    """Labels for the document's own days: in the order that leaves the fewest without one.

    Rather across the line of today than none at all.
    """
    best: dict[Pin, timeline.Label] = {}
    for standing in (now, []):
        for order in (pins, pins[::-1]):
            placed = dict(zip(order, timeline.place_labels(wanted(order), standing), strict=True))
            hidden = sum(label.lane is None for label in placed.values())
            if not best or hidden < sum(label.lane is None for label in best.values()):
                best = placed
            if not hidden:
                return best
    return best


def _placed_pins(found: Overview, year: int, language: str) -> list[PlacedPin]:
    """The pins of the year with their places; the document's own get their labels first.

    A suggestion without room for its label is left out: it stands in the table.
    """
    now = (
        [timeline.Label(timeline.place_in_year(found.today), 0.0, 0)]
        if found.today.year == year
        else []
    )
    named = [pin for pin in found.pins if pin.from_document]
    suggested = sorted(
        (pin for pin in found.pins if not pin.from_document), key=lambda pin: (pin.weight, pin.on)
    )

    def wanted(pins: list[Pin]) -> list[tuple[float, float]]:
        return [
            (
                timeline.place_in_year(pin.on),
                (timeline.label_width(_label_text(pin, language)) + 20) / LINE,
            )
            for pin in pins
        ]

    placed = _placed_first(named, wanted, now)
    standing = [*placed.values(), *now]
    placed |= zip(suggested, timeline.place_labels(wanted(suggested), standing), strict=True)
    return [
        PlacedPin(
            pin=pin,
            when=_when(pin),
            name=pin.text_in(language),
            short=_short(pin.text_in(language)),
            x=f"{100 * label.x:.2f}%",
            top=None if label.lane is None else LANE * label.lane,
            leftward=label.leftward,
        )
        for pin, label in placed.items()
        if pin.from_document or label.lane is not None
    ]


def _weeks(found: Overview, year: int) -> list[dict[str, Any]]:
    """The bars of the weeks: place in per cent, height in pixels, whether past."""
    most = max((total for _monday, total in found.weeks), default=0)
    bars = []
    for monday, total in found.weeks:
        start = max(monday, date(year, 1, 1))
        bars.append(
            {
                "x": f"{100 * timeline.place_in_year(start):.2f}%",
                "high": max(2, round(26 * total / most)) if total else 0,
                "past": monday < found.today,
                "monday": monday,
                "total": total,
            }
        )
    return bars


def _part(template: str, context: dict[str, Any]) -> SafeString:
    return mark_safe(render_to_string(template, context, using="jinja2"))  # Jinja2 has escaped it


@lru_cache(maxsize=64)
def _body(
    plan_id: int,
    pulse: int,
    state: str,
    today: date,
    language: str,
    view: str,
    light: str,
    may_set: bool,
    minute: int,
) -> Body:
    """Read and render an overview once for all its readers.

    `pulse` grows with every change of a task or measure; the minute bounds how long a changed name
    of a person may stay unseen. They and the state are here for the key alone.
    """
    plan = (
        Plan.objects.select_related("unit", "document").defer("document__raw_text").get(pk=plan_id)
    )
    found = queries.overview(plan, today)
    listed = [
        line
        for line in found.measures
        if (line.is_soft if light == SOFT else line.light.state == light)
    ]
    name = plan.document.name
    context: dict[str, Any] = {
        "plan": plan,
        "source": name.rpartition(".")[0] or name,
        "newer": plan.amendments.exclude(adopted_at=None).order_by("-version").first()
        if plan.state == PlanState.AMENDED
        else None,
        "may_set": may_set,
        "week_number": today.isocalendar().week,
        "found": found,
        "today": today,
        "view": view,
        "light": light,
        "listed": listed[:MEASURES_SHOWN],
        "listed_more": len(listed) > MEASURES_SHOWN,
        "listed_count": len(listed),
        "lamps_shown": LAMPS_SHOWN,
        "word": sentences.light_word,
        "why": sentences.light_reason,
        "month_name": sentences.month,
        "language": language,
    }
    tasks = queries.due_this_week(Task.objects.filter(plan=plan), plan, today)
    line = {
        "pins": _placed_pins(found, plan.year, language),
        "weeks": _weeks(found, plan.year),
        "now": f"{100 * timeline.place_in_year(today):.2f}%" if today.year == plan.year else "",
        "now_leftward": today.month > 6,
    }
    return Body(
        _part("plans/_overview_main.html", context),
        _week(tasks, plan, today),
        _part("plans/_overview_line.html", context | line),
    )


def _week(tasks: list[Any], plan: Plan, today: date) -> SafeString:
    return _part(
        "plans/_overview_week.html",
        {
            "tasks": tasks,
            "plan": plan,
            "today": today,
            "why": sentences.light_reason,
            "shown": WEEK_SHOWN,
        },
    )


def forget_bodies() -> None:
    """Drop what is kept; for tests and after restoring a backup."""
    _body.cache_clear()


@login_required
@require_safe
def overview(request: HttpRequest, pk: int) -> HttpResponse:
    """The overview of a plan: `view` is points, owners or months; `light` lists its measures."""
    account: Account = request.user  # type: ignore[assignment]
    plan = queries.visible_plan(account, pk)
    if plan.state not in {PlanState.ADOPTED, PlanState.AMENDED}:
        return _not_adopted(request, account, plan)
    today = timezone.localdate()
    view, light = request.GET.get("view", ""), request.GET.get("light", "")
    body = _body(
        plan.pk,
        plan.pulse,
        plan.state,
        today,
        translation.get_language() or "",
        view if view in VIEWS else VIEWS[0],
        light if light in LIGHTS else "",
        access.may(account, permissions.CHANGE_SETTINGS, plan.unit),
        int(time.time() // 60),
    )
    if access.may(account, permissions.SEE_TASKS, plan.unit):
        week = body.week
    else:
        tasks = queries.visible_tasks(account, plan)
        week = _week(queries.due_this_week(tasks, plan, today), plan, today)
    waiting = queries.waiting_for(account, plan, today)
    return render(request, "plans/overview.html", {"body": body, "week": week, "waiting": waiting})


STEPS = (PlanState.PROPOSED, PlanState.UNDER_REVIEW, PlanState.ENDORSED, PlanState.ADOPTED)


def _not_adopted(request: HttpRequest, account: Account, plan: Plan) -> HttpResponse:
    """A plan on its way: which step it is at and who takes the next one."""
    permission, who = {
        PlanState.PROPOSED: (permissions.EDIT_PLANS, _("由妇女工作专干核对后提交。")),
        PlanState.UNDER_REVIEW: (permissions.ENDORSE_PLANS, _("由妇委会主任审核。")),
        PlanState.ENDORSED: (permissions.ADOPT_PLANS, _("由局领导采纳，采纳后任务下发。")),
    }.get(PlanState(plan.state), (None, ""))
    return render(
        request,
        "plans/overview_proposed.html",
        {
            "plan": plan,
            "step": STEPS.index(PlanState(plan.state)) + 1 if plan.state in STEPS else 0,
            "who": who,
            "is_mine": permission is not None and access.may(account, permission, plan.unit),
            "points": plan.points.count(),
            "measures": plan.measures.count(),
        },
    )


# ── settings ───────────────────────────────────────────────────────────────────────────────


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest, pk: int) -> HttpResponse:
    """How many working days before its date something counts as near (临期)."""
    account: Account = request.user  # type: ignore[assignment]
    plan = queries.visible_plan(account, pk)
    access.require(account, permissions.CHANGE_SETTINGS, plan.unit)
    form = SettingsForm(
        request.POST if request.method == "POST" else None,
        initial={"near_workdays": plan.near_workdays},
    )
    if request.method == "POST" and form.is_valid():
        try:
            review_service.change_settings(
                plan=plan, near_workdays=form.cleaned_data["near_workdays"], by=account
            )
        except Refused as refused:
            form.add_error("near_workdays", refused.says)
        else:
            messages.success(request, _("已保存。状态灯按新的天数计算。"))
            return redirect("plans:settings", pk)
    today = timezone.localdate()
    return render(
        request,
        "plans/settings.html",
        {
            "plan": plan,
            "form": form,
            "today": today,
            "near_until": near_until(today, plan.near_workdays),
        },
        status=422 if form.errors else 200,
    )
