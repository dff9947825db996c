"""Who may do what, decided in this one place: by role, within a unit's subtree, on a day.

A grant holds in its unit and every unit below it, from its first to its last day. A record out of
reach is answered as one that does not exist.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Protocol

from django.db.models import Q
from django.http import Http404
from django.utils import timezone

from halfsky.kernel.permissions import Permission

if TYPE_CHECKING:
    from halfsky.people.models import Account, Grant

STEP = 4  # signs of a path for each level of the tree
LAST_STEP = "ZZZZ"  # no unit has 36^4 children: every path below P lies in P … P + LAST_STEP


class Placed(Protocol):
    """Anything with a path in the organisation tree."""

    path: str


class OutOfReach(Http404):
    """The record does not exist for this account."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The subtrees, as paths, in which an account holds a permission. None is inside another."""

    paths: tuple[str, ...]
    exact: bool = False

    def __bool__(self) -> bool:
        return bool(self.paths)

    @property
    def nothing(self) -> bool:
        """Whether the account holds the permission nowhere."""
        return not self.paths

    def covers(self, unit: Placed) -> bool:
        """Whether `unit` lies in reach."""
        return self.covers_path(unit.path)

    def covers_path(self, path: str) -> bool:
        """Whether the unit at `path` lies in reach."""
        if self.exact:
            return path in self.paths
        return path.startswith(self.paths) if self.paths else False

    def q(self, prefix: str = "unit") -> Q:
        """A condition on the unit that is reached through `prefix` ("" on units themselves).

        A range, which both databases answer from the index on the path, except for an outermost
        unit: nearly every row is below it, so the index would only be in the way (docs/adr/0006).
        """
        return self.path_q(f"{prefix}__path" if prefix else "path")

    def path_q(self, field: str) -> Q:
        """The same condition on a field that holds a path itself."""
        if not self.paths:
            return Q(pk__in=[])
        if self.exact:
            return Q(**{f"{field}__in": self.paths})
        found = Q()
        for path in self.paths:
            if len(path) == STEP:
                found |= Q(**{f"{field}__startswith": path})
            else:
                found |= Q(**{f"{field}__range": (path, path + LAST_STEP)})
        return found


NOTHING = Scope(())


def outermost(paths: Sequence[str]) -> tuple[str, ...]:
    """Drop every path that lies inside another one.

    >>> outermost(["0001", "00010002", "0003"])
    ('0001', '0003')
    """
    kept: list[str] = []
    for path in sorted(set(paths)):
        if not kept or not path.startswith(kept[-1]):
            kept.append(path)
    return tuple(kept)


def grants_on(account: Account, day: date) -> list[Grant]:
    """The account's grants that hold on `day`, with their units. One query an account and request."""
    if not account.is_authenticated or not account.is_active:
        return []
    loaded: list[Grant] | None = getattr(account, "_loaded_grants", None)
    if loaded is None:
        loaded = list(account.grants.select_related("unit").order_by("unit__path", "id"))
        account._loaded_grants = loaded  # type: ignore[attr-defined]
    return [
        grant
        for grant in loaded
        if (grant.starts_on is None or grant.starts_on <= day)
        and (grant.ends_on is None or day <= grant.ends_on)
    ]


def forget_grants(account: Account) -> None:
    """Read the grants anew at the next question; call after changing them."""
    if hasattr(account, "_loaded_grants"):
        del account._loaded_grants


def scope(account: Account, permission: Permission, *, on: date | None = None) -> Scope:
    """Return where `account` holds `permission` on the day `on` (today when left out)."""
    day = on or timezone.localdate()
    paths = [grant.unit.path for grant in grants_on(account, day) if grant.role in permission.roles]
    if permission.own_unit_only:
        return Scope(tuple(sorted(set(paths))), exact=True)
    return Scope(outermost(paths))


def may(account: Account, permission: Permission, unit: Placed) -> bool:
    """Whether `account` holds `permission` in `unit` today."""
    return scope(account, permission).covers(unit)


def require(account: Account, permission: Permission, unit: Placed) -> None:
    """Raise OutOfReach unless `account` holds `permission` in `unit` today."""
    if not may(account, permission, unit):
        raise OutOfReach


def below(path: str, prefix: str = "unit") -> Q:
    """A condition: the unit reached through `prefix` is the one at `path` or lies below it."""
    return Scope((path,)).q(prefix)


def on_behalf_of(account: Account, permission: Permission, unit: Placed) -> Account | None:
    """For whom `account` acts when she uses `permission` in `unit` today.

    The account she is deputy of, when only a deputy's grant (代理) gives her the permission there;
    None when she holds it in her own right or not at all. Hand the answer to the audit log.
    """
    found: Account | None = None
    for grant in grants_on(account, timezone.localdate()):
        reached = (
            unit.path == grant.unit.path
            if permission.own_unit_only
            else unit.path.startswith(grant.unit.path)
        )
        if not reached or grant.role not in permission.roles:
            continue
        if grant.deputy_of_id is None:
            return None
        found = found or grant.deputy_of
    return found
