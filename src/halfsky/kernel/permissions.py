"""What a permission is. Rooms declare theirs; `people.access` decides who holds them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class Label(Protocol):
    """A text or a lazily translated one."""

    def __str__(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Permission:
    """A right to do one thing within a unit and the units below it.

    `key` is stored and never reused ("plans.adopt"). `roles` are the keys of the roles that hold
    it (see `people.roles`). `own_unit_only` keeps it from reaching the units below.
    """

    key: str
    label: Label
    roles: frozenset[str]
    own_unit_only: bool = False
