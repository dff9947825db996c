"""Who reaches what."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from halfsky.kernel.modules import modules, permissions
from halfsky.kernel.permissions import Permission
from halfsky.people import access
from halfsky.people.models import Unit
from halfsky.people.permissions import EDIT_PERSONS, GRANT, SEE_PERSONS, SEE_UNITS
from halfsky.people.tests.factories import (
    AccountFactory,
    GrantFactory,
    UnitFactory,
    account_with,
)

pytestmark = pytest.mark.django_db

# what a system administrator may: configure. Anything new here is a decision, not a habit.
CONFIGURES = {"people.see_units", "people.edit_units", "people.grant"}


def test_a_grant_reaches_the_unit_and_all_below_it() -> None:
    bureau = UnitFactory()
    office = UnitFactory(parent=bureau)
    desk = UnitFactory(parent=office)
    sibling = UnitFactory(parent=bureau)
    officer = account_with("officer", office)

    seen = [
        unit for unit in (bureau, office, desk, sibling) if access.may(officer, SEE_PERSONS, unit)
    ]

    assert seen == [office, desk]
    assert set(Unit.objects.filter(access.scope(officer, SEE_PERSONS).q(""))) == {office, desk}


def test_a_path_that_only_begins_alike_is_another_unit() -> None:
    parent = UnitFactory()
    children = [UnitFactory(parent=parent) for _ in range(3)]
    officer = account_with("officer", children[0])
    assert set(Unit.objects.filter(access.scope(officer, SEE_UNITS).q(""))) == {children[0]}


def test_a_grant_holds_from_its_first_to_its_last_day() -> None:
    today = timezone.localdate()
    unit = UnitFactory()
    cases = {
        (None, None): True,
        (today, today): True,
        (today + timedelta(days=1), None): False,
        (None, today - timedelta(days=1)): False,
    }
    for (starts_on, ends_on), held in cases.items():
        grant = GrantFactory(unit=unit, starts_on=starts_on, ends_on=ends_on)
        assert access.may(grant.account, SEE_PERSONS, unit) is held


def test_a_disabled_account_reaches_nothing() -> None:
    unit = UnitFactory()
    officer = account_with("officer", unit, is_active=False)
    assert access.scope(officer, SEE_PERSONS).nothing


def test_own_unit_only_does_not_reach_below() -> None:
    unit = UnitFactory()
    child = UnitFactory(parent=unit)
    officer = account_with("officer", unit)
    here = Permission("people.test", "here", frozenset({"officer"}), own_unit_only=True)
    assert access.may(officer, here, unit)
    assert not access.may(officer, here, child)


def test_require_answers_as_if_the_record_did_not_exist() -> None:
    with pytest.raises(access.OutOfReach):
        access.require(account_with("officer", UnitFactory()), EDIT_PERSONS, UnitFactory())


def test_a_deputy_acts_on_behalf_of_whom_she_stands_for() -> None:
    unit = UnitFactory()
    chair = account_with("chair", unit)
    deputy = AccountFactory()
    GrantFactory(account=deputy, unit=unit, role="chair", deputy_of=chair)

    assert access.on_behalf_of(deputy, EDIT_PERSONS, unit) == chair
    assert access.on_behalf_of(chair, EDIT_PERSONS, unit) is None
    assert access.on_behalf_of(deputy, GRANT, unit) is None


def test_who_holds_the_right_herself_acts_for_herself() -> None:
    unit = UnitFactory()
    chair = account_with("chair", unit)
    officer = account_with("officer", unit)
    GrantFactory(account=officer, unit=unit, role="chair", deputy_of=chair)
    assert access.on_behalf_of(officer, EDIT_PERSONS, unit) is None


def test_no_content_permission_lists_the_system_administrator() -> None:
    held = {key for key, permission in permissions().items() if "system_admin" in permission.roles}
    assert held == CONFIGURES


def test_every_menu_entry_asks_for_a_permission_that_its_room_or_a_lower_one_declares() -> None:
    declared = set(permissions())
    for module in modules():
        for entry in module.menu:
            assert entry.permission is None or entry.permission.key in declared
