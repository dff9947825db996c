"""Where the days of a year stand on its time line, so that no label covers another.

Positions and widths are parts of the line's length, from 0 (1 January) to 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

LANES = 4  # heights for labels, 1 is the uppermost; lane 0 belongs to today


def place_in_year(day: date) -> float:
    """Return where `day` stands in its year.

    >>> place_in_year(date(2026, 1, 1)), round(place_in_year(date(2026, 7, 2)), 3)
    (0.0, 0.499)
    """
    first = date(day.year, 1, 1).toordinal()
    return (day.toordinal() - first) / (date(day.year + 1, 1, 1).toordinal() - first)


def label_width(text: str, *, size: float = 12.0) -> float:
    """Return about how many pixels `text` takes: a Chinese sign is as wide as the size, others 0.58."""
    return sum(size if ord(sign) > 0x2E7F else 0.58 * size for sign in text)


@dataclass(frozen=True, slots=True)
class Label:
    """A label beside the pin at `x`: to its right, or to its left where that is taken.

    The pin runs from its lane down to the line. A pin without a lane has no label.
    """

    x: float
    width: float
    lane: int | None
    leftward: bool = False

    @property
    def span(self) -> tuple[float, float]:
        """From where to where the label stands, its pin included."""
        return (self.x - self.width, self.x) if self.leftward else (self.x, self.x + self.width)


def _collide(one: Label, other: Label) -> bool:
    """Whether two labels overlap, or the pin of the higher one runs through the lower one."""
    if one.lane is None or other.lane is None:
        return False
    if one.lane == other.lane:
        return one.span[0] < other.span[1] and other.span[0] < one.span[1]
    high, low = (one, other) if one.lane < other.lane else (other, one)
    return low.span[0] <= high.x <= low.span[1]


def place_labels(
    wanted: Iterable[tuple[float, float]], standing: Sequence[Label] = ()
) -> list[Label]:
    """Place a label for each (x, width), the first ones first, around those that stand already.

    Each takes the highest lane where it covers nothing, to the right of its pin if it can; one
    that finds none gets no lane.
    """
    placed: list[Label] = []
    for x, width in wanted:
        sides = [side for side, fits in ((False, x + width <= 1), (True, x >= width)) if fits]
        choices = (
            Label(x, width, lane, leftward) for leftward in sides for lane in range(1, LANES + 1)
        )
        placed.append(
            next(
                (
                    label
                    for label in choices
                    if not any(_collide(label, other) for other in (*standing, *placed))
                ),
                Label(x, width, None),
            )
        )
    return placed
