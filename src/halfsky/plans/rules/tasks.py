"""Decisions about tasks: which ones a measure needs, and when one may be closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from halfsky.plans.rules.instances import instances
from halfsky.plans.rules.reading.recurrence import Frequency
from halfsky.plans.rules.reading.whose import Whose

TITLE_LENGTH = 300


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

    One for each date that the sentence names; else one for each instance of its recurrence
    (全年 work gets quarterly checkpoints, since "all year" is no date; what happens once a year
    is due on its date, if it has one); else one for its due date.
    What others do (关注) needs none. Dates before the adoption stay: they show as overdue or are
    closed at once, they do not vanish. Work that comes back starts when its last instance ended.
    """
    if whose == Whose.KNOW_ONLY:
        return []
    first = date(year, 1, 1)
    ends: list[tuple[date, str]] = sorted(nodes)
    if not ends and recurrence and not (recurrence == Frequency.YEARLY and due_on):
        ends = [(instance.due_on, instance.label) for instance in instances(Frequency(recurrence), year)]
    if not ends and due_on is not None:
        ends = [(due_on, "")]
    tasks = []
    starts_on = first
    for end, label in ends:
        title = f"{label}：{text}" if label else text
        tasks.append(Wanted(title[:TITLE_LENGTH], min(starts_on, end), end))
        if recurrence and not nodes:
            starts_on = min(date.fromordinal(end.toordinal() + 1), date(year, 12, 31))
    return tasks


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
