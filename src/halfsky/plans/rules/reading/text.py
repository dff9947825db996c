"""Places in a text, the clean text beside the source, and the folded twin that rules look at.

Three texts belong to one paper:
- the *source*: as extracted, never changed;
- the *clean* text: the source without junk. It is made by leaving out only, so every character
  of it stands in the source too, and `CleanText` maps places both ways;
- the *folded* twin of either: same length, same offsets, but one way to write each mark
  (，for comma, “ for 「, 1 for １, 妇 for 婦). Rules match on it and quote from the original.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Generic, Protocol, TypeVar

from halfsky.plans.rules.reading.traditional import TO_SIMPLIFIED


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open place `text[start:end]`. Raises ValueError if it is turned round."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"not a place in a text: {self.start}..{self.end}")

    def __len__(self) -> int:
        return self.end - self.start

    def of(self, text: str) -> str:
        """Return the quoted text."""
        return text[self.start : self.end]

    def covers(self, other: "Span") -> bool:
        """Say whether `other` lies wholly inside."""
        return self.start <= other.start and other.end <= self.end

    def overlap(self, other: "Span") -> int:
        """Return how many characters both share."""
        return max(0, min(self.end, other.end) - max(self.start, other.start))


def _folding() -> dict[int, str]:
    table = dict(TO_SIMPLIFIED)
    # Full-width letters, digits and marks have their plain twin 0xFEE0 below.
    table |= {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    marks = {
        ",": "，", "﹐": "，", "､": "、", "﹑": "、", ";": "；", ":": "：", "?": "？", "!": "！",
        "(": "（", ")": "）", "﹙": "（", "﹚": "）", "｡": "。", "．": ".", "﹒": ".", "。": "。",
        "〝": "“", "〞": "”", "〟": "”", "「": "“", "」": "”", "『": "“", "』": "”", "＂": '"',
        "•": "·", "・": "·", "‧": "·", "∙": "·", "⋅": "·", "〜": "~", "∼": "~",
        "–": "-", "—": "-", "―": "-", "−": "-", "‐": "-", "‑": "-", "─": "-", "━": "-", "﹣": "-",
        "\u00a0": " ", "\u3000": " ", "\u2002": " ", "\u2003": " ", "\u2009": " ", "\u202f": " ",
        "\u200b": " ", "\ufeff": " ", "\u200e": " ", "\u2060": " ", "\r": " ",
        "\u2028": "\n", "\u2029": "\n", "\x0b": "\n", "\x0c": "\n", "\x85": "\n", "\x1c": "\n",
        "⼀": "一", "○": "〇", "◯": "〇",
    }  # fmt: skip
    table |= {ord(mark): plain for mark, plain in marks.items()}
    # A full-width mark must end where its half-width twin ends.
    for wide, plain in (("，", ","), ("；", ";"), ("：", ":"), ("？", "?"), ("！", "!")):
        table[ord(wide)] = table[ord(plain)] = wide
    table[ord("（")], table[ord("）")] = "（", "）"
    return table


_FOLDING = _folding()
# A half-width stop ends a sentence after a Chinese word (…促建功.开展…), not after a number (三. 3.8).
_STOP_AFTER_HAN = re.compile(
    r"(?<=[\u4e00-\u9fff”）》])(?<![一二三四五六七八九十百〇章节条分篇])\.(?=[\s\u4e00-\u9fff“《（\d]|$)"
)


def fold(text: str) -> str:
    """Return the twin of `text` on which rules match: same length, one way to write each mark."""
    return _STOP_AFTER_HAN.sub("。", text.translate(_FOLDING))


@dataclass(frozen=True, slots=True)
class Removed:
    """A place of the source that the clean text leaves out, and why."""

    span: Span
    reason: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a text without its line feed; `span` has the blanks at both ends cut off."""

    number: int
    span: Span
    text: str
    """The folded words of `span`."""

    @property
    def is_blank(self) -> bool:
        return not self.text


def lines_of(folded: str) -> list[Line]:
    """Return the lines of a folded text."""
    lines = []
    start = 0
    for number, raw in enumerate(folded.split("\n")):
        stripped = raw.strip()
        left = start + (len(raw) - len(raw.lstrip())) if stripped else start
        lines.append(Line(number, Span(left, left + len(stripped)), stripped))
        start += len(raw) + 1
    return lines


@dataclass(frozen=True, slots=True)
class CleanText:
    """The source without its junk, with the way back.

    `kept` are the places of the source that were kept, in order; their join is `text`.
    """

    text: str
    kept: tuple[Span, ...]
    removed: tuple[Removed, ...]
    folded: str = field(repr=False)
    _starts: tuple[int, ...] = field(repr=False)

    @classmethod
    def leaving_out(cls, source: str, removed: Iterable[Removed]) -> "CleanText":
        """Return `source` without the removed places (they may touch and overlap)."""
        ordered = sorted(
            (cut for cut in removed if len(cut.span)), key=lambda cut: (cut.span, cut.reason)
        )
        kept: list[Span] = []
        at = 0
        for cut in ordered:
            if cut.span.start > at:
                kept.append(Span(at, cut.span.start))
            at = max(at, cut.span.end)
        if at < len(source):
            kept.append(Span(at, len(source)))
        starts = []
        length = 0
        for piece in kept:
            starts.append(length)
            length += len(piece)
        text = "".join(piece.of(source) for piece in kept)
        return cls(text, tuple(kept), tuple(ordered), fold(text), tuple(starts))

    def to_source(self, span: Span) -> Span:
        """Return the place in the source of a place in the clean text.

        It reaches over junk that was cut out of its middle.
        """
        if not self.kept:
            return Span(0, 0)
        if not len(span):
            at = self._source_of(min(span.start, max(len(self.text) - 1, 0)))
            return Span(at, at)
        return Span(self._source_of(span.start), self._source_of(span.end - 1) + 1)

    def to_clean(self, span: Span) -> Span | None:
        """Return the place in the clean text of a place in the source, None if all was removed."""
        ends = [piece.end for piece in self.kept]
        first = bisect_right(ends, span.start)
        start = end = None
        for index in range(first, len(self.kept)):
            piece = self.kept[index]
            if piece.start >= span.end:
                break
            shared_start, shared_end = max(piece.start, span.start), min(piece.end, span.end)
            if shared_start < shared_end:
                shift = self._starts[index] - piece.start
                start = shared_start + shift if start is None else start
                end = shared_end + shift
        return None if start is None or end is None else Span(start, end)

    def _source_of(self, position: int) -> int:
        index = bisect_right(self._starts, position) - 1
        return self.kept[index].start + position - self._starts[index]


_OPENING = "“（《〈【〔‘[{"
_CLOSING = "”）》〉】〕’]}"
_PAIR = dict(zip(_CLOSING, _OPENING, strict=True))
_MARKS = re.compile(r"[“（《〈【〔‘\[{”）》〉】〕’\]}\n]")


def enclosed(folded: str) -> list[Span]:
    """Return the outermost places inside brackets and quotation marks, the marks included.

    A mark that is never closed on its line encloses nothing: pasted texts lose marks, and one
    lost mark must not swallow the rest of the document.
    """
    found: list[Span] = []
    open_marks: list[tuple[str, int]] = []
    for match in _MARKS.finditer(folded):
        mark, at = match.group(), match.start()
        if mark == "\n":
            open_marks.clear()
        elif mark in _OPENING:
            if len(open_marks) < 8:
                open_marks.append((mark, at))
        else:
            opener = _PAIR[mark]
            depth = next(
                (i for i in range(len(open_marks) - 1, -1, -1) if open_marks[i][0] == opener), None
            )
            if depth is not None:
                start = open_marks[depth][1]
                del open_marks[depth:]
                while found and found[-1].start >= start:
                    found.pop()
                found.append(Span(start, at + 1))
    return found


class Enclosures:
    """The brackets and quotations of a text, asked quickly: does this place stand inside one?"""

    __slots__ = ("_spans", "_starts")

    def __init__(self, folded: str) -> None:
        self._spans = enclosed(folded)
        self._starts = [span.start for span in self._spans]

    def around(self, position: int) -> Span | None:
        """Return the outermost bracket or quotation around a position, None if there is none."""
        index = bisect_right(self._starts, position) - 1
        if index >= 0 and position < self._spans[index].end:
            return self._spans[index]
        return None


def trimmed(folded: str, start: int, end: int, blanks: str = " \t\n") -> Span:
    """Return the span without blanks (or other given characters) at both ends."""
    while start < end and folded[start] in blanks:
        start += 1
    while end > start and folded[end - 1] in blanks:
        end -= 1
    return Span(start, end)


def without_blanks(text: str) -> str:
    """Return the text without any white space, as headings are compared."""
    return re.sub(r"\s+", "", text)


def between(spans: Iterable[Span], whole: Span) -> Iterator[Span]:
    """Yield what is left of `whole` between ordered, not overlapping `spans`."""
    edges = [whole.start]
    for span in spans:
        edges += [span.start, span.end]
    edges.append(whole.end)
    for index, (left, right) in enumerate(pairwise(edges)):
        if index % 2 == 0 and left < right:
            yield Span(left, right)


class HasSpan(Protocol):
    """Anything with a place."""

    @property
    def span(self) -> Span: ...


Found = TypeVar("Found", bound=HasSpan)


class InOrder(Generic[Found]):
    """Things found in a text, none overlapping another, asked quickly: which stand inside here?"""

    __slots__ = ("_starts", "items")

    def __init__(self, found: Iterable[Found] = ()) -> None:
        self.items: list[Found] = sorted(found, key=lambda one: one.span)
        self._starts = [one.span.start for one in self.items]

    def inside(self, place: Span) -> list[Found]:
        """Return what stands wholly inside a place, in order."""
        first, last = bisect_left(self._starts, place.start), bisect_right(self._starts, place.end)
        return [one for one in self.items[first:last] if one.span.end <= place.end]

    def overlaps(self, place: Span) -> bool:
        """Say whether something already stands in a part of the place."""
        index = bisect_left(self._starts, place.end)
        return index > 0 and self.items[index - 1].span.end > place.start

    def add(self, one: Found) -> None:
        """Put one more in, at its place."""
        index = bisect_right(self._starts, one.span.start)
        self._starts.insert(index, one.span.start)
        self.items.insert(index, one)
