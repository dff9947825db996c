"""The year at a glance. Everything comes from kept counters, never from counting tasks."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from django.db.models import Q, QuerySet, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from halfsky.kernel import days
from halfsky.kernel.measures import Period
from halfsky.kernel.workdays import is_workday
from halfsky.people import access
from halfsky.people.models import Account
from halfsky.plans.models import DueTally, Plan, PlanState, Task, TaskState
from halfsky.plans.permissions import ADOPT_PLANS, EDIT_PLANS, ENDORSE_PLANS
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
    owner_key: str  # pinyin, to sort by
    total: int
    done: int
    next_due_on: date | None
    next_text: str  # what the document says of that day, if it names it
    light: Light
    is_soft: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Measures that belong together: of a key point, or of an owner.

    An owner's measures are named, never summed up into a mark for the person.
    """

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
    """A day on the time line: named by the document, or an important day that we suggest.

    `status` says how far an important day's source was read (see kernel.days), "" for a date that
    the document names. `weight` orders suggestions: the lower, the sooner it gets a label.
    """

    on: date
    text: str
    text_en: str
    from_document: bool
    status: str = ""
    weight: int = 0

    def text_in(self, language: str) -> str:
        """Its name in `language`."""
        return self.text_en if language.startswith("en") and self.text_en else self.text


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
    """The overview of a plan on a day. It holds no task: those depend on who looks."""

    today: date
    near_until: date
    measures: list[MeasureLine]
    points: list[Group]
    months: list[Month]
    weeks: list[tuple[date, int]]  # Monday, tasks due in that week
    pins: list[Pin]

    @property
    def counts(self) -> dict[LightState, int]:
        """Number of measures by light."""
        found = dict.fromkeys(LightState, 0)
        for line in self.measures:
            found[line.light.state] += 1
        return found

    @property
    def total(self) -> int:
        """Number of tasks, cancelled ones left out."""
        return sum(line.total for line in self.measures)

    @property
    def closed(self) -> int:
        """Number of closed tasks."""
        return sum(line.done for line in self.measures)

    @property
    def soft(self) -> int:
        """Number of measures without a deliverable (无可验收成果)."""
        return sum(line.is_soft for line in self.measures)

    @property
    def owners(self) -> list[Group]:
        """The measures by owner, by name; those without one last."""
        groups: dict[int, Group] = {}
        for line in self.measures:
            key = line.owner_id or 0
            groups.setdefault(key, Group(key, "", line.owner, [])).measures.append(line)
        return sorted(
            groups.values(), key=lambda group: (not group.id, group.measures[0].owner_key, group.id)
        )


def _node_text(nodes: Sequence[Mapping[str, str]], day: date | None) -> str:
    if day is None or not nodes:
        return ""
    wanted = day.isoformat()
    return next((node["text"] for node in nodes if node["on"] == wanted), "")


def _measure_lines(plan: Plan, today: date, near: date) -> list[MeasureLine]:
    rows = plan.measures.order_by("point__position", "position", "id").values_list(
        "pk", "point__position", "position", "text", "point_id", "owner_id", "owner__name",
        "owner__name_key", "task_count", "done_count", "next_due_on", "nodes", "is_soft",
    )  # fmt: skip
    return [
        MeasureLine(
            id=pk,
            label=f"{point}.{position}",
            text=text,
            point_id=point_id,
            owner_id=owner_id,
            owner=owner or "",
            owner_key=owner_key or "",
            total=total,
            done=done,
            next_due_on=next_due_on,
            next_text=_node_text(nodes, next_due_on),
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
            pk,
            point,
            position,
            text,
            point_id,
            owner_id,
            owner,
            owner_key,
            total,
            done,
            next_due_on,
            nodes,
            is_soft,
        ) in rows
    ]


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def overview(plan: Plan, today: date) -> Overview:
    """The overview of a plan that the caller may see. Five statements, whatever its size."""
    near = near_until(today, plan.near_workdays)
    lines = _measure_lines(plan, today, near)
    by_point: dict[int, list[MeasureLine]] = {}
    for line in lines:
        by_point.setdefault(line.point_id, []).append(line)
    months = {number: [0, 0, 0] for number in range(1, 13)}
    weeks: dict[date, int] = {}
    for due_on, total, closed in DueTally.objects.filter(
        plan=plan, due_on__range=(date(plan.year, 1, 1), date(plan.year, 12, 31))
    ).values_list("due_on", "total", "closed"):
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
        pins=_pins(plan, _named_days(plan)),
    )


DATE_FIRST = re.compile(
    r"^\s*(?:\d{4}年)?\d{1,2}(?:月(?:\d{1,2}[日号]|[上中下]旬|底)?|\.\d{1,2})(?:之?前)?，?"
)


def _named_days(plan: Plan) -> dict[date, str]:
    """What is due on the days that measures name: the words of their nodes, else their own."""
    found: dict[date, str] = {}
    for text, due_on, nodes in plan.measures.order_by("point__position", "position").values_list(
        "text", "due_on", "nodes"
    ):
        for node in nodes:
            found.setdefault(date.fromisoformat(node["on"]), node["text"])
        if due_on is not None and not nodes:
            found.setdefault(due_on, text)
    return {on: DATE_FIRST.sub("", text) or text for on, text in found.items()}


def _pins(plan: Plan, named_days: Mapping[date, str]) -> list[Pin]:
    """The days that the document names, once each, and the important days of the year."""
    important: dict[date, days.Occurrence] = {}
    for day in days.days_of_year(plan.year):
        if day.one_day and day.start.year == plan.year:
            known = important.get(day.start)
            if known is None or _weight(day) < _weight(known):
                important[day.start] = day
    named: dict[date, Pin] = {}
    for on, text in plan.marks.filter(
        kind="date", on__range=(date(plan.year, 1, 1), date(plan.year, 12, 31))
    ).values_list("on", "text"):
        if on is None:
            continue
        meant = important.get(on)
        named.setdefault(
            on,
            Pin(on, meant.colloquial or meant.name, meant.name_en, from_document=True)
            if meant and on not in named_days
            else Pin(on, named_days.get(on, text), "", from_document=True),
        )
    suggested = [
        Pin(
            day.start,
            day.colloquial or day.name,
            day.name_en,
            from_document=False,
            status=day.status,
            weight=_weight(day),
        )
        for day in important.values()
        if day.start not in named
    ]
    return sorted([*named.values(), *suggested], key=lambda pin: (pin.on, pin.text))


NEAR_MODULES = frozenset({"rights", "honors", "equality", "families", "health", "learning"})


def _weight(day: days.Occurrence) -> int:
    """Days of women's work before general holidays, those whose source was read before recalled
    ones, anniversaries of laws last."""
    return (
        (not NEAR_MODULES.intersection(day.modules))
        + (day.status == days.Status.RECALLED)
        + 3 * (day.anniversary is not None)
        - day.statutory
    )


WEEK_SHOWN = 8


def due_this_week(tasks: QuerySet[Task], plan: Plan, today: date) -> list[DueTask]:
    """Those of `tasks` that are open and due this week, at most `WEEK_SHOWN`.

    `tasks` are the plan's as far as the reader may see them.
    """
    near = near_until(today, plan.near_workdays)
    monday = _monday(today)
    rows = (
        tasks.filter(state=TaskState.ISSUED, due_on__range=(monday, monday + timedelta(days=6)))
        .order_by("due_on", "id")
        .values_list(
            "pk",
            "measure_id",
            "measure__point__position",
            "measure__position",
            "title",
            "starts_on",
            "due_on",
        )[:WEEK_SHOWN]
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


WAITING_COUNTED = 100  # more are shown as "99+"


def waiting_for(account: Account, plan: Plan, today: date) -> list[Waiting]:
    """What waits for the account: plans to review or adopt, its own tasks that are near or late.

    Two statements at most.
    """
    return [*_plans_waiting(account), *_tasks_waiting(account, plan, today)]


def _plans_waiting(account: Account) -> list[Waiting]:
    steps = (
        (PlanState.PROPOSED, EDIT_PLANS, _("计划待核对")),
        (PlanState.UNDER_REVIEW, ENDORSE_PLANS, _("计划待审核")),
        (PlanState.ENDORSED, ADOPT_PLANS, _("计划待采纳")),
    )
    condition = Q()
    for state, permission, _text in steps:
        reach = access.scope(account, permission)
        if reach:
            condition |= Q(state=state) & reach.q("unit")
    if not condition:
        return []
    rows = list(
        Plan.objects.filter(condition)
        .order_by("proposed_at")
        .values_list("state", "pk", "proposed_at")[:WAITING_COUNTED]
    )
    found = []
    for state, _permission, text in steps:
        mine = [(pk, at) for where, pk, at in rows if where == state]
        if mine:
            pk, since = mine[0]
            found.append(
                Waiting(
                    text,
                    len(mine),
                    timezone.localdate(since),
                    reverse("plans:review", args=[pk])
                    if len(mine) == 1
                    else reverse("plans:list") + f"?state={state}",
                    "file-text",
                )
            )
    return found


def _tasks_waiting(account: Account, plan: Plan, today: date) -> list[Waiting]:
    if account.person_id is None or not plan.is_running:
        return []
    mine = list(
        Task.objects.filter(
            plan=plan,
            owner_id=account.person_id,
            state=TaskState.ISSUED,
            due_on__lte=near_until(today, plan.near_workdays),
        )
        .order_by("due_on", "id")
        .values_list("due_on", flat=True)[:WAITING_COUNTED]
    )
    if not mine:
        return []
    address = reverse("plans:tasks", args=[plan.pk]) + "?owner=me"
    return [Waiting(_("我的任务临期或逾期"), len(mine), mine[0], address, "list-check")]


def year_figures(unit_path: str, period: Period) -> Mapping[str, int]:
    """Counts of a subtree for boards and reports: tasks due in the period, and those closed."""
    found = DueTally.objects.filter(
        access.below(unit_path, "plan__unit"),
        plan__state=PlanState.ADOPTED,
        due_on__range=(period.start, period.end),
    ).aggregate(total=Sum("total"), closed=Sum("closed"))
    return {"tasks": found["total"] or 0, "closed": found["closed"] or 0}
