"""Importing a roster: preview, confirm, undo, tidy; bad files."""

from __future__ import annotations

import io
import time
import zipfile
from datetime import date, timedelta

import pytest
import xlsxwriter
from django.utils import timezone

from halfsky.audit.models import AuditEntry
from halfsky.people import access, queries, services
from halfsky.people.models import Account, ImportBatch, Person, Unit
from halfsky.people.rules.names import name_key
from halfsky.people.services import Refused
from halfsky.people.tests.factories import (
    AccountFactory,
    PersonFactory,
    UnitFactory,
    account_with,
)

pytestmark = pytest.mark.django_db
State = ImportBatch.State


@pytest.fixture
def bureau() -> Unit:
    return UnitFactory(name="清江市生态环境局", short_name="环境局", code="B")


@pytest.fixture
def office(bureau: Unit) -> Unit:
    return UnitFactory(parent=bureau, name="局办公室", short_name="办公室", code="B01")


@pytest.fixture
def officer(bureau: Unit) -> Account:
    return account_with("officer", bureau)


def workbook(*rows: tuple) -> bytes:
    """An .xlsx with these rows; dates become date cells."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet("花名册")
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    return buffer.getvalue()


def preview(officer: Account, unit: Unit, *rows: tuple) -> ImportBatch:
    return services.preview_import(
        by=officer, unit=unit, data=workbook(*rows), file_name="花名册.xlsx"
    )


def fates(batch: ImportBatch) -> list[tuple[int, str]]:
    return [(row["number"], row["fate"]) for row in batch.rows]


def test_preview_names_the_fate_of_every_row_and_writes_nothing(
    officer: Account, bureau: Unit, office: Unit
) -> None:
    same = PersonFactory(unit=office, name="王芳", birth_month="1985-03", post="科长")
    PersonFactory(unit=office, name="李敏", birth_month="1990-01", post="科员")

    batch = preview(
        officer, bureau,
        ("清江市生态环境局职工花名册",),
        ("序号", "姓名", "性别", "出生年月", "科室", "职务", "备注"),
        (1, "王芳", "女", "1985.03", "办公室", "科长", "x"),
        (2, "李敏", "女", "1990年1月", "局办公室", "副科长", ""),
        (3, "周岚", "女", date(1992, 7, 1), "B01", "科员", ""),
        (4, "周岚", "女", "1992-07", "办公室", "科员", ""),
        (5, "", "女", "1985", "监测站", "", ""),
        ("", "", "", "", "", "", ""),
    )  # fmt: skip

    assert fates(batch) == [(3, "same"), (4, "update"), (5, "new"), (6, "double"), (7, "error")]
    assert batch.counts == {"new": 1, "update": 1, "same": 1, "double": 1, "error": 1}
    assert [(c["letter"], c["field"], c["why"]) for c in batch.mapping] == [
        ("A", "", "unknown"), ("B", "name", ""), ("C", "sex", ""), ("D", "birth_month", ""),
        ("E", "unit", ""), ("F", "post", ""), ("G", "", "unknown"),
    ]  # fmt: skip
    assert [(e["column"], e["code"]) for e in batch.rows[4]["errors"]] == [
        ("B", "name_missing"), ("D", "month_year_only"), ("E", "unit"),
    ]  # fmt: skip
    assert batch.rows[1]["changes"] == {"post": ["科员", "副科长"]}
    assert batch.rows[3]["twin"] == 5
    assert Person.objects.count() == 2
    same.refresh_from_db()


def test_apply_writes_and_undo_restores_exactly(
    officer: Account, bureau: Unit, office: Unit
) -> None:
    person = PersonFactory(
        unit=office, name="李敏", birth_month="1990-01", post="科员", phone="13800000000"
    )
    was = Person.objects.filter(pk=person.pk).values().get()
    batch = preview(
        officer, bureau,
        ("姓名", "性别", "出生年月", "部门", "职务", "手机", "入职时间"),
        ("李敏", "女", "1990.01", "环境局", "科长", "", "2012-07-01"),
        ("曾敏", "女", "1991.02", "办公室", "科员", "13900000000", ""),
    )  # fmt: skip

    batch = services.apply_import(batch=batch, by=officer)
    person.refresh_from_db()
    new = Person.objects.get(name="曾敏")
    assert batch.state == State.APPLIED
    assert (person.unit, person.post, person.joined_on) == (bureau, "科长", date(2012, 7, 1))
    assert person.phone == "13800000000"  # an empty cell wipes nothing
    assert (new.unit, new.name_key, new.import_batch) == (office, name_key("曾敏"), batch)
    assert AuditEntry.objects.filter(action="people.import.apply").count() == 1
    assert queries.counts_by_unit(officer, [bureau.pk, office.pk]) == [(bureau, 1), (office, 1)]

    batch = services.undo_import(batch=batch, by=officer)
    assert (batch.state, batch.kept) == (State.UNDONE, [])
    assert list(Person.objects.values()) == [was]


def test_undo_leaves_what_was_changed_since_and_says_whom(
    officer: Account, bureau: Unit, office: Unit
) -> None:
    old = PersonFactory(unit=bureau, name="李敏", post="科员")
    batch = preview(
        officer, bureau,
        ("姓名", "性别", "部门", "职务"),
        ("李敏", "女", "环境局", "科长"),
        ("周岚", "女", "环境局", "科员"),
        ("吴倩", "女", "环境局", "科员"),
        ("赵宁", "女", "环境局", "科员"),
    )  # fmt: skip
    batch = services.apply_import(batch=batch, by=officer)
    services.update_person(person=old, by=officer, name="李敏", post="局长")
    services.update_person(
        person=Person.objects.get(name="周岚"), by=officer, name="周岚", post="主任"
    )
    AccountFactory(person=Person.objects.get(name="吴倩"))

    batch = services.undo_import(batch=batch, by=officer)

    assert sorted(kept["name"] for kept in batch.kept) == ["吴倩", "周岚", "李敏"]
    assert set(Person.objects.values_list("name", "post")) == {
        ("李敏", "局长"), ("周岚", "主任"), ("吴倩", "科员"),
    }  # fmt: skip


def test_apply_writes_nothing_if_the_roster_changed_since_the_preview(
    officer: Account, bureau: Unit
) -> None:
    batch = preview(officer, bureau, ("姓名", "性别"), ("李敏", "女"), ("周岚", "女"))
    PersonFactory(unit=bureau, name="李敏")
    batch = services.apply_import(batch=batch, by=officer)
    assert batch.state == State.PREVIEWED
    assert fates(batch) == [(2, "same"), (3, "new")]
    assert Person.objects.count() == 1
    assert services.apply_import(batch=batch, by=officer).state == State.APPLIED


def test_a_row_whose_unit_ended_after_the_preview_becomes_an_error(
    officer: Account, bureau: Unit, office: Unit
) -> None:
    batch = preview(officer, bureau, ("姓名", "性别", "部门"), ("李敏", "女", "办公室"))
    Unit.objects.filter(pk=office.pk).update(valid_to=timezone.localdate() - timedelta(days=1))
    batch = services.apply_import(batch=batch, by=officer)
    assert [e["code"] for e in batch.rows[0]["errors"]] == ["unit_gone"]
    assert not Person.objects.exists()


def test_a_column_of_identity_numbers_is_never_stored(officer: Account, bureau: Unit) -> None:
    batch = preview(
        officer, bureau,
        ("姓名", "性别", "身份证号", "职务"),
        ("李敏", "女", "110101199003078515", "证号110101199003078515"),
    )  # fmt: skip
    assert batch.mapping[2]["why"] == "identity"
    stored = str(ImportBatch.objects.values().get())
    assert "110101199003078515" not in stored


def test_units_outside_the_subtree_are_unknown(
    officer: Account, bureau: Unit, office: Unit
) -> None:
    UnitFactory(name="别的局", short_name="别的局", code="X")
    batch = preview(
        officer,
        office,
        ("姓名", "性别", "部门"),
        ("李敏", "女", "别的局"),
        ("周岚", "女", "环境局"),
    )
    assert [row["errors"][0]["code"] for row in batch.rows] == ["unit", "unit"]


def test_two_units_of_one_name_are_told_apart_by_code(officer: Account, bureau: Unit) -> None:
    for code in ("S1", "S2"):
        UnitFactory(
            parent=UnitFactory(parent=bureau),
            name=f"{code}站办公室",
            short_name="综合科",
            code=code,
        )
    batch = preview(
        officer, bureau, ("姓名", "性别", "部门"), ("李敏", "女", "综合科"), ("周岚", "女", "S2")
    )
    assert [[e["code"] for e in row["errors"]] for row in batch.rows] == [["unit_double"], []]


def test_two_persons_who_both_fit_are_an_error_not_a_guess(officer: Account, bureau: Unit) -> None:
    PersonFactory(unit=bureau, name="李敏")
    PersonFactory(unit=bureau, name="李敏")
    batch = preview(officer, bureau, ("姓名", "性别"), ("李敏", "女"))
    assert [e["code"] for e in batch.rows[0]["errors"]] == ["several"]


def test_same_name_other_birth_month_is_another_person(officer: Account, bureau: Unit) -> None:
    PersonFactory(unit=bureau, name="李敏", birth_month="1980-01")
    batch = preview(officer, bureau, ("姓名", "性别", "出生年月"), ("李敏", "女", "1990-02"))
    assert fates(batch) == [(2, "new")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_in_the_encodings_of_chinese_offices(
    encoding: str, delimiter: str, officer: Account, bureau: Unit
) -> None:
    text = "\r\n".join(
        delimiter.join(row) for row in (("姓名", "性别", "职务"), ("喆镕", "女", "科长"))
    )
    batch = services.preview_import(
        by=officer, unit=bureau, data=text.encode(encoding), file_name="花名册.csv"
    )
    assert batch.rows[0]["values"]["name"] == "喆镕"


def _encrypted() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000


def _zip(**parts: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as box:
        for name, data in parts.items():
            box.writestr(name.replace("__", "/"), data)
    return buffer.getvalue()


def _bomb() -> bytes:
    """301 MB of noughts, packed into 300 kB."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as box,
        box.open("xl/bomb", "w") as part,
    ):
        for _ in range(301):
            part.write(b"0" * 1024 * 1024)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "file_name", "sentence"),
    [
        (b"", "a.xlsx", "空的"),
        (b"  \n ", "a.csv", "空的"),
        (b"\x00\x01\x02" * 50, "a.csv", "编码"),
        (b"not a workbook", "a.xlsx", "打不开"),
        (_encrypted(), "a.xlsx", "打不开"),
        (b"PK\x03\x04broken", "a.xlsx", "损坏"),
        (_zip(word__document=b"x"), "a.docx", "不是 Excel"),
        (_zip(xl__workbook=b"<x/>"), "a.xlsx", "打不开"),
        (_bomb, "a.xlsx", "太大"),
        (b"x" * (21 * 1024 * 1024), "a.csv", "20 MB"),
        ("部门,职务\n办公室,科长".encode(), "a.csv", "没有找到表头"),
        ("姓名,性别\n".encode(), "a.csv", "没有人员"),
        ("姓名,性别\n".encode() + "王,女\n".encode() * 50_200, "a.csv", "50000 行"),
    ],
    ids=["empty", "blank", "binary", "text", "encrypted", "broken", "docx", "no-workbook", "bomb",
         "big", "no-heading", "no-rows", "long"],
)  # fmt: skip
def test_a_bad_file_is_refused_in_a_sentence_and_nothing_is_stored(
    data: bytes, file_name: str, sentence: str, officer: Account, bureau: Unit
) -> None:
    data = data() if callable(data) else data
    with pytest.raises(Refused, match=sentence):
        services.preview_import(by=officer, unit=bureau, data=data, file_name=file_name)
    assert not ImportBatch.objects.exists()


def test_cancelled_and_applied_imports_are_not_applied_again(
    officer: Account, bureau: Unit
) -> None:
    batch = preview(officer, bureau, ("姓名", "性别"), ("李敏", "女"))
    batch = services.cancel_import(batch=batch, by=officer)
    assert (batch.state, batch.rows) == (State.CANCELLED, [])
    with pytest.raises(Refused, match="已取消"):
        services.apply_import(batch=batch, by=officer)


@pytest.mark.parametrize("role", ["leader", "liaison", "auditor", "system_admin", "staff"])
def test_only_the_desk_imports(role: str, bureau: Unit) -> None:
    with pytest.raises(access.OutOfReach):
        preview(account_with(role, bureau), bureau, ("姓名", "性别"), ("李敏", "女"))


def test_tidy_empties_old_previews_and_undo_data(officer: Account, bureau: Unit) -> None:
    old = preview(officer, bureau, ("姓名", "性别"), ("李敏", "女"))
    applied = services.apply_import(
        batch=preview(officer, bureau, ("姓名", "性别"), ("周岚", "女")), by=officer
    )
    fresh = preview(officer, bureau, ("姓名", "性别"), ("吴倩", "女"))
    before = timezone.now() - timedelta(days=31)
    ImportBatch.objects.filter(pk__in=[old.pk, applied.pk]).update(created_at=before)
    today = timezone.localdate()

    assert services.tidy_imports(on=today) == 1  # the applied one keeps its undo from its own day
    assert services.tidy_imports(on=today + timedelta(days=31)) == 2
    for batch in (old, applied, fresh):
        batch.refresh_from_db()
        assert (batch.rows, batch.before) == ([], {})
    with pytest.raises(Refused, match="不能撤销"):
        services.undo_import(batch=applied, by=officer)


@pytest.mark.slow
def test_ten_thousand_rows_take_seconds(
    officer: Account, bureau: Unit, capsys: pytest.CaptureFixture[str]
) -> None:
    units = [UnitFactory(parent=bureau, name=f"第{n}科室", code=f"D{n}") for n in range(20)]
    rows = [("姓名", "性别", "出生年月", "部门", "职务", "手机")]
    rows += [
        ("王" + chr(0x4E00 + n % 3000) + chr(0x5000 + n // 3000), "女", f"19{60 + n % 40}.{n % 12 + 1:02d}",
         units[n % 20].name, "科员", f"138{n:08d}")
        for n in range(10_000)
    ]  # fmt: skip
    data = workbook(*rows)
    spent = {}

    def timed(name: str, step):  # type: ignore[no-untyped-def]
        start = time.perf_counter()
        found = step()
        spent[name] = round(time.perf_counter() - start, 2)
        return found

    first = timed(
        "preview",
        lambda: services.preview_import(by=officer, unit=bureau, data=data, file_name="a.xlsx"),
    )
    first = timed("apply", lambda: services.apply_import(batch=first, by=officer))
    assert Person.objects.count() == 10_000
    second = preview(
        officer, bureau, *[(*row[:4], "科长", row[5]) if n else row for n, row in enumerate(rows)]
    )
    assert second.counts["update"] == 10_000
    second = timed("update", lambda: services.apply_import(batch=second, by=officer))
    timed("undo update", lambda: services.undo_import(batch=second, by=officer))
    assert set(Person.objects.values_list("post", flat=True)) == {"科员"}
    timed("undo", lambda: services.undo_import(batch=first, by=officer))
    assert not Person.objects.exists()
    with capsys.disabled():
        print(f"\n10,000 rows, seconds: {spent}")
