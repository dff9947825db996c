"""The year at a glance. Everything comes from kept counters, never from counting tasks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from django.db.models import Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from halfsky.kernel import days
from halfsky.kernel.measures import Period
from halfsky.kernel.workdays import is_workday
from halfsky.people import access
from halfsky.people.models import Account
from halfsky.plans.models import DueTally, Plan, PlanState, Task, TaskState
from halfsky.plans.permissions import ADOPT_PLANS, EDIT_PLANS, ENDORSE_PLANS
from halfsky.plans.queries.visible import visible_plans
from halfsky.plans.rules import lights
from halfsky.plans.rules.lights import Light, LightState

LAMPS_SHOWN = 12


@cache
def near_until(today: date, near_workdays: int) -> date:
    """The last near day, by the published calendar of working days."""
    return lights.near_until(today, near_workdays, lambda day: is_workday(day).is_workday)


@dataclass(frozen=True, slots=True)
class MeasureLine:
    """A measure as the overview shows it."""

    id: int
    label: str  # "4.2"
    text: str
    point_id: int
    owner_id: int | None
    owner: str
    total: int
    done: int
    next_due_on: date | None
    light: Light
    is_soft: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Measures that belong together: of a key point, or of an owner."""

    id: int
    ordinal: str
    title: str
    measures: list[MeasureLine]

    @property
    def total(self) -> int:
        return sum(line.total for line in self.measures)

    @property
    def done(self) -> int:
        return sum(line.done for line in self.measures)

    @property
    def light(self) -> Light:
        return lights.worst(line.light for line in self.measures)

    @property
    def next(self) -> MeasureLine | None:
        """The measure whose task is due first."""
        open_lines = [line for line in self.measures if line.next_due_on is not None]
        return min(open_lines, key=lambda line: line.next_due_on or date.max, default=None)

    @property
    def owners(self) -> list[str]:
        """The owners' names, each once, in order."""
        return list(dict.fromkeys(line.owner for line in self.measures if line.owner))


@dataclass(frozen=True, slots=True)
class Month:
    """What is due in a month."""

    month: int
    total: int
    closed: int
    late: int


@dataclass(frozen=True, slots=True)
class Pin:
    """A day on the time line: named by the document, or an important day that we suggest."""

    on: date
    text: str
    from_document: bool
    status: str = ""  # of an important day's source: read, recalled …


@dataclass(frozen=True, slots=True)
class DueTask:
    """A task that is due this week."""

    id: int
    measure_id: int
    label: str
    title: str
    due_on: date
    light: Light


@dataclass(frozen=True, slots=True)
class Overview:
    """The overview of a plan on a day."""

    today: date
    near_until: date
    measures: list[MeasureLine]
    points: list[Group]
    months: list[Month]
    weeks: list[tuple[date, int]]  # Monday, tasks due in that week
    pins: list[Pin]
    due_this_week: list[DueTask]

    @property
    def counts(self) -> dict[LightState, int]:
        """Number of measures by light."""
        found = dict.fromkeys(LightState, 0)
        for line in self.measures:
            found[line.light.state] += 1
        return found

    @property
    def total(self) -> int:
        return sum(month.total for month in self.months)

    @property
    def closed(self) -> int:
        return sum(month.closed for month in self.months)

    @property
    def owners(self) -> list[Group]:
        """The measures by owner, by name; those without one last."""
        groups: dict[int, Group] = {}
        for line in self.measures:
            key = line.owner_id or 0
            groups.setdefault(key, Group(key, "", line.owner, [])).measures.append(line)
        return sorted(groups.values(), key=lambda group: (not group.title, group.title))


def _measure_lines(plan: Plan, today: date, near: date) -> list[MeasureLine]:
    rows = plan.measures.order_by("point__position", "position", "id").values_list(
        "pk", "point__position", "position", "text", "point_id", "owner_id", "owner__name",
        "task_count", "done_count", "next_due_on", "is_soft",
    )  # fmt: skip
    return [
        MeasureLine(
            id=pk,
            label=f"{point}.{position}",
            text=text,
            point_id=point_id,
            owner_id=owner_id,
            owner=owner or "",
            total=total,
            done=done,
            next_due_on=next_due_on,
            light=lights.measure_light(
                task_count=total,
                done_count=done,
                next_due_on=next_due_on,
                today=today,
                near_until=near,
            ),
            is_soft=is_soft,
        )
        for (
            pk, point, position, text, point_id, owner_id, owner, total, done, next_due_on, is_soft,
        ) in rows  # fmt: skip
    ]


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def overview(plan: Plan, today: date) -> Overview:
    """The overview of a plan that the caller may see."""
    near = near_until(today, plan.near_workdays)
    lines = _measure_lines(plan, today, near)
    by_point: dict[int, list[MeasureLine]] = {}
    for line in lines:
        by_point.setdefault(line.point_id, []).append(line)
    months = {number: [0, 0, 0] for number in range(1, 13)}
    weeks: dict[date, int] = {}
    for due_on, total, closed in DueTally.objects.filter(plan=plan).values_list(
        "due_on", "total", "closed"
    ):
        month = months[due_on.month]
        month[0] += total
        month[1] += closed
        month[2] += total - closed if due_on < today else 0
        weeks[_monday(due_on)] = weeks.get(_monday(due_on), 0) + total
    points = [
        Group(point.pk, point.ordinal or str(point.position), point.heading, by_point[point.pk])
        for point in plan.points.order_by("position", "id")
        if point.pk in by_point
    ]
    return Overview(
        today=today,
        near_until=near,
        measures=lines,
        points=points,
        months=[Month(number, *counts) for number, counts in months.items()],
        weeks=sorted(weeks.items()),
        pins=_pins(plan),
        due_this_week=_due_this_week(plan, today, near),
    )


def _pins(plan: Plan) -> list[Pin]:
    pins = [
        Pin(mark.on, mark.text, from_document=True)
        for mark in plan.marks.filter(kind="date", on__isnull=False)
        if mark.on is not None and mark.on.year == plan.year
    ]
    named = {pin.on for pin in pins}
    for day in days.days_of_year(plan.year):
        if day.start not in named and day.start == day.end:
            pins.append(
                Pin(day.start, day.colloquial or day.name, from_document=False, status=day.status)
            )
    return sorted(pins, key=lambda pin: pin.on)


def _due_this_week(plan: Plan, today: date, near: date) -> list[DueTask]:
    monday = _monday(today)
    rows = (
        Task.objects.filter(
            plan=plan, state=TaskState.ISSUED, due_on__range=(monday, monday + timedelta(days=6))
        )
        .order_by("due_on", "id")
        .values_list(
            "pk", "measure_id", "measure__point__position", "measure__position", "title",
            "starts_on", "due_on",
        )[:8]  # fmt: skip
    )
    return [
        DueTask(
            pk,
            measure_id,
            f"{point}.{position}",
            title,
            due_on,
            lights.open_light(starts_on=starts_on, due_on=due_on, today=today, near_until=near),
        )
        for pk, measure_id, point, position, title, starts_on, due_on in rows
    ]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that waits for this account: what, since or until when, where."""

    text: str
    count: int
    when: date | None
    url: str
    icon: str


def waiting_for(account: Account, plan: Plan, today: date) -> list[Waiting]:
    """What waits for the account: plans to review or adopt, its own tasks that are near or late."""
    found = []
    for state, permission, text in (
        (PlanState.PROPOSED, EDIT_PLANS, _("计划待核对")),
        (PlanState.UNDER_REVIEW, ENDORSE_PLANS, _("计划待审核")),
        (PlanState.ENDORSED, ADOPT_PLANS, _("计划待采纳")),
    ):
        reach = access.scope(account, permission)
        if not reach:
            continue
        plans = list(
            visible_plans(account)
            .filter(reach.q("unit"), state=state)
            .order_by("proposed_at")[:20]
        )
        if plans:
            found.append(
                Waiting(
                    text,
                    len(plans),
                    plans[0].proposed_at.date(),
                    reverse("plans:review", args=[plans[0].pk])
                    if len(plans) == 1
                    else reverse("plans:list") + f"?state={state}",
                    "file-text",
                )
            )
    if account.person_id is not None:
        near = near_until(today, plan.near_workdays)
        mine = list(
            Task.objects.filter(
                owner_id=account.person_id, state=TaskState.ISSUED, due_on__lte=near
            )
            .order_by("due_on", "id")
            .values_list("due_on", flat=True)[:100]
        )
        if mine:
            found.append(
                Waiting(
                    _("我的任务临期或逾期"),
                    len(mine),
                    mine[0],
                    reverse("plans:tasks", args=[plan.pk]) + "?owner=me",
                    "list-check",
                )
            )
    return found


def year_figures(unit_path: str, period: Period) -> Mapping[str, int]:
    """Counts of a subtree for boards and reports: tasks due in the period, and those closed."""
    found = DueTally.objects.filter(
        plan__unit__path__startswith=unit_path,
        plan__state=PlanState.ADOPTED,
        due_on__range=(period.start, period.end),
    ).aggregate(total=Sum("total"), closed=Sum("closed"))
    return {"tasks": found["total"] or 0, "closed": found["closed"] or 0}
