"""The roster, accounts and grants, signing in with a second factor or a passkey, signing out elsewhere."""

from __future__ import annotations

import re
import time
from datetime import date

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from playwright.sync_api import expect

from halfsky.people.models import Account, Person
from tests.journeys.browsing import Visit, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.on_day(date(2026, 3, 2))]

PASSWORD = "清风徐来-2026-hefeng"
ROSTER = """姓名,性别,出生年月,单位,职务
顾知微,女,1990-05,局办公室,科员
纪晓棠,女,1988-11,人事科,科长
没有性别,,1988-11,人事科,科员
错了年月,女,1990-13,没有的科,科员
"""


def with_password(username: str) -> Account:
    account = Account.objects.get(username=username)
    account.set_password(PASSWORD)
    account.save()
    return account


def sign_in(me: Visitor, username: str, password: str = PASSWORD) -> Visitor:
    me.go("/account/login/")
    me.page.get_by_label(me.t("用户名")).fill(username)
    me.page.get_by_label(me.t("密码")).fill(password)
    me.button("登录").click()
    return me


def is_in(me: Visitor) -> None:
    expect(me.page.locator("nav#nav")).to_be_visible()


def code_of(secret: str) -> str:
    """The six digits that an authenticator app shows now."""
    cache.clear()  # a code counts once; the journey does not wait half a minute for the next
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def test_import_of_a_roster(bureau: dict, visit: Visit) -> None:
    """Preview with the fate of every row, nothing written before it is confirmed, undone after."""
    me = visit("officer").go("/people/persons/")
    before = Person.objects.count()
    me.link("导入", within=me.page.locator(".acts")).click()
    file = {"name": "新增人员.csv", "mimeType": "text/csv", "buffer": ROSTER.encode("gb18030")}
    me.page.locator("input[type=file]").set_input_files(file)
    me.page.locator("select[name=unit]").select_option(value=str(bureau["QHSTHJ"].pk))
    me.button("看预览").click()
    me.sees("还没有写入")
    rows = me.page.locator("table tbody tr").filter(has_text=re.compile("科员|科长"))
    expect(rows).to_have_count(4)
    expect(rows.nth(3)).to_contain_text("C5")
    expect(rows.nth(3)).to_contain_text("D5")
    expect(rows.nth(3)).to_contain_text("没有的科")
    me.picture("preview")
    assert Person.objects.count() == before
    me.is_clean()
    me.page.get_by_role("button", name=re.compile("写入 2 人")).click()
    expect(me.button("撤销这次导入")).to_be_visible()
    assert Person.objects.filter(name__in=["顾知微", "纪晓棠"]).count() == 2
    me.picture("written")
    me.button("撤销这次导入").click()
    me.sees("花名册和导入前一样。")
    assert Person.objects.count() == before
    me.picture("undone")


def test_account_grant_and_first_sign_in(bureau: dict, visit: Visit) -> None:
    """An administrator makes an account and grants a role; its owner must choose her own password."""
    admin = visit("admin").go("/people/accounts/")
    admin.link("新建账号").click()
    admin.page.get_by_label("用户名").fill("liangchen")
    admin.page.get_by_label("显示名").fill("梁晨")
    admin.page.locator("select[name=home_unit]").select_option(value=str(bureau["QHSTHJ"].pk))
    admin.button("新建账号").click()
    first = admin.page.locator("b.secret").inner_text()
    admin.picture("first-password")
    admin.link("去授权").click()
    admin.page.get_by_label("角色").select_option(value="liaison")
    admin.page.locator("select[name=unit]").select_option(value=str(bureau["QHSTHJ-JCZX"].pk))
    admin.button("加授权").click()
    grants = admin.page.locator("section", has=admin.page.locator("#h-grants"))
    expect(grants).to_contain_text("联络员")
    admin.picture("granted")

    me = sign_in(visit(), "liangchen", first)
    expect(me.page.get_by_role("heading", level=1)).to_contain_text("密码")
    me.picture("must-change-password")
    me.is_clean()
    me.go("/people/persons/")  # no way around it
    expect(me.page).to_have_url(re.compile("/account/password/change/"))
    for field, value in (("oldpassword", first), ("password1", PASSWORD), ("password2", PASSWORD)):
        me.page.locator(f"input[name={field}]").fill(value)
    me.page.locator("main form button[type=submit]").first.click()
    is_in(me)
    me.go("/people/persons/")
    expect(me.page.get_by_role("heading", level=1)).to_have_text("花名册")

    grants.get_by_role("button", name=re.compile("结束")).click()
    me.watch.expected.add(404)
    me.go("/people/persons/")
    expect(me.page.get_by_role("heading", level=1)).not_to_have_text("花名册")
    me.picture("grant-ended")


def test_second_factor(bureau: dict, visit: Visit) -> None:
    """An authenticator app is set up after the password, and asked for at the next sign-in."""
    with_password("officer")
    me = sign_in(visit(), "officer")
    is_in(me)
    me.go("/account/2fa/totp/activate/")
    expect(me.page).to_have_url(re.compile("reauthenticate"))
    me.is_clean()
    me.picture("password-again")
    me.page.locator("input[name=password]").fill(PASSWORD)
    me.page.locator("main form button[type=submit]").first.click()
    expect(me.page).to_have_url(re.compile("totp/activate"))
    expect(me.page.locator("main img")).to_be_visible()
    me.picture("authenticator")
    secret = me.page.locator("#authenticator_secret").input_value()
    me.page.locator("input[name=code]").fill("000000")
    me.page.locator("main form button[type=submit]").first.click()
    expect(me.page.locator("input[name=code]")).to_have_attribute("aria-invalid", "true")
    me.picture("wrong-code")
    secret = me.page.locator("#authenticator_secret").input_value()
    me.page.locator("input[name=code]").fill(code_of(secret))
    me.page.locator("main form button[type=submit]").first.click()
    expect(me.page).to_have_url(re.compile("recovery-codes|/2fa/$"))
    me.picture("activated")

    other = sign_in(visit(), "officer")
    expect(other.page).to_have_url(re.compile("2fa/authenticate"))
    other.is_clean()
    other.picture("code-asked")
    other.page.locator("input[name=code]").fill(code_of(secret))
    other.page.locator("main form button[type=submit]").first.click()
    is_in(other)


def test_sign_out_elsewhere(bureau: dict, visit: Visit) -> None:
    with_password("officer")
    lost = sign_in(visit(), "officer")
    is_in(lost)
    me = sign_in(visit(), "officer")
    is_in(me)
    me.go("/account/sessions/")
    expect(me.page.locator("main .li-row")).to_have_count(2)
    me.picture("two-devices")
    me.button("退出其他设备").click()
    expect(me.page.locator("main .li-row")).to_have_count(1)
    lost.go("/people/persons/")
    expect(lost.page).to_have_url(re.compile("/account/login/"))
    me.go("/people/persons/")
    expect(me.page.get_by_role("heading", level=1)).to_have_text("花名册")


def test_passkey(bureau: dict, visit: Visit) -> None:
    """A passkey is added on the account's page; with it one signs in without a password."""
    with_password("officer")
    me = sign_in(visit(), "officer")
    is_in(me)
    devices = me.context.new_cdp_session(me.page)
    devices.send("WebAuthn.enable")
    devices.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    me.go("/account/2fa/webauthn/add/")
    me.page.locator("input[name=password]").fill(PASSWORD)
    me.page.locator("main form button[type=submit]").first.click()
    expect(me.page).to_have_url(re.compile("webauthn/add"))
    me.page.locator("input[name=name]").fill("办公室电脑")
    passwordless = me.page.locator("input[name=passwordless]")
    if passwordless.count():
        passwordless.check()
    me.picture("add-passkey")
    me.page.locator("main form button").first.click()
    expect(me.page).not_to_have_url(re.compile("webauthn/add"))
    me.go("/account/2fa/webauthn/")
    expect(me.page.locator("main")).to_contain_text("办公室电脑")
    me.picture("passkey-added")
    me.context.clear_cookies()
    me.go("/account/login/")
    me.button("用通行密钥登录").click()
    is_in(me)


@pytest.mark.parametrize("password", ["wrong-password", ""])
def test_refused_sign_in_says_so(bureau: dict, visit: Visit, password: str) -> None:
    with_password("officer")
    me = sign_in(visit(), "officer", password)
    if password:
        expect(me.page.get_by_role("alert").first).to_contain_text("没能登录")
        expect(me.page.locator("input[name=login]")).to_have_value("officer")
        me.is_clean()
    me.picture("refused")
    expect(me.page).to_have_url(re.compile("/account/login/"))
