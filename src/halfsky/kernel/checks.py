"""`manage.py check` for rooms: double keys, undeclared permissions, dead links."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from django.core.checks import CheckMessage, Error
from django.urls import NoReverseMatch, reverse

from halfsky.kernel.measures import MeasureKind
from halfsky.kernel.modules import MENU_GROUPS, Module

KEY = re.compile(r"[a-z][a-z_]*\.[a-z][a-z_]*")
QUESTIONS = ("start", "url", "progress", "evidence", "sentences")


def _error(text: str, hint: str, module: Module, number: str) -> CheckMessage:
    return Error(text, hint=hint, obj=module.key, id=f"halfsky.{number}")


def _doubles(keys: Iterable[str]) -> list[str]:
    return [key for key, times in Counter(keys).items() if times > 1]


def misdeclared(rooms: Iterable[Module], *, roles: frozenset[str]) -> list[CheckMessage]:
    """Return an error for each mistake in what `rooms` declare.

    `roles` are the keys of the roles that exist.
    """
    rooms = list(rooms)
    found: list[CheckMessage] = []
    first: dict[str, Module] = {}
    for room in rooms:
        if room.key in first:
            found.append(
                _error(
                    f"two rooms have the key {room.key!r}", "Give one another key.", room, "E001"
                )
            )
        first.setdefault(room.key, room)
    declared = {permission.key for room in rooms for permission in room.permissions}
    for what, keys_of in (
        ("permission", lambda room: [permission.key for permission in room.permissions]),
        ("measure kind", lambda room: [kind.key for kind in room.kinds]),
        ("search kind", lambda room: [kind.key for kind in room.search]),
    ):
        for key in _doubles(key for room in rooms for key in keys_of(room)):
            owner = next(room for room in rooms if key in keys_of(room))
            found.append(
                _error(f"the {what} {key!r} is declared twice", "Delete one.", owner, "E002")
            )
    for room in rooms:
        found += _misdeclared_room(room, declared=declared, roles=roles)
    return found


def _misdeclared_room(
    room: Module, *, declared: set[str], roles: frozenset[str]
) -> list[CheckMessage]:
    found = []
    for permission in room.permissions:
        if not KEY.fullmatch(permission.key) or not permission.key.startswith(f"{room.key}."):
            found.append(
                _error(
                    f"the permission {permission.key!r} is not named after its room",
                    f"Begin it with {room.key!r} and a dot.",
                    room,
                    "E003",
                )
            )
        found.extend(
            _error(
                f"the permission {permission.key!r} names the unknown role {role!r}",
                "See people/roles.py.",
                room,
                "E004",
            )
            for role in sorted(permission.roles - roles)
        )
    for entry in room.menu:
        if entry.permission and entry.permission.key not in declared:
            found.append(
                _error(
                    f"the menu entry {entry.url_name!r} needs {entry.permission.key!r}, "
                    "which no room declares",
                    "Add it to the permissions of the room's module.",
                    room,
                    "E005",
                )
            )
        if entry.group not in MENU_GROUPS:
            found.append(
                _error(
                    f"the menu entry {entry.url_name!r} stands in the unknown group {entry.group!r}",
                    f"Take one of {', '.join(MENU_GROUPS)}.",
                    room,
                    "E006",
                )
            )
        try:
            reverse(entry.url_name)
        except NoReverseMatch:
            found.append(
                _error(
                    f"the menu entry {entry.url_name!r} leads nowhere",
                    "Name an address that takes no arguments.",
                    room,
                    "E007",
                )
            )
    found.extend(
        _error(
            f"the search kind {kind.key!r} is not named after its room",
            f"Begin it with {room.key!r} and a dot.",
            room,
            "E012",
        )
        for kind in room.search
        if not KEY.fullmatch(kind.key) or not kind.key.startswith(f"{room.key}.")
    )
    for kind in room.kinds:
        found += _misdeclared_kind(kind, room, declared=declared)
    return found


def _misdeclared_kind(kind: MeasureKind, room: Module, *, declared: set[str]) -> list[CheckMessage]:
    found = []
    key = getattr(kind, "key", "")
    if not KEY.fullmatch(key) or not key.startswith(f"{room.key}."):
        found.append(
            _error(
                f"the measure kind {key!r} is not named after its room",
                f"Begin it with {room.key!r} and a dot.",
                room,
                "E008",
            )
        )
    if not getattr(kind, "label", ""):
        found.append(_error(f"the measure kind {key!r} has no label", "Add one.", room, "E009"))
    permission = getattr(kind, "permission", None)
    if permission is None or permission.key not in declared:
        found.append(
            _error(
                f"the measure kind {key!r} needs a permission that no room declares",
                "Add it to the permissions of the room's module.",
                room,
                "E010",
            )
        )
    found.extend(
        _error(f"the measure kind {key!r} does not answer {name!r}", "Write it.", room, "E011")
        for name in QUESTIONS
        if not callable(getattr(kind, name, None))
    )
    return found
