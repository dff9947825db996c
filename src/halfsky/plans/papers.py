"""Papers of the plans room: the breakdown table as a sheet and as a document."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _

from halfsky.plans.models import Plan
from halfsky.plans.queries.breakdown import BreakdownRow, columns

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
DOCX_COLUMNS = (
    "number", "point", "measure", "target", "lead_unit", "supporting_units", "owner", "due",
    "deliverable", "source", "span",
)  # fmt: skip


def breakdown_title(plan: Plan) -> str:
    """What the table is called: the plan's title and 任务分解表."""
    return _("%(title)s任务分解表") % {"title": plan.title}


def breakdown_xlsx(plan: Plan, rows: list[BreakdownRow]) -> bytes:
    """The breakdown table as .xlsx: every cell a text, so that no formula can hide in one."""
    import xlsxwriter

    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet(_("任务分解表"))
    title = book.add_format({"bold": True, "font_size": 16, "align": "center"})
    head = book.add_format(
        {"bold": True, "bg_color": "#F4E8F0", "border": 1, "text_wrap": True, "align": "center"}
    )
    cell = book.add_format({"border": 1, "text_wrap": True, "valign": "top"})
    shown = columns()
    sheet.merge_range(0, 0, 0, len(shown) - 1, breakdown_title(plan), title)
    sheet.set_row(0, 28)
    for place, (_field, heading, width) in enumerate(shown):
        sheet.set_column(place, place, width)
        sheet.write_string(1, place, heading, head)
    for line, row in enumerate(rows, start=2):
        for place, (field, _heading, _width) in enumerate(shown):
            sheet.write_string(line, place, getattr(row, field), cell)
    sheet.freeze_panes(2, 3)
    sheet.autofilter(1, 0, max(1, len(rows) + 1), len(shown) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0, 1)
    book.close()
    return out.getvalue()


def _merged_down(cell: Any, value: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    properties = cell._tc.get_or_add_tcPr()
    for old in properties.findall(qn("w:vMerge")):
        properties.remove(old)
    merge = OxmlElement("w:vMerge")
    merge.set(qn("w:val"), value)
    properties.append(merge)


def breakdown_docx(plan: Plan, rows: list[BreakdownRow]) -> bytes:
    """The breakdown table as .docx, A4 across, headings repeated on every page."""
    from docx import Document
    from docx.enum.section import WD_ORIENT
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt

    def write(paragraph, text: str, *, font: str, size: float, bold: bool = False) -> None:  # type: ignore[no-untyped-def]
        run = paragraph.add_run(text)
        run.bold = bold
        run.font.size = Pt(size)
        run.font.name = "Times New Roman"
        fonts = run._element.get_or_add_rPr().get_or_add_rFonts()
        fonts.set(qn("w:eastAsia"), font)

    paper = Document()
    section = paper.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.left_margin = section.right_margin = Mm(15)
    section.top_margin = section.bottom_margin = Mm(18)
    heading = paper.add_paragraph()
    heading.alignment = WD_ALIGN_PARAGRAPH.CENTER
    write(heading, breakdown_title(plan), font="方正小标宋简体", size=18)
    basis = paper.add_paragraph()
    basis.alignment = WD_ALIGN_PARAGRAPH.CENTER
    write(
        basis,
        _("%(unit)s　%(year)d年度　第%(version)d版")
        % {"unit": plan.unit.name, "year": plan.year, "version": plan.version},
        font="楷体_GB2312",
        size=12,
    )
    shown = [column for column in columns() if column[0] in DOCX_COLUMNS]
    table = paper.add_table(rows=1, cols=len(shown), style="Table Grid")
    table.autofit = False
    total = sum(width for _field, _heading, width in shown)
    widths = [Mm(267 * width / total) for _field, _heading, width in shown]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width  # the grid, which LibreOffice and WPS go by
    for place, (_field, text, _width) in enumerate(shown):
        paragraph = table.rows[0].cells[place].paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        write(paragraph, text, font="黑体", size=10.5)
    repeat = OxmlElement("w:tblHeader")
    repeat.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(repeat)
    points = [column[0] for column in shown].index("point")
    first, before = None, None
    for row in rows:
        cells = table.add_row().cells
        same = row.point == before
        for place, (field, _heading, _width) in enumerate(shown):
            text = "" if same and place == points else getattr(row, field)
            write(cells[place].paragraphs[0], text, font="仿宋_GB2312", size=9)
        if same and first is not None:  # the key work stands once beside all its measures
            _merged_down(first, "restart")
            _merged_down(cells[points], "continue")
        else:
            first, before = cells[points], row.point
    for line in table.rows:
        for place, width in enumerate(widths):
            line.cells[place].width = width
        unbroken = OxmlElement("w:cantSplit")
        line._tr.get_or_add_trPr().append(unbroken)
    out = BytesIO()
    paper.save(out)
    return out.getvalue()
