"""Every address of the site, opened with the example: axe finds nothing, nothing needs a sideways scroll.

Each is opened in both languages; on each axe looks at it in light and in dark, and then the window
becomes 360 pixels wide, in normal and in large print. An address that is not in the table fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp_auth
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from playwright.sync_api import Browser, Page

from halfsky.audit.models import AuditEntry
from halfsky.general.models import WorkEntry, WorkRecord
from halfsky.people.models import Account, Grant, Person, Unit
from halfsky.people.services import accounts, imports
from halfsky.plans.models import Plan, Sentence, Task, TaskState
from halfsky.plans.services import importing, review
from tests.journeys.browsing import AXE, AXE_TAGS, DESK, PHONE, TELL, Pictures, Watch
from tests.journeys.conftest import signed_in_cookie

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LANGUAGES = ("zh-hans", "en")
PASTED = """青禾市水务局2026年妇女工作要点
一、加强学习
3月底前组织女职工集中学习一次，由办公室负责。
全局上下要统一思想。
二、办好实事
每季度举办一期健康讲座。
"""


# ── what there is to open ──────────────────────────────────────────────────────────────────


ROSTER = (
    "姓名,性别,出生年月,单位,职务\n顾知微,女,1990-05,局办公室,科员\n,女,1990-13,没有的科,科员\n"
)


@dataclass(frozen=True)
class Address:
    """How an address is tried: by whom, with which arguments, and what it answers to GET."""

    role: str = "officer"
    args: Callable[[Any], list[Any]] = lambda _things: []
    answers: str = "page"  # page, part (of a page), file, json, act (POST only), away (a redirect)
    query: str = ""


def one(name: str) -> Callable[[Any], list[Any]]:
    """The id of one of the example's things."""
    return lambda things: [getattr(things, name).pk]


def page(role: str = "officer", thing: str = "", query: str = "") -> Address:
    return Address(role, one(thing) if thing else (lambda _things: []), "page", query)


def other(answers: str, role: str = "officer", thing: str = "", query: str = "") -> Address:
    return Address(role, one(thing) if thing else (lambda _things: []), answers, query)


def act(thing: str = "", role: str = "officer") -> Address:
    return other("act", role, thing)


ADDRESSES: dict[str, Address | None] = {
    # the site's own
    "home": other("away"),
    "search": page(query="q=学习"),
    "switch": page(),
    "preferences": page(),
    "health": other("json", ""),
    # signing in (allauth)
    "account_login": page(""),
    "account_logout": page(),
    "account_inactive": page(""),
    "account_reauthenticate": page(),
    "account_change_password": page(),
    "account_set_password": other("away"),
    "mfa_index": page("secured"),
    "mfa_authenticate": other("away", ""),
    "mfa_reauthenticate": page("secured"),
    "mfa_activate_totp": page("staff"),
    "mfa_deactivate_totp": page("secured"),
    "mfa_view_recovery_codes": page("secured"),
    "mfa_generate_recovery_codes": page("secured"),
    "mfa_download_recovery_codes": other("file", "secured"),
    "mfa_list_webauthn": page("secured"),
    "mfa_add_webauthn": page("staff"),
    "mfa_reauthenticate_webauthn": None,  # wants a real passkey: test_people.py
    "mfa_remove_webauthn": page("secured", "passkey"),
    "mfa_edit_webauthn": page("secured", "passkey"),
    "mfa_login_webauthn": other("away", ""),
    "usersessions_list": page(),
    # closed: accounts are made by an administrator, nothing goes out by mail
    **dict.fromkeys(
        (
            "account_signup",
            "account_email",
            "account_email_verification_sent",
            "account_reset_password",
            "account_confirm_login_code",
            "account_confirm_email",
            "account_reset_password_from_key_done",
            "account_reset_password_from_key",
            "account_reset_password_done",
        )
    ),
    # the interface for programs
    "api:openapi-json": other("json"),
    "api:api-root": None,
    "api:plans": other("json"),
    "api:plan": other("json", thing="plan"),
    "api:measures": other("json", thing="plan"),
    "api:tasks": other("json", thing="plan"),
    "api:point": other("json", thing="point"),
    "api:measure": other("json", thing="measure"),
    "api:people_units": other("json"),
    "api:people_unit": other("json", thing="unit"),
    "api:people_persons": other("json"),
    "api:people_person": other("json", thing="person"),
    # plans
    "plans:home": other("away"),
    "plans:list": page(),
    "plans:documents": page(),
    "plans:import": page(),
    "plans:overview": page(thing="plan"),
    "plans:settings": page("chair", "plan"),
    "plans:tasks": page(thing="plan"),
    "plans:breakdown_xlsx": other("file", thing="plan"),
    "plans:breakdown_docx": other("file", thing="plan"),
    "plans:breakdown": page(thing="plan"),
    "plans:differences": page(thing="amendment"),
    "plans:text": page(thing="plan"),
    "plans:review": page("water", "proposed"),
    "plans:changes": other("part", "water", "proposed"),
    "plans:edits": page(thing="plan"),
    "plans:undo": Address("water", lambda things: [things.proposed.pk, 0], "act"),
    "plans:settle_year": act("proposed", "water"),
    "plans:assign": act("proposed", "water"),
    "plans:add_measure": act("proposed", "water"),
    "plans:add_point": act("proposed", "water"),
    "plans:review_people": other("part", "water", "proposed", "q=江"),
    "plans:change_state": act("proposed", "water"),
    "plans:amend": page("federation", "plan_to_amend"),
    "plans:rename_point": act("draft_point", "water"),
    "plans:merge_point": act("draft_point", "water"),
    "plans:declare": act("sentence", "water"),
    "plans:measure": page(thing="measure"),
    "plans:edit_measure": page("water", "draft_measure"),
    "plans:measure_row": other("part", "water", "draft_measure"),
    "plans:remove_measure": act("draft_measure", "water"),
    "plans:split_measure": act("draft_measure", "water"),
    "plans:merge_measure": act("draft_measure", "water"),
    "plans:move_measure": act("draft_measure", "water"),
    "plans:add_task": act("measure"),
    "plans:close_task": act("task"),
    "plans:reopen_task": page(thing="closed_task"),
    "plans:hand_over_task": page(thing="task"),
    "plans:calendar": page(),
    "plans:calendar_feed": Address("", lambda things: [things.feed], "file"),
    # general tasks
    "general:record": page("member", "record"),
    "general:write_entry": act("record", "member"),
    "general:withdraw_entry": act("entry", "member"),
    "general:restore_entry": act("entry", "member"),
    "general:change_state": act("record", "member"),
    # the library
    "library:file": other("file", thing="file"),
    # people
    "people:units": page(),
    "people:unit_new": page("admin"),
    "people:unit": page(thing="unit"),
    "people:unit_children": other("part", thing="unit"),
    "people:unit_edit": page("admin", "unit"),
    "people:unit_move": page("admin", "unit"),
    "people:unit_end": page("admin", "unit"),
    "people:persons": page(),
    "people:persons_export": other("file"),
    "people:person_new": page(),
    "people:doubles": page(),
    "people:person": page(thing="person"),
    "people:person_edit": page(thing="person"),
    "people:person_leave": page(thing="person"),
    "people:imports": page(),
    "people:import": page(thing="batch"),
    "people:import_apply": act("batch"),
    "people:import_cancel": act("batch"),
    "people:import_undo": act("batch"),
    "people:accounts": page("admin"),
    "people:account_new": page("admin"),
    "people:account": page("admin", "account"),
    "people:account_edit": page("admin", "account"),
    "people:account_password": act("account", "admin"),
    "people:account_second_factor": act("account", "admin"),
    "people:account_disable": act("account", "admin"),
    "people:account_enable": act("account", "admin"),
    "people:grant_end": act("grant", "admin"),
    "people:me": page(),
    "people:token_revoke": act("token"),
    "people:undo": act("entry_of_log"),
    # the log
    "audit:log": page("auditor"),
    "audit:export": other("file", "auditor"),
    "audit:entry": page("auditor", "entry_of_log"),
}

# Other states of the same addresses.
STATES: dict[str, tuple[str, Address]] = {
    "overview by owner": ("plans:overview", page(thing="plan", query="view=owners")),
    "overview by month": ("plans:overview", page(thing="plan", query="view=months")),
    "overview of what is late": ("plans:overview", page(thing="plan", query="light=late")),
    "overview of a leader": ("plans:overview", page("leader", "plan")),
    "overview of a plan under review": ("plans:overview", page("water", "proposed")),
    "tasks of all kinds": ("plans:tasks", page(thing="plan", query="light=all")),
    "tasks, filters": ("plans:tasks", page(thing="plan", query="part=filters")),
    "tasks, none": ("plans:tasks", page(thing="plan", query="month=1&light=late")),
    "tasks of a liaison": ("plans:tasks", page("liaison", "plan")),
    "review with gaps": ("plans:review", page("water", "proposed", "gaps=1")),
    "review of the adopted plan": ("plans:review", page("chair", "plan")),
    "review of an amendment": ("plans:review", page(thing="amendment")),
    "measure of a leader": ("plans:measure", page("leader", "measure")),
    "measure, open tasks": ("plans:measure", page(thing="measure", query="open=1")),
    "record of a finished task": ("general:record", page("member", "done_record")),
    "import that was done": ("people:import", page("federation", "applied")),
    "search, nothing found": ("search", page(query="q=zzzz")),
    "home without rights": ("plans:home", page("admin")),
    "no such page": ("", page(query="nothing/here/")),
    "no such page, not signed in": ("", page("", query="account/signup/")),
}


def named_addresses() -> Iterator[str]:
    """The full names of all addresses."""

    def walk(resolver: URLResolver, spaces: tuple[str, ...]) -> Iterator[str]:
        for entry in resolver.url_patterns:
            if isinstance(entry, URLPattern):
                if entry.name:
                    yield ":".join((*spaces, entry.name))
            else:
                inner = (*spaces, entry.namespace) if entry.namespace else spaces
                yield from walk(entry, inner)

    yield from walk(get_resolver(), ())


# ── the example, with something for every address ──────────────────────────────────────────


@pytest.fixture(scope="module")
def things(example: Plan) -> SimpleNamespace:
    """The example and one of everything that it does not have yet."""
    by = {account.username: account for account in Account.objects.all()}
    units = {unit.code: unit for unit in Unit.objects.all()}
    proposed = importing.import_text(
        text=PASTED, name="水务局要点", unit=units["QHSWJ"], year=None, by=by["water"]
    )
    closed = Task.objects.filter(plan=example, state=TaskState.CLOSED).first()
    entry = WorkEntry.objects.order_by("-pk").first()
    batch = imports.preview_import(
        by=by["officer"],
        unit=units["QHSTHJ"],
        data=ROSTER.encode(),
        file_name="新增人员.csv",
    )
    secured, passkey = secure(by["vice"])
    _feed, feed = accounts.create_token(
        account=by["officer"], by=by["officer"], label="日历", purpose="calendar"
    )
    token, _plain = accounts.create_token(
        account=by["officer"], by=by["officer"], label="接口", purpose="api"
    )
    return SimpleNamespace(
        plan=example,
        proposed=proposed,
        plan_to_amend=example,
        amendment=review.start_amendment(plan=example, reason="年中调整", by=by["officer"]),
        point=example.points.first(),
        measure=closed.measure,
        draft_point=proposed.points.last(),
        draft_measure=proposed.measures.first(),
        sentence=Sentence.objects.filter(plan=proposed).first(),
        task=Task.objects.filter(plan=example, state=TaskState.ISSUED).first(),
        closed_task=closed,
        record=entry.record,
        done_record=WorkRecord.objects.get(pk=closed.record_id),
        entry=entry,
        file=example.document.file,
        unit=units["QHSTHJ"],
        person=Person.objects.get(name="方玉梅"),
        batch=batch,
        applied=type(batch).objects.exclude(pk=batch.pk).first(),
        account=by["staff"],
        grant=Grant.objects.filter(account=by["staff"]).first(),
        secured=secured,
        passkey=passkey,
        feed=feed,
        token=token,
        entry_of_log=AuditEntry.objects.filter(unit_path__gt="").order_by("-pk").first(),
    )


def secure(account: Account) -> tuple[Account, Authenticator]:
    """Give an account an authenticator app, recovery codes and a passkey."""
    totp_auth.TOTP.activate(account, totp_auth.generate_totp_secret())
    RecoveryCodes.activate(account)
    passkey = Authenticator.objects.create(
        user=account,
        type=Authenticator.Type.WEBAUTHN,
        data={"name": "办公室电脑", "credential": {"clientExtensionResults": {}}},
    )
    return account, passkey


def opened_as(things: SimpleNamespace, role: str) -> str:
    """The user name behind a role of the table."""
    return things.secured.username if role == "secured" else role


def path_of(things: SimpleNamespace, name: str, address: Address) -> str:
    """The path and query of an address with its example objects."""
    if not name:
        return f"/{address.query}"
    path = reverse(name, args=address.args(things))
    return f"{path}?{address.query}" if address.query else path


PAGES: dict[str, tuple[str, Address]] = {
    name: (name, address)
    for name, address in ADDRESSES.items()
    if address is not None and address.answers == "page"
} | STATES


# ── every address is there ─────────────────────────────────────────────────────────────────


def test_every_address_has_an_example() -> None:
    names = set(named_addresses())
    assert not names - set(ADDRESSES), "give each new address an example in ADDRESSES"
    assert not set(ADDRESSES) - names, "no longer an address of the site"


@pytest.mark.parametrize(
    "name", [n for n, one in ADDRESSES.items() if one is not None and one.answers != "page"]
)
def test_what_is_no_page_answers_as_it_should(things: SimpleNamespace, name: str) -> None:
    address = ADDRESSES[name]
    assert address is not None
    client = Client()
    if address.role:
        client.cookies["sessionid"] = signed_in_cookie(opened_as(things, address.role))
    answer = client.get(path_of(things, name, address))
    match address.answers:
        case "act":
            assert answer.status_code == 405
        case "away":
            assert answer.status_code in {301, 302}
        case "part":
            assert answer.status_code in {200, 204}
        case "json":
            assert answer.status_code == 200
            assert answer["Content-Type"].startswith("application/json")
        case "file":
            assert answer.status_code == 200
            content = b"".join(answer) if answer.streaming else answer.content
            assert content


# ── every page is looked at ────────────────────────────────────────────────────────────────


@dataclass
class Looking:
    """One browser for all pages: a window is dear, a page is not."""

    page: Page
    watch: Watch
    cookies: dict[str, str]
    site: str

    def as_reader(self, username: str, language: str) -> None:
        """Be somebody, with her language; nobody is a visitor."""
        context = self.page.context
        context.clear_cookies()
        if not username:
            value = f"{language}.light."
            context.add_cookies([{"name": "halfsky_view", "value": value, "url": self.site}])
            return
        Account.objects.filter(username=username).update(language=language, theme="light")
        if username not in self.cookies:
            self.cookies[username] = signed_in_cookie(username)
        value = self.cookies[username]
        context.add_cookies([{"name": "sessionid", "value": value, "url": self.site}])


@pytest.fixture(scope="module")
def looking(site: str, browser: Browser) -> Iterator[Looking]:
    """The browser that looks at every page."""
    context = browser.new_context(
        viewport=DESK, locale="zh-CN", timezone_id="Asia/Shanghai", reduced_motion="reduce"
    )
    context.add_init_script(TELL)
    context.set_default_timeout(20_000)
    watch = Watch()
    context.on("page", watch.over)
    yield Looking(context.new_page(), watch, {}, site)
    context.close()


def axe_faults(page: Page, theme: str) -> list[str]:
    """What axe finds: for each rule the first elements."""
    only = {"type": "tag", "values": AXE_TAGS}
    found = AXE.run(page, options={"runOnly": only, "resultTypes": ["violations"]})
    return [
        f"{theme}: {fault['id']}: {node['html'][:200]} | {node['failureSummary'][:300]}"
        for fault in found.response["violations"]
        for node in fault["nodes"][:3]
    ]


# The widest things that stand out at the right, as a hint where to look.
STANDS_OUT = """() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide && document.body.scrollWidth <= wide) return [];
  const inside = (one) => {
    for (let at = one.parentElement; at; at = at.parentElement) {
      const flow = getComputedStyle(at).overflowX;
      if (flow !== "visible" && at !== document.body && at !== document.documentElement) return true;
    }
    return false;
  };
  return [`scroll width ${document.documentElement.scrollWidth} > ${wide}`].concat(
    Array.from(document.body.querySelectorAll("*"))
      .filter((one) => one.getBoundingClientRect().right > wide + 1 && !inside(one))
      .slice(-4).map((one) => one.outerHTML.slice(0, 160)));
}"""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_page(
    things: SimpleNamespace, looking: Looking, pictures: Pictures, name: str, language: str
) -> None:
    route, address = PAGES[name]
    looking.as_reader(opened_as(things, address.role), language)
    looking.watch.faults.clear()
    missing = not route
    looking.watch.expected = {404} if missing else set()
    page = looking.page
    page.set_viewport_size(DESK)
    answer = page.goto(looking.site + path_of(things, route, address))
    assert answer is not None
    assert answer.status == (404 if missing else 200)
    if route:
        wanted = reverse(route, args=address.args(things))
        assert page.url.startswith(looking.site + wanted), f"led away to {page.url}"
    faults = []
    for theme in ("dark", "light"):
        page.evaluate("(theme) => { document.documentElement.dataset.bsTheme = theme; }", theme)
        faults += axe_faults(page, theme)
    page.set_viewport_size(PHONE)
    for size in ("normal print", "large print"):
        page.evaluate(
            "(on) => document.documentElement.classList.toggle('big-text', on)", size[0] == "l"
        )
        faults += [f"360 px, {size}: {one}" for one in page.evaluate(STANDS_OUT)]
    faults += looking.watch.faults
    if faults:
        pictures.take(page, "faults")
    assert not faults, "\n".join(faults)
