"""htmx and our scripts in a browser from which the interfaces newer than Chromium 86 are taken."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
STATIC = Path(__file__).resolve().parents[1] / "static"
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
# What a Chromium 86 lacks and htmx asks for (docs/adr/0005-htmx-version.md), and what we might miss.
WITHOUT = """
delete window.navigation; Object.defineProperty(window, "navigation", {value: undefined});
delete Document.parseHTMLUnsafe; delete Document.prototype.startViewTransition;
delete Element.prototype.moveBefore; delete Node.prototype.moveBefore;
delete Element.prototype.checkVisibility; delete Element.prototype.setHTMLUnsafe;
delete AbortSignal.prototype.reason; delete AbortSignal.any; delete AbortSignal.timeout;
Object.defineProperty(Document.prototype, "adoptedStyleSheets", {get: () => Object.freeze([])});
delete Array.prototype.at; delete String.prototype.at; delete Array.prototype.findLast;
delete Object.hasOwn; delete window.structuredClone; delete crypto.randomUUID;
delete Object.groupBy; delete Array.prototype.toSorted; delete Promise.withResolvers;
"""
PAGE = """<!doctype html><html lang="zh-CN" data-bs-theme="light"><head><meta charset="utf-8"><title>t</title>
<meta name="htmx-config" content='{"includeIndicatorCSS": false, "noSwap": [204, 304, 400, 403, 404, 405, 413, 429, "5xx"]}'>
<link rel="stylesheet" href="/static/site/halfsky.css">
<script src="/static/vendor/htmx/htmx.min.js" defer></script><script src="/static/site/halfsky.js" defer></script>
<script src="/static/site/parts.js" defer></script></head>
<body hx-headers:inherited='{"X-CSRFToken": "from-page"}' data-login="/account/login/" data-preferences="/preferences/" data-keys="on"
 data-t-offline="没连上服务器" data-t-kept="您填的内容还在" data-t-retry="重试" data-t-close="关闭" data-t-signin="登录已过期"
 data-t-signin-text="您填的内容还在" data-t-signin-do="去登录" data-t-failed="没有办成" data-t-slow="慢" data-t-copied="已复制" data-t-gone="没有这条记录">
<main id="main"><h1>t</h1>
<form id="f" hx-post="/form" hx-target="#f" hx-swap="outerHTML" data-keep><input id="name" name="name"><button id="go">存</button></form>
<button id="part" hx-get="/part" hx-target="#place">取</button><div id="place"></div>
<button id="lost" hx-get="/lost" hx-target="#place">断</button>
<button id="gone" hx-get="/gone" hx-target="#place">没</button>
<button id="out" hx-get="/out" hx-target="#place">退</button>
<ul><li data-row><a href="#a" id="a">甲</a></li><li data-row><a href="#b" id="b">乙</a></li></ul>
</main><dialog id="keys"><button data-close>关</button></dialog>
<div class="sr" id="say" role="status"></div><div class="toasts" id="toasts"></div></body></html>"""
FAULTS = """<form id="f" hx-post="/form"><p role="alert" tabindex="-1" data-focus id="sum">有1处要改</p>
<input id="name" name="name" value="kept"></form>"""


class Answers(BaseHTTPRequestHandler):
    """The page, its files, and one address for each thing that can happen to a part."""

    sent: ClassVar[list[dict[str, str]]] = []

    def do_GET(self) -> None:
        if self.path.startswith("/static/"):
            file = STATIC / self.path.removeprefix("/static/")
            self.answer(200, file.read_bytes(), TYPES[file.suffix])
        elif self.path == "/part":
            self.answer(200, '<p data-say="取到2条">两条</p>'.encode())
        elif self.path == "/gone":
            self.answer(404, b"<h1>whole page</h1>")
        elif self.path == "/out":
            self.answer(302, b"", Location="/account/login/")
        elif self.path == "/favicon.ico":
            self.answer(204, b"")
        else:
            self.answer(200, PAGE.encode())

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.sent.append({name.lower(): value for name, value in self.headers.items()})
        self.answer(422, FAULTS.encode())

    def answer(self, status: int, body: bytes, kind: str = "text/html", **headers: str) -> None:
        """Send one answer."""
        self.send_response(status)
        for name, value in {
            "Content-Type": f"{kind}; charset=utf-8",
            "Content-Length": str(len(body)),
            **headers,
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def old(page: Page) -> Iterator[Page]:
    """A page as Chromium 86 would run it; a script error fails the test."""
    errors: list[str] = []
    Answers.sent.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.route("**/lost", lambda route: route.abort("connectionfailed"))
        page.add_init_script(WITHOUT)
        page.goto(f"http://127.0.0.1:{server.server_port}/")
        yield page
        page.goto("about:blank")
        server.shutdown()
        thread.join()
    assert errors == []


def test_interfaces_are_really_gone(old: Page) -> None:
    left = old.evaluate(
        "[Object.hasOwn, [].at, Document.parseHTMLUnsafe, window.navigation, AbortSignal.any].filter(Boolean).length"
    )
    assert left == 0


def test_part_is_swapped_and_announced(old: Page) -> None:
    old.click("#part")
    expect(old.locator("#place")).to_have_text("两条")
    expect(old.locator("#say")).to_have_text("取到2条")


def test_form_with_faults_is_swapped_and_its_summary_focused(old: Page) -> None:
    old.fill("#name", "x")
    old.click("#go")
    expect(old.locator("#sum")).to_be_focused()
    assert Answers.sent[0]["x-csrftoken"] == "from-page"
    assert Answers.sent[0]["hx-request-type"] == "partial"


def test_cookie_token_wins_over_the_page_s(old: Page) -> None:
    old.evaluate("document.cookie = 'csrftoken=from-cookie'")
    old.fill("#name", "x")
    old.click("#go")
    expect(old.locator("#sum")).to_be_visible()
    assert Answers.sent[0]["x-csrftoken"] == "from-cookie"


def test_lost_connection_is_told_and_typed_text_stays(old: Page) -> None:
    old.fill("#name", "typed")
    old.click("#lost")
    expect(old.locator(".offline")).to_contain_text("没连上服务器")
    expect(old.locator("#name")).to_have_value("typed")


def test_missing_record_is_told_and_no_page_lands_in_a_part(old: Page) -> None:
    old.click("#gone")
    expect(old.locator(".offline")).to_contain_text("没有这条记录")
    expect(old.locator("#place")).to_be_empty()


def test_sign_in_page_never_lands_in_a_part(old: Page) -> None:
    old.click("#out")
    expect(old.locator(".offline")).to_contain_text("登录已过期")
    expect(old.locator("#place")).to_be_empty()


def test_single_keys_walk_the_rows_but_not_from_a_field(old: Page) -> None:
    old.keyboard.press("j")
    expect(old.locator("#a")).to_be_focused()
    old.keyboard.press("j")
    expect(old.locator("#b")).to_be_focused()
    old.keyboard.press("k")
    expect(old.locator("#a")).to_be_focused()
    old.focus("#name")
    old.keyboard.type("jk?")
    expect(old.locator("#name")).to_have_value("jk?")
    expect(old.locator("#keys")).to_be_hidden()


def test_single_keys_can_be_switched_off(old: Page) -> None:
    old.evaluate("document.body.dataset.keys = 'off'")
    old.keyboard.press("?")
    expect(old.locator("#keys")).to_be_hidden()


def test_question_mark_shows_the_keys(old: Page) -> None:
    old.keyboard.press("?")
    expect(old.locator("#keys")).to_be_visible()


def test_leaving_with_typed_text_asks_first(old: Page) -> None:
    old.fill("#name", "typed")
    assert old.evaluate(
        "(() => { const leave = new Event('beforeunload', {cancelable: true}); window.dispatchEvent(leave); return leave.defaultPrevented; })()"
    )
    assert old.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
