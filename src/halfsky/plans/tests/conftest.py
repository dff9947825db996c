"""Fixtures of the plans room's tests."""

from __future__ import annotations

import pytest

from halfsky.kernel.measures import measure_kind
from halfsky.plans.tests.paper_room import KIND, PaperRoom


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> PaperRoom:
    """A room on paper in place of the room of general tasks."""
    made = PaperRoom()
    kind = measure_kind(KIND)
    for name in ("start", "start_many", "progress", "evidence"):
        monkeypatch.setattr(kind, name, getattr(made, name))
    return made
