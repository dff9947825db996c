"""The list of tasks as a file: .csv and .xlsx that no spreadsheet can be made to run."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from itertools import islice

from django.utils import translation
from django.utils.translation import gettext as _

from halfsky.people.rules.cells import safe_cell
from halfsky.people.tables import csv_chunks
from halfsky.plans import sentences
from halfsky.plans.queries.tasks import TaskRow

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS = ("csv", "xlsx")
MOST_ROWS = 100_000  # of a workbook; a .csv has no limit


class TooLong(Exception):
    """The list does not go into a workbook; says what to do instead."""


def headings() -> list[str]:
    """The headings of the columns."""
    return [
        _("序号"), _("任务"), _("责任人"), _("牵头单位"), _("完成时限"), _("状态"), _("说明"), _("办结日期"),
    ]  # fmt: skip


def cells(rows: Iterable[TaskRow]) -> Iterator[list[str]]:
    """The cells of each row, as words."""
    for row in rows:
        yield [
            row.label,
            row.title,
            row.owner,
            row.unit,
            row.due_on.isoformat(),
            sentences.light_word(row.light.state),
            sentences.light_reason(row.light),
            row.closed_on.isoformat() if row.closed_on else "",
        ]


def csv_of(rows: Iterable[TaskRow], language: str) -> Iterator[bytes]:
    """A .csv in pieces, as the rows are read; it is sent after the request's language has ended."""
    with translation.override(language):
        first = headings()
    return csv_chunks(first, _spoken(iter(rows), language))


def _spoken(rows: Iterator[TaskRow], language: str) -> Iterator[list[str]]:
    while batch := list(islice(rows, 500)):
        with translation.override(language):
            lines = list(cells(batch))
        yield from lines


def xlsx_of(title: str, rows: Iterable[TaskRow]) -> bytes:
    """A workbook of texts, written row by row. Raises TooLong."""
    import xlsxwriter  # 0.1 s: only when somebody exports

    with tempfile.TemporaryFile() as file:
        book = xlsxwriter.Workbook(
            file,
            {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
             "strings_to_numbers": False},
        )  # fmt: skip
        sheet = book.add_worksheet(_("任务清单"))
        book.set_properties({"title": title})
        for column, width in enumerate((10, 60, 12, 20, 13, 10, 16, 13)):
            sheet.set_column(column, column, width)
        sheet.freeze_panes(1, 0)
        bold = book.add_format({"bold": True, "bottom": 1})
        for column, heading in enumerate(headings()):
            sheet.write_string(0, column, heading, bold)
        written = 0
        for written, row in enumerate(islice(cells(rows), MOST_ROWS + 1), start=1):
            if written > MOST_ROWS:
                break
            for column, cell in enumerate(row):
                if cell:
                    sheet.write_string(written, column, safe_cell(cell))
        book.close()
        if written > MOST_ROWS:
            raise TooLong(
                _("任务超过%(count)s项，Excel表装不下。请先按要点或月份筛选，或导出CSV。")
                % {"count": MOST_ROWS}
            )
        file.seek(0)
        return file.read()
