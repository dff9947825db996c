"""Lists of tasks by keyset, and everything that the measure page shows."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db.models import Q, QuerySet

from halfsky.audit import queries as audit
from halfsky.kernel.measures import Evidence, Progress, measure_kind
from halfsky.people.models import Account, Person, Unit
from halfsky.plans.models import DueTally, Measure, Plan, PlanEdit, Sentence, Task, TaskState
from halfsky.plans.queries.overview import near_until
from halfsky.plans.queries.visible import own_tasks, sees_all_tasks, visible_tasks
from halfsky.plans.rules import lights
from halfsky.plans.rules.lights import Light, LightState
from halfsky.plans.rules.quoting import Part, quoted

PAGE = 50


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """What a list of tasks is narrowed to; all of it stands in the URL."""

    light: LightState | None = None
    only_open: bool = False  # when no light is wanted: leave closed ones out
    point_id: int | None = None
    measure_id: int | None = None
    owner_id: int | None = None
    unit_id: int | None = None
    month: int | None = None  # of the plan's year
    sort: str = "due"  # due, -due
    after: tuple[date, int] | None = None  # the last row of the page before
    before: tuple[date, int] | None = None  # the first row of the page behind

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the light narrows the list."""
        return any(
            value is not None
            for value in (self.point_id, self.measure_id, self.owner_id, self.unit_id, self.month)
        )


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task as a list shows it."""

    id: int
    label: str
    title: str
    measure_id: int
    owner_id: int | None
    owner: str
    unit: str
    due_on: date
    closed_on: date | None
    state: str
    light: Light
    carried_by: str
    record_id: int
    progress: Progress | None


@dataclass(frozen=True, slots=True)
class TaskPage:
    """A page of tasks with the keys of the pages around it."""

    rows: list[TaskRow]
    after: tuple[date, int] | None  # key of the next page
    before: tuple[date, int] | None  # key of the page before


def _within_light(wanted: TaskFilter, today: date, near: date) -> Q:
    """Lights are functions of dates, so a light narrows to a range of an index."""
    opened = Q(state=TaskState.ISSUED)
    match wanted.light:
        case None if wanted.only_open:
            return opened
        case None:
            return Q(state__in=(TaskState.ISSUED, TaskState.CLOSED))
        case LightState.LATE:
            return opened & Q(due_on__lt=today)
        case LightState.DUE:
            return opened & Q(due_on__range=(today, near))
        case LightState.DONE:
            return Q(state=TaskState.CLOSED)
        case LightState.OK | LightState.IDLE:  # not near yet, begun or not
            return opened & Q(due_on__gt=near)


def _keyset(tasks: QuerySet[Task], wanted: TaskFilter) -> tuple[QuerySet[Task], bool]:
    """Order the tasks and go to the page; the flag says that the order is turned round."""
    descending = wanted.sort == "-due"
    backward = wanted.before is not None
    key = wanted.before if backward else wanted.after
    down = descending != backward
    if key is not None:
        day, pk = key
        side = "lt" if down else "gt"
        tasks = tasks.filter(
            Q(**{f"due_on__{side}e": day}),
            Q(**{f"due_on__{side}": day}) | Q(due_on=day, **{f"pk__{side}": pk}),
        )
    order = ("-due_on", "-pk") if down else ("due_on", "pk")
    return tasks.order_by(*order), backward


COLUMNS = (
    "pk",
    "measure__point__position",
    "measure__position",
    "number",
    "title",
    "measure_id",
    "owner_id",
    "owner__name",
    "lead_unit__short_name",
    "starts_on",
    "due_on",
    "closed_on",
    "state",
    "carried_by",
    "record_id",
)


def _rows(
    values: Iterable[tuple[Any, ...]],
    today: date,
    near: date,
    progress: Mapping[tuple[str, int], Progress] | None = None,
) -> list[TaskRow]:
    progress = progress or {}
    return [
        TaskRow(
            id=pk,
            label=f"{point}.{position}.{number}",
            title=title,
            measure_id=measure_id,
            owner_id=owner_id,
            owner=owner or "",
            unit=unit,
            due_on=due_on,
            closed_on=closed_on,
            state=state,
            light=lights.task_light(
                state=state,
                starts_on=starts_on,
                due_on=due_on,
                closed_on=closed_on,
                today=today,
                near_until=near,
            ),
            carried_by=carried_by,
            record_id=record_id,
            progress=progress.get((carried_by, record_id)),
        )
        for (
            pk,
            point,
            position,
            number,
            title,
            measure_id,
            owner_id,
            owner,
            unit,
            starts_on,
            due_on,
            closed_on,
            state,
            carried_by,
            record_id,
        ) in values
    ]


def progress_of(records: Iterable[tuple[str, int]], *, on: date) -> dict[tuple[str, int], Progress]:
    """Ask each kind once for the progress of its records."""
    ids: dict[str, list[int]] = defaultdict(list)
    for kind, pk in records:
        ids[kind].append(pk)
    return {
        (kind, pk): progress
        for kind, wanted in ids.items()
        for pk, progress in measure_kind(kind).progress(wanted, on=on).items()
    }


def _found(
    account: Account, plan: Plan, wanted: TaskFilter, *, today: date, near: date
) -> tuple[QuerySet[Task], bool]:
    """The tasks of a list from its key on; the flag says that they come in reverse."""
    narrow = {
        name: value
        for name, value in (
            ("point_id", wanted.point_id),
            ("measure_id", wanted.measure_id),
            ("owner_id", wanted.owner_id),
            ("lead_unit_id", wanted.unit_id),
        )
        if value is not None
    }
    # a point or a unit holds many tasks: with closed ones among them the plan's own order is best
    is_narrow = bool(narrow) and bool(
        wanted.only_open or wanted.light or wanted.measure_id or wanted.owner_id is not None
    )
    tasks = visible_tasks(account, plan, is_narrow=is_narrow).filter(
        _within_light(wanted, today, near), **narrow
    )
    if wanted.month is not None:
        last = monthrange(plan.year, wanted.month)[1]
        tasks = tasks.filter(
            due_on__range=(date(plan.year, wanted.month, 1), date(plan.year, wanted.month, last))
        )
    return _keyset(tasks, wanted)


def task_page(account: Account, plan: Plan, wanted: TaskFilter, *, today: date) -> TaskPage:
    """A page of the plan's tasks that the account may see. The caller has checked the plan.

    One statement, which reads no more rows than it shows, on the first page and on the last.
    """
    near = near_until(today, plan.near_workdays)
    tasks, backward = _found(account, plan, wanted, today=today, near=near)
    found = list(tasks.values_list(*COLUMNS)[: PAGE + 1])
    more = len(found) > PAGE
    found = found[:PAGE]
    if backward:
        found.reverse()
    rows = _rows(found, today, near)
    first = (rows[0].due_on, rows[0].id) if rows else None
    last = (rows[-1].due_on, rows[-1].id) if rows else None
    if backward:
        return TaskPage(rows, after=last, before=first if more else None)
    return TaskPage(
        rows, after=last if more else None, before=first if wanted.after is not None else None
    )


EXPORTED_AT_ONCE = 2000


def all_rows(account: Account, plan: Plan, wanted: TaskFilter, *, today: date) -> Iterator[TaskRow]:
    """Every row of a filtered list, read in runs, so that no reader holds the database open."""
    near = near_until(today, plan.near_workdays)
    wanted = replace(wanted, after=None, before=None)
    while True:
        tasks, _backward = _found(account, plan, wanted, today=today, near=near)
        found = list(tasks.values_list(*COLUMNS)[:EXPORTED_AT_ONCE])
        rows = _rows(found, today, near)
        yield from rows
        if len(rows) < EXPORTED_AT_ONCE:
            return
        wanted = replace(wanted, after=(rows[-1].due_on, rows[-1].id))


@dataclass(frozen=True, slots=True)
class FilterChoices:
    """What a list of tasks can be narrowed to, as (id, words)."""

    points: list[tuple[int, str]]
    owners: list[tuple[int, str]]
    units: list[tuple[int, str]]


def filter_choices(plan: Plan) -> FilterChoices:
    """The key points, owners and lead units of the plan's measures. Three statements."""
    return FilterChoices(
        points=[
            (pk, f"{ordinal or position} {heading}")
            for pk, ordinal, position, heading in plan.points.order_by("position").values_list(
                "pk", "ordinal", "position", "heading"
            )
        ],
        owners=list(
            Person.objects.filter(owned_measures__plan=plan)
            .distinct()
            .order_by("name_key", "id")
            .values_list("pk", "name")
        ),
        units=list(
            Unit.objects.filter(led_measures__plan=plan)
            .distinct()
            .order_by("path")
            .values_list("pk", "short_name")
        ),
    )


def light_counts(account: Account, plan: Plan, *, today: date) -> Mapping[str, int] | None:
    """Number of tasks by light (late, due, ok, done), from the kept counters.

    None for accounts that see a part of the tasks only: their numbers are not kept.
    """
    if not sees_all_tasks(account, plan):
        return None
    return _counts(plan.pk, plan.pulse, today, near_until(today, plan.near_workdays))


@lru_cache(maxsize=256)
def _counts(plan_id: int, pulse: int, today: date, near: date) -> Mapping[str, int]:
    """Sums of a plan's kept counters. The pulse, which grows with every change, is part of the key:
    while nothing changes, nothing is read."""
    counts = {"late": 0, "due": 0, "ok": 0, "done": 0}
    for due_on, total, closed in DueTally.objects.filter(plan_id=plan_id).values_list(
        "due_on", "total", "closed"
    ):
        counts["done"] += closed
        side = "late" if due_on < today else "due" if due_on <= near else "ok"
        counts[side] += total - closed
    return counts


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """Something that happened to a measure or one of its tasks."""

    at: datetime
    who: str
    action: str  # "plans.task.closed", "edit.change"
    label: str = ""  # of the task
    reason: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MeasurePage:
    """Everything that the measure page shows."""

    measure: Measure
    label: str
    light: Light
    quote: list[Part]
    cut_before: bool  # whether the sentence goes on before the part that is shown
    cut_after: bool
    where: str  # where the sentence stands in the original
    tasks: list[TaskRow]
    more_tasks: bool
    evidence: list[Evidence]
    history: list[HistoryLine]
    supporting_units: list[str]


CONTEXT = 60
TASKS_SHOWN = 50
HISTORY_SHOWN = 30
EVIDENCE_SHOWN = 40


def measure_page(account: Account, measure: Measure, *, today: date) -> MeasurePage:
    """The page of a measure that the caller has checked to be visible.

    Tasks, proofs and their history are those that the account may see.
    """
    plan = measure.plan
    near = near_until(today, plan.near_workdays)
    found = list(
        visible_tasks(account, plan, is_narrow=True)
        .filter(measure=measure)
        .order_by("due_on", "pk")
        .values_list(*COLUMNS)[: TASKS_SHOWN + 1]
    )
    shown = found[:TASKS_SHOWN]
    rows = _rows(shown, today, near, progress_of([row[-2:] for row in shown], on=today))
    sentence = Sentence.objects.filter(
        plan=plan, start__lte=measure.start, end__gt=measure.start
    ).first()
    start = min(measure.start, sentence.start if sentence else measure.start)
    end = max(measure.end, sentence.end if sentence else measure.end)
    first, last = max(start, measure.start - CONTEXT), min(end, measure.end + CONTEXT)
    marks = plan.marks.filter(start__lt=last, end__gt=first).values_list("start", "end", "kind")
    evidence = [
        proof
        for kind, ids in _by_kind(rows).items()
        for proofs in measure_kind(kind).evidence(ids).values()
        for proof in proofs
    ]
    return MeasurePage(
        measure=measure,
        label=f"{measure.point.position}.{measure.position}",
        light=lights.measure_light(
            task_count=measure.task_count,
            done_count=measure.done_count,
            next_due_on=measure.next_due_on,
            today=today,
            near_until=near,
        ),
        quote=quoted(
            plan.clean_text.text,
            shown=(first, last),
            meant=(measure.start, measure.end),
            marks=marks,
        ),
        cut_before=first > start,
        cut_after=last < end,
        where=where_in_original(plan, measure.start),
        tasks=rows,
        more_tasks=len(found) > TASKS_SHOWN,
        evidence=sorted(evidence, key=lambda proof: proof.dated, reverse=True)[:EVIDENCE_SHOWN],
        history=_history(measure, rows),
        supporting_units=[str(unit) for unit in measure.supporting_units.order_by("path")],
    )


def _by_kind(rows: Iterable[TaskRow]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        found[row.carried_by].append(row.record_id)
    return found


def where_in_original(plan: Plan, clean_offset: int) -> str:
    """Where a place of the clean text stands in the original file ("第3段"); "" if unknown."""
    return where_at(plan.document.blocks, raw_offset(plan.clean_text.segments, clean_offset))


def where_at(blocks: Iterable[tuple[int, int, str]], raw: int) -> str:
    """Where an offset of the original's text stands in the original."""
    for start, end, where in blocks:
        if start <= raw < end:
            return str(where)
    return ""


def raw_offset(segments: Iterable[Iterable[int]], clean_offset: int) -> int:
    """Map an offset of the clean text to the text of the original."""
    raw = 0
    for clean_start, raw_start, _length in segments:
        if clean_start > clean_offset:
            break
        raw = raw_start + clean_offset - clean_start
    return raw


def _history(measure: Measure, rows: list[TaskRow]) -> list[HistoryLine]:
    """What happened, newest first: to the tasks shown, to the plan, to the measure under review."""
    labels = {row.id: row.label for row in rows}
    entries = audit.entries_about("plans.task", labels, limit=HISTORY_SHOWN)
    entries += audit.entries_about("plans.plan", [measure.plan_id], limit=HISTORY_SHOWN)
    lines = [
        HistoryLine(
            entry.at,
            f"{entry.actor_name}（{entry.on_behalf_of_name}）"
            if entry.on_behalf_of_name
            else entry.actor_name,
            entry.action,
            labels.get(entry.object_id or 0, "") if entry.object_kind == "plans.task" else "",
            entry.reason,
            entry.after,
        )
        for entry in entries
    ]
    edits = PlanEdit.objects.filter(
        plan_id=measure.plan_id, after__has_key=f"measure:{measure.pk}"
    ).select_related("account")
    lines += [
        HistoryLine(edit.at, edit.account.display_name, f"edit.{edit.action}")
        for edit in edits.order_by("-revision")[:HISTORY_SHOWN]
    ]
    return sorted(lines, key=lambda line: line.at, reverse=True)[:HISTORY_SHOWN]


def tasks_for_calendar(account: Account, *, today: date) -> QuerySet[Task]:
    """The account's own tasks for its calendar feed: open ones, and those of the last 90 days."""
    return (
        Task.objects.filter(own_tasks(account))
        .exclude(state=TaskState.CANCELLED)
        .filter(Q(state=TaskState.ISSUED) | Q(due_on__gte=today - timedelta(days=90)))
        .select_related("measure__point", "lead_unit")
        .order_by("due_on", "pk")[:2000]
    )
