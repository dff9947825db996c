"""What does not belong to the document: the site it was copied from, page numbers, covers.

Rather miss than cry wolf: a line goes only if its own words are a site's, or if it stands among
lines that are. Every removed place keeps its reason.
"""

import re
from collections.abc import Sequence
from enum import StrEnum
from itertools import pairwise

from halfsky.plans.rules.reading.markers import line_marker, proven_bare
from halfsky.plans.rules.reading.text import Line, Removed, Span, without_blanks
from halfsky.plans.rules.reading.title import Title, find_title, looks_like_title


class Reason(StrEnum):
    """Why a place was left out of the clean text."""

    SITE = "site"  # 网站的提示、导航、版权
    HINTS = "hints"  # 温馨提示 and the list below it
    META = "meta"  # 来源、作者、发布时间
    PAGE = "page"  # 页码
    RUNNING_HEAD = "running_head"  # 页眉
    COVER = "cover"  # 断行的封面
    REPEATED_TITLE = "repeated_title"
    CHUNK_NUMBER = "chunk_number"  # 网站切进句子里的段号
    LINE_WRAP = "line_wrap"  # 句中断行
    SECOND_ESSAY = "second_essay"  # 同页的另一篇


REASON_LABELS = {
    Reason.SITE: "网站的导航、提示或版权文字",
    Reason.HINTS: "文档网站的下载提示",
    Reason.META: "网页的来源、作者、时间",
    Reason.PAGE: "页码",
    Reason.RUNNING_HEAD: "重复的页眉页脚",
    Reason.COVER: "断成短行的封面",
    Reason.REPEATED_TITLE: "重复的标题",
    Reason.CHUNK_NUMBER: "网站切进句子里的段号",
    Reason.LINE_WRAP: "句子中间的断行",
    Reason.SECOND_ESSAY: "同一文件里的另一篇",
}

_PAGE = re.compile(
    r"第?\s*\d{1,4}\s*页\s*[，/|]?\s*[（(]?\s*共\s*\d{1,4}\s*页\s*[)）]?|[-·]+\s*\d{1,4}\s*[-·]+|第\s*[\d一二三四五六七八九十]{1,4}\s*页|"
    r"\d{1,3}\s*/\s*\d{1,3}|[Pp]age\s*\d+(?:\s*of\s*\d+)?|\d{1,3}"
)
_META = re.compile(
    r"(?=.{0,200}(?:发布时间|发布日期|发表时间|上传时间|更新时间|日期：|时间：))(?=.{0,240}(?:来源|作者|点击|浏览|阅读|上传人|编辑|访问|字号|文档编号|发布时间))"
    r".{0,300}|(?:文章|信息|稿件)?来源：.{0,30}(?:作者|编辑|时间).{0,120}|(?:发布|更新|上传|发表)(?:时间|日期)\s*：?\s*[\dxX]{4}.{0,60}"
    r"|原创\s.{0,80}|.{0,30}\s(?:19|20)\d\d-\d\d-\d\d\s\d\d：\d\d.{0,30}"
)
_SITE = re.compile(
    r".{0,2}打印(?:正文|本页|此页).{0,12}|(?:\[|【)?\s*(?:关闭窗口|返回顶部|返回首页|关闭|打印|收藏|大\s*中\s*小)\s*(?:\]|】)?|"
    r"(?:上|下)一(?:篇|条|页|则)\s*：.{0,160}|.{0,20}当前(?:的)?位置\s*：.{0,120}|您(?:现在)?(?:的|所在的?)?位置\s*：.{0,120}|"
    r".{0,80}(?:版权所有|[Cc]opyright|All [Rr]ights|ICP[备证]|公网安备|网站标识码|备案号).{0,160}|"
    r"首页\s*(?:[>»/-].{0,120})?|.{0,40}[>»].{0,40}[>»].{0,60}|"
    r"推荐阅读(?:：.{0,200})?|相关(?:推荐|阅读|文章|文档|链接|资讯|搜索)(?:：.{0,200})?|猜你喜欢.{0,60}|热门(?:文章|推荐|文档).{0,60}|"
    r"【?(?:导读|摘要|简介|资源描述|文档介绍|内容介绍|文档简介)】?(?:：|“|以下)?.{0,4}(?:以下.{0,160})?|【(?:导读|网友投稿)】.{0,200}|"
    r"网站(?:地图|首页|导航|客服).{0,40}|(?:友情|快速)链接.{0,200}|(?:会员|VIP|个人)中心.{0,40}|登录\s*[|/]?\s*注册|"
    r"上传人\s*：.{0,160}|文档编号\s*：.{0,120}|预览(?:到此为止|已结束|结束).{0,80}|.{0,16}(?:还剩|剩余).{0,8}页未读.{0,40}|"
    r"(?:点击|免费|立即|马上|我要)?下载(?:文档|本文|全文|原文|此文).{0,60}|.{0,30}下载后(?:查看|可).{0,40}|"
    r"关于我们\s*[-|·].{0,160}|联系(?:客服|我们)(?:\s*[-|·].{0,80})?|.{0,20}(?:网站|在线|本站)客服\s*[：:]?.{0,40}|"
    r".{0,12}(?:分享到|扫一扫|扫码|微信公众号二维码)[^。]{0,40}|.{0,60}\[\s*\d{1,4}[-/]\d{1,2}(?:[-/]\d{1,2})?\s*\]|"
    r"(?:[^|]{0,40}\|){2,}[^|]{0,40}|\||.{0,6}今天是.{0,30}|(?:责任)?编辑\s*：.{0,20}|"
    r"(?:地址|电话|邮编|传真|邮箱|技术支持|主办单位|承办单位)[：&].{0,60}(?:电话|传真|邮编|邮箱|地址|承办|技术支持)[：&].{0,80}|"
    r"[（(]?来源\s*：.{0,24}[)）]?|"
    r"…{0,4}\.{0,6}[（(]此处省略.{0,40}|(?:本文|此文|文章)(?:由|来自|来源于|转自).{0,60}(?:网|整理|提供|搜集|收集).{0,20}|"
    r"温馨提示\s*[:：]?|特别(?:声明|提示)\s*[:：]?|免责声明\s*[:：]?.{0,120}|"
    r".{0,60}(?:供大家参考|欢迎(?:阅读|下载|收藏)|希望(?:对(?:您|你|大家)|能帮).{0,12}帮助|收藏本页).{0,60}|"
    r"上传赚钱.{0,20}|(?:返回|回到)(?:列表|上页|顶部)|.{0,8}(?:点击|关注)(?:上方|下方)?.{0,6}(?:蓝字|公众号|关注我们).{0,20}|.{0,20}点个.{0,2}(?:在看|赞).{0,12}|"
    r"阅读\s*\d+.{0,4}赞.{0,12}|(?:阅读原文|长按识别二维码.{0,20})|来源\s*：.{0,30}|该文档的用户还.{0,40}|阅读了?该文档.{0,30}|本文(?:标题|链接)\s*：.{0,80}|链接地址\s*：.{0,120}|关于本文|(?:浏览|阅读|点击)(?:次数|量|数)?\s*：\s*\d*\s*次?|.{0,8}(?:豆丁|道客巴巴|百度文库|原创力文档|人人文库|金锄头).{0,40}"
)
# Words of document sites; two of them in one line near a site's hints make the line a hint.
_SITE_WORD = re.compile(
    r"文档|下载|预览|客服|版权|上传|付费|本站|网站|网友|用户|VIP|会员|积分|金币|侵权|投诉|充值|原件|文库|阅读全文|登录|注册|PPT|压缩包"
)
_HINT_HEAD = re.compile(
    r"(?:温馨|友情|特别|下载|阅读|重要)(?:提示|说明|声明)|免责声明|(?:使用|版权|下载)说明|注意事项：?$"
)
_SECOND_ESSAY = re.compile(
    r".{0,40}【?\s*(?:第?(?P<han>[二三四五六七八九十])篇|篇\s?(?P<after>[二三四五六七八九十2-9])|(?:范文|模板|精选)(?P<kind>[二三2-9])(?!\s*篇))】?\s*[:：]?.{0,40}"
)
_END_OF_SENTENCE = "。！？；：…”）》"
_DATE_LINE = re.compile(
    r"(?:(?:19|20)[\dxX×*]{2}|[一二][〇零九o][〇零一二三四五六七八九xX×]{2})\s*年\s*[\d一二三四五六七八九十xX×]{1,3}\s*月(?:\s*[\d一二三四五六七八九十xX×]{1,3}\s*日)?"
    r"|[（]?(?:19|20)[\dxX×*]{2}[-/.]\d{1,2}[-/.]\d{1,2}[）]?"
)


# The unit and its date on one line; the imprint at the foot of an official paper (印发).
_SIGNED_DATE = re.compile(
    rf"[^，。；：\d]{{2,24}}\s+(?:{_DATE_LINE.pattern})|[^，。；：\d]{{0,24}}\s*(?:{_DATE_LINE.pattern})\s*印发"
)


def is_date_line(text: str) -> bool:
    """Say whether a folded line is nothing but a date of issue (成文日期)."""
    return bool(_DATE_LINE.fullmatch(without_blanks(text)) or _SIGNED_DATE.fullmatch(text))


def _is_prose(text: str) -> bool:
    return len(text) >= 14 and bool(re.search(r"[。；]|，.{4}", text))


def _is_short_label(line: Line) -> bool:
    return (
        len(line.text) <= 16
        and not re.search(r"[。；，：\t《]", line.text)
        and line_marker(line) is None
        and not is_date_line(line.text)
    )


class _Lines:
    """The lines of the source and the reason each was dropped for, None while it is kept."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.all = list(lines)
        self.content = [line for line in lines if not line.is_blank]
        self.reason: dict[int, Reason] = {}

    def drop(self, line: Line, reason: Reason) -> None:
        self.reason.setdefault(line.number, reason)

    def kept(self) -> list[Line]:
        return [line for line in self.content if line.number not in self.reason]


def _drop_by_words(lines: _Lines) -> None:
    hint = False
    numbers = proven_bare(lines.content)
    for line in lines.content:
        text = line.text
        if line.number in numbers:
            continue
        if len(text) > 320 or "\t" in text:
            hint = False
            continue
        # Two words of a site in a short line, none of a plan: 下载 and 用户 alone prove nothing.
        site_words = len(set(_SITE_WORD.findall(text[:320])))
        if hint:
            if site_words >= 1 and len(text) <= 200 and not looks_like_title(text):
                lines.drop(line, Reason.HINTS)
                continue
            hint = False
        if _HINT_HEAD.match(text) and len(text) <= 12:
            lines.drop(line, Reason.HINTS)
            hint = True
        elif _PAGE.fullmatch(text):
            lines.drop(line, Reason.PAGE)
        elif _META.fullmatch(text):
            lines.drop(line, Reason.META)
        elif _SITE.fullmatch(text) or (site_words >= 3 and len(text) <= 160):
            lines.drop(line, Reason.SITE)


def _drop_second_essay(lines: _Lines) -> None:
    """Leave out what follows 【第二篇】, 篇二： when the page announces several essays."""
    kept = lines.kept()
    for index, line in enumerate(kept):
        if index and len(line.text) <= 60 and not _is_prose(line.text):
            match = _SECOND_ESSAY.fullmatch(line.text)
            if match and (
                looks_like_title(line.text.split("【")[0].split("篇")[0])
                or looks_like_title(re.sub(r"^【?第?.篇\s*：?\s*|】$", "", line.text))
                or match.group("after")
            ):
                for later in kept[index:]:
                    lines.drop(later, Reason.SECOND_ESSAY)
                return


def _drop_navigation(lines: _Lines, title: Title | None) -> None:
    """Leave out runs of short labels and whatever stands among a site's lines."""
    content = lines.content
    numbers = proven_bare(content)
    title_lines = set(title.lines) if title else set()
    first_title = min(title_lines, default=-1)
    body = next(
        (
            index
            for index, line in enumerate(content)
            if line.number not in lines.reason
            and (
                line.number in title_lines
                or line.number in numbers
                or _is_prose(line.text)
                or line_marker(line) is not None
            )
        ),
        len(content),
    )
    run: list[Line] = []
    for index in range(len(content) + 1):
        line = content[index] if index < min(body, len(content)) else None
        loose = line is not None and (line.number in lines.reason or _is_short_label(line))
        if (
            line is not None
            and loose
            and not (looks_like_title(line.text) >= 3 and line.number not in lines.reason)
        ):
            if line.number not in lines.reason:
                run.append(line)
            continue
        site_near = any(
            r in (Reason.SITE, Reason.META, Reason.HINTS) for r in lines.reason.values()
        )
        if len(run) >= 3 or (run and site_near):
            cover = title is not None and _is_cover(run, title)
            for short in run:
                if not _is_letterhead(short):
                    lines.drop(short, Reason.COVER if cover else Reason.SITE)
        run = []
        if index >= body:
            break
    if first_title >= 0:
        for line in content:
            if line.number >= first_title:
                break
            if line.number in lines.reason:
                continue
            same = title is not None and without_blanks(title.text) in without_blanks(line.text)
            if (
                same
                or _is_site_title(line, title)
                or re.search(r"范文|精选|[（(]?通用\d", line.text)
            ):
                lines.drop(line, Reason.REPEATED_TITLE)


def _is_site_title(line: Line, title: Title | None) -> bool:
    """Say whether a line is the browser's title: the document's name, then the site's parts."""
    head, mark, _ = line.text.partition("--")
    return bool(mark) and title is not None and len(without_blanks(head)) >= 6


def _is_letterhead(line: Line) -> bool:
    return bool(re.search(r"〔\d{4}〕|文件$|^(?:各|关于).{2,40}", line.text))


def _is_cover(run: Sequence[Line], title: Title) -> bool:
    letters = "".join(without_blanks(line.text) for line in run)
    shared = sum(letter in title.text or letter.isdigit() for letter in letters)
    return shared >= 0.8 * len(letters)


def _drop_tail(lines: _Lines) -> None:
    """Leave out the short labels after the last words of the document."""
    content = lines.content
    last = -1
    for index, line in enumerate(content):
        if line.number in lines.reason:
            continue
        if (
            _is_prose(line.text)
            or is_date_line(line.text)
            or "\t" in line.text
            or line_marker(line) is not None
            or re.match(r"附件?[\d一二三四五]{0,2}\s*[：.、]", line.text)
            or len(line.text) > 24
        ):
            last = index
    site = False
    for line in content[last + 1 :]:
        if line.number in lines.reason:
            site = True
        elif site:
            lines.drop(line, Reason.SITE)


def _running_heads(lines: _Lines, breaks: Sequence[int]) -> None:
    """Leave out a short line that stands again and again beside page ends."""
    beside: dict[str, list[Line]] = {}
    content = lines.content
    for index, line in enumerate(content):
        if line.number in lines.reason or len(line.text) > 40 or _is_prose(line.text):
            continue
        near = (index and lines.reason.get(content[index - 1].number) is Reason.PAGE) or (
            index + 1 < len(content) and lines.reason.get(content[index + 1].number) is Reason.PAGE
        )
        if near or any(
            0 <= line.span.start - at <= 2 or 0 <= at - line.span.end <= 2 for at in breaks
        ):
            beside.setdefault(without_blanks(line.text), []).append(line)
    for same in beside.values():
        if len(same) >= 3:
            for line in same[1:] if looks_like_title(same[0].text) else same:
                lines.drop(line, Reason.RUNNING_HEAD)


_CHUNK = re.compile(r"(?<![\d.])(\d{1,3})、\s*(?=[^\W_]|[“《（【])")


def chunk_numbers(folded: str, kept: Sequence[Line]) -> list[Removed]:
    """Find a site's own piece numbers 1、 2、 3、, cut into sentences at every few hundred characters.

    They count up through the whole text and most of them stand where no sentence ends; that no
    list of the document does. With the number goes the line feed before it, so that the two
    halves of the sentence meet again.
    """
    number, found = 1, []
    for line in kept:
        for match in _CHUNK.finditer(line.text):
            opens = match.start() == 0
            if int(match.group(1)) != number or (number == 1 and not opens):
                continue
            before = folded[: line.span.start].rstrip()[-1:] if opens and number > 1 else ""
            if not opens:
                before = line.text[match.start() - 1]
            found.append((line, match, before, opens))
            number += 1
    later = found[1:]
    if not later:
        return []
    # At the head of a line even a comma before it shows that the line before was cut.
    cut = [
        before not in _END_OF_SENTENCE + ("" if opens else "，、 \t")
        for _, _, before, opens in later
    ]
    places = [line.span.start + match.start() for line, match, _, _ in found]
    length = (places[-1] - places[0]) / len(later)
    inner = sum("。" in folded[a:b] for a, b in pairwise(places))
    if sum(cut) < 0.6 * len(cut) or length < 60 or inner < 0.6 * len(cut):
        return []
    removed = []
    for (line, match, _, opens), place in zip(found, places, strict=True):
        start = place
        if opens and match.group(1) != "1":
            while start and folded[start - 1] in " \t\n":
                start -= 1
        removed.append(Removed(Span(start, line.span.start + match.end()), Reason.CHUNK_NUMBER))
    return removed


_WRAP_WIDTH = 18
_CUT_WIDTH = 24


def line_wraps(folded: str, kept: Sequence[Line], title: Title | None) -> list[Removed]:
    """Find line feeds inside sentences, as PDF pages and old web pages leave them.

    A line is wrapped when it stops in mid-sentence and is prose, or is as long as the page is wide.
    """
    widths = sorted(len(line.text) for line in kept if "\t" not in line.text)
    wide = widths[int(len(widths) * 0.75)] if len(widths) >= 8 else 0
    full = sum(abs(width - wide) <= 2 for width in widths)
    is_page = wide >= _WRAP_WIDTH and full >= 0.4 * len(widths)
    # Many lines just as long as the longest one: the paper was cut at that width.
    longest = widths[-1] if widths else 0
    cut = sum(width >= longest - 1 for width in widths)
    is_cut = _CUT_WIDTH <= longest <= 80 and cut >= 4 and cut >= 0.1 * len(widths)
    removed = []
    title_lines = set(title.lines) if title else set()
    for line, below in pairwise(kept):
        text = line.text
        if (
            "\t" in text
            or "\t" in below.text
            or text[-1] in "。！？：；…"
            or line.number in title_lines
        ):
            continue
        if (
            below.number != line.number + 1
            or line_marker(below) is not None
            or is_date_line(below.text)
        ):
            continue
        if re.match(r"附件?[\d一二三四五]{0,2}\s*[：.、]", below.text):
            continue
        indent = below.span.start - folded.rfind("\n", 0, below.span.start) - 1
        after_comma = (
            text[-1] in "，、"
            and len(text) >= 8
            and (_is_prose(below.text) or len(text) >= _WRAP_WIDTH or below.text[-1] in "。；")
        )
        if indent >= 2 and not is_page and not is_cut and not after_comma:
            continue
        heading = line_marker(line) is not None and not re.search(r"[。；]", text)
        prose = (
            len(text) >= _WRAP_WIDTH
            and re.search(r"[。；，]", text)
            and text[-1] not in "”）》"
            and not heading
        )
        ends_soon = re.search(r"[。；]", below.text)
        # A heading set in larger type wraps a few characters early: …坚定理想信⏎念.
        rest_of_heading = (
            heading
            and len(text) >= 12
            and "，" in text
            and re.fullmatch(r"[\u4e00-\u9fff]{1,3}", below.text)
        )
        as_wide = is_page and len(text) >= wide - 2 and indent < 2
        as_wide = as_wide or (is_cut and len(text) >= longest - 1 and indent < 2)
        if (
            rest_of_heading
            or after_comma
            or as_wide
            or (prose and ends_soon and len(below.text) >= 4)
        ):
            removed.append(Removed(Span(line.span.end, below.span.start), Reason.LINE_WRAP))
    return removed


def find_junk(
    text: str,
    folded: str,
    lines: Sequence[Line],
    page_title: str | None = None,
    page_breaks: Sequence[int] = (),
) -> tuple[list[Removed], Title | None]:
    """Return what to leave out of the source, with reasons, and the title found on the way."""
    work = _Lines(lines)
    _drop_by_words(work)
    _running_heads(work, page_breaks)
    _drop_second_essay(work)
    title = find_title(text, work.kept(), page_title)
    _drop_navigation(work, title)
    _drop_tail(work)
    removed = []
    for line in work.content:
        reason = work.reason.get(line.number)
        if reason is not None:
            end = line.span.end + 1 if line.span.end < len(folded) else line.span.end
            start = folded.rfind("\n", 0, line.span.start) + 1
            end = max(folded.find("\n", line.span.end) + 1, line.span.end) or end
            removed.append(Removed(Span(start, end), reason))
    kept = work.kept()
    removed += chunk_numbers(folded, kept)
    removed += line_wraps(folded, kept, title)
    return removed, title
