"""The review pages: who may, what they cost, what they answer."""

from __future__ import annotations

import re

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from halfsky.plans.models import Measure, Plan, PlanState, Sentence
from halfsky.plans.services import editing, review
from halfsky.plans.tests import factories

pytestmark = pytest.mark.django_db

PART = {"HTTP_HX_REQUEST": "true", "HTTP_HX_REQUEST_TYPE": "partial"}
WHO = (
    "officer",
    "chair",
    "leader",
    "member",
    "liaison",
    "staff",
    "admin",
    "other_officer",
    "nobody",
)
INSIDE = {"officer", "chair", "leader", "member"}
DESK = {"officer", "chair"}


@pytest.fixture
def world() -> factories.World:
    return factories.world()


@pytest.fixture
def plan(world: factories.World) -> Plan:
    return factories.plan(world.bureau, world.officer)


def signed_in(account: object) -> Client:
    client = Client()
    client.force_login(account)  # type: ignore[arg-type]
    return client


def measure(plan: Plan, words: str) -> Measure:
    return plan.measures.get(text__contains=words)


def open_sentence(plan: Plan) -> Sentence:
    return plan.sentences.get(declared="", start=plan.clean_text.text.index("引导女职工自觉"))


# ── addresses × roles ──────────────────────────────────────────────────────────────────────


def addresses(plan: Plan) -> list[tuple[str, str, dict[str, object], set[str], int]]:
    """(method, address, data, who may, status for them)."""
    one, sentence, point = measure(plan, "读书会"), open_sentence(plan), plan.points.last()
    at = plan.clean_text.text.index("交流学习体会")
    span = {"start": at, "end": at + 6}
    on_plan = [plan.pk]
    return [
        ("get", reverse("plans:review", args=on_plan), {}, INSIDE, 200),
        ("get", reverse("plans:changes", args=on_plan), {"after": 0}, INSIDE, 204),
        ("get", reverse("plans:edits", args=on_plan), {}, INSIDE, 200),
        ("get", reverse("plans:text", args=on_plan), {}, INSIDE, 200),
        ("get", reverse("plans:differences", args=on_plan), {}, INSIDE, 200),
        ("get", reverse("plans:review_people", args=on_plan), {}, INSIDE, 200),
        ("get", reverse("plans:edit_measure", args=[one.pk]), {}, INSIDE, 200),
        ("get", reverse("plans:measure_row", args=[one.pk]), {}, INSIDE, 200),
        ("get", reverse("plans:amend", args=on_plan), {}, DESK, 200),
        ("post", reverse("plans:edit_measure", args=[one.pk]),
         {"fields": "weight", "weight": "2", "known": 0}, DESK, 302),
        ("post", reverse("plans:split_measure", args=[one.pk]), {"cut": "5"}, DESK, 302),
        ("post", reverse("plans:merge_measure", args=[one.pk]), {}, DESK, 302),
        ("post", reverse("plans:move_measure", args=[one.pk]), {"to": "down"}, DESK, 302),
        ("post", reverse("plans:remove_measure", args=[one.pk]), {}, DESK, 302),
        ("post", reverse("plans:add_measure", args=on_plan), span, DESK, 302),
        ("post", reverse("plans:add_point", args=on_plan), span, DESK, 302),
        ("post", reverse("plans:assign", args=on_plan),
         {"chosen": [one.pk], "weight": "2"}, DESK, 302),
        ("post", reverse("plans:declare", args=[sentence.pk]), {"declared": "aim"}, DESK, 302),
        ("post", reverse("plans:rename_point", args=[point.pk]), {"heading": "新名"}, DESK, 302),
        ("post", reverse("plans:merge_point", args=[point.pk]), {}, DESK, 302),
        ("post", reverse("plans:settle_year", args=on_plan), {"year": "2026"}, DESK, 302),
        ("post", reverse("plans:undo", args=[plan.pk, 0]), {}, DESK, 302),
        ("post", reverse("plans:change_state", args=on_plan), {"step": "submit"}, DESK, 302),
    ]  # fmt: skip


COUNT = 23


@pytest.mark.parametrize("number", range(COUNT))
def test_each_address_for_each_role(world, plan, number):
    rows = addresses(plan)
    assert len(rows) == COUNT
    method, address, data, may, status = rows[number]
    found = {}
    for who in WHO:
        client = signed_in(getattr(world, who))
        with transaction.atomic():  # each role meets the plan untouched
            found[who] = getattr(client, method)(address, data).status_code
            transaction.set_rollback(True)
    assert found == {who: status if who in may else 404 for who in WHO}
    visitor = getattr(Client(), method)(address, data)
    assert visitor.status_code == 302
    assert "/account/login/" in visitor["Location"]


def test_what_belongs_to_another_unit_does_not_exist(world):
    elsewhere = factories.plan(world.other, world.other_officer)
    client = signed_in(world.officer)
    for method, address, data, _may, _status in addresses(elsewhere):
        assert getattr(client, method)(address, data).status_code == 404, address
    assert elsewhere.edits.count() == 0


def test_staff_read_the_differences_of_an_adopted_plan_but_not_its_review(world, plan):
    factories.adopted(plan, world)
    client = signed_in(world.staff)
    assert client.get(reverse("plans:differences", args=[plan.pk])).status_code == 200
    assert client.get(reverse("plans:review", args=[plan.pk])).status_code == 404


@pytest.mark.parametrize("name", ["declare", "undo", "change_state", "remove_measure"])
def test_changes_need_a_post(world, plan, name):
    ids = {
        "declare": [open_sentence(plan).pk],
        "undo": [plan.pk, 0],
        "change_state": [plan.pk],
        "remove_measure": [measure(plan, "读书会").pk],
    }[name]
    assert signed_in(world.officer).get(reverse(f"plans:{name}", args=ids)).status_code == 405


def test_changes_need_the_token(world, plan):
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.officer)
    address = reverse("plans:declare", args=[open_sentence(plan).pk])
    assert client.post(address, {"declared": "aim"}).status_code == 403
    page = client.get(reverse("plans:review", args=[plan.pk])).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert token
    sent = {"declared": "aim", "csrfmiddlewaretoken": token.group(1)}
    assert client.post(address, sent).status_code == 302


# ── what a page costs ──────────────────────────────────────────────────────────────────────


def statements(client: Client, address: str, django_assert_num_queries: object) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(
        connection,
    ) as caught:
        assert client.get(address).status_code == 200
    return len(caught)


@pytest.mark.parametrize("name", ["review", "text", "edits", "differences"])
def test_statements_do_not_grow_with_measures(world, name, django_assert_num_queries):
    client = signed_in(world.officer)
    found = []
    for measures in (1, 30):
        plan = factories.plan(
            world.bureau, world.officer, made=factories.wide_draft(measures, measures * 3)
        )
        for one in plan.measures.all():
            one.supporting_units.add(world.office)
            editing.change_measure(
                measure=one, known=None, by=world.officer, owner_id=world.owner.pk
            )
        address = reverse(f"plans:{name}", args=[plan.pk])
        client.get(address)
        found.append(statements(client, address, django_assert_num_queries))
    assert found[0] == found[1]
    assert found[0] <= 20


def test_a_saved_field_costs_the_same_in_a_long_plan(world):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = signed_in(world.officer)
    found = []
    for measures in (2, 60):
        plan = factories.plan(
            world.bureau, world.officer, made=factories.wide_draft(measures, measures)
        )
        one = plan.measures.first()
        sent = {"fields": "weight", "weight": "5", "known": "0", "after": "0"}
        with CaptureQueriesContext(connection) as caught:
            answer = client.post(reverse("plans:edit_measure", args=[one.pk]), sent, **PART)
        assert answer.status_code == 200
        found.append(len(caught))
    assert found[0] == found[1]


def test_a_plan_of_300_measures_and_1000_sentences_stays_under_a_megabyte(world):
    plan = factories.plan(world.bureau, world.officer, made=factories.wide_draft(300, 1000))
    for number in range(120):
        factories.person(world.office, f"职工{number}")
    page = signed_in(world.officer).get(reverse("plans:review", args=[plan.pk]))
    assert page.status_code == 200
    assert len(page.content) < 1_000_000


# ── what the page shows ────────────────────────────────────────────────────────────────────


def page_of(world: factories.World, plan: Plan, who: str = "officer", query: str = "") -> str:
    address = reverse("plans:review", args=[plan.pk]) + query
    return signed_in(getattr(world, who)).get(address).content.decode()


def test_page_shows_coverage_and_the_next_open_place(world, plan):
    page = page_of(world, plan)
    assert "已处理 8/9" in page
    assert "待定 8 处" in page
    assert f'href="#s-{open_sentence(plan).pk}"' in page


def test_each_sentence_says_what_became_of_it(world, plan):
    page = page_of(world, plan)
    assert re.search(r'class="st m"[^>]*>1\.1</a>', page)
    assert re.search(r'class="st d"[^>]*>背景</a>', page)
    assert re.search(r'class="st o"[^>]*>待定</a>', page)


def test_page_without_a_script_offers_everything_for_the_chosen_sentence(world, plan):
    sentence = open_sentence(plan)
    page = page_of(world, plan, query=f"?sentence={sentence.pk}")
    assert reverse("plans:declare", args=[sentence.pk]) in page
    assert f'name="sentence" value="{sentence.pk}"' in page


def test_who_may_not_edit_reads_without_fields(world, plan):
    for who in ("leader", "member"):
        page = page_of(world, plan, who)
        assert "<textarea" not in page.split('id="points"')[1].split("</section>")[0]
        assert "提交审核" not in page


def test_text_of_the_document_is_escaped_everywhere(world):
    evil = '<script>alert(1)</script><img src=x onerror="alert(2)">'
    made = factories.draft(
        [("一", f"学习{evil}", [(f"组织学习{evil}。", [(f"组织学习{evil}", {"kind": "study"})]), (f"背景{evil}。", "")])],
        title=f"要点{evil}",
    )  # fmt: skip
    plan = factories.plan(world.bureau, world.officer, made=made)
    editing.change_measure(
        measure=plan.measures.get(), known=None, by=world.officer, deliverable=evil, text=evil
    )
    client = signed_in(world.officer)
    one = plan.measures.get()
    for address in (
        reverse("plans:review", args=[plan.pk]) + f"?sentence={plan.sentences.last().pk}",
        reverse("plans:text", args=[plan.pk]),
        reverse("plans:edits", args=[plan.pk]),
        reverse("plans:edit_measure", args=[one.pk]),
        reverse("plans:documents"),
        reverse("plans:list"),
    ):
        page = client.get(address).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_the_page_names_nobody_from_outside_the_plans_unit(world, plan):
    page = page_of(world, plan)
    assert world.owner.name in page  # offered as owner
    assert world.outsider.name not in page
    people = signed_in(world.officer).get(
        reverse("plans:review_people", args=[plan.pk]), {"q": world.outsider.name}
    )
    assert world.outsider.name not in people.content.decode()


# ── saving ─────────────────────────────────────────────────────────────────────────────────


def save(client: Client, one: Measure, **fields: object) -> object:
    known = fields.pop("known", one.plan.revision)
    sent = {"fields": " ".join(fields), "known": known, "after": known, **fields}
    return client.post(reverse("plans:edit_measure", args=[one.pk]), sent, **PART)


def test_a_saved_field_answers_with_coverage_time_and_undo(world, plan):
    one = measure(plan, "读书会")
    answer = save(signed_in(world.officer), one, owner=world.owner.pk)
    one.refresh_from_db()
    text = answer.content.decode()
    assert one.owner == world.owner
    assert "自动保存" in text
    assert "待定 7 处" in text
    assert reverse("plans:undo", args=[plan.pk, 1]) in text
    assert 'id="after" name="after" value="1"' in text


def test_a_row_that_is_being_typed_in_is_not_drawn_anew(world, plan):
    one = measure(plan, "读书会")
    client = signed_in(world.officer)
    sent = {"fields": "row", "known": 0, "after": 0, "text": one.text, "kind": "training",
            "whose": one.whose, "lead_unit": one.lead_unit_id, "owner": "", "due_on": "",
            "recurrence": one.recurrence}  # fmt: skip
    text = client.post(reverse("plans:edit_measure", args=[one.pk]), sent, **PART).content.decode()
    assert f'id="m-{one.pk}"' not in text
    assert f'id="mf-{one.pk}"' in text
    one.refresh_from_db()
    assert one.kind == "training"


BAD = [
    ({"due_on": "2031-05-01"}, "2026年度"),
    ({"due_on": "某天"}, "不是日期"),
    ({"kind": "nonsense"}, "nonsense"),
    ({"weight": "0"}, "权重"),
    ({"weight": "很多"}, "权重"),
    ({"target_number": "-1"}, "0或更大"),
    ({"text": "  "}, "不能没有文字"),
    ({"owner": "999999"}, "花名册"),
    ({"lead_unit": "999999"}, "不在计划的范围内"),
]


@pytest.mark.parametrize(("fields", "says"), BAD)
def test_bad_input_is_answered_with_a_sentence_and_nothing_is_written(world, plan, fields, says):
    one = measure(plan, "读书会")
    answer = save(signed_in(world.officer), one, **fields)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert plan.edits.count() == 0


def test_persons_and_units_of_others_cannot_be_assigned(world, plan):
    one = measure(plan, "读书会")
    client = signed_in(world.officer)
    assert save(client, one, owner=world.outsider.pk).status_code == 422
    assert save(client, one, lead_unit=world.other.pk).status_code == 422
    assert save(client, one, supporting_units=[world.county.pk]).status_code == 422
    assert save(client, one, owner="", owner_name=world.outsider.name).status_code == 422
    one.refresh_from_db()
    assert (one.owner_id, one.lead_unit_id) == (None, world.bureau.pk)


def test_an_owner_may_be_typed_by_name(world, plan):
    one = measure(plan, "读书会")
    sent = {"fields": "owner", "owner": "", "owner_name": world.second.name, "known": 0}
    signed_in(world.officer).post(reverse("plans:edit_measure", args=[one.pk]), sent)
    one.refresh_from_db()
    assert one.owner == world.second


def test_nodes_are_saved_and_an_empty_row_is_dropped(world, plan):
    one = measure(plan, "读书会")
    sent = {
        "fields": "nodes",
        "known": 0,
        "nodes_on": ["2026-06-01", ""],
        "nodes_text": ["夏季", ""],
    }
    signed_in(world.officer).post(reverse("plans:edit_measure", args=[one.pk]), sent)
    one.refresh_from_db()
    assert one.nodes == [{"on": "2026-06-01", "text": "夏季"}]


def test_the_editor_as_a_page_keeps_what_was_typed(world, plan):
    one = measure(plan, "读书会")
    sent = {"fields": "all", "known": 0, "kind": one.kind, "whose": one.whose, "weight": "1",
            "text": "组织读书会并写小结", "due_on": "不知道", "deliverable": "小结三篇"}  # fmt: skip
    answer = signed_in(world.officer).post(reverse("plans:edit_measure", args=[one.pk]), sent)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "小结三篇" in page
    assert "组织读书会并写小结" in page
    assert "有 1 处要改" in page


# ── two editors ────────────────────────────────────────────────────────────────────────────


def test_a_stale_field_is_409_and_says_who_what_and_mine(world, plan):
    one = measure(plan, "读书会")
    editing.change_measure(measure=one, known=0, by=world.chair, owner_id=world.second.pk)
    answer = save(signed_in(world.officer), one, owner=world.owner.pk, known=0)
    text = answer.content.decode()
    assert answer.status_code == 409
    for words in ("孙主任刚改过这一项", "罗小满", "沈清源", "看差别", "用我的", "用她的"):
        assert words in text
    one.refresh_from_db()
    assert one.owner == world.second


def test_use_mine_writes_over_knowingly(world, plan):
    one = measure(plan, "读书会")
    editing.change_measure(measure=one, known=0, by=world.chair, owner_id=world.second.pk)
    client = signed_in(world.officer)
    text = save(client, one, owner=world.owner.pk, known=0).content.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', text))
    hidden.pop("csrfmiddlewaretoken", None)
    client.post(reverse("plans:edit_measure", args=[one.pk]), hidden, **PART)
    one.refresh_from_db()
    assert one.owner == world.owner


def test_a_stale_page_without_a_script_keeps_her_values(world, plan):
    one = measure(plan, "读书会")
    editing.change_measure(measure=one, known=0, by=world.chair, deliverable="签到表")
    sent = {"fields": "deliverable", "known": 0, "deliverable": "读书笔记"}
    answer = signed_in(world.officer).post(reverse("plans:edit_measure", args=[one.pk]), sent)
    assert answer.status_code == 409
    assert "读书笔记" in answer.content.decode()
    assert "签到表" in answer.content.decode()


def test_changes_are_204_until_somebody_edits(world, plan):
    client = signed_in(world.chair)
    address = reverse("plans:changes", args=[plan.pk])
    assert client.get(address, {"after": 0, "state": "proposed"}, **PART).status_code == 204
    one = measure(plan, "读书会")
    editing.change_measure(measure=one, known=0, by=world.officer, owner_id=world.owner.pk)
    answer = client.get(address, {"after": 0, "state": "proposed"}, **PART)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert f'id="m-{one.pk}"' in text
    assert "钱专干" in text
    assert 'id="after" name="after" value="1"' in text


def test_changes_draw_whole_points_when_measures_come_and_go(world, plan):
    one = measure(plan, "12338")
    editing.split_measure(measure=one, text_at=5, known=0, by=world.officer)
    text = (
        signed_in(world.chair)
        .get(reverse("plans:changes", args=[plan.pk]), {"after": 0}, **PART)
        .content.decode()
    )
    assert f'id="p-{one.point_id}"' in text
    assert 'id="d-' in text  # and the paragraph that shows the numbers
    assert 'id="points"' not in text


def test_changes_tell_that_the_state_changed(world, plan):
    text = (
        signed_in(world.officer)
        .get(
            reverse("plans:changes", args=[plan.pk]), {"after": 0, "state": "under_review"}, **PART
        )
        .content.decode()
    )
    assert "计划的状态变了" in text


# ── structure, sentences, undo by page ─────────────────────────────────────────────────────


@pytest.mark.parametrize("part", [False, True])
def test_each_edit_answers_with_and_without_the_script(world, plan, part):
    client = signed_in(world.officer)
    extra = PART if part else {}
    for method, address, data, may, status in addresses(plan)[10:21]:
        if method != "post" or not may:
            continue
        answer = client.post(address, data, **extra)
        expected = {200, 422} if part else {302}
        if "year" in address:
            expected = {status}
        assert answer.status_code in expected, address


def test_undo_by_page_takes_back_my_last_edit(world, plan):
    client = signed_in(world.officer)
    one = measure(plan, "读书会")
    save(client, one, owner=world.owner.pk)
    editing.change_measure(measure=one, known=1, by=world.chair, weight=3)
    answer = client.post(reverse("plans:undo", args=[plan.pk, 0]), {}, **PART)
    assert "已撤销：修改" in answer.content.decode()
    one.refresh_from_db()
    assert (one.owner_id, one.weight) == (None, 3)


def test_undo_with_nothing_to_undo_says_so(world, plan):
    answer = signed_in(world.officer).post(reverse("plans:undo", args=[plan.pk, 0]), {}, **PART)
    assert answer.status_code == 422
    assert "没有可以撤销" in answer.content.decode()


def test_history_tells_who_changed_what_from_what_to_what(world, plan):
    client = signed_in(world.officer)
    save(client, measure(plan, "读书会"), owner=world.owner.pk)
    client.post(reverse("plans:declare", args=[open_sentence(plan).pk]), {"declared": "background"})
    page = client.get(reverse("plans:edits", args=[plan.pk])).content.decode()
    for words in ("钱专干", "责任人：<del>—</del> → <ins>沈清源</ins>", "说明：<del>待定</del> → <ins>背景</ins>",
                  "引导女职工自觉增强节水意识"):  # fmt: skip
        assert words in page


def test_bulk_assignment_needs_a_choice_and_a_value(world, plan):
    client = signed_in(world.officer)
    address = reverse("plans:assign", args=[plan.pk])
    one = measure(plan, "读书会")
    assert "先勾选" in client.post(address, {"weight": "2"}, **PART).content.decode()
    assert "至少填一项" in client.post(address, {"chosen": [one.pk]}, **PART).content.decode()
    assert (
        client.post(address, {"chosen": [one.pk], "owner": world.outsider.pk}, **PART).status_code
        == 422
    )


# ── the year and the way to adoption ───────────────────────────────────────────────────────


def test_an_unsettled_year_is_asked_for_and_settled(world, plan):
    Plan.objects.filter(pk=plan.pk).update(year_settled=False)
    assert "先定计划年度" in page_of(world, plan)
    client = signed_in(world.officer)
    client.post(reverse("plans:settle_year", args=[plan.pk]), {"year": "other", "other": "2027"})
    plan.refresh_from_db()
    assert (plan.year, plan.year_settled) == (2027, True)
    answer = client.post(
        reverse("plans:settle_year", args=[plan.pk]), {"year": "other", "other": "七"}, follow=True
    )
    assert "请选一个年度" in answer.content.decode()


def test_refused_adoption_lists_each_gap_with_its_place(world, plan):
    client = signed_in(world.officer)
    answer = client.post(
        reverse("plans:change_state", args=[plan.pk]), {"step": "submit"}, follow=True
    )
    page = answer.content.decode()
    listed = page.split('id="gaps"')[1].split("</section>")[0]
    assert listed.count("<li>") == 8
    assert f"#s-{open_sentence(plan).pk}" in listed
    assert f"#m-{measure(plan, '读书会').pk}" in listed


def test_from_submit_to_adoption_by_page(world, plan):
    factories.close_gaps(plan, world.owner)
    address = reverse("plans:change_state", args=[plan.pk])
    signed_in(world.officer).post(address, {"step": "submit"})
    assert "审核通过" in page_of(world, plan, "chair")
    signed_in(world.chair).post(address, {"step": "endorse"})
    page = page_of(world, plan, "leader")
    assert "按6项举措开始计时" in page
    answer = signed_in(world.leader).post(address, {"step": "adopt"})
    assert answer["Location"] == reverse("plans:overview", args=[plan.pk])
    plan.refresh_from_db()
    assert plan.state == PlanState.ADOPTED
    assert "发起修订" in page_of(world, plan)


def test_a_return_shows_its_reason_to_the_officer(world, plan):
    factories.close_gaps(plan, world.owner)
    review.submit(plan=plan, by=world.officer)
    signed_in(world.chair).post(
        reverse("plans:change_state", args=[plan.pk]),
        {"step": "send_back", "reason": "第三点没有时限"},
    )
    assert "第三点没有时限" in page_of(world, plan)


def test_amendment_by_page(world, plan):
    factories.adopted(plan, world)
    client = signed_in(world.officer)
    address = reverse("plans:amend", args=[plan.pk])
    assert client.post(address, {"reason": ""}).status_code == 422
    answer = client.post(address, {"reason": "上级调整"})
    new = Plan.objects.get(previous=plan)
    assert answer["Location"] == reverse("plans:review", args=[new.pk])
    editing.change_measure(
        measure=new.measures.get(text__contains="读书会"), known=None, by=world.officer,
        owner_id=world.second.pk,
    )  # fmt: skip
    page = client.get(reverse("plans:differences", args=[new.pk])).content.decode()
    assert "责任人：<del>沈清源</del> → <ins>罗小满</ins>" in page
    assert "上级调整" in page
    assert "已有一个修订在进行" in client.get(address).content.decode()


def test_original_and_clean_text_stand_side_by_side(world, plan):
    page = signed_in(world.officer).get(reverse("plans:text", args=[plan.pk])).content.decode()
    assert '<del class="hl-j"' in page
    assert "水务资料网 收藏本页" in page
    assert "原件第2段" in page


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("name", ["review", "edits", "text", "differences", "amend"])
def test_pages_answer_in_both_languages(world, plan, name, language):
    world.officer.language = language
    world.officer.save()
    page = signed_in(world.officer).get(reverse(f"plans:{name}", args=[plan.pk]))
    assert page.status_code == 200
    assert page["Content-Language"] == language
