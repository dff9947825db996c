"""Tasks: issued at adoption, closed when their record is done. The counters are kept here."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from datetime import date

from django.db import transaction
from django.db.models import Count, F, Max, Min, Q
from django.utils import timezone

from halfsky.audit import services as audit
from halfsky.kernel.measures import Brief, Period, Target, measure_kind
from halfsky.people import access
from halfsky.people.models import Account, Person
from halfsky.plans.models import DueTally, Measure, Plan, Task, TaskState
from halfsky.plans.permissions import ADD_TASKS, CLOSE_TASKS
from halfsky.plans.rules import tasks as rules
from halfsky.plans.services import indexing
from halfsky.plans.services.refusals import Refused


def _locked_plan(plan_id: int) -> Plan:
    return Plan.objects.select_for_update().select_related("unit").get(pk=plan_id)


def _beat(plan: Plan) -> None:
    """Say that something a page shows has changed."""
    Plan.objects.filter(pk=plan.pk).update(pulse=F("pulse") + 1)


def recount(*, plan: Plan) -> None:
    """Count the tasks of a plan anew, into its measures and days. Inside a transaction."""
    DueTally.objects.filter(plan=plan).delete()
    living = Task.objects.filter(plan=plan).exclude(state=TaskState.CANCELLED)
    closed = Count("pk", filter=Q(state=TaskState.CLOSED))
    DueTally.objects.bulk_create(
        [
            DueTally(plan=plan, due_on=row["due_on"], total=row["total"], closed=row["closed"])
            for row in living.values("due_on").annotate(total=Count("pk"), closed=closed)
        ],
        batch_size=500,
    )
    per_measure = {
        row["measure_id"]: row
        for row in living.values("measure_id").annotate(
            total=Count("pk"),
            closed=closed,
            next=Min("due_on", filter=Q(state=TaskState.ISSUED)),
        )
    }
    measures = list(Measure.objects.filter(plan=plan).only("pk"))
    for measure in measures:
        row = per_measure.get(measure.pk)
        measure.task_count = row["total"] if row else 0
        measure.done_count = row["closed"] if row else 0
        measure.next_due_on = row["next"] if row else None
    Measure.objects.bulk_update(
        measures, ["task_count", "done_count", "next_due_on"], batch_size=500
    )
    _beat(plan)


def _count_one(task: Task, *, total: int, closed: int) -> None:
    """Add to the counters that one task stands in. The plan's row must be locked."""
    tally, _made = DueTally.objects.get_or_create(plan_id=task.plan_id, due_on=task.due_on)
    DueTally.objects.filter(pk=tally.pk).update(
        total=F("total") + total, closed=F("closed") + closed
    )
    next_due_on = Task.objects.filter(measure_id=task.measure_id, state=TaskState.ISSUED).aggregate(
        first=Min("due_on")
    )["first"]
    Measure.objects.filter(pk=task.measure_id).update(
        task_count=F("task_count") + total,
        done_count=F("done_count") + closed,
        next_due_on=next_due_on,
    )


def issue(*, plan: Plan, measures: Iterable[Measure], by: Account) -> list[Task]:
    """Make the dated tasks of these measures and start a record in a room for each.

    Called by adoption, inside its transaction. The caller recounts.
    """
    wanted: dict[str, list[tuple[Measure, rules.Wanted, Target | None]]] = defaultdict(list)
    for measure in measures:
        wants = rules.wanted_tasks(
            text=measure.text,
            whose=measure.whose,
            nodes=[(date.fromisoformat(n["on"]), n["text"]) for n in measure.nodes],
            due_on=measure.due_on,
            recurrence=measure.recurrence,
            year=plan.year,
        )
        wanted[measure.carried_by] += [
            (measure, want, target)
            for want, target in zip(wants, _targets(measure, len(wants)), strict=True)
        ]
    taken = dict(
        Task.objects.filter(plan=plan).values_list("measure_id").annotate(last=Max("number"))
    )
    numbers: Counter[int] = Counter(taken)
    tasks = []
    for key, pairs in wanted.items():
        refs = measure_kind(key).start_many(
            [
                Brief(
                    title=want.title,
                    unit_id=measure.lead_unit_id or plan.unit_id,
                    period=Period(want.starts_on, want.due_on),
                    target=target,
                    origin=measure.text,
                )
                for measure, want, target in pairs
            ],
            by=by,
        )
        for (measure, want, _target), ref in zip(pairs, refs, strict=True):
            numbers[measure.pk] += 1
            tasks.append(
                Task(
                    plan=plan,
                    point_id=measure.point_id,
                    measure=measure,
                    number=numbers[measure.pk],
                    title=want.title,
                    lead_unit_id=measure.lead_unit_id or plan.unit_id,
                    owner_id=measure.owner_id,
                    starts_on=want.starts_on,
                    due_on=want.due_on,
                    carried_by=key,
                    record_id=ref.id,
                )
            )
    made = Task.objects.bulk_create(tasks, batch_size=500)
    indexing.index_tasks(made, unit_path=plan.unit.path)
    return made


def _targets(measure: Measure, tasks: int) -> list[Target | None]:
    """The target of each of a measure's tasks."""
    if measure.target_number is None or not tasks:
        return [None] * tasks
    return [
        None if share is None else Target(share, measure.target_unit, measure.counting_rule)
        for share in rules.shares(measure.target_number, measure.target_unit, tasks)
    ]


@transaction.atomic
def add_task(
    *,
    measure: Measure,
    title: str,
    due_on: date,
    by: Account,
    owner: Person | None = None,
    starts_on: date | None = None,
) -> Task:
    """Add one task to a measure of a running plan. Raises Refused with the reason."""
    plan = _locked_plan(measure.plan_id)
    access.require(by, ADD_TASKS, plan.unit)
    today = timezone.localdate()
    refusal = rules.new_task_refusal(
        title=title, due_on=due_on, today=today, is_running=plan.is_running
    )
    if refusal:
        raise Refused(refusal, due_on=due_on, today=today)
    title = title.strip()[: rules.TITLE_LENGTH]
    lead_unit_id = measure.lead_unit_id or plan.unit_id
    starts_on = min(starts_on or today, due_on)
    ref = measure_kind(measure.carried_by).start(
        Brief(title, lead_unit_id, Period(starts_on, due_on), None, measure.text), by=by
    )
    last = measure.tasks.aggregate(last=Max("number"))["last"] or 0
    task = Task.objects.create(
        plan=plan,
        point_id=measure.point_id,
        measure=measure,
        number=last + 1,
        title=title,
        lead_unit_id=lead_unit_id,
        owner=owner or measure.owner,
        starts_on=starts_on,
        due_on=due_on,
        carried_by=ref.kind,
        record_id=ref.id,
    )
    _count_one(task, total=1, closed=0)
    _beat(plan)
    indexing.index_tasks([task], unit_path=plan.unit.path)
    audit.record(
        action="plans.add_task",
        by=by,
        on_behalf_of=access.on_behalf_of(by, ADD_TASKS, plan.unit),
        obj=task,
        unit=plan.unit,
        after={"measure": measure.pk, "title": task.title, "due_on": due_on},
    )
    return task


@transaction.atomic
def close_task(*, task: Task, by: Account, closed_on: date | None = None) -> Task:
    """Close a task (办结) whose record in the room is done. Raises Refused with the reason.

    `closed_on` is the day of closing, today when left out.
    """
    plan = _locked_plan(task.plan_id)
    access.require(by, CLOSE_TASKS, plan.unit)
    task = Task.objects.get(pk=task.pk)
    today = timezone.localdate()
    record = measure_kind(task.carried_by).progress([task.record_id], on=today)
    refusal = rules.closing_refusal(
        state=task.state,
        is_running=plan.is_running,
        record_state=record[task.record_id].state if task.record_id in record else None,
    )
    if refusal:
        raise Refused(refusal, title=task.title)
    return _change_state(task, plan, TaskState.CLOSED, by=by, closed_on=closed_on or today)


@transaction.atomic
def reopen_task(*, task: Task, by: Account, reason: str) -> Task:
    """Open a closed task again, with the reason; both dates stay in its history."""
    plan = _locked_plan(task.plan_id)
    access.require(by, CLOSE_TASKS, plan.unit)
    task = Task.objects.get(pk=task.pk)
    if task.state != TaskState.CLOSED or not plan.is_running:
        raise Refused("not_closed")
    if not reason.strip():
        raise Refused("reason_missing")
    return _change_state(task, plan, TaskState.ISSUED, by=by, closed_on=None, reason=reason)


def _change_state(
    task: Task,
    plan: Plan,
    state: TaskState,
    *,
    by: Account,
    closed_on: date | None,
    reason: str = "",
) -> Task:
    old = TaskState(task.state)
    Task.objects.filter(pk=task.pk).update(state=state, closed_on=closed_on)
    task.refresh_from_db(fields=["state", "closed_on"])
    _count_one(
        task,
        total=(old == TaskState.CANCELLED) - (state == TaskState.CANCELLED),
        closed=(state == TaskState.CLOSED) - (old == TaskState.CLOSED),
    )
    _beat(plan)
    audit.record_transition(
        obj=task,
        old=old,
        new=state,
        by=by,
        on_behalf_of=access.on_behalf_of(by, CLOSE_TASKS, plan.unit),
        unit=plan.unit,
        reason=reason.strip()[:500],
    )
    return task


def cancel_many(*, tasks: Collection[Task], plan: Plan, by: Account, reason: str) -> None:
    """Cancel open tasks by an amendment; called inside its transaction. The caller recounts."""
    for task in tasks:
        Task.objects.filter(pk=task.pk).update(state=TaskState.CANCELLED)
        audit.record_transition(
            obj=task,
            old=task.state,
            new=TaskState.CANCELLED,
            by=by,
            unit=plan.unit,
            reason=reason,
        )


@transaction.atomic
def hand_over_task(*, task: Task, owner: Person | None, by: Account) -> Task:
    """Give a task to another owner (责任人)."""
    plan = _locked_plan(task.plan_id)
    access.require(by, ADD_TASKS, plan.unit)
    task = Task.objects.select_related("owner").get(pk=task.pk)
    if task.state != TaskState.ISSUED:
        raise Refused("task_ended")
    before = task.owner
    Task.objects.filter(pk=task.pk).update(owner=owner)
    _beat(plan)
    audit.record(
        action="plans.hand_over_task",
        by=by,
        on_behalf_of=access.on_behalf_of(by, ADD_TASKS, plan.unit),
        obj=task,
        unit=plan.unit,
        before={"owner": before.name if before else ""},
        after={"owner": owner.name if owner else ""},
    )
    task.refresh_from_db()
    return task
