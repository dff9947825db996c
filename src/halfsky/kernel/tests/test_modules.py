"""The register of rooms and the shapes that a plan and a room hand each other."""

from __future__ import annotations

from datetime import date

import pytest
from django.apps import apps

from halfsky.kernel.measures import (
    MeasureKind,
    Period,
    UnknownKind,
    measure_kind,
    measure_kinds,
)
from halfsky.kernel.modules import MENU_GROUPS, modules, permissions


def test_modules_come_in_the_order_of_the_installed_apps():
    order = [app.label for app in apps.get_app_configs()]
    keys = [module.key for module in modules()]
    assert keys == sorted(keys, key=order.index)
    assert len(keys) == len(set(keys))


def test_modules_are_keyed_by_their_app():
    for module in modules():
        assert apps.get_app_config(module.key).name == f"halfsky.{module.key}"


def test_permissions_are_found_by_their_keys():
    for key, permission in permissions().items():
        assert permission.key == key


def test_menu_groups_are_those_the_menu_shows():
    assert {entry.group for module in modules() for entry in module.menu} <= set(MENU_GROUPS)


def test_measure_kind_finds_every_declared_kind():
    kinds = list(measure_kinds())
    assert kinds
    for kind in kinds:
        assert measure_kind(kind.key) is kind


def test_measure_kind_knows_no_other():
    with pytest.raises(UnknownKind, match="tea"):
        measure_kind("tea.party")


def test_a_kind_without_an_answer_cannot_be_made():
    class Half(MeasureKind):
        key, label = "tea.half", "半"

        def url(self, id):
            return ""

    with pytest.raises(TypeError, match="abstract"):
        Half()


def test_start_many_starts_one_after_another():
    class Counting(MeasureKind):
        key, label = "tea.count", "数"

        def start(self, brief, *, by):
            return brief

        def url(self, id):
            return ""

        def progress(self, ids, *, on):
            return {}

        def evidence(self, ids):
            return {}

        def sentences(self, ids, *, period):
            return []

    assert Counting().start_many(["a", "b"], by=None) == ["a", "b"]


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("2026-03-08", "2026-03-08", 1),
        ("2026-01-01", "2026-12-31", 365),
        ("2024-01-01", "2024-12-31", 366),
    ],
)
def test_period_counts_both_ends(start, end, days):
    period = Period(date.fromisoformat(start), date.fromisoformat(end))
    assert period.days == days
    assert period.start in period
    assert period.end in period


def test_period_refuses_to_end_before_it_starts():
    with pytest.raises(ValueError, match="before it starts"):
        Period(date(2026, 3, 8), date(2026, 3, 7))


def test_period_of_year():
    year = Period.of_year(2026)
    assert date(2025, 12, 31) not in year
    assert date(2027, 1, 1) not in year
    assert year.days == 365
