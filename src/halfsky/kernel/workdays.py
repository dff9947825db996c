"""Working days (工作日): which days are worked, and counting by them.

Holidays and the weekend days worked in exchange (调休) stand in a yearly notice of the State
Council. Three sources are asked in turn: tables of ours, the library chinesecalendar, which holds
the notices of 2004 to 2026, and, for a year without a notice, the law and the weekday. The last
answer is marked provisional, since the notice may still change it.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files

Adjustments = Mapping[date, bool]  # day → whether it is worked

WEEKEND = 5  # date.weekday() of Saturday
REVISED = 2025  # the days off of the 2024 revision hold from this year
LUNAR_YEARS = range(1900, 2101)  # what borax knows
SEARCHED_YEARS = 20  # add_workdays gives up beyond so many years of days


class Source(StrEnum):
    """Where an answer comes from."""

    TABLE = "table"  # a table of ours or of the caller
    NOTICE = "notice"  # the State Council's notice, as in chinesecalendar
    LAW = "law"  # a day off by 全国年节及纪念日放假办法, whatever the notice will say
    WEEKDAY = "weekday"  # Monday to Friday


class HalfDay(StrEnum):
    """Who has half of a working day off."""

    WOMEN = "women"  # 妇女节, 8 March
    YOUTH = "youth"  # 青年节, 4 May, from the age of 14


HALF_DAYS = {(3, 8): HalfDay.WOMEN, (5, 4): HalfDay.YOUTH}


@dataclass(frozen=True, slots=True)
class Workday:
    """Whether a day is worked, who says so, and whether a notice may still change it.

    `half_day` names those who have half of it off; the day stays a working day. On a day that is
    not worked it is None: the half day is not made up.
    """

    is_workday: bool
    source: Source
    provisional: bool
    half_day: HalfDay | None = None


@dataclass(frozen=True, slots=True)
class CountedDay:
    """A day reached by counting working days; provisional if one counted over was."""

    day: date
    provisional: bool


@dataclass(frozen=True, slots=True)
class CountedDays:
    """A number of working days; provisional if one counted over was."""

    number: int
    provisional: bool


@cache
def own_table() -> Adjustments:
    """The notices that this release ships for years which chinesecalendar lacks.

    Raises ValueError naming the line that cannot be read.
    """
    text = files("halfsky.kernel").joinpath("data/holiday_adjustments.csv").read_text("utf-8")
    return read_adjustments(text)


def read_adjustments(text: str) -> dict[date, bool]:
    """Read a table with the columns date (2027-10-01), is_workday (yes or no), source.

    Raises ValueError naming the line that cannot be read.
    """
    found = {}
    rows = csv.DictReader(text.splitlines())
    for row in rows:
        try:
            day = date.fromisoformat(row["date"])
            worked = {"yes": True, "no": False}[row["is_workday"]]
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"holiday adjustments, line {rows.line_num}: {row}") from error
        found[day] = worked
    return found


def holds_notice(table: Adjustments, year: int) -> bool:
    """Return whether `table` holds the whole notice for `year`, not single days of it.

    Every notice names New Year's Day and the National Day: a table with both days off has it.
    """
    return table.get(date(year, 1, 1)) is False and table.get(date(year, 10, 1)) is False


@lru_cache(maxsize=4096)
def _by_notice(day: date) -> bool | None:
    import chinese_calendar

    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return None


@cache
def days_off_by_law(year: int) -> frozenset[date]:
    """Return the days that everybody has off in `year`, without weekends and exchanged days.

    New Year 1, Spring Festival 4 from the eve, Qingming 1, Labour Day 2, Dragon Boat 1,
    Mid-Autumn 1, National Day 3. Empty before 2025 and after 2100.
    Source: 全国年节及纪念日放假办法, revised 2024-11-10, art. 2.
    """
    if year < REVISED or year not in LUNAR_YEARS:
        return frozenset()
    from borax.calendars.lunardate import LunarDate, TermUtils

    spring = LunarDate(year, 1, 1).to_solar_date()
    return frozenset(
        {date(year, 1, 1), date(year, 5, 1), date(year, 5, 2)}
        | {date(year, 10, day) for day in (1, 2, 3)}
        | {spring + timedelta(days=days) for days in (-1, 0, 1, 2)}
        | {TermUtils.nth_term_day(year, term_name="清明")}
        | {LunarDate(year, month, day).to_solar_date() for month, day in ((5, 5), (8, 15))}
    )


def _decided(day: date, adjustments: Adjustments) -> tuple[bool, Source, bool]:
    by_weekday = day.weekday() < WEEKEND
    for table in (adjustments, own_table()):
        if day in table:
            return table[day], Source.TABLE, False
    for table in (adjustments, own_table()):
        if table and holds_notice(table, day.year):
            return by_weekday, Source.TABLE, False
    noticed = _by_notice(day)
    if noticed is not None:
        return noticed, Source.NOTICE, False
    if day in days_off_by_law(day.year):
        return False, Source.LAW, False
    return by_weekday, Source.WEEKDAY, True


def is_workday(day: date, adjustments: Adjustments | None = None) -> Workday:
    """Return whether `day` is worked (工作日), holidays and exchanged days counted.

    `adjustments` are the caller's own days and come first. If they hold a year's whole notice
    (see `holds_notice`), every other day of that year follows the weekday and is not provisional.
    Source of the half days: 全国年节及纪念日放假办法, revised 2024-11-10, arts. 3 and 6.
    """
    worked, source, provisional = _decided(day, adjustments or {})
    half = HALF_DAYS.get((day.month, day.day)) if worked else None
    return Workday(worked, source, provisional, half)


def add_workdays(day: date, n: int, adjustments: Adjustments | None = None) -> CountedDay:
    """Return the `n`-th working day after `day`, or before it if `n` is negative.

    `day` itself is not counted, whether worked or not; with `n` = 0 it is returned as it is.
    Raises ValueError if that day lies more than 20 years away.
    Source of the first rule: Civil Code (民法典), art. 201: the opening day is not counted.
    """
    step = timedelta(days=1 if n > 0 else -1)
    found, left, provisional = day, abs(n), False
    if left > SEARCHED_YEARS * 250:
        raise ValueError(f"{n} working days reach too far from {day}")
    while left:
        found += step
        answer = is_workday(found, adjustments)
        provisional = provisional or answer.provisional
        left -= answer.is_workday
    return CountedDay(found, provisional)


def workdays_between(start: date, end: date, adjustments: Adjustments | None = None) -> CountedDays:
    """Return how many working days lie after `start` up to and including `end`.

    The opening day is not counted, the last one is: for a working day `end` it is the `n` with
    which `add_workdays(start, n)` reaches it. A period with both ends counted is asked from the
    day before its first. Raises ValueError if `end` lies before `start` or over 40 years after.
    """
    days = (end - start).days
    if days < 0:
        raise ValueError(f"{end} lies before {start}")
    if days > 2 * SEARCHED_YEARS * 366:
        raise ValueError(f"{start} and {end} lie too far apart")
    answers = [is_workday(start + timedelta(days=n), adjustments) for n in range(1, days + 1)]
    return CountedDays(
        sum(answer.is_workday for answer in answers), any(answer.provisional for answer in answers)
    )
