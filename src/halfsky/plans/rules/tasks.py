"""Decisions about tasks: which ones a measure needs, and when one may be closed."""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from halfsky.plans.rules.reading.recurrence import Frequency
from halfsky.plans.rules.reading.whose import Whose

TITLE_LENGTH = 300
RATES = frozenset({"%", "％", "‰", "百分比"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """A task that a measure needs: its title and its days, both counted."""

    title: str
    starts_on: date
    due_on: date


class TaskRefused(StrEnum):
    """Why a change of a task is refused."""

    NOT_RUNNING = "not_running"
    NO_TITLE = "no_title"
    DUE_IN_THE_PAST = "due_in_the_past"
    TASK_ENDED = "task_ended"
    RECORD_NOT_DONE = "record_not_done"


QUARTERS = ("第一季度", "第二季度", "第三季度", "第四季度")
# Months of one instance. What goes on all year, continues or comes "regularly" names no date:
# it is looked at each quarter.
MONTHS_OF = {
    Frequency.MONTHLY: 1,
    Frequency.BIMONTHLY: 2,
    Frequency.QUARTERLY: 3,
    Frequency.ALL_YEAR: 3,
    Frequency.CONTINUOUS: 3,
    Frequency.REGULAR: 3,
    Frequency.HALF_YEARLY: 6,
    Frequency.YEARLY: 12,
}


def instances(frequency: Frequency, year: int) -> Iterator[tuple[date, date, str]]:
    """Yield first day, last day and name of each instance of a recurrence (频次) in `year`.

    Instances are whole months, quarters, halves, the year; weeks end on Fridays.
    """
    first = date(year, 1, 1)
    if frequency is Frequency.WEEKLY:
        friday = first + timedelta(days=(4 - first.weekday()) % 7)
        start, number = first, 1
        while friday.year == year:
            yield start, friday, f"第{number}周"
            start, friday, number = (
                friday + timedelta(days=1),
                friday + timedelta(days=7),
                number + 1,
            )
        return
    step = MONTHS_OF[frequency]
    for month in range(1, 13, step):
        last = month + step - 1
        end = date(year, last, calendar.monthrange(year, last)[1])
        name = {
            1: f"{month}月",
            2: f"{month}至{last}月",
            3: QUARTERS[(month - 1) // 3],
            6: "上半年" if month == 1 else "下半年",
            12: "",
        }[step]
        yield date(year, month, 1), end, name


def wanted_tasks(
    *,
    text: str,
    whose: str,
    nodes: Sequence[tuple[date, str]],
    due_on: date | None,
    recurrence: str,
    year: int,
) -> list[Wanted]:
    """Return the dated tasks of a measure, in order of their due dates.

    One for each date that the sentence names; else one for each instance of its recurrence, up to
    its due date if it has one; else one for its due date. What others do (关注) needs none. Dates
    before the adoption stay: such a task shows as overdue or is closed at once, it does not
    vanish. A task starts with its instance, else with the year. Raises ValueError for an unknown
    recurrence.
    """
    if whose == Whose.KNOW_ONLY:
        return []
    first = date(year, 1, 1)
    if nodes:
        spans = [(min(first, on), on, label) for on, label in sorted(nodes)]
    elif recurrence:
        last = due_on or date(year, 12, 31)
        spans = [
            (start, min(end, last), label)
            for start, end, label in instances(Frequency(recurrence), year)
            if start <= last
        ]
    elif due_on is not None:
        spans = [(min(first, due_on), due_on, "")]
    else:
        spans = []
    return [
        Wanted((f"{label}：{text}" if label else text)[:TITLE_LENGTH], start, end)
        for start, end, label in spans
    ]


def shares(number: int, unit: str, parts: int) -> list[int | None]:
    """Return the part of a target (目标值) that each of `parts` tasks carries; None where none.

    Shares differ by one at most, the larger ones last, and add up to the target. A rate is no sum:
    every task carries all of it.

    >>> shares(6, "名", 4), shares(1, "场", 2), shares(95, "%", 2)
    ([1, 1, 2, 2], [None, 1], [95, 95])
    """
    if unit in RATES:
        return [number] * parts
    share, rest = divmod(number, parts)
    return [(share + (place >= parts - rest)) or None for place in range(parts)]


def new_task_refusal(
    *, title: str, due_on: date, today: date, is_running: bool
) -> TaskRefused | None:
    """Return why a task cannot be added, or None."""
    if not is_running:
        return TaskRefused.NOT_RUNNING
    if not title.strip():
        return TaskRefused.NO_TITLE
    if due_on < today:
        return TaskRefused.DUE_IN_THE_PAST
    return None


def closing_refusal(
    *, state: str, is_running: bool, record_state: str | None
) -> TaskRefused | None:
    """Return why a task cannot be closed, or None: its record must say that the work is done."""
    if not is_running:
        return TaskRefused.NOT_RUNNING
    if state != "issued":
        return TaskRefused.TASK_ENDED
    if record_state != "done":
        return TaskRefused.RECORD_NOT_DONE
    return None
