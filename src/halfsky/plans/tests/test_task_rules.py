"""Which tasks a measure needs, how a line of text becomes one, where days stand on the time line."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from halfsky.plans.rules import quoting, tasks, timeline
from halfsky.plans.rules.reading.recurrence import Frequency
from halfsky.plans.rules.task_line import TaskLine, read_task_line
from halfsky.plans.rules.tasks import TaskRefused, Wanted
from halfsky.plans.rules.timeline import Label

TODAY = date(2026, 11, 20)  # a Friday


def day(text: str) -> date:
    return date.fromisoformat(f"2026-{text}")


def wanted(**fields: object) -> list[Wanted]:
    given_fields = {
        "text": "办讲座", "whose": "own", "nodes": [], "due_on": None, "recurrence": "", "year": 2026,
        **fields,
    }  # fmt: skip
    return tasks.wanted_tasks(**given_fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, []),
        ({"due_on": day("10-31")}, [Wanted("办讲座", day("01-01"), day("10-31"))]),
        (
            {"due_on": date(2025, 12, 20)},
            [Wanted("办讲座", date(2025, 12, 20), date(2025, 12, 20))],
        ),
        (
            {
                "nodes": [(day("12-04"), "宪法日"), (day("11-25"), "反家暴日")],
                "recurrence": "quarterly",
            },
            [
                Wanted("反家暴日：办讲座", day("01-01"), day("11-25")),
                Wanted("宪法日：办讲座", day("01-01"), day("12-04")),
            ],
        ),
        (
            {"recurrence": "half_yearly"},
            [
                Wanted("上半年：办讲座", day("01-01"), day("06-30")),
                Wanted("下半年：办讲座", day("07-01"), day("12-31")),
            ],
        ),
        ({"recurrence": "yearly"}, [Wanted("办讲座", day("01-01"), day("12-31"))]),
        (  # 一年一度, and the document says until when
            {"recurrence": "yearly", "due_on": day("10-31")},
            [Wanted("办讲座", day("01-01"), day("10-31"))],
        ),
        (  # the last instance ends with the due date, later ones do not begin
            {"recurrence": "quarterly", "due_on": day("08-15")},
            [
                Wanted("第一季度：办讲座", day("01-01"), day("03-31")),
                Wanted("第二季度：办讲座", day("04-01"), day("06-30")),
                Wanted("第三季度：办讲座", day("07-01"), day("08-15")),
            ],
        ),
        ({"whose": "know_only", "recurrence": "monthly"}, []),
    ],
)
def test_wanted_tasks(fields: dict[str, object], expected: list[Wanted]) -> None:
    assert wanted(**fields) == expected


@pytest.mark.parametrize(
    ("recurrence", "number", "last_title"),
    [
        ("monthly", 12, "12月：办讲座"),
        ("bimonthly", 6, "11至12月：办讲座"),
        ("quarterly", 4, "第四季度：办讲座"),
        ("all_year", 4, "第四季度：办讲座"),
        ("continuous", 4, "第四季度：办讲座"),
        ("regular", 4, "第四季度：办讲座"),
        ("half_yearly", 2, "下半年：办讲座"),
        ("yearly", 1, "办讲座"),
        ("weekly", 52, "第52周：办讲座"),
    ],
)
def test_wanted_tasks_of_each_recurrence(recurrence: str, number: int, last_title: str) -> None:
    found = wanted(recurrence=recurrence)
    assert (len(found), found[-1].title) == (number, last_title)


def test_wanted_tasks_refuses_an_unknown_recurrence() -> None:
    with pytest.raises(ValueError, match="fortnightly"):
        wanted(recurrence="fortnightly")


def test_wanted_tasks_cuts_a_title_that_is_too_long() -> None:
    [task] = wanted(text="字" * 400, due_on=day("10-31"))
    assert len(task.title) == tasks.TITLE_LENGTH


@given(frequency=st.sampled_from(list(Frequency)), year=st.integers(2000, 2100))
def test_instances_follow_each_other_through_the_year(frequency: Frequency, year: int) -> None:
    found = list(tasks.instances(frequency, year))
    assert found[0][0] == date(year, 1, 1)
    for (_start, end, _name), (start, _end, _name2) in pairwise(found):
        assert (start - end).days == 1
    assert all(start <= end and end.year == year for start, end, _name in found)
    assert (date(year, 12, 31) - found[-1][1]).days < 7


@pytest.mark.parametrize(
    ("number", "unit", "parts", "expected"),
    [
        (6, "名", 1, [6]),
        (6, "名", 4, [1, 1, 2, 2]),
        (12, "次", 12, [1] * 12),
        (2, "场", 2, [1, 1]),
        (1, "场", 2, [None, 1]),
        (0, "场", 2, [None, None]),
        (95, "%", 2, [95, 95]),
    ],
)
def test_shares_of_a_target(number: int, unit: str, parts: int, expected: list[int | None]) -> None:
    assert tasks.shares(number, unit, parts) == expected


@given(number=st.integers(0, 10**6), parts=st.integers(1, 60))
def test_shares_add_up_to_the_target(number: int, parts: int) -> None:
    assert sum(share or 0 for share in tasks.shares(number, "次", parts)) == number


@pytest.mark.parametrize(
    ("title", "due_on", "is_running", "expected"),
    [
        ("布置展板", TODAY, True, None),
        ("布置展板", day("11-19"), True, TaskRefused.DUE_IN_THE_PAST),
        (" 　", TODAY, True, TaskRefused.NO_TITLE),
        ("布置展板", TODAY, False, TaskRefused.NOT_RUNNING),
    ],
)
def test_new_task_refusal(
    title: str, due_on: date, is_running: bool, expected: TaskRefused | None
) -> None:
    found = tasks.new_task_refusal(title=title, due_on=due_on, today=TODAY, is_running=is_running)
    assert found == expected


@pytest.mark.parametrize(
    ("state", "is_running", "record_state", "expected"),
    [
        ("issued", True, "done", None),
        ("issued", True, "running", TaskRefused.RECORD_NOT_DONE),
        ("issued", True, "not_started", TaskRefused.RECORD_NOT_DONE),
        ("issued", True, "cancelled", TaskRefused.RECORD_NOT_DONE),
        ("issued", True, None, TaskRefused.RECORD_NOT_DONE),
        ("closed", True, "done", TaskRefused.TASK_ENDED),
        ("cancelled", True, "done", TaskRefused.TASK_ENDED),
        ("issued", False, "done", TaskRefused.NOT_RUNNING),
    ],
)
def test_closing_refusal(
    state: str, is_running: bool, record_state: str | None, expected: TaskRefused | None
) -> None:
    found = tasks.closing_refusal(state=state, is_running=is_running, record_state=record_state)
    assert found == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("布置展板", TaskLine("布置展板")),
        ("  布置   展板 ", TaskLine("布置 展板")),
        ("布置展板 @李敏 12月1日", TaskLine("布置展板", "李敏", "", day("12-01"))),
        ("布置展板 12月1日 @李敏", TaskLine("布置展板", "李敏", "", day("12-01"))),
        ("@李敏12月1日 布置展板", TaskLine("布置展板", "李敏", "", day("12-01"))),
        ("＠ 李敏，布置展板，12.1", TaskLine("布置展板", "李敏", "", day("12-01"))),
        ("布置展板 @李敏/办公室", TaskLine("布置展板", "李敏", "办公室")),
        ("布置展板 12月1日前", TaskLine("布置展板", due_on=day("12-01"))),
        ("布置展板 12月1号", TaskLine("布置展板", due_on=day("12-01"))),
        ("布置展板 12/1", TaskLine("布置展板", due_on=day("12-01"))),
        ("布置展板 2027-01-05", TaskLine("布置展板", due_on=date(2027, 1, 5))),
        ("布置展板 2027年1月5日", TaskLine("布置展板", due_on=date(2027, 1, 5))),
        ("Set up boards Dec 1", TaskLine("Set up boards", due_on=day("12-01"))),
        ("Set up boards december 1, 2027", TaskLine("Set up boards", due_on=date(2027, 12, 1))),
        ("布置展板 今天", TaskLine("布置展板", due_on=TODAY)),
        ("布置展板 明天", TaskLine("布置展板", due_on=day("11-21"))),
        ("布置展板 大后天", TaskLine("布置展板", due_on=day("11-23"))),
        ("布置展板 周五", TaskLine("布置展板", due_on=TODAY)),
        ("布置展板 周一", TaskLine("布置展板", due_on=day("11-23"))),  # the next one
        ("布置展板 本周一", TaskLine("布置展板", due_on=day("11-16"))),
        ("布置展板 下周三", TaskLine("布置展板", due_on=day("11-25"))),
        ("布置展板 月底", TaskLine("布置展板", due_on=day("11-30"))),
        ("布置展板 下月底", TaskLine("布置展板", due_on=day("12-31"))),
        ("布置展板 年底", TaskLine("布置展板", due_on=day("12-31"))),
        ("布置展板 9月底前", TaskLine("布置展板", due_on=day("09-30"))),
        # a day inside the words stays there; of several the last counts
        ("11.25主题宣传日展板", TaskLine("11.25主题宣传日展板")),
        ("11月25日宣传 12月1日", TaskLine("11月25日宣传", due_on=day("12-01"))),
        ("发放3.8折手册", TaskLine("发放3.8折手册")),
        ("讲座 12月1日 12月4日", TaskLine("讲座 12月1日", due_on=day("12-04"))),
        # days that do not exist are said to be wrong, not guessed
        ("布置展板 2月30日", TaskLine("布置展板", wrong="2月30日")),
        ("布置展板 13月1日", TaskLine("布置展板", wrong="13月1日")),
        ("布置展板 13月底", TaskLine("布置展板", wrong="13月底")),
        ("", TaskLine("")),
        ("@李敏 12月1日", TaskLine("", "李敏", "", day("12-01"))),
    ],
)
def test_read_task_line(line: str, expected: TaskLine) -> None:
    assert read_task_line(line, year=2026, today=TODAY) == expected


@given(st.text(max_size=80))
def test_read_task_line_takes_any_text(line: str) -> None:
    read = read_task_line(line, year=2026, today=TODAY)
    assert not (read.due_on and read.wrong)


TEXT = "由办公室牵头，三月举办讲座，工会配合。"


def test_quoted_greys_the_context_and_marks_what_was_found() -> None:
    found = quoting.quoted(
        TEXT, shown=(0, len(TEXT)), meant=(7, 13), marks=[(1, 4, "owner"), (7, 9, "date")]
    )
    assert [(part.text, part.around, part.mark) for part in found] == [
        ("由", True, ""),
        ("办公室", True, "owner"),
        ("牵头，", True, ""),
        ("三月", False, "date"),
        ("举办讲座", False, ""),
        ("，工会配合。", True, ""),
    ]


@given(
    edges=st.lists(st.integers(-5, 30), min_size=4, max_size=4),
    marks=st.lists(
        st.tuples(st.integers(-5, 30), st.integers(-5, 30), st.sampled_from(["date", "owner"])),
        max_size=6,
    ),
)
def test_quoted_loses_no_sign(edges: list[int], marks: list[tuple[int, int, str]]) -> None:
    first, last = sorted(min(max(edge, 0), len(TEXT)) for edge in edges[:2])
    start, end = sorted(edges[2:])
    found = quoting.quoted(TEXT, shown=(first, last), meant=(start, end), marks=marks)
    assert "".join(part.text for part in found) == TEXT[first:last]


def test_place_labels_puts_neighbours_on_lanes_and_the_last_ones_leftward() -> None:
    found = timeline.place_labels([(0.2, 0.1), (0.25, 0.1), (0.95, 0.1)])
    assert found == [
        Label(0.2, 0.1, 1),
        Label(0.25, 0.1, 2),
        Label(0.95, 0.1, 1, leftward=True),
    ]


@given(
    st.lists(st.tuples(st.floats(0, 0.999), st.floats(0.01, 0.3)), max_size=25),
    st.floats(0, 0.999),
)
def test_place_labels_never_covers_anything(
    wanted_labels: list[tuple[float, float]], now: float
) -> None:
    today = Label(now, 0.0, 0)
    placed = [label for label in timeline.place_labels(wanted_labels, [today]) if label.lane]
    for place, label in enumerate(placed):
        assert 0 <= label.span[0] <= label.span[1] <= 1
        for other in placed[place + 1 :]:
            if label.lane == other.lane:
                apart = label.span[1] <= other.span[0] or other.span[1] <= label.span[0]
                assert apart
            else:
                high, low = sorted((label, other), key=lambda one: one.lane or 0)
                assert not low.span[0] <= high.x <= low.span[1]
        assert not label.span[0] <= now <= label.span[1]


@pytest.mark.parametrize("year", [2024, 2026])
def test_place_in_year_runs_from_the_first_day_to_just_before_the_next(year: int) -> None:
    assert timeline.place_in_year(date(year, 1, 1)) == 0
    assert 0.997 < timeline.place_in_year(date(year, 12, 31)) < 1
