"""Every page template: compiles, obeys the content policy, names nothing that is missing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.template import engines
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from jinja2 import UndefinedError
from jinja2.meta import find_referenced_templates
from markupsafe import Markup

from halfsky.site import jinja

SOURCE = Path(__file__).resolve().parents[2]
JINJA = sorted(SOURCE.rglob("jinja2/**/*.html"))
DJANGO = sorted(SOURCE.rglob("templates/**/*.html"))


def named(path: Path) -> str:
    """The template's name within its engine."""
    return path.as_posix().split("/jinja2/" if "/jinja2/" in path.as_posix() else "/templates/")[-1]


def environment():
    """The environment of the pages."""
    return engines["jinja2"].env


@pytest.fixture
def visitor(rf: RequestFactory) -> HttpRequest:
    """A request of nobody in particular."""
    request = rf.get("/")
    request.user = AnonymousUser()
    request._messages = []  # type: ignore[attr-defined]
    return request


@pytest.mark.parametrize("path", JINJA, ids=named)
def test_page_compiles_and_what_it_extends_and_includes_is_there(path: Path) -> None:
    source = path.read_text("utf-8")
    environment().compile(source, named(path), str(path))
    wanted = find_referenced_templates(environment().parse(source))
    assert set(wanted) <= {named(one) for one in JINJA}


@pytest.mark.parametrize("path", [*JINJA, *DJANGO], ids=named)
def test_page_has_nothing_that_the_policy_forbids(path: Path) -> None:
    text = re.sub(r"\{([#%{]).*?[#%}]\}", "", path.read_text("utf-8"), flags=re.S)
    assert re.findall(r"""<[^>]*\sstyle\s*=""", text) == []
    assert re.findall(r"""<[^>]*\s(?:on[a-z]+|hx-on[:-]?[a-z]*)\s*=""", text) == []
    assert re.findall(r"<style\b|javascript:|\bjs:", text) == []
    assert re.findall(r"<script(?![^>]*\b(?:src=|type=\"application/json\"))", text) == []


@pytest.mark.parametrize("path", JINJA, ids=named)
def test_page_imports_no_kit_of_its_own(path: Path) -> None:
    assert re.findall(r"\{%-?\s*(?:import|from)\s", path.read_text("utf-8")) == []


@pytest.mark.parametrize("path", JINJA, ids=named)
def test_page_marks_nothing_safe(path: Path) -> None:
    assert re.findall(r"\|\s*safe\b|autoescape", path.read_text("utf-8")) == []


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        environment().from_string("{{ nobody_set_this }}").render()


@pytest.mark.parametrize("code", [400, 403, 404, 413, 429, 500])
def test_error_page_has_a_frame_without_an_account(visitor: HttpRequest, code: int) -> None:
    text = render_to_string(
        "site/error.html", {"code": code, "title": "标题", "text": "说明"}, visitor
    )
    assert re.findall(r"<h1[^>]*>(.*?)</h1>", text) == ["标题"]
    assert "<title>标题 · 半边天</title>" in text


def test_error_page_needs_no_middleware(rf: RequestFactory) -> None:
    text = render_to_string(
        "site/error.html", {"code": 400, "title": "a", "text": "b"}, rf.get("/")
    )
    assert text.count("<main") == 1


def test_page_has_landmarks_and_one_heading(visitor: HttpRequest) -> None:
    text = render_to_string("site/error.html", {"code": 404, "title": "a", "text": "b"}, visitor)
    assert [
        text.count(tag) for tag in ("<main", "<h1", "<header", 'class="skip"', 'role="status"')
    ] == [1, 1, 1, 1, 2]


# ── the kit ────────────────────────────────────────────────────────────────────────────────


def test_lamp_says_its_state_by_shape_and_word() -> None:
    made = jinja.lamp("due")
    assert "#i-lamp-due" in made
    assert "临期" in made


def test_lamp_escapes_its_words() -> None:
    assert "<b>" not in jinja.lamp("ok", "<b>", "<b>")


def test_lamp_of_an_unknown_state_is_an_error() -> None:
    with pytest.raises(ValueError, match="purple"):
        jinja.lamp("purple")


def test_bar_of_nothing_is_empty_not_broken() -> None:
    assert '<progress class="bar" max="1" value="0"' in jinja.bar(0, 0)


def test_stackbar_names_its_numbers() -> None:
    assert 'aria-label="逾期2，正常3"' in jinja.stackbar({"ok": 3, "late": 2, "due": 0})


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1, "一"),
        (9, "九"),
        (10, "十"),
        (11, "十一"),
        (20, "二十"),
        (21, "二十一"),
        (99, "九十九"),
        (100, "100"),
    ],
)
def test_numeral(number: int, text: str) -> None:
    assert jinja.numeral(number) == text


@pytest.mark.parametrize(("name", "sign"), [("何雅琴", "琴"), ("Anna Li", "A"), ("", "")])
def test_av_is_one_character(name: str, sign: str) -> None:
    assert jinja.av(name) == Markup('<span class="av" aria-hidden="true">{}</span>').format(sign)


def test_here_changes_and_drops_query_values(rf: RequestFactory) -> None:
    request = rf.get("/tasks/", {"state": "late", "page": "3"})
    assert jinja.here(request, state="due", page=None) == "/tasks/?state=due"


# ── the visitor's preferences ──────────────────────────────────────────────────────────────


@pytest.mark.django_db
def test_visitor_keeps_large_print_and_language_in_a_cookie(client: Client) -> None:
    client.post("/preferences/", {"quick": "large_print=on"})
    client.post("/preferences/", {"quick": "language=en"})
    page = client.get("/preferences/").content.decode()
    assert re.findall(r'<html lang="([^"]+)" data-bs-theme="([^"]+)" class="([^"]+)"', page) == [
        ("en", "auto", "big-text")
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "place", ["https://elsewhere.example/", "//elsewhere.example", "javascript:x"]
)
def test_preferences_go_back_to_our_own_pages_only(client: Client, place: str) -> None:
    response = client.post("/preferences/", {"quick": "theme=dark", "next": place})
    assert response.headers["Location"] == "/preferences/"


@pytest.mark.django_db
def test_an_unknown_quick_choice_changes_nothing(client: Client) -> None:
    client.post("/preferences/", {"quick": "theme=<script>"})
    assert 'data-bs-theme="auto"' in client.get("/preferences/").content.decode()


@pytest.mark.django_db
def test_a_wrong_form_is_answered_422_and_keeps_nothing(client: Client) -> None:
    response = client.post("/preferences/", {"language": "xx", "theme": "dark"})
    assert (response.status_code, "halfsky_view" in response.cookies) == (422, False)


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/account/login/", "/preferences/"])
def test_page_for_visitors_obeys_the_policy(client: Client, address: str) -> None:
    text = client.get(address).content.decode()
    assert re.findall(r"<[^>]+\s(?:style|on[a-z]+)\s*=", text) == []
    assert re.findall(r"<script(?![^>]*(?:src=|application/json))[^>]*>", text) == []
    assert text.count("<h1") == 1
