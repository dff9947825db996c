"""The pages of the log: who opens them, what is found, that reading is logged.

Here and not in audit, which knows no accounts.
"""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from halfsky.audit import queries, services
from halfsky.audit.models import AuditEntry
from halfsky.audit.queries import Conditions
from halfsky.audit.urls import urlpatterns
from halfsky.audit.words import action_words
from halfsky.people.tests import factories

pytestmark = pytest.mark.django_db

ROLES = (
    "system_admin", "leader", "vice_leader", "chair", "officer", "committee_member", "liaison",
    "case_worker", "health_liaison", "volunteer_lead", "judge", "expert", "auditor", "staff",
)  # fmt: skip


@pytest.fixture
def house() -> dict[str, Any]:
    """Two departments with an entry each, and their people: made by the room above, as in life."""
    bureau = factories.UnitFactory(name="清江市生态环境局")
    a = factories.UnitFactory(parent=bureau, name="甲科室")
    b = factories.UnitFactory(parent=bureau, name="乙科室")

    def client(role: str, unit: Any) -> Client:
        made = Client()
        made.force_login(factories.account_with(role, unit))
        return made

    return {"bureau": bureau, "a": a, "b": b, "client": client}


def write(
    unit: Any, name: str, *, action: str = "people.person.update", by: Any = None, **kwargs: Any
) -> AuditEntry:
    with transaction.atomic():
        return services.record(action=action, by=by, unit=unit, object_name=name, **kwargs)


@pytest.mark.parametrize("role", ROLES)
def test_the_log_by_role(role: str, house: dict[str, Any]) -> None:
    entry = write(house["a"], "王芳")
    client = house["client"](role, house["a"])
    addresses = {"log": "/audit/", "entry": f"/audit/{entry.pk}/", "export": "/audit/export/"}
    assert set(addresses) == {pattern.name for pattern in urlpatterns}
    got = {name: client.get(where).status_code for name, where in addresses.items()}
    assert got == dict.fromkeys(addresses, 200 if role == "auditor" else 404)


def test_an_auditor_of_a_sees_nothing_of_b(house: dict[str, Any]) -> None:
    write(house["a"], "王芳")
    secret = write(house["b"], "李隐娘", after={"post": "秘书长"})
    client = house["client"]("auditor", house["a"])
    assert client.get(f"/audit/{secret.pk}/").status_code == 404
    for where in ("/audit/", f"/audit/?unit={house['b'].path}", "/audit/?actor=", "/audit/export/"):
        body = client.get(where).content.decode()
        assert "李隐娘" not in body
        assert "乙科室" not in body
        assert "秘书长" not in body
    body = house["client"]("auditor", house["bureau"]).get("/audit/").content.decode()
    assert "李隐娘" in body


def test_an_entry_without_a_unit_is_for_auditors_of_an_outermost_unit(
    house: dict[str, Any],
) -> None:
    write(None, "系统设置")
    assert "系统设置" not in house["client"]("auditor", house["a"]).get("/audit/").content.decode()
    assert "系统设置" in house["client"]("auditor", house["bureau"]).get("/audit/").content.decode()


def test_reading_the_log_is_logged_with_its_conditions(house: dict[str, Any]) -> None:
    write(house["a"], "王芳")
    client = house["client"]("auditor", house["a"])
    client.get("/audit/?actor=何&since=2026-01-01")
    read = AuditEntry.objects.get(action="audit.read")
    assert (read.after["actor"], read.after["since"], read.unit_path) == (
        "何", "2026-01-01", house["a"].path,
    )  # fmt: skip
    client.get("/audit/export/")
    assert AuditEntry.objects.filter(action="audit.export").count() == 1


def test_a_reader_writes_nothing_into_the_log_of_another_unit(house: dict[str, Any]) -> None:
    house["client"]("auditor", house["a"]).get(f"/audit/?unit={house['b'].path}")
    assert AuditEntry.objects.get(action="audit.read").unit_path == house["a"].path


def test_conditions_narrow(house: dict[str, Any]) -> None:
    somebody = factories.AccountFactory(display_name="何雅琴")
    with time_machine.travel("2026-03-08 10:00:00+08:00", tick=False):
        first = write(house["a"], "王芳", by=somebody)
    with time_machine.travel("2026-03-09 00:30:00+08:00", tick=False):
        second = write(
            house["b"], "李敏", action="plans.adopt", obj=somebody, on_behalf_of=somebody
        )
    rows = AuditEntry.objects.filter(pk__in=[first.pk, second.pk])

    def ids(**kwargs: Any) -> set[int]:
        return {row.pk for row in queries.narrowed(rows, Conditions(**kwargs))}

    assert ids() == {first.pk, second.pk}
    assert ids(actor="雅琴") == {first.pk, second.pk}
    assert ids(action="plans.") == {second.pk}
    assert ids(kind="people.account", object_id=somebody.pk) == {second.pk}
    assert ids(unit_path=house["a"].path) == {first.pk}
    assert ids(since=date(2026, 3, 9)) == {second.pk}
    assert ids(until=date(2026, 3, 8)) == {first.pk}


def test_paging_by_id_shows_every_entry_once(
    house: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "PAGE", 5)
    made = [write(house["a"], str(n)).pk for n in range(13)]
    rows = AuditEntry.objects.filter(pk__in=made)
    first = queries.page_of(rows)
    second = queries.page_of(rows, older_than=first.older)
    third = queries.page_of(rows, older_than=second.older)
    assert [row.pk for page in (first, second, third) for row in page.rows] == made[::-1]
    assert (first.newer, third.older) == (None, None)
    back = queries.page_of(rows, newer_than=third.newer)
    assert [row.pk for row in back.rows] == [row.pk for row in second.rows]


def test_bad_conditions_are_answered_with_a_sentence(house: dict[str, Any]) -> None:
    client = house["client"]("auditor", house["a"])
    for query, sentence in (
        ("since=gestern", "日期读不懂"),
        ("since=2026-03-09&until=2026-03-08", "不能早于"),
        ("action=<b>", "只有小写字母"),
    ):
        answer = client.get(f"/audit/?{query}")
        assert answer.status_code == 200
        assert sentence in answer.content.decode()
    assert client.get("/audit/?older=x&newer=99999999999999999999&object_id=-1").status_code == 200


def test_before_and_after_are_shown_in_words(house: dict[str, Any]) -> None:
    entry = write(house["a"], "王芳", before={"post": "科员"}, after={"post": "科长"})
    body = house["client"]("auditor", house["a"]).get(f"/audit/{entry.pk}/").content.decode()
    assert all(word in body for word in ("职务", "科员", "科长", "人员 · 修改"))


def test_the_export_runs_nothing(house: dict[str, Any]) -> None:
    write(house["a"], "=1+1", reason="@x")
    answer = house["client"]("auditor", house["a"]).get("/audit/export/")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row[6] for row in rows if "1+1" in row[6]] == ["'=1+1"]
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]


def test_actions_are_named_and_unknown_ones_stay() -> None:
    assert action_words("people.person.leave") == "人员 · 记离岗"
    assert action_words("audit.read") == "操作日志 · 查看"
    assert action_words("nobody.knows.this") == "knows · this"


def test_queries_do_not_grow_with_entries(house: dict[str, Any]) -> None:
    client = house["client"]("auditor", house["a"])

    def count() -> int:
        with CaptureQueriesContext(connection) as seen:
            client.get("/audit/")
        return len(seen)

    write(house["a"], "王芳")
    count()
    one = count()
    write(house["a"], "李敏")
    write(house["a"], "周岚")
    assert count() == one
