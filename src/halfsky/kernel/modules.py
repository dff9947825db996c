"""What a room declares about itself, and the register of the installed rooms.

INSTALLED_APPS is the register: `modules()` reads the `module` of every installed app that has a
`module.py`. Menu, permissions and measure kinds come from it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from halfsky.kernel.measures import MeasureKind, Period, Text
from halfsky.kernel.permissions import Permission

__all__ = ["MenuEntry", "Module", "Permission", "SearchKind", "modules", "permissions"]


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """One line of the side menu, shown to those who hold `permission` somewhere.

    `group` is one of MENU_GROUPS; `icon` a name in the sprite; `url_name` takes no arguments.
    `pages` are the names of further addresses that belong under this line.
    """

    label: Text
    url_name: str
    icon: str
    group: str
    permission: Permission | None = None
    order: int = 100
    pages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchKind:
    """A kind of search entry that a room indexes.

    `reach` returns the scopes in which an account may find such entries: paths of units whose
    subtree it reaches, or "@" and a path for that unit alone.
    """

    key: str
    label: Text
    icon: str
    reach: Callable[[Any], Collection[str]]


MENU_GROUPS = ("plan", "rooms", "people", "administration")


@dataclass(frozen=True, slots=True)
class Module:
    """A room: its key (the app's label), its name and what it offers the others.

    `figures` returns the room's counts for a unit path and a period, for reports and boards.
    """

    key: str
    label: Text
    permissions: tuple[Permission, ...] = ()
    menu: tuple[MenuEntry, ...] = ()
    kinds: tuple[MeasureKind, ...] = ()
    search: tuple[SearchKind, ...] = ()
    figures: Callable[[str, Period], Mapping[str, int]] | None = None


@cache
def modules() -> tuple[Module, ...]:
    """The modules of the installed rooms, in the order of INSTALLED_APPS."""
    from django.apps import apps

    found = []
    for app in apps.get_app_configs():
        name = f"{app.name}.module"
        if app.name.startswith("halfsky.") and find_spec(name):
            found.append(import_module(name).module)
    return tuple(found)


@cache
def permissions() -> Mapping[str, Permission]:
    """Every declared permission by its key."""
    return {permission.key: permission for module in modules() for permission in module.permissions}
