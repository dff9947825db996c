"""What is proposed for a measure, and what an edit of it may be."""

from __future__ import annotations

from datetime import date

import pytest

from halfsky.plans.rules import proposals


@pytest.mark.parametrize(
    ("text", "kind", "whose", "due_on", "nodes"),
    [
        ("9月底前举办一次技能比武", "contest", "own", date(2026, 9, 30), []),
        ("5月至6月组织女职工健康检查", "health_check", "own", date(2026, 6, 30), []),
        ("3月8日召开座谈会", None, "own", None, [date(2026, 3, 8)]),
        ("积极参加市妇联组织的志愿服务行动", "volunteering", "take_part", None, []),
        ("11月25日、12月4日开展普法宣传", "publicity", "own", None, [date(2026, 11, 25), date(2026, 12, 4)]),
    ],
)  # fmt: skip
def test_guess(text, kind, whose, due_on, nodes):
    found = proposals.guess(text, year=2026)

    assert kind is None or found.kind == kind
    assert found.whose == whose
    assert found.due_on == due_on
    assert [node.on for node in found.nodes] == nodes


@pytest.mark.parametrize(
    ("text", "start", "end", "found"),
    [
        ("，开展活动。", 0, 6, (1, 5)),
        ("开展活动", 0, 4, (0, 4)),
        ("。，；", 0, 3, (3, 3)),
        ("开展", -5, 99, (0, 2)),
        ("　开展　", 0, 4, (1, 3)),
    ],
)
def test_trimmed(text, start, end, found):
    assert proposals.trimmed(text, start, end) == found


@pytest.mark.parametrize(
    ("deliverable", "target", "asked", "soft"),
    [
        ("", None, False, True),
        ("签到表", None, False, False),
        ("签到表", None, True, True),
        ("", 4, True, False),
        ("  ", None, False, True),
    ],
)
def test_is_soft(deliverable, target, asked, soft):
    assert (
        proposals.is_soft(deliverable=deliverable, target_number=target, asked_soft=asked) is soft
    )


@pytest.mark.parametrize(
    ("day", "fits"),
    [
        (date(2026, 1, 1), True),
        (date(2026, 12, 31), True),
        (date(2027, 1, 31), True),
        (date(2027, 2, 1), False),
        (date(2025, 12, 31), False),
    ],
)
def test_is_within_reach(day, fits):
    assert proposals.is_within_reach(day, year=2026) is fits


def test_in_year_keeps_month_and_day_but_29_february():
    assert proposals.in_year(date(2024, 2, 29), old=2024, new=2026) == date(2026, 2, 28)
    assert proposals.in_year(date(2024, 2, 29), old=2024, new=2028) == date(2028, 2, 29)
    assert proposals.in_year(date(2027, 1, 10), old=2026, new=2028) == date(2029, 1, 10)
    assert proposals.in_year(None, old=2024, new=2026) is None


def test_joined_nodes_keeps_each_day_once():
    first = [{"on": "2026-12-04", "text": "宪法日"}]
    second = [{"on": "2026-11-25", "text": "反家暴日"}, {"on": "2026-12-04", "text": "宪法日"}]

    assert [n["on"] for n in proposals.joined_nodes(first, second)] == ["2026-11-25", "2026-12-04"]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("人事科", 3),
        ("局人事科", 3),
        ("生态环境监测中心", 4),
        ("监测中心", 4),
        ("办公室", None),  # two units end so
        ("财务科", None),
        ("", None),
    ],
)
def test_unit_named(name, found):
    units = {
        "局办公室": 1,
        "水务局办公室": 2,
        "人事科": 3,
        "青禾市生态环境监测中心": 4,
        "生态环境监测中心": 4,
    }

    assert proposals.unit_named(name, units) == found
