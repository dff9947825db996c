"""What must hold for any text whatever: no exception, places that fit, order, and time."""

import json
import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from halfsky.library.papers import SourceText
from halfsky.plans.rules.reading import CleanText, PlanReading, Span, read_plan, to_json
from halfsky.plans.rules.reading.text import Removed, enclosed, fold

PIECES = (
    "一、", "二、", "（一）", "(二)", "1.", "2．", "１、", "（1）", "①", "一是", "二是", "第一，", "第一章", "三月份", "1.1",
    "开展", "举办讲座", "加强学习", "促进和谐", "责任单位：", "牵头", "由办公室牵头", "会同区统计局", "完成时限：",
    "6月底前", "11.25国际反家暴日", "3月8日", "每月15日", "“六一”前后", "全年", "原定于", "20xx年", "2026年妇女工作要点",
    "第1页 共2页", "版权所有", "下载", "温馨提示：", "【第二篇】", "附件1：", "12338", "热线", "市妇联将",
    "，", "。", "；", "：", "、", "\n", "\n\n", "\t", " ", "　", "“", "”", "〞", "（", "）", "《", "》", "婦聯", "序号\t任务\t责任单位",
)  # fmt: skip
texts = st.one_of(
    st.text(max_size=300),
    st.lists(st.sampled_from(PIECES), max_size=60).map("".join),
    st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=6)), max_size=60).map("".join),
)


def _places(reading: PlanReading) -> list[Span]:
    places = [sentence.span for sentence in reading.sentences]
    for point in reading.key_points:
        places += [point.span, point.heading_span, *(item.span for item in point.items)]
        places += [measure.span for measure in point.measures]
        places += [owner.span for owner in point.owners]
    places += [date.span for date in reading.dates]
    places += [hotline.span for hotline in reading.hotlines]
    return places


@settings(max_examples=150, deadline=None)
@given(texts)
def test_read_plan_never_raises_and_its_places_fit(text: str) -> None:
    reading = read_plan(SourceText(text))

    assert all(place.end <= len(reading.clean.text) for place in _places(reading))
    assert all(date.text == date.span.of(reading.clean.text) for date in reading.dates)
    assert all(measure.text == measure.span.of(reading.clean.text) for measure in reading.measures)
    assert all(
        point.heading == point.heading_span.of(reading.clean.text) for point in reading.key_points
    )
    json.dumps(to_json(reading))


@settings(max_examples=80, deadline=None)
@given(texts)
def test_key_points_are_in_order_and_do_not_overlap(text: str) -> None:
    points = read_plan(SourceText(text)).key_points

    numbered = [point for point in points if point.items or point.printed]
    assert all(one.span.end <= other.span.start for one, other in pairwise(numbered))


@settings(max_examples=80, deadline=None)
@given(texts)
def test_read_plan_is_deterministic(text: str) -> None:
    assert to_json(read_plan(SourceText(text))) == to_json(read_plan(SourceText(text)))


@given(texts)
def test_fold_keeps_every_offset(text: str) -> None:
    assert len(fold(text)) == len(text)


@given(texts)
def test_enclosed_places_are_apart_and_in_order(text: str) -> None:
    places = enclosed(fold(text))

    assert all(one.end <= other.start for one, other in pairwise(places))


@given(
    st.text(max_size=80),
    st.lists(st.tuples(st.integers(0, 80), st.integers(0, 80)), max_size=6),
    st.data(),
)
def test_clean_text_maps_both_ways(
    text: str, cuts: list[tuple[int, int]], data: st.DataObject
) -> None:
    removed = [
        Removed(Span(min(a, b, len(text)), min(max(a, b), len(text))), "site") for a, b in cuts
    ]
    clean = CleanText.leaving_out(text, removed)
    if not clean.text:
        return
    start = data.draw(st.integers(0, len(clean.text) - 1))
    end = data.draw(st.integers(start + 1, len(clean.text)))

    source = clean.to_source(Span(start, end))

    assert text[source.start] == clean.text[start]
    assert text[source.end - 1] == clean.text[end - 1]
    assert clean.to_clean(source) == Span(start, end)


ADVERSARIES = {
    "ones": "一是" * 1,
    "brackets": "（",
    "closing": "）",
    "quotes": "“",
    "commas": "，",
    "by": "由学校",
    "by_comma": "由，",
    "dates": "1月",
    "ranges": "6月1日至",
    "digits": "1",
    "dotted": "1.1、",
    "spaces": " ",
    "lines": "\n",
    "markers": "1、\n",
    "han_markers": "一、\n",
    "labels": "责任单位：",
    "units": "区局",
    "titles": "2026年工作要点\n",
    "together": "会同区",
    "verbs": "开展，",
    "tabs": "任务\t责任单位\n",
    "named": "3.8妇女",
    "aims": "不断提高，",
    "each": "每",
    "pipes": "|",
    "arrows": "首页 > ",
    "latin": "a ",
    "dots": "…",
    "page": "第1页",
    "is_lines": "一是加强\n二是\n",
    "by_units": "由学校负责，",
    "counts": "全年不少于4次，",
    "months": "每月",
    "times": "5月，",
    "for_whom": "为女职工送，",
    "festivals": "“六一”儿童节、",
    "named_days": "3月8日妇女节",
    "run_in": "工作1.",
    "bare_numbers": "1 a\n",
    "named_lines": "【好好】\n",
    "stops": "抓.加",
}
PLAN_HEAD = "某局2026年妇女工作要点\n一、加强学习。做好工作。\n二、办好实事。"


@pytest.mark.parametrize("head", ["", PLAN_HEAD], ids=["alone", "in_a_point"])
@pytest.mark.parametrize("piece", ADVERSARIES.values(), ids=ADVERSARIES)
def test_reading_work_grows_no_faster_than_the_text(piece: str, head: str) -> None:
    def work(size: int) -> float:
        """Processor seconds of this process alone: another process's load does not count."""
        text = head + (piece * (size // len(piece) + 1))[:size]
        started = time.process_time()
        read_plan(SourceText(text))
        return time.process_time() - started

    small = min(work(6_000) for _ in range(2))
    large = min(work(48_000) for _ in range(2))

    # Eight times the text: eight times the work if it is linear, sixty-four if it is quadratic.
    assert large < 28 * small + 0.2
