"""Decisions about general tasks: values in, value out."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from halfsky.kernel.measures import ProgressState


class EntryRefused(StrEnum):
    """Why an entry of progress cannot be taken."""

    FUTURE = "future"
    RECORD_ENDED = "record_ended"
    EMPTY = "empty"


def entry_refusal(
    *, happened_on: date, what: str, record_state: str, today: date
) -> EntryRefused | None:
    """Return why the entry is refused, or None when it may be written.

    An entry tells what has happened: it cannot lie in the future. Earlier than the period is
    allowed, since work is often begun before the plan is adopted.
    """
    if record_state != ProgressState.RUNNING:
        return EntryRefused.RECORD_ENDED
    if not what.strip():
        return EntryRefused.EMPTY
    if happened_on > today:
        return EntryRefused.FUTURE
    return None


def progress_state(*, record_state: str, entry_count: int) -> ProgressState:
    """Return how far a record is.

    A record without an entry has not started, whatever the calendar says: progress is counted.
    """
    if record_state in {ProgressState.DONE, ProgressState.CANCELLED}:
        return ProgressState(record_state)
    return ProgressState.RUNNING if entry_count else ProgressState.NOT_STARTED


def is_target_reached(*, done_number: int, target_number: int | None) -> bool:
    """Whether the counted number reaches the target; without a target, whether all is said."""
    return target_number is None or done_number >= target_number
