"""The overview: who sees what, how many statements, what it never shows, and that it stays true."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from halfsky.people.models import Account
from halfsky.people.roles import Role
from halfsky.plans import queries
from halfsky.plans.models import Mark, Plan, PlanState, Task
from halfsky.plans.queries.overview import LAMPS_SHOWN
from halfsky.plans.rules.lights import LightState
from halfsky.plans.services import tasks as services
from halfsky.plans.tests import factories as make
from halfsky.plans.tests.factories import World
from halfsky.plans.tests.paper_room import PaperRoom
from halfsky.plans.views import overview as views

pytestmark = pytest.mark.django_db
YEAR = timezone.localdate().year
INSIDE = {"leader", "vice_leader", "chair", "officer", "committee_member", "liaison", "staff"}
SEE_ALL = INSIDE - {"liaison", "staff"}


@pytest.fixture(autouse=True)
def fresh() -> None:
    """Another test's plan may have had the same id and pulse."""
    views.forget_bodies()
    queries.tasks._counts.cache_clear()


@pytest.fixture
def world() -> World:
    return make.world()


@pytest.fixture
def plan(world: World, room: PaperRoom) -> Plan:
    return make.adopted(make.plan(world.bureau, world.officer, owner=world.owner, year=YEAR), world)


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def page_of(account: Account, plan: Plan, query: str = "") -> str:
    answer = signed_in(account).get(reverse("plans:overview", args=[plan.pk]) + query)
    assert answer.status_code == 200
    return answer.content.decode()


# ── who sees it ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize("where", ["same", "above", "below", "beside"])
def test_who_reaches_the_running_pages(world: World, plan: Plan, role: str, where: str) -> None:
    place = {
        "same": world.bureau, "above": world.county, "below": world.office, "beside": world.other,
    }[where]  # fmt: skip
    client = signed_in(make.account(role, place))
    reads = role in INSIDE and where != "beside"  # members of the units below read it too
    task = plan.tasks.first()
    measure = task.measure_id
    expected = {
        reverse("plans:overview", args=[plan.pk]): reads,
        reverse("plans:tasks", args=[plan.pk]): reads,
        reverse("plans:measure", args=[measure]): reads,
        reverse("plans:settings", args=[plan.pk]): role == "chair" and where in {"same", "above"},
        reverse("plans:reopen_task", args=[task.pk]): (
            role in {"chair", "officer"} and where in {"same", "above"}
        ),
        reverse("plans:hand_over_task", args=[task.pk]): (
            role in {"chair", "officer", "committee_member"} and where in {"same", "above"}
        ),
    }
    assert {url: client.get(url).status_code == 200 for url in expected} == expected
    assert all(client.get(url).status_code in {200, 404} for url in expected)


def test_a_visitor_is_asked_to_sign_in(plan: Plan, client: Client) -> None:
    for name, pk in [
        ("overview", plan.pk),
        ("tasks", plan.pk),
        ("measure", plan.measures.first().pk),
    ]:
        assert client.get(reverse(f"plans:{name}", args=[pk])).status_code == 302


def test_a_plan_under_review_is_seen_by_the_desk_alone(world: World) -> None:
    plan = make.plan(world.bureau, world.officer)
    address = reverse("plans:overview", args=[plan.pk])
    answer = signed_in(world.officer).get(address)
    assert "待核对" in answer.content.decode()
    assert signed_in(world.staff).get(address).status_code == 404
    assert signed_in(world.liaison).get(address).status_code == 404


@pytest.mark.parametrize("pk", [0, 10**6, 10**30])
def test_a_plan_that_does_not_exist_is_404(world: World, pk: int) -> None:
    assert signed_in(world.officer).get(f"/plans/{pk}/").status_code == 404


def test_visible_plan_decides_as_visible_plans(world: World, plan: Plan) -> None:
    plans = [
        plan,
        make.plan(world.other, world.other_officer),
        make.plan(world.county, world.officer, state=PlanState.ADOPTED, adopted_at=timezone.now()),
        make.plan(world.office, world.officer, state=PlanState.AMENDED),
        make.plan(world.bureau, world.officer, state=PlanState.REJECTED, year=YEAR + 1),
    ]
    accounts = [
        make.account(role, unit)
        for role in Role.values
        for unit in (world.county, world.bureau, world.office, world.other)
    ]
    for account in [*accounts, world.nobody]:
        seen = set(queries.visible_plans(account).values_list("pk", flat=True))
        for one in plans:
            try:
                found = queries.visible_plan(account, one.pk) is not None
            except queries.visible.access.OutOfReach:
                found = False
            assert found == (one.pk in seen), (account.grants.first(), one)


# ── home ───────────────────────────────────────────────────────────────────────────────────


def test_home_leads_to_the_plan_of_the_unit(world: World, plan: Plan) -> None:
    answer = signed_in(world.officer).get(reverse("plans:home"))
    assert answer.headers["Location"] == reverse("plans:overview", args=[plan.pk])


def test_home_follows_the_unit_and_year_switched_to(world: World, plan: Plan) -> None:
    other = make.plan(
        world.county, world.officer, state=PlanState.ADOPTED, adopted_at=timezone.now(), year=YEAR
    )
    last = make.plan(
        world.bureau,
        world.officer,
        state=PlanState.ADOPTED,
        adopted_at=timezone.now(),
        year=YEAR - 1,
    )
    client = signed_in(make.account(Role.CHAIR, world.county))
    for unit, year, expected in [
        (world.county, YEAR, other), (world.bureau, YEAR, plan), (world.bureau, YEAR - 1, last),
    ]:  # fmt: skip
        session = client.session
        session["unit"], session["year"] = unit.pk, year
        session.save()
        answer = client.get(reverse("plans:home"))
        assert answer.headers["Location"] == reverse("plans:overview", args=[expected.pk])


@pytest.mark.parametrize(
    ("role", "said", "offers"),
    [
        (Role.OFFICER, "还没有年度计划", True),
        (Role.CHAIR, "还没有年度计划", True),
        (Role.STAFF, "由本单位妇女工作专干", False),
        (Role.SYSTEM_ADMIN, "您的账号不查看计划", False),
    ],
)
def test_home_before_the_first_plan(world: World, role: str, said: str, offers: bool) -> None:
    page = signed_in(make.account(role, world.bureau)).get(reverse("plans:home")).content.decode()
    assert said in page
    assert (reverse("plans:import") in page.partition("<main")[2]) is offers


# ── what it shows ──────────────────────────────────────────────────────────────────────────


def test_the_overview_counts_measures_by_light(world: World, plan: Plan) -> None:
    found = queries.overview(plan, date(YEAR, 1, 2))
    assert found.counts == {
        LightState.LATE: 0, LightState.DUE: 0, LightState.OK: 6, LightState.IDLE: 0, LightState.DONE: 0,
    }  # fmt: skip
    later = queries.overview(plan, date(YEAR, 12, 30))
    assert later.counts[LightState.LATE] == 6
    assert (later.total, later.closed, later.soft) == (16, 0, 1)
    assert sum(month.total for month in later.months) == 16
    assert sum(month.late for month in later.months) == 13


def test_the_next_node_is_named_as_in_the_document(world: World, plan: Plan) -> None:
    measure = plan.measures.get(kind="publicity")
    measure.nodes = [{"on": f"{YEAR}-03-22", "text": "3月22日世界水日"}]
    measure.next_due_on = date(YEAR, 3, 22)
    measure.save()
    line = next(
        one for one in queries.overview(plan, date(YEAR, 1, 2)).measures if one.id == measure.pk
    )
    assert line.next_text == "3月22日世界水日"


def test_pins_stand_once_a_day_and_say_who_named_them(world: World, plan: Plan) -> None:
    Mark.objects.bulk_create(
        [Mark(plan=plan, kind="date", start=0, end=4, text=f"{YEAR}年5月9日", on=date(YEAR, 5, 9))]
        * 1
        + [Mark(plan=plan, kind="date", start=9, end=12, text="5月9日", on=date(YEAR, 5, 9))]
        + [Mark(plan=plan, kind="date", start=9, end=12, text="明年", on=date(YEAR + 1, 5, 9))]
    )
    pins = queries.overview(plan, date(YEAR, 1, 2)).pins
    assert len([pin for pin in pins if pin.on == date(YEAR, 5, 9)]) == 1
    assert all(pin.on.year == YEAR for pin in pins)
    assert {pin.status for pin in pins if pin.from_document} == {""}
    assert "" not in {pin.status for pin in pins if not pin.from_document}


@pytest.mark.parametrize("view", ["", "points", "owners", "months", "rubbish", "<script>"])
@pytest.mark.parametrize("light", ["", "late", "due", "ok", "idle", "done", "soft", "rubbish"])
def test_every_address_of_the_overview_answers(
    world: World, plan: Plan, view: str, light: str
) -> None:
    assert "<h1>" in page_of(world.officer, plan, f"?view={view}&light={light}")


def test_a_light_lists_its_measures(world: World, plan: Plan) -> None:
    soft = plan.measures.get(is_soft=True)
    main = page_of(world.officer, plan, "?light=soft").partition("<main")[2]
    listed = re.findall(r'class="ttl" href="/plans/measures/(\d+)/', main)
    assert listed == [str(soft.pk)]


def test_a_point_shows_twelve_lamps_and_the_number_of_the_others(world: World) -> None:
    wide = make.plan(world.bureau, world.officer, made=make.wide_draft(20, points=1), year=YEAR)
    plan = make.adopted(wide, world)
    table = page_of(world.officer, plan).partition('class="lamps"')[2].partition("</td>")[0]
    assert table.count('href="/plans/measures/') == LAMPS_SHOWN
    assert "+8" in table


def test_a_plan_without_measures_says_so(world: World) -> None:
    made = make.plan(
        world.bureau, world.officer, made=make.draft([("一", "加强学习", [])]), year=YEAR,
        state=PlanState.ADOPTED, adopted_at=timezone.now(),
    )  # fmt: skip
    assert "这份计划没有举措" in page_of(world.officer, made)


def test_an_amended_plan_points_to_the_running_one(world: World, plan: Plan) -> None:
    from halfsky.plans.services import review

    newer = review.start_amendment(plan=plan, reason="上级新要求", by=world.officer)
    newer = make.adopted(newer, world)
    page = page_of(world.officer, plan)
    assert "这份计划已修订" in page
    assert reverse("plans:overview", args=[newer.pk]) in page
    assert "这份计划已修订" not in page_of(world.officer, newer)


def test_what_waits_depends_on_who_looks(world: World, plan: Plan) -> None:
    make.plan(world.bureau, world.officer, year=YEAR + 1)
    make.plan(world.bureau, world.officer, year=YEAR + 2, state=PlanState.UNDER_REVIEW)
    make.plan(world.bureau, world.officer, year=YEAR + 3, state=PlanState.ENDORSED)
    make.plan(world.other, world.other_officer, year=YEAR + 1)
    today = date(YEAR, 12, 30)
    said = {
        name: [(line.text, line.count) for line in queries.waiting_for(account, plan, today)]
        for name, account in [
            ("officer", world.officer), ("chair", world.chair), ("leader", world.leader),
            ("liaison", world.liaison), ("staff", world.staff),
        ]
    }  # fmt: skip
    assert said == {
        "officer": [("计划待核对", 1)],
        "chair": [("计划待核对", 1), ("计划待审核", 1)],
        "leader": [("计划待采纳", 1)],
        "liaison": [("我的任务临期或逾期", 16)],
        "staff": [],
    }


# ── leaks ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("role", ["liaison", "staff"])
def test_the_week_shows_no_task_of_others(world: World, plan: Plan, role: str) -> None:
    today = timezone.localdate()
    Task.objects.filter(pk=plan.tasks.first().pk).update(
        title="别科室的秘密任务", due_on=today, starts_on=date(YEAR, 1, 1), owner=world.second
    )
    stranger = make.account(role, make.unit("财务科", world.bureau))
    assert "别科室的秘密任务" in page_of(world.officer, plan)  # fills the kept pages
    assert "别科室的秘密任务" not in page_of(stranger, plan)


# ── it stays true, and quick ───────────────────────────────────────────────────────────────


def test_a_closed_task_shows_at_once(world: World, plan: Plan, room: PaperRoom) -> None:
    before = page_of(world.officer, plan)
    assert "任务 0/16" in before
    task = plan.tasks.first()
    room.finish(task)
    services.close_task(task=task, by=world.officer)
    assert "任务 1/16" in page_of(world.officer, plan)


def test_kept_pages_keep_languages_apart(world: World, plan: Plan) -> None:
    page_of(world.officer, plan)
    world.officer.language = "en"
    world.officer.save()
    answer = signed_in(world.officer).get(reverse("plans:overview", args=[plan.pk]))
    assert 'lang="en"' in answer.content.decode()
    assert "全年时间轴" not in answer.content.decode()


def test_kept_pages_hold_nothing_of_the_reader(world: World, plan: Plan) -> None:
    page_of(world.chair, plan)  # may change the settings
    settings_address = reverse("plans:settings", args=[plan.pk])
    assert settings_address in page_of(world.chair, plan)
    assert settings_address not in page_of(world.officer, plan)


@pytest.mark.parametrize(
    ("role", "expected"),
    [("officer", 4), ("chair", 4), ("leader", 4), ("liaison", 5), ("staff", 3)],
)
@pytest.mark.parametrize("measures", [1, 3, 60])
def test_statements_of_the_overview(
    world: World, django_assert_num_queries, measures: int, role: str, expected: int
) -> None:
    plan = make.adopted(
        make.plan(world.bureau, world.officer, made=make.wide_draft(measures), year=YEAR), world
    )
    client = signed_in(getattr(world, role))
    address = reverse("plans:overview", args=[plan.pk])
    client.get(address)
    with django_assert_num_queries(expected):
        client.get(address)


@pytest.mark.parametrize("measures", [1, 3, 60])
def test_statements_of_the_first_reader(
    world: World, django_assert_num_queries, measures: int
) -> None:
    plan = make.adopted(
        make.plan(world.bureau, world.officer, made=make.wide_draft(measures), year=YEAR), world
    )
    client = signed_in(world.officer)
    with django_assert_num_queries(11):
        client.get(reverse("plans:overview", args=[plan.pk]))


# ── settings ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("typed", "status"),
    [
        ("5", 302),
        ("1", 302),
        ("60", 302),
        ("0", 422),
        ("61", 422),
        ("", 422),
        ("十", 422),
        ("9" * 40, 422),
    ],
)
def test_settings_of_a_plan(world: World, plan: Plan, typed: str, status: int) -> None:
    answer = signed_in(world.chair).post(
        reverse("plans:settings", args=[plan.pk]), {"near_workdays": typed}
    )
    assert answer.status_code == status
    plan.refresh_from_db()
    assert plan.near_workdays == (int(typed) if status == 302 else 10)


def test_a_setting_changes_the_lights_at_once(world: World, plan: Plan) -> None:
    today = timezone.localdate()
    Task.objects.filter(plan=plan).update(due_on=today + timedelta(days=20))
    services.recount(plan=plan)
    assert (
        "?light=due"
        not in page_of(world.chair, plan).partition('class="chips"')[2].partition("</section")[0]
    )
    signed_in(world.chair).post(reverse("plans:settings", args=[plan.pk]), {"near_workdays": "60"})
    assert "?light=due" in page_of(world.chair, plan)


# ── the formalism guard ────────────────────────────────────────────────────────────────────

FORBIDDEN = ("积分", "排名", "打卡", "名次", "得分", "点赞", "连续签到", "在线时长", "排行")
FORBIDDEN_FIELDS = re.compile(
    r"(?:^|_)(?:points|score|scores|rank|ranking|streak|likes|votes|logins)(?:_|$)"
)
ROOMS = [config for config in apps.get_app_configs() if config.name.startswith("halfsky.")]


def test_no_page_ranks_or_scores_people() -> None:
    for room in ROOMS:
        for page in Path(room.path).glob("jinja2/**/*.html"):
            text = page.read_text("utf-8")
            assert [word for word in FORBIDDEN if word in text] == [], page


def test_no_table_keeps_points_or_ranks_of_people() -> None:
    kept = {
        f"{model._meta.label}.{field.name}"
        for room in ROOMS
        for model in room.get_models()
        for field in model._meta.get_fields()
        if FORBIDDEN_FIELDS.search(field.name) and not field.is_relation
    }
    # 职级, the grade of a civil servant as the roster has it: no ranking of ours
    assert kept == {"people.Person.rank"}


def test_owners_stand_by_name_without_sums(world: World, plan: Plan) -> None:
    late, early = make.person(world.bureau, "阿青"), make.person(world.bureau, "周舟")
    type(late).objects.filter(pk=late.pk).update(name_key="a qing")
    type(early).objects.filter(pk=early.pk).update(name_key="zhou zhou")
    measures = list(plan.measures.order_by("pk"))
    for place, measure in enumerate(measures):
        measure.owner = early if place % 3 else late
        measure.save()
    found = queries.overview(plan, timezone.localdate())
    assert [group.title for group in found.owners] == ["阿青", "周舟"]
    views.forget_bodies()
    table = (
        page_of(world.officer, plan, "?view=owners").partition("<table")[2].partition("</table>")[0]
    )
    assert "<progress" not in table
    assert 'class="lamp ' not in table
