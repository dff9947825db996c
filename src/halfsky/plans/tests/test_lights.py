"""Status lights: every reason, the days on which one becomes another, working days of the calendar."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from halfsky.kernel.workdays import is_workday
from halfsky.plans.rules import lights
from halfsky.plans.rules.lights import Light, LightState, Reason
from halfsky.plans.sentences import light_reason, light_word

TODAY = date(2026, 11, 24)
NEAR = date(2026, 12, 8)


@pytest.mark.parametrize(
    ("days_left", "expected"),
    [
        (-30, Light(LightState.LATE, Reason.OVERDUE_BY, 30)),
        (-1, Light(LightState.LATE, Reason.OVERDUE_BY, 1)),
        (0, Light(LightState.DUE, Reason.DUE_TODAY)),
        (1, Light(LightState.DUE, Reason.DUE_IN, 1)),
        (14, Light(LightState.DUE, Reason.DUE_IN, 14)),  # the last near day
        (15, Light(LightState.OK, Reason.DUE_IN, 15)),
        (37, Light(LightState.OK, Reason.DUE_IN, 37)),
    ],
)
def test_open_light_by_days_left(days_left: int, expected: Light) -> None:
    found = lights.open_light(
        starts_on=date(2026, 1, 1),
        due_on=TODAY + timedelta(days=days_left),
        today=TODAY,
        near_until=NEAR,
    )
    assert found == expected


@pytest.mark.parametrize(
    ("starts_on", "due_on", "expected"),
    [
        (date(2026, 11, 24), date(2026, 12, 31), Light(LightState.OK, Reason.DUE_IN, 37)),
        (date(2026, 11, 25), date(2026, 12, 31), Light(LightState.IDLE, Reason.NOT_BEGUN, 1)),
        (date(2026, 12, 1), date(2026, 12, 31), Light(LightState.IDLE, Reason.NOT_BEGUN, 7)),
        # near counts before not begun: little time is left either way
        (date(2026, 12, 1), date(2026, 12, 8), Light(LightState.DUE, Reason.DUE_IN, 14)),
        (None, date(2026, 12, 31), Light(LightState.OK, Reason.DUE_IN, 37)),
    ],
)
def test_open_light_before_the_start(starts_on: date | None, due_on: date, expected: Light) -> None:
    found = lights.open_light(starts_on=starts_on, due_on=due_on, today=TODAY, near_until=NEAR)
    assert found == expected


@pytest.mark.parametrize(
    ("closed_on", "expected"),
    [
        (date(2026, 10, 1), Light(LightState.DONE, Reason.CLOSED_IN_TIME)),
        (date(2026, 10, 31), Light(LightState.DONE, Reason.CLOSED_IN_TIME)),  # on the day itself
        (date(2026, 11, 1), Light(LightState.DONE, Reason.CLOSED_LATE, 1)),
        (date(2026, 11, 24), Light(LightState.DONE, Reason.CLOSED_LATE, 24)),
    ],
)
def test_task_light_of_a_closed_task(closed_on: date, expected: Light) -> None:
    found = lights.task_light(
        state="closed",
        starts_on=date(2026, 1, 1),
        due_on=date(2026, 10, 31),
        closed_on=closed_on,
        today=TODAY,
        near_until=NEAR,
    )
    assert found == expected


def test_task_light_of_a_cancelled_task_is_never_late() -> None:
    found = lights.task_light(
        state="cancelled",
        starts_on=date(2026, 1, 1),
        due_on=date(2026, 2, 1),
        closed_on=None,
        today=TODAY,
        near_until=NEAR,
    )
    assert found == Light(LightState.IDLE, Reason.CANCELLED)


@pytest.mark.parametrize(
    ("tasks", "done", "next_due_on", "expected"),
    [
        (0, 0, None, Light(LightState.IDLE, Reason.NOTHING_TO_DO)),
        (4, 4, None, Light(LightState.DONE, Reason.CLOSED_IN_TIME)),
        (4, 3, date(2026, 11, 20), Light(LightState.LATE, Reason.OVERDUE_BY, 4)),
        (4, 0, date(2026, 12, 31), Light(LightState.OK, Reason.DUE_IN, 37)),
    ],
)
def test_measure_light_is_that_of_its_most_urgent_open_task(
    tasks: int, done: int, next_due_on: date | None, expected: Light
) -> None:
    found = lights.measure_light(
        task_count=tasks, done_count=done, next_due_on=next_due_on, today=TODAY, near_until=NEAR
    )
    assert found == expected


def test_worst_prefers_late_then_more_days_late_then_fewer_days_left() -> None:
    late_1 = Light(LightState.LATE, Reason.OVERDUE_BY, 1)
    late_9 = Light(LightState.LATE, Reason.OVERDUE_BY, 9)
    due_2 = Light(LightState.DUE, Reason.DUE_IN, 2)
    due_5 = Light(LightState.DUE, Reason.DUE_IN, 5)
    done = Light(LightState.DONE, Reason.CLOSED_IN_TIME)
    assert lights.worst([done, due_5, late_1, late_9]) == late_9
    assert lights.worst([done, due_5, due_2]) == due_2
    assert lights.worst([done]) == done
    assert lights.worst([]) == Light(LightState.IDLE, Reason.NOTHING_TO_DO)


# 2026: 1–8 October off, 20 September and 10 October (a Sunday, a Saturday) worked in exchange;
# 15–23 February off, 14 and 28 February worked. Source: State Council notice for 2026.
@pytest.mark.parametrize(
    ("today", "workdays", "expected"),
    [
        (date(2026, 11, 20), 1, date(2026, 11, 23)),  # over an ordinary weekend
        (date(2026, 11, 20), 10, date(2026, 12, 4)),
        (date(2026, 9, 18), 1, date(2026, 9, 20)),  # a Sunday that is worked counts
        (date(2026, 9, 30), 1, date(2026, 10, 8)),  # over the holidays
        (date(2026, 9, 30), 3, date(2026, 10, 10)),  # a Saturday that is worked counts
        (date(2026, 2, 13), 1, date(2026, 2, 14)),
        (date(2026, 2, 14), 1, date(2026, 2, 24)),
        (date(2026, 11, 24), 0, date(2026, 11, 24)),
    ],
)
def test_near_until_counts_published_working_days(
    today: date, workdays: int, expected: date
) -> None:
    found = lights.near_until(today, workdays, lambda day: is_workday(day).is_workday)
    assert found == expected


@given(due=st.integers(-400, 400), start=st.integers(-400, 400), near=st.integers(0, 90))
def test_every_open_light_agrees_with_the_range_that_a_list_is_narrowed_to(
    due: int, start: int, near: int
) -> None:
    due_on, near_until = TODAY + timedelta(days=due), TODAY + timedelta(days=near)
    light = lights.open_light(
        starts_on=min(TODAY + timedelta(days=start), due_on),
        due_on=due_on,
        today=TODAY,
        near_until=near_until,
    )
    assert (light.state == LightState.LATE) == (due_on < TODAY)
    assert (light.state == LightState.DUE) == (TODAY <= due_on <= near_until)
    assert (light.state in {LightState.OK, LightState.IDLE}) == (due_on > near_until)
    assert light.days >= 0


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_its_words(reason: Reason) -> None:
    assert light_reason(Light(LightState.OK, reason, 3))


@pytest.mark.parametrize("state", list(LightState))
def test_every_state_has_its_word(state: LightState) -> None:
    assert light_word(state)
