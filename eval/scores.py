"""Compare a reading with what people found in the same document (gold).

What counts as a hit:
- **headings**: of the outermost list, compared without white space and without a closing stop,
  otherwise exactly. Points that the gold calls optional may be found or left out.
- **items**: for each heading that was found, the number of items directly below must be the same;
  every gold point with items and every found point with items is one case.
- **dates**: kinds event and deadline. "days" are those exact to a day, "months" the others, "dates" both.
  A text and date named several times counts once. A day is a hit when its date is
  the same and one of the two texts contains the other (white space left out): a gold text may
  carry a word more ("9月开展") so that it can be found again.
- **owners**: (unit, heading of the point).
- **measures** (seed): a gold fragment is recalled when one proposed measure's span covers at least
  60 % of its characters; a proposal is precise when at least half of its characters lie in one gold
  fragment, or it covers at least 60 % of one.
- **kinds** (seed): of each recalled fragment, the proposal that covers it most; right when its kind
  maps to one of the gold's words.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from halfsky.plans.rules.reading import PlanReading, Span
from halfsky.plans.rules.reading.dates import DateKind
from halfsky.plans.rules.reading.kinds import MeasureKind

GOLD_KINDS: Mapping[MeasureKind, frozenset[str]] = {
    MeasureKind.STUDY: frozenset({"study"}),
    MeasureKind.PUBLICITY: frozenset({"campaign"}),
    MeasureKind.CAMPAIGN: frozenset({"campaign"}),
    MeasureKind.RESEARCH: frozenset({"research/survey"}),
    MeasureKind.HOTLINE: frozenset({"hotline/case work"}),
    MeasureKind.CONTEST: frozenset({"competition"}),
    MeasureKind.AWARD: frozenset({"award"}),
    MeasureKind.FAMILY_AWARD: frozenset({"award"}),
    MeasureKind.COLUMN: frozenset({"publicity column"}),
    MeasureKind.READING: frozenset({"culture & sport", "campaign"}),
    MeasureKind.PARENT_CHILD: frozenset({"culture & sport", "campaign"}),
    MeasureKind.LECTURE_SERIES: frozenset({"lecture series"}),
    MeasureKind.EXPERT_DIRECTORY: frozenset({"expert directory"}),
    MeasureKind.HEALTH_CHECK: frozenset({"health check"}),
    MeasureKind.VOLUNTEERING: frozenset({"volunteering"}),
    MeasureKind.CULTURE_SPORT: frozenset({"culture & sport"}),
    MeasureKind.TRAINING: frozenset({"training"}),
    MeasureKind.INDICATOR_POLICY: frozenset({"indicator/policy"}),
    MeasureKind.CONCERNS: frozenset({"indicator/policy"}),
    MeasureKind.RULE: frozenset({"indicator/policy"}),
    MeasureKind.OTHER: frozenset(),
}


@dataclass
class Tally:
    """Hits, wrong finds and misses, each miss and wrong find with its words."""

    hits: int = 0
    precise: int | None = None
    """Precise proposals, where several may make one hit; else as many as hits."""
    wrong: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float | None:
        right = self.hits if self.precise is None else self.precise
        found = right + len(self.wrong)
        return right / found if found else None

    @property
    def recall(self) -> float | None:
        there = self.hits + len(self.missed)
        return self.hits / there if there else None

    @property
    def f1(self) -> float | None:
        precision, recall = self.precision, self.recall
        if precision is None and recall is None:
            return None
        precision, recall = precision or 0.0, recall or 0.0
        return 2 * precision * recall / (precision + recall) if precision + recall else 0.0

    def add(self, other: "Tally") -> None:
        """Take another document's cases in."""
        if self.precise is not None or other.precise is not None:
            self.precise = self._right() + other._right()
        self.hits += other.hits
        self.wrong += other.wrong
        self.missed += other.missed

    def _right(self) -> int:
        return self.hits if self.precise is None else self.precise

    def as_json(self) -> dict[str, Any]:
        return {
            "precision": self.precision, "recall": self.recall, "f1": self.f1,
            "hits": self.hits, "wrong": self.wrong, "missed": self.missed,
        }  # fmt: skip


def plain_heading(heading: str) -> str:
    """Return a heading as it is compared."""
    return re.sub(r"\s", "", heading).rstrip("。.；;：:，,、")


def _pairs(text: str) -> str:
    return re.sub(r"\s", "", text)


def score_headings(reading: PlanReading, gold: Mapping[str, Any]) -> Tally:
    """Score the headings of the outermost list."""
    tally = Tally()
    found = [plain_heading(point.heading) for point in reading.key_points]
    for point in gold["key_points"]:
        heading = plain_heading(point["heading"])
        if heading in found:
            found.remove(heading)
            tally.hits += not point.get("optional")
        elif not point.get("optional"):
            tally.missed.append(heading)
    tally.wrong += found
    return tally


def score_items(reading: PlanReading, gold: Mapping[str, Any]) -> Tally:
    """Score the number of items below each point that the gold requires."""
    tally = Tally()
    found = {plain_heading(point.heading): len(point.items) for point in reading.key_points}
    for point in gold["key_points"]:
        if point.get("optional"):
            continue
        heading = plain_heading(point["heading"])
        count = found.get(heading, 0)
        if count == point["items"]:
            tally.hits += count > 0
            continue
        if point["items"]:
            tally.missed.append(f"{heading}: {point['items']}")
        if count:
            tally.wrong.append(f"{heading}: {count}")
    return tally


def score_dates(reading: PlanReading, gold: Mapping[str, Any], *, exact_to_day: bool) -> Tally:
    """Score dates of kind event and deadline, either those exact to a day or the months."""
    tally = Tally()

    def is_day(date: str) -> bool:
        return len(date) in (5, 10)

    kinds = (DateKind.EVENT, DateKind.DEADLINE)
    found = {
        (_pairs(date.text), date.date[-5:] if is_day(date.date) else date.date)
        for date in reading.dates
        if date.kind in kinds and date.date and is_day(date.date) == exact_to_day
    }
    asked = [
        date
        for date in gold["dates"]
        if date["kind"] in kinds and is_day(date["date"]) == exact_to_day
    ]
    # A gold date that stands so in the text takes its own find, before a longer one claims it.
    for date in sorted(asked, key=lambda one: len(_pairs(one["text"]))):
        text, day = _pairs(date["text"]), date["date"][-5:] if exact_to_day else date["date"]
        same = {one for one in found if one[1] == day and (one[0] in text or text in one[0])}
        if same:
            found -= {one for one in same if one[0] == text} or same
            tally.hits += 1
        else:
            tally.missed.append(f"{date['text']} → {date['date']}")
    told = [
        (_pairs(one["text"]), one["date"][-5:] if exact_to_day else one["date"]) for one in asked
    ]
    tally.wrong += [
        f"{text} → {day}"
        for text, day in sorted(found)
        if not any(day == other and (text in words or words in text) for words, other in told)
    ]
    return tally


def score_owners(reading: PlanReading, gold: Mapping[str, Any]) -> Tally:
    """Score owners by unit and heading."""
    tally = Tally()
    found = {
        (owner.unit, plain_heading(point.heading))
        for point in reading.key_points
        for owner in point.owners
    }
    for owner in gold["owners"]:
        key = (owner["unit"], plain_heading(owner["heading"]))
        if key in found:
            found.discard(key)
            tally.hits += 1
        else:
            tally.missed.append(" · ".join(key))
    tally.wrong += [" · ".join(key) for key in sorted(found)]
    return tally


def _fragments(
    text: str, gold: Iterable[Mapping[str, Any]]
) -> list[tuple[Mapping[str, Any], Span]]:
    placed = []
    at = 0
    for measure in gold:
        start = text.find(measure["fragment"], at)
        if start < 0:
            start = text.find(measure["fragment"])
        if start < 0:
            raise ValueError(f"the gold fragment does not stand in its text: {measure['fragment']}")
        placed.append((measure, Span(start, start + len(measure["fragment"]))))
        at = start
    return placed


def score_measures(reading: PlanReading, text: str, gold: Mapping[str, Any]) -> tuple[Tally, Tally]:
    """Score proposed measures and their kinds; only documents with gold measures have any."""
    measures, kinds = Tally(), Tally()
    if "measures" not in gold:
        return measures, kinds
    proposals = [(measure, reading.clean.to_source(measure.span)) for measure in reading.measures]
    fragments = _fragments(text, gold["measures"])
    recalled = 0
    for fragment, place in fragments:
        best, span = max(
            proposals, key=lambda one: one[1].overlap(place), default=(None, Span(0, 0))
        )
        if best is None or span.overlap(place) < 0.6 * len(place):
            measures.missed.append(fragment["fragment"])
            continue
        recalled += 1
        if GOLD_KINDS[best.kind] & set(fragment["kinds"]):
            kinds.hits += 1
        else:
            kinds.missed.append(
                f"{fragment['fragment']} → {best.kind} ({'/'.join(fragment['kinds'])})"
            )
    measures.hits = recalled
    precise = 0
    for measure, place in proposals:
        overlap, longest = max(
            ((place.overlap(span), len(span)) for _, span in fragments), default=(0, 1)
        )
        if overlap >= 0.5 * len(place) or overlap >= 0.6 * longest:
            precise += 1
        else:
            measures.wrong.append(measure.text)
    # One fragment may be proposed in two pieces: precision counts proposals, recall fragments.
    measures.precise = precise
    return measures, kinds
