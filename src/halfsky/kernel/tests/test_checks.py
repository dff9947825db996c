"""Misdeclared rooms are named by `manage.py check`."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.http import HttpResponse
from django.urls import path

from halfsky.kernel.checks import misdeclared
from halfsky.kernel.measures import MeasureKind
from halfsky.kernel.modules import MenuEntry, Module, SearchKind
from halfsky.kernel.permissions import Permission

pytestmark = pytest.mark.urls(__name__)  # the rooms here have addresses of their own
urlpatterns = [path("", lambda request: HttpResponse(), name="home")]

ROLES = frozenset({"officer", "leader"})
RUN = Permission("tea.run", "沏茶", frozenset({"officer"}))
POUR = Permission("cake.cut", "切糕", frozenset({"leader"}))


class TeaKind(MeasureKind):
    key = "tea.party"
    label = "茶会"
    permission = RUN

    def start(self, brief, *, by):
        raise NotImplementedError

    def url(self, id):
        return f"/tea/{id}/"

    def progress(self, ids, *, on):
        return {}

    def evidence(self, ids):
        return {}

    def sentences(self, ids, *, period):
        return []


def kind(**attributes) -> MeasureKind:
    return type("Kind", (TeaKind,), attributes)()


class Silent:
    """A kind that does not come from MeasureKind and answers only two of the five questions."""

    key = "tea.silent"
    label = "默"
    permission = RUN

    def start(self, brief, *, by):
        raise NotImplementedError

    def url(self, id):
        return ""


HOME = MenuEntry("首页", "home", "home", "rooms", RUN)
TEA = Module(key="tea", label="茶", permissions=(RUN,), menu=(HOME,), kinds=(kind(),))
POT = SearchKind("tea.pot", "壶", "cup", lambda account: ())
CAKE = Module(key="cake", label="糕", permissions=(POUR,))


def tea(**changes) -> Module:
    return replace(TEA, **changes)


def errors(*rooms: Module) -> list[tuple[str, str]]:
    return [(error.id, error.obj) for error in misdeclared(rooms, roles=ROLES)]


@pytest.mark.parametrize(
    ("rooms", "found"),
    [
        ([TEA, CAKE], []),
        ([], []),
        # double keys
        ([CAKE, replace(CAKE, permissions=())], [("halfsky.E001", "cake")]),
        ([tea(permissions=(RUN, RUN))], [("halfsky.E002", "tea")]),
        ([tea(kinds=(kind(), kind()))], [("halfsky.E002", "tea")]),
        # keys not named after the room
        (
            [TEA, replace(CAKE, permissions=(replace(POUR, key="tea.cut"),))],
            [("halfsky.E003", "cake")],
        ),
        (
            [TEA, replace(CAKE, permissions=(replace(POUR, key="Cake Cut"),))],
            [("halfsky.E003", "cake")],
        ),
        ([tea(kinds=(kind(key="cake.party"),))], [("halfsky.E008", "tea")]),
        ([tea(kinds=(kind(key="tea"),))], [("halfsky.E008", "tea")]),
        # unknown roles, one error each
        (
            [replace(CAKE, permissions=(replace(POUR, roles=frozenset({"queen", "king"})),))],
            [("halfsky.E004", "cake"), ("halfsky.E004", "cake")],
        ),
        # the menu
        ([tea(menu=(replace(HOME, permission=POUR),))], [("halfsky.E005", "tea")]),
        ([TEA, replace(CAKE, menu=(HOME,))], []),  # another room's permission will do
        ([tea(menu=(replace(HOME, permission=None),))], []),
        ([tea(menu=(replace(HOME, group="cellar"),))], [("halfsky.E006", "tea")]),
        ([tea(menu=(replace(HOME, url_name="tea:nowhere"),))], [("halfsky.E007", "tea")]),
        # kinds
        ([tea(kinds=(kind(label=""),))], [("halfsky.E009", "tea")]),
        ([tea(kinds=(kind(permission=POUR),))], [("halfsky.E010", "tea")]),
        ([tea(kinds=(kind(permission=None),))], [("halfsky.E010", "tea")]),
        ([tea(kinds=(Silent(),))], [("halfsky.E011", "tea")] * 3),
        ([tea(kinds=(kind(progress=None),))], [("halfsky.E011", "tea")]),
        # search kinds
        ([tea(search=(POT,))], []),
        ([tea(search=(POT, POT))], [("halfsky.E002", "tea")]),
        ([replace(CAKE, search=(POT,))], [("halfsky.E012", "cake")]),
    ],
)
def test_misdeclared_finds(rooms, found):
    assert errors(*rooms) == found


def test_misdeclared_says_what_and_what_to_do():
    room = tea(menu=(replace(HOME, url_name="tea:nowhere"),))
    (error,) = misdeclared([room], roles=ROLES)
    assert "tea:nowhere" in error.msg
    assert error.hint


def test_misdeclared_names_a_key_of_two_rooms_at_the_first():
    other = replace(CAKE, permissions=(POUR, RUN))
    found = errors(TEA, other)
    assert ("halfsky.E002", "tea") in found
    assert ("halfsky.E003", "cake") in found
