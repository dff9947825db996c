"""The parts of a plan paper: preamble, points, closing words, signature, attachments, a second plan."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from halfsky.plans.rules.reading.junk import is_date_line
from halfsky.plans.rules.reading.markers import RANK, MarkerKind, line_marker
from halfsky.plans.rules.reading.outline import Node, NumberedList, set_ends
from halfsky.plans.rules.reading.text import Line, Span
from halfsky.plans.rules.reading.title import looks_like_title

_ATTACHMENT = re.compile(r"附(?:件|表)?[\d一二三四五六]{0,2}\s*(?:[：.、]|$)")
_CLOSING = re.compile(
    r"(?:会议(?:指出|强调|要求|号召|认为|还)|未来|今后|展望|在新的一年|新的一年|总之|各项活动|各项工作|以上|同志们|让我们|"
    r"全(?:局|校|区|市|县|院|系统).{0,10}(?:要|将|上下)(?:以|在|更加|紧密)|各(?:单位|部门|地|科室|村|社区).{0,12}要(?:高度|充分|切实|结合|按照|根据|认真)|"
    r"望各|请各|特此|专此|此计划|本计划|本方案|本要点|以上计划)"
)


@dataclass(frozen=True, slots=True)
class Sections:
    """Where the parts of the paper stand in the clean text."""

    preamble: Span
    lists: tuple[NumberedList, ...]
    points_end: int
    closing: Span
    signatures: tuple[Span, ...]
    attachments: tuple[Span, ...]
    other_plans: tuple[Span, ...]
    issued: tuple[Span, ...]


def _signatures(lines: Sequence[Line]) -> list[Span]:
    """Return the places of signature and date of issue (落款): short names above a date line."""
    found = []
    content = [line for line in lines if not line.is_blank]
    for index, line in enumerate(content):
        if not is_date_line(line.text):
            continue
        first = index
        while first > 0 and index - first < 3:
            above = content[first - 1]
            if (
                len(above.text) > 30
                or re.search(r"[。，；：！\t]", above.text)
                or line_marker(above) is not None
            ):
                break
            if (
                looks_like_title(above.text) >= 3
                or is_date_line(above.text)
                or _ATTACHMENT.match(above.text)
            ):
                break
            first -= 1
        found.append(Span(content[first].span.start, line.span.end))
    return found


def _main_lists(lists: Sequence[NumberedList], start: int) -> list[NumberedList]:
    """Return the lists whose numbers are key points: the highest one and what stands beside it."""
    after = [numbered for numbered in lists if numbered.nodes[0].marker.start >= start] or list(
        lists
    )
    major = [
        x
        for x in after
        if not x.inline and RANK[x.kind] < RANK[MarkerKind.DIGIT] and x.kind is not MarkerKind.MONTH
    ]
    if not major:
        lined = [numbered for numbered in after if not numbered.inline]
        return lined or after[:1]
    first = next(index for index, numbered in enumerate(after) if numbered is major[0])
    main_rank = min(RANK[numbered.kind] for numbered in major)
    kept = []
    majors = {id(numbered) for numbered in major}
    for index, numbered in enumerate(after):
        is_main = id(numbered) in majors and RANK[numbered.kind] == main_rank
        is_long = index < first and not numbered.inline and len(numbered.nodes) >= 5
        if is_main or is_long or numbered.kind is MarkerKind.MONTH:
            kept.append(numbered)
    return kept


def divide(
    lines: Sequence[Line], lists: Sequence[NumberedList], title_end: int, text_end: int
) -> Sections:
    """Divide a paper into its parts and set where every point ends."""
    signatures = _signatures(lines)
    content = [line for line in lines if not line.is_blank]
    starts = [line.span.start for line in content]
    signed_at = [place.start for place in signatures]
    main = _main_lists(lists, title_end) if lists else []
    other_plans: list[Span] = []
    kept: list[NumberedList] = []
    end = text_end
    for numbered in main:
        start = numbered.nodes[0].marker.start
        if kept:
            last = kept[-1].nodes[-1].marker.start
            between = content[bisect_right(starts, last) : bisect_left(starts, start)]
            headline = next((line for line in between if looks_like_title(line.text) >= 3), None)
            signed = bisect_right(signed_at, last) < bisect_left(signed_at, start)
            again = numbered.kind is kept[0].kind and numbered.nodes[0].marker.number == 1
            if again and (headline is not None or signed):
                end = headline.span.start if headline is not None else start
                other_plans.append(Span(end, text_end))
                break
        kept.append(numbered)
    first_point = kept[0].nodes[0].marker.start if kept else text_end
    last_point = kept[-1].nodes[-1] if kept else None
    after = last_point.marker.start if last_point else title_end
    attachments = [
        line.span
        for line in content
        if after < line.span.start < end and _ATTACHMENT.match(line.text)
    ]
    stops = [place.start for place in (*signatures, *attachments) if place.start > after]
    points_end = min([*stops, end])
    closing_start = points_end
    if last_point is not None:
        closing_start = _closing(content, kept, points_end)
    _drop_after(kept, closing_start)
    set_ends(kept, closing_start)
    if len(kept) > 1:
        _cut_between(kept, content)
    return Sections(
        preamble=Span(
            min(title_end, first_point), first_point if kept else min(points_end, text_end)
        ),
        lists=tuple(kept),
        points_end=closing_start,
        closing=Span(closing_start, points_end),
        signatures=tuple(place for place in signatures if place.end <= end),
        attachments=tuple(attachments),
        other_plans=tuple(other_plans),
        issued=tuple(signatures),
    )


def _closing(content: Sequence[Line], lists: Sequence[NumberedList], end: int) -> int:
    """Return where the closing words after the last point begin, `end` if there are none."""
    nodes = [node for numbered in lists for node in numbered.nodes]
    last = nodes[-1]
    start = last.marker.start
    deepest = last
    while deepest.lists:
        deepest = deepest.lists[-1].nodes[-1]
    later = [line for line in content if deepest.marker.start < line.span.start < end]
    if last.marker.kind is MarkerKind.MONTH:
        return end
    opening = next((line for line in content if line.span.end > deepest.marker.start), None)
    bare = opening is not None and not re.search(r"[。；：]", opening.text)
    # The first line below a bare heading is that point's own, whatever it begins with.
    for line in later[1:] if bare else later:
        if _CLOSING.match(line.text) and "\t" not in line.text:
            return line.span.start
    others = nodes[:-1]
    starts = [node.marker.start for node in nodes]
    single = len(others) >= 2 and not any(node.lists for node in nodes)
    if single and later:
        counts = [0] * len(others)
        index = 0
        for line in content:
            while index + 1 < len(starts) and line.span.start >= starts[index + 1]:
                index += 1
            if index < len(others) and line.span.start >= starts[0]:
                counts[index] += 1
        # Every other point is one paragraph: what follows the last one is no longer its own.
        if all(count == 1 for count in counts) and later[0].span.start > start:
            return later[0].span.start
    return end


def _cut_between(lists: Sequence[NumberedList], content: Sequence[Line]) -> None:
    """End the last point of a list before the heading (title, attachment) of the next list."""
    starts = [line.span.start for line in content]
    for one, following in pairwise(lists):
        node: Node = one.nodes[-1]
        first = bisect_right(starts, node.marker.start)
        for line in content[first : bisect_left(starts, following.nodes[0].marker.start)]:
            if _ATTACHMENT.match(line.text) or looks_like_title(line.text) >= 3:
                _shorten(node, line.span.start)
                break


def _drop_after(lists: list[NumberedList], end: int) -> None:
    """Leave out points that stand in the closing words, the signature or the attachments."""
    for numbered in lists:
        numbered.nodes = [
            node for node in numbered.nodes if node.marker.start < end
        ] or numbered.nodes[:1]
        for node in numbered.nodes[-1:]:
            node.lists = [below for below in node.lists if below.nodes[0].marker.start < end]
            _drop_after(node.lists, end)


def _shorten(node: Node, end: int) -> None:
    node.end = min(node.end, end)
    for numbered in node.lists:
        for child in numbered.nodes:
            _shorten(child, end)
