"""Important days against published calendars, and the names of days in plans."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from halfsky.kernel import days
from halfsky.kernel.days import (
    Occurrence,
    RuleType,
    Status,
    WeekReading,
    day_meant,
    days_between,
    days_of_year,
    full_name_for,
    nth_week,
    nth_weekday,
)


def one(year: int, id: str, **how) -> Occurrence:
    return next(day for day in days_of_year(year, **how) if day.id == id)


def ids(year: int) -> set[str]:
    return {day.id for day in days_of_year(year)}


@pytest.mark.parametrize(
    ("year", "id", "start", "end"),
    [
        (2026, "womens_day", "03-08", "03-08"),
        (2026, "womens_rights_week", "03-01", "03-08"),
        (2026, "mothers_day", "05-10", "05-10"),
        (2025, "mothers_day", "05-11", "05-11"),
        (2026, "fathers_day", "06-21", "06-21"),
        (2026, "family_edu_week", "05-11", "05-17"),
        (2022, "family_edu_week", "05-09", "05-15"),  # 15 May is the Sunday
        (2023, "family_edu_week", "05-15", "05-21"),  # 15 May is the Monday
        (2026, "reading_week", "04-20", "04-26"),
        (2026, "constitution_week", "11-30", "12-06"),
        (2026, "elders_month", "10-01", "10-31"),
        (2026, "civil_code_month", "05-01", "05-31"),
        (2026, "sixteen_days", "11-25", "12-10"),
        (2026, "qingming", "04-05", "04-05"),
        (2025, "qingming", "04-04", "04-04"),
        (2026, "dragon_boat", "06-19", "06-19"),
        (2025, "dragon_boat", "05-31", "05-31"),
        (2026, "mid_autumn", "09-25", "09-25"),
        (2026, "elders_day", "10-18", "10-18"),
        (2026, "qixi", "08-19", "08-19"),
        (2026, "lantern", "03-03", "03-03"),
        (2026, "spring_festival", "02-16", "02-19"),  # from the eve
        (2024, "spring_festival", "02-10", "02-12"),  # before the revision of 2024
        (2026, "labour_day", "05-01", "05-02"),
        (2024, "labour_day", "05-01", "05-01"),
        (2026, "national_day", "10-01", "10-03"),
        (2014, "elders_day", "10-02", "10-02"),  # not 1 November, in the leap ninth month
    ],
)
def test_days_of_year_dates(year, id, start, end):
    day = one(year, id)
    assert (day.start.isoformat(), day.end.isoformat()) == (f"{year}-{start}", f"{year}-{end}")


def test_days_of_year_tells_the_day_itself_from_its_span():
    assert one(2026, "spring_festival").day == date(2026, 2, 17)
    assert one(2026, "family_edu_week").day == date(2026, 5, 15)
    assert one(2026, "womens_day").day == date(2026, 3, 8)


# First lunar day, recalled from almanacs; the notices and the moon are asked below
SPRING = [
    "2010-02-14",
    "2011-02-03",
    "2012-01-23",
    "2013-02-10",
    "2014-01-31",
    "2015-02-19",
    "2016-02-08",
    "2017-01-28",
    "2018-02-16",
    "2019-02-05",
    "2020-01-25",
    "2021-02-12",
    "2022-02-01",
    "2023-01-22",
    "2024-02-10",
    "2025-01-29",
    "2026-02-17",
    "2027-02-06",
    "2028-01-26",
    "2029-02-13",
    "2030-02-03",
    "2031-01-23",
    "2032-02-11",
    "2033-01-31",
    "2034-02-19",
    "2035-02-08",
    "2036-01-28",
    "2037-02-15",
    "2038-02-04",
    "2039-01-24",
    "2040-02-12",
]


@pytest.mark.parametrize("published", SPRING)
def test_lunar_day_of_the_spring_festival(published):
    day = date.fromisoformat(published)
    assert days.lunar_day(day.year, 1, 1) == day


@pytest.mark.parametrize("year", range(2010, 2027))
def test_lunar_days_lie_in_the_holidays_of_the_notices(year):
    import chinese_calendar

    for id, holiday in (
        ("spring_festival", "Spring Festival"),
        ("dragon_boat", "Dragon Boat Festival"),
        ("mid_autumn", "Mid-autumn Festival"),
        ("qingming", "Tomb-sweeping Day"),
    ):
        day = one(year, id).day
        off, name = chinese_calendar.get_holiday_detail(day)
        assert off, (id, day)
        # None on a weekend; where two meet (中秋 in the National Day's week) one is named
        assert name in (holiday, None) or day.month in (9, 10), (id, day, name)


@pytest.mark.parametrize("year", range(2010, 2041))
def test_lunar_days_agree_with_the_moon(year):
    # the fifteenth lunar day lies within two days of the full moon; 29.530588 days a month
    # from the new moon of 2000-01-06 18:14 UTC
    for id, days_after_new in (("mid_autumn", 14), ("lantern", 14), ("dragon_boat", 4)):
        day = one(year, id).day
        since = (day - date(2000, 1, 6)).days + 0.24 - days_after_new - 0.5
        off = (since + 14.765) % 29.530588 - 14.765
        assert abs(off) < 1.3, (id, day, off)


@pytest.mark.parametrize(
    ("year", "reading", "monday"),
    [
        (2026, WeekReading.PARTIAL, "2026-04-20"),
        (2026, WeekReading.FULL, "2026-04-27"),
        (2030, WeekReading.PARTIAL, "2030-04-22"),  # 1 April is a Monday: both agree
        (2030, WeekReading.FULL, "2030-04-22"),
        (2029, WeekReading.PARTIAL, "2029-04-16"),  # 1 April is a Sunday: misses 23 April
        (2029, WeekReading.FULL, "2029-04-23"),
    ],
)
def test_nth_week_of_april_in_both_readings(year, reading, monday):
    assert nth_week(year, 4, 4, reading) == date.fromisoformat(monday)


def test_days_of_year_takes_the_other_reading():
    assert one(2026, "reading_week", reading=WeekReading.FULL).start == date(2026, 4, 27)


def test_nth_weekday_refuses_a_fifth_that_is_not_there():
    with pytest.raises(ValueError, match="5th monday"):
        nth_weekday(2026, 2, 5, 0)


@pytest.mark.parametrize(
    ("id", "first", "last"),
    [
        ("constitution_day", 2014, None),
        ("legal_publicity_day_old", 2001, 2013),
        ("reading_week", 2026, None),
        ("family_edu_week", 2022, None),
        ("environment_day", 2015, None),
        ("ecology_day", 2023, None),
    ],
)
def test_days_of_year_honours_the_years_of_a_rule(id, first, last):
    assert id in ids(first)
    assert id not in ids(first - 1)
    if last:
        assert id in ids(last)
        assert id not in ids(last + 1)


@pytest.mark.parametrize(
    ("id", "year", "number"),
    [
        ("adv_law_in_force", 2026, 10),
        ("equality_policy_base", 2025, 30),
        ("womens_day", 2026, None),
    ],
)
def test_anniversaries_count_completed_years(id, year, number):
    assert one(year, id).anniversary == number


def test_days_of_year_takes_the_dates_of_a_notice():
    held = (date(2026, 4, 22), date(2026, 4, 28))
    found = {day.id: day for day in days_of_year(2026, {"reading_week": held, "qixi": None})}
    week = found["reading_week"]
    assert (week.start, week.end, week.by_notice) == (*held, True)
    assert "qixi" not in found
    assert one(2026, "reading_week").by_notice is False


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ({"nothing": None}, "no important day"),
        ({"qixi": (date(2026, 8, 20), date(2026, 8, 19))}, "before it starts"),
    ],
)
def test_days_of_year_refuses_a_wrong_override(overrides, words):
    with pytest.raises(ValueError, match=words):
        days_of_year(2026, overrides)


def test_days_of_year_is_in_order_and_works_out_a_year_once():
    found = days_of_year(2026)
    assert [day.start for day in found] == sorted(day.start for day in found)
    assert days_of_year(2026) is found


@given(st.integers(1, 9998))
def test_days_of_year_answers_for_any_year(year):
    for day in days_of_year(year):
        assert day.start <= day.day <= day.end


@pytest.mark.parametrize("rule", days.rules(), ids=lambda rule: rule.id)
def test_every_row_of_the_table_is_whole(rule):
    assert rule.name
    assert rule.name_en.isascii()
    assert rule.valid_from <= rule.valid_to
    assert rule.type is not RuleType.SOLAR_TERM or rule.term
    # what was read names its source; what was not says so
    assert rule.source or rule.status in {Status.RECALLED, Status.PRACTICE_VARIES}


def test_the_years_of_rows_with_one_id_do_not_overlap():
    for year in range(1990, 2041):
        found = [day.id for day in days_of_year(year)]
        assert len(found) == len(set(found))


def test_occurrence_has_an_english_name():
    day = one(2026, "evaw_day")
    assert day.name_in("en") == "International Day for the Elimination of Violence against Women"
    assert day.name_in("zh-hans") == "消除对妇女的暴力国际日"


def test_days_between_crosses_the_year():
    found = {day.id for day in days_between(date(2026, 12, 3), date(2027, 1, 1))}
    assert {"constitution_day", "constitution_week", "sixteen_days", "new_year"} <= found
    assert "aids_day" not in found


@pytest.mark.parametrize(
    ("text", "year", "official"),
    [
        ("11.25国际反家暴日", 2026, "消除对妇女的暴力国际日"),
        ("国际反家暴日", 2026, "消除对妇女的暴力国际日"),
        ("“11·25”反家暴日", 2026, "消除对妇女的暴力国际日"),
        ("１１．２５", 2026, "消除对妇女的暴力国际日"),
        ("11月25日", 2026, "消除对妇女的暴力国际日"),
        ("12.1防艾日", 2026, "世界艾滋病日"),
        ("12.4法制宣传日", 2026, "国家宪法日"),
        ("12.4法制宣传日等", 2015, "国家宪法日"),
        ("12.4法制宣传日", 2013, "全国法制宣传日"),
        ("12.4全国法制宣传日", 2013, ""),  # it is the official name of that year
        ("全国法制宣传日", 2026, "国家宪法日"),
        ("三八", 2026, "国际妇女节（三八国际劳动妇女节）"),
        ("“三八”节前后", 2026, "国际妇女节（三八国际劳动妇女节）"),
        ("3·8", 2026, "国际妇女节（三八国际劳动妇女节）"),
        ("庆祝“三八”国际劳动妇女节", 2026, ""),
        ("六五环境日", 2026, ""),
        ("世界环境日", 2026, "环境日（六五环境日）"),
        ("重阳节", 2026, ""),
        ("敬老节", 2026, "老年节（重阳节）"),
        ("三八维权周", 2026, ""),
        ("三八维权月", 2026, "三八维权周"),
        ("三八红旗手", 2026, ""),
        ("五一巾帼标兵岗", 2026, ""),
        ("五一", 2026, "国际劳动节"),
        ("5月15日前", 2026, ""),  # a due date, no day
        ("12.34", 2026, ""),
        ("2.5", 2026, ""),
        ("4月第四周读书周", 2025, ""),  # before there was one
        ("", 2026, ""),
        ("国家宪法日", 2012, ""),  # there was none yet
    ],
)
def test_full_name_for(text, year, official):
    assert full_name_for(text, year=year) == official


@given(st.text(max_size=30), st.integers(1990, 2040))
def test_day_meant_bears_any_text(text, year):
    day_meant(text, year=year)
