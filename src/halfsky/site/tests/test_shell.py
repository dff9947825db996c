"""The frame: whose menu, which unit, which year; switching stays within reach."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from halfsky.kernel.modules import MenuEntry
from halfsky.people.models import Account, Grant, Unit
from halfsky.people.permissions import GRANT, SEE_UNITS
from halfsky.people.sign_in import AccountBackend
from halfsky.site import shell, switching
from halfsky.site.templatetags.shell import device

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau() -> Unit:
    return Unit.objects.add_root(
        {"name": "环保局", "short_name": "环保局", "code": "B", "kind": "bureau"}
    )


@pytest.fixture
def office(bureau: Unit) -> Unit:
    return Unit.objects.add_child(
        bureau, {"name": "办公室", "short_name": "办公室", "code": "B-1", "kind": "department"}
    )


@pytest.fixture
def elsewhere() -> Unit:
    return Unit.objects.add_root(
        {"name": "教育局", "short_name": "教育局", "code": "E", "kind": "bureau"}
    )


@pytest.fixture
def officer(bureau: Unit) -> Account:
    account = Account.objects.create(username="officer", display_name="何雅琴")
    Grant.objects.create(account=account, role="officer", unit=bureau)
    return account


def request_of(account: Account, rf: RequestFactory, path: str = "/", **session: object) -> object:
    """A request of `account`, read as the sign-in reads it."""
    request = rf.get(path)
    request.user = AccountBackend().get_user(account.pk)
    request.session = session
    return request


def test_unit_is_the_first_granted(officer: Account, bureau: Unit, rf: RequestFactory) -> None:
    assert shell.current_unit(request_of(officer, rf)) == bureau


def test_unit_is_the_home_unit_if_it_lies_in_reach(
    officer: Account, office: Unit, rf: RequestFactory
) -> None:
    officer.home_unit = office
    officer.save()
    assert shell.current_unit(request_of(officer, rf)) == office


def test_unit_out_of_reach_is_never_the_current_one(
    officer: Account, bureau: Unit, elsewhere: Unit, rf: RequestFactory
) -> None:
    officer.home_unit = elsewhere
    officer.save()
    assert shell.current_unit(request_of(officer, rf, unit=elsewhere.pk)) == bureau


def test_account_without_a_grant_has_no_unit(rf: RequestFactory) -> None:
    account = Account.objects.create(username="new", display_name="新")
    assert shell.current_unit(request_of(account, rf)) is None


@pytest.mark.parametrize(("kept", "year"), [(2024, 2024), (1, None), ("2024", None), (None, None)])
def test_year_is_the_kept_one_within_bounds(
    officer: Account, rf: RequestFactory, kept: object, year: int | None
) -> None:
    from django.utils import timezone

    assert shell.current_year(request_of(officer, rf, year=kept)) == (
        year or timezone.localdate().year
    )


def test_menu_shows_what_the_account_may_open(
    officer: Account, rf: RequestFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = (
        (MenuEntry("单位", "u", "sitemap", "people", SEE_UNITS), "/people/units/"),
        (MenuEntry("一个单位", "v", "sitemap", "people", SEE_UNITS), "/people/units/tree/"),
        (MenuEntry("账号", "a", "key", "administration", GRANT), "/people/accounts/"),
    )
    monkeypatch.setattr(shell, "_entries", lambda: entries)
    account = request_of(officer, rf).user
    groups = shell._menu(account, "/people/units/tree/3/")
    assert [(line.label, line.is_current) for group in groups for line in group.lines] == [
        ("单位", False),
        ("一个单位", True),
    ]


def test_menu_line_claims_pages_by_name(
    officer: Account, rf: RequestFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = (
        (MenuEntry("单位", "u", "sitemap", "people", SEE_UNITS), "/people/units/"),
        (MenuEntry("树", "v", "sitemap", "people", SEE_UNITS, pages=("people:x",)), "/tree/"),
    )
    monkeypatch.setattr(shell, "_entries", lambda: entries)
    groups = shell._menu(request_of(officer, rf).user, "/people/units/3/", "people:x")

    assert [line.label for group in groups for line in group.lines if line.is_current] == ["树"]


def test_frame_of_a_signed_in_account_needs_no_query(officer: Account, rf: RequestFactory) -> None:
    request = request_of(officer, rf)
    request.preferences = SimpleNamespace(theme="dark", large_print=True, single_keys=False)
    shell.shell_of(request)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        made = shell.shell_of(request)
    assert (len(queries), made.theme, made.large_print, made.single_keys) == (
        0,
        "dark",
        True,
        False,
    )


def test_switching_to_a_unit_in_reach(client: Client, officer: Account, office: Unit) -> None:
    client.force_login(officer)
    client.post("/switch/", {"unit": office.pk, "next": "/preferences/"})
    assert client.session["unit"] == office.pk


def test_switching_out_of_reach_is_not_found(
    client: Client, officer: Account, elsewhere: Unit
) -> None:
    client.force_login(officer)
    response = client.post("/switch/", {"unit": elsewhere.pk})
    assert (response.status_code, "unit" in client.session) == (404, False)


@pytest.mark.parametrize("year", ["1999", "2101", "abc", "²", ""])
def test_switching_to_an_impossible_year_changes_nothing(
    client: Client, officer: Account, year: str
) -> None:
    client.force_login(officer)
    client.post("/switch/", {"year": year, "next": "/preferences/"})
    assert "year" not in client.session


def test_units_to_switch_to_lie_within_the_grants(
    officer: Account, office: Unit, elsewhere: Unit
) -> None:
    units, more = switching.units_within(AccountBackend().get_user(officer.pk))
    assert ([unit.code for unit in units], more) == (["B", "B-1"], False)


def test_units_to_switch_to_are_found_by_name(officer: Account, office: Unit) -> None:
    units, _more = switching.units_within(AccountBackend().get_user(officer.pk), "办公")
    assert [unit.code for unit in units] == ["B-1"]


def test_switch_answers_a_part_or_a_page(client: Client, officer: Account) -> None:
    client.force_login(officer)
    page = client.get("/switch/").content.decode()
    part = client.get("/switch/", headers={"HX-Request-Type": "partial"}).content.decode()
    assert ("<main" in page, "<main" in part) == (True, False)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/86.0.4240.198 Safari/537.36", "Chrome 86 · Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/120.0 Safari/537.36 Edg/120.0", "Edge 120 · Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) MicroMessenger/8.0.4", "微信 8 · iPhone"),
        ("curl/8", "认不出的浏览器"),
    ],
)  # fmt: skip
def test_device(said: str, shown: str) -> None:
    assert device(said) == shown


def test_preferences_are_kept_on_the_account(client: Client, officer: Account) -> None:
    client.force_login(officer)
    client.post("/preferences/", {"language": "en", "theme": "dark", "large_print": "on"})
    officer.refresh_from_db()
    assert (officer.language, officer.theme, officer.large_print, officer.single_keys) == (
        "en",
        "dark",
        True,
        False,
    )
