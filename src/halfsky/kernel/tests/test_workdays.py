"""Working days against the notices of 2025 and 2026, and in years without a notice."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from halfsky.kernel import workdays
from halfsky.kernel.workdays import (
    CountedDay,
    CountedDays,
    HalfDay,
    Source,
    add_workdays,
    days_off_by_law,
    is_workday,
    read_adjustments,
    workdays_between,
)


def span(first: str, last: str) -> list[date]:
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    return [start + timedelta(days=n) for n in range((end - start).days + 1)]


# Days off and days worked in exchange, as the State Council published them
NOTICES = {
    2025: (
        ("01-01", "01-01"), ("01-28", "02-04"), ("04-04", "04-06"), ("05-01", "05-05"),
        ("05-31", "06-02"), ("10-01", "10-08"),
    ),
    2026: (
        ("01-01", "01-03"), ("02-15", "02-23"), ("04-04", "04-06"), ("05-01", "05-05"),
        ("06-19", "06-21"), ("09-25", "09-27"), ("10-01", "10-07"),
    ),
}  # fmt: skip
EXCHANGED = {
    2025: ("01-26", "02-08", "04-27", "09-28", "10-11"),
    2026: ("01-04", "02-14", "02-28", "05-09", "09-20", "10-10"),
}


@pytest.mark.parametrize("year", [2025, 2026])
def test_is_workday_is_every_day_of_the_year_as_the_notice_says(year):
    off = {day for a, b in NOTICES[year] for day in span(f"{year}-{a}", f"{year}-{b}")}
    worked = {date.fromisoformat(f"{year}-{day}") for day in EXCHANGED[year]}
    for day in span(f"{year}-01-01", f"{year}-12-31"):
        expected = day in worked or (day.weekday() < 5 and day not in off)
        answer = is_workday(day)
        assert (answer.is_workday, answer.source, answer.provisional) == (
            expected,
            Source.NOTICE,
            False,
        ), day


@pytest.mark.parametrize(
    ("day", "worked", "source", "provisional"),
    [
        ("2027-03-01", True, Source.WEEKDAY, True),  # a Monday
        ("2027-03-06", False, Source.WEEKDAY, True),  # a Saturday may yet be exchanged
        ("2027-10-01", False, Source.LAW, False),  # a Friday
        ("2027-02-05", False, Source.LAW, False),  # the eve of the lunar year, a Friday
        ("2027-06-09", False, Source.LAW, False),  # 端午, a Wednesday
        ("2027-02-10", True, Source.WEEKDAY, True),  # the fifth lunar day: as the notice will say
        ("2003-10-01", True, Source.WEEKDAY, True),  # before the notices that we hold
    ],
)
def test_is_workday_in_a_year_without_notice(day, worked, source, provisional):
    answer = is_workday(date.fromisoformat(day))
    assert (answer.is_workday, answer.source, answer.provisional) == (worked, source, provisional)


def test_is_workday_takes_the_callers_day_first():
    assert is_workday(date(2026, 3, 9), {date(2026, 3, 9): False}).is_workday is False


def test_is_workday_stays_provisional_beside_single_days_of_the_caller():
    assert is_workday(date(2027, 3, 2), {date(2027, 3, 1): False}).provisional is True


def test_is_workday_is_settled_by_a_whole_notice_of_the_caller():
    notice = {date(2027, 1, 1): False, date(2027, 10, 1): False, date(2027, 10, 9): True}
    answer = is_workday(date(2027, 3, 2), notice)
    assert (answer.source, answer.provisional) == (Source.TABLE, False)
    assert is_workday(date(2027, 10, 9), notice).is_workday is True


@pytest.mark.parametrize(
    ("day", "worked", "half"),
    [
        ("2027-03-08", True, HalfDay.WOMEN),  # a Monday: worked, half of it off for women
        ("2026-03-08", False, None),  # a Sunday: not made up
        ("2026-03-09", True, None),  # nor moved to the Monday
        ("2023-05-04", True, HalfDay.YOUTH),
        ("2026-05-04", False, None),  # in the Labour Day holiday
    ],
)
def test_is_workday_notes_half_days(day, worked, half):
    answer = is_workday(date.fromisoformat(day))
    assert (answer.is_workday, answer.half_day) == (worked, half)


@pytest.mark.parametrize(
    ("day", "n", "reached", "provisional"),
    [
        ("2026-09-30", 1, "2026-10-08", False),  # over the National Day
        ("2026-09-30", 3, "2026-10-10", False),  # onto the exchanged Saturday
        ("2026-10-01", 1, "2026-10-08", False),  # from a day off
        ("2026-10-08", -1, "2026-09-30", False),
        ("2026-10-03", 0, "2026-10-03", False),
        ("2026-12-28", 3, "2026-12-31", False),
        ("2026-12-31", 1, "2027-01-04", True),  # the weekend after New Year is not published
        ("2024-02-29", 1, "2024-03-01", False),
    ],
)
def test_add_workdays(day, n, reached, provisional):
    found = add_workdays(date.fromisoformat(day), n)
    assert found == CountedDay(date.fromisoformat(reached), provisional)


@pytest.mark.parametrize(
    ("start", "end", "number", "provisional"),
    [
        ("2026-09-30", "2026-10-08", 1, False),
        ("2026-10-01", "2026-10-07", 0, False),
        ("2026-03-02", "2026-03-02", 0, False),
        ("2026-03-01", "2026-03-08", 5, False),
        ("2026-12-28", "2027-01-08", 8, True),
    ],
)
def test_workdays_between_leaves_out_the_first_day(start, end, number, provisional):
    found = workdays_between(date.fromisoformat(start), date.fromisoformat(end))
    assert found == CountedDays(number, provisional)


def test_workdays_between_says_that_the_end_lies_before_the_start():
    with pytest.raises(ValueError, match="before"):
        workdays_between(date(2026, 2, 1), date(2026, 1, 31))


def test_add_workdays_gives_up_far_away():
    with pytest.raises(ValueError, match="too far"):
        add_workdays(date(2026, 1, 1), 1_000_000)


@given(st.dates(date(2005, 1, 1), date(2026, 6, 1)), st.integers(1, 40))
def test_add_workdays_and_workdays_between_agree(day, n):
    reached = add_workdays(day, n).day
    assert workdays_between(day, reached).number == n
    assert is_workday(reached).is_workday


@pytest.mark.parametrize("year", [2025, 2026])
def test_days_off_by_law_are_off_in_the_notices(year):
    assert len(days_off_by_law(year)) == 13
    assert not any(is_workday(day).is_workday for day in days_off_by_law(year))


def test_days_off_by_law_knows_no_year_before_the_revision():
    assert days_off_by_law(2024) == frozenset()


def test_read_adjustments():
    text = "date,is_workday,source\n2027-10-09,yes,notice\n2027-10-01,no,notice\n"
    assert read_adjustments(text) == {date(2027, 10, 9): True, date(2027, 10, 1): False}


@pytest.mark.parametrize("line", ["2027-13-01,no,x", "2027-01-01,maybe,x", "2027-01-01"])
def test_read_adjustments_names_the_line(line):
    with pytest.raises(ValueError, match="line 2"):
        read_adjustments(f"date,is_workday,source\n{line}\n")


def test_own_table_can_be_read():
    assert all(isinstance(worked, bool) for worked in workdays.own_table().values())
