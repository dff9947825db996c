import io
from datetime import date

import pytest
import xlsxwriter

from halfsky.library.papers import CannotRead
from halfsky.library.readers import read_bytes
from halfsky.library.readers.sheet import read_sheets
from halfsky.library.tests.papers import zipped


def workbook(sheets: dict[str, list[list[object]]], *, hidden: str = "") -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for column, value in enumerate(row):
                    sheet.write(number, column, value, day if isinstance(value, date) else None)
            if name == hidden:
                sheet.hide()
    return buffer.getvalue()


def test_a_sheet_is_a_table_between_its_title_and_its_notes() -> None:
    rows = [
        ["2026年任务分解表"], ["序号", "重点工作", "时限"], [1, "普法\n宣传", date(2026, 3, 8)], [2, "讲座", 0.5], ["注：以通知为准"],
    ]  # fmt: skip
    source = read_sheets(workbook({"Sheet1": rows}), "xlsx")
    assert (
        source.text
        == "2026年任务分解表\n序号\t重点工作\t时限\n1\t普法 宣传\t2026-03-08\n2\t讲座\t0.5\n注：以通知为准"
    )
    assert [block.where for block in source.blocks] == [
        "工作表“Sheet1”第1行", *(f"工作表“Sheet1”第{number}行" for number in (2, 3, 4, 5)),
    ]  # fmt: skip


def test_a_sheet_of_one_column_is_text() -> None:
    source = read_sheets(workbook({"要点": [["一是学习"], ["二是宣传"]]}), "xlsx")
    assert (source.text, source.tables) == ("一是学习\n二是宣传", ())


def test_hidden_sheets_are_left_out_and_noted() -> None:
    source = read_sheets(workbook({"甲": [["a", "b"]], "乙": [["c", "d"]]}, hidden="乙"), "xlsx")
    assert (source.text, source.notices) == ("a\tb", ("sheets_hidden:乙",))


def test_a_workbook_is_read_through_the_front_door() -> None:
    source = read_bytes(workbook({"甲": [["序号", "工作"], [1, "普法"]]}), "plan.et")
    assert (source.text, source.format, source.notices) == ("序号\t工作\n1\t普法", "xlsx", ())


def far_cell(place: str) -> bytes:
    data = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="a" sheetId="1" r:id="x"/>'
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship '
        'Id="x" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/s.xml"/></Relationships>',
        "xl/worksheets/s.xml": '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        f'<row r="1"><c r="A1"><v>1</v></c></row><row><c r="{place}"><v>2</v></c></row></sheetData></worksheet>',
    }
    return zipped(data)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (far_cell("A1048576"), "表格超过 20000 行或列，不像一份计划。"),
        (far_cell("XFD2"), "表格超过 200 行或列，不像一份计划。"),
        (workbook({"甲": [[]]}), "文件里没有文字。"),
    ],
)
def test_a_workbook_that_cannot_be_read_says_why(data: bytes, says: str) -> None:
    with pytest.raises(CannotRead) as caught:
        read_bytes(data, "a.xlsx")
    assert caught.value.says == says
