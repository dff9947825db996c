"""Names, cells, values: tables without a database."""

from __future__ import annotations

import contextlib
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from halfsky.people.rules import cells, names, passwords, roster
from halfsky.people.rules.roster import Unreadable

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("name", "syllables"),
    [
        ("单雄信", "shan xiong xin"),
        ("仇英", "qiu ying"),
        ("解晓东", "xie xiao dong"),
        ("区桂芝", "ou gui zhi"),
        ("朴顺子", "piao shun zi"),
        ("查小燕", "zha xiao yan"),
        ("乐嘉", "yue jia"),
        ("曾敏", "zeng min"),
        ("盖丽丽", "ge li li"),
        ("尉迟红", "yu chi hong"),
        ("万俟芳", "mo qi fang"),
        ("单于", "shan yu"),
        ("欧阳修", "ou yang xiu"),
        ("重阳", "chong yang"),
        ("张重", "zhang zhong"),
        ("长孙皇后", "zhang sun huang hou"),
        ("Anna Karenina", "anna karenina"),
        ("阿依古丽·买买提", "a yi gu li mai mai ti"),
    ],
)
def test_reading_knows_surnames(name: str, syllables: str) -> None:
    assert " ".join(names.reading(name)) == syllables


def test_name_key_keeps_two_surnames_of_one_sound_apart() -> None:
    people = ["李明", "黎明", "李敏", "黎敏", "曾一", "安一"]
    assert sorted(people, key=names.name_key) == ["安一", "李敏", "黎敏", "李明", "黎明", "曾一"]


@given(st.text())
def test_safe_cell_never_begins_like_a_formula_and_comes_back_whole(text: str) -> None:
    safe = cells.safe_cell(text)
    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert cells.read_cell(safe) == text


@given(st.text())
def test_plain_text_holds_no_control_characters_and_is_stable(text: str) -> None:
    plain = cells.plain_text(text)
    assert not any(ord(c) < 32 or 127 <= ord(c) < 160 for c in plain)
    assert cells.plain_text(plain) == plain


@pytest.mark.parametrize(
    ("cell", "month"),
    [
        ("1985.03", "1985-03"),
        ("1985年3月", "1985-03"),
        ("1985年03月12日", "1985-03"),
        ("1985-03-12", "1985-03"),
        ("1985/3/12", "1985-03"),
        ("1985-3", "1985-03"),
        ("1985.12", "1985-12"),
        ("198503", "1985-03"),
        ("19850312", "1985-03"),
        ("１９８５．０３", "1985-03"),
        (31119, "1985-03"),
        (31119.0, "1985-03"),
        ("31119", "1985-03"),
        (1985.03, "1985-03"),
        (1985.11, "1985-11"),
        (date(1985, 3, 12), "1985-03"),
        (datetime(1985, 3, 12), "1985-03"),
        ("1985-03-12 00:00:00", "1985-03"),
        ("", ""),
        (None, ""),
        ("'1985.03", "1985-03"),
    ],
)
def test_read_month_in_many_forms(cell: roster.Cell, month: str) -> None:
    assert roster.read_month(cell, today=TODAY) == month


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("1985", "month_year_only"),
        (1985, "month_year_only"),
        ("85.3", "month_short_year"),
        ("1985.13", "month"),
        ("1985-02-30", "month"),
        ("2027-01", "month_future"),
        ("1890-01", "month_old"),
        ("不详", "month"),
        ("1985.1", "month_october"),
    ],
)
def test_read_month_refuses(cell: roster.Cell, code: str) -> None:
    with pytest.raises(Unreadable) as caught:
        roster.read_month(cell, today=TODAY)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("column", "cell", "month"),
    [
        (["1985.03", "1985.1"], "1985.1", "1985-10"),
        (["1985.3", "1985.1"], "1985.1", "1985-01"),
        ([1985.03, 1985.1], 1985.1, "1985-10"),
    ],
)
def test_a_column_tells_whether_1985_1_is_january_or_october(
    column: list[roster.Cell], cell: roster.Cell, month: str
) -> None:
    padded = roster.months_are_padded(column)
    assert roster.read_month(cell, today=TODAY, padded=padded) == month


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("姓名", "name"), ("名字", "name"), ("姓　名", "name"), ("*姓名", "name"),
        ("性别（必填）", "sex"), ("出生年月", "birth_month"), ("出生日期", "birth_month"),
        ("科室", "unit"), ("所在部门", "unit"), ("单位", "unit"), ("职务", "post"),
        ("职级", "rank"), ("编制", "staff_kind"), ("学历", "education"), ("职称", "title"),
        ("政治面貌", "politics"), ("入职时间", "joined_on"), ("手机号码", "phone"),
        ("Name", "name"), ("备注", ""), ("", ""), (None, ""), (3, ""),
    ],
)  # fmt: skip
def test_headings_are_known_by_their_synonyms(heading: roster.Cell, field: str) -> None:
    assert roster.field_of(heading) == field


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("110101199003078515", True),
        ("42900519850312212X", True),
        ("110101900307851", True),
        ("身份证：110101199003078515", True),
        ("13800000000", False),
        ("110101199013078515", False),
        ("6222020200112233445", False),
    ],
)
def test_identity_numbers_are_known_by_their_form(text: str, is_one: bool) -> None:
    assert roster.looks_like_identity_number(text) is is_one


def test_a_column_of_identity_numbers_is_not_read_whatever_its_heading() -> None:
    body = [["王芳", "110101199003078515"], ["李敏", ""], ["周岚", "110101199003078523"]]
    columns = roster.read_headings(["姓名", "电话"], body)
    assert [(c.field, c.why) for c in columns] == [("name", ""), ("", "identity")]


@pytest.mark.parametrize(
    ("text", "phone"),
    [("13800000000", "13800000000"), ("+86 138-0000-0000", "13800000000"),
     ("0728-6242338", "0728-6242338"), ("0728-6242338转12", "0728-6242338转12"), ("", "")],
)  # fmt: skip
def test_read_phone(text: str, phone: str) -> None:
    assert roster.read_phone(text) == phone


@pytest.mark.parametrize("text", ["无", "12", "1" * 40, "=1+1"])
def test_read_phone_refuses(text: str) -> None:
    with pytest.raises(Unreadable):
        roster.read_phone(text)


def test_first_passwords_differ_and_are_typed_without_mistakes() -> None:
    made = {passwords.first_password() for _ in range(200)}
    assert len(made) == 200
    assert not set("".join(made)) & set("0O1lIaeiou")


@given(st.one_of(st.text(), st.floats(), st.integers(), st.dates()))
def test_no_cell_breaks_a_reader(cell: roster.Cell) -> None:
    for field in roster.FIELDS:
        if field == "unit":
            continue
        with contextlib.suppress(Unreadable):
            roster.read_value(field, cell, today=TODAY)
