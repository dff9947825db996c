import pytest
from hypothesis import given
from hypothesis import strategies as st

from halfsky.library.papers import CannotRead
from halfsky.library.readers import read_bytes, read_pasted
from halfsky.library.readers.text import chinese_share, decode

SIMPLIFIED = (
    "局妇委会2026年妇女工作要点\n一、加强思想引领。组织女职工学习，开展巾帼岗位建功活动。\n"
)
TRADITIONAL = "本局婦女委員會工作計畫\n一、加強思想學習，辦理婦女權益宣導活動。\n"
SHORT = ("计划", "工作要点", "三八节活动方案", "王芳\n李雪梅\n", "联通", "plan 2026\n")


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030", "gbk"],
)
@pytest.mark.parametrize("text", [SIMPLIFIED, SIMPLIFIED * 60, *SHORT])
def test_text_is_read_in_each_encoding(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)).text == text


@pytest.mark.parametrize("text", [TRADITIONAL, TRADITIONAL * 60])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "gb18030", "big5", "big5hkscs"])
def test_traditional_text_is_read_in_each_encoding(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)).text == text


def test_rare_characters_of_names_are_read_from_gb18030() -> None:
    text = "责任人：喆、镕、堃、玥、𠮷。妇女工作要点由妇委会负责。"
    assert decode(text.encode("gb18030")).text == text


def test_text_stays_as_it_is_but_for_its_line_ends() -> None:
    source = read_bytes("　　计划\r\n\r\n一是学习。\r二是宣传。\n".encode())
    assert source.text == "　　计划\n\n一是学习。\n二是宣传。\n"
    assert [(source.text[b.start : b.end], b.where) for b in source.blocks] == [
        ("　　计划", "第1行"),
        ("一是学习。", "第3行"),
        ("二是宣传。", "第4行"),
    ]


def test_control_characters_are_taken_out_and_counted() -> None:
    source = read_bytes("计\x01划\x7f\ufeff要点".encode())
    assert source.text == "计划要点"
    assert source.notices == ("control_characters_removed:3",)


def test_another_encoding_than_utf8_is_noted() -> None:
    assert read_bytes(SIMPLIFIED.encode("gb18030")).notices == ("encoding_found:GB18030",)


MIXED = "文件混用了两种文字编码：前面是 {}，从第 {} 行起是 {}。"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (SIMPLIFIED.encode() + SIMPLIFIED.encode("gb18030"), MIXED.format("UTF-8", 3, "GB18030")),
        (
            SIMPLIFIED.encode("gb18030") * 2 + SIMPLIFIED.encode(),
            MIXED.format("GB18030", 5, "UTF-8"),
        ),
        (SIMPLIFIED.encode() + TRADITIONAL.encode("big5"), MIXED.format("UTF-8", 3, "Big5")),
        (SIMPLIFIED.encode() + b"\xff\xfe\n", "第 3 行有不能识别的字符（按 UTF-8 读取）。"),
        (SIMPLIFIED.encode() + "计".encode()[:2], "第 3 行有不能识别的字符（按 UTF-8 读取）。"),
        (
            SIMPLIFIED.encode("gb18030") * 3 + b"\xff\xff",
            "第 7 行有不能识别的字符（按 GB18030 读取）。",
        ),
        (
            SIMPLIFIED.encode("utf-16") + b"\x00\xd8\x00\xd8",
            "第 3 行有不能识别的字符（按 UTF-16 LE 读取）。",
        ),
        (b"\x00\x01\x02\x03" * 20, "文件内容不是文字，也不是能识别的文件格式。"),
        (bytes(range(256)) * 4, "文件内容不是文字，也不是能识别的文件格式。"),
        (b"", "文件是空的（0 字节）。"),
        (b"\xef\xbb\xbf", "文件里没有文字。"),
        (" \r\n　\r\n".encode(), "文件里没有文字。"),
        (b"a" * 12_000_001, "文字超过 3000000 字，不像一份计划。"),
    ],
)
def test_text_that_cannot_be_read_says_why(data: bytes, says: str) -> None:
    with pytest.raises(CannotRead) as caught:
        read_bytes(data, "plan.txt")
    assert caught.value.says == says
    assert caught.value.mend


def test_wrong_readings_are_far_from_chinese() -> None:
    right = SIMPLIFIED * 10
    assert chinese_share(right) > 0.5
    assert chinese_share(right.encode().decode("gb18030", "replace")) < 0.15
    assert chinese_share(right.encode("gb18030").decode("big5", "replace")) < 0.15


def test_pasted_text_is_read() -> None:
    source = read_pasted("要点\r\n一是学习。")
    assert (source.text, source.format) == ("要点\n一是学习。", "pasted")


@pytest.mark.parametrize("text", ["", " \n ", "　"])
def test_pasted_nothing_is_refused(text: str) -> None:
    with pytest.raises(CannotRead, match="文件里没有文字。"):
        read_pasted(text)


@given(st.text(min_size=1, max_size=300))
def test_any_pasted_text_gives_blocks_that_fit(text: str) -> None:
    try:
        source = read_pasted(text)
    except CannotRead:
        return
    for block in source.blocks:
        assert source.text[block.start : block.end].strip()
        assert "\n" not in source.text[block.start : block.end]
