import io

import docx as python_docx
import pytest

from halfsky.library.papers import CannotRead
from halfsky.library.readers import read_bytes
from halfsky.library.tests.papers import cell, docx, level, numbering, p, run, table, zipped

OUTLINE = (
    level(0, "chineseCounting", "%1、"),
    level(1, "chineseCounting", "（%2）"),
    level(2, "decimal", "%3.", suffix="tab"),
    level(3, "decimal", "（%4）"),
)


def text_of(body: str, **parts: str) -> str:
    return read_bytes(docx(body, **parts)).text


def test_numbers_of_an_outline_show_and_restart() -> None:
    body = (
        p("学习", num="1") + p("理论", num="1", level=1) + p("读书", num="1", level=2)
        + p("讲课", num="1", level=2) + p("实践", num="1", level=1) + p("走访", num="1", level=2)
        + p("无号") + p("权益", num="1") + p("普法", num="1", level=1)
    )  # fmt: skip
    assert text_of(body, numbering=numbering(OUTLINE)).split("\n") == [
        "一、学习", "（一）理论", "1. 读书", "2. 讲课", "（二）实践", "1. 走访", "无号", "二、权益", "（一）普法",
    ]  # fmt: skip


def test_a_level_told_not_to_restart_counts_on() -> None:
    levels = (
        level(0, "decimal", "%1、"),
        level(1, "decimal", "%2)", extra='<w:lvlRestart w:val="0"/>'),
    )
    body = (
        p("甲", num="1") + p("子", num="1", level=1) + p("乙", num="1") + p("丑", num="1", level=1)
    )
    assert text_of(body, numbering=numbering(levels)) == "1、甲\n1)子\n2、乙\n2)丑"


def test_numbers_of_several_levels_and_legal_style() -> None:
    levels = (
        level(0, "chineseCounting", "第%1章", suffix="space"),
        level(1, "decimal", "%1.%2", suffix="tab"),
        level(2, "decimal", "%1.%2.%3", suffix="space", extra="<w:isLgl/>"),
    )
    body = p("总则", num="1") + p("目的", num="1", level=1) + p("依据", num="1", level=2)
    assert text_of(body, numbering=numbering(levels)) == "第一章 总则\n一.1 目的\n1.1.1 依据"


def test_a_deep_level_without_its_parent_shows_the_parents_start() -> None:
    levels = (level(0, "decimal", "%1."), level(1, "decimal", "%1.%2"))
    assert text_of(p("项", num="1", level=1), numbering=numbering(levels)) == "1.1项"


def test_a_start_override_begins_again_and_equal_lists_count_on() -> None:
    numbers = (
        numbering([level(0, "decimal", "%1.")])
        + '<w:num w:numId="2"><w:abstractNumId w:val="0"/></w:num>'
        + '<w:num w:numId="3"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0">'
        '<w:startOverride w:val="5"/></w:lvlOverride></w:num>'
    )
    body = (
        p("甲", num="1") + p("乙", num="2") + p("丙", num="3") + p("丁", num="3") + p("戊", num="0")
    )
    assert text_of(body, numbering=numbers) == "1.甲\n2.乙\n5.丙\n6.丁\n戊"


def test_numbers_come_from_the_style_and_what_it_is_based_on() -> None:
    styles = (
        '<w:style w:type="paragraph" w:styleId="H1"><w:name w:val="heading 1"/><w:pPr><w:numPr><w:numId w:val="1"/>'
        '</w:numPr><w:outlineLvl w:val="0"/></w:pPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="H2"><w:name w:val="heading 2"/><w:basedOn w:val="H1"/><w:pPr>'
        '<w:outlineLvl w:val="1"/></w:pPr></w:style>'
    )
    levels = (
        level(0, "chineseCountingThousand", "%1、", extra='<w:pStyle w:val="H1"/>'),
        level(1, "decimal", "%2．", extra='<w:pStyle w:val="H2"/>'),
    )
    data = docx(
        p("要点", style="H1") + p("举措", style="H2") + p("正文"),
        styles=styles,
        numbering=numbering(levels),
    )
    source = read_bytes(data)
    assert source.text == "一、要点\n1．举措\n正文"
    assert [block.kind for block in source.blocks] == ["heading", "heading", "paragraph"]


def test_a_numbering_that_points_to_a_list_style_is_followed() -> None:
    styles = '<w:style w:type="numbering" w:styleId="L"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    numbers = (
        f'<w:abstractNum w:abstractNumId="0">{level(0, "ideographTraditional", "%1、")}</w:abstractNum>'
        '<w:abstractNum w:abstractNumId="1"><w:numStyleLink w:val="L"/></w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>'
    )
    assert text_of(p("子", num="2"), styles=styles, numbering=numbers) == "甲、子"


@pytest.mark.parametrize(
    ("format", "text", "shown"),
    [
        ("bullet", "\uf06c", "• 项"),
        ("bullet", "●", "● 项"),
        ("none", "", "项"),
        ("decimal", "", "项"),
    ],
)
def test_bullets_show_as_marks(format: str, text: str, shown: str) -> None:
    numbers = numbering([level(0, format, text, suffix="tab")])
    assert text_of(p("项", num="1"), numbering=numbers) == shown


def test_an_empty_numbered_paragraph_counts_but_gives_no_line() -> None:
    body = p("甲", num="1") + p("", num="1") + p("乙", num="1")
    assert text_of(body, numbering=numbering([level(0, "decimal", "%1.")])) == "1.甲\n3.乙"


def test_tables_stand_between_paragraphs_and_merged_cells_come_once() -> None:
    body = p("前") + table(
        [cell("序号"), cell("重点工作", '<w:gridSpan w:val="2"/>')],
        [cell("1", '<w:vMerge w:val="restart"/>'), cell(p("普法") + p("宣传")), cell("<w:p><w:r><w:t>人事</w:t><w:br/><w:t>科</w:t></w:r></w:p>")],
        [cell("1", "<w:vMerge/>"), cell("讲座"), cell("机关")],
    ) + p("后")  # fmt: skip
    source = read_bytes(docx(body))
    assert source.text == "前\n序号\t重点工作\t\n1\t普法 宣传\t人事 科\n\t讲座\t机关\n后"
    rows = source.tables[0].rows
    assert [[c.text for c in row] for row in rows] == [
        ["序号", "重点工作", ""], ["1", "普法 宣传", "人事 科"], ["", "讲座", "机关"],
    ]  # fmt: skip
    assert all(source.text[c.start : c.end] == c.text for row in rows for c in row)
    assert [block.where for block in source.blocks] == [
        "第1段",
        "表1第1行",
        "表1第2行",
        "表1第3行",
        "第2段",
    ]


def test_automatic_numbers_show_inside_cells() -> None:
    body = table([cell(p("甲", num="1")), cell("a")], [cell(p("乙", num="1")), cell("b")])
    assert text_of(body, numbering=numbering([level(0, "decimal", "%1.")])) == "1.甲\ta\n2.乙\tb"


def test_a_table_of_one_column_only_frames_its_text() -> None:
    source = read_bytes(docx(table([cell(p("标题") + p("正文"))])))
    assert (source.text, source.tables) == ("标题\n正文", ())


def test_a_table_within_a_cell_becomes_text_of_the_cell() -> None:
    inner = table([cell("甲"), cell("乙")])
    assert text_of(table([cell("外"), cell(inner + p("尾"))])) == "外\t甲 乙 尾"


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (
            "<w:ins>"
            + run("新")
            + "</w:ins><w:del><w:r><w:delText>旧</w:delText></w:r></w:del>"
            + run("文"),
            "新文",
        ),
        ("<w:moveFrom>" + run("从") + "</w:moveFrom><w:moveTo>" + run("到") + "</w:moveTo>", "到"),
    ],
)
def test_tracked_changes_are_read_as_accepted(body: str, shown: str) -> None:
    source = read_bytes(docx(p(body)))
    assert (source.text, source.notices) == (shown, ("tracked_changes",))


def test_a_paragraph_mark_that_was_deleted_joins_the_next_paragraph() -> None:
    body = p("前半", properties='<w:rPr><w:del w:id="1"/></w:rPr>') + p("后半") + p("另")
    assert text_of(body) == "前半后半\n另"


def test_a_deleted_item_has_no_number() -> None:
    gone = p(
        "<w:del><w:r><w:delText>乙</w:delText></w:r></w:del>",
        num="1",
        properties='<w:rPr><w:del w:id="1"/></w:rPr>',
    )
    body = p("甲", num="1") + gone + p("丙", num="1")
    assert text_of(body, numbering=numbering([level(0, "decimal", "%1.")])) == "1.甲\n2.丙"


def test_a_hidden_item_has_no_number() -> None:
    body = p("甲", num="1") + p(run("乙", "<w:vanish/>"), num="1") + p("丙", num="1")
    assert text_of(body, numbering=numbering([level(0, "decimal", "%1.")])) == "1.甲\n2.丙"


def test_a_hidden_paragraph_mark_joins_heading_and_text() -> None:
    body = (
        p("职责", num="1", properties="<w:rPr><w:vanish/><w:specVanish/></w:rPr>")
        + p("。负责工作。")
        + p("乙", num="1")
    )
    assert (
        text_of(body, numbering=numbering([level(0, "decimal", "%1.")]))
        == "1.职责。负责工作。\n2.乙"
    )


def test_a_field_that_never_ends_hides_no_other_paragraph() -> None:
    assert (
        text_of(p('<w:r><w:fldChar w:fldCharType="begin"/></w:r>' + run("x")) + p("正文")) == "正文"
    )


def test_deleted_rows_are_dropped() -> None:
    gone = '<w:tr><w:trPr><w:del w:id="1"/></w:trPr>' + cell("旧") + cell("旧") + "</w:tr>"
    body = table([cell("甲"), cell("乙")]).replace("</w:tbl>", gone + "</w:tbl>")
    assert text_of(body) == "甲\t乙"


@pytest.mark.parametrize(
    ("inline", "shown"),
    [
        ('<w:hyperlink r:id="x">' + run("链接") + "</w:hyperlink>" + run("后"), "链接后"),
        (run("上") + "<w:r><w:br/></w:r>" + run("下"), "上\n下"),
        (run("左") + "<w:r><w:tab/></w:r>" + run("右"), "左\t右"),
        (run("e") + "<w:r><w:noBreakHyphen/></w:r>" + run("mail"), "e-mail"),
        ('<w:r><w:sym w:font="Wingdings" w:char="F0A8"/></w:r>' + run("完成"), "□完成"),
        (run("见") + "<w:r><w:footnoteReference w:id='2'/></w:r>" + run("注"), "见注"),
        (run("显") + run("隐", "<w:vanish/>") + run("现", '<w:vanish w:val="0"/>'), "显现"),
        ('<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r><w:r><w:t>x</w:t></w:r>'
         '<w:r><w:fldChar w:fldCharType="separate"/></w:r>' + run("3") + '<w:r><w:fldChar w:fldCharType="end"/></w:r>' + run("页"), "3页"),
        ('<w:fldSimple w:instr="DATE">' + run("2026年") + "</w:fldSimple>", "2026年"),
        ("<w:sdt><w:sdtPr/><w:sdtContent>" + run("控件") + "</w:sdtContent></w:sdt>", "控件"),
        ("<w:r><w:ruby><w:rt>" + run("fù") + "</w:rt><w:rubyBase>" + run("妇") + "</w:rubyBase></w:ruby></w:r>" + run("女"), "妇女"),
        ("<w:smartTag>" + run("三月") + "</w:smartTag>", "三月"),
    ],
)  # fmt: skip
def test_what_stands_in_a_paragraph_is_read_as_it_shows(inline: str, shown: str) -> None:
    assert text_of(p(inline)) == shown


def test_hidden_text_by_style_is_dropped_and_noted() -> None:
    styles = '<w:style w:type="character" w:styleId="V"><w:name w:val="v"/><w:rPr><w:vanish/></w:rPr></w:style>'
    source = read_bytes(docx(p(run("见") + run("不见", '<w:rStyle w:val="V"/>')), styles=styles))
    assert (source.text, source.notices) == ("见", ("hidden_text_left_out",))


def test_a_text_box_is_read_once_after_its_paragraph() -> None:
    box = "<w:txbxContent>" + p("红头") + "</w:txbxContent>"
    both = (
        f"<w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><wps:wsp><wps:txbx>{box}</wps:txbx></wps:wsp>"
        f"</w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r>"
    )
    assert text_of(p(run("标题") + both) + p("正文")) == "标题\n红头\n正文"


def test_content_controls_around_paragraphs_are_read() -> None:
    assert (
        text_of("<w:sdt><w:sdtContent>" + p("甲") + "</w:sdtContent></w:sdt>" + p("乙")) == "甲\n乙"
    )


def test_page_breaks_are_blocks_without_text() -> None:
    source = read_bytes(docx(p("甲") + p('<w:r><w:br w:type="page"/></w:r>' + run("乙"))))
    assert [(block.kind, source.text[block.start : block.end]) for block in source.blocks] == [
        ("paragraph", "甲"), ("page_break", ""), ("paragraph", "乙"),
    ]  # fmt: skip


def test_pictures_are_noted() -> None:
    drawing = '<w:r><w:drawing><pic:pic xmlns:pic="x"/></w:drawing></w:r>'
    assert read_bytes(docx(p(run("图") + drawing))).notices == ("images_left_out",)


def test_headers_footers_and_comments_are_not_in_the_text() -> None:
    document = python_docx.Document()
    document.sections[0].header.paragraphs[0].text = "页眉"
    document.sections[0].footer.paragraphs[0].text = "页脚"
    document.core_properties.title = "文件标题"
    document.add_heading("要点", 0)
    document.add_paragraph("学习", "List Number")
    document.add_paragraph("宣传", "List Number")
    document.add_table(1, 2).cell(0, 0).text = "格"
    document.add_paragraph("尾")
    buffer = io.BytesIO()
    document.save(buffer)
    source = read_bytes(buffer.getvalue(), "plan.docx")
    assert source.text == "要点\n1. 学习\n2. 宣传\n格\t\n尾"
    assert (source.page_title, source.format, source.notices) == ("文件标题", "docx", ())


def test_a_strict_document_is_read() -> None:
    data = docx(p("要点", num="1"), numbering=numbering([level(0, "decimal", "%1.")]), strict=True)
    assert read_bytes(data).text == "1.要点"


def test_a_main_part_in_another_place_is_found() -> None:
    assert read_bytes(docx(p("要点"), main="text/main2.xml")).text == "要点"


def test_macros_are_ignored_and_noted() -> None:
    source = read_bytes(docx(p("要点"), extra={"word/vbaProject.bin": b"\xd0\xcf"}), "plan.docm")
    assert (source.text, source.format, source.notices) == ("要点", "docm", ("macros_ignored",))


def test_a_macro_document_that_calls_itself_docx_says_so() -> None:
    source = read_bytes(docx(p("要点"), extra={"word/vbaProject.bin": b"\xd0\xcf"}), "plan.docx")
    assert source.notices == ("macros_ignored", "wrong_extension:docx:docm")


DAMAGED = "这份 Word 文档（.docx）已损坏，读不出来。"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (docx("<w:p>"), DAMAGED),
        (zipped({"[Content_Types].xml": "<Types/>"}), DAMAGED),
        (docx(p("甲"))[:400], "这份压缩包（.zip）已损坏，读不出来。"),
        (docx(""), "文件里没有文字。"),
        (docx(p("  ")), "文件里没有文字。"),
        (docx(table([cell(""), cell("")])), "文件里没有文字。"),
        (docx("<w:sdt><w:sdtContent>" * 100 + p("深") + "</w:sdtContent></w:sdt>" * 100), "文件内部层层嵌套，超过 60 层，已停止读取。"),
        (docx(p("<w:ins>" * 200 + run("深") + "</w:ins>" * 200)), "文件内部层层嵌套，超过 60 层，已停止读取。"),
        (docx(table([cell("x", '<w:gridSpan w:val="999999999"/>'), cell("y")])), "表格超过 200 行或列，不像一份计划。"),
    ],
)  # fmt: skip
def test_a_document_that_cannot_be_read_says_why(data: bytes, says: str) -> None:
    with pytest.raises(CannotRead) as caught:
        read_bytes(data, "plan.docx")
    assert caught.value.says == says


def test_entities_in_a_document_are_refused() -> None:
    bomb = '<!DOCTYPE a [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;">]><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>&b;</w:t></w:r></w:p></w:body></w:document>'
    data = docx("", extra={"word/document.xml": bomb})
    with pytest.raises(CannotRead, match="文件内部带有实体定义"):
        read_bytes(data)


def test_a_document_of_sixty_pages_is_read_in_well_under_a_second() -> None:
    import time

    body = "".join(
        p("组织女职工学习妇女权益保障法，开展普法宣传。" * 2, num="1") for _ in range(1500)
    )
    data = docx(body, numbering=numbering(OUTLINE))
    began = time.process_time()
    source = read_bytes(data)
    assert len(source.text) > 60_000
    assert time.process_time() - began < 1
