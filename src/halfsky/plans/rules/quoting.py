"""A sentence of the document shown in its context, with what was found in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Part:
    """A run of text: `around` when it is context only, `mark` the kind of what was found there."""

    text: str
    around: bool
    mark: str = ""


def quoted(
    text: str,
    *,
    shown: tuple[int, int],
    meant: tuple[int, int],
    marks: Iterable[tuple[int, int, str]],
) -> list[Part]:
    """Cut the part `shown` of a text where the part `meant` or a mark begins or ends.

    All spans are half-open. Of marks that overlap, the one that begins first counts.

    >>> quoted("三月举办讲座", shown=(0, 6), meant=(2, 6), marks=[(0, 2, "date")])
    [Part(text='三月', around=True, mark='date'), Part(text='举办讲座', around=False, mark='')]
    """
    first, last = shown
    kept: list[tuple[int, int, str]] = []
    for start, end, kind in sorted(marks):
        start, end = max(start, first), min(end, last)
        if start < end and (not kept or start >= kept[-1][1]):
            kept.append((start, end, kind))
    edges = sorted(
        {first, last, *(min(max(edge, first), last) for edge in meant)}
        | {edge for start, end, _kind in kept for edge in (start, end)}
    )
    parts = []
    for start, end in pairwise(edges):
        mark = next((kind for a, b, kind in kept if a <= start < b), "")
        parts.append(Part(text[start:end], not meant[0] <= start < meant[1], mark))
    return parts
