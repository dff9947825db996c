"""Two officers over one plan: nobody's words are lost, each sees what the other did."""

from __future__ import annotations

import re
from datetime import date

import pytest
from playwright.sync_api import expect

from halfsky.people.models import Account
from halfsky.people.services import accounts
from halfsky.plans.models import Measure
from halfsky.site.example import story
from tests.journeys.browsing import Visit, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.on_day(date(2026, 3, 2))]

THEIRS = "3月底前组织全局女干部职工集中学习，不少于4次"
MINE = "3月底前组织女职工集中学习，并写学习体会"
POLLED = 9_000  # milliseconds; the page looks every five seconds


@pytest.fixture
def plan(bureau: dict):
    """The example as read, and a second officer for it."""
    by = {account.username: account for account in Account.objects.all()}
    accounts.grant_role(account=by["member"], role="officer", unit=bureau["QHSTHJ"], by=None)
    return story.bring_plan(bureau["QHSTHJ"], by["officer"])


def test_two_officers_change_one_measure(plan, visit: Visit) -> None:
    measure = plan.measures.order_by("pk").first()
    here = f"/plans/{plan.pk}/review/"
    first, second = visit("officer").go(here), visit("member").go(here)
    second.watch.expected.add(409)

    def text(who: Visitor):
        return who.page.locator(f"#m-{measure.pk} textarea[name=text]")

    # the second begins to type before the first saves, so nothing that arrives may overwrite her
    text(second).fill(MINE)
    text(first).fill(THEIRS)
    text(first).blur()
    expect(first.page.locator("#saved")).to_contain_text(re.compile(r"\d:\d\d"))
    text(second).blur()
    conflict = second.page.locator(f"#m-{measure.pk} .note.warn")
    expect(conflict).to_contain_text("陶然刚改过这一项")
    expect(text(second)).to_have_value(MINE)
    assert Measure.objects.get(pk=measure.pk).text == THEIRS
    conflict.locator("summary").click()
    expect(conflict.locator("table")).to_contain_text(MINE)
    expect(conflict.locator("table")).to_contain_text(THEIRS)
    second.picture("conflict")
    second.is_clean()
    second.button("用我的", within=conflict).click()
    expect(conflict).to_have_count(0)
    assert Measure.objects.get(pk=measure.pk).text == MINE

    # the first, who did nothing meanwhile, sees it arrive and is told by whom
    expect(text(first)).to_have_value(MINE, timeout=POLLED)
    expect(first.page.locator("#rv-note")).to_contain_text("方玉梅")
    first.picture("change-arrived")
    first.is_clean()


def test_the_other_ones_words_are_taken(plan, visit: Visit) -> None:
    measure = plan.measures.order_by("pk").first()
    here = f"/plans/{plan.pk}/review/"
    first, second = visit("officer").go(here), visit("member").go(here)
    second.watch.expected.add(409)
    row = f"#m-{measure.pk}"
    second.page.locator(f"{row} textarea[name=text]").fill(MINE)
    first.page.locator(f"{row} textarea[name=text]").fill(THEIRS)
    first.page.locator(f"{row} textarea[name=text]").blur()
    expect(first.page.locator("#saved")).to_contain_text(re.compile(r"\d:\d\d"))
    second.page.locator(f"{row} textarea[name=text]").blur()
    second.button("用她的", within=second.page.locator(row)).click()
    expect(second.page.locator(f"{row} textarea[name=text]")).to_have_value(THEIRS)
    assert Measure.objects.get(pk=measure.pk).text == THEIRS


def test_different_fields_do_not_clash(plan, visit: Visit) -> None:
    """One changes the words, the other the date: both stand, and both see both."""
    measure = plan.measures.order_by("pk").first()
    here = f"/plans/{plan.pk}/review/"
    first, second = visit("officer").go(here), visit("member").go(here)
    row = f"#m-{measure.pk}"
    first.page.locator(f"{row} textarea[name=text]").fill(THEIRS)
    first.page.locator(f"{row} textarea[name=text]").blur()
    expect(first.page.locator("#saved")).to_contain_text(re.compile(r"\d:\d\d"))
    second.page.locator(f"{row} input[name=due_on]").fill("2026-03-20")
    second.page.locator(f"{row} input[name=due_on]").blur()
    expect(second.page.locator("#saved")).to_contain_text(re.compile(r"\d:\d\d"))
    measure.refresh_from_db()
    assert (measure.text, measure.due_on) == (THEIRS, date(2026, 3, 20))
    expect(second.page.locator(f"{row} textarea[name=text]")).to_have_value(THEIRS, timeout=POLLED)
    expect(first.page.locator(f"{row} input[name=due_on]")).to_have_value(
        "2026-03-20", timeout=POLLED
    )
