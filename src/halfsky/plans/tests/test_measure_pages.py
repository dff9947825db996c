"""The measure page: its sentence in context, its tasks and what is done with them."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from halfsky.people.models import Account
from halfsky.plans import queries
from halfsky.plans.models import Measure, Plan, Task, TaskState
from halfsky.plans.services import tasks as services
from halfsky.plans.tests import factories as make
from halfsky.plans.tests.factories import World
from halfsky.plans.tests.paper_room import PaperRoom

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
YEAR = TODAY.year
HTMX = {"HX-Request-Type": "partial"}


@pytest.fixture
def world() -> World:
    return make.world()


@pytest.fixture
def plan(world: World, room: PaperRoom) -> Plan:
    return make.adopted(make.plan(world.bureau, world.officer, owner=world.owner, year=YEAR), world)


@pytest.fixture
def measure(plan: Plan) -> Measure:
    return plan.measures.get(kind="publicity")


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def page_of(account: Account, measure: Measure, query: str = "") -> str:
    answer = signed_in(account).get(reverse("plans:measure", args=[measure.pk]) + query)
    assert answer.status_code == 200
    return answer.content.decode()


# ── what it shows ──────────────────────────────────────────────────────────────────────────


def test_the_sentence_stands_in_its_context_with_its_marks(world: World, measure: Measure) -> None:
    found = queries.measure_page(world.officer, measure, today=TODAY)
    assert [(part.text, part.around, part.mark) for part in found.quote] == [
        ("借助", False, ""),
        ("3月22日", False, "date"),
        ("世界水日和", False, ""),
        ("11月25日", False, "date"),
        ("国际消除对妇女的暴力日，开展两场法律宣传", False, ""),
        ("，由", True, ""),
        ("办公室", True, "owner"),
        ("牵头，", True, ""),
        ("工会", True, "partner"),
        ("配合。", True, ""),
    ]
    assert (found.cut_before, found.cut_after, found.label) == (False, False, "2.1")


def test_the_page_says_where_the_sentence_stands_in_the_original(
    world: World, measure: Measure
) -> None:
    found = queries.measure_page(world.officer, measure, today=TODAY)
    # the line of junk above, title, preamble, first point of two lines, heading, the sentence
    assert found.where == "第7段"
    page = page_of(world.officer, measure)
    assert "原文第7段" in page
    assert reverse("plans:text", args=[measure.plan_id]) in page


def test_a_long_sentence_is_cut_around_the_measure(world: World) -> None:
    words = "前" * 100 + "办讲座" + "后" * 100
    made = make.draft([("一", "学习", [(words, [("办讲座", {"due_on": date(YEAR, 12, 31)})])])])
    plan = make.plan(world.bureau, world.officer, made=made, year=YEAR)
    found = queries.measure_page(world.officer, plan.measures.get(), today=TODAY)
    assert [part.text for part in found.quote] == ["前" * 60, "办讲座", "后" * 60]
    assert (found.cut_before, found.cut_after) == (True, True)


def test_the_page_shows_who_what_until_when(world: World, measure: Measure) -> None:
    measure.supporting_units.add(world.office)
    page = page_of(world.officer, measure)
    for words in ("沈清源", "办公室", "自办", "法律宣传", "按场次", "一般任务", "3月22日世界水日"):
        assert words in page
    soft = measure.plan.measures.get(is_soft=True)
    assert "无可验收成果" in page_of(world.officer, soft)


def test_open_tasks_alone_by_address(world: World, measure: Measure, room: PaperRoom) -> None:
    first, second = measure.tasks.order_by("due_on")
    room.finish(first)
    services.close_task(task=first, by=world.officer)
    both = page_of(world.officer, measure)
    assert (f'id="task-{first.pk}"' in both, f'id="task-{second.pk}"' in both) == (True, True)
    alone = page_of(world.officer, measure, "?open=1")
    assert (f'id="task-{first.pk}"' in alone, f'id="task-{second.pk}"' in alone) == (False, True)


def test_the_history_tells_what_happened(world: World, measure: Measure, room: PaperRoom) -> None:
    task = measure.tasks.order_by("due_on").first()
    room.finish(task)
    services.close_task(task=task, by=world.officer)
    services.reopen_task(task=task, by=world.chair, reason="佐证不实")
    services.hand_over_task(task=task, owner=world.second, by=world.chair)
    said = page_of(world.officer, measure).partition('class="tl"')[2].partition("</ol>")[0]
    lines = [
        re.sub(r"<[^>]+>", "", line.partition("</time>")[2]) for line in said.split("</li>")[:-1]
    ]
    assert lines == [
        "孙主任 2.1.1 转给罗小满",
        "孙主任 2.1.1 重新办理：佐证不实",
        "钱专干 2.1.1 办结",
        "李局 采纳计划，下发任务",
        "孙主任 审核通过",
        "钱专干 提交审核",
    ]


def test_records_that_came_of_the_work_are_listed(
    world: World, measure: Measure, room: PaperRoom
) -> None:
    room.finish(measure.tasks.first(), "办了一场咨询")
    assert "办了一场咨询" in page_of(world.officer, measure)


def test_a_reader_without_the_right_sees_no_title_of_a_record(
    world: World, plan: Plan, measure: Measure, room: PaperRoom
) -> None:
    task = measure.tasks.first()
    Task.objects.filter(pk=task.pk).update(owner=world.second)
    room.finish(task, "办了一场咨询")
    staff = make.account("staff", world.bureau, person=world.second)
    page = page_of(staff, measure)
    assert f'id="task-{task.pk}"' in page
    assert "办了一场咨询" not in page
    assert "另有1份" in page


def test_a_liaison_sees_no_task_of_another_department(world: World, measure: Measure) -> None:
    Task.objects.filter(measure=measure).update(owner=world.second)
    stranger = make.account("liaison", make.unit("财务科", world.bureau))
    page = page_of(stranger, measure)
    assert 'id="task-' not in page
    assert "不在您的范围内" in page


@pytest.mark.parametrize("rows", [1, 3, 60])
def test_statements_do_not_grow_with_tasks(
    world: World, plan: Plan, django_assert_num_queries, rows: int
) -> None:
    measure = plan.measures.get(is_soft=True)
    for _number in range(rows - 1):
        services.add_task(measure=measure, title="加做", due_on=TODAY, by=world.officer)
    client = signed_in(world.officer)
    with django_assert_num_queries(10):  # and what the room asks itself
        client.get(reverse("plans:measure", args=[measure.pk]))


@pytest.mark.parametrize("pk", [0, 10**6, 10**30])
def test_a_measure_that_does_not_exist_is_404(world: World, plan: Plan, pk: int) -> None:
    assert signed_in(world.officer).get(f"/plans/measures/{pk}/").status_code == 404


def test_a_measure_under_review_leads_to_its_review(world: World) -> None:
    plan = make.plan(world.bureau, world.officer)
    page = page_of(world.officer, plan.measures.first())
    assert reverse("plans:review", args=[plan.pk]) in page
    assert "计划采纳后按日期下发任务" in page


# ── a task in one line ─────────────────────────────────────────────────────────────────────


def post_line(account: Account, measure: Measure, line: str, **headers: str):
    return signed_in(account).post(
        reverse("plans:add_task", args=[measure.pk]), {"line": line}, headers=headers or None
    )


def test_a_line_becomes_a_task_with_person_and_day(world: World, measure: Measure) -> None:
    due_on = TODAY + timedelta(days=7)
    answer = post_line(world.officer, measure, f"布置展板 @罗小满 {due_on.isoformat()}")
    task = measure.tasks.latest("pk")
    assert answer.status_code == 302
    assert answer.headers["Location"].endswith(f"#task-{task.pk}")
    assert (task.title, task.owner, task.due_on) == ("布置展板", world.second, due_on)


def test_a_line_without_a_day_takes_the_measure_s(world: World, plan: Plan) -> None:
    measure = plan.measures.first()
    measure.due_on = TODAY + timedelta(days=9)
    measure.save()
    post_line(world.officer, measure, "布置展板")
    assert measure.tasks.latest("pk").due_on == measure.due_on


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("布置展板 @林外人 12月31日", "花名册里没有“林外人”"),
        ("布置展板 @查无此人 12月31日", "花名册里没有“查无此人”"),
        ("布置展板 @重名 12月31日", "有2位重名（水务局、办公室）。请写成“@重名/"),
        ("布置展板 2月30日", "没有“2月30日”这一天"),
        ("布置展板", "请写完成时限"),
        (f"布置展板 {YEAR - 1}-12-31", "完成时限不能早于今天"),
        ("@罗小满 12月31日", "请写任务名称"),
        ("", "请写任务名称"),
        ("字" * 341, "300个字以内"),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_line_that_does_not_do_is_answered_with_what_was_typed(
    world: World, measure: Measure, line: str, said: str, headers: dict[str, str]
) -> None:
    make.person(world.bureau, "重名")
    make.person(world.office, "重名")
    before = measure.tasks.count()
    answer = post_line(world.officer, measure, line, **headers)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert said in text
    assert f'value="{line}"' in text
    assert measure.tasks.count() == before


def test_persons_of_one_name_are_told_apart_by_their_unit(world: World, measure: Measure) -> None:
    make.person(world.bureau, "重名")
    wanted = make.person(world.office, "重名")
    post_line(world.officer, measure, "布置展板 @重名/办公室 12月31日")
    assert measure.tasks.latest("pk").owner == wanted


# ── closing, reopening, handing over ───────────────────────────────────────────────────────


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_refused_close_leads_to_the_record(
    world: World, measure: Measure, headers: dict[str, str]
) -> None:
    task = measure.tasks.first()
    answer = signed_in(world.officer).post(
        reverse("plans:close_task", args=[task.pk]), headers=headers or None
    )
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "还没有标为完成" in text
    assert f"{reverse('general:record', args=[task.record_id])}?from=" in text
    assert ("<html" in text) is not bool(headers)


def test_a_close_can_be_undone_at_once(world: World, measure: Measure, room: PaperRoom) -> None:
    task = measure.tasks.first()
    room.finish(task)
    client = signed_in(world.officer)
    answer = client.post(reverse("plans:close_task", args=[task.pk]), headers=HTMX)
    undo = reverse("plans:reopen_task", args=[task.pk]) + "?undo=1"
    assert answer.status_code == 200
    assert f'action="{undo}"' in answer.content.decode()
    assert client.post(undo).status_code == 302
    task.refresh_from_db()
    assert task.state == TaskState.ISSUED


def test_reopening_asks_why(world: World, measure: Measure, room: PaperRoom) -> None:
    task = measure.tasks.first()
    room.finish(task)
    services.close_task(task=task, by=world.officer)
    client = signed_in(world.officer)
    address = reverse("plans:reopen_task", args=[task.pk])
    assert client.get(address).status_code == 200
    answer = client.post(address, {"reason": " "})
    assert (answer.status_code, "请写明原因" in answer.content.decode()) == (422, True)
    assert client.post(address, {"reason": "佐证不实"}).status_code == 302
    task.refresh_from_db()
    assert task.state == TaskState.ISSUED
    answer = client.post(address, {"reason": "再来一次"})
    assert (answer.status_code, "任务没有办结" in answer.content.decode()) == (422, True)


def test_handing_over_offers_the_people_of_the_unit(world: World, measure: Measure) -> None:
    task = measure.tasks.first()
    client = signed_in(world.officer)
    address = reverse("plans:hand_over_task", args=[task.pk])
    page = client.get(address).content.decode()
    assert ("罗小满" in page, "林外人" in page) == (True, False)
    assert "罗小满" not in client.get(address, {"q": "沈"}).content.decode()
    assert client.post(address, {"owner": world.second.pk}).status_code == 302
    task.refresh_from_db()
    assert task.owner == world.second
    answer = client.post(address, {"owner": world.outsider.pk})
    assert (answer.status_code, "花名册里没有这个人" in answer.content.decode()) == (422, True)
    client.post(address, {"owner": ""})
    task.refresh_from_db()
    assert task.owner is None


@pytest.mark.parametrize("name", ["close_task", "reopen_task", "hand_over_task", "add_task"])
def test_no_change_comes_by_following_a_link(world: World, measure: Measure, name: str) -> None:
    task = measure.tasks.first()
    pk = measure.pk if name == "add_task" else task.pk
    before = (Task.objects.count(), task.state, task.owner_id)
    answer = signed_in(world.officer).get(
        reverse(f"plans:{name}", args=[pk]), {"undo": "1", "owner": ""}
    )
    assert answer.status_code in {200, 405}
    task.refresh_from_db()
    assert (Task.objects.count(), task.state, task.owner_id) == before


@pytest.mark.parametrize("role", ["leader", "committee_member", "liaison", "staff"])
def test_who_may_not_close_finds_nothing(
    world: World, measure: Measure, room: PaperRoom, role: str
) -> None:
    task = measure.tasks.first()
    room.finish(task)
    client = signed_in(make.account(role, world.bureau))
    assert client.post(reverse("plans:close_task", args=[task.pk])).status_code == 404
    assert client.post(reverse("plans:reopen_task", args=[task.pk]) + "?undo=1").status_code == 404
    page = page_of(make.account(role, world.bureau), measure)
    assert reverse("plans:close_task", args=[task.pk]) not in page
