"""Tasks through their services: counters that always equal a recount, refusals, history, races."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import date, timedelta

import pytest
from django.db import connection, connections
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from halfsky.audit.models import AuditEntry, StatusChange
from halfsky.kernel.measures import Target
from halfsky.people.access import OutOfReach
from halfsky.people.roles import Role
from halfsky.plans.models import DueTally, Measure, Plan, Task, TaskState
from halfsky.plans.services import tasks as services
from halfsky.plans.services.refusals import Refused
from halfsky.plans.tests import factories as make
from halfsky.plans.tests.factories import World
from halfsky.plans.tests.paper_room import PaperRoom

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make.world()


@pytest.fixture
def plan(world: World, room: PaperRoom) -> Plan:
    made = make.plan(world.bureau, world.officer, owner=world.owner, year=timezone.localdate().year)
    return make.adopted(made, world)


def kept(plan: Plan) -> tuple[dict, dict]:
    """What the counters say."""
    return (
        {
            row[0]: row[1:]
            for row in DueTally.objects.filter(plan=plan, total__gt=0).values_list(
                "due_on", "total", "closed"
            )
        },
        {
            row[0]: row[1:]
            for row in Measure.objects.filter(plan=plan).values_list(
                "pk", "task_count", "done_count", "next_due_on"
            )
        },
    )


def counted(plan: Plan) -> tuple[dict, dict]:
    """What counting the tasks says, one by one, in Python."""
    days: dict[date, Counter] = {}
    measures: dict[int, list] = {
        pk: [0, 0, None] for pk in Measure.objects.filter(plan=plan).values_list("pk", flat=True)
    }
    for task in Task.objects.filter(plan=plan).exclude(state=TaskState.CANCELLED):
        day = days.setdefault(task.due_on, Counter())
        row = measures[task.measure_id]
        day["total"] += 1
        row[0] += 1
        if task.state == TaskState.CLOSED:
            day["closed"] += 1
            row[1] += 1
        else:
            row[2] = min(row[2] or date.max, task.due_on)
    return (
        {on: (day["total"], day["closed"]) for on, day in days.items()},
        {pk: tuple(row) for pk, row in measures.items()},
    )


def test_adoption_issues_tasks_with_records_and_counts_them(plan: Plan, room: PaperRoom) -> None:
    assert Task.objects.filter(plan=plan).count() == 16
    assert kept(plan) == counted(plan)
    assert len(room.briefs) == 16
    task = Task.objects.filter(plan=plan, measure__target_number=2).first()
    assert task is not None
    brief = room.briefs[task.record_id]
    assert brief.target == Target(1, "场", "按场次")  # its share
    assert (brief.title, brief.unit_id, brief.origin) == (
        task.title, task.lead_unit_id, task.measure.text,
    )  # fmt: skip


def test_closing_is_refused_while_the_record_is_not_done(world: World, plan: Plan) -> None:
    task = plan.tasks.first()
    with pytest.raises(Refused, match="还没有标为完成"):
        services.close_task(task=task, by=world.officer)
    task.refresh_from_db()
    assert (task.state, task.closed_on) == (TaskState.ISSUED, None)
    assert StatusChange.objects.filter(object_kind="plans.task").count() == 0


def test_closing_counts_beats_and_leaves_its_trace(
    world: World, plan: Plan, room: PaperRoom
) -> None:
    task = plan.tasks.order_by("due_on").first()
    room.finish(task)
    pulse = Plan.objects.get(pk=plan.pk).pulse
    closed = services.close_task(task=task, by=world.officer)
    assert (closed.state, closed.closed_on) == (TaskState.CLOSED, timezone.localdate())
    assert kept(plan) == counted(plan)
    assert Plan.objects.get(pk=plan.pk).pulse == pulse + 1
    change = StatusChange.objects.get(object_kind="plans.task")
    assert (change.old, change.new, change.actor_name) == ("issued", "closed", "钱专干")


def test_reopening_needs_a_reason_and_keeps_both_dates(
    world: World, plan: Plan, room: PaperRoom
) -> None:
    task = plan.tasks.first()
    room.finish(task)
    services.close_task(task=task, by=world.officer)
    with pytest.raises(Refused, match="请写明原因"):
        services.reopen_task(task=task, by=world.officer, reason="  ")
    services.reopen_task(task=task, by=world.officer, reason="佐证不实")
    changes = StatusChange.objects.filter(object_kind="plans.task").order_by("id")
    assert [(change.new, change.reason) for change in changes] == [
        ("closed", ""),
        ("issued", "佐证不实"),
    ]
    assert kept(plan) == counted(plan)


def test_a_task_closes_once(world: World, plan: Plan, room: PaperRoom) -> None:
    task = plan.tasks.first()
    room.finish(task)
    services.close_task(task=task, by=world.officer)
    with pytest.raises(Refused, match="已经办结或取消"):
        services.close_task(task=task, by=world.chair)
    with pytest.raises(Refused, match="没有办结"):
        services.reopen_task(task=plan.tasks.last(), by=world.chair, reason="误点")


def test_add_task_starts_a_record_and_counts(world: World, plan: Plan, room: PaperRoom) -> None:
    measure = plan.measures.first()
    due_on = timezone.localdate() + timedelta(days=3)
    task = services.add_task(
        measure=measure, title=" 布置展板 ", due_on=due_on, by=world.officer, owner=world.second
    )
    assert (task.title, task.owner, task.number) == ("布置展板", world.second, 5)
    brief = room.briefs[task.record_id]
    assert (brief.title, brief.period.end, brief.unit_id) == ("布置展板", due_on, world.bureau.pk)
    assert kept(plan) == counted(plan)


@pytest.mark.parametrize(
    ("title", "ahead", "said"),
    [("布置展板", -1, "不能早于今天"), ("", 1, "请写任务名称"), (" ", 1, "请写任务名称")],
)
def test_add_task_refuses_in_a_sentence(
    world: World, plan: Plan, room: PaperRoom, title: str, ahead: int, said: str
) -> None:
    due_on = timezone.localdate() + timedelta(days=ahead)
    before = len(room.briefs)
    with pytest.raises(Refused, match=said):
        services.add_task(
            measure=plan.measures.first(), title=title, due_on=due_on, by=world.officer
        )
    assert len(room.briefs) == before


def test_a_plan_that_does_not_run_takes_no_task(world: World) -> None:
    plan = make.plan(world.bureau, world.officer)
    with pytest.raises(Refused, match="还没有采纳"):
        services.add_task(
            measure=plan.measures.first(),
            title="布置展板",
            due_on=timezone.localdate(),
            by=world.officer,
        )


def test_hand_over_tells_who_had_it_and_who_has_it(
    world: World, plan: Plan, room: PaperRoom
) -> None:
    task = plan.tasks.first()
    services.hand_over_task(task=task, owner=world.second, by=world.chair)
    entry = AuditEntry.objects.get(action="plans.hand_over_task")
    assert (entry.before, entry.after) == ({"owner": "沈清源"}, {"owner": "罗小满"})
    room.finish(task)
    services.close_task(task=task, by=world.officer)
    with pytest.raises(Refused, match="已经办结或取消"):
        services.hand_over_task(task=task, owner=world.owner, by=world.chair)


@pytest.mark.parametrize("role", Role.values)
def test_who_may_change_tasks(world: World, plan: Plan, room: PaperRoom, role: str) -> None:
    account = make.account(role, world.bureau)
    task = plan.tasks.first()
    room.finish(task)
    adds = role in {"chair", "officer", "committee_member"}
    closes = role in {"chair", "officer"}

    def add() -> None:
        services.add_task(
            measure=plan.measures.first(), title="布置展板", due_on=timezone.localdate(), by=account
        )

    for act, may in [
        (add, adds),
        (lambda: services.hand_over_task(task=task, owner=world.second, by=account), adds),
        (lambda: services.close_task(task=task, by=account), closes),
        (lambda: services.reopen_task(task=task, by=account, reason="误点"), closes),
    ]:
        if may:
            act()
        else:
            with pytest.raises(OutOfReach):
                act()


def test_a_deputy_acts_on_behalf_of_somebody(world: World, plan: Plan) -> None:
    deputy = make.account(name="代办人")
    deputy.grants.create(role=Role.OFFICER, unit=world.bureau, deputy_of=world.officer)
    task = plan.tasks.first()
    services.hand_over_task(task=task, owner=world.second, by=deputy)
    entry = AuditEntry.objects.get(action="plans.hand_over_task")
    assert (entry.actor_name, entry.on_behalf_of_name) == ("代办人", "钱专干")


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["add", "finish", "close", "reopen", "hand_over", "cancel"]),
        st.integers(0, 999),
    ),
    max_size=14,
)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_counters_always_equal_a_recount(
    world: World, plan: Plan, room: PaperRoom, steps: list[tuple[str, int]]
) -> None:
    for step, number in steps:
        tasks = list(plan.tasks.order_by("pk"))
        task = tasks[number % len(tasks)]
        measures = list(plan.measures.order_by("pk"))
        try:
            if step == "add":
                services.add_task(
                    measure=measures[number % len(measures)],
                    title="加做",
                    due_on=timezone.localdate() + timedelta(days=number % 5),
                    by=world.officer,
                )
            elif step == "finish":
                room.finish(task)
            elif step == "close":
                services.close_task(task=task, by=world.officer)
            elif step == "reopen":
                services.reopen_task(task=task, by=world.officer, reason="误点")
            elif step == "hand_over":
                services.hand_over_task(task=task, owner=world.second, by=world.officer)
            elif task.state == TaskState.ISSUED:
                services.cancel_many(tasks=[task], plan=plan, by=world.leader, reason="修订")
                services.recount(plan=plan)
        except Refused:
            pass
        assert kept(plan) == counted(plan)
    before = kept(plan)
    services.recount(plan=plan)
    assert kept(plan) == before


@pytest.mark.django_db(transaction=True)
def test_two_who_close_at_once_count_once(room: PaperRoom) -> None:
    world = make.world()
    plan = make.adopted(
        make.plan(world.bureau, world.officer, year=timezone.localdate().year), world
    )
    tasks = list(plan.tasks.order_by("pk")[:4])
    for task in tasks:
        room.finish(task)
    start = threading.Barrier(4)
    outcomes: list[str] = []

    def run(first: int) -> None:
        start.wait()
        for place in range(4):
            try:
                services.close_task(task=tasks[(first + place) % 4], by=world.officer)
                outcomes.append("closed")
            except Refused as refused:
                outcomes.append(refused.code)
            finally:
                connections["default"].close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    connection.close()
    assert Counter(outcomes) == {"closed": 4, "task_ended": 12}
    assert kept(plan) == counted(plan)
    assert StatusChange.objects.filter(object_kind="plans.task").count() == 4
