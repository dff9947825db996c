from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import reverse

from halfsky.library.queries import path_of
from halfsky.library.tests.factories import stored
from halfsky.library.views import wanted_range
from halfsky.people.roles import Role
from halfsky.people.tests.factories import UnitFactory, account_with

pytestmark = pytest.mark.django_db

HTML = b"<html><script>alert(1)</script></html>"
READERS = {"leader", "vice_leader", "chair", "officer", "committee_member", "liaison", "auditor"}


def address(pk: int) -> str:
    return reverse("library:file", args=[pk])


def content(response: object) -> bytes:
    return b"".join(response.streaming_content)  # type: ignore[attr-defined]


@pytest.mark.parametrize("role", Role.values)
def test_each_role_gets_the_file_or_404(client: Client, role: str) -> None:
    unit = UnitFactory()
    file = stored(unit)
    client.force_login(account_with(role, unit))
    assert client.get(address(file.pk)).status_code == (200 if role in READERS else 404)


@pytest.mark.parametrize("role", Role.values)
def test_no_role_elsewhere_gets_the_file(client: Client, role: str) -> None:
    bureau = UnitFactory()
    file = stored(bureau)
    client.force_login(account_with(role, UnitFactory(parent=bureau)))
    assert client.get(address(file.pk)).status_code == 404


def test_a_visitor_is_sent_to_the_sign_in(client: Client) -> None:
    response = client.get(address(stored(UnitFactory()).pk))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))


def test_only_reading_is_answered(client: Client) -> None:
    unit = UnitFactory()
    client.force_login(account_with("officer", unit))
    assert client.post(address(stored(unit).pk)).status_code == 405


@pytest.fixture
def officer(client: Client) -> tuple[Client, object]:
    unit = UnitFactory()
    client.force_login(account_with("officer", unit))
    return client, unit


def test_the_original_comes_unchanged_and_never_as_a_page(officer: tuple) -> None:
    client, unit = officer
    file = stored(unit, HTML, "2026年要点 “定稿”.html")
    response = client.get(address(file.pk))
    assert content(response) == HTML
    name = quote("2026年要点 “定稿”.html")
    assert response["Content-Disposition"] == f"attachment; filename*=utf-8''{name}"
    assert response["Content-Type"] == "application/octet-stream"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Content-Length"] == str(len(HTML))
    assert response["ETag"] == f'"{file.sha256}"'
    assert response["Cache-Control"] == "private, no-cache"


def test_a_head_request_has_no_content(officer: tuple) -> None:
    client, unit = officer
    response = client.head(address(stored(unit, HTML, "a.html").pk))
    assert (response.status_code, response["Content-Length"]) == (200, str(len(HTML)))


def test_a_file_that_was_fetched_before_is_not_sent_again(officer: tuple) -> None:
    client, unit = officer
    file = stored(unit)
    response = client.get(address(file.pk), headers={"If-None-Match": f'W/"x", "{file.sha256}"'})
    assert (response.status_code, response.content) == (304, b"")


@pytest.mark.parametrize(
    ("asked", "status", "sent", "header"),
    [
        ("bytes=0-3", 206, b"<htm", "bytes 0-3/38"),
        ("bytes=34-", 206, b"tml>", "bytes 34-37/38"),
        ("bytes=-4", 206, b"tml>", "bytes 34-37/38"),
        ("bytes=30-99", 206, b"t></html"[-8:], "bytes 30-37/38"),
        ("bytes=0-1,4-5", 200, HTML, None),
        ("lines=1-2", 200, HTML, None),
    ],
)
def test_parts_of_a_file(
    officer: tuple, asked: str, status: int, sent: bytes, header: str | None
) -> None:
    client, unit = officer
    response = client.get(address(stored(unit, HTML, "a.html").pk), headers={"Range": asked})
    body = content(response)
    assert response.status_code == status
    assert body == (HTML[30:] if asked == "bytes=30-99" else sent)
    assert response.get("Content-Range") == header
    assert response["Content-Length"] == str(len(body))


def test_a_part_beyond_the_end_is_refused(officer: tuple) -> None:
    client, unit = officer
    response = client.get(address(stored(unit, HTML, "a.html").pk), headers={"Range": "bytes=38-"})
    assert (response.status_code, response["Content-Range"]) == (416, "bytes */38")


def test_a_part_of_another_version_gets_the_whole(officer: tuple) -> None:
    client, unit = officer
    response = client.get(
        address(stored(unit, HTML, "a.html").pk),
        headers={"Range": "bytes=0-3", "If-Range": '"old"'},
    )
    assert response.status_code == 200


@pytest.mark.parametrize(
    ("header", "size", "wanted"),
    [
        ("", 10, None), ("bytes=-", 10, None), ("bytes=2-1", 10, None), ("bytes=0-", 10, (0, 9)), ("bytes=-99", 10, (0, 9)),
    ],
)  # fmt: skip
def test_wanted_range(header: str, size: int, wanted: tuple[int, int] | None) -> None:
    assert wanted_range(header, size) == wanted


def test_a_content_that_is_gone_is_404(officer: tuple) -> None:
    client, unit = officer
    file = stored(unit)
    path_of(file).unlink()
    assert client.get(address(file.pk)).status_code == 404
