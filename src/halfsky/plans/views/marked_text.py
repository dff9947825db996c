"""A plan's clean text as a page shows it: paragraphs, sentences with their state, marks, measures.

Written in Python, not in a template: a document of 1,000 sentences has some 5,000 pieces.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from halfsky.plans import labels
from halfsky.plans.models import Mark, Measure, Plan, Sentence
from halfsky.plans.queries.review import Outline
from halfsky.plans.rules.coverage import Coverage
from halfsky.plans.sentences import day

MARK_CLASSES = {"date": "hl-d", "hotline": "hl-p", "owner": "hl-o", "partner": "hl-c"}
STATES = {Coverage.MAPPED: "m", Coverage.DECLARED: "d", Coverage.OPEN: "o"}
HEADING_WITHIN = 400  # characters of a point in which its heading is looked for
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One line of the clean text."""

    number: int
    start: int
    end: int
    label: str
    html: Markup
    is_title: bool


@dataclass
class _Line:
    start: int
    end: int
    sentences: list[Sentence] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    measures: list[Measure] = field(default_factory=list)
    headings: list[Span] = field(default_factory=list)


def measure_labels(outline: Outline) -> dict[int, str]:
    """The number of each measure as people call it: 4.2 is the second of the fourth point."""
    return {
        measure.pk: f"{number}.{place}"
        for number, point in enumerate(outline.points, start=1)
        for place, measure in enumerate(point.measures, start=1)
    }


class MarkedText:
    """The paragraphs of a plan's text."""

    def __init__(self, plan: Plan, outline: Outline, numbers: Mapping[int, str]) -> None:
        self.text = plan.clean_text.text
        self.outline = outline
        self.numbers = numbers
        self.words = {key: str(label) for key, label in labels.DECLARATIONS.items()}
        self.mark_words = {key: str(label) for key, label in labels.MARKS.items()}
        self.lines: list[_Line] = []
        at = 0
        for line in self.text.split("\n"):
            if line.strip():
                self.lines.append(_Line(at, at + len(line)))
            at += len(line) + 1
        self._starts = [line.start for line in self.lines]
        self._body = min((s.start for s in outline.sentences), default=len(self.text))
        self._sort_in()

    def _around(self, start: int, end: int) -> list[_Line]:
        """The lines that a span touches."""
        first = max(0, bisect_right(self._starts, start) - 1)
        last = bisect_left(self._starts, end)
        return [line for line in self.lines[first:last] if line.end > start]

    def _sort_in(self) -> None:
        for sentence in self.outline.sentences:
            for line in self._around(sentence.start, sentence.end):
                line.sentences.append(sentence)
        for mark in self.outline.marks:
            for line in self._around(mark.start, mark.end):
                line.marks.append(mark)
        for point in self.outline.points:
            for measure in point.measures:
                for line in self._around(measure.start, measure.end):
                    line.measures.append(measure)
            for line in self._around(*(span := self._heading(point.point))):
                line.headings.append(span)

    def _heading(self, point: object) -> Span:
        """Where a point's heading stands in the text."""
        start, end, heading = point.start, point.end, point.heading  # type: ignore[attr-defined]
        at = self.text.find(heading, start, min(end, start + HEADING_WITHIN))
        if at >= 0:
            return start, at + len(heading)
        first = min((s.start for s in self.outline.sentences if s.start >= start), default=end)
        stop = self.text.find("\n", start)
        return start, min(end, first if first > start else end, stop if stop > start else end)

    def paragraphs(self, touching: Iterable[Span] | None = None) -> list[Paragraph]:
        """All paragraphs, or those that overlap one of some spans."""
        wanted = None
        if touching is not None:
            wanted = {line.start for span in touching for line in self._around(*span)}
        found = []
        count = 0
        for number, line in enumerate(self.lines):
            is_title = line.end <= self._body and not line.headings and count == 0
            if not is_title:
                count += 1
            if wanted is None or line.start in wanted:
                label = "" if is_title else _("段%(n)s") % {"n": count}
                found.append(
                    Paragraph(number, line.start, line.end, label, self._line(line), is_title)
                )
        return found

    def _line(self, line: _Line) -> Markup:
        parts: list[Markup] = []
        at = line.start
        for sentence in sorted(line.sentences, key=lambda s: s.start):
            start, end = max(sentence.start, at), min(sentence.end, line.end)
            if start > at:
                parts.append(self._plain(line, at, start))
            if end > start:
                parts.append(self._sentence(line, sentence, start, end))
            at = max(at, end)
        if at < line.end:
            parts.append(self._plain(line, at, line.end))
        return Markup("").join(parts)

    def _plain(self, line: _Line, start: int, end: int) -> Markup:
        return Markup('<span data-a="{}">{}</span>').format(start, self._pieces(line, start, end))

    def _sentence(self, line: _Line, sentence: Sentence, start: int, end: int) -> Markup:
        state = STATES[self.outline.coverage[sentence.pk]]
        first = start == sentence.start
        ident = f"s-{sentence.pk}" if first else f"s-{sentence.pk}-{start}"
        last = end == sentence.end
        return Markup(
            '<span class="sn {}" id="{}" data-i="{}" data-a="{}" data-e="{}" tabindex="-1">{}{}</span>'
        ).format(
            state, ident, sentence.pk, start, sentence.end, self._pieces(line, start, end),
            self._sign(line, sentence, state) if last else "",
        )  # fmt: skip

    def _sign(self, line: _Line, sentence: Sentence, state: str) -> Markup:
        """What became of the sentence, as a word behind it."""
        if state == "m":
            found = [m for m in line.measures if m.start < sentence.end and m.end > sentence.start]
            return Markup("").join(
                Markup('<a class="st m" href="#m-{}" title="{}">{}</a>').format(
                    m.pk, _("对应的举措"), self.numbers[m.pk]
                )
                for m in found[:4]
            )
        if state == "d":
            return Markup('<a class="st d" href="?sentence={0}#s-{0}">{1}</a>').format(
                sentence.pk, self.words.get(sentence.declared, sentence.declared)
            )
        return Markup('<a class="st o" href="?sentence={0}#s-{0}">{1}</a>').format(
            sentence.pk, _("待定")
        )

    def _pieces(self, line: _Line, start: int, end: int) -> Markup:
        """The text of a stretch, cut where a mark, a heading or a measure begins or ends."""
        marks = [m for m in line.marks if m.start < end and m.end > start]
        measures = [m for m in line.measures if m.start < end and m.end > start]
        headings = [h for h in line.headings if h[0] < end and h[1] > start]
        if not marks and not measures and not headings:
            return escape(self.text[start:end])
        cuts = {start, end}
        for first, last in (
            *headings, *((m.start, m.end) for m in marks), *((m.start, m.end) for m in measures)
        ):  # fmt: skip
            cuts.add(max(start, first))
            cuts.add(min(end, last))
        order = sorted(cuts)
        parts = []
        for first, last in pairwise(order):
            parts.append(self._piece(first, last, marks, measures, headings))
        return Markup("").join(parts)

    def _piece(
        self, start: int, end: int, marks: list[Mark], measures: list[Measure], headings: list[Span]
    ) -> Markup:
        classes: dict[str, None] = {}
        attributes = Markup("")
        if any(first <= start and last >= end for first, last in headings):
            classes["hl-k"] = None
        for mark in marks:
            if mark.start <= start and mark.end >= end:
                classes[MARK_CLASSES.get(mark.kind, "hl-o")] = None
                said = self.mark_words.get(mark.kind, "")
                if mark.on:
                    said = f"{said} {day(mark.on)}"
                attributes = Markup(' title="{}"').format(said)
                if mark.start == start:
                    attributes += Markup(' id="k-{}"').format(mark.pk)
        held = [str(m.pk) for m in measures if m.start <= start and m.end >= end]
        if held:
            attributes += Markup(' data-m="{}"').format(" ".join(held))
        text = escape(self.text[start:end])
        if not classes and not attributes:
            return text
        named = Markup(' class="{}"').format(" ".join(classes)) if classes else ""
        return Markup("<span{}{}>{}</span>").format(named, attributes, text)
