"""How a plan meets the rooms that carry it out.

A plan stores, for each task, the key of a measure kind and the id of a record in the room that
declared the kind. It asks the five questions of `MeasureKind` and never imports a room. A room
answers with counts and states, never with names, and says which permission opens each proof.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Protocol

from halfsky.kernel.permissions import Permission


class Text(Protocol):
    """A text or a lazily translated one."""

    def __str__(self) -> str: ...


class Actor(Protocol):
    """The signed-in account on whose behalf a service acts."""

    pk: Any


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `start` up to and including `end`.

    Raises ValueError if `end` lies before `start`.
    """

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"a period cannot end ({self.end}) before it starts ({self.start})")

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end

    @property
    def days(self) -> int:
        """Number of days, both ends counted."""
        return (self.end - self.start) // timedelta(days=1) + 1

    @classmethod
    def of_year(cls, year: int) -> Period:
        """The calendar year."""
        return cls(date(year, 1, 1), date(year, 12, 31))


@dataclass(frozen=True, slots=True)
class Target:
    """A target (目标值): `number` of `unit`, counted as `counting_rule` says."""

    number: int
    unit: str
    counting_rule: str = ""


@dataclass(frozen=True, slots=True)
class Brief:
    """What a plan tells a room when it starts a record: what, for which unit, when, how much.

    `origin` is the sentence of the plan document that asks for the work.
    """

    title: str
    unit_id: int
    period: Period
    target: Target | None = None
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Ref:
    """A record in a room: the key of its measure kind and its id."""

    kind: str
    id: int


class ProgressState(StrEnum):
    """How far the record in the room is."""

    NOT_STARTED = "not_started"  # 未开始
    RUNNING = "running"  # 进行中
    DONE = "done"  # 已完成
    CANCELLED = "cancelled"  # 已取消


@dataclass(frozen=True, slots=True)
class Progress:
    """Progress (进展), counted by the room: `done` of something that `count_word` names."""

    state: ProgressState
    done: int
    count_word: str
    summary: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """A proof (佐证材料) that came of the work. `permission` is the key that opens `url`."""

    kind: str
    title: str
    url: str
    dated: date
    permission: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence for the year-end report with its figures, its records and its gaps."""

    text: str
    figures: Mapping[str, int] = field(default_factory=dict)
    refs: tuple[Ref, ...] = ()
    gaps: tuple[str, ...] = ()


class MeasureKind(ABC):
    """A kind of work that a room can carry out. Each question takes many ids at once."""

    key: str
    label: Text
    permission: Permission

    @abstractmethod
    def start(self, brief: Brief, *, by: Actor) -> Ref:
        """Start a record for `brief`. The room checks that `by` may."""

    def start_many(self, briefs: Collection[Brief], *, by: Actor) -> list[Ref]:
        """Start a record for each brief, in order. A room with bulk inserts overrides this."""
        return [self.start(brief, by=by) for brief in briefs]

    @abstractmethod
    def url(self, id: int) -> str:
        """Address of the record's page."""

    @abstractmethod
    def progress(self, ids: Collection[int], *, on: date) -> dict[int, Progress]:
        """Progress of each record on the day `on`. An id that does not exist is left out."""

    @abstractmethod
    def evidence(self, ids: Collection[int]) -> dict[int, list[Evidence]]:
        """Proofs of each record, oldest first; every existing id has a list."""

    @abstractmethod
    def sentences(self, ids: Collection[int], *, period: Period) -> list[Sentence]:
        """Sentences for a report over `period`; what is missing stands in their gaps."""


class UnknownKind(LookupError):
    """No installed room declares this measure kind."""


def measure_kinds() -> Iterator[MeasureKind]:
    """Every kind that an installed room declares, in the order of the rooms."""
    from halfsky.kernel.modules import modules

    for module in modules():
        yield from module.kinds


def measure_kind(key: str) -> MeasureKind:
    """Return the kind declared under `key`. Raises UnknownKind."""
    for kind in measure_kinds():
        if kind.key == key:
            return kind
    raise UnknownKind(key)
