"""Status lights, near limits and the dated instances of recurring work."""

from datetime import date, timedelta

import pytest

from halfsky.plans.rules.coverage import Coverage, Covered, coverage
from halfsky.plans.rules.instances import instances
from halfsky.plans.rules.lights import Light, LightState, Reason, near_until, task_light, worst
from halfsky.plans.rules.reading.recurrence import Frequency

TODAY = date(2026, 11, 20)  # a Friday


def _is_workday(day: date) -> bool:
    return day.weekday() < 5


@pytest.mark.parametrize(
    ("workdays", "expected"),
    [(0, TODAY), (1, date(2026, 11, 23)), (5, date(2026, 11, 27)), (10, date(2026, 12, 4))],
)
def test_near_until_counts_working_days(workdays: int, expected: date) -> None:
    assert near_until(TODAY, workdays, _is_workday) == expected


@pytest.mark.parametrize(
    ("starts", "due", "closed", "expected"),
    [
        (0, -1, None, Light(LightState.LATE, Reason.OVERDUE_BY, 1)),
        (0, 0, None, Light(LightState.DUE, Reason.DUE_TODAY)),
        (0, 7, None, Light(LightState.DUE, Reason.DUE_IN, 7)),
        (0, 8, None, Light(LightState.OK, Reason.DUE_IN, 8)),
        (20, 40, None, Light(LightState.IDLE, Reason.NOT_BEGUN, 20)),
        (0, 5, 5, Light(LightState.DONE, Reason.CLOSED_IN_TIME)),
        (-9, -5, -2, Light(LightState.DONE, Reason.CLOSED_LATE, 3)),
    ],
)
def test_task_light(starts: int, due: int, closed: int | None, expected: Light) -> None:
    found = task_light(
        state="issued",
        starts_on=TODAY + timedelta(days=starts),
        due_on=TODAY + timedelta(days=due),
        closed_on=None if closed is None else TODAY + timedelta(days=closed),
        today=TODAY,
        near_until=TODAY + timedelta(days=7),
    )

    assert found == expected


def test_a_point_shows_its_worst_light() -> None:
    late = Light(LightState.LATE, Reason.OVERDUE_BY, 3)

    assert worst([Light(LightState.OK, Reason.DUE_IN, 30), late]) == late


@pytest.mark.parametrize(
    ("frequency", "expected"),
    [
        (Frequency.QUARTERLY, ["03-31", "06-30", "09-30", "12-31"]),
        (Frequency.ALL_YEAR, ["03-31", "06-30", "09-30", "12-31"]),
        (Frequency.HALF_YEARLY, ["06-30", "12-31"]),
        (Frequency.YEARLY, ["12-31"]),
    ],
)
def test_instances_fall_on_the_last_day_of_their_period(
    frequency: Frequency, expected: list[str]
) -> None:
    assert [f"{one.due_on:%m-%d}" for one in instances(frequency, 2026)] == expected


def test_february_of_a_leap_year_has_its_29th() -> None:
    assert date(2028, 2, 29) in [one.due_on for one in instances(Frequency.MONTHLY, 2028)]


def test_a_sentence_is_open_until_mapped_or_declared() -> None:
    sentences = [Covered(1, 0, 10, ""), Covered(2, 10, 20, "aim"), Covered(3, 20, 30, "")]

    assert coverage(sentences, [(3, 6)]) == {
        1: Coverage.MAPPED,
        2: Coverage.DECLARED,
        3: Coverage.OPEN,
    }
