"""A room on paper: stands in for the one that carries out a plan's tasks.

The plans room knows the others by the five questions alone, and so do its tests.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from halfsky.kernel.measures import (
    Brief,
    Evidence,
    Progress,
    ProgressState,
    Ref,
)

KIND = "general.task"
SEE = "general.see_records"  # the permission that opens its records


@dataclass
class PaperRoom:
    """Records by id, counted from 1; which are done; the titles of their proofs."""

    briefs: dict[int, Brief] = field(default_factory=dict)
    done: set[int] = field(default_factory=set)
    proofs: dict[int, list[str]] = field(default_factory=dict)

    def start(self, brief: Brief, *, by: Any) -> Ref:
        return self.start_many([brief], by=by)[0]

    def start_many(self, briefs: Collection[Brief], *, by: Any) -> list[Ref]:
        first = len(self.briefs) + 1
        self.briefs.update(enumerate(briefs, start=first))
        return [Ref(KIND, first + place) for place in range(len(briefs))]

    def progress(self, ids: Collection[int], *, on: date) -> dict[int, Progress]:
        return {
            pk: Progress(
                ProgressState.DONE if pk in self.done else ProgressState.RUNNING,
                1,
                "次",
                "已登记 1 次",
            )
            for pk in ids
            if pk in self.briefs
        }

    def evidence(self, ids: Collection[int]) -> dict[int, list[Evidence]]:
        return {
            pk: [
                Evidence("minutes", title, f"/general/{pk}/", date(2026, 3, 8), SEE)
                for title in self.proofs.get(pk, [])
            ]
            for pk in ids
        }

    def finish(self, task: Any, proof: str = "") -> None:
        """Say that the work on a task is done, and what came of it."""
        self.done.add(task.record_id)
        if proof:
            self.proofs.setdefault(task.record_id, []).append(proof)
