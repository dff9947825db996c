"""The list of tasks: conditions, paging by keyset, leaks, statements, files."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from halfsky.people.models import Account
from halfsky.plans import queries, task_papers
from halfsky.plans.models import Measure, Plan, PlanState, Task, TaskState
from halfsky.plans.queries import TaskFilter
from halfsky.plans.queries import tasks as task_queries
from halfsky.plans.rules.lights import LightState
from halfsky.plans.services.tasks import recount
from halfsky.plans.tests import factories as make
from halfsky.plans.tests.factories import World

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
YEAR = TODAY.year


@pytest.fixture(autouse=True)
def fresh() -> None:
    task_queries._counts.cache_clear()


@pytest.fixture
def world() -> World:
    return make.world()


@pytest.fixture
def plan(world: World) -> Plan:
    """A running plan whose tasks each test makes itself."""
    return make.plan(
        world.bureau, world.officer, year=YEAR, state=PlanState.ADOPTED, adopted_at=timezone.now()
    )


def add(plan: Plan, measure: Measure | None = None, **fields: Any) -> Task:
    """A task as the services leave it, without a record."""
    measure = measure or plan.measures.order_by("pk").first()
    assert measure is not None
    number = measure.tasks.count() + 1
    due_on = fields.pop("due_on", TODAY)
    state = fields.pop("state", TaskState.ISSUED)
    return Task.objects.create(
        plan=plan,
        point_id=measure.point_id,
        measure=measure,
        number=number,
        title=fields.pop("title", f"第{number}项"),
        lead_unit=fields.pop("lead_unit", plan.unit),
        starts_on=min(fields.pop("starts_on", date(YEAR, 1, 1)), due_on),
        due_on=due_on,
        state=state,
        closed_on=due_on if state == TaskState.CLOSED else None,
        carried_by="general.task",
        record_id=number,
        **fields,
    )


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def page_of(account: Account, plan: Plan, query: str = "", **headers: str) -> str:
    answer = signed_in(account).get(
        reverse("plans:tasks", args=[plan.pk]) + query, headers=headers or None
    )
    assert answer.status_code == 200
    return answer.content.decode()


def titles(account: Account, plan: Plan, **wanted: Any) -> list[str]:
    page = queries.task_page(account, plan, TaskFilter(**wanted), today=TODAY)
    return [row.title for row in page.rows]


# ── conditions ─────────────────────────────────────────────────────────────────────────────


def test_each_light_lists_and_counts_its_tasks(world: World, plan: Plan) -> None:
    near = queries.overview(plan, TODAY).near_until
    add(plan, title="逾期", due_on=TODAY - timedelta(days=1))
    add(plan, title="今天", due_on=TODAY)
    add(plan, title="最后一个临期日", due_on=near)
    add(plan, title="正常", due_on=near + timedelta(days=1))
    add(plan, title="未开始", due_on=near + timedelta(days=2), starts_on=near + timedelta(days=2))
    add(plan, title="办结", due_on=TODAY, state=TaskState.CLOSED)
    add(plan, title="取消", due_on=TODAY, state=TaskState.CANCELLED)
    recount(plan=plan)
    by_light = {
        light: titles(world.officer, plan, light=light)
        for light in (LightState.LATE, LightState.DUE, LightState.OK, LightState.DONE)
    }
    assert by_light == {
        LightState.LATE: ["逾期"],
        LightState.DUE: ["今天", "最后一个临期日"],
        LightState.OK: ["正常", "未开始"],
        LightState.DONE: ["办结"],
    }
    plan.refresh_from_db()
    assert queries.light_counts(world.officer, plan, today=TODAY) == {
        "late": 1, "due": 2, "ok": 2, "done": 1,
    }  # fmt: skip
    assert "取消" not in titles(world.officer, plan)
    assert "办结" not in titles(world.officer, plan, only_open=True)


def test_each_row_shows_the_light_that_its_list_promises(world: World, plan: Plan) -> None:
    for ahead in range(-3, 40):
        add(plan, due_on=TODAY + timedelta(days=ahead))
    for light in (LightState.LATE, LightState.DUE, LightState.OK):
        page = queries.task_page(world.officer, plan, TaskFilter(light=light), today=TODAY)
        assert {row.light.state for row in page.rows} == {light}


def test_conditions_narrow_the_list(world: World, plan: Plan) -> None:
    first, last = plan.measures.order_by("pk").first(), plan.measures.order_by("pk").last()
    add(plan, first, title="一", owner=world.owner, due_on=date(YEAR, 3, 1))
    add(plan, first, title="二", lead_unit=world.office, due_on=date(YEAR, 3, 31))
    add(plan, last, title="三", owner=world.second, due_on=date(YEAR, 4, 1))
    officer = world.officer
    assert titles(officer, plan, measure_id=first.pk) == ["一", "二"]
    assert titles(officer, plan, point_id=last.point_id) == ["三"]
    assert titles(officer, plan, owner_id=world.owner.pk) == ["一"]
    assert titles(officer, plan, owner_id=0) == []
    assert titles(officer, plan, unit_id=world.office.pk) == ["二"]
    assert titles(officer, plan, month=3) == ["一", "二"]
    assert titles(officer, plan, month=3, sort="-due") == ["二", "一"]


def test_a_condition_never_reaches_another_plan(world: World, plan: Plan) -> None:
    other = make.plan(
        world.bureau,
        world.officer,
        year=YEAR - 1,
        state=PlanState.ADOPTED,
        adopted_at=timezone.now(),
    )
    task = add(other, title="去年的", owner=world.owner)
    for wanted in (
        {"measure_id": task.measure_id}, {"point_id": task.point_id}, {"owner_id": world.owner.pk},
        {"unit_id": task.lead_unit_id}, {"light": LightState.DUE}, {},
    ):  # fmt: skip
        assert titles(world.officer, plan, **wanted) == []


BAD = [
    "after=rubbish", "after=2026-02-30.5", "after=2026-01-01.0", "after=2026-01-01." + "9" * 40,
    "after=٢٠٢٦-01-01.1", "before=x", "after=&before=", "light=x", "light=late&light=due", "sort=name",
    "point=x", "point=-1", "point=" + "9" * 40, "measure=1e3", "owner=you", "owner=١", "unit=%00",
    "month=13", "month=0", "month=x", "after=2026-01-01.5&before=2026-01-01.5", "format=pdf", "part=x",
]  # fmt: skip


@pytest.mark.parametrize("query", BAD)
def test_a_bad_address_is_answered(world: World, plan: Plan, query: str) -> None:
    add(plan, due_on=date(YEAR, 12, 31))
    assert "<h1>" in page_of(world.officer, plan, f"?{query}")


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.dictionaries(
        st.sampled_from(
            ["after", "before", "light", "sort", "point", "measure", "owner", "unit", "month"]
        ),
        st.text(max_size=12),
        max_size=4,
    )
)
def test_any_address_is_answered(world: World, plan: Plan, query: dict[str, str]) -> None:
    answer = signed_in(world.officer).get(reverse("plans:tasks", args=[plan.pk]), query)
    assert answer.status_code == 200


# ── paging ─────────────────────────────────────────────────────────────────────────────────


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    days=st.lists(st.integers(0, 4), max_size=23),  # many tasks share a day
    sort=st.sampled_from(["due", "-due"]),
    size=st.integers(1, 6),
)
def test_paging_visits_every_row_once_in_order(
    world: World, plan: Plan, monkeypatch, days: list[int], sort: str, size: int
) -> None:
    monkeypatch.setattr(task_queries, "PAGE", size)
    Task.objects.all().delete()
    for ahead in days:
        add(plan, due_on=TODAY + timedelta(days=ahead))
    order = ("-due_on", "-pk") if sort == "-due" else ("due_on", "pk")
    expected = list(Task.objects.order_by(*order).values_list("pk", flat=True))

    def page(**key: Any) -> Any:
        return queries.task_page(world.officer, plan, TaskFilter(sort=sort, **key), today=TODAY)

    there, pages, key = [], [], None
    while True:
        found = page(after=key)
        assert (found.before is None) == (key is None or not found.rows)
        pages.append([row.id for row in found.rows])
        there += pages[-1]
        key = found.after
        if key is None:
            break
    assert there == expected
    back, key = pages[-1], page(after=None).after and found.before
    back = list(back)
    while key is not None:
        found = page(before=key)
        assert found.after is not None
        back = [row.id for row in found.rows] + back
        key = found.before
    assert back == expected


def test_the_pages_link_to_each_other(world: World, plan: Plan) -> None:
    for _number in range(51):
        add(plan)
    first = page_of(world.officer, plan, "?owner=&light=all")
    assert 'rel="prev"' not in first
    last = Task.objects.order_by("pk")[49]
    following = f"?light=all&amp;after={last.due_on.isoformat()}.{last.pk}"
    assert f'rel="next" href="/plans/{plan.pk}/tasks/{following}"' in first
    second = page_of(world.officer, plan, following.replace("&amp;", "&"))
    assert second.count("<tr data-row") == 1
    assert 'rel="prev"' in second
    assert 'rel="next"' not in second


# ── statements ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("rows", [1, 3, 60])
@pytest.mark.parametrize(
    ("query", "most"),
    [
        ("", 5),
        ("?light=all", 5),
        ("?light=late", 5),
        ("?sort=-due", 5),
        ("?owner=me", 5),
        ("?month=3&point={point}", 5),
    ],
)
def test_statements_do_not_grow_with_rows(
    world: World, plan: Plan, django_assert_num_queries, rows: int, query: str, most: int
) -> None:
    officer = make.account("officer", world.bureau, person=world.second)
    for place in range(rows):
        add(plan, due_on=date(YEAR, 3, 1), owner=world.second if place % 2 == 0 else world.owner)
    recount(plan=plan)
    client = signed_in(officer)
    address = reverse("plans:tasks", args=[plan.pk]) + query.format(point=plan.points.first().pk)
    with django_assert_num_queries(most):  # session, account, plan, rows, sums
        client.get(address)
    with django_assert_num_queries(most - 1):  # the sums stand until something changes
        client.get(address)


# ── leaks ──────────────────────────────────────────────────────────────────────────────────


def test_a_liaison_sees_the_tasks_of_her_department_alone(world: World, plan: Plan) -> None:
    finance = make.unit("财务科", world.bureau)
    add(plan, title="办公室的任务", lead_unit=world.office)
    add(plan, title="办公室下属的任务", lead_unit=make.unit("档案室", world.office))
    add(plan, title="本人的任务", lead_unit=finance, owner=world.owner)
    add(plan, title="财务科的任务", lead_unit=finance, owner=world.second)
    add(plan, title="局里的任务", lead_unit=world.bureau)
    recount(plan=plan)
    page = page_of(world.liaison, plan)
    assert [word for word in ("办公室的", "办公室下属的", "本人的", "财务科的", "局里的") if f"{word}任务" in page] == [
        "办公室的", "办公室下属的", "本人的",
    ]  # fmt: skip
    assert "<b>5</b>" not in page  # the sums of all tasks are not hers
    for query in ("?light=all", f"?unit={finance.pk}", f"?owner={world.second.pk}", "?format=csv"):
        answer = signed_in(world.liaison).get(reverse("plans:tasks", args=[plan.pk]) + query)
        text = answer.getvalue().decode() if answer.streaming else answer.content.decode()
        assert "财务科的任务" not in text
        assert "局里的任务" not in text


def test_staff_see_their_own_tasks_alone(world: World, plan: Plan) -> None:
    staff = make.account("staff", world.bureau, person=world.second)
    add(plan, title="她的任务", owner=world.second)
    add(plan, title="别人的任务", owner=world.owner)
    assert titles(staff, plan) == ["她的任务"]
    assert titles(world.staff, plan) == []
    assert "没有您能看的任务" in page_of(world.staff, plan)


# ── parts, empty lists, filters ────────────────────────────────────────────────────────────


def test_htmx_gets_the_part_alone(world: World, plan: Plan) -> None:
    add(plan)
    part = page_of(world.officer, plan, **{"HX-Request-Type": "partial"})
    assert "<html" not in part
    assert "<tr data-row" in part


def test_filters_offer_what_the_measures_have(world: World, plan: Plan) -> None:
    plan.measures.update(owner=world.owner)
    part = page_of(world.officer, plan, "?part=filters&light=late")
    assert "抓好理论学习" in part
    assert "沈清源" in part
    assert 'name="light" value="late"' in part


@pytest.mark.parametrize(
    ("query", "said"),
    [("", "还没有任务"), ("?light=late", "没有符合条件的任务"), ("?month=3", "没有符合条件的任务")],
)
def test_an_empty_list_says_why(world: World, plan: Plan, query: str, said: str) -> None:
    assert said in page_of(world.officer, plan, query)


def test_a_finished_list_says_so(world: World, plan: Plan) -> None:
    add(plan, state=TaskState.CLOSED)
    recount(plan=plan)
    assert "任务都已办结" in page_of(world.officer, plan)


def test_what_was_typed_is_shown_as_text(world: World, plan: Plan) -> None:
    bad = make.person(world.bureau, "<i>名</i>")
    add(plan, title='<script>alert("1")</script>', owner=bad)
    page = page_of(world.officer, plan)
    assert "<script>alert" not in page
    assert "<i>名" not in page
    assert "&lt;script&gt;alert" in page


# ── files ──────────────────────────────────────────────────────────────────────────────────


def exported(account: Account, plan: Plan, query: str) -> list[list[str]]:
    answer = signed_in(account).get(reverse("plans:tasks", args=[plan.pk]) + query)
    assert answer.status_code == 200
    data = answer.getvalue() if answer.streaming else answer.content
    if "csv" in answer.headers["Content-Type"]:
        assert data.startswith(b"\xef\xbb\xbf")
        return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    from python_calamine import CalamineWorkbook

    sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
    return [[str(cell) for cell in row] for row in sheet.to_python()]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_file_holds_the_filtered_list(world: World, plan: Plan, kind: str, monkeypatch) -> None:
    monkeypatch.setattr(task_queries, "EXPORTED_AT_ONCE", 3)
    for number in range(8):
        add(plan, title=f"逾期{number}", due_on=TODAY - timedelta(days=number // 3 + 1))
    add(plan, title="正常", due_on=TODAY + timedelta(days=90))
    rows = exported(world.officer, plan, f"?light=late&format={kind}&after=2020-01-01.5")
    assert rows[0][:3] == ["序号", "任务", "责任人"]
    assert [row[1] for row in rows[1:]] == [
        "逾期6", "逾期7", "逾期3", "逾期4", "逾期5", "逾期0", "逾期1", "逾期2",
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("title", ["=1+1", "+86", "-1", "@SUM(A1)", "\t=1", "'=1"])
def test_no_cell_of_a_file_runs(world: World, plan: Plan, kind: str, title: str) -> None:
    add(plan, title=title)
    rows = exported(world.officer, plan, f"?format={kind}")
    assert rows[1][1] == "'" + title


def test_a_file_speaks_the_language_of_its_reader(world: World, plan: Plan) -> None:
    add(plan, due_on=TODAY)
    world.officer.language = "en"
    world.officer.save()
    rows = exported(world.officer, plan, "?format=csv")
    assert not any("一" <= sign <= "鿿" for sign in "".join(rows[0] + rows[1][5:7]))


def test_a_workbook_that_would_be_too_long_says_what_to_do(
    world: World, plan: Plan, monkeypatch
) -> None:
    monkeypatch.setattr(task_papers, "MOST_ROWS", 2)
    for _number in range(3):
        add(plan)
    answer = signed_in(world.officer).get(
        reverse("plans:tasks", args=[plan.pk]) + "?format=xlsx&light=all", follow=True
    )
    assert "请先按要点或月份筛选" in answer.content.decode()
