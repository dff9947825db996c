"""The site's own addresses: where the front page leads, and what is closed."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.test import Client

from halfsky.people.models import Account, Grant, Unit

pytestmark = pytest.mark.django_db


def signed_in(role: str | None) -> Client:
    unit = Unit.objects.add_root(
        instance=Unit(name="青湖县水务局", short_name="水务局", code="W", kind="bureau")
    )
    account = Account.objects.create(username="somebody", display_name="某人")
    if role:
        Grant.objects.create(account=account, role=role, unit=unit)
    client = Client()
    client.force_login(account, backend="halfsky.people.sign_in.AccountBackend")
    return client


@pytest.mark.parametrize(
    ("role", "address"),
    [
        ("officer", "/plans/"),
        ("leader", "/plans/"),
        ("staff", "/plans/"),
        ("system_admin", "/people/units/"),
        ("auditor", "/people/units/"),
        (None, "/preferences/"),
    ],
)
def test_front_page_leads_to_the_first_line_of_the_menu(role: str | None, address: str) -> None:
    response = signed_in(role).get("/")

    assert (response.status_code, response["Location"]) == (302, address)


@pytest.mark.parametrize(
    "address",
    [
        "/account/signup/",
        "/account/password/reset/",
        "/account/email/",
        "/account/login/code/confirm/",
    ],
)
def test_what_an_administrator_does_has_no_page_for_visitors(address: str) -> None:
    assert Client().get(address).status_code == 404


def test_installed_rooms_are_well_declared() -> None:
    call_command("check", "--tag", "halfsky", "--fail-level", "WARNING")
