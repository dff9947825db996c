"""Bringing a document in: everything is kept with its place, or nothing is."""

from __future__ import annotations

from datetime import date

import pytest

from halfsky.audit.models import AuditEntry
from halfsky.library.models import StoredFile
from halfsky.library.papers import CannotRead
from halfsky.people.access import OutOfReach
from halfsky.plans.models import Mark, Plan, SourceDocument
from halfsky.plans.queries.tasks import raw_offset, where_at
from halfsky.plans.services import importing
from halfsky.plans.services.refusals import Refused
from halfsky.plans.tests import factories

pytestmark = pytest.mark.django_db

DOCUMENT = """网站提示:本文档由用户上传,下载前请仔细阅读。
青湖县水务局2027年妇女工作要点
2027年全局妇女工作的总体要求是：服务水务中心工作，团结女职工立足岗位建功。
一是加强学习。3月底前由办公室牵头组织一次集中学习。每季度发布工作信息不少于3篇。
二是做好普法。借助11月25日国际消除对妇女的暴力日、12月4日国家宪法日等节点，开展普法宣传。依托12338妇女维权热线及时转介女职工反映的问题。
三是家庭教育。县妇联将开设家庭教育微讲堂。
第1页 共1页
"""


@pytest.fixture
def world() -> factories.World:
    return factories.world()


def bring(world: factories.World, text: str = DOCUMENT, year: int | None = None) -> Plan:
    return importing.import_text(
        text=text, name="要点.txt", unit=world.bureau, year=year, by=world.officer
    )


def test_import_keeps_original_clean_text_and_the_way_between(world):
    plan = bring(world)

    document = plan.document
    assert document.raw_text == DOCUMENT.rstrip("\n") or document.raw_text == DOCUMENT
    assert document.file.sha256
    clean = plan.clean_text
    assert "网站提示" not in clean.text
    assert "共1页" not in clean.text
    for start, raw, length in clean.segments:
        assert clean.text[start : start + length] == document.raw_text[raw : raw + length]
    removed = [document.raw_text[start:end] for start, end, _reason in clean.removed]
    assert any("网站提示" in text for text in removed)


def test_import_reads_title_year_points_and_spans(world):
    plan = bring(world)

    assert (plan.title, plan.year, plan.year_settled) == (
        "青湖县水务局2027年妇女工作要点",
        2027,
        True,
    )
    assert [p.heading for p in plan.points.all()] == ["加强学习", "做好普法", "家庭教育"]
    text = plan.clean_text.text
    for measure in plan.measures.all():
        assert text[measure.start : measure.end] == measure.text
        assert measure.rule
        assert measure.why


def test_import_finds_the_unit_that_leads_and_the_day(world):
    office = world.office
    plan = bring(world, DOCUMENT.replace("办公室牵头", f"{office.name}牵头"))

    measure = next(m for m in plan.measures.all() if "集中学习" in m.text)
    assert measure.lead_unit_id == office.pk


def test_import_makes_a_node_for_each_named_day(world):
    measure = next(m for m in bring(world).measures.all() if "普法宣传" in m.text)

    assert [node["on"] for node in measure.nodes] == ["2027-11-25", "2027-12-04"]
    assert measure.due_on is None


def test_import_moves_days_into_the_year_that_the_officer_says(world):
    plan = bring(world, year=2028)

    measure = next(m for m in plan.measures.all() if "普法宣传" in m.text)
    assert [node["on"] for node in measure.nodes] == ["2028-11-25", "2028-12-04"]
    days = [mark.on for mark in plan.marks.filter(kind="date", on__isnull=False)]
    assert {day.year for day in days} == {2028}


def test_import_without_a_year_waits_for_a_decision(world):
    plan = bring(world, DOCUMENT.replace("2027", "20XX"))

    assert not plan.year_settled
    assert plan.stated_year is None


def test_import_marks_the_hotline_and_what_the_federation_does(world):
    plan = bring(world)

    assert next(m.text for m in plan.marks.filter(kind="hotline")).startswith("12338")
    assert "know_only" in {m.whose for m in plan.measures.all()}


def test_import_marks_deadlines_and_events_as_days_but_not_the_date_of_issue(world):
    plan = bring(world, DOCUMENT.replace("第1页", "青湖县水务局\n2027年1月15日\n第1页"))

    on = {mark.on for mark in Mark.objects.filter(plan=plan, kind="date")}
    assert date(2027, 1, 15) not in on
    assert {date(2027, 11, 25), date(2027, 12, 4), date(2027, 3, 31)} <= on


def test_import_is_recorded(world):
    plan = bring(world)

    entry = AuditEntry.objects.get(action="plans.import")
    assert (entry.actor_id, entry.object_id) == (world.officer.pk, plan.pk)
    assert entry.after["sha256"] == plan.document.file.sha256


@pytest.mark.parametrize("text", ["", " \n\t ", "\x00\x01\x02" * 50])
def test_unreadable_text_leaves_nothing_behind(world, text):
    with pytest.raises((CannotRead, Refused)):
        bring(world, text)

    assert not Plan.objects.exists()
    assert not SourceDocument.objects.exists()
    assert not StoredFile.objects.exists()


def test_another_unit_is_out_of_reach(world):
    with pytest.raises(OutOfReach):
        importing.import_text(
            text=DOCUMENT, name="要点.txt", unit=world.other, year=None, by=world.officer
        )


def test_where_a_place_stands_in_the_original(world):
    plan = bring(world)
    measure = next(m for m in plan.measures.all() if "普法宣传" in m.text)

    raw = raw_offset(plan.clean_text.segments, measure.start)
    assert plan.document.raw_text[raw:].startswith(measure.text[:10])
    assert where_at(plan.document.blocks, raw)
