"""What an amendment (修订) changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class TaskShape:
    """The part of a measure that its tasks hang on."""

    whose: str
    due_on: date | None
    recurrence: str
    nodes: tuple[tuple[str, str], ...]
    target: tuple[int | None, str, str]
    carried_by: str

    @classmethod
    def of(cls, measure: Any) -> TaskShape:
        """The shape of anything with a measure's fields."""
        return cls(
            measure.whose,
            measure.due_on,
            measure.recurrence,
            tuple((node["on"], node["text"]) for node in measure.nodes),
            (measure.target_number, measure.target_unit, measure.counting_rule),
            measure.carried_by,
        )


def changes_tasks(old: TaskShape, new: TaskShape) -> bool:
    """Whether open tasks of the old measure cannot serve the new one."""
    return old != new


def changed_fields(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Return each field that differs, with its old and its new value, in the new one's order."""
    return {name: (old.get(name), value) for name, value in new.items() if old.get(name) != value}
