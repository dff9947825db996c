"""The main job by keyboard alone, in English, with pasted text: Tab, Enter, arrows and single keys."""

from __future__ import annotations

import re
from datetime import date

import pytest
from playwright.sync_api import Locator, expect

from halfsky.people.models import Account
from tests.journeys.browsing import Visit, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.on_day(date(2026, 3, 2))]

PASSWORD = "清风徐来-2026-hefeng"
PASTED = """青禾市生态环境局2026年妇女工作要点
一、加强学习
3月底前组织女职工集中学习一次。
女职工占全局干部职工的三成。
全局上下要统一思想。
二、办好实事
每季度举办一期健康讲座，组织一次登山活动。
请各科室认真抓好落实。
三、建好队伍
7月举办一期妇女干部培训班。
以上内容按市妇联要求执行。
"""


def enter(me: Visitor, target: Locator, *, back: bool = False) -> None:
    """Tab to something and press Enter on it."""
    me.tab_to(target, back=back)
    me.press("Enter")


def choose(me: Visitor, select: Locator, label: str) -> None:
    """Press the arrow down in a select until it says `label`."""
    for _step in range(60):
        if select.evaluate("one => one.selectedOptions[0].text") == label:
            return
        me.press("ArrowDown")
    pytest.fail(f"the arrows never reach {label}")


def sign_in(me: Visitor) -> None:
    Account.objects.filter(username="officer").update(language="en")
    account = Account.objects.get(username="officer")
    account.set_password(PASSWORD)
    account.save()
    me.go("/account/login/")
    enter(me, me.page.get_by_role("button", name="switch to English"))
    expect(me.page.locator("html")).to_have_attribute("lang", "en")
    me.tab_to(me.page.locator("input[name=login]"))
    me.page.keyboard.type("officer")
    me.tab_to(me.page.locator("input[name=password]"))
    me.page.keyboard.insert_text(PASSWORD)
    me.press("Enter")
    expect(me.page.locator("nav#nav")).to_be_visible()
    me.picture("first-page")


def paste_document(me: Visitor) -> None:
    enter(me, me.link("导入计划文件"))
    me.tab_to(me.page.locator("textarea[name=text]"))
    me.page.keyboard.insert_text(PASTED)
    me.picture("pasted")
    enter(me, me.button("开始识别"))
    expect(me.page.get_by_role("heading", level=1)).to_have_text(me.t("核对计划文件"))
    expect(me.page.locator(".ms")).to_have_count(5)
    me.page.wait_for_load_state()


def look_at_the_keys(me: Visitor) -> None:
    me.press("?")
    expect(me.page.locator("#rv-keys")).to_be_visible()
    me.picture("keys")
    me.press("Escape")
    expect(me.page.locator("#rv-keys")).to_be_hidden()


def assign(me: Visitor) -> None:
    """J and X choose rows, the bar gives them an owner; N leads to what lacks a date."""
    page = me.page
    me.press("j", "k")
    for _row in range(5):
        me.press("x", "j")
    expect(page.locator(".ms input[name=chosen]:checked")).to_have_count(5)
    owner = me.tab_to(page.locator("#bulk").get_by_label(me.t("责任人"), exact=True), back=True)
    choose(me, owner, "陶然")
    enter(me, me.button("改选中的"))
    expect(page.locator("select.lack")).to_have_count(0)
    me.picture("owners-given")

    lacking = page.locator(".ms:has(.gap)")
    expect(lacking).to_have_count(2)
    me.press("n")
    row = page.locator(".ms:focus")
    expect(row).to_have_count(1)
    expect(row.locator(".gap")).to_have_count(1)
    me.tab_to(page.locator(".ms.on input[name=due_on]"))
    me.page.keyboard.type("12152026")
    me.press("Tab")
    expect(lacking).to_have_count(1)

    me.tab_to(page.locator(".ms.on a.no2"), back=True)
    me.press("n", "Enter")
    editor = page.locator(".rv-ed")
    expect(editor.locator("textarea[name=text]")).to_be_focused()
    me.tab_to(editor.locator("input[name=due_on]"))
    me.page.keyboard.type("09302026")
    me.picture("editor")
    enter(me, editor.locator("button[name=save]"))
    expect(lacking).to_have_count(0)
    expect(page.locator("#cover")).to_contain_text(me.t("都已处理"))
    me.picture("dates-given")


def settle_sentences(me: Visitor) -> None:
    """0 opens a declared sentence, N finds it, 2 calls it background; M and U add and take back."""
    page = me.page
    if page.locator(".rv-ed").count():
        me.press("Escape")
    me.tab_to(page.locator("#doc"), back=True)
    me.press("j", "j")
    expect(page.locator(".sn.at")).to_contain_text("女职工占全局干部职工的三成")
    me.press("0")
    expect(page.locator(".sn.o")).to_have_count(1)
    expect(page.locator("#cover [data-next]")).to_be_visible()
    me.picture("sentence-open")
    me.press("n", "2")
    expect(page.locator(".sn.o")).to_have_count(0)
    expect(page.locator(".sn.at")).to_contain_text(me.t("背景"))
    me.press("m")
    expect(page.locator(".ms")).to_have_count(6)
    me.picture("sentence-added")
    me.press("u")
    expect(page.locator(".ms")).to_have_count(5)
    expect(page.locator("#cover")).to_contain_text(me.t("都已处理"))


@pytest.mark.both_databases
def test_main_job_by_keyboard(bureau: dict, visit: Visit) -> None:
    officer = visit(language="en")
    sign_in(officer)
    paste_document(officer)
    look_at_the_keys(officer)
    assign(officer)
    settle_sentences(officer)
    review = officer.page.url.removeprefix(officer.site).split("#")[0]
    enter(officer, officer.button("提交审核"), back=True)
    officer.sees("已提交审核")

    chair = visit("chair", language="en").go(review)
    enter(chair, chair.button("审核通过"))
    chair.sees("已审核通过，等领导采纳")

    leader = visit("leader", language="en").go(review)
    enter(leader, leader.link("采纳计划"))
    leader.picture("asked")
    enter(leader, leader.button("采纳并开始计时"))
    expect(leader.page).to_have_url(re.compile(r"/plans/\d+/$"))
    leader.picture("overview")
    carry_out(officer.go("/"))


def carry_out(me: Visitor) -> None:
    """From the overview to a closed task, without the mouse."""
    page = me.page
    enter(me, me.link("办任务"))
    expect(page.locator("table.tasks tbody tr").first).to_be_visible()
    page.wait_for_load_state()  # single keys come with the script
    me.press("j", "Enter")
    page.wait_for_url(re.compile(r"/(measures|general)/\d+/"))
    if "/measures/" not in page.url:
        enter(me, me.link("返回措施"))
    expect(page.locator("#new-task")).to_be_visible()
    me.tab_to(page.locator("#new-task"))
    page.keyboard.type("Collect what was learnt @陶然 3月20日")
    me.press("Enter")
    fresh = page.locator("#tasks tbody tr").filter(has_text="Collect what was learnt")
    expect(fresh).to_have_count(1)
    me.picture("task-added")
    enter(me, fresh.locator("a.ttl"))
    me.tab_to(page.locator("textarea[name=what]"))
    page.keyboard.type("Twenty-six papers came in")
    enter(me, me.button("登记进展"))
    expect(page.locator("li.entry")).to_have_count(1)
    enter(me, me.button("标为完成"))
    me.sees("已完成")
    me.picture("record-finished")
    enter(me, me.link("返回措施"))
    enter(me, fresh.get_by_role("button").first)
    expect(fresh.locator(".lamp.is-done")).to_be_visible()
    me.picture("task-closed")
    enter(me, page.locator("#tasks tbody tr a.btn").filter(has_text=me.t("重开")))
    page.keyboard.type("A paper was missing")
    me.picture("reopen")
    me.press("Escape")
