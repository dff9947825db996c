"""What the frame around every page shows: the menu within reach, unit and year, preferences.

`shell_of(request)` is called once by shell.html. It needs no context processor and, for a signed-in
account whose grants are loaded with it, no query; an error page before sign-in gets a frame too.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from halfsky.kernel.modules import MENU_GROUPS, MenuEntry, modules
from halfsky.people import access

if TYPE_CHECKING:
    from halfsky.people.models import Account, Unit

GROUP_LABELS = {
    "plan": _("年度计划"),
    "rooms": _("业务模块"),
    "people": _("组织"),
    "administration": _("管理"),
}
UNIT_KEY, YEAR_KEY = "unit", "year"  # in the session
FIRST_YEAR, LAST_YEAR = 2000, 2100


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the menu as this reader sees it."""

    label: str
    url: str
    icon: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Group:
    """A heading of the menu with its lines."""

    label: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Shell:
    """Everything the frame shows. `account` and `unit` are None for a visitor."""

    account: Account | None
    groups: tuple[Group, ...]
    unit: Unit | None
    year: int
    language: str
    theme: str
    large_print: bool
    single_keys: bool
    messages: tuple[Any, ...]
    here: str

    @property
    def html_language(self) -> str:
        """The value of the lang attribute."""
        return "en" if self.language == "en" else "zh-CN"


@dataclass(frozen=True, slots=True)
class FrameView:
    """What decides how menu and top bar look, and nothing else: frames are kept under it."""

    groups: tuple[Group, ...]
    name: str
    unit: str
    unit_name: str
    year: int
    language: str
    theme: str
    large_print: bool


def frame_view(shell: Shell) -> FrameView:
    """Return what of `shell` shows in menu and top bar. It must have an account."""
    assert shell.account is not None  # noqa: S101 -- shell.html asks
    return FrameView(
        groups=shell.groups,
        name=shell.account.display_name,
        unit=str(shell.unit or ""),
        unit_name=shell.unit.name if shell.unit else "",
        year=shell.year,
        language=shell.language,
        theme=shell.theme,
        large_print=shell.large_print,
    )


@cache
def _entries() -> tuple[tuple[MenuEntry, str], ...]:
    """Every declared menu entry with its address, in the order of the groups.

    An entry without an address is left out here; `manage.py check` names it.
    """
    found = []
    for module in modules():
        for entry in module.menu:
            try:
                found.append((entry, reverse(entry.url_name)))
            except NoReverseMatch:
                continue
    found.sort(key=lambda pair: (MENU_GROUPS.index(pair[0].group), pair[0].order))
    return tuple(found)


def _menu(account: Account, path: str, page: str = "") -> tuple[Group, ...]:
    """The groups of entries that the account may open.

    Current is the entry that claims the `page` by name, else the longest address that fits.
    """
    today = timezone.localdate()
    open_to = [
        (entry, url)
        for entry, url in _entries()
        if entry.permission is None or access.scope(account, entry.permission, on=today)
    ]
    current = next((url for entry, url in open_to if page and page in entry.pages), "") or max(
        (url for _entry, url in open_to if path.startswith(url)), key=len, default=""
    )
    groups = []
    for key in MENU_GROUPS:
        lines = tuple(
            Line(str(entry.label), url, entry.icon, url == current)
            for entry, url in open_to
            if entry.group == key
        )
        if lines:
            groups.append(Group(str(GROUP_LABELS[key]), lines))
    return tuple(groups)


def current_unit(request: HttpRequest) -> Unit | None:
    """The unit that the reader works in: the one switched to, the home unit, or the first granted.

    Only a unit within some grant of today; None for who has no grant. One query at most, none
    while the unit is one that a grant names.
    """
    account = request.user
    grants = access.grants_on(account, timezone.localdate())  # type: ignore[arg-type]
    if not grants:
        return None
    granted = {grant.unit_id: grant.unit for grant in grants}
    for wanted in (request.session.get(UNIT_KEY), account.home_unit_id):  # type: ignore[union-attr]
        if wanted in granted:
            return granted[wanted]
        if wanted is not None:
            unit = _unit_within(wanted, [grant.unit.path for grant in grants])
            if unit is not None:
                return unit
    return grants[0].unit


def _unit_within(unit_id: object, paths: list[str]) -> Unit | None:
    from halfsky.people.models import Unit

    found: Unit | None = Unit.objects.filter(pk=unit_id).first()
    if found is None or not found.path.startswith(tuple(paths)):
        return None
    return found


def current_year(request: HttpRequest) -> int:
    """The plan year that the reader works in: the one switched to, or this year."""
    year = request.session.get(YEAR_KEY) if hasattr(request, "session") else None
    if isinstance(year, int) and FIRST_YEAR <= year <= LAST_YEAR:
        return year
    return timezone.localdate().year


def shell_of(request: HttpRequest) -> Shell:
    """Return what the frame of this request's page shows."""
    user = getattr(request, "user", None)
    account: Account | None = user if user is not None and user.is_authenticated else None
    view = getattr(request, "preferences", None)
    page = request.resolver_match.view_name if request.resolver_match else ""
    return Shell(
        account=account,
        groups=_menu(account, request.path, page) if account else (),
        unit=current_unit(request) if account else None,
        year=current_year(request),
        language=translation.get_language() or settings.LANGUAGE_CODE,
        theme=view.theme if view else "auto",
        large_print=bool(view and view.large_print),
        single_keys=bool(view is None or view.single_keys),
        messages=tuple(get_messages(request)),
        here=request.get_full_path(),
    )
