"""Why a change of a plan was refused, for the view to put in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Refused(Exception):
    """The change is not possible. `code` is stable, `values` are what a sentence needs."""

    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(code)
        self.code = code
        self.values: Mapping[str, Any] = values

    @property
    def says(self) -> str:
        """One sentence: what is wrong and what to do."""
        from halfsky.plans.sentences import why_refused

        return why_refused(self.code, self.values)

    def __str__(self) -> str:
        return self.says


class Stale(Refused):
    """Somebody changed the same thing meanwhile; nothing was written.

    `values["edits"]` are the newer edits, oldest first.
    """

    def __init__(self, **values: Any) -> None:
        super().__init__("stale", **values)
