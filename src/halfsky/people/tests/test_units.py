"""The organisation tree: create, rename, move, end, take back."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from halfsky.audit.models import AuditEntry
from halfsky.people import access, queries, services
from halfsky.people.models import Unit
from halfsky.people.services import Refused
from halfsky.people.tests.factories import PersonFactory, UnitFactory, account_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau() -> Unit:
    return UnitFactory(name="清江市生态环境局", short_name="环境局", code="B")


def test_create_unit_hangs_it_below_its_parent_and_logs_it(bureau: Unit) -> None:
    admin = account_with("system_admin", bureau)
    unit = services.create_unit(
        by=admin, parent=bureau, name="办公室", code="B1", kind="department"
    )

    entry = AuditEntry.objects.get(action="people.unit.create")
    assert unit.path.startswith(bureau.path)
    assert unit.short_name == "办公室"
    assert (entry.actor_name, entry.after["name"], entry.unit_path) == (
        admin.display_name, "办公室", unit.path,
    )  # fmt: skip


def test_create_unit_refuses_a_code_that_another_unit_has(bureau: Unit) -> None:
    admin = account_with("system_admin", bureau)
    with pytest.raises(Refused, match="代码“B”已有单位在用"):
        services.create_unit(by=admin, parent=bureau, name="办公室", code="B", kind="department")


@pytest.mark.parametrize("role", ["officer", "chair", "leader", "auditor"])
def test_only_a_system_administrator_edits_units(role: str, bureau: Unit) -> None:
    with pytest.raises(access.OutOfReach):
        services.create_unit(
            by=account_with(role, bureau),
            parent=bureau,
            name="办公室",
            code="B1",
            kind="department",
        )


def test_a_local_administrator_makes_no_root() -> None:
    office = UnitFactory(parent=UnitFactory())
    with pytest.raises(access.OutOfReach):
        services.create_unit(
            by=account_with("system_admin", office),
            parent=None,
            name="新局",
            code="N",
            kind="bureau",
        )


def test_move_unit_carries_everything_below_it_and_its_people(bureau: Unit) -> None:
    admin = account_with("system_admin", bureau)
    one, two = UnitFactory(parent=bureau), UnitFactory(parent=bureau)
    desk = UnitFactory(parent=one)
    person = PersonFactory(unit=desk)

    services.move_unit(unit=one, parent=two, by=admin)

    liaison = account_with("liaison", Unit.objects.get(pk=two.pk))
    assert list(queries.visible_persons(liaison)) == [person]
    assert Unit.objects.get(pk=desk.pk).depth == 4
    assert Unit.objects.get(pk=two.pk).numchild == 1
    assert Unit.objects.find_problems() == ([], [], [], [], [])


def test_move_unit_refuses_its_own_child_and_the_root(bureau: Unit) -> None:
    admin = account_with("system_admin", bureau)
    one = UnitFactory(parent=bureau)
    desk = UnitFactory(parent=one)
    with pytest.raises(Refused):
        services.move_unit(unit=one, parent=desk, by=admin)
    with pytest.raises(Refused):
        services.move_unit(unit=bureau, parent=desk, by=admin)


def test_a_local_administrator_carries_no_unit_out_of_another_reach(bureau: Unit) -> None:
    one, two = UnitFactory(parent=bureau), UnitFactory(parent=bureau)
    with pytest.raises(access.OutOfReach):
        services.move_unit(unit=one, parent=two, by=account_with("system_admin", one))


def test_end_unit_wants_a_successor_for_its_people(bureau: Unit) -> None:
    admin = account_with("system_admin", bureau)
    old, new = UnitFactory(parent=bureau), UnitFactory(parent=bureau)
    PersonFactory(unit=old)
    today = timezone.localdate()
    with pytest.raises(Refused, match="还有 1 人在册"):
        services.end_unit(unit=old, by=admin, valid_to=today)
    services.end_unit(unit=old, by=admin, valid_to=today, successor=new)
    old.refresh_from_db()
    assert (old.valid_to, old.successor) == (today, new)


def test_end_unit_waits_for_the_units_below_it(bureau: Unit) -> None:
    admin = account_with("system_admin", bureau)
    old = UnitFactory(parent=bureau)
    UnitFactory(parent=old, name="监测站")
    with pytest.raises(Refused, match="监测站"):
        services.end_unit(unit=old, by=admin, valid_to=timezone.localdate())


def test_undo_puts_a_rename_back_but_not_over_a_later_change(bureau: Unit) -> None:
    admin = account_with("system_admin", bureau)
    values = {"short_name": "环境局", "code": "B", "kind": "bureau", "valid_from": None}
    services.rename_unit(unit=bureau, by=admin, name="清江市环境局", **values)
    first = AuditEntry.objects.get(action="people.unit.rename")
    services.undo(entry_id=first.pk, by=admin)
    bureau.refresh_from_db()
    assert bureau.name == "清江市生态环境局"

    services.rename_unit(unit=bureau, by=admin, name="甲局", **values)
    second = AuditEntry.objects.filter(action="people.unit.rename").latest("id")
    services.rename_unit(unit=bureau, by=admin, name="乙局", **values)
    with pytest.raises(Refused, match="后来又改过"):
        services.undo(entry_id=second.pk, by=admin)


def test_undo_moves_a_unit_back(bureau: Unit) -> None:
    admin = account_with("system_admin", bureau)
    one, two = UnitFactory(parent=bureau), UnitFactory(parent=bureau)
    services.move_unit(unit=one, parent=two, by=admin)
    services.undo(entry_id=AuditEntry.objects.get(action="people.unit.move").pk, by=admin)
    assert Unit.objects.get_parent(Unit.objects.get(pk=one.pk)) == bureau


def test_only_who_did_it_takes_it_back_and_only_within_a_day(bureau: Unit) -> None:
    admin, other = account_with("system_admin", bureau), account_with("system_admin", bureau)
    services.end_unit(
        unit=UnitFactory(parent=bureau), by=admin, valid_to=timezone.localdate() - timedelta(days=1)
    )
    entry = AuditEntry.objects.get(action="people.unit.end")
    with pytest.raises(access.OutOfReach):
        services.undo(entry_id=entry.pk, by=other)
    later = timezone.now() + timedelta(hours=25)
    with time_machine.travel(later, tick=False), pytest.raises(Refused):
        services.undo(entry_id=entry.pk, by=admin)
