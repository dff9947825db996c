"""The page of a general task: who reaches it, what it shows, what it refuses."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from halfsky.general import services
from halfsky.general.models import WorkEntry
from halfsky.general.tests.factories import record
from halfsky.kernel.measures import Target
from halfsky.people.models import Account
from halfsky.people.roles import Role
from halfsky.people.tests.factories import UnitFactory, account_with

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 8)
SEES = {"leader", "vice_leader", "chair", "officer", "committee_member", "liaison"}
WORKS = {"chair", "officer", "committee_member", "liaison"}


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize("where", ["same", "above", "below", "beside"])
def test_who_reaches_a_record(role: str, where: str) -> None:
    top = UnitFactory()
    unit = UnitFactory(parent=top)
    place = {
        "same": unit, "above": top, "below": UnitFactory(parent=unit), "beside": UnitFactory(parent=top),
    }[where]  # fmt: skip
    found = record(unit, account_with("officer", unit))
    entry = services.write_entry(
        record=found, happened_on=DAY, what="一次", by=account_with("officer", unit)
    )
    client = signed_in(account_with(role, place))
    reaches = where in {"same", "above"}
    sees, works = reaches and role in SEES, reaches and role in WORKS
    page = reverse("general:record", args=[found.pk])
    posts = {
        reverse("general:write_entry", args=[found.pk]): {
            "happened_on": "2026-03-08",
            "what": "又一次",
        },
        reverse("general:withdraw_entry", args=[entry.pk]): {},
        reverse("general:restore_entry", args=[entry.pk]): {},
        reverse("general:change_state", args=[found.pk]): {"state": "done"},
    }
    assert client.get(page).status_code == (200 if sees else 404)
    for address, data in posts.items():
        assert client.post(address, data).status_code == (302 if works else 404), address


def test_a_visitor_is_asked_to_sign_in(client: Client) -> None:
    unit = UnitFactory()
    found = record(unit, account_with("officer", unit))
    answer = client.get(reverse("general:record", args=[found.pk]))
    assert answer.status_code == 302
    assert "login" in answer.headers["Location"]


@pytest.mark.parametrize("pk", [10**6, 10**30])
def test_a_record_that_does_not_exist_is_404(pk: int) -> None:
    client = signed_in(account_with("officer", UnitFactory()))
    assert client.get(f"/general/{pk}/").status_code == 404


@pytest.mark.parametrize("entries", [0, 1, 3, 60])
def test_statements_do_not_grow_with_entries(entries: int, django_assert_num_queries) -> None:
    unit = UnitFactory()
    officer = account_with("officer", unit)
    found = record(unit, officer)
    for number in range(entries):
        services.write_entry(record=found, happened_on=DAY, what=f"第{number}次", by=officer)
    client = signed_in(officer)
    with django_assert_num_queries(4):
        client.get(reverse("general:record", args=[found.pk]))


def test_a_future_entry_is_answered_with_what_was_typed() -> None:
    unit = UnitFactory()
    officer = account_with("officer", unit)
    found = record(unit, officer)
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    answer = signed_in(officer).post(
        reverse("general:write_entry", args=[found.pk]), {"happened_on": tomorrow, "what": "提前写"}
    )
    assert answer.status_code == 422
    assert "日期不能晚于今天" in answer.content.decode()
    assert "提前写" in answer.content.decode()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"happened_on": "", "what": "一次"}, "请填日期"),
        ({"happened_on": "上周", "what": "一次"}, "日期看不懂"),
        ({"happened_on": "2026-03-08", "what": ""}, "请写做了什么"),
        ({"happened_on": "2026-03-08", "what": "字" * 501}, "最多500个字"),
        ({"happened_on": "2026-03-08", "what": "一次", "number": "-1"}, "不能是负数"),
        ({"happened_on": "2026-03-08", "what": "一次", "number": "9" * 30}, "不能超过"),
        ({"happened_on": "2026-03-08", "what": "一次", "number": "两"}, "请填整数"),
        (
            {"happened_on": "2026-03-08", "what": "一次", "link": "javascript:alert(1)"},
            "链接不完整",
        ),
        ({"happened_on": "2026-03-08", "what": "一次", "link": "https://x/" + "a" * 600}, "500"),
    ],
)
def test_bad_input_is_a_sentence_and_writes_nothing(data: dict[str, str], said: str) -> None:
    unit = UnitFactory()
    officer = account_with("officer", unit)
    found = record(unit, officer, target=Target(5, "场"))
    answer = signed_in(officer).post(reverse("general:write_entry", args=[found.pk]), data)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert WorkEntry.objects.count() == 0


@pytest.mark.parametrize("state", ["", "finished", "issued"])
def test_an_unknown_state_is_refused(state: str) -> None:
    unit = UnitFactory()
    officer = account_with("officer", unit)
    found = record(unit, officer)
    answer = signed_in(officer).post(
        reverse("general:change_state", args=[found.pk]), {"state": state}
    )
    assert answer.status_code == 422


def test_finishing_without_an_entry_is_refused_in_the_page() -> None:
    unit = UnitFactory()
    officer = account_with("officer", unit)
    found = record(unit, officer)
    answer = signed_in(officer).post(
        reverse("general:change_state", args=[found.pk]), {"state": "done"}
    )
    assert answer.status_code == 422
    assert "还没有登记进展" in answer.content.decode()


@pytest.mark.parametrize(
    ("came_from", "is_kept"),
    [
        ("/plans/measures/7/", True),
        ("//evil.example/", False),
        ("https://evil.example/", False),
        ("javascript:alert(1)", False),
        ("/\\evil.example", False),
        ("plans/", False),
    ],
)
def test_only_a_page_of_ours_leads_back(came_from: str, is_kept: bool) -> None:
    unit = UnitFactory()
    officer = account_with("officer", unit)
    found = record(unit, officer)
    page = signed_in(officer).get(reverse("general:record", args=[found.pk]), {"from": came_from})
    assert ("返回措施" in page.content.decode()) is is_kept


def test_undo_of_a_finish_takes_the_record_up_again() -> None:
    unit = UnitFactory()
    officer = account_with("officer", unit)
    found = record(unit, officer)
    client = signed_in(officer)
    services.write_entry(record=found, happened_on=DAY, what="一次", by=officer)
    address = reverse("general:change_state", args=[found.pk])
    page = client.post(address, {"state": "done"}, follow=True).content.decode()
    undo = f"{address}?to=running"
    assert f'action="{undo}"' in page
    client.post(undo)
    found.refresh_from_db()
    assert found.state == "running"


def test_what_was_typed_is_shown_as_text() -> None:
    unit = UnitFactory()
    officer = account_with("officer", unit)
    found = record(unit, officer, title="<script>alert(1)</script>")
    services.write_entry(
        record=found, happened_on=DAY, what="<img src=x onerror=alert(1)>", by=officer
    )
    page = signed_in(officer).get(reverse("general:record", args=[found.pk])).content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page
