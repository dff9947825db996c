"""A task written in one line: "布置展板 @李敏 12月1日"."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAYS = {sign: number for number, sign in enumerate("一二三四五六日")} | {"天": 6, "末": 6}

_PERSON = re.compile(r"[@＠]\s?([^\s\d@＠，,；;。、/]{1,20})(?:/([^\s@＠，,；;。]{1,40}))?")
_BEFORE = r"(?:之?前|前完成|止|截止)?"
_DAY = re.compile(
    rf"""(?<![^\s，,；;、。])(?:
      (?P<year>\d{{4}})[-./年]\s?(?P<month>\d{{1,2}})[-./月]\s?(?P<day>\d{{1,2}})日?
    | (?P<month2>\d{{1,2}})月(?P<day2>\d{{1,2}})[日号]?
    | (?P<month3>\d{{1,2}})[./-](?P<day3>\d{{1,2}})
    | (?P<name>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s(?P<day4>\d{{1,2}})(?:,\s?(?P<year4>\d{{4}}))?
    | (?P<word>今天|明天|后天|大后天|today|tomorrow)
    | (?P<week>本|这|下)?(?:周|星期)(?P<weekday>[一二三四五六日天末])
    | (?P<end>本月底|这个月底|下月底|下个月底|月底|年底|年末)
    | (?P<monthend>\d{{1,2}})月(?:底|末)
    ){_BEFORE}(?![^\s，,；;、。])""",
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class TaskLine:
    """What a line says. `owner` and its `unit` are as typed; `wrong` is a day that does not exist."""

    title: str
    owner: str = ""
    unit: str = ""
    due_on: date | None = None
    wrong: str = ""


def read_task_line(line: str, *, year: int, today: date) -> TaskLine:
    """Return what a line says of a new task: @ before the person, the last day that stands alone.

    A day inside the words ("11.25主题宣传") belongs to the title. A day without a year is in `year`,
    the plan's; 今天, 周五 and 月底 are counted from `today`. 人/科室 tells persons of one name apart.

    >>> read_task_line("布置展板 @李敏 12月1日", year=2026, today=date(2026, 11, 20))
    TaskLine(title='布置展板', owner='李敏', unit='', due_on=datetime.date(2026, 12, 1), wrong='')
    """
    owner = unit = ""
    person = _PERSON.search(line)
    if person:
        owner, unit = person[1], person[2] or ""
        line = f"{line[: person.start()]} {line[person.end() :]}"
    found = list(_DAY.finditer(line))
    if not found:
        return TaskLine(_tidy(line), owner, unit)
    day = found[-1]
    title = _tidy(f"{line[: day.start()]} {line[day.end() :]}")
    due_on = _day_of(day, year=year, today=today)
    return TaskLine(title, owner, unit, due_on, "" if due_on else day[0].strip())


def _tidy(text: str) -> str:
    return " ".join(text.split()).strip(" ，,；;、。")


def _day_of(match: re.Match[str], *, year: int, today: date) -> date | None:
    """The day that a match means; None if the calendar has none such."""
    if match["word"]:
        ahead = {"今天": 0, "today": 0, "明天": 1, "tomorrow": 1, "后天": 2, "大后天": 3}
        return today + timedelta(days=ahead[match["word"].lower()])
    if match["weekday"]:
        monday = today - timedelta(days=today.weekday())
        day = monday + timedelta(days=WEEKDAYS[match["weekday"]] + 7 * (match["week"] == "下"))
        return day + timedelta(days=7) if day < today and not match["week"] else day
    if match["end"]:
        if match["end"] in {"年底", "年末"}:
            return date(year, 12, 31)
        months = today.year * 12 + today.month - 1 + match["end"].startswith("下")
        return _last_of(months // 12, months % 12 + 1)
    if match["monthend"]:
        month = int(match["monthend"])
        return _last_of(year, month) if 1 <= month <= 12 else None
    month = (
        MONTHS.index(match["name"].lower()) + 1
        if match["name"]
        else int(match["month"] or match["month2"] or match["month3"])
    )
    day_of_month = int(match["day"] or match["day2"] or match["day3"] or match["day4"])
    try:
        return date(int(match["year"] or match["year4"] or year), month, day_of_month)
    except ValueError:
        return None


def _last_of(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])
