"""Important days (重要节点) of a year, and their official names.

The table is data/important_days.csv. Each row has a rule, the years in which it holds, its basis
and how far its source was read; a name is never used without a year, since 4 December was 全国
法制宣传日 until 2013 and is 国家宪法日 from 2014.

Read this way where the sources leave it open:
- "the week of a day" is the Monday to Sunday that holds it;
- "the n-th week of a month" has two readings, see `WeekReading`; the organiser's notice of the
  year comes first and is given as an override;
- a lunar day is that of the ordinary month, never of the leap month after it;
- an anniversary counts completed years.
"""

from __future__ import annotations

import calendar
import csv
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LUNAR_YEARS = range(1901, 2100)
YEARS = range(1900, 2101)  # what the tables of the solar terms hold


class RuleType(StrEnum):
    """How a row of the table becomes dates."""

    FIXED = "fixed"
    NTH_WEEKDAY = "nth_weekday"
    NTH_WEEK = "nth_week"
    WEEK_OF = "week_of"
    RANGE = "range"
    MONTH = "month"
    LUNAR = "lunar"
    SOLAR_TERM = "solar_term"
    ANNIVERSARY = "anniversary"


class WeekReading(StrEnum):
    """What the first week of a month is."""

    PARTIAL = "partial"  # the Monday-to-Sunday week that holds the first day of the month
    FULL = "full"  # the first such week that lies in the month with all its days


class Status(StrEnum):
    """How far the source of a row was read."""

    READ = "read"
    PARTLY = "partly"
    YEAR_READ = "year_read"  # only the year
    READ_NAME_ONLY = "read_name_only"
    DERIVED = "derived"
    PRACTICE_VARIES = "practice_varies"  # by place or year
    RECALLED = "recalled"  # general knowledge, seen in no source: check before relying on it
    JUDGEMENT = "judgement"  # our proposal


@dataclass(frozen=True, slots=True)
class Rule:
    """A row of the table: an important day and when it falls."""

    id: str
    name: str
    name_en: str
    colloquial: str
    aliases: tuple[str, ...]
    type: RuleType
    month: int
    day: int
    term: str
    nth: int
    weekday: int  # Monday is 0
    lunar_month: int
    lunar_day: int
    days_before: int
    duration: int  # days
    valid_from: int
    valid_to: int
    statutory: bool
    modules: tuple[str, ...]
    basis: str
    status: Status
    source: str
    notes: str


@dataclass(frozen=True, slots=True)
class Occurrence:
    """An important day as it falls in one year.

    It spans `start` to `end`, both counted; `day` is the day itself within it (the first lunar day
    of a Spring Festival that starts on the eve, 15 May in its week; else `start`). `colloquial` is
    the usual short name, if it has one. `basis` is the law or the decision, `source` the title of
    what was read and `status` how far. `anniversary` is the number of completed years, or None.
    `by_notice` says that the dates come from the caller, by the organiser's notice.
    """

    id: str
    name: str
    name_en: str
    colloquial: str
    start: date
    end: date
    day: date
    status: Status
    basis: str
    source: str
    statutory: bool
    modules: tuple[str, ...]
    notes: str = ""
    anniversary: int | None = None
    by_notice: bool = False

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end

    @property
    def one_day(self) -> bool:
        """Whether it lasts a single day."""
        return self.start == self.end

    def name_in(self, language: str) -> str:
        """Return its official name in `language` ("zh-hans", "en"); Chinese for any other."""
        return self.name_en if language.partition("-")[0] == "en" else self.name


Overrides = Mapping[str, "tuple[date, date] | None"]  # id → first and last day, None if not held


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";") if part.strip())


def _rule(row: Mapping[str, str]) -> Rule:
    def number(column: str, otherwise: int = 0) -> int:
        return int(row[column]) if row[column] else otherwise

    return Rule(
        id=row["id"],
        name=row["name_zh"],
        name_en=row["name_en"],
        colloquial=row["colloquial_zh"],
        aliases=_listed(row["aliases"]),
        type=RuleType(row["rule_type"]),
        month=number("month"),
        day=number("day"),
        term=row["term"],
        nth=number("nth"),
        weekday=WEEKDAYS.index(row["weekday"]) if row["weekday"] else 0,
        lunar_month=number("lunar_month"),
        lunar_day=number("lunar_day"),
        days_before=number("days_before"),
        duration=number("duration_days", 1),
        valid_from=number("valid_from_year", date.min.year),
        valid_to=number("valid_to_year", date.max.year),
        statutory=row["is_statutory"] == "yes",
        modules=_listed(row["modules"]),
        basis=row["official_basis"],
        status=Status(row["status"]),
        source=row["source_title"],
        notes=row["notes"],
    )


@cache
def rules() -> tuple[Rule, ...]:
    """Return the rows of the shipped table. Raises ValueError or KeyError on a broken row."""
    text = files("halfsky.kernel").joinpath("data/important_days.csv").read_text("utf-8")
    return tuple(_rule(row) for row in csv.DictReader(text.splitlines()))


def week_of(day: date) -> date:
    """Return the Monday of the week that holds `day`."""
    return day - timedelta(days=day.weekday())


def nth_weekday(year: int, month: int, nth: int, weekday: int) -> date:
    """Return the `nth` `weekday` (Monday is 0) of a month: the second Sunday of May.

    Raises ValueError if the month has fewer.
    """
    first = date(year, month, 1)
    found = first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))
    if found.month != month:
        raise ValueError(f"{year}-{month} has no {nth}th {WEEKDAYS[weekday]}")
    return found


def nth_week(year: int, month: int, nth: int, reading: WeekReading = WeekReading.PARTIAL) -> date:
    """Return the Monday of the `nth` week of a month.

    The regulation on the reading week (每年4月第四周) does not say what the first week is. By the
    partial reading, our default, it holds the first of the month: in 2026 that gives 20 to 26
    April, with 23 April in it; where 1 April is a Sunday, 23 April falls outside. By the full
    reading it starts on the first Monday: 27 April to 3 May 2026.
    """
    first = date(year, month, 1)
    if reading is WeekReading.FULL:
        return nth_weekday(year, month, 1, 0) + timedelta(weeks=nth - 1)
    return week_of(first) + timedelta(weeks=nth - 1)


def lunar_day(year: int, month: int, day: int) -> date | None:
    """Return the day in the calendar year `year` on which a lunar day of an ordinary month falls.

    The last lunar months fall in the next calendar year: both lunar years are tried. None where
    there is none. Raises ValueError outside 1901 to 2099.
    """
    from borax.calendars.lunardate import InvalidLunarDateError, LunarDate

    if year not in LUNAR_YEARS:
        raise ValueError(f"no lunar calendar is known for {year}")
    for lunar_year in (year, year - 1):
        try:
            found: date = LunarDate(lunar_year, month, day, 0).to_solar_date()
        except InvalidLunarDateError:
            continue
        if found.year == year:
            return found
    return None


def solar_term(year: int, name: str) -> date:
    """Return the day of a solar term (节气) of `year`, 1900 to 2100. Raises ValueError."""
    from borax.calendars.lunardate import TermUtils

    found: date = TermUtils.nth_term_day(year, term_name=name)
    return found


def _dates(rule: Rule, year: int, reading: WeekReading) -> tuple[date, date, date] | None:
    """First day, last day and the day itself."""
    day: date | None
    if rule.type is RuleType.MONTH:
        last = calendar.monthrange(year, rule.month)[1]
        start = date(year, rule.month, 1)
        return start, date(year, rule.month, last), start
    if rule.type is RuleType.WEEK_OF:
        day = date(year, rule.month, rule.day)
        return week_of(day), week_of(day) + timedelta(days=6), day
    if rule.type is RuleType.NTH_WEEK:
        start = nth_week(year, rule.month, rule.nth, reading)
        return start, start + timedelta(days=6), start
    if rule.type is RuleType.NTH_WEEKDAY:
        day = nth_weekday(year, rule.month, rule.nth, rule.weekday)
    elif rule.type is RuleType.LUNAR:
        day = lunar_day(year, rule.lunar_month, rule.lunar_day) if year in LUNAR_YEARS else None
    elif rule.type is RuleType.SOLAR_TERM:
        day = solar_term(year, rule.term) if year in YEARS else None
    else:
        day = date(year, rule.month, rule.day)
    if day is None:
        return None
    start = day - timedelta(days=rule.days_before)
    return start, start + timedelta(days=rule.duration - 1), day


def _occurrence(rule: Rule, year: int, reading: WeekReading) -> Occurrence | None:
    if not rule.valid_from <= year <= rule.valid_to:
        return None
    dates = _dates(rule, year, reading)
    if dates is None:
        return None
    start, end, day = dates
    is_anniversary = rule.type is RuleType.ANNIVERSARY
    return Occurrence(
        id=rule.id,
        name=rule.name,
        name_en=rule.name_en,
        colloquial=rule.colloquial,
        start=start,
        end=end,
        day=day,
        status=rule.status,
        basis=rule.basis,
        source=rule.source,
        statutory=rule.statutory,
        modules=rule.modules,
        notes=rule.notes,
        anniversary=year - rule.valid_from if is_anniversary else None,
    )


@cache
def _year(year: int, reading: WeekReading) -> tuple[Occurrence, ...]:
    found = (_occurrence(rule, year, reading) for rule in rules())
    return tuple(
        sorted((day for day in found if day), key=lambda day: (day.start, day.end, day.id))
    )


def days_of_year(
    year: int, overrides: Overrides | None = None, *, reading: WeekReading = WeekReading.PARTIAL
) -> tuple[Occurrence, ...]:
    """Return the important days that start in or around `year`, by their first day.

    `overrides` gives an id the dates of the organiser's notice, both counted, or None where the
    day is not held that year. A day is left out in years in which its rule does not hold; lunar
    days outside 1901 to 2099. Raises ValueError for an override that ends before it starts or
    has an unknown id.
    """
    days = _year(year, reading)
    if not overrides:
        return days
    if unknown := set(overrides) - {rule.id for rule in rules()}:
        raise ValueError(f"no important day has the id {min(unknown)!r}")
    found = []
    for occurrence in days:
        if occurrence.id not in overrides:
            found.append(occurrence)
            continue
        given = overrides[occurrence.id]
        if given is None:
            continue
        start, end = given
        if end < start:
            raise ValueError(f"{occurrence.id} cannot end ({end}) before it starts ({start})")
        day = occurrence.day if start <= occurrence.day <= end else start
        found.append(replace(occurrence, start=start, end=end, day=day, by_notice=True))
    return tuple(sorted(found, key=lambda day: (day.start, day.end, day.id)))


def days_between(start: date, end: date) -> list[Occurrence]:
    """Return the important days with a day from `start` up to and including `end`."""
    return [
        occurrence
        for year in range(start.year, end.year + 1)
        for occurrence in days_of_year(year)
        if occurrence.start <= end and occurrence.end >= start
    ]


NOISE = re.compile(r"[\s“”‘’\"'「」『』《》〈〉【】\[\]()（）〔〕、,，。;；:：!！]+")
AROUND = re.compile(r"(?:前后|前夕|期间|当天|当日|来临之际|之际|活动|等|纪念|宣传)+$")
WRITTEN_DATE = re.compile(
    r"(?<![0-9])(?P<month>1[0-2]|0?[1-9])"
    r"(?:[.．·•・∙‧/-](?P<day>3[01]|[12][0-9]|0?[1-9])(?![0-9.])|月(?P<day_zh>3[01]|[12][0-9]|0?[1-9])[日号]?)"
)
NAME_ENDS = ("日", "节", "周", "月", "行动")  # a shorter name is meant only if it stands alone


def _plain(text: str) -> str:
    return NOISE.sub("", unicodedata.normalize("NFKC", text))


@cache
def _names(year: int) -> dict[str, str]:
    """Every name under which a day of `year` goes → its id."""
    held = {occurrence.id for occurrence in _year(year, WeekReading.PARTIAL)}
    found: dict[str, str] = {}
    for rule in rules():
        if rule.id not in held or not rule.valid_from <= year <= rule.valid_to:
            continue
        main, _, in_brackets = rule.name.partition("（")
        for name in (rule.name, main, in_brackets.rstrip("）"), rule.colloquial, *rule.aliases):
            if plain := _plain(name):
                found.setdefault(plain, rule.id)
    return found


def _meant(text: str, year: int) -> tuple[Occurrence | None, str]:
    """The day that `text` means and the name by which it does; "" if by its date."""
    plain = _plain(text)
    dated = WRITTEN_DATE.search(plain)
    bare = AROUND.sub("", WRITTEN_DATE.sub("", plain, count=1) if dated else plain)
    names = _names(year)
    name = next((whole for whole in (bare, plain) if whole in names), "")
    if not name:
        inside = (known for known in names if known in bare and known.endswith(NAME_ENDS))
        name = max(inside, key=len, default="")
    days = _year(year, WeekReading.PARTIAL)
    if name:
        return next(occurrence for occurrence in days if occurrence.id == names[name]), name
    if not dated or bare:
        return None, ""
    month, day = int(dated["month"]), int(dated["day"] or dated["day_zh"])
    fixed = {rule.id for rule in rules() if rule.type is RuleType.FIXED}
    for occurrence in days:
        if occurrence.id in fixed and (occurrence.day.month, occurrence.day.day) == (month, day):
            return occurrence, ""
    return None, ""


def day_meant(text: str, *, year: int) -> Occurrence | None:
    """Return the important day of `year` that a plan means by "国际反家暴日" or "11.25", or None.

    A known name comes before a date written beside it; of several names in the text the longest
    counts. A short name without 日, 节, 周 or 月 (三八, 五一) counts only alone: 三八红旗手 is no
    day. A date alone means the day of a fixed date, not a week or an anniversary.
    """
    return _meant(text, year)[0]


def full_name_for(text: str, *, year: int) -> str:
    """Return the official name to offer beside a plan's wording; "" if there is none to offer.

    `text` is a colloquial name or a date ("12.4法制宣传日", "3·8"), `year` the plan's year.
    There is none to offer where the day is not known or `text` has the official name already.

    >>> full_name_for("11.25国际反家暴日", year=2026)
    '消除对妇女的暴力国际日'
    """
    occurrence, name = _meant(text, year)
    if occurrence is None:
        return ""
    main, _, in_brackets = occurrence.name.partition("（")
    official = {_plain(occurrence.name), _plain(main), _plain(in_brackets)}
    return "" if name and name in official else occurrence.name
