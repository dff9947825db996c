"""Lists of tasks by keyset, and everything that the measure page shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet

from halfsky.audit import queries as audit
from halfsky.kernel.measures import Evidence, Progress, measure_kind
from halfsky.people.models import Account
from halfsky.plans.models import DueTally, Measure, Plan, PlanEdit, Sentence, Task, TaskState
from halfsky.plans.queries.overview import near_until
from halfsky.plans.queries.visible import own_tasks, sees_all_tasks, visible_tasks
from halfsky.plans.rules import lights
from halfsky.plans.rules.lights import Light, LightState

PAGE = 50


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """What a list of tasks is narrowed to; all of it stands in the URL."""

    light: LightState | None = None
    point_id: int | None = None
    measure_id: int | None = None
    owner_id: int | None = None
    unit_id: int | None = None
    sort: str = "due"  # due, -due
    after: tuple[date, int] | None = None  # the last row of the page before
    before: tuple[date, int] | None = None  # the first row of the page behind

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the light narrows the list."""
        return any((self.point_id, self.measure_id, self.owner_id, self.unit_id))


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


def _within_light(light: LightState | None, today: date, near: date) -> Q:
    """Lights are functions of dates, so a light narrows to a range of an index."""
    opened = Q(state=TaskState.ISSUED)
    match light:
        case None:
            return ~Q(state=TaskState.CANCELLED)
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
    "pk", "measure__point__position", "measure__position", "number", "title", "measure_id",
    "owner_id", "owner__name", "lead_unit__short_name", "starts_on", "due_on", "closed_on",
    "state", "carried_by", "record_id",
)  # fmt: skip


def _rows(values: Iterable[tuple[Any, ...]], today: date, near: date) -> list[TaskRow]:
    values = list(values)
    progress = progress_of([(row[13], row[14]) for row in values], on=today)
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
            pk, point, position, number, title, measure_id, owner_id, owner, unit, starts_on,
            due_on, closed_on, state, carried_by, record_id,
        ) in values  # fmt: skip
    ]


def progress_of(
    records: Iterable[tuple[str, int]], *, on: date
) -> dict[tuple[str, int], Progress]:
    """Ask each kind once for the progress of its records."""
    ids: dict[str, list[int]] = defaultdict(list)
    for kind, pk in records:
        ids[kind].append(pk)
    return {
        (kind, pk): progress
        for kind, wanted in ids.items()
        for pk, progress in measure_kind(kind).progress(wanted, on=on).items()
    }


def task_page(account: Account, plan: Plan, wanted: TaskFilter, *, today: date) -> TaskPage:
    """A page of the plan's tasks that the account may see. The caller has checked the plan."""
    near = near_until(today, plan.near_workdays)
    tasks = visible_tasks(account, plan).filter(_within_light(wanted.light, today, near))
    for field, value in (
        ("point_id", wanted.point_id),
        ("measure_id", wanted.measure_id),
        ("owner_id", wanted.owner_id),
        ("lead_unit_id", wanted.unit_id),
    ):
        if value is not None:
            tasks = tasks.filter(**{field: value})
    tasks, backward = _keyset(tasks, wanted)
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


def light_counts(account: Account, plan: Plan, *, today: date) -> dict[str, int] | None:
    """Number of tasks by light (late, due, ok, done), from the kept counters.

    None for accounts that see a part of the tasks only: their numbers are not kept.
    """
    if not sees_all_tasks(account, plan):
        return None
    near = near_until(today, plan.near_workdays)
    counts = {"late": 0, "due": 0, "ok": 0, "done": 0}
    for due_on, total, closed in DueTally.objects.filter(plan=plan).values_list(
        "due_on", "total", "closed"
    ):
        counts["done"] += closed
        side = "late" if due_on < today else "due" if due_on <= near else "ok"
        counts[side] += total - closed
    return counts


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """Something that happened to a measure."""

    at: Any
    who: str
    action: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class MeasurePage:
    """Everything that the measure page shows."""

    measure: Measure
    light: Light
    before: str  # the text before the measure's sentence, shortened
    after: str
    tasks: list[TaskRow]
    more_tasks: bool
    evidence: list[Evidence]
    history: list[HistoryLine]
    where: str  # where the sentence stands in the original


CONTEXT = 60
TASKS_SHOWN = 200


def measure_page(account: Account, measure: Measure, *, today: date) -> MeasurePage:
    """The page of a measure that the caller has checked to be visible."""
    plan = measure.plan
    near = near_until(today, plan.near_workdays)
    found = list(
        visible_tasks(account, plan)
        .filter(measure=measure)
        .order_by(F("due_on").asc(), "pk")
        .values_list(*COLUMNS)[: TASKS_SHOWN + 1]
    )
    rows = _rows(found[:TASKS_SHOWN], today, near)
    text = plan.clean_text.text
    sentence = Sentence.objects.filter(
        plan=plan, start__lte=measure.start, end__gt=measure.start
    ).first()
    start = min(measure.start, sentence.start if sentence else measure.start)
    end = max(measure.end, sentence.end if sentence else measure.end)
    first = max(start, measure.start - CONTEXT)
    last = min(end, measure.end + CONTEXT)
    evidence = [
        proof
        for kind, ids in _by_kind(rows).items()
        for proofs in measure_kind(kind).evidence(ids).values()
        for proof in proofs
    ]
    return MeasurePage(
        measure=measure,
        light=lights.measure_light(
            task_count=measure.task_count,
            done_count=measure.done_count,
            next_due_on=measure.next_due_on,
            today=today,
            near_until=near,
        ),
        before=("…" if first > start else "") + text[first : measure.start],
        after=text[measure.end : last] + ("…" if last < end else ""),
        tasks=rows,
        more_tasks=len(found) > TASKS_SHOWN,
        evidence=sorted(evidence, key=lambda proof: proof.dated, reverse=True)[:40],
        history=_history(measure, rows),
        where=where_in_original(plan, measure.start),
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
    lines = [
        HistoryLine(change.at, change.actor_name, f"task.{change.new}", {"id": change.object_id})
        for change in audit.status_changes(Task, [row.id for row in rows])
    ]
    lines += [
        HistoryLine(change.at, change.actor_name, f"plan.{change.new}", {"reason": change.reason})
        for change in audit.status_changes(Plan, [measure.plan_id])
    ]
    name = f"measure:{measure.pk}"
    edits = PlanEdit.objects.filter(plan_id=measure.plan_id, after__has_key=name)
    lines += [
        HistoryLine(edit.at, edit.account.display_name, f"edit.{edit.action}", {})
        for edit in edits.select_related("account").order_by("-revision")[:20]
    ]
    return sorted(lines, key=lambda line: line.at, reverse=True)[:40]


def tasks_for_calendar(account: Account, *, today: date) -> QuerySet[Task]:
    """The account's own tasks for its calendar feed: open ones, and those of the last 90 days."""
    return (
        Task.objects.filter(own_tasks(account))
        .exclude(state=TaskState.CANCELLED)
        .filter(Q(state=TaskState.ISSUED) | Q(due_on__gte=today - timedelta(days=90)))
        .select_related("measure__point", "lead_unit")
        .order_by("due_on", "pk")[:2000]
    )
