"""Every address of the room by role; nothing leaks; queries do not grow with rows."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import translation
from python_calamine import CalamineWorkbook

from halfsky.audit.models import AuditEntry
from halfsky.people import services
from halfsky.people.models import Account, ImportBatch, Person, Unit
from halfsky.people.tests.factories import (
    AccountFactory,
    PersonFactory,
    UnitFactory,
    account_with,
)
from halfsky.people.urls import urlpatterns

pytestmark = pytest.mark.django_db

ROLES = (
    "system_admin", "leader", "vice_leader", "chair", "officer", "committee_member", "liaison",
    "case_worker", "health_liaison", "volunteer_lead", "judge", "expert", "auditor", "staff",
)  # fmt: skip
LEADERS = {"leader", "vice_leader"}
DESK = {"chair", "officer"}
COMMITTEE = DESK | {"committee_member"}
EVERYBODY = set(ROLES)
UNITS = LEADERS | COMMITTEE | {"liaison", "system_admin", "auditor"}
PERSONS = LEADERS | COMMITTEE | {"liaison"}
ADMIN = {"system_admin"}

# address name -> who gets an answer (everybody else 404), and how the answer to a GET looks
PAGES: dict[str, tuple[set[str], str]] = {
    "units": (UNITS, ""),
    "unit_new": (ADMIN, ""),
    "unit": (UNITS, "unit"),
    "unit_children": (UNITS, "unit"),
    "unit_edit": (ADMIN, "unit"),
    "unit_move": (ADMIN, "unit"),
    "unit_end": (ADMIN, "unit"),
    "persons": (PERSONS, ""),
    "persons_export": (DESK, ""),
    "person_new": (DESK, ""),
    "doubles": (DESK, ""),
    "person": (PERSONS, "person"),
    "person_edit": (DESK, "person"),
    "person_leave": (DESK, "person"),
    "imports": (DESK, ""),
    "import": (DESK, "import"),
    "accounts": (ADMIN, ""),
    "account_new": (ADMIN, ""),
    "account": (ADMIN, "account"),
    "account_edit": (ADMIN, "account"),
    "me": (EVERYBODY, ""),
}
# only posted to; 404 for others, 405 for a GET
STEPS: dict[str, tuple[set[str], str]] = {
    "import_apply": (DESK, "import"),
    "import_cancel": (DESK, "import"),
    "import_undo": (DESK, "import"),
    "account_password": (ADMIN, "account"),
    "account_second_factor": (ADMIN, "account"),
    "account_disable": (ADMIN, "account"),
    "account_enable": (ADMIN, "account"),
    "grant_end": (ADMIN, "grant"),
    "token_revoke": (set(), "token"),
    "undo": (set(), "entry"),
}


class House:
    """Two departments under a bureau, one filled, one not reached."""

    def __init__(self) -> None:
        self.bureau = UnitFactory(name="清江市生态环境局", short_name="环境局", code="B")
        self.a = UnitFactory(parent=self.bureau, name="甲科室", code="A")
        self.b = UnitFactory(parent=self.bureau, name="乙科室", code="C")
        self.person = PersonFactory(unit=self.a, name="王芳", phone="13800000001")
        self.secret = PersonFactory(unit=self.b, name="李隐娘", phone="13800000002", post="秘书长")

    def in_unit(self, unit: Unit) -> dict[str, int]:
        """Ids of one of everything in `unit`."""
        person = self.person if unit == self.a else self.secret
        officer = account_with("officer", unit)
        batch = services.preview_import(
            by=officer, unit=unit, data="姓名,性别\n周岚,女\n".encode(), file_name="a.csv"
        )
        token, _plain = services.create_token(account=officer, by=officer, label="x", purpose="api")
        return {
            "unit": unit.pk, "person": person.pk, "import": batch.pk, "account": officer.pk,
            "grant": officer.grants.get().pk, "token": token.pk,
            "entry": AuditEntry.objects.latest("id").pk,
        }  # fmt: skip


@pytest.fixture
def house() -> House:
    return House()


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def words_of(answer: Any) -> str:
    """All text of an answer: a page, JSON without escapes, the cells of a workbook."""
    kind = answer.headers.get("Content-Type", "")
    if "spreadsheet" in kind:
        return str(
            CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
            .get_sheet_by_index(0)
            .to_python()
        )
    if "json" in kind:
        return json.dumps(answer.json(), ensure_ascii=False)
    return str(answer.content.decode())


def address(name: str, ids: dict[str, int], what: str) -> str:
    from django.urls import reverse

    return reverse(f"people:{name}", args=[ids[what]] if what else [])


def test_the_tables_name_every_address() -> None:
    assert {pattern.name for pattern in urlpatterns} == set(PAGES) | set(STEPS)


@pytest.mark.parametrize("role", ROLES)
def test_pages_by_role_in_reach(role: str, house: House) -> None:
    ids = house.in_unit(house.a)
    client = signed_in(account_with(role, house.a))
    got = {
        name: client.get(address(name, ids, what)).status_code for name, (_w, what) in PAGES.items()
    }
    assert got == {name: 200 if role in who else 404 for name, (who, _what) in PAGES.items()}


@pytest.mark.parametrize("role", ROLES)
def test_pages_out_of_reach_are_not_there(role: str, house: House) -> None:
    ids = house.in_unit(house.b)
    client = signed_in(account_with(role, house.a))
    got = {
        name: client.get(address(name, ids, what)).status_code
        for name, (_who, what) in PAGES.items() if what
    }  # fmt: skip
    assert got == dict.fromkeys(got, 404)


@pytest.mark.parametrize("role", ROLES)
def test_steps_by_role_in_and_out_of_reach(role: str, house: House) -> None:
    here, there = house.in_unit(house.a), house.in_unit(house.b)
    account = account_with(role, house.a)
    client = signed_in(account)
    for name, (who, what) in STEPS.items():
        assert client.post(address(name, there, what)).status_code == 404, name
        assert client.get(address(name, here, what)).status_code == 405, name
        answer = client.post(address(name, here, what)).status_code
        assert (answer != 404) is (role in who), name


def anonymous_addresses() -> list[tuple[str, str]]:
    """Every address of the site, filled with 1s, that does not belong to allauth or the API."""
    found: list[tuple[str, str]] = []

    def walk(patterns: list[Any], prefix: str, names: str) -> None:
        for pattern in patterns:
            route = prefix + str(pattern.pattern)
            if route.removeprefix("^").startswith(("account/", "api/")):
                continue  # allauth's own pages, and the API, which answers 401
            if isinstance(pattern, URLResolver):
                walk(
                    pattern.url_patterns,
                    route,
                    f"{pattern.namespace}:" if pattern.namespace else names,
                )
            elif isinstance(pattern, URLPattern):
                parts = [
                    "1" if part.startswith("<") else part
                    for part in route.replace("<", "\0<").replace(">", ">\0").split("\0")
                ]
                found.append((f"{names}{pattern.name}", "/" + "".join(parts)))

    walk(get_resolver().url_patterns, "", "")
    return found


# what a visitor may open: the health check, the look of the pages, a calendar by its own token
OPEN = {"health", "preferences", "plans:calendar_feed"}


def test_every_page_asks_for_sign_in() -> None:
    client = Client()
    for name, where in anonymous_addresses():
        if name in OPEN:
            continue
        answer = client.get(where)
        assert (answer.status_code, answer.headers.get("Location", "").split("?")[0]) == (
            302, "/account/login/",
        ), where  # fmt: skip


def test_the_api_asks_for_sign_in() -> None:
    for path in ("units", "persons", "units/1", "persons/1"):
        assert Client().get(f"/api/v1/people/{path}").status_code == 401


# ---------------------------------------------------------------- leaks


@pytest.mark.parametrize("role", ROLES)
def test_nothing_of_department_b_is_seen_from_department_a(role: str, house: House) -> None:
    """Every page, part, search, export and API answer, for the names and numbers of b."""
    ids = house.in_unit(house.a)
    house.in_unit(house.b)
    PersonFactory(unit=house.b, name="王芳", phone="13800000001", post="密探")  # like her, in b
    client = signed_in(account_with(role, house.a))
    addresses = [address(name, ids, what) for name, (_who, what) in PAGES.items()]
    addresses += [
        f"/people/persons/?q=李隐娘&unit={house.b.pk}", "/people/persons/?q=李隐", "/people/persons/?q=lyn",
        "/people/persons/?left=all", "/people/persons/?sort=unit", "/people/persons/export/?format=csv",
        f"/people/persons/export/?unit={house.b.pk}&format=csv", "/people/units/?q=乙", "/people/units/?q=C",
        f"/people/units/{house.b.pk}/", "/api/v1/people/persons", "/api/v1/people/persons?q=lyn",
        f"/api/v1/people/persons?unit={house.b.pk}", f"/api/v1/people/persons/{house.secret.pk}",
        f"/api/v1/people/units?parent={house.bureau.pk}", "/api/v1/people/units",
        f"/api/v1/people/units/{house.b.pk}",
    ]  # fmt: skip
    for where in addresses:
        body = words_of(client.get(where))
        for word in ("李隐娘", "13800000002", "秘书长", "密探", "乙科室"):
            if word == "李隐娘" and "q=" in where:
                body = body.replace('value="李隐娘"', "").replace(">李隐娘<", "")  # what was typed
            assert word not in body, (where, word)


def test_a_liaison_sees_names_and_not_what_is_none_of_her_business(house: House) -> None:
    Person.objects.filter(pk=house.person.pk).update(birth_month="1985-03", politics="群众党员")
    client = signed_in(account_with("liaison", house.a))
    for where in (
        "/people/persons/",
        f"/people/persons/{house.person.pk}/",
        "/api/v1/people/persons",
    ):
        body = words_of(client.get(where))
        assert "王芳" in body
        assert not any(word in body for word in ("13800000001", "1985-03", "群众党员"))
    assert "王芳" not in client.get("/people/persons/?kind=civil_servant").content.decode()


def test_mixed_reach_shows_details_only_where_she_may_see_them(house: House) -> None:
    liaison = account_with("liaison", house.bureau)
    from halfsky.people.tests.factories import GrantFactory

    GrantFactory(account=liaison, unit=house.a, role="officer")
    body = signed_in(liaison).get("/people/persons/").content.decode()
    assert "李隐娘" in body
    assert "13800000001" in body
    assert "13800000002" not in body


# ---------------------------------------------------------------- queries


def _queries(client: Client, where: str) -> int:
    client.get(where)  # caches warm
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert client.get(where).status_code == 200
    return len(seen)


@pytest.mark.parametrize(
    ("where", "role"),
    [
        ("/people/units/", "system_admin"),
        ("/people/units/?q=科", "system_admin"),
        ("/people/units/{a}/", "system_admin"),
        ("/people/units/{a}/children/", "system_admin"),
        ("/people/persons/", "officer"),
        ("/people/persons/?q=w", "officer"),
        ("/people/persons/doubles/", "officer"),
        ("/people/imports/", "officer"),
        ("/people/accounts/", "system_admin"),
        ("/people/me/", "officer"),
        ("/api/v1/people/persons", "officer"),
        ("/api/v1/people/units", "officer"),
    ],
)  # fmt: skip
def test_queries_do_not_grow_with_rows(where: str, role: str, house: House) -> None:
    account = account_with(role, house.bureau)
    officer = account_with("officer", house.a)

    def add() -> None:
        UnitFactory(parent=house.a, name="新科")
        PersonFactory(unit=house.a, name="王双")
        PersonFactory(unit=house.a, name="王双")
        AccountFactory(home_unit=house.a)
        account_with("liaison", house.a)
        services.create_token(account=account, by=account, label="x", purpose="api")
        services.preview_import(
            by=officer, unit=house.a, data="姓名,性别\n周岚,女\n".encode(), file_name="a.csv"
        )

    add()
    client = signed_in(account)
    where = where.format(a=house.a.pk)
    one = _queries(client, where)
    add()
    add()
    assert _queries(client, where) == one
    assert one <= 14


def test_the_roster_list_costs_few_queries(house: House) -> None:
    client = signed_in(account_with("officer", house.bureau))
    with CaptureQueriesContext(connection) as seen:
        client.get("/people/persons/", headers={"HX-Request-Type": "partial"})
    room = [q["sql"] for q in seen if "people_person" in q["sql"]]
    assert len(room) == 2  # the page and the count


# ---------------------------------------------------------------- forms


def test_a_form_that_does_not_pass_is_answered_422_with_sentences(house: House) -> None:
    client = signed_in(account_with("officer", house.a))
    answer = client.post("/people/persons/new/", {"name": "", "birth_month": "85.3", "phone": "x"})
    body = answer.content.decode()
    assert answer.status_code == 422
    assert "年份要写四位" in body
    assert "不像电话号码" in body
    assert 'role="alert"' in body


def test_adding_changing_and_taking_back_through_the_pages(house: House) -> None:
    client = signed_in(account_with("officer", house.a))
    form = {
        "name": "周岚",
        "sex": "f",
        "unit": house.a.pk,
        "birth_month": "1985年3月",
        "post": "科员",
    }
    client.post("/people/persons/new/", form)
    person = Person.objects.get(name="周岚")
    assert person.birth_month == "1985-03"

    page = client.post(f"/people/persons/{person.pk}/edit/", form | {"post": "科长"}, follow=True)
    entry = AuditEntry.objects.get(action="people.person.update")
    assert f"/people/undo/{entry.pk}/" in page.content.decode()
    client.post(f"/people/undo/{entry.pk}/")
    person.refresh_from_db()
    assert person.post == "科员"


def test_a_form_with_another_units_id_is_refused(house: House) -> None:
    client = signed_in(account_with("officer", house.a))
    answer = client.post("/people/persons/new/", {"name": "周岚", "sex": "f", "unit": house.b.pk})
    assert answer.status_code == 422
    assert "没有这个单位" in answer.content.decode()


def test_importing_through_the_pages_ends_with_who_is_visible_where(house: House) -> None:
    client = signed_in(account_with("officer", house.a))
    file = SimpleUploadedFile(
        "花名册.csv",
        "姓名,性别,部门,身份证号\n周岚,女,甲科室,110101199003078515\n=1+1,,,\n".encode(),
    )
    answer = client.post("/people/imports/", {"unit": house.a.pk, "file": file}, follow=True)
    body = answer.content.decode()
    batch = ImportBatch.objects.get()
    assert "还没有写入" in body
    assert "花名册不收身份证号" in body
    assert "110101199003078515" not in body
    assert "没有性别" in body
    assert not Person.objects.filter(name="周岚").exists()

    body = client.post(f"/people/imports/{batch.pk}/apply/", follow=True).content.decode()
    assert "2 人现在在这些单位可见" in body
    body = client.post(f"/people/imports/{batch.pk}/undo/", follow=True).content.decode()
    assert "花名册和导入前一样" in body
    assert not Person.objects.filter(name="周岚").exists()


def test_a_bad_file_is_answered_with_a_sentence(house: House) -> None:
    client = signed_in(account_with("officer", house.a))
    answer = client.post(
        "/people/imports/",
        {"unit": house.a.pk, "file": SimpleUploadedFile("a.xlsx", b"PK\x03\x04x")},
    )
    assert answer.status_code == 422
    assert "损坏" in answer.content.decode()


def test_a_first_password_is_shown_once_and_never_again(house: House) -> None:
    admin = account_with("system_admin", house.bureau)
    client = signed_in(admin)
    answer = client.post(
        "/people/accounts/new/",
        {"username": "wangfang", "display_name": "王芳", "home_unit": house.a.pk, "person": "王芳"},
    )
    made = Account.objects.get(username="wangfang")
    plain = answer.content.decode().split('translate="no">')[1].split("<")[0]
    assert made.check_password(plain)
    assert made.person == house.person
    assert answer.headers["Cache-Control"] == "no-store"
    assert plain not in client.get(f"/people/accounts/{made.pk}/").content.decode()


def test_granting_to_herself_is_refused_on_the_page_too(house: House) -> None:
    admin = account_with("system_admin", house.bureau)
    answer = signed_in(admin).post(
        f"/people/accounts/{admin.pk}/", {"role": "officer", "unit": house.a.pk}
    )
    assert answer.status_code == 422
    assert "不能给自己授权" in answer.content.decode()


# ---------------------------------------------------------------- export


def _evil(house: House) -> list[str]:
    names = ["=1+1", "+王", "-王", "@王", "'王"]
    for name in names:
        PersonFactory(unit=house.a, name=name, post=name)
    return names


def test_csv_export_has_a_mark_and_runs_nothing(house: House) -> None:
    _evil(house)
    answer = signed_in(account_with("officer", house.a)).get("/people/persons/export/?format=csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 7
    assert not [
        cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    ]
    assert AuditEntry.objects.get(action="people.person.export").after["rows"] == 6


def test_xlsx_export_holds_texts_only(house: House) -> None:
    _evil(house)
    answer = signed_in(account_with("officer", house.a)).get("/people/persons/export/")
    rows = (
        CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    )
    assert {type(cell) for row in rows for cell in row} == {str}
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_what_goes_out_comes_in_unchanged(language: str, file_format: str, house: House) -> None:
    PersonFactory(
        unit=house.a, name="李敏", sex="m", birth_month="1985-10", post="-科长-", rank="一级", staff_kind="managed",
        education="大学", title="工程师", politics="群众", joined_on="2010-07-01", phone="0728-6242338转12",
    )  # fmt: skip
    officer = account_with("officer", house.a, language=language)
    data = signed_in(officer).get(f"/people/persons/export/?format={file_format}").content
    with translation.override(language):
        batch = services.preview_import(
            by=officer, unit=house.a, data=data, file_name=f"a.{file_format}"
        )
    assert [row["fate"] for row in batch.rows] == ["same", "same"], batch.rows


def test_the_default_language_is_chinese() -> None:
    assert settings.LANGUAGE_CODE == "zh-hans"
