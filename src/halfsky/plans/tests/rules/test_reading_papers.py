"""The reader on documents that each show one trait of real ones."""

import pytest

from halfsky.library.papers import SourceText
from halfsky.plans.rules.reading import PlanReading, read_plan, to_json
from halfsky.plans.rules.reading.dates import DateKind
from halfsky.plans.tests.rules.papers import PAPERS, Paper


def _read(paper: Paper) -> PlanReading:
    return read_plan(SourceText(paper.text, page_title=paper.page_title))


papers = pytest.mark.parametrize("paper", PAPERS, ids=[paper.name for paper in PAPERS])


def papers_with(answer: str) -> pytest.MarkDecorator:
    """Take the papers that say what should be found of this kind."""
    asked = [paper for paper in PAPERS if getattr(paper, answer) is not None]
    return pytest.mark.parametrize("paper", asked, ids=[paper.name for paper in asked])


@papers
def test_read_plan_finds_title_and_year(paper: Paper) -> None:
    reading = _read(paper)

    assert (reading.title, reading.year) == (paper.title, paper.year)


@papers
def test_read_plan_finds_the_outermost_headings(paper: Paper) -> None:
    reading = _read(paper)

    assert tuple(point.heading for point in reading.key_points) == paper.headings


@papers_with("items")
def test_read_plan_counts_the_items_directly_below(paper: Paper) -> None:
    assert tuple(len(point.items) for point in _read(paper).key_points) == paper.items


@papers_with("days")
def test_read_plan_finds_days_of_events_and_deadlines(paper: Paper) -> None:
    found = [
        date for date in _read(paper).dates if date.kind in (DateKind.EVENT, DateKind.DEADLINE)
    ]

    assert tuple(date.date[-5:] for date in found if len(date.date) >= 5) == paper.days


@papers_with("owners")
def test_read_plan_finds_owners_of_their_points(paper: Paper) -> None:
    found = [
        (owner.unit, point.heading) for point in _read(paper).key_points for owner in point.owners
    ]

    assert tuple(found) == paper.owners


@papers_with("kinds")
def test_read_plan_knows_the_kind_of_each_points_first_measure(paper: Paper) -> None:
    points = [point for point in _read(paper).key_points if point.measures]

    assert tuple(point.measures[0].kind.value for point in points) == paper.kinds


@papers
def test_read_plan_leaves_out_junk_and_nothing_else(paper: Paper) -> None:
    reading = _read(paper)

    left = [words for words in paper.junk if words in reading.clean.text]
    assert left == []
    assert all(heading in reading.clean.text for heading in paper.headings)


@papers_with("hotlines")
def test_read_plan_names_hotlines_but_no_customer_service(paper: Paper) -> None:
    assert tuple(hotline.number for hotline in _read(paper).hotlines) == paper.hotlines


@papers
def test_read_plan_tells_what_it_could_not_do(paper: Paper) -> None:
    assert paper.notices <= set(_read(paper).notices)


@papers
def test_every_work_point_has_a_measure_with_reasons(paper: Paper) -> None:
    for point in _read(paper).key_points:
        if point.role == "frame":
            assert point.measures == ()
            continue
        assert point.measures, point.heading
        assert all(measure.reasons and measure.reasons[0].why for measure in point.measures)


@papers
def test_to_json_spans_point_into_the_source(paper: Paper) -> None:
    written = to_json(_read(paper))

    for point in written["key_points"]:
        start, end = point["heading_span"]
        assert paper.text[start:end].replace("\n", "") == point["heading"].replace("\n", "")
