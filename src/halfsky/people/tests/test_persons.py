"""The roster: add, change, leave, find doubles, merge, take back, page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from halfsky.audit.models import AuditEntry
from halfsky.people import access, queries, services
from halfsky.people.models import Person, Unit
from halfsky.people.services import Refused
from halfsky.people.tests.factories import (
    AccountFactory,
    GrantFactory,
    PersonFactory,
    UnitFactory,
    account_with,
    day,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit() -> Unit:
    return UnitFactory()


def test_add_person_sets_the_keys_and_logs_it(unit: Unit) -> None:
    officer = account_with("officer", unit)
    person = services.add_person(
        unit=unit, by=officer, name=" 曾 敏 ", sex="f", birth_month="1985-03"
    )

    entry = AuditEntry.objects.get(action="people.person.add")
    assert (person.name, person.name_key, person.name_search) == (
        "曾敏",
        "zeng min 曾敏",
        "zengmin zm",
    )
    assert (entry.object_id, entry.after["birth_month"]) == (person.pk, "1985-03")


def test_a_deputy_is_logged_with_whom_she_stands_for(unit: Unit) -> None:
    chair, deputy = account_with("chair", unit), AccountFactory()
    GrantFactory(account=deputy, unit=unit, role="chair", deputy_of=chair)
    services.add_person(unit=unit, by=deputy, name="李敏", sex="f")
    entry = AuditEntry.objects.get(action="people.person.add")
    assert (entry.actor_id, entry.on_behalf_of_id) == (deputy.pk, chair.pk)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"name": "", "sex": "f"}, "请填写姓名"),
        ({"name": "李敏", "sex": ""}, "请选择性别"),
        ({"name": "李敏", "sex": "f", "phone": "110101199003078515"}, "不收身份证号"),
        ({"name": "李敏", "sex": "f", "joined_on": day("2020-01-02"), "left_on": day("2020-01-01")},
         "离岗日期不能早于到岗日期"),
    ],
)  # fmt: skip
def test_add_person_says_what_is_wrong(values: dict, sentence: str, unit: Unit) -> None:
    with pytest.raises(Refused, match=sentence):
        services.add_person(unit=unit, by=account_with("officer", unit), **values)
    assert not Person.objects.exists()


def test_update_person_keeps_only_what_changed_in_the_log(unit: Unit) -> None:
    officer = account_with("officer", unit)
    person = PersonFactory(unit=unit, name="李敏", post="科员")
    services.update_person(person=person, by=officer, name="李敏", post="科长")
    entry = AuditEntry.objects.get(action="people.person.update")
    assert (entry.before, entry.after) == ({"post": "科员"}, {"post": "科长"})


def test_nobody_moves_a_person_into_a_unit_out_of_her_reach(unit: Unit) -> None:
    officer = account_with("officer", unit)
    with pytest.raises(access.OutOfReach):
        services.update_person(person=PersonFactory(unit=unit), by=officer, unit=UnitFactory())


def test_who_left_is_no_owner_but_stays_in_the_roster(unit: Unit) -> None:
    officer = account_with("officer", unit)
    today = timezone.localdate()
    person = PersonFactory(unit=unit)
    services.leave(person=person, by=officer, left_on=today)
    assert list(queries.persons_below(unit.path, on=today)) == []
    assert list(queries.visible_persons(officer)) == [person]


def test_merge_fills_empty_fields_hands_the_account_over_and_can_be_taken_back(unit: Unit) -> None:
    officer = account_with("officer", unit)
    keep = PersonFactory(unit=unit, name="李敏", post="科长")
    other = PersonFactory(unit=unit, name="李敏", post="科员", phone="13800000000")
    account = AccountFactory(person=other)

    services.merge_persons(keep=keep, other=other, by=officer)
    keep.refresh_from_db()
    account.refresh_from_db()
    assert (keep.post, keep.phone, account.person) == ("科长", "13800000000", keep)
    assert list(queries.visible_persons(officer)) == [keep]

    services.undo(entry_id=AuditEntry.objects.get(action="people.person.merge").pk, by=officer)
    keep.refresh_from_db()
    account.refresh_from_db()
    assert (keep.phone, account.person) == ("", other)
    assert set(queries.visible_persons(officer)) == {keep, other}


def test_two_accounts_are_not_merged(unit: Unit) -> None:
    one, two = PersonFactory(unit=unit), PersonFactory(unit=unit)
    AccountFactory(person=one)
    AccountFactory(person=two)
    with pytest.raises(Refused, match="各有一个账号"):
        services.merge_persons(keep=one, other=two, by=account_with("officer", unit))


def test_doubles_are_found_by_unit_birth_month_and_telephone(unit: Unit) -> None:
    officer = account_with("officer", unit)
    child = UnitFactory(parent=unit)
    in_unit = {PersonFactory(unit=unit, name="李敏"), PersonFactory(unit=unit, name="李敏")}
    by_birth = {
        PersonFactory(unit=unit, name="周岚", birth_month="1980-01"),
        PersonFactory(unit=child, name="周岚", birth_month="1980-01"),
    }
    by_phone = {
        PersonFactory(unit=unit, name="吴倩", phone="13800000000"),
        PersonFactory(unit=child, name="吴茜", phone="13800000000"),
    }
    PersonFactory(unit=unit, name="赵一", phone="0728-6242338")
    PersonFactory(unit=unit, name="赵二", phone="0728-6242338")  # one office, one line

    found = queries.same_person_candidates(officer)

    assert [(reason, set(group)) for reason, group in found] == [
        ("unit", in_unit), ("birth", by_birth), ("phone", by_phone),
    ]  # fmt: skip
    services.mark_different(persons=list(in_unit), by=officer)
    assert [reason for reason, _group in queries.same_person_candidates(officer)] == [
        "birth",
        "phone",
    ]


def test_two_birth_months_or_two_sexes_are_two_persons(unit: Unit) -> None:
    PersonFactory(unit=unit, name="王芳", birth_month="1980-01")
    PersonFactory(unit=unit, name="王芳", birth_month="1990-01")
    PersonFactory(unit=unit, name="李敏", sex="f")
    PersonFactory(unit=unit, name="李敏", sex="m")
    officer = account_with("officer", unit)
    assert queries.same_person_candidates(officer) == []
    unknown = PersonFactory(unit=unit, name="王芳")
    assert unknown in queries.same_person_candidates(officer)[0][1]


def test_doubles_outside_her_reach_are_not_shown(unit: Unit) -> None:
    elsewhere = UnitFactory()
    PersonFactory(unit=elsewhere, name="李敏", birth_month="1980-01")
    PersonFactory(unit=unit, name="李敏", birth_month="1980-01")
    assert queries.same_person_candidates(account_with("officer", unit)) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [("曾", ["曾敏"]), ("zeng", ["曾敏"]), ("zm", ["曾敏"]), ("Zeng Min", ["曾敏"]), ("敏", ["李敏", "曾敏"]),
     ("xyz", [])],
)  # fmt: skip
def test_persons_are_found_by_characters_pinyin_and_initials(
    text: str, found: list[str], unit: Unit
) -> None:
    for name in ("曾敏", "李敏", "王芳"):
        PersonFactory(unit=unit, name=name)
    rows = queries.found_persons(Person.objects.all(), text).order_by("name_key")
    assert [person.name for person in rows] == found


@pytest.mark.parametrize("sort", ["name", "-name", "unit", "newest"])
def test_paging_shows_every_row_once_forwards_and_backwards(sort: str, unit: Unit) -> None:
    child = UnitFactory(parent=unit)
    for n in range(23):
        PersonFactory(unit=unit if n % 2 else child, name="李敏" if n % 3 else "王芳")
    fields, descending = queries.SORTS[sort]
    rows = Person.objects.select_related("unit")

    pages, key = [], ""
    while True:
        page = queries.keyset(rows, fields=fields, descending=descending, after=key, size=5)
        pages.append(page)
        key = page.after
        if not key:
            break
    forwards = [person.pk for page in pages for person in page.rows]
    assert len(forwards) == len(set(forwards)) == 23
    assert pages[0].before == ""
    again = queries.keyset(
        rows, fields=fields, descending=descending, before=pages[2].before, size=5
    )
    assert again.rows == pages[1].rows
    assert (again.before, again.after) == (pages[1].before, pages[1].after)


@pytest.mark.parametrize("key", ["x", "a|b", "|", "1|2|3|x", "李|99999999999999999999999", "a\0|1"])
def test_a_made_up_paging_key_is_refused(key: str) -> None:
    with pytest.raises(queries.BadKey):
        queries.keyset(Person.objects.all(), fields=("name_key", "id"), after=key)


def test_leaving_can_be_taken_back(unit: Unit) -> None:
    officer = account_with("officer", unit)
    person = PersonFactory(unit=unit)
    services.leave(person=person, by=officer, left_on=timezone.localdate() - timedelta(days=3))
    services.undo(entry_id=AuditEntry.objects.get(action="people.person.leave").pk, by=officer)
    person.refresh_from_db()
    assert person.left_on is None
