"""Decisions about general tasks."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from halfsky.general import rules
from halfsky.general.rules import EntryRefused, StateRefused
from halfsky.general.sentences import why_refused

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("happened_on", "what", "record_state", "expected"),
    [
        (TODAY, "办了讲堂", "running", None),
        (TODAY - timedelta(days=400), "办了讲堂", "running", None),  # before the plan was adopted
        (TODAY + timedelta(days=1), "办了讲堂", "running", EntryRefused.FUTURE),
        (TODAY, "   ", "running", EntryRefused.EMPTY),
        (TODAY, "", "running", EntryRefused.EMPTY),
        (TODAY, "办了讲堂", "done", EntryRefused.RECORD_ENDED),
        (TODAY, "办了讲堂", "cancelled", EntryRefused.RECORD_ENDED),
        (TODAY + timedelta(days=1), "", "done", EntryRefused.RECORD_ENDED),  # the first reason wins
    ],
)
def test_entry_refusal(
    happened_on: date, what: str, record_state: str, expected: EntryRefused | None
) -> None:
    assert (
        rules.entry_refusal(
            happened_on=happened_on, what=what, record_state=record_state, today=TODAY
        )
        == expected
    )


@pytest.mark.parametrize(
    ("to", "entries", "done", "target", "reason", "expected"),
    [
        ("done", 1, 0, None, "", None),
        ("done", 0, 0, None, "做过了", StateRefused.NOTHING_DONE),
        ("done", 2, 5, 5, "", None),
        ("done", 2, 4, 5, "", StateRefused.REASON_MISSING),
        ("done", 2, 4, 5, "  ", StateRefused.REASON_MISSING),
        ("done", 2, 4, 5, "一场因台风取消", None),
        ("cancelled", 0, 0, None, "", StateRefused.REASON_MISSING),
        ("cancelled", 3, 9, 5, "并入别的任务", None),
        ("running", 0, 0, 5, "", None),
    ],
)
def test_state_refusal(
    to: str, entries: int, done: int, target: int | None, reason: str, expected: StateRefused | None
) -> None:
    assert (
        rules.state_refusal(
            to=to, entry_count=entries, done_number=done, target_number=target, reason=reason
        )
        == expected
    )


@pytest.mark.parametrize(
    ("record_state", "entry_count", "expected"),
    [
        ("running", 0, "not_started"),
        ("running", 1, "running"),
        ("done", 0, "done"),
        ("done", 3, "done"),
        ("cancelled", 3, "cancelled"),
    ],
)
def test_progress_state_is_counted(record_state: str, entry_count: int, expected: str) -> None:
    found = rules.progress_state(record_state=record_state, entry_count=entry_count)
    assert found == expected


@pytest.mark.parametrize(
    ("done", "target", "expected"),
    [(0, None, True), (0, 0, True), (4, 5, False), (5, 5, True), (6, 5, True)],
)
def test_is_target_reached(done: int, target: int | None, expected: bool) -> None:
    assert rules.is_target_reached(done_number=done, target_number=target) is expected


@pytest.mark.parametrize("code", [*EntryRefused, *StateRefused])
def test_every_refusal_has_its_sentence(code: str) -> None:
    said = why_refused(code)
    assert said.endswith("。")
    assert "！" not in said
