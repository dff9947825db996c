"""What is refused says what is wrong, what to do, and keeps what was typed."""

from __future__ import annotations

import re
from datetime import date

import pytest
from playwright.sync_api import expect

from halfsky.people.models import Account
from halfsky.plans.models import Plan, Sentence
from halfsky.site.example import story
from tests.journeys.browsing import Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.on_day(date(2026, 3, 2))]

# A page that may not be opened: the least that a reader of PDF takes for an encrypted one.
ENCRYPTED_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\n"
    b"4 0 obj<</Filter/Standard/V 1/R 2/P -4/O<"
    + b"28" * 32
    + b">/U<"
    + b"31" * 32
    + b">>>endobj\n"
    b"trailer<</Root 1 0 R/Encrypt 4 0 R/ID[<" + b"00" * 16 + b"><" + b"00" * 16 + b">]>>\n%%EOF\n"
)
BAD_FILES = {
    "empty": ("要点.docx", b""),
    "garbage": ("要点.docx", bytes(range(256)) * 40),
    "another kind": ("要点.pdf", b"\x89PNG\r\n\x1a\n" + b"\x00" * 200),
    "encrypted": ("要点.pdf", ENCRYPTED_PDF),
    "unknown ending": ("要点.xyz", b"\x00\x01\x02\x03" * 100),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_bad_file(bureau: dict, visit: Visit, name: str) -> None:
    """A file that cannot be read: one sentence, nothing stored, the year that was typed still there."""
    file_name, content = BAD_FILES[name]
    me = visit("officer").go("/plans/documents/new/")
    me.watch.expected.add(422)
    me.page.get_by_label(re.compile("^计划年度")).fill("2027")
    me.page.locator("input[type=file]").set_input_files(
        {"name": file_name, "mimeType": "application/octet-stream", "buffer": content}
    )
    me.button("开始识别").click()
    note = me.page.locator("#import-problem .note")
    expect(note).to_be_visible()
    expect(note).to_be_focused()
    said = note.inner_text()
    assert len(said) > 10, said
    assert "Traceback" not in said
    assert "Error" not in said
    expect(me.page.get_by_label(re.compile("^计划年度"))).to_have_value("2027")
    assert not Plan.objects.exists()
    me.picture("said")
    me.is_clean()


def test_nothing_chosen(bureau: dict, visit: Visit) -> None:
    me = visit("officer").go("/plans/documents/new/")
    me.watch.expected.add(422)
    me.button("开始识别").click()
    expect(me.page.locator("#import-problem")).to_contain_text("还没有文件")
    me.picture("said")


def test_adoption_refused_while_a_sentence_is_open(bureau: dict, visit: Visit) -> None:
    """Submitting names each open place; its link leads there."""
    officer = Account.objects.get(username="officer")
    plan = story.bring_plan(bureau["QHSTHJ"], officer)
    story.assign(plan, bureau, officer)
    sentence = Sentence.objects.filter(plan=plan).first()
    me = visit("officer").go(f"/plans/{plan.pk}/review/?sentence={sentence.pk}")
    me.page.locator(f"#s-{sentence.pk}").click()
    me.button("取消说明", exact=False).click()
    expect(me.page.locator(".sn.o")).to_have_count(1)
    me.button("提交审核").click()
    gaps = me.page.locator("#gaps")
    expect(gaps).to_be_focused()
    expect(gaps.locator("li")).to_have_count(1)
    expect(gaps).to_contain_text("开局之年")
    me.picture("which-is-open")
    me.is_clean()
    gaps.locator("li a").click()
    expect(me.page.locator("#act-quote")).to_contain_text("开局之年")
    plan.refresh_from_db()
    assert plan.state == "proposed"
    me.button("背景", exact=False, within=me.page.locator("#act-say")).click()
    expect(me.page.locator(".sn.o")).to_have_count(0)
    expect(gaps).to_be_hidden()
    me.button("提交审核").click()
    me.sees("已提交审核")


def test_signed_out_while_typing(running: Plan, visit: Visit) -> None:
    """The session ends elsewhere: what is typed stays in the page, and is sent after signing in."""
    measure = running.measures.order_by("pk").first()
    me = visit("officer").go(f"/plans/measures/{measure.pk}/")
    box = me.page.locator("#new-task")
    box.fill("整理学习笔记 @陶然 3月20日")
    kept = me.context.cookies()
    me.context.clear_cookies(name="sessionid")
    me.watch.expected |= {403}
    me.button("增加").click()
    warning = me.page.locator(".note.offline")
    expect(warning).to_be_visible()
    me.picture("signed-out")
    expect(box).to_have_value("整理学习笔记 @陶然 3月20日")
    me.context.add_cookies(kept)  # signed in again in another window
    me.button("增加").click()
    expect(me.page.locator("#tasks tbody")).to_contain_text("整理学习笔记")
    expect(warning).to_have_count(0)


def test_leaving_with_unsaved_words_asks(running: Plan, visit: Visit) -> None:
    measure = running.measures.order_by("pk").first()
    me = visit("officer").go(f"/plans/measures/{measure.pk}/")
    me.page.locator("#new-task").press_sequentially("没写完")
    asked = []

    def stay(dialog):
        asked.append(dialog.type)
        dialog.dismiss()

    me.page.once("dialog", stay)
    me.page.evaluate("location.assign('/')")
    expect(me.page.locator("#new-task")).to_have_value("没写完")
    assert asked == ["beforeunload"]
    me.page.once("dialog", lambda dialog: dialog.accept())


def test_a_form_from_an_old_page(bureau: dict, visit: Visit) -> None:
    """Without its token a form is refused with a page that says what to do."""
    me = visit().go("/account/login/")
    me.watch.expected.add(403)
    me.page.locator("input[name=login]").fill("officer")
    me.page.locator("input[name=password]").fill("x" * 12)
    me.context.clear_cookies()
    me.page.locator("main form button[type=submit]").first.click()
    expect(me.page.get_by_role("heading", level=1)).to_be_visible()
    assert "CSRF" not in me.page.locator("main").inner_text()
    me.picture("refused")
    me.is_clean()
