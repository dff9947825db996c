import quopri

import pytest

from halfsky.library.papers import CannotRead
from halfsky.library.readers import read_bytes
from halfsky.library.readers.html import read_html


def lines(page: str) -> list[str]:
    return read_bytes(f"<!DOCTYPE html><html><body>{page}</body></html>".encode()).text.split("\n")


@pytest.mark.parametrize(
    ("markup", "shown"),
    [
        ("<h1>2026年<br>妇女<br/>工作要点</h1>", ["2026年", "妇女", "工作要点"]),
        ("<p>　　加强\n  学习，<b>开展</b>活动</p>", ["　　加强学习，开展活动"]),
        ("<p>one\n two</p>", ["one two"]),
        ("<p>&nbsp;&nbsp;甲&mdash;乙&#12290;&lt;丙&gt;</p>", ["甲—乙。<丙>"]),
        ("甲<div>乙<div>丙</div>丁</div>戊", ["甲", "乙", "丙", "丁", "戊"]),
        ("<script>x()</script><style>p{}</style><noscript>n</noscript><p>文</p><!-- 注 -->", ["文"]),
        ("<p style='color:red; display: none'>隐</p><p hidden>隐</p><p style='visibility:hidden'>隐</p>显", ["显"]),
        ("<select><option>选</option></select><textarea>填</textarea><p>文</p>", ["文"]),
        ("<pre>甲\n  乙\n</pre>", ["甲", "乙"]),
        ("<ul><li>甲<li>乙</ul>", ["甲", "乙"]),
        ("<ol><li>甲<ol type=a><li>子<li>丑</ol><li><p>乙</p></ol>", ["1. 甲", "a. 子", "b. 丑", "2. 乙"]),
        ("<ol start=3><li>甲<li value=9>乙<li>丙</ol>", ["3. 甲", "9. 乙", "10. 丙"]),
        ("<ol style='list-style-type:cjk-ideographic'><li>甲<li>乙</ol>", ["一、甲", "二、乙"]),
        ("<ol style='list-style:none'><li>一、甲</ol>", ["一、甲"]),
        ("<ol reversed><li>甲<li>乙</ol>", ["2. 甲", "1. 乙"]),
        ("<ruby>妇<rp>(</rp><rt>fù</rt><rp>)</rp></ruby>女", ["妇女"]),
        ("<nav><a>首页</a> &gt; <a>通知</a></nav><p>文</p><footer>版权</footer>", ["首页 > 通知", "文", "版权"]),
        ("<table><tr><td><p>版</p><table><tr><td>甲</td><td>乙</td></tr></table></td><td>边</td></tr></table>", ["版", "甲\t乙", "边"]),
        ("<table><tr><td>只有一列</td></tr><tr><td>不是表</td></tr></table>", ["只有一列", "不是表"]),
        ("<table role=presentation><tr><td>甲</td><td>乙</td></tr></table>", ["甲", "乙"]),
    ],
)  # fmt: skip
def test_a_page_is_read_as_it_shows(markup: str, shown: list[str]) -> None:
    assert lines(markup) == shown


def test_a_table_keeps_its_columns_through_merged_cells() -> None:
    page = (
        "<table><caption>任务分解表</caption><thead><tr><th rowspan=2>序号<th colspan=2>任务<th>时限</tr></thead>"
        "<tr><td>普<br>法<td><ul><li>讲座<li>展板</ul><td>3月</tr><tr><td>2<td>乙<td>丙<td>4月</table>"
    )
    source = read_bytes(f"<html><body>{page}</body></html>".encode())
    assert source.text == "任务分解表\n序号\t任务\t\t时限\n\t普 法\t讲座 展板\t3月\n2\t乙\t丙\t4月"
    rows = source.tables[0].rows
    assert all(source.text[c.start : c.end] == c.text for row in rows for c in row)
    assert [block.where for block in source.blocks] == ["第1段", "表1第1行", "表1第2行", "表1第3行"]


def test_the_page_title_is_kept_apart() -> None:
    source = read_bytes(
        "<html><head><title>要点\n - 某局</title></head><body><h2>正文</h2></body></html>".encode()
    )
    assert (source.page_title, source.text, source.blocks[0].kind) == (
        "要点 - 某局",
        "正文",
        "heading",
    )


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ('<meta charset="gb2312">', "gb18030"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=GBK">', "gb18030"),
        ('<meta charset="big5">', "big5"),
        ('<meta charset="utf-8">', "utf-8"),
        ('<meta charset="utf-8">', "gb18030"),  # the page lies about itself
        ('<meta charset="no-such">', "gb18030"),
        ('<meta charset="undefined">', "utf-8"),
        ('<meta charset="iso-8859-1">', "gb18030"),
        ('<meta charset="utf-16">', "utf-8"),
        ("", "utf-8"),
        ("", "gb18030"),
        ("", "utf-16"),
    ],
)
def test_a_page_is_decoded_by_its_word_or_by_evidence(declared: str, encoding: str) -> None:
    text = "全局工作要求" if encoding != "big5" else "工作要點"
    page = f"<html><head>{declared}</head><body><p>{text}</p></body></html>"
    assert read_bytes(page.encode(encoding)).text == text


def test_what_the_server_said_goes_first() -> None:
    assert read_html("<html><body>婦女工作</body></html>".encode("big5"), "big5").text == "婦女工作"


def test_a_few_broken_characters_are_replaced_and_counted() -> None:
    page = "<html><body><p>" + "组织女职工学习" * 200 + "</p>\xff</body></html>"
    source = read_bytes(page.encode().replace(b"\xc3\xbf", b"\xff"))
    assert source.notices == ("bad_bytes_replaced:1",)


def test_a_page_saved_as_one_file_is_read() -> None:
    body = quopri.encodestring("<html><body><p>计划要点</p></body></html>".encode("gbk"))
    data = (
        b'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="x"\r\n\r\n--x\r\nContent-Type: text/html; '
        b'charset="gb2312"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
        + body
        + b"\r\n--x--\r\n"
    )
    source = read_bytes(data, "plan.doc")
    assert (source.text, source.format, source.notices) == (
        "计划要点",
        "mhtml",
        ("wrong_extension:doc:mhtml",),
    )


def test_pictures_and_frames_are_noted() -> None:
    source = read_bytes("<html><body>文<img src=a><iframe src=b></iframe></body></html>".encode())
    assert source.notices == ("images_left_out", "frames_left_out")


@pytest.mark.parametrize(
    ("markup", "says"),
    [
        ("<html><body><img src=a></body></html>", "文件里没有文字。"),
        ("<html></html>", "文件里没有文字。"),
        ("<html>" + "<div>" * 100_000 + "深", "文件内部层层嵌套，超过 500 层，已停止读取。"),
        ("<html><table><tr>" + "<td>a<td>b" * 300, "表格超过 200 行或列，不像一份计划。"),
        ("<html><table>" + "<tr><td>a<td>b" * 20_001, "表格超过 20000 行或列，不像一份计划。"),
    ],
)
def test_a_page_that_cannot_be_read_says_why(markup: str, says: str) -> None:
    with pytest.raises(CannotRead) as caught:
        read_bytes(markup.encode(), "a.html")
    assert caught.value.says == says


def test_unclosed_tags_do_not_matter() -> None:
    assert lines("<font>" * 300 + "文") == ["文"]


def test_a_long_ordered_list_takes_time_in_step_with_its_length() -> None:
    import time

    began = time.process_time()
    assert lines("<ol>" + "<li>学习" * 20_000 + "</ol>")[-1] == "20000. 学习"
    assert time.process_time() - began < 2
