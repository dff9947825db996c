"""Where things stand: spans of the clean text, the order of measures in their point."""

from __future__ import annotations

from halfsky.plans.models import KeyPoint, Measure, Plan
from halfsky.plans.rules import proposals
from halfsky.plans.services.editing.pictures import Edit
from halfsky.plans.services.refusals import Refused

LONGEST = 1000  # characters of a measure's text


def quoted(plan: Plan, start: int, end: int) -> tuple[int, int, str]:
    """Trim a span and return it with its text. Raises Refused when nothing is left."""
    text = plan.clean_text.text
    start, end = proposals.trimmed(text, start, end)
    if start >= end:
        raise Refused("empty_selection")
    if end - start > LONGEST:
        raise Refused("selection_too_long", length=end - start)
    return start, end, text[start:end]


def in_order(point: KeyPoint) -> list[Measure]:
    """The measures of a point as they stand in it."""
    return list(point.measures.order_by("position", "id"))


def renumber(edit: Edit, point: KeyPoint, order: list[Measure]) -> None:
    """Give the measures of `order` to the point, counted from 1. Writes those that moved only."""
    moved = []
    for position, measure in enumerate(order, start=1):
        if measure.position != position or measure.point_id != point.pk:
            measure.position, measure.point_id = position, point.pk
            moved.append(measure)
    if moved:
        edit.touch(*moved)
        Measure.objects.bulk_update(moved, ["position", "point"], batch_size=200)
