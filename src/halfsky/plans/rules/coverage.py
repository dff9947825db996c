"""Coverage: every sentence that asks for work is mapped by a measure or declared with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Declaration(StrEnum):
    """Why a sentence needs no measure."""

    AIM = "aim"  # 总体要求
    BACKGROUND = "background"  # 背景
    UPPER = "upper"  # 上级行动
    DUPLICATE = "duplicate"  # 重复


class Coverage(StrEnum):
    """What became of a sentence."""

    MAPPED = "mapped"  # 已对应举措
    DECLARED = "declared"  # 已说明
    OPEN = "open"  # 待定


@dataclass(frozen=True, slots=True)
class Covered:
    """A sentence as far as coverage must know it."""

    id: int
    start: int
    end: int
    declared: str


class Gap(StrEnum):
    """What stands between a plan and its adoption."""

    YEAR = "year"  # the plan's year is not settled
    NO_MEASURES = "no_measures"
    OPEN_SENTENCE = "open_sentence"
    NO_LEAD_UNIT = "no_lead_unit"
    NO_OWNER = "no_owner"
    NO_DATE = "no_date"


@dataclass(frozen=True, slots=True)
class GapAt:
    """A gap and the id of the sentence or measure that has it."""

    gap: Gap
    id: int = 0


def coverage(
    sentences: Sequence[Covered], measures: Iterable[tuple[int, int]]
) -> dict[int, Coverage]:
    """Return what became of each sentence, by its id. `measures` are the measures' spans.

    A sentence is mapped when a measure overlaps it: a measure often takes a clause only, and the
    rest of the sentence goes with it. Linear in sentences and measures.
    """
    spans = sorted(measures)
    found = {}
    first = 0
    furthest = 0
    ends: list[int] = []
    for _start, end in spans:  # furthest end among spans that start no later
        furthest = max(furthest, end)
        ends.append(furthest)
    for sentence in sorted(sentences, key=lambda s: s.start):
        while first < len(spans) and ends[first] <= sentence.start:
            first += 1
        mapped = False
        place = first
        while place < len(spans) and spans[place][0] < sentence.end:
            if spans[place][1] > sentence.start:
                mapped = True
                break
            place += 1
        if mapped:
            found[sentence.id] = Coverage.MAPPED
        elif sentence.declared:
            found[sentence.id] = Coverage.DECLARED
        else:
            found[sentence.id] = Coverage.OPEN
    return found


def measure_gaps(
    *,
    id: int,
    whose: str,
    has_lead_unit: bool,
    has_owner: bool,
    has_date: bool,
) -> list[GapAt]:
    """Return what a measure lacks before adoption.

    What others do (关注, know only) needs no owner and no date here.
    """
    if whose == "know_only":
        return []
    gaps = []
    if not has_lead_unit:
        gaps.append(GapAt(Gap.NO_LEAD_UNIT, id))
    if not has_owner:
        gaps.append(GapAt(Gap.NO_OWNER, id))
    if not has_date:
        gaps.append(GapAt(Gap.NO_DATE, id))
    return gaps
