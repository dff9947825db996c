"""The main job by mouse, in Chinese: a document comes in, is put right, adopted, carried out."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from halfsky.people.models import Account
from halfsky.plans.models import Measure, Plan
from halfsky.site.example import story
from tests.journeys.browsing import Visit, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.on_day(date(2026, 3, 2))]

PASSWORD = "清风徐来-2026-hefeng"
DOCX = {
    "name": "青禾市生态环境局2026年妇女工作要点.docx",
    "mimeType": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "buffer": (Path(story.__file__).parent / "plan.docx").read_bytes(),
}


def row_of(me: Visitor, words: str) -> Locator:
    """The row of the measure whose text begins with `words`."""
    pk = Measure.objects.get(text__startswith=words, plan=Plan.objects.latest("pk")).pk
    return me.page.locator(f"#m-{pk}")


def open_every_point(me: Visitor) -> None:
    closed = me.page.locator("details.kpr:not([open]) > summary")
    while closed.count():
        closed.first.click()


def select_text(me: Visitor, words: str) -> None:
    """Drag the mouse over `words` in the document, as one selects text."""
    box = me.page.evaluate(
        """(words) => {
          const walk = document.createTreeWalker(document.querySelector("#doc article"), NodeFilter.SHOW_TEXT);
          for (let node = walk.nextNode(); node; node = walk.nextNode()) {
            const at = node.data.indexOf(words);
            if (at < 0) continue;
            node.parentElement.scrollIntoView({ block: "center" });
            const range = document.createRange();
            range.setStart(node, at);
            range.setEnd(node, at + words.length);
            const rects = range.getClientRects();
            const first = rects[0], last = rects[rects.length - 1];
            return [first.left, first.top + first.height / 2, last.right, last.top + last.height / 2];
          }
          return null;
        }""",
        words,
    )
    assert box, f"not in one piece of the document: {words}"
    mouse = me.page.mouse
    mouse.move(box[0] + 1, box[1])
    mouse.down()
    mouse.move((box[0] + box[2]) / 2, box[3], steps=4)
    mouse.move(box[2] - 1, box[3], steps=4)
    mouse.up()


def saved(me: Visitor, words: str) -> None:
    """Expect the toast that tells of the last step."""
    expect(me.page.locator("#toasts .toast").last).to_contain_text(me.t(words))


def sign_in(me: Visitor, username: str) -> None:
    account = Account.objects.get(username=username)
    account.set_password(PASSWORD)
    account.save()
    me.go("/account/login/")
    me.page.get_by_label(me.t("用户名")).fill(username)
    me.page.get_by_label(me.t("密码")).fill(PASSWORD)
    me.picture("sign-in")
    me.button("登录").click()
    expect(me.page.locator("nav#nav")).to_be_visible()


def bring_document(me: Visitor) -> None:
    me.link("计划文件").first.click()
    me.link("导入计划文件").first.click()
    me.page.locator("input[type=file]").set_input_files(DOCX)
    me.picture("import")
    me.button("开始识别").click()
    expect(me.page.get_by_role("heading", level=1)).to_have_text(me.t("核对计划文件"))
    expect(me.page.locator("#counts")).to_have_text("9个要点 · 36项举措")
    me.picture("review-as-read")


def assign_everything(me: Visitor) -> None:
    """Owner for all at once, then a date for those that have none."""
    page = me.page
    open_every_point(me)
    page.locator(".ms input[name=chosen]").first.check()
    me.page.get_by_label(me.t("全选"), exact=True).check()
    expect(page.locator("[data-bulk-count]")).to_contain_text("36")
    bulk = page.locator("#bulk")
    bulk.get_by_label(me.t("责任人"), exact=True).select_option(label="陶然")
    me.picture("bulk-chosen")
    me.button("改选中的").click()
    saved(me, "已改36项举措")
    me.page.get_by_label(me.t("全选"), exact=True).uncheck()
    lacking = page.locator(".ms").filter(has_text=me.t("请定完成时限或频次"))
    count = lacking.count()
    assert count > 5
    for row in lacking.all():
        row.locator("input[name=chosen]").check()
    bulk.get_by_label(me.t("完成时限"), exact=True).fill("2026-12-15")
    me.button("改选中的").click()
    expect(lacking).to_have_count(0)
    expect(page.locator("#cover")).to_contain_text(me.t("都已处理"))
    me.picture("all-assigned")


def reopen_and_declare(me: Visitor) -> None:
    """A measure goes, its sentence is open, the coverage says so and leads there; it is declared."""
    page = me.page
    row = row_of(me, "不断提高运用新媒体")
    row.locator("a.no2").click()
    editor = page.locator(".rv-ed")
    me.button("移走", within=editor).click()
    saved(me, "已移走一项举措")
    me.picture("one-sentence-open")
    page.locator("#cover [data-next]").click()
    open_one = page.locator(".sn.o")
    expect(open_one).to_have_count(1)
    expect(page.locator("#act-quote")).to_contain_text("不断提高运用新媒体")
    me.picture("open-sentence-chosen")
    me.button("背景", within=page.locator("#act-say"), exact=False).click()
    saved(me, "已记为：背景")
    expect(open_one).to_have_count(0)
    expect(page.locator("#cover")).to_contain_text(me.t("都已处理"))


def split_merge_undo(me: Visitor) -> None:
    page = me.page
    before = page.locator(".ms").count()
    row_of(me, "12月20日前完成").locator("a.no2").click()
    editor = page.locator(".rv-ed")
    editor.get_by_label(me.t("从这几个字前拆开")).fill("和资料归档")
    me.picture("editor-before-split")
    me.button("拆成两项", within=editor).click()
    saved(me, "已拆成两项")
    expect(page.locator(".ms")).to_have_count(before + 1)
    me.picture("split")
    row_of(me, "12月20日前完成").locator("a.no2").click()
    me.button("与下一项合并", within=editor).click()
    saved(me, "已与下一项合并")
    expect(page.locator(".ms")).to_have_count(before)
    undo = page.locator("#undo button")
    undo.click()
    expect(page.locator(".ms")).to_have_count(before + 1)
    undo.click()
    expect(page.locator(".ms")).to_have_count(before)
    expect(row_of(me, "12月20日前完成年度工作总结和资料归档")).to_be_visible()


def add_from_text(me: Visitor) -> None:
    """Words selected in the document become a measure; its owner and date are typed in its row."""
    words = "运用新媒体开展工作"
    select_text(me, words)
    expect(me.page.locator("#act-add-word")).to_have_text(me.t("选中的加为举措"))
    me.picture("text-selected")
    me.page.locator("#act-add button").click()
    saved(me, "已加为举措")
    row = row_of(me, words)
    owner = row.get_by_label(re.compile(f"^{me.t('责任人')}"))
    owner.focus()  # what it offers comes when somebody comes to choose
    owner.select_option(label="陶然")
    expect(me.page.locator("#saved")).to_contain_text(re.compile(r"\d:\d\d"))
    row.get_by_label(re.compile(f"^{me.t('完成时限')}")).fill("2026-11-20")
    row.get_by_label(re.compile(f"^{me.t('牵头单位')}")).focus()
    expect(row.locator(".gap")).to_have_count(0)
    expect(me.page.locator("#cover")).to_contain_text(me.t("都已处理"))
    me.picture("measure-from-text")


@pytest.mark.both_databases
def test_main_job_by_mouse(bureau: dict, visit: Visit) -> None:
    officer = visit()
    sign_in(officer, "officer")
    officer.picture("first-page")
    bring_document(officer)
    assign_everything(officer)
    reopen_and_declare(officer)
    split_merge_undo(officer)
    add_from_text(officer)
    officer.button("提交审核").click()
    officer.sees("已提交审核")
    officer.picture("submitted")
    review = officer.page.url.removeprefix(officer.site).split("#")[0]

    chair = visit("chair").go(review)
    chair.picture("chair-reviews")
    chair.button("审核通过").click()
    chair.sees("已审核通过，等领导采纳")

    leader = visit("leader").go(review)
    leader.link("采纳计划").click()
    leader.picture("leader-is-asked")
    leader.button("采纳并开始计时").click()
    expect(leader.page).to_have_url(re.compile(r"/plans/\d+/$"))
    leader.sees("已采纳，开始计时")
    leader.picture("leader-overview")

    officer.go("/")
    page = officer.page
    expect(page.locator("table.pts tbody tr")).to_have_count(9)
    expect(page.locator(".sum .lamp").first).to_be_visible()
    expect(page.locator("#h-me")).to_be_visible()
    officer.picture("overview")
    carry_out(officer)


def carry_out(me: Visitor) -> None:
    """From the overview to a task, its record, its end; the counters move."""
    page = me.page
    me.link("办任务").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(me.t("任务清单"))
    me.picture("task-list")
    first = page.locator("table.tasks tbody tr").first.locator("a").first
    first.click()
    if "/plans/measures/" not in page.url:
        me.link("返回措施").click()
    expect(page.locator("#tasks")).to_be_visible()
    me.picture("measure")
    total_before = page.locator("#tasks tbody tr").count()
    page.locator("#new-task").fill("收集学习体会并汇编成册 @陶然 3月20日")
    me.button("增加").click()
    fresh = page.locator("#tasks tbody tr").filter(has_text="收集学习体会")
    expect(fresh).to_contain_text("陶然")
    expect(page.locator("#tasks tbody tr")).to_have_count(total_before + 1)
    me.picture("task-added")

    me.watch.expected.add(422)
    fresh.get_by_role("button", name=re.compile("办结")).click()
    expect(fresh.locator("[role=alert]")).to_be_visible()
    me.picture("not-closed-before-it-is-done")
    fresh.locator("a.ttl").click()
    page.get_by_label(me.t("做了什么"), exact=False).fill("收到学习体会二十六篇，已汇编")
    me.button("登记进展").click()
    expect(page.locator("li.entry")).to_have_count(1)
    me.picture("record-with-progress")
    finish = page.get_by_text(me.t("标为完成"), exact=True).first
    finish.click()
    if page.locator("dialog#finish[open]").count():
        page.locator("#finish-reason").fill("已按实际收集完成")
        me.button("标为完成", within=page.locator("dialog#finish")).click()
    me.sees("已完成")
    me.link("返回措施").click()
    before = page.locator("#tasks .panel-h").inner_text()
    fresh.get_by_role("button", name=re.compile("办结")).click()
    expect(page.locator("#tasks .panel-h")).not_to_have_text(before)
    expect(fresh.locator(".lamp")).to_contain_text(me.t("办结"))
    me.picture("task-closed")
    page.locator(".crumb a").first.click()
    expect(page.locator(".panel-h:has(#h-main)")).to_contain_text(re.compile(r"任务 1/\d+"))
    me.picture("overview-after")
