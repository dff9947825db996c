"""A person at a browser: what she reads, presses and sees, and what goes wrong on her pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import translation
from django.utils.translation import gettext
from playwright.sync_api import BrowserContext, Locator, Page, expect

DESK = {"width": 1440, "height": 900}
PHONE = {"width": 360, "height": 740}
PATIENCE = 10_000  # milliseconds
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE = Axe()

# The browser tells of a broken policy in an event; the console carries it to the watch.
TELL = """addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile || ""}`));"""
REFUSED = re.compile(r"server responded with a status of (\d+)")


@dataclass
class Pictures:
    """Numbers the pictures of one test in the order of its steps."""

    folder: Path
    test: str
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def take(self, page: Page, name: str) -> None:
        """Keep a picture of the whole page."""
        path = self.folder / f"{self.test}-{next(self.numbers):02d}-{name}.png"
        # hiding the caret would leave style attributes in the page, which the policy forbids to copy
        # a page of panes is as high as the window, and would lose its panes' places
        whole = page.locator("#review").count() == 0
        page.screenshot(path=path, full_page=whole, caret="initial")


@dataclass
class Watch:
    """What went wrong on the pages of a browser."""

    faults: list[str] = field(default_factory=list)
    expected: set[int] = field(default_factory=set)

    def over(self, page: Page) -> None:
        """Listen to a page."""
        page.on("console", lambda message: self._console(message.type, message.text, page.url))
        page.on("pageerror", lambda error: self.faults.append(f"{page.url}: {error}"))
        page.on("response", lambda answer: self._answer(answer.status, answer.url))

    def _console(self, kind: str, text: str, url: str) -> None:
        if kind != "error":
            return
        refused = REFUSED.search(text)
        if not refused or int(refused[1]) not in self.expected:
            self.faults.append(f"{url}: console: {text}")

    def _answer(self, status: int, url: str) -> None:
        if status >= 500:
            self.faults.append(f"{url}: answered {status}")


class Visitor:
    """Somebody at a browser; what she reads is named by its Chinese words in either language."""

    def __init__(
        self, context: BrowserContext, site: str, name: str, language: str, pictures: Pictures
    ) -> None:
        self.context, self.site, self.name, self.language = context, site, name, language
        self.watch = Watch()
        self.pictures = pictures
        context.on("page", self.watch.over)
        context.add_init_script(TELL)
        context.set_default_timeout(PATIENCE)
        self.page = context.new_page()

    def t(self, text: str, **values: Any) -> str:
        """`text` as the interface says it in this visitor's language."""
        with translation.override(self.language):
            said = gettext(text)
        return said % values if values else said

    def go(self, path: str) -> Visitor:
        """Open an address of the site."""
        self.page.goto(self.site + path)
        return self

    def button(self, text: str, *, within: Locator | None = None, exact: bool = True) -> Locator:
        """The button that says `text`."""
        return (within or self.page).get_by_role("button", name=self.t(text), exact=exact)

    def link(self, text: str, *, within: Locator | None = None, exact: bool = True) -> Locator:
        """The link that says `text`."""
        return (within or self.page).get_by_role("link", name=self.t(text), exact=exact)

    def sees(self, text: str, *, within: Locator | None = None) -> Locator:
        """Expect `text` somewhere in `within`, else in the page."""
        place = (within or self.page.locator("body")).get_by_text(self.t(text)).first
        expect(place).to_be_visible()
        return place

    def picture(self, name: str) -> None:
        """Keep a picture of the page as it stands."""
        self.pictures.take(self.page, name)

    def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    @property
    def focused(self) -> Locator:
        """What has the keyboard."""
        return self.page.locator(":focus")

    def tab_to(self, target: Locator, *, back: bool = False, limit: int = 150) -> Locator:
        """Press Tab until `target` has the keyboard, as one without a mouse must."""
        for _step in range(limit):
            if target.count() and target.first.evaluate("one => one === document.activeElement"):
                return target.first
            self.page.keyboard.press("Shift+Tab" if back else "Tab")
        pytest.fail(f"Tab never reaches {target}")

    def faults_of_access(self, rules: list[str] | None = None) -> list[str]:
        """What axe finds on the page, one line for each element."""
        only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": AXE_TAGS}
        found = AXE.run(self.page, options={"runOnly": only, "resultTypes": ["violations"]})
        return [
            f"{fault['id']} ({fault['impact']}): {node['html'][:160]} | {node['failureSummary'][:300]}"
            for fault in found.response["violations"]
            for node in fault["nodes"]
        ]

    def is_clean(self) -> None:
        """Expect axe to find nothing."""
        self.page.evaluate("scrollTo(0, 0)")  # what lies under the top bar is out of sight
        assert not (found := self.faults_of_access()), "\n".join(found)


Visit = Callable[..., Visitor]
