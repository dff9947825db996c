"""Ctrl-K: two Chinese characters find a task and a person; nobody finds what is not hers to see."""

from __future__ import annotations

import re
from datetime import date

import pytest
from playwright.sync_api import expect

from halfsky.plans.models import Plan
from tests.journeys.browsing import PHONE, Visit, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.on_day(date(2026, 3, 2))]


def ask(me: Visitor, words: str) -> None:
    """Open the palette and type."""
    me.page.wait_for_load_state()
    me.press("Control+k")
    expect(me.page.locator("#palette-q")).to_be_focused()
    me.page.locator("#palette-q").fill("")
    me.page.keyboard.type(words)
    expect(me.page.locator(f'#palette-hits [data-q="{words}"]')).to_be_visible()


def test_palette_finds_tasks_and_persons(running: Plan, visit: Visit) -> None:
    me = visit("officer").go("/plans/list/")
    ask(me, "练兵")
    hits = me.page.locator("#palette-hits a.hit")
    expect(hits.first).to_contain_text("练兵")
    labels = set(me.page.locator("#palette-hits .tag").all_inner_texts())
    assert "任务" in labels, labels
    me.picture("a-task")
    me.is_clean()
    me.press("ArrowDown")
    expect(hits.first).to_be_focused()
    me.press("ArrowUp")
    expect(me.page.locator("#palette-q")).to_be_focused()
    me.press("ArrowDown", "Enter")
    expect(me.page).to_have_url(re.compile(r"/plans/measures/\d+/|/general/\d+/|/review/"))

    ask(me, "若溪")
    expect(hits.first).to_contain_text("杜若溪")
    me.picture("a-person")
    me.press("Enter")
    expect(me.page).to_have_url(re.compile(r"/people/persons/\d+/"))
    me.press("Control+k", "Escape")
    expect(me.page.locator("#palette")).to_be_hidden()


def test_a_liaison_does_not_find_the_tasks_of_others(running: Plan, visit: Visit) -> None:
    officer = visit("officer").go("/plans/list/")
    ask(officer, "培训")
    expect(officer.page.locator("#palette-hits .tag", has_text="任务").first).to_be_visible()

    liaison = visit("liaison").go("/plans/list/")
    ask(liaison, "培训")  # the personnel department's
    liaison.picture("of-a-liaison")
    expect(liaison.page.locator("#palette-hits .tag", has_text="任务")).to_have_count(0)


def test_nothing_found_says_so(running: Plan, visit: Visit) -> None:
    me = visit("officer").go("/plans/list/")
    me.page.wait_for_load_state()
    me.press("Control+k")
    me.page.keyboard.type("鲸鱼")
    expect(me.page.locator("#palette-hits")).to_contain_text("没有找到")
    me.is_clean()


def test_palette_on_a_phone(running: Plan, visit: Visit) -> None:
    me = visit("officer", viewport=PHONE, large_print=True).go("/plans/list/")
    me.page.locator("a.find").click()
    me.page.locator("#palette-q").fill("练兵")
    expect(me.page.locator("#palette-hits a.hit").first).to_be_visible()
    me.picture("phone")
    assert me.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    me.is_clean()
