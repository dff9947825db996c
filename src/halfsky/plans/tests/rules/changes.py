"""Changes to a plan document that must not change what is read in it (metamorphic tests)."""

import re
from collections.abc import Callable

Change = Callable[[str], str]

_WIDE_DIGITS = str.maketrans("0123456789", "０１２３４５６７８９")
_NARROW = str.maketrans("，；：（）！？", ",;:()!?")
_SITE_BEFORE = """温馨提示：
1. 本文档由用户上传，如有侵权请联系客服处理。
2. 下载前请仔细预览，付费后不支持退款。
网站客服：4001234567
首页 > 文档中心 > 工作计划
"""
_SITE_AFTER = """
第1页 共3页
下载文档到电脑，查找使用更方便
关于我们 - 网站声明 - 联系客服
版权所有 某某文库 京ICP备12345678号
"""
_SCHOOL_BEFORE = """设为首页 | 加入收藏
首页
学校概况
新闻中心
教育教学
党建工作
当前位置：首页 > 新闻中心 > 通知公告
"""
_SCHOOL_AFTER = """
【打印正文】
上一篇：关于2026年寒假放假的通知
下一篇：没有了
版权所有：某某学校 技术支持：某某科技 苏ICP备09876543号
"""


def wide_digits(text: str) -> str:
    """Write every digit full width."""
    return text.translate(_WIDE_DIGITS)


def narrow_marks(text: str) -> str:
    """Write commas, colons and brackets half width, as the pages of many sites do."""
    return text.translate(_NARROW)


def windows_lines(text: str) -> str:
    """End lines as Windows does."""
    return text.replace("\n", "\r\n")


def indented(text: str) -> str:
    """Begin every line with two ideographic spaces, as paragraphs of official papers do."""
    return "\n".join(
        "　　" + line if line and "\t" not in line else line for line in text.split("\n")
    )


def blank_lines(text: str) -> str:
    """Put an empty line after every line, as pasted web pages have."""
    return text.replace("\n", "\n\n") if "\t" not in text else text


def trailing_blanks(text: str) -> str:
    """Leave blanks at the end of lines."""
    return text.replace("\n", "  \n")


def swapped_quotes(text: str) -> str:
    """Close quotations with the mark that near-synonym swappers leave."""
    return text.replace("”", "〞")


def on_a_sharing_page(text: str) -> str:
    """Stand on a document-sharing page."""
    return _SITE_BEFORE + text.rstrip("\n") + _SITE_AFTER


def on_a_school_page(text: str) -> str:
    """Stand on a school's web page."""
    return _SCHOOL_BEFORE + text.rstrip("\n") + _SCHOOL_AFTER


def dots_after_han(text: str) -> str:
    """Write 一. for 一、 at the head of lines."""
    return re.sub(r"(?m)^([一二三四五六七八九十]{1,3})、", r"\1.", text)


def stops_for_digits(text: str) -> str:
    """Write 1、 for 1. at the head of lines."""
    return re.sub(r"(?m)^(\d{1,2})[.．](?!\d{1,2}[ .])(?![\d])", r"\1、", text)


def spaced_numbers(text: str) -> str:
    """Leave a blank after the number of a point."""
    return re.sub(
        r"(?m)^((?:[一二三四五六七八九十]{1,3}、|（[一二三四五六七八九十]{1,3}）))", r"\1 ", text
    )


def is_for_numbers(text: str) -> str:
    """Write 一、 for 一是 at the head of paragraphs."""
    return re.sub(r"(?m)^([一二三四五六七八九十]{1,2})是", r"\1、", text)


def unbreakable_blanks(text: str) -> str:
    """Write every blank as the one that web pages do not break at."""
    return text.replace(" ", "\u00a0")


def byte_order_mark(text: str) -> str:
    """Begin with the mark that Windows editors write."""
    return "\ufeff" + text


CHANGES: tuple[Change, ...] = (
    wide_digits,
    narrow_marks,
    windows_lines,
    indented,
    blank_lines,
    trailing_blanks,
    swapped_quotes,
    on_a_sharing_page,
    on_a_school_page,
    dots_after_han,
    stops_for_digits,
    spaced_numbers,
    is_for_numbers,
    unbreakable_blanks,
    byte_order_mark,
)
