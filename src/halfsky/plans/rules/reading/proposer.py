"""The seam for an optional further proposer of measures; nothing stands behind it by default."""

from typing import Protocol

from halfsky.plans.rules.reading.reading import Measure, PlanReading


class Proposer(Protocol):
    """Proposes further measures for a finished reading.

    What it returns is a proposal like any other: a person decides. Each must carry a `Reason`
    whose rule begins with the proposer's `key`, so that nobody takes it for a rule's.
    """

    key: str

    def propose(self, reading: PlanReading) -> tuple[Measure, ...]:
        """Return further measures, with places in the reading's clean text."""
        ...
