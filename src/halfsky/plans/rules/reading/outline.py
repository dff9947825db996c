"""The outline (要点): which numbers open points, how they nest, where headings end.

Any numbering is read by the same two ideas, without a list of styles:
- a list goes on while its next number comes (（一） after it 1. 2. 3., then （二）: 1.–3. belong to （一）);
- a new list stands below whatever list still goes on after it, otherwise beside it.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from halfsky.plans.rules.reading.markers import RANK, Marker, MarkerKind, markers_of
from halfsky.plans.rules.reading.text import Enclosures, Line, Span, trimmed


class Role(StrEnum):
    """What a point is for."""

    FRAME = "frame"  # 指导思想, 总体要求: what the plan stands under, no work of its own
    WORK = "work"
    SUPPORT = "support"  # 保障措施: how the work is held up
    CALENDAR = "calendar"  # 三月份: the same work by month


ROLE_LABELS = {
    Role.FRAME: "总体要求",
    Role.WORK: "重点工作",
    Role.SUPPORT: "保障措施",
    Role.CALENDAR: "按月安排",
}

_FRAME = re.compile(
    r"(?:总体)?(?:指导思想|指导方针|总体要求|总体思路|总体目标|总要求|工作目标|目标定位|主要目标|"
    r"基本原则|工作原则|工作宗旨|工作背景|基本情况|形势分析|目的意义|活动目的|活动宗旨|重要意义|"
    r"回顾|.{0,4}成就|上年工作回顾|.{0,10}工作(?:总结|回顾)|.{0,6}总结|活动目标|活动时间|活动地点|活动对象|参加人员|参与对象|活动口号|情况分析|现状分析|.{0,6}分析|工作回顾|活动主题|目标要求|目标任务|指导思想和.{2,8}|总体要求和.{2,8}|"
    r"指导思想[、及与].{2,8}|总体要求[、及与].{2,8}|目标与任务|背景.{0,4}|前言|工作方针)"
)
_SUPPORT = re.compile(
    r"(?:注意事项|有关事项|其他事项|(?:组织|工作|制度|经费|服务|措施|人员)?保障(?:措施|机制|工作)?|工作要求|有关要求|几点要求|"
    r"相关要求|活动要求|组织领导|加强(?:组织)?领导|强化(?:组织)?(?:领导|保障)|组织实施|实施保障|"
    r"工作机制|责任主体.{0,6}|责任分工|职责分工|组织机构|实施步骤|方法步骤|推进机制|组织保障.{0,6}|"
    r"保障措施.{0,6}|考核.{0,4}|经费.{0,4})"
)


@dataclass(slots=True)
class Node:
    """One numbered point while the outline is being built; `end` is known at the end."""

    marker: Marker
    lists: list["NumberedList"] = field(default_factory=list)
    end: int = 0

    @property
    def children(self) -> list["Node"]:
        """The points directly below: of the list written highest, if there are several."""
        if not self.lists:
            return []
        top = min(_rank(numbered.kind, inline=numbered.inline) for numbered in self.lists)
        return [
            node
            for numbered in self.lists
            if _rank(numbered.kind, inline=numbered.inline) == top
            for node in numbered.nodes
        ]


@dataclass(slots=True)
class NumberedList:
    """Points that count on together."""

    kind: MarkerKind
    inline: bool
    nodes: list[Node] = field(default_factory=list)
    parent: int = 0

    @property
    def last(self) -> int:
        return self.nodes[-1].marker.number


def _rank(kind: MarkerKind, *, inline: bool) -> int:
    # 一是 … 二是 inside a paragraph is the lowest of all; at the head of paragraphs it is a real level.
    return (
        len(RANK)
        if inline and kind in (MarkerKind.IS, MarkerKind.MUST, MarkerKind.NTH)
        else RANK[kind]
    )


class _Lookahead:
    """Answers: which number of this kind comes next after this place?"""

    def __init__(self, markers: Sequence[Marker]) -> None:
        self._by_kind: dict[tuple[MarkerKind, bool], tuple[list[int], list[Marker]]] = {}
        for marker in markers:
            for key in {(marker.kind, True), (marker.kind, not marker.opens_line)}:
                starts, found = self._by_kind.setdefault(key, ([], []))
                starts.append(marker.start)
                found.append(marker)

    def next(self, kind: MarkerKind, after: int, *, also_inline: bool) -> Marker | None:
        starts, found = self._by_kind.get((kind, also_inline), ([], []))
        index = bisect_right(starts, after)
        return found[index] if index < len(found) else None


def _is_followed_inline(marker: Marker, ahead: _Lookahead) -> bool:
    """Say whether a number at the head of a line counts on within the same line."""
    following = ahead.next(marker.kind, marker.start, also_inline=True)
    if following is None or following.opens_line or following.line != marker.line:
        return False
    if following.number != marker.number + 1:
        return False
    below = ahead.next(marker.kind, marker.start, also_inline=False)
    return below is None or below.number != marker.number + 1


class _Builder:
    def __init__(self, markers: Sequence[Marker]) -> None:
        self.top: list[NumberedList] = []
        self._ahead = _Lookahead(markers)
        self._stack: list[NumberedList] = []
        self._last_closed: dict[MarkerKind, int] = {}

    def take(self, marker: Marker) -> None:
        if marker.kind is MarkerKind.MONTH:
            self._take_month(marker)
        elif not self._goes_on(marker):
            self._opens(marker)

    def _goes_on(self, marker: Marker) -> bool:
        """Put the marker into an open list whose next number it is."""
        for depth in range(len(self._stack) - 1, -1, -1):
            open_list = self._stack[depth]
            if open_list.kind is not marker.kind or not self._fits(marker, open_list):
                continue
            self._pop_to(depth + 1)
            open_list.nodes.append(Node(marker))
            return True
        return False

    def _fits(self, marker: Marker, open_list: NumberedList) -> bool:
        if marker.kind is MarkerKind.DECIMAL and marker.parent != open_list.parent:
            return False
        if marker.number == open_list.last + 1:
            if marker.opens_line:
                return True
            if open_list.inline:
                return True
            # Inside a line, but the list stands at the head of lines: only if no line brings it.
            below = self._ahead.next(marker.kind, marker.start, also_inline=False)
            return below is None or below.number != marker.number
        if (
            not marker.opens_line
            or open_list.inline
            or RANK[marker.kind] > RANK[MarkerKind.HAN_BRACKET]
        ):
            return False
        # A number written twice or left out: real documents do it, but only in their main lists.
        following = self._ahead.next(marker.kind, marker.start, also_inline=False)
        skipped = marker.number == open_list.last + 2
        repeated = marker.number == open_list.last > 1
        return skipped or (repeated and (following is None or following.number != 2))

    def _opens(self, marker: Marker) -> None:
        kind = marker.kind
        goes_on_from = self._last_closed.get(kind)
        runs_on = goes_on_from is not None and marker.number == goes_on_from + 1
        first_seen_late = (
            marker.opens_line
            and goes_on_from is None
            and kind in (MarkerKind.HAN, MarkerKind.HAN_BRACKET)
            and not any(open_list.kind is kind for open_list in self._stack)
            and 1 < marker.number <= 3
        )
        if marker.number != 1 and not runs_on and not first_seen_late:
            return
        if kind is MarkerKind.DECIMAL:
            holder = next(
                (x for x in reversed(self._stack) if x.kind is not MarkerKind.DECIMAL), None
            )
            if holder is None or holder.last != marker.parent or marker.number != 1:
                return
        inline = not marker.opens_line or _is_followed_inline(marker, self._ahead)
        following = self._ahead.next(kind, marker.start, also_inline=inline)
        if not marker.opens_line and (following is None or following.number != marker.number + 1):
            return  # one number alone inside a sentence is no list
        rank = _rank(kind, inline=inline)
        while self._stack:
            open_list = self._stack[-1]
            same = open_list.kind is kind and open_list.inline == inline
            if not same and (
                self._still_open(open_list, marker) or self._standing(open_list) < rank
            ):
                break
            self._pop_to(len(self._stack) - 1)
        new = NumberedList(kind, inline, [Node(marker)], marker.parent)
        (self._stack[-1].nodes[-1].lists if self._stack else self.top).append(new)
        self._stack.append(new)

    def _standing(self, open_list: NumberedList) -> float:
        """Return how high a list stands; 一是 at the head of paragraphs may be the main list."""
        sentence_like = open_list.kind in (MarkerKind.IS, MarkerKind.MUST, MarkerKind.NTH)
        if sentence_like and not open_list.inline and open_list is self._stack[0]:
            return RANK[MarkerKind.HAN] + 0.5
        return _list_rank(open_list)

    def _still_open(self, open_list: NumberedList, marker: Marker) -> bool:
        following = self._ahead.next(open_list.kind, marker.start, also_inline=open_list.inline)
        if following is None or following.number != open_list.last + 1:
            return False
        if open_list.inline and open_list.kind in (MarkerKind.IS, MarkerKind.MUST):
            # 一是…二是 in one paragraph does not reach over a later heading.
            return following.line == open_list.nodes[-1].marker.line
        return True

    def _take_month(self, marker: Marker) -> None:
        while self._stack and self._stack[-1].kind is not MarkerKind.MONTH:
            if _list_rank(self._stack[-1]) < RANK[MarkerKind.MONTH]:
                break
            self._pop_to(len(self._stack) - 1)
        if self._stack and self._stack[-1].kind is MarkerKind.MONTH:
            self._stack[-1].nodes.append(Node(marker))
            return
        new = NumberedList(MarkerKind.MONTH, False, [Node(marker)])
        (self._stack[-1].nodes[-1].lists if self._stack else self.top).append(new)
        self._stack.append(new)

    def _pop_to(self, depth: int) -> None:
        while len(self._stack) > depth:
            closed = self._stack.pop()
            self._last_closed[closed.kind] = closed.last


def _list_rank(numbered: NumberedList) -> int:
    return _rank(numbered.kind, inline=numbered.inline)


def _pruned(
    lists: list[NumberedList], usual: frozenset[MarkerKind] = frozenset()
) -> list[NumberedList]:
    """Leave out lists of one number that prove nothing (a lone 1. or （1） or 一是).

    A lone number at the head of a line stays where the points beside count with such numbers
    (`usual`): a section with one item only.
    """
    kept = []
    beside = frozenset(
        below.kind
        for numbered in lists
        for node in numbered.nodes
        for below in node.lists
        if len(below.nodes) > 1 and not below.inline
    )
    for numbered in lists:
        alone = len(numbered.nodes) == 1
        main = (
            RANK[numbered.kind] <= RANK[MarkerKind.HAN_BRACKET]
            and numbered.kind is not MarkerKind.MONTH
        )
        for node in numbered.nodes:
            node.lists = _pruned(node.lists, beside)
        if alone and (numbered.inline or not (main or numbered.kind in usual)):
            continue
        kept.append(numbered)
    return kept


def numbered_lists(lines: list[Line], enclosures: Enclosures) -> list[NumberedList]:
    """Return the outermost numbered lists of a text in order, each with what stands below it."""
    markers = list(markers_of(lines, enclosures))
    months = sum(marker.kind is MarkerKind.MONTH for marker in markers)
    if months == 1:
        markers = [marker for marker in markers if marker.kind is not MarkerKind.MONTH]
    builder = _Builder(markers)
    for marker in markers:
        builder.take(marker)
    return _pruned(builder.top)


def set_ends(lists: list[NumberedList], end: int) -> None:
    """Write into every node where it ends: before the next node, or at `end`."""
    following = end
    for numbered in reversed(lists):
        for node in reversed(numbered.nodes):
            node.end = max(following, node.marker.end)
            set_ends(node.lists, node.end)
            following = node.marker.start


_STOP = re.compile(r"[。：\n]")


def heading_span(node: Node, folded: str, enclosures: Enclosures) -> Span:
    """Return where the heading of a point stands.

    It ends at the first 。 or ： that is not inside a bracket or a quotation, at the end of the
    line, or before the first point below. A heading on the line after its number is found too.
    """
    start = node.marker.end
    if node.marker.kind is MarkerKind.MONTH:
        line_end = folded.find("\n", start, node.end)
        return trimmed(folded, start, line_end if line_end >= 0 else node.end, " \t\n：:")
    if node.marker.kind is MarkerKind.NAMED:
        end = folded.find("】", start)
        return trimmed(folded, start + 1, end if end > start else node.end)
    while start < node.end and folded[start] in " \t\n：":
        start += 1
    limit = node.end
    for numbered in node.lists:
        limit = min(limit, numbered.nodes[0].marker.start)
    end = max(start, limit)
    at = start
    while match := _STOP.search(folded, at, max(start, limit)):
        around = enclosures.around(match.start())
        if around is not None and match.group() != "\n" and around.start >= start:
            at = max(around.end, match.end())
            continue
        if match.group() == "：" and _is_clock(folded, match.start()):
            at = match.end()
            continue
        end = match.start()
        break
    if not node.marker.opens_line and (run_in := _RUN_IN.match(folded, start, end)):
        end = run_in.end()
    return trimmed(folded, start, end, " \t\n。：；，、")


# Where a page lost its line breaks, a usual heading ends where its first sentence begins.
_RUN_IN = re.compile(
    r"(?:指导思想|总体要求|总体思路|工作目标|总体目标|主要目标|工作思路|主要工作|主要任务|重点工作|工作重点|重点任务|工作要求|工作措施|主要措施|保障措施|组织领导|组织保障|活动目的|活动内容|活动安排)"
    r"(?=以|按|坚持|围绕|为(?!主)|全面|认真|深入|贯彻|根据|紧|高举|在|通过|我|今年|(?:19|20)\d\d)"
)


def _is_clock(folded: str, at: int) -> bool:
    return folded[at - 1 : at].isdecimal() and folded[at + 1 : at + 2].isdecimal()


def role_of(heading: str, kind: MarkerKind) -> Role:
    """Return what a point is for, judged by its (folded) heading alone."""
    bare = re.sub(r"\s", "", heading)
    if kind is MarkerKind.MONTH:
        return Role.CALENDAR
    if not bare:
        return Role.WORK
    if _FRAME.fullmatch(bare):
        return Role.FRAME
    if _SUPPORT.fullmatch(bare):
        return Role.SUPPORT
    return Role.WORK
