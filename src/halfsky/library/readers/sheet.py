"""Spreadsheets (.xlsx, .xls, .et, .xlsb, .ods), by calamine: each sheet one table.

Runs in a process of its own (see `apart`): a sheet can claim 17 thousand million cells.
"""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Sequence

from halfsky.library import rules
from halfsky.library.papers import CannotRead, SourceText
from halfsky.library.readers.build import Clock, TextBuilder
from halfsky.library.readers.container import Container

_PLACE = re.compile(rb'<(?:\w+:)?c\s[^>]{0,200}?\br="([A-Z]{1,3})(\d{1,7})"')


def _shown(value: object) -> str:
    """A cell as people see it: 1 for 1.0, dates in figures."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.10g}"
    if isinstance(value, datetime.datetime):
        return f"{value:%Y-%m-%d}" if value.time() == datetime.time() else f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, datetime.date):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, datetime.time):
        return f"{value:%H:%M}"
    return str(value)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def refuse_far_cells(data: bytes) -> None:
    """Refuse a workbook with a cell far away before calamine lays out every cell up to it."""
    container = Container(data, "xlsx")
    for name in container.names():
        if re.match(r"xl/worksheets/[^/]+\.xml$", name, re.IGNORECASE):
            for match in _PLACE.finditer(container.read(name)):
                if int(match.group(2)) > rules.MAX_TABLE_ROWS * 5:
                    raise CannotRead("too_many_rows", limit=rules.MAX_TABLE_ROWS)
                if _column(match.group(1)) > rules.MAX_TABLE_COLUMNS * 5:
                    raise CannotRead("too_many_rows", limit=rules.MAX_TABLE_COLUMNS)


def read_sheets(data: bytes, kind: str) -> SourceText:
    """Read a workbook. Raises CannotRead: encrypted_office, damaged, too_many_rows, no_text."""
    import python_calamine

    builder = TextBuilder(kind, Clock(rules.APART_SECONDS))
    if kind == "xlsx":
        refuse_far_cells(data)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    except python_calamine.PasswordError:
        raise CannotRead("encrypted_office") from None
    except (python_calamine.CalamineError, OSError, ValueError) as fault:
        raise _refusal(fault, kind) from None
    sheets = book.sheets_metadata
    if len(sheets) > rules.MAX_SHEETS:
        raise CannotRead("too_many_rows", limit=rules.MAX_SHEETS)
    for sheet in sheets:
        if sheet.visible != python_calamine.SheetVisibleEnum.Visible:
            builder.notice("sheets_hidden", sheet.name)
            continue
        if sheet.typ != python_calamine.SheetTypeEnum.WorkSheet:
            continue
        try:
            found = book.get_sheet_by_name(sheet.name)
            values = found.to_python(skip_empty_area=True)
        except (python_calamine.CalamineError, OSError, ValueError) as fault:
            raise _refusal(fault, kind) from None
        _add_sheet(builder, sheet.name, values, (found.start or (0, 0))[0] + 1)
    return builder.done()


def _refusal(fault: Exception, kind: str) -> CannotRead:
    said = str(fault).lower()
    return (
        CannotRead("encrypted_office")
        if "password" in said or "encrypt" in said
        else CannotRead("damaged", kind=kind)
    )


def _add_sheet(
    builder: TextBuilder, name: str, values: Sequence[Sequence[object]], first_row: int
) -> None:
    """Add one sheet: titles above the table and notes below it as lines, the rest as a table."""
    shown = [[_shown(value).strip() for value in row] for row in values]
    numbered = [(first_row + at, row) for at, row in enumerate(shown) if any(row)]
    if not numbered:
        return
    width = max(max(at for at, cell in enumerate(row) if cell) + 1 for _, row in numbered)
    numbers = [number for number, _ in numbered]
    rows = [row[:width] for _, row in numbered]
    alone = [sum(bool(cell) for cell in row) == 1 for row in rows]
    first = next((at for at, single in enumerate(alone) if not single), len(rows))
    last = len(rows)
    while last > first and alone[last - 1] and rows[last - 1][0]:
        last -= 1
    place = f"工作表“{name}”"
    for number, row in zip(numbers[:first], rows, strict=False):
        builder.paragraph(next(cell for cell in row if cell), f"{place}第{number}行")
    builder.table(rows[first:last], place, numbers[first:last])
    for number, row in zip(numbers[last:], rows[last:], strict=True):
        builder.paragraph(row[0], f"{place}第{number}行")
