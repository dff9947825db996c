"""PDF and OFD: lines with positions become paragraphs and tables again."""

import pytest

from halfsky.library.papers import CannotRead
from halfsky.library.readers import read_bytes
from halfsky.library.readers.pdf import read_pdf
from halfsky.library.tests.papers import ofd, ofd_text, paragraph_lines, pdf, zipped

LONG = "组织全局女职工学习妇女权益保障法和家庭教育促进法，每季度不少于一次，由人事科牵头，机关党委配合，形成书面总结。"
NEXT = "组织志愿者走访困难家庭，三月底前走访不少于五十户，由机关工会牵头，各科室配合，把困难和需求逐户登记在册并跟进。"


def texts(data: bytes) -> list[str]:
    return read_pdf(data).text.split("\n")


def test_lines_become_paragraphs_and_headings_stay() -> None:
    page = [
        (200, 120, 22, "年度妇女"), (200, 150, 22, "工作要点"), *paragraph_lines("一、加强学习", top=190),
        *paragraph_lines(LONG, top=219), *paragraph_lines(NEXT, top=306),
    ]  # fmt: skip
    source = read_pdf(pdf([page]))
    assert source.text.split("\n") == ["年度妇女", "工作要点", "一、加强学习", LONG, NEXT]
    assert [block.kind for block in source.blocks] == ["heading", "heading", *["paragraph"] * 3]


def test_a_sentence_over_the_page_is_one_paragraph_and_the_page_numbers_stay() -> None:
    lines = paragraph_lines(LONG, top=740)
    first = [*paragraph_lines(NEXT, top=100), lines[0], (280, 810, 14, "— 1 —")]
    second = [(x, 100 + 29 * row, size, text) for row, (x, _, size, text) in enumerate(lines[1:])]
    source = read_pdf(pdf([first, [*second, (280, 810, 14, "— 2 —")]]))
    assert source.text.split("\n") == [NEXT, LONG, "— 1 —", "— 2 —"]
    assert [(block.kind, block.where) for block in source.blocks] == [
        ("paragraph", "第1页"), ("paragraph", "第1页"), ("paragraph", "第1页"), ("page_break", "第2页"), ("paragraph", "第2页"),
    ]  # fmt: skip


def test_running_heads_stay_out_of_sentences() -> None:
    lines = paragraph_lines(LONG, top=740)
    head = (80, 60, 9, "某局妇委会文件")
    first = [head, *paragraph_lines(NEXT, top=100), lines[0]]
    second = [
        head,
        *((x, 100 + 29 * row, size, text) for row, (x, _, size, text) in enumerate(lines[1:])),
    ]
    assert texts(pdf([first, second])) == ["某局妇委会文件", NEXT, LONG, "某局妇委会文件"]


def test_items_without_indent_stay_apart() -> None:
    full = "一是组织全局女职工学习妇女权益保障法和家庭教育促进。"
    other = "二是组织全局女职工参加读书会和心理健康知识讲座活动。"
    page = [
        (80, 100, 16, full),
        (80, 129, 16, other),
        (80, 158, 16, full),
        (80, 187, 16, "三是总结。"),
    ]
    assert texts(pdf([page])) == [full, other, full, "三是总结。"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("联系电话请拨打本局妇委会办公室值班电话工作日", "0575-85173853，周末除外。"),
        ("九月底前组织全局女职工和志愿者开展技能比武并评", "选“巾帼建功标兵”六名。"),
        ("具体的要求以及相关事宜详见妇委会二〇二六年〔", "2026〕3号文件）。"),
    ],
)
def test_a_line_that_ends_early_for_want_of_a_place_to_break_goes_on(
    first: str, second: str
) -> None:
    page = [*paragraph_lines(LONG, top=100, left=80), (112, 200, 16, first), (80, 229, 16, second)]
    assert texts(pdf([page]))[-1] == first + second


def test_a_line_that_ends_early_by_itself_does_not_go_on() -> None:
    page = [
        *paragraph_lines(LONG, top=100),
        (112, 200, 16, "九月底前组织全局女职工开展岗位技能比武"),
        (80, 229, 16, "全年不少于两次。"),
    ]
    assert texts(pdf([page]))[-1] == "全年不少于两次。"


def test_a_hanging_item_goes_on() -> None:
    page = [
        (80, 100, 16, "1.组织全局女职工学习妇女权益保障法和家庭教育促进法律，"),
        (112, 129, 16, "每季度一次。"),
        *paragraph_lines(LONG, top=170),
    ]
    assert (
        texts(pdf([page]))[0]
        == "1.组织全局女职工学习妇女权益保障法和家庭教育促进法律，每季度一次。"
    )


def test_a_table_with_ruling_lines_becomes_a_table() -> None:
    page = [
        (85, 118, 12, "序号"), (155, 118, 12, "工作"), (235, 118, 12, "时限"),
        (85, 148, 12, "1"), (155, 140, 12, "家庭教育讲"), (155, 156, 12, "座会"), (235, 148, 12, "3月8日前"), (235, 163, 12, "月底"),
        (80, 300, 16, "附注。"),
    ]  # fmt: skip
    rules = [(80, y, 360, y) for y in (100, 125, 170)] + [
        (x, 100, x, 170) for x in (80, 150, 230, 360)
    ]
    source = read_pdf(pdf([page], rules=rules))
    assert source.text == "序号\t工作\t时限\n1\t家庭教育讲座会\t3月8日前 月底\n附注。"
    cells = [cell for row in source.tables[0].rows for cell in row]
    assert all(source.text[cell.start : cell.end] == cell.text for cell in cells)
    assert [block.where for block in source.blocks] == ["表1第1行", "表1第2行", "第1页"]


def test_merged_cells_of_a_ruled_table_come_once() -> None:
    page = [
        (85, 118, 12, "类别"),
        (155, 118, 12, "任务"),
        (85, 160, 12, "权益"),
        (155, 148, 12, "普法"),
        (155, 173, 12, "调解"),
    ]
    rules = (
        [(80, y, 300, y) for y in (100, 125, 180)]
        + [(150, 155, 300, 155)]
        + [(x, 100, x, 180) for x in (80, 150, 300)]
    )
    rows = read_pdf(pdf([page], rules=rules)).tables[0].rows
    assert [[cell.text for cell in row] for row in rows] == [
        ["类别", "任务"],
        ["权益", "普法"],
        ["", "调解"],
    ]


def test_a_table_over_two_pages_is_one_and_its_head_comes_once() -> None:
    rules = [(80, y, 300, y) for y in (100, 125, 150)] + [(x, 100, x, 150) for x in (80, 150, 300)]

    def page(number: int, task: str) -> list[tuple[float, float, float, str]]:
        return [
            (85, 118, 12, "序号"),
            (155, 118, 12, "任务"),
            (85, 143, 12, str(number)),
            (155, 143, 12, task),
        ]

    source = read_pdf(pdf([page(1, "普法"), page(2, "调解")], rules=rules))
    assert source.text == "序号\t任务\n1\t普法\n2\t调解"


def test_a_turned_page_reads_the_same() -> None:
    page = [(80, 100, 16, "1. Learn the law"), (80, 129, 16, "2. Read together")]
    assert texts(pdf([page], rotate=90)) == ["1. Learn the law", "2. Read together"]


def test_pages_of_pictures_among_text_are_noted() -> None:
    data = pdf([[(80, 100, 16, "一是学习，二是宣传。")], [], []], picture=True)
    assert read_pdf(data).notices == ("pages_without_text:2–3",)


def test_the_document_title_is_kept_without_the_programs_words() -> None:
    assert (
        read_pdf(pdf([[(80, 100, 16, "正文。")]], title="Microsoft Word - 要点.docx")).page_title
        == "要点"
    )


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (
            pdf([[], []], picture=True),
            "这份 PDF 文件有 2 页，全是图片（扫描件），没有可以读取的文字。",
        ),
        (pdf([[]]), "文件里没有文字。"),
        (
            pdf([[(80, 100, 16, "\ue001\ue002\ue003\ue004 1")]]),
            "这份 PDF 的文字没有附带编码，复制出来是乱码。",
        ),
        (b"%PDF-1.7\n" + b"x" * 200, "这份 PDF 文件已损坏，读不出来。"),
        (b"%PDF-1.7\n", "这份 PDF 文件已损坏，读不出来。"),
    ],
)
def test_a_pdf_that_cannot_be_read_says_why(data: bytes, says: str) -> None:
    with pytest.raises(CannotRead) as caught:
        read_bytes(data, "a.pdf")
    assert caught.value.says == says
    assert caught.value.mend


def test_an_encrypted_pdf_is_recognised() -> None:
    data = pdf([[(80, 100, 16, "正文。")]]).replace(
        b"trailer << ",
        b"trailer << /ID [<00> <00>] /Encrypt << /Filter /Standard /V 2 /R 3 /Length 128 /P -4 /O <"
        + b"11" * 32 + b"> /U <" + b"22" * 32 + b"> >> ",
    )  # fmt: skip
    with pytest.raises(CannotRead) as caught:
        read_bytes(data)
    assert caught.value.says == "这份 PDF 设了打开密码，读不出内容。"


def test_a_pdf_with_too_many_pages_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("halfsky.library.rules.MAX_PAGES", 2)
    with pytest.raises(CannotRead, match="文件有 3 页，超过 2 页的上限。"):
        read_pdf(pdf([[(80, 100, 16, "正文。")]] * 3))


# ofd


def test_an_ofd_is_read_by_page_and_position() -> None:
    page_1 = [(28, 50, 5.6, LONG[:27]), (60, 30, 7.8, "工作要点"), (28, 58, 5.6, LONG[27:54])]
    page_2 = [(28, 40, 5.6, LONG[54:]), (39.2, 50, 5.6, "一是学习。")]
    source = read_bytes(ofd([page_1, page_2], title="要点文件"), "plan.ofd")
    assert source.text.split("\n") == ["工作要点", LONG, "一是学习。"]
    assert (source.page_title, source.format) == ("要点文件", "ofd")
    assert [block.where for block in source.blocks] == ["第1页", "第1页", "第2页", "第2页"]


def test_pieces_on_one_line_are_joined_and_wide_gaps_become_a_space() -> None:
    page = [(60, 30, 5, "二〇二六年"), (28, 30, 5, "牵头单位"), (85, 30, 5, "要点")]
    assert read_bytes(ofd([page])).text == "牵头单位 二〇二六年要点"


def test_an_ofd_template_page_is_read_too() -> None:
    data = ofd([[(28, 60, 5, "正文")]], template=ofd_text(28, 30, 5, "红头文件"))
    assert read_bytes(data).text == "红头文件\n正文"


def test_a_matrix_moves_and_scales_ofd_text() -> None:
    moved = (
        '<ofd:TextObject ID="2" Boundary="28 100 100 20" CTM="5 0 0 5 0 0" Size="1" Font="1">'
        '<ofd:TextCode X="0" Y="1" DeltaX="1 g 2 1">工作要点</ofd:TextCode></ofd:TextObject>'
    )
    assert read_bytes(ofd([[(28, 60, 5, "正文")]], objects=moved)).text == "正文\n工作要点"


def test_an_ofd_without_boundaries_is_read() -> None:
    data = ofd(
        [[]], objects=ofd_text(1, 1, 5, "要点").replace('Boundary="1 1 190 5"', 'Boundary="1"')
    )
    assert read_bytes(data).text == "要点"


def test_ruling_lines_of_an_ofd_make_a_table() -> None:
    def line(x1: float, y1: float, x2: float, y2: float) -> str:
        return (
            f'<ofd:PathObject ID="3" Boundary="0 0 210 297"><ofd:AbbreviatedData>M {x1} {y1} L {x2} {y2}'
            "</ofd:AbbreviatedData></ofd:PathObject>"
        )

    rules = "".join(line(28, y, 120, y) for y in (30, 40, 50)) + "".join(
        line(x, 30, x, 50) for x in (28, 60, 120)
    )
    page = [(30, 33, 4, "序号"), (62, 33, 4, "任务"), (30, 43, 4, "1"), (62, 43, 4, "普法")]
    assert read_bytes(ofd([page], objects=rules)).text == "序号\t任务\n1\t普法"


IMAGE = '<ofd:ImageObject ID="9" Boundary="0 0 210 297" ResourceID="5"/>'


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (
            ofd([[]], objects=IMAGE),
            "这份 OFD 文件有 1 页，全是图片（扫描件），没有可以读取的文字。",
        ),
        (ofd([[]]), "文件里没有文字。"),
        (ofd([]), "这份 OFD 文件已损坏，读不出来。"),
        (
            ofd([[(1, 1, 1, "甲")]], extra={"Encryptions.xml": "<a/>"}),
            "这份 OFD 文件已加密，读不出内容。",
        ),
        (zipped({"OFD.xml": "<a"}), "这份 OFD 文件已损坏，读不出来。"),
        (
            ofd([[(1, 1, 1, "甲")]], extra={"Doc_0/Pages/Page_0/Content.xml": "<a"}),
            "这份 OFD 文件已损坏，读不出来。",
        ),
        (
            zipped({"OFD.xml": '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'}),
            "文件内部带有实体定义，正常软件不会生成，已停止读取。",
        ),
    ],
)
def test_an_ofd_that_cannot_be_read_says_why(data: bytes, says: str) -> None:
    with pytest.raises(CannotRead) as caught:
        read_bytes(data, "a.ofd")
    assert caught.value.says == says
