"""Decisions about general tasks: values in, value out."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from halfsky.kernel.measures import ProgressState

NUMBER_LIMIT = 1_000_000  # of one entry: above it a slip of the keyboard


class EntryRefused(StrEnum):
    """Why an entry of progress cannot be taken."""

    FUTURE = "future"
    RECORD_ENDED = "record_ended"
    EMPTY = "empty"


class StateRefused(StrEnum):
    """Why a record cannot go to another state."""

    NOTHING_DONE = "nothing_done"
    REASON_MISSING = "reason_missing"


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


def state_refusal(
    *, to: str, entry_count: int, done_number: int, target_number: int | None, reason: str
) -> StateRefused | None:
    """Return why a record cannot go to the state `to`, or None when it may.

    Nothing is finished without an entry that says what was done. Finishing short of the target,
    and cancelling, need a reason: the year-end report tells it.
    """
    if to == ProgressState.DONE and not entry_count:
        return StateRefused.NOTHING_DONE
    if needs_reason(to=to, done_number=done_number, target_number=target_number) and not (
        reason.strip()
    ):
        return StateRefused.REASON_MISSING
    return None


def needs_reason(*, to: str, done_number: int, target_number: int | None) -> bool:
    """Whether going to the state `to` must be explained."""
    return to == ProgressState.CANCELLED or (
        to == ProgressState.DONE
        and not is_target_reached(done_number=done_number, target_number=target_number)
    )


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
