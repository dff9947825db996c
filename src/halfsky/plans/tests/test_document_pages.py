"""Plan documents: the lists, and bringing one in."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from halfsky.library.models import StoredFile
from halfsky.plans.models import Plan, PlanState, SourceDocument
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
TEXT = """青湖县水务局2026年妇女工作要点

2026年，全局妇女工作围绕防汛保供水中心任务展开。

一、抓好理论学习
每季度组织一次女职工读书会，由办公室牵头。

二、做好维权宣传
11月25日前后开展反对家庭暴力宣传活动。依托12338妇女维权热线受理求助。
"""


@pytest.fixture
def world() -> factories.World:
    return factories.world()


def signed_in(account: object) -> Client:
    client = Client()
    client.force_login(account)  # type: ignore[arg-type]
    return client


@pytest.mark.parametrize(
    ("name", "may"),
    [
        ("documents", {"officer", "chair", "leader", "member", "other_officer"}),
        ("import", {"officer", "chair", "other_officer"}),
        ("list", {"officer", "chair", "leader", "member", "liaison", "staff", "other_officer"}),
    ],
)
def test_lists_for_each_role(world, name, may):
    address = reverse(f"plans:{name}")
    found = {who: signed_in(getattr(world, who)).get(address).status_code for who in WHO}
    assert found == {who: 200 if who in may else 404 for who in WHO}
    assert Client().get(address).status_code == 302


def test_documents_of_other_units_are_not_listed(world):
    mine = factories.plan(world.bureau, world.officer)
    factories.plan(world.other, world.other_officer, title="林业局的计划")
    page = signed_in(world.officer).get(reverse("plans:documents")).content.decode()
    assert reverse("plans:review", args=[mine.pk]) in page
    assert page.count("<tr data-row>") == 1
    assert "林业局" not in signed_in(world.officer).get(reverse("plans:list")).content.decode()


def test_staff_see_adopted_plans_only(world):
    factories.plan(world.bureau, world.officer, title="还在核对的计划")
    factories.adopted(factories.plan(world.bureau, world.officer, title="在执行的计划"), world)
    page = signed_in(world.staff).get(reverse("plans:list")).content.decode()
    assert "在执行的计划" in page
    assert "还在核对的计划" not in page


@pytest.mark.parametrize("name", ["documents", "list"])
def test_statements_do_not_grow_with_rows(world, name):
    client = signed_in(world.officer)
    found = []
    for _rows in (1, 12):
        while SourceDocument.objects.count() < _rows:
            factories.plan(world.bureau, world.officer, made=factories.wide_draft(1))
        with CaptureQueriesContext(connection) as caught:
            assert client.get(reverse(f"plans:{name}")).status_code == 200
        found.append(len(caught))
    assert found[0] == found[1]
    assert found[0] <= 12


@pytest.mark.parametrize("name", ["documents", "list"])
def test_pages_follow_each_other_by_key(world, name):
    made = factories.wide_draft(1)
    for _number in range(35):
        factories.plan(world.bureau, world.officer, made=made)
    client = signed_in(world.officer)
    first = client.get(reverse(f"plans:{name}"))
    text = first.content.decode()
    assert text.count("<tr data-row>") == 30
    onward = text.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = client.get(onward).content.decode()
    assert second.count("<tr data-row>") == 5
    assert 'rel="prev"' in second
    assert client.get(reverse(f"plans:{name}"), {"after": "x|y|z"}).status_code == 302


def test_lists_narrow_by_unit_year_and_state(world):
    factories.plan(world.bureau, world.officer, year=2025, title="去年的计划")
    factories.plan(world.bureau, world.officer, state=PlanState.REJECTED, title="没采用的计划")
    client = signed_in(world.officer)
    for name in ("documents", "list"):
        address = reverse(f"plans:{name}")
        for query, rows in (
            ({}, 2),
            ({"year": 2025}, 1),
            ({"state": "rejected"}, 1),
            ({"year": 2025, "state": "rejected"}, 0),
            ({"unit": world.office.pk}, 0),
            ({"unit": world.other.pk}, 2),  # out of reach: no condition
            ({"year": "abc", "state": "abc"}, 2),
        ):
            page = client.get(address, query).content.decode()
            assert page.count("<tr data-row>") == rows, (name, query)
    page = client.get(reverse("plans:list"), {"year": 2025, "state": "rejected"}).content.decode()
    assert "没有符合条件的计划" in page
    assert "清除条件" in page


# ── bringing a document ────────────────────────────────────────────────────────────────────


def bring(
    client: Client, world: factories.World, extra: dict[str, str] | None = None, **fields: object
):
    sent = {"unit": world.bureau.pk, "text": "", "year": "", **fields}
    return client.post(reverse("plans:import"), sent, **(extra or {}))


def test_a_pasted_plan_becomes_a_proposal(world):
    answer = bring(signed_in(world.officer), world, text=TEXT)
    plan = Plan.objects.get()
    assert answer["Location"] == reverse("plans:review", args=[plan.pk])
    assert (plan.state, plan.year, plan.points.count()) == ("proposed", 2026, 2)
    assert plan.document.brought == "paste"


def test_an_uploaded_file_becomes_a_proposal_and_is_kept_unchanged(world):
    file = SimpleUploadedFile("要点.txt", TEXT.encode("gb18030"))
    answer = bring(signed_in(world.officer), world, PART, file=file)
    plan = Plan.objects.get()
    assert answer["HX-Redirect"] == reverse("plans:review", args=[plan.pk])
    got = signed_in(world.officer).get(reverse("library:file", args=[plan.document.file_id]))
    assert b"".join(got.streaming_content) == TEXT.encode("gb18030")


BAD = [
    ({}, "还没有文件"),
    ({"text": "  \n "}, "还没有文件"),
    ({"text": TEXT, "year": "两千"}, "四位年份"),
    ({"text": TEXT, "year": "1800"}, "1990"),
    ({"text": "今天天气很好。", "unit": "0"}, "单位"),
]


@pytest.mark.parametrize("part", [False, True])
@pytest.mark.parametrize(("fields", "says"), BAD)
def test_what_is_missing_is_said_and_nothing_is_stored(world, fields, says, part):
    answer = bring(signed_in(world.officer), world, PART if part else None, **fields)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not Plan.objects.exists()
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("空.txt", b""),
        ("图.png", b"\x89PNG\r\n\x1a\n" + b"0" * 200),
        ("坏.docx", b"PK\x03\x04 not a zip"),
        ("密.pdf", b"%PDF-1.4 broken"),
        ("程序.txt", b"MZ" + b"\x00" * 300),
    ],
)
def test_a_file_that_cannot_be_read_says_why_and_what_to_do(world, name, content):
    file = SimpleUploadedFile(name, content)
    answer = bring(signed_in(world.officer), world, file=file)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "请" in page.split('id="import-problem"')[1].split('<div class="fld"')[0]
    assert "什么都没有存下" in page
    assert not StoredFile.objects.exists()


def test_what_was_typed_stays_after_a_failure(world):
    answer = bring(signed_in(world.officer), world, text=TEXT, year="错")
    page = answer.content.decode()
    assert "每季度组织一次女职工读书会" in page
    assert 'value="错"' in page


def test_file_and_text_together_are_refused(world):
    file = SimpleUploadedFile("要点.txt", TEXT.encode())
    answer = bring(signed_in(world.officer), world, file=file, text=TEXT)
    assert answer.status_code == 422
    assert "不知道该读哪一个" in answer.content.decode()


def test_the_same_file_again_is_warned_about_with_a_link(world):
    client = signed_in(world.officer)
    bring(client, world, text=TEXT)
    first = Plan.objects.get()
    answer = bring(client, world, text=TEXT)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "以前导入过" in page
    assert reverse("plans:review", args=[first.pk]) in page
    bring(client, world, text=TEXT, again="on")
    assert Plan.objects.count() == 2


def test_the_same_file_of_another_unit_is_not_told(world):
    bring(signed_in(world.other_officer), world, text=TEXT, unit=world.other.pk)
    answer = bring(signed_in(world.officer), world, text=TEXT)
    assert answer.status_code == 302


def test_only_units_within_reach_can_be_chosen(world):
    client = signed_in(world.officer)
    page = client.get(reverse("plans:import")).content.decode()
    assert "水务局" in page
    assert "林业局" not in page
    answer = bring(client, world, text=TEXT, unit=world.other.pk)
    assert answer.status_code == 422
    assert not Plan.objects.exists()


def test_the_year_given_counts_before_the_documents_own(world):
    bring(signed_in(world.officer), world, text=TEXT, year="2027")
    plan = Plan.objects.get()
    assert (plan.year, plan.stated_year) == (2027, 2026)


def test_a_document_without_a_year_waits_for_a_decision(world):
    text = TEXT.replace("2026年", "")
    answer = bring(signed_in(world.officer), world, text=text)
    plan = Plan.objects.get()
    assert not plan.year_settled
    page = signed_in(world.officer).get(answer["Location"]).content.decode()
    assert "先定计划年度" in page


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("name", ["documents", "import", "list"])
def test_pages_answer_in_both_languages(world, name, language):
    world.officer.language = language
    world.officer.save()
    assert signed_in(world.officer).get(reverse(f"plans:{name}")).status_code == 200
