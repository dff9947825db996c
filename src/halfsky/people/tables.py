"""Files of tables, in and out: .xlsx, .xls, .et and .csv."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence

from django.utils.translation import gettext as _

from halfsky.people.rules.cells import safe_cell
from halfsky.people.rules.roster import MAX_COLUMNS, MAX_ROWS, Cell, heading_row
from halfsky.people.services.errors import Refused

MAX_BYTES = 20 * 1024 * 1024
MAX_UNPACKED = 300 * 1024 * 1024
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
Table = list[list[Cell]]


def read_table(data: bytes, file_name: str) -> Table:
    """Return the rows of the first sheet that looks like a roster, or of the first one.

    What the file is, its first bytes say, not its name. Raises Refused with a sentence.
    """
    if not data.strip():
        raise Refused(_("文件是空的。请选有内容的花名册。"))
    if len(data) > MAX_BYTES:
        raise Refused(_("文件超过 20 MB。请分成几个文件，或删掉图片再上传。"))
    if data.startswith((ZIP, OLE)):
        return _read_workbook(data)
    if file_name.lower().endswith((".xlsx", ".xls", ".et")):
        raise Refused(
            _("“%(name)s”打不开，可能已损坏或加了密。请在表格软件里另存为 .xlsx 再上传。")
            % {"name": file_name}
        )
    return _read_csv(data)


def _read_workbook(data: bytes) -> Table:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    if data.startswith(ZIP):
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as box:
                unpacked = sum(part.file_size for part in box.infolist())
                entries = {part.filename for part in box.infolist()}
        except (zipfile.BadZipFile, ValueError, OSError):
            raise Refused(_("文件已损坏，打不开。请在表格软件里重新保存再上传。")) from None
        if unpacked > MAX_UNPACKED:
            raise Refused(_("文件展开后太大。请删掉多余的工作表和图片再上传。"))
        if not any(name.startswith("xl/") for name in entries):
            raise Refused(_("这不是 Excel 表格。请上传 .xlsx 或 .csv。"))
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        first: Table | None = None
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            if sheet.height > MAX_ROWS + 100 or sheet.width > MAX_COLUMNS * 10:
                _refuse_size()
            rows: Table = [
                list(row[:MAX_COLUMNS]) for row in sheet.to_python(skip_empty_area=False)
            ]
            if heading_row(rows) is not None:
                return rows
            if first is None and rows:
                first = rows
    except PasswordError:
        raise Refused(_("文件加了密码。请去掉密码，另存后再上传。")) from None
    except (CalamineError, ValueError, OSError, KeyError):
        raise Refused(
            _("文件打不开，可能已损坏或加了密。请在表格软件里另存为 .xlsx 再上传。")
        ) from None
    if first is None:
        raise Refused(_("表格里没有内容。请选有内容的花名册。"))
    return first


def _refuse_size() -> None:
    raise Refused(
        _("表格超过 %(rows)s 行或 %(columns)s 列。请删掉空行空列，或分成几个文件。")
        % {"rows": MAX_ROWS, "columns": MAX_COLUMNS}
    )


def decode(data: bytes) -> str:
    """Text of a .csv: UTF-8 with or without mark, UTF-16 with mark, else GB18030. Raises Refused."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text
    raise Refused(_("认不出文件的编码。请在表格软件里另存为 .xlsx，或存为 UTF-8 编码的 .csv。"))


def _read_csv(data: bytes) -> Table:
    text = decode(data)
    head = text[:4000]
    delimiter = max(",\t;，", key=head.count)
    if (
        delimiter == "，"
    ):  # a full-width comma separates nothing in csv unless there is nothing else
        delimiter = "，" if head.count("，") and not head.count(",") else ","
    rows: Table = []
    try:
        csv.field_size_limit(131_072)
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            rows.append(list(row[:MAX_COLUMNS]))
            if len(rows) > MAX_ROWS + 100:
                _refuse_size()
    except csv.Error:
        raise Refused(
            _("第 %(row)s 行附近读不下去，可能少了引号。请在表格软件里另存为 .xlsx 再上传。")
            % {"row": len(rows) + 1}
        ) from None
    return rows


def csv_chunks(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """A .csv that a spreadsheet opens as Chinese (with mark) and runs nothing of."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    yield b"\xef\xbb\xbf"
    for row in (headings, *rows) if isinstance(rows, (list, tuple)) else _with(headings, rows):
        writer.writerow([safe_cell(cell) for cell in row])
        if buffer.tell() > 65_536:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def _with(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[Sequence[str]]:
    yield headings
    yield from rows


def xlsx_bytes(title: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A workbook of texts only: no cell is a formula, a link or a number."""
    import xlsxwriter  # 0.1 s: only when somebody exports

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
                 "strings_to_numbers": False},
    )  # fmt: skip
    sheet = book.add_worksheet(title[:31])
    bold = book.add_format({"bold": True, "bottom": 1})
    widths = [max(8, 2 * len(heading) + 2) for heading in headings]
    for column, heading in enumerate(headings):
        sheet.write_string(0, column, safe_cell(heading), bold)
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            if cell:
                sheet.write_string(number, column, safe_cell(cell))
                widths[column] = min(40, max(widths[column], 2 * len(cell) + 2))
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1, 0)
    book.close()
    return buffer.getvalue()
