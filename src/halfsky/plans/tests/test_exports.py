"""What leaves the room: the breakdown table, the calendar feed, the API."""

from __future__ import annotations

import io
import json
from datetime import date

import pytest
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from halfsky.people.models import Account
from halfsky.people.services import accounts
from halfsky.plans import papers, queries
from halfsky.plans.models import Measure, Plan
from halfsky.plans.services import review
from halfsky.plans.tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> factories.World:
    return factories.world()


@pytest.fixture
def plan(world: factories.World) -> Plan:
    """A running plan."""
    plan = factories.plan(world.bureau, world.officer)
    factories.close_gaps(plan, world.owner)
    review.submit(plan=plan, by=world.officer)
    review.endorse(plan=plan, by=world.chair)
    return review.adopt(plan=plan, by=world.leader)


def client_of(account: Account) -> Client:
    client = Client()
    client.force_login(account, backend="halfsky.people.sign_in.AccountBackend")
    return client


# ── the breakdown table ────────────────────────────────────────────────────────────────────


def test_breakdown_has_a_row_for_each_measure_with_its_sentence_and_place(plan):
    rows = queries.breakdown(plan, today=date(2026, 5, 1))

    measures = list(plan.measures.order_by("point__position", "position"))
    assert [row.measure for row in rows] == [measure.text for measure in measures]
    for row, measure in zip(rows, measures, strict=True):
        assert measure.text in row.source
        assert row.span
        assert row.owner == measure.owner.name
        assert row.lead_unit


def test_breakdown_xlsx_holds_no_formula(plan):
    Measure.objects.filter(plan=plan, position=1).update(deliverable="=cmd|' /C calc'!A0")
    from python_calamine import CalamineWorkbook

    content = papers.breakdown_xlsx(plan, queries.breakdown(plan, today=date(2026, 5, 1)))
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    cells = [cell for row in book.get_sheet_by_index(0).to_python() for cell in row]

    assert "=cmd|' /C calc'!A0" in cells  # as text
    from zipfile import ZipFile

    with ZipFile(io.BytesIO(content)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet


def test_breakdown_docx_repeats_its_heading_and_names_the_fonts(plan):
    from docx import Document

    content = papers.breakdown_docx(plan, queries.breakdown(plan, today=date(2026, 5, 1)))
    paper = Document(io.BytesIO(content))

    table = paper.tables[0]
    assert len(table.rows) == plan.measures.count() + 1
    assert table.rows[0].cells[0].text == "序号"
    assert "tblHeader" in table.rows[0]._tr.xml
    assert "仿宋_GB2312" in table.rows[1]._tr.xml
    assert paper.paragraphs[0].text == f"{plan.title}任务分解表"


@pytest.mark.parametrize("ending", ["", ".xlsx", ".docx"])
@pytest.mark.parametrize(
    ("who", "status"),
    [("officer", 200), ("leader", 200), ("staff", 200), ("other_officer", 404), ("nobody", 404)],
)
def test_breakdown_by_role(world, plan, ending, who, status):
    address = f"/plans/{plan.pk}/breakdown{ending or '/'}"

    assert client_of(getattr(world, who)).get(address).status_code == status


# ── the calendar ───────────────────────────────────────────────────────────────────────────


@pytest.fixture
def feed(world) -> str:
    _kept, token = accounts.create_token(
        account=world.liaison, by=world.liaison, label="手机", purpose="calendar"
    )
    return f"/plans/calendar/{token}.ics"


def test_calendar_holds_the_due_dates_of_one_person(world, plan, feed):
    response = Client().get(feed)

    assert response["Content-Type"].startswith("text/calendar")
    calendar = Calendar.from_ical(response.content)
    events = calendar.walk("VEVENT")
    mine = list(queries.tasks_for_calendar(world.liaison, today=timezone.localdate()))
    assert mine
    assert sorted(e.decoded("dtstart") for e in events) == sorted(t.due_on for t in mine)
    assert {str(e["summary"]).removeprefix("✓ ") for e in events} == {t.title for t in mine}


def test_calendar_of_another_token_is_not_there(plan, feed):
    assert Client().get("/plans/calendar/nonsense.ics").status_code == 404


def test_an_api_token_opens_no_calendar(world, plan):
    _kept, token = accounts.create_token(
        account=world.staff, by=world.staff, label="程序", purpose="api"
    )

    assert Client().get(f"/plans/calendar/{token}.ics").status_code == 404


def test_a_revoked_token_opens_nothing(world, plan, feed):
    for token in world.liaison.api_tokens.all():
        accounts.revoke_token(token=token, by=world.liaison)

    assert Client().get(feed).status_code == 404


# ── the API ────────────────────────────────────────────────────────────────────────────────


def ask(account: Account, address: str) -> tuple[int, dict]:
    _kept, token = accounts.create_token(account=account, by=account, label="程序", purpose="api")
    response = Client().get(address, headers={"authorization": f"Bearer {token}"})
    return response.status_code, response.json()


def test_api_answers_by_token(world, plan):
    status, found = ask(world.officer, "/api/v1/plans/")

    assert status == 200
    assert [item["id"] for item in found["items"]] == [plan.pk]


def test_api_without_a_token_is_refused(plan):
    assert Client().get("/api/v1/plans/").status_code == 401
    wrong = Client().get("/api/v1/plans/", headers={"authorization": "Bearer nonsense"})
    assert wrong.status_code == 401


def test_api_gives_points_measures_and_tasks_with_spans_into_the_text(world, plan):
    _status, whole = ask(world.officer, f"/api/v1/plans/{plan.pk}")
    _status, measures = ask(world.officer, f"/api/v1/plans/{plan.pk}/measures")
    _status, tasks = ask(world.officer, f"/api/v1/plans/{plan.pk}/tasks")

    assert len(whole["points"]) == plan.points.count()
    for measure in measures:
        start, end = measure["span"]
        assert whole["text"][start:end] == measure["text"]
    assert len(tasks["items"]) == min(50, plan.tasks.count())
    assert {task["light"]["state"] for task in tasks["items"]} <= {
        "idle",
        "ok",
        "due",
        "late",
        "done",
    }


@pytest.mark.parametrize(
    "address", ["/api/v1/plans/{plan}", "/api/v1/plans/{plan}/measures", "/api/v1/plans/{plan}/tasks",
                "/api/v1/plans/points/{point}", "/api/v1/plans/measures/{measure}"],
)  # fmt: skip
@pytest.mark.parametrize(
    ("who", "status"),
    [("officer", 200), ("leader", 200), ("staff", 200), ("other_officer", 404), ("nobody", 404)],
)
def test_api_by_role(world, plan, address, who, status):
    measure = plan.measures.first()
    found, _body = ask(
        getattr(world, who),
        address.format(plan=plan.pk, measure=measure.pk, point=measure.point_id),
    )

    assert found == status


@pytest.mark.parametrize("pk", [0, 2**63, 10**30])
def test_api_of_an_impossible_id_is_not_there(world, plan, pk):
    assert ask(world.officer, f"/api/v1/plans/{pk}")[0] == 404


def test_api_pages_through_every_task_once(world, plan):
    seen, after = [], ""
    while True:
        _status, page = ask(world.officer, f"/api/v1/plans/{plan.pk}/tasks{after}")
        seen += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        after = f"?after={page['next']}"

    assert sorted(seen) == sorted(plan.tasks.values_list("pk", flat=True))


def test_openapi_document_names_every_address(plan):
    document = Client().get("/api/v1/openapi.json").json()

    assert {"/api/v1/plans/", "/api/v1/plans/{pk}", "/api/v1/plans/{pk}/tasks"} <= set(
        document["paths"]
    )
    assert json.dumps(document, ensure_ascii=False)
