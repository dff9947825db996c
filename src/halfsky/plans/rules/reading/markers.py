"""The numbers that may begin a point: 一、 （一） 1. ① 第一章 一是 三月份 …

This module only finds them; whether a number really opens a point is decided in `outline`,
by how the numbers follow one another.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from halfsky.plans.rules.reading.text import Enclosures, Line


class MarkerKind(StrEnum):
    """How a number is written; the rank says which one usually stands above which."""

    PART = "part"  # 第一部分
    CHAPTER = "chapter"  # 第一章
    SECTION = "section"  # 第一节
    ARTICLE = "article"  # 第一条
    HAN = "han"  # 一、
    NAMED = "named"  # 【岗位练兵】: a heading in brackets, counted by its place
    MONTH = "month"  # 一月份
    HAN_BRACKET = "han_bracket"  # （一）
    NTH = "nth"  # 第一，
    IS = "is"  # 一是
    MUST = "must"  # 一要
    DIGIT = "digit"  # 1. 1、
    DECIMAL = "decimal"  # 1.1
    DIGIT_BRACKET = "digit_bracket"  # （1）
    DIGIT_HALF_BRACKET = "digit_half_bracket"  # 1）
    CIRCLED = "circled"  # ①


RANK: dict[MarkerKind, int] = {kind: rank for rank, kind in enumerate(MarkerKind)}


@dataclass(frozen=True, slots=True)
class Marker:
    """One number: `start` is its first character, `end` where its heading begins."""

    kind: MarkerKind
    number: int
    printed: str | None
    start: int
    end: int
    line: int
    opens_line: bool
    parent: int = 0
    """Of a decimal 2.1: the 2."""


_HAN_DIGITS = {"〇": 0, "零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6,
               "七": 7, "八": 8, "九": 9}  # fmt: skip


def han_number(text: str) -> int | None:
    """Return the value of a Chinese numeral up to 999 (十二 → 12), None if it is not one."""
    if text.isdecimal() and text.isascii():
        return int(text)
    total, digit = 0, 0
    for sign in text:
        if sign == "百":
            total, digit = total + (digit or 1) * 100, 0
        elif sign == "十":
            total, digit = total + (digit or 1) * 10, 0
        elif sign in _HAN_DIGITS:
            if digit:
                return None
            digit = _HAN_DIGITS[sign]
        else:
            return None
    return total + digit or None


_HAN = "[一二三四五六七八九十百]{1,4}"
# Words that show that 一、二 or 1.5 is an amount and no number of a point.
_AMOUNT = r"[%‰万亿元倍吨米亩公个名人次户件项分千百度℃岁届期级位口]"
_LATER_NUMBER = r"(?!\s*[一二三四五六七八九十]{1,3}(?:年级|季度|月|期|届|等|线|类|级|把手|产))"

_LINE_MARKER = re.compile(
    rf"""
      第\s*(?P<part>{_HAN}|\d{{1,2}})\s*(?:部分|篇|编)[、：.\s]*
    | 第\s*(?P<chapter>{_HAN}|\d{{1,2}})\s*章[、：.\s]*
    | 第\s*(?P<section>{_HAN}|\d{{1,2}})\s*节(?![课目日])[、：.\s]*
    | 第\s*(?P<article>{_HAN}|\d{{1,3}})\s*条(?![例件])[、：.\s]*
    | 第(?P<nth>[一二三四五六七八九十]{{1,3}})[，、：.]\s*
    | (?P<is>[一二三四五六七八九十]{{1,3}})是(?![否的])[，：]?\s*
    | (?P<must>[一二三四五六七八九十]{{1,3}})要(?![点求素件闻塞])[，：]?\s*
    | (?P<han>{_HAN})\s*[、.，]\s*{_LATER_NUMBER}
    | (?P<han_bare>[一二三四五六七八九十]{{1,3}})[ ]+(?=[^\W\d_])
    | （\s*(?P<han_bracket>{_HAN})\s*）[、.，]?\s*
    | （\s*(?P<digit_bracket>\d{{1,2}})\s*）[、.，]?\s*
    | (?P<digit_bare>\d{{1,2}})[ ]+(?=[“《]?[^\W\d_]{{2}})
    | (?P<digit_alone>0\d|(?:PART|Part)\.?\s*0?\d)$
    | (?P<digit_then_date>\d{{1,3}})[.、](?=\d{{1,4}}(?:[年月日所号届]|-\d)|[一二三四五六七八九十]{{1,2}}月|\d{{1,2}}·\d)
    | (?P<decimal>\d{{1,2}}\.\d{{1,2}})(?![.\d])[、.]?\s*(?=[“《]?[^\W\d_])
    | (?P<digit>\d{{1,3}})\s*[.、](?![.\d])\s*
    | (?P<digit_half_bracket>\d{{1,2}})）[、.]?\s*
    | (?P<sign>[①-⑳⑴-⒇⒈-⒛㈠-㈩❶-❿])[、.]?\s*
    """,
    re.VERBOSE,
)
_INLINE_MARKER = re.compile(
    rf"""
      (?<=[。；：，、！？”）\s])(?P<is>[一二三四五六七八九十]{{1,3}})是(?![否的])[，：]?
    | (?<=[。；：，、！？”）\s])(?P<must>[一二三四五六七八九十]{{1,3}})要(?![点求素件闻塞])[，：]?
    | (?<=[。；：！？”）\s])第(?P<nth>[一二三四五六七八九十]{{1,3}})[，、：]
    | (?<=[。；：！？”）\s])（\s*(?P<han_bracket>{_HAN})\s*）[、.]?\s*
    | (?<=[。；：！？”）\s])(?P<han>{_HAN})、\s*{_LATER_NUMBER}
    | (?<=[。；：！？”）\s，、])（\s*(?P<digit_bracket>\d{{1,2}})\s*）[、.]?\s*
    | (?<=[。；：！？”）\s])(?P<digit>\d{{1,2}})[.、](?![.\d])\s*(?!{_AMOUNT})
    | (?<=[。；：！？”）\s])(?P<digit_then_date>\d{{1,2}})[.、](?=\d{{1,2}}月[\d底初上中下份、，举开组前至到-])
    | (?<=工作|任务|目标|措施|要求|安排|内容|思想|重点|保障)(?P<run_in>\d{{1,2}})[.、](?=[^\W\d_])(?!{_AMOUNT})
    | (?<=[。；：！？”）\s])(?P<digit_half_bracket>\d{{1,2}})）\s*
    | (?P<sign>[①-⑳⑴-⒇⒈-⒛㈠-㈩❶-❿])[、.]?\s*
    """,
    re.VERBOSE,
)
_MONTH_LINE = re.compile(
    r"[（【]?(?:(?:19|20)\d\d年)?(?P<month>十[一二]?|[一二三四五六七八九]|1[0-2]|0?[1-9])月份?"
    r"(?:[-至、和](?:十[一二]?|[一二三四五六七八九]|1[0-2]|[1-9])月份?)?(?:工作|重点工作|安排)?[】）]?[：:]?"
)
_QUARTER_LINE = re.compile(r"第?(?P<quarter>[一二三四1-4])季度(?:工作|重点工作|安排)?[：:]?")
_SIGNS = (
    ("①", 20, MarkerKind.CIRCLED), ("⑴", 20, MarkerKind.DIGIT_BRACKET),
    ("⒈", 20, MarkerKind.DIGIT), ("㈠", 10, MarkerKind.HAN_BRACKET), ("❶", 10, MarkerKind.CIRCLED),
)  # fmt: skip


def _sign(sign: str) -> tuple[MarkerKind, int]:
    for first, count, kind in _SIGNS:
        if 0 <= ord(sign) - ord(first) < count:
            return kind, ord(sign) - ord(first) + 1
    raise ValueError(f"not a numbered sign: {sign!r}")


_SAME_KIND = {
    "han_bare": "han", "digit_then_date": "digit", "digit_bare": "digit", "digit_alone": "digit",
    "run_in": "digit",
}  # fmt: skip


def proven_bare(lines: Sequence[Line]) -> set[int]:
    """Return the lines whose number without any mark is one: 1 思想建设 above 1.1, or 01, 02, 03 alone.

    Any other number with a blank after it is an amount, a page or a cell.
    """
    proven: set[int] = set()
    alone: list[Line] = []
    numbered = [
        index
        for index, line in enumerate(lines)
        if line.text[:1] and (line.text[0].isdecimal() or line.text[0] == "P")
    ]
    for index in numbered:
        line = lines[index]
        below = next((one for one in lines[index + 1 : index + 4] if not one.is_blank), None)
        if below is None:
            continue
        if _ALONE.fullmatch(line.text):
            # Without a short heading below it the number is a page's.
            if len(below.text) <= 20 and not re.search(r"[。；]", below.text):
                alone.append(line)
        elif (bare := _BARE.match(line.text)) and below.text.startswith(f"{bare.group(1)}.1"):
            proven.add(line.number)
    numbers = [int(re.sub(r"\D", "", line.text)) for line in alone]
    if len(numbers) >= 2 and numbers == list(range(1, len(numbers) + 1)):
        proven |= {line.number for line in alone}
    return proven


_ALONE = re.compile(r"0\d|(?:PART|Part)\.?\s*0?\d")
_BARE = re.compile(r"(\d{1,2})[ ]+[^\W\d_]")


def _named_lines(lines: Sequence[Line], proven: set[int]) -> dict[int, int]:
    """Return the lines 【…】 that head the parts of a paper without higher numbers, with their count."""
    named = [line for line in lines if line.text[:1] == "【" and _NAMED_LINE.fullmatch(line.text)]
    if len(named) < 2:
        return {}
    for line in lines:
        marker = line_marker(line, bare=line.number in proven)
        if marker is not None and RANK[marker.kind] <= RANK[MarkerKind.HAN_BRACKET]:
            return {}
    return {line.number: number for number, line in enumerate(named, start=1)}


_NAMED_LINE = re.compile(r"【[^【】\d]{2,20}】")


def _marker(match: re.Match[str], line: Line, *, opens_line: bool) -> Marker | None:
    name = match.lastgroup or ""
    printed = match.group(name)
    start, end = line.span.start + match.start(), line.span.start + match.end()
    parent = 0
    number: int | None
    if name == "sign":
        kind, number = _sign(printed)
    elif name == "decimal":
        kind = MarkerKind.DECIMAL
        parent, number = (int(part) for part in printed.split("."))
    else:
        if name == "digit_alone":
            printed = printed.lstrip("PARTpart. ").lstrip("0")
        name = _SAME_KIND.get(name, name)
        kind, number = MarkerKind(name), han_number(printed)
    if not number:
        return None
    if kind is MarkerKind.HAN_BRACKET:
        printed = f"（{printed}）"
    elif kind in (MarkerKind.PART, MarkerKind.CHAPTER, MarkerKind.SECTION, MarkerKind.ARTICLE):
        printed = match.group().rstrip("、：. \t")
    elif kind is MarkerKind.DIGIT_BRACKET and name != "sign":
        printed = f"（{printed}）"
    return Marker(kind, number, printed, start, end, line.number, opens_line, parent)


def month_line(line: Line) -> Marker | None:
    """Return the marker of a line that is only a month or quarter (三月份, 3月：, 第一季度)."""
    if len(line.text) > 14:
        return None
    start = line.span.start
    if match := _MONTH_LINE.fullmatch(line.text):
        number = han_number(match.group("month").lstrip("0"))
    elif match := _QUARTER_LINE.fullmatch(line.text):
        number = (han_number(match.group("quarter")) or 0) * 3
    else:
        return None
    return Marker(MarkerKind.MONTH, number or 0, None, start, start, line.number, True)


def line_marker(line: Line, *, bare: bool = False) -> Marker | None:
    """Return the number at the beginning of a line, None if there is none.

    With `bare` a number without any mark (1 思想建设, 01) counts too.
    """
    if month := month_line(line):
        return month
    match = _LINE_MARKER.match(line.text)
    if match is None or (match.lastgroup in ("digit_bare", "digit_alone") and not bare):
        return None
    return _marker(match, line, opens_line=True)


def markers_of(lines: list[Line], enclosures: Enclosures) -> Iterator[Marker]:
    """Yield every number that may begin a point, in order.

    A number inside a bracket or a quotation never begins one.
    """
    proven = proven_bare(lines)
    named = _named_lines(lines, proven)
    for line in lines:
        if line.number in named:
            start = line.span.start
            number = named[line.number]
            yield Marker(MarkerKind.NAMED, number, None, start, start, line.number, True)
            continue
        opening = line_marker(line, bare=line.number in proven)
        at = 0
        if opening is not None:
            yield opening
            at = opening.end - line.span.start
        if opening is not None and opening.kind is MarkerKind.MONTH:
            continue
        for match in _INLINE_MARKER.finditer(line.text, max(at, 1)):
            marker = _marker(match, line, opens_line=False)
            if marker is None:
                continue
            bracket = enclosures.around(marker.start)
            if bracket is None or bracket.end <= marker.end:
                yield marker
