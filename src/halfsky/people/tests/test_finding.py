"""Units and persons in the search of the house: found where they may be seen, nowhere else."""

from __future__ import annotations

import io

import pytest
from django.core.management import call_command

from halfsky.audit.models import AuditEntry
from halfsky.people import services
from halfsky.people.models import Account, Unit
from halfsky.people.module import module
from halfsky.people.tests.factories import PersonFactory, UnitFactory, account_with
from halfsky.search import queries as search

pytestmark = pytest.mark.django_db


def found(account: Account, text: str) -> list[str]:
    """Titles of what the search shows to `account`."""
    reach = {kind.key: kind.reach(account) for kind in module.search}
    return sorted(hit.title.text for hit in search.search(reach, text))


@pytest.fixture
def bureau() -> Unit:
    return UnitFactory(name="清江市生态环境局")


def test_persons_are_found_within_reach_only(bureau: Unit) -> None:
    a, b = UnitFactory(parent=bureau), UnitFactory(parent=bureau)
    services.add_person(
        unit=a, by=account_with("officer", bureau), name="李雪梅", sex="f", phone="13800000000"
    )
    assert found(account_with("liaison", a), "雪梅") == ["李雪梅"]
    assert found(account_with("officer", bureau), "雪梅") == ["李雪梅"]
    assert found(account_with("liaison", b), "雪梅") == []
    assert found(account_with("system_admin", bureau), "雪梅") == []
    assert found(account_with("officer", bureau), "13800000000") == []


def test_the_search_follows_a_change_a_merge_an_undo_and_a_move(bureau: Unit) -> None:
    a, b = UnitFactory(parent=bureau), UnitFactory(parent=bureau)
    officer, admin = account_with("officer", bureau), account_with("system_admin", bureau)
    keep = services.add_person(unit=a, by=officer, name="李雪梅", sex="f")
    other = services.add_person(unit=a, by=officer, name="李雪枚", sex="f")
    services.merge_persons(keep=keep, other=other, by=officer)
    assert found(officer, "雪枚") == []
    services.undo(entry_id=AuditEntry.objects.get(action="people.person.merge").pk, by=officer)
    assert found(officer, "雪枚") == ["李雪枚"]
    services.update_person(person=other, by=officer, name="李雪莲")
    assert found(officer, "雪枚") == []

    liaison = account_with("liaison", b)
    services.move_unit(unit=a, parent=b, by=admin)
    assert found(liaison, "雪莲") == ["李雪莲"]


def test_units_are_found_by_full_name_short_name_and_code(bureau: Unit) -> None:
    admin = account_with("system_admin", bureau)
    services.create_unit(
        by=admin,
        parent=bureau,
        name="环境监察执法支队",
        short_name="监察支队",
        code="ZF01",
        kind="department",
    )
    for text in ("执法", "监察支队", "ZF01"):
        assert found(admin, text) == ["环境监察执法支队"]
    assert found(account_with("staff", bureau), "执法") == []


def test_an_import_and_its_undo_reach_the_search(bureau: Unit) -> None:
    officer = account_with("officer", bureau)
    batch = services.preview_import(
        by=officer, unit=bureau, data="姓名,性别\n周岚岚,女\n".encode(), file_name="a.csv"
    )
    assert found(officer, "岚岚") == []
    batch = services.apply_import(batch=batch, by=officer)
    assert found(officer, "岚岚") == ["周岚岚"]
    services.undo_import(batch=batch, by=officer)
    assert found(officer, "岚岚") == []


def test_everything_can_be_indexed_anew(bureau: Unit) -> None:
    PersonFactory(unit=bureau, name="李雪梅")
    out = io.StringIO()
    call_command("index_people", stdout=out)
    assert "2 条" in out.getvalue()
    assert found(account_with("officer", bureau), "雪梅") == ["李雪梅"]
