"""The title (标题) of a plan and the year it states.

A title may stand once or twice, be broken over several lines, run into the body, or stand only
in the page title. The year is the one the document states: a masked one (20xx, 202X) is none.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from halfsky.plans.rules.reading.markers import line_marker
from halfsky.plans.rules.reading.text import Line, Span, fold, without_blanks

_PLAN_WORD = (
    r"(?:工作要点|要点|工作计划|计划|工作安排|安排意见|安排|工作思路|思路|实施方案|活动方案|行动方案|工作方案|方案|"
    r"工作打算|工作部署|行事历|计划表|安排表|推进表|任务分解表|任务分解|分解表|责任分解|责任清单|分工方案|任务分工|任务清单|工作清单|任务表|任务书|要点任务|工作规划|重点工作|重点任务|实施意见|规划|纲要)"
)
_OTHER_WORD = r"(?:通知|意见|总结|报告|办法|函|通报|讲话|清单|一览表|摘要|摘编|公报)"
_TAIL = r"(?:\s*(?:（[^（）]{1,12}）|【[^【】]{1,12}】|\[[^\[\]]{1,8}\]))*"
_PLAN_TITLE = re.compile(rf".*{_PLAN_WORD}{_TAIL}$")
_OTHER_TITLE = re.compile(rf".*{_OTHER_WORD}{_TAIL}$")
_NO_TITLE = re.compile(
    r"[。；>|]|上一[篇条页]|下一[篇条页]|推荐阅读|下载|上传|点击|来源|导读|免费|"
    r"^附件?[\d一二三四五]{0,2}[：:.、\s]|[：，、]$|\[\s*\d{1,4}[-/]\d{1,2}(?:[-/]\d{1,2})?\s*\]"
)
_YEAR_WORD = re.compile(
    r"(?:19|20)\d\d|20[xX×*_]{2}|20\d[xX×*_]|[二2][〇零0o]?[〇零一二三四五六七八九]{2,3}年|年度|学年"
)
_UNIT_END = re.compile(
    r"(?:局|委员会|委|妇联|联合会|工会|学校|中学|小学|幼儿园|大学|学院|人民政府|办公室|党委|支部|总支|街道|镇|乡|"
    r"社区|村|公司|集团|医院|研究室|研究院|团委|厅|处|科|中心|协会|院|厂|站|系统|机关)$"
)
_SITE_SUFFIX = re.compile(r"\s*(?:--+|_|\||-\s|\s-)\s*.*$")
_ORDER_TAIL = re.compile(
    r"\s*(?:【[^【】]*】|[（\[]?(?:精选|通用|最新|集锦|合集)?\d*篇[）\]]?|\(\d+\))\s*$"
)

# 来啦！ and the like, and the column's name before it: how accounts announce a paper.
_CALL = re.compile(r"^【[^【】]{2,8}】(?=.{6})|(?:来啦|来了|出炉|请查收|新鲜出炉|发布)?[！!]+$")
_ORDER_HEAD = re.compile(r"^(?:第?篇?[一1](?:篇)?\s*[：:]|篇[一1]\s*[：:、]?)\s*")


@dataclass(frozen=True, slots=True)
class Title:
    """The title found: its words, the lines it stands on, and how it was found."""

    text: str
    span: Span | None
    lines: tuple[int, ...]
    rule: str


def looks_like_title(text: str) -> float:
    """Return how much a folded line looks like a plan's title: 0 not at all, 3 and more surely."""
    text = _CALL.sub("", text)
    bare = without_blanks(text)
    if not 4 <= len(bare) <= 60 or _NO_TITLE.search(text):
        return 0.0
    score = 0.0
    if _PLAN_TITLE.match(bare):
        score = 3.0
    elif _OTHER_TITLE.match(bare):
        score = 1.0
    if not score:
        return 0.0
    if _YEAR_WORD.search(bare):
        score += 2.0
    if bare.startswith("关于") or bare.endswith("通知"):
        score -= 1.5
    if len(bare) < 6:
        score -= 2.5
    if _SITE_SUFFIX.search(text):
        score -= 1.0
    if "：" in bare or "，" in bare:
        score -= 1.0
    return max(score, 0.0)


def _spoken(text: str) -> str:
    """Return a title's words without a document site's additions."""
    bare = _ORDER_HEAD.sub("", text.strip().strip("★☆◆■●※"))
    bare = _ORDER_TAIL.sub("", _CALL.sub("", bare.strip())).strip()
    return re.sub(r"(?<=[\u4e00-\u9fff])[ \u3000]+(?=(?:19|20)\d\d)", "", bare)


def first_marker_line(lines: Sequence[Line]) -> int:
    """Return the index of the line where the numbering begins, len(lines) if there is none."""
    digit_line = len(lines)
    for index, line in enumerate(lines):
        if line.is_blank:
            continue
        marker = line_marker(line)
        if marker is None or marker.number != 1:
            continue
        if marker.kind in ("digit", "digit_bracket", "digit_half_bracket", "circled", "decimal"):
            digit_line = min(digit_line, index)
        elif marker.kind != "month" or len(lines) - index > 3:
            # Points after a flat list belong to another part (an annexed calendar).
            return index if index < digit_line or marker.kind != "month" else digit_line
    return digit_line


def find_title(text: str, lines: Sequence[Line], page_title: str | None) -> Title | None:
    """Find the title among lines that are not junk, else in the page title.

    `text` is the source, `lines` its remaining lines in order.
    """
    content = [line for line in lines if not line.is_blank]
    limit = first_marker_line(content)
    # A flat list may stand in the notice around the plan; the plan's own title follows it.
    head = content[:limit]
    counts = Counter(without_blanks(line.text) for line in head)
    best: tuple[float, int] | None = None
    for index, line in enumerate(head):
        score = looks_like_title(line.text)
        if not score:
            continue
        score += 0.5 * (counts[without_blanks(line.text)] > 1) + 0.25 * (score >= 3)
        if index + 1 < len(head) and looks_like_title(head[index + 1].text) == 0:
            score += 0.25
        same = best is not None and without_blanks(head[best[1]].text) == without_blanks(line.text)
        if best is None or score > best[0] or (same and score >= best[0] - 0.5):
            best = (max(score, best[0]) if best and same else score, index)
    if best is not None and best[0] >= 1.0:
        return _joined(text, head, best[1])
    if run_in := _run_in(text, content):
        return run_in
    if broken := _broken(text, head):
        return broken
    first = head[0] if head else None
    if first is not None and limit < len(content) and _may_be_first_line(first, head):
        return Title(_spoken(first.span.of(text)), first.span, (first.number,), "title.first_line")
    if page_title:
        bare = _SITE_SUFFIX.sub("", page_title).strip()
        if looks_like_title(fold(bare)):
            return Title(_spoken(bare), None, (), "title.page_title")
    return None


_RUN_IN = re.compile(
    rf"(?:\d{{1,2}}、)?(?P<title>[^，。；：\n]{{4,44}}?{_PLAN_WORD})(?=为(?:了|把|进一步|深入|做好|落实|切实|贯彻|全面|推进|推动|扎实)|"
    r"根据|按照|以习近平|以党的|(?:19|20)\d\d年(?:是|，|我|全)|现将|一、|（一）|一是)"
)


def _run_in(text: str, content: Sequence[Line]) -> Title | None:
    """Find a title that runs into the first sentence without a line break."""
    for line in content[:3]:
        match = _RUN_IN.match(line.text)
        if match and looks_like_title(match["title"]) >= 3:
            start = line.span.start + match.start("title")
            span = Span(start, start + len(match["title"]))
            return Title(_spoken(span.of(text)), span, (), "title.run_in")
    return None


def _joined(text: str, head: Sequence[Line], index: int) -> Title:
    """Take the lines above to the title while they are its beginning."""
    first = index
    bare = without_blanks(head[index].text)
    starts_bare = re.match(
        rf"(?:(?:19|20)\d\d|20[xX×*]{{2}}|20\d[xX×*])?(?:学年|年度|年)?.{{0,8}}{_PLAN_WORD}", bare
    )
    while first > 0 and index - first < 3 and starts_bare:
        above = head[first - 1]
        if above.number != head[first].number - 1 and above.number != head[first].number - 2:
            break
        short = len(above.text) <= 30 and not re.search(r"[。；，：|>\]\d]", above.text)
        is_begin = above.text.startswith("关于") or _UNIT_END.search(above.text)
        names_unit = _UNIT_END.search(re.sub(rf"{_PLAN_WORD}.*$", "", bare)) and len(bare) > 14
        if not (short and is_begin) or names_unit or without_blanks(above.text) in bare:
            break
        if re.search(r"（[^（）]*）$", above.text) or "文件" in above.text:
            break
        first -= 1
    taken = head[first : index + 1]
    words = "".join(line.span.of(text).strip() for line in taken)
    span = Span(taken[0].span.start, taken[-1].span.end)
    rule = "title.broken" if len(taken) > 1 else "title.line"
    return Title(_spoken(words), span, tuple(line.number for line in taken), rule)


def _broken(text: str, head: Sequence[Line]) -> Title | None:
    """Find a title broken into short pieces that no single line repeats."""
    for start in range(min(len(head), 12)):
        words = ""
        for stop in range(start, min(len(head), start + 8)):
            if len(head[stop].text) > 24 or re.search(r"[。；，：|>]", head[stop].text):
                break
            words += without_blanks(head[stop].text)
            if stop > start and looks_like_title(words) >= 3:
                taken = head[start : stop + 1]
                joined = "".join(line.span.of(text).strip() for line in taken)
                span = Span(taken[0].span.start, taken[-1].span.end)
                return Title(_spoken(joined), span, tuple(x.number for x in taken), "title.broken")
    return None


def _may_be_first_line(line: Line, head: Sequence[Line]) -> bool:
    if not 6 <= len(line.text) <= 40 or _NO_TITLE.search(line.text) or "，" in line.text:
        return False
    if re.search(r"〔\d{4}〕|文件$|各.{2,30}：", line.text):
        return False
    return len(head) > 1 or line.text.endswith(("了", "！", "会议", "精神"))


_HAN_YEAR = str.maketrans("〇零○oO一二三四五六七八九", "00000123456789")
_STATED = re.compile(
    r"(?P<masked>20[xX×*_?]{1,2}(?=年|学|度|-|[^\w]|$|[\u4e00-\u9fff])|20\d[xX×*_?]|[xX×*]{4}年|[xX×*]{2}年度)"
    r"|(?P<digits>(?<!\d)(?:19|20)\d\d(?!\d))"
    r"|(?P<han>[一二][〇零oO九][〇零oO一二三四五六七八九]{2}(?=年|学年))"
)


def year_in(folded: str) -> tuple[int | None, bool]:
    """Return the first year stated in a short text, and whether it stands there masked."""
    for match in _STATED.finditer(folded):
        if match.group("masked"):
            return None, True
        if match.group("digits"):
            return int(match.group("digits")), False
        return int(match.group("han").translate(_HAN_YEAR)), False
    return None, False


_PLANNED_YEAR = re.compile(
    r"(?:部署|做好|谋划|安排|开展|推进|制定|现就|现将|将|为|围绕|按照|实现|全力抓好)[^。；\n《》]{0,12}?"
    r"(?P<year>(?:19|20)\d\d|[一二][〇零九][〇零一二三四五六七八九]{2})(?=年(?!以来|底前|\d|[一二三四五六七八九十]{1,2}月))"
    r"|(?:^|\n)[ \t]*(?P<opening>(?:19|20)\d\d|[一二][〇零九][〇零一二三四五六七八九]{2})"
    r"(?=年(?:度)?(?:是|，|(?:我|全|本|县|市|区|局|乡|镇)[^。\n]{0,20}(?:工作|要|将|以)|[^。\n]{0,16}(?:总体要求|总体思路|工作的)))"
)


def year_of(title: str | None, preamble: str) -> int | None:
    """Return the plan year as stated: in the title, else in the sentences before the points.

    Both texts are folded. A year of issue, of a document's name or of a past event is not it.
    """
    if title:
        year, masked = year_in(title)
        if year or masked:
            return year
    unnamed = re.sub(r"《[^《》\n]{0,80}》", "", preamble)
    if match := _PLANNED_YEAR.search(unnamed):
        stated = match.group("year") or match.group("opening")
        return int(stated.translate(_HAN_YEAR))
    return None
