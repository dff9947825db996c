"""Status lights (状态灯): computed from dates, never typed, always with their reason.

There is no single national rule for colours and thresholds (places use yellow, blue or orange for
"near"), so the number of working days is a setting and the words belong to the page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class LightState(StrEnum):
    """What a light says; the order is from most to least urgent."""

    LATE = "late"  # 逾期
    DUE = "due"  # 临期
    OK = "ok"  # 正常
    IDLE = "idle"  # 未开始
    DONE = "done"  # 办结


class Reason(StrEnum):
    """Why a light says so; `Light.days` fills in the number."""

    OVERDUE_BY = "overdue_by"  # 已超 n 天
    DUE_TODAY = "due_today"  # 今天到期
    DUE_IN = "due_in"  # 剩 n 天
    NOT_BEGUN = "not_begun"  # n 天后开始
    CLOSED_IN_TIME = "closed_in_time"  # 按期办结
    CLOSED_LATE = "closed_late"  # 逾期办结 n 天
    NOTHING_TO_DO = "nothing_to_do"  # 没有任务
    CANCELLED = "cancelled"  # 已取消


@dataclass(frozen=True, slots=True)
class Light:
    """A light with its reason and the calendar days that the reason counts."""

    state: LightState
    reason: Reason
    days: int = 0


def near_until(today: date, near_workdays: int, is_workday: Callable[[date], bool]) -> date:
    """Return the last day that counts as near (临期): `near_workdays` working days after `today`.

    `is_workday` knows holidays and make-up days.

    >>> near_until(date(2026, 11, 20), 2, lambda day: day.weekday() < 5)  # a Friday
    datetime.date(2026, 11, 24)
    """
    day = today
    left = near_workdays
    while left > 0:
        day += timedelta(days=1)
        if is_workday(day):
            left -= 1
    return day


def task_light(
    *,
    state: str,
    starts_on: date,
    due_on: date,
    closed_on: date | None,
    today: date,
    near_until: date,
) -> Light:
    """Return the light of one task. A task is overdue from the day after its due date."""
    if state == "cancelled":
        return Light(LightState.IDLE, Reason.CANCELLED)
    if closed_on is not None:
        late = (closed_on - due_on).days
        if late > 0:
            return Light(LightState.DONE, Reason.CLOSED_LATE, late)
        return Light(LightState.DONE, Reason.CLOSED_IN_TIME)
    return open_light(starts_on=starts_on, due_on=due_on, today=today, near_until=near_until)


def open_light(*, starts_on: date | None, due_on: date, today: date, near_until: date) -> Light:
    """Return the light of something open that is due on `due_on`."""
    left = (due_on - today).days
    if left < 0:
        return Light(LightState.LATE, Reason.OVERDUE_BY, -left)
    if due_on <= near_until:
        if left == 0:
            return Light(LightState.DUE, Reason.DUE_TODAY)
        return Light(LightState.DUE, Reason.DUE_IN, left)
    if starts_on is not None and starts_on > today:
        return Light(LightState.IDLE, Reason.NOT_BEGUN, (starts_on - today).days)
    return Light(LightState.OK, Reason.DUE_IN, left)


def measure_light(
    *,
    task_count: int,
    done_count: int,
    next_due_on: date | None,
    today: date,
    near_until: date,
) -> Light:
    """Return the light of a measure from its counters: that of its most urgent open task."""
    if task_count == 0:
        return Light(LightState.IDLE, Reason.NOTHING_TO_DO)
    if done_count >= task_count or next_due_on is None:
        return Light(LightState.DONE, Reason.CLOSED_IN_TIME)
    return open_light(starts_on=None, due_on=next_due_on, today=today, near_until=near_until)


URGENCY = {state: place for place, state in enumerate(LightState)}


def worst(lights: Iterable[Light]) -> Light:
    """Return the most urgent light; a point shows its worst measure. Ties go to more days late."""
    return min(
        lights,
        key=lambda light: (
            URGENCY[light.state],
            -light.days if light.state == LightState.LATE else light.days,
        ),
        default=Light(LightState.IDLE, Reason.NOTHING_TO_DO),
    )
