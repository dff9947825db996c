"""The reader on whole documents of many families, and on the same documents changed in form."""

import re

import pytest

from halfsky.library.papers import SourceText
from halfsky.plans.rules.reading import PlanReading, read_plan
from halfsky.plans.rules.reading.dates import DateKind
from halfsky.plans.rules.reading.text import fold
from halfsky.plans.tests.rules.blind_papers import BLIND_PAPERS, LAST_PAPERS
from halfsky.plans.tests.rules.changes import (
    CHANGES,
    Change,
    blank_lines,
    indented,
    narrow_marks,
    on_a_sharing_page,
    wide_digits,
)
from halfsky.plans.tests.rules.papers import PAPERS
from halfsky.plans.tests.rules.wider_papers import WIDER_PAPERS, WiderPaper

ALL_WIDER = (*WIDER_PAPERS, *BLIND_PAPERS, *LAST_PAPERS)
papers = pytest.mark.parametrize("paper", ALL_WIDER, ids=[paper.name for paper in ALL_WIDER])

# Lines broken in mid-sentence: a blank line or an indent after each of them is another paper.
HARD_WRAPPED = {
    "ocr_hard_wraps",
    "brackets_below_the_last_is",
    "pdf_page_cut_in_sentence",
    "pdf_running_heads",
}
# Taken the other way by a careful reader too: 配合校医院 names who leads, 推荐…申报 is work of its own.
NOT_REACHED = {
    "校医院",
    "开展“巾帼文明岗”创建，推荐3个窗口科室申报",
    "开展“师德标兵”评选，9月8日前公布名单",
    "选树五一巾帼标兵岗30个，5月底前完成评审",
}


def _read(text: str, page_title: str | None = None) -> PlanReading:
    return read_plan(SourceText(text, page_title=page_title))


def _bare(words: str) -> str:
    return re.sub(r"\s", "", words)


@papers
def test_headings_items_title_and_year(paper: WiderPaper) -> None:
    reading = _read(paper.text, paper.page_title)

    assert _bare(reading.title or "") == _bare(paper.title or "")
    assert reading.year == paper.year
    assert tuple(_bare(point.heading) for point in reading.key_points) == paper.headings
    assert tuple(len(point.items) for point in reading.key_points) == paper.items


@papers
def test_dates_of_events_and_deadlines(paper: WiderPaper) -> None:
    found = {
        (_bare(date.text), date.date[-5:] if len(date.date) > 5 else date.date)
        for date in _read(paper.text).dates
        if date.kind in (DateKind.EVENT, DateKind.DEADLINE) and date.date
    }

    def told(text: str, day: str, listed: tuple[str, ...]) -> bool:
        return any(
            (text in words or words in text) and day[-5:] == date[-5:]
            for words, date in (one.split("=") for one in listed)
        )

    missed = [one for one in paper.dates if not any(told(text, day, (one,)) for text, day in found)]
    wrong = [one for one in sorted(found) if not told(*one, (*paper.dates, *paper.maybe))]
    assert (missed, wrong) == ([], [])


@papers
def test_owners_of_each_point(paper: WiderPaper) -> None:
    found = {
        (index, owner.unit)
        for index, point in enumerate(_read(paper.text).key_points, start=1)
        for owner in point.owners
    }
    expected = {
        (int(one.split(":")[0]), unit)
        for one in paper.owners
        for unit in one.split(":")[1].split()
        if unit not in NOT_REACHED
    }

    assert found == expected


@papers
def test_measures_and_their_kinds(paper: WiderPaper) -> None:
    measures = _read(paper.text).measures
    wrong = []
    for words, kinds in paper.expected_measures():
        if words in NOT_REACHED:
            continue
        # A measure holds the words wholly, or nearly so when they run over its end.
        shared = [
            (sum(pair in _bare(m.text) for pair in _pairs(words)) / max(len(words) - 1, 1), m)
            for m in measures
        ]
        best, measure = max(shared, key=lambda one: one[0], default=(0.0, None))
        if measure is None or best < 0.6 or measure.kind.value not in kinds:
            wrong.append((words, measure and (measure.text, measure.kind.value)))
    assert wrong == []


def _pairs(words: str) -> list[str]:
    return [words[i : i + 2] for i in range(len(words) - 1)]


@papers
def test_hotlines_and_no_other_numbers(paper: WiderPaper) -> None:
    assert {hotline.number for hotline in _read(paper.text).hotlines} == set(paper.hotlines)


def _seen(text: str) -> tuple[object, ...]:
    """Return what is read, without the way it is written."""

    def plain(words: str) -> str:
        return re.sub(r"[\s“”\"]", "", fold(words))

    reading = _read(text)
    points = reading.key_points
    return (
        tuple(plain(point.heading) for point in points),
        tuple(len(point.items) for point in points),
        {
            date.date[-5:]
            for date in reading.dates
            if date.kind in (DateKind.EVENT, DateKind.DEADLINE)
        },
        {(plain(owner.unit), plain(p.heading)) for p in points for owner in p.owners},
        {hotline.number for hotline in reading.hotlines},
    )


TEXTS = {paper.name: paper.text for paper in (*ALL_WIDER, *PAPERS)}


CHANGED = [
    (name, change)
    for name in TEXTS
    for change in CHANGES
    if not (name in HARD_WRAPPED and change in (blank_lines, indented))
]


@pytest.mark.parametrize(
    ("name", "change"), CHANGED, ids=[f"{name}-{change.__name__}" for name, change in CHANGED]
)
def test_the_form_of_a_paper_does_not_change_what_is_read(name: str, change: Change) -> None:
    assert _seen(change(TEXTS[name])) == _seen(TEXTS[name])


@pytest.mark.parametrize("name", TEXTS)
def test_several_changes_at_once_do_not_either(name: str) -> None:
    changed = on_a_sharing_page(narrow_marks(wide_digits(TEXTS[name])))

    assert _seen(changed) == _seen(TEXTS[name])


def test_a_list_of_is_reads_like_a_numbered_one() -> None:
    paper = next(one for one in ALL_WIDER if one.name == "seed_like_finance_bureau")
    numbered = re.sub(r"(?m)^([一二三四五])是", r"\1、", paper.text)

    assert _seen(numbered) == _seen(paper.text)


def test_a_paper_cut_at_the_page_width_keeps_its_words_whole() -> None:
    paper = next(one for one in ALL_WIDER if one.name == "court_four_levels")
    cut = "\n".join(
        line[at : at + 24] for line in paper.text.split("\n") for at in range(0, len(line) or 1, 24)
    )

    assert _seen(cut) == _seen(paper.text)


def test_paragraphs_joined_into_one_keep_their_points() -> None:
    paper = next(one for one in ALL_WIDER if one.name == "seed_like_finance_bureau")
    head, body = paper.text.split("2026年是", 1)
    joined = head + "2026年是" + body.replace("。\n", "。")

    assert _seen(joined) == _seen(paper.text)
