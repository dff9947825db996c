"""Dates (日期) of a plan: 11.25国际反家暴日, 6月底前, 9月上旬, “六一”前后, 7月10-15日 …

Only what a calendar can hold is a date. A decimal (82.7万), a document number (〔2020〕3号), the
years in a document's name and an age (35至64岁) are none.
"""

import datetime
import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from halfsky.plans.rules.reading.markers import han_number
from halfsky.plans.rules.reading.text import Enclosures, Span


class DateKind(StrEnum):
    """What a date means for the plan; only events and deadlines belong into it."""

    EVENT = "event"  # something takes place
    DEADLINE = "deadline"  # something is due
    ISSUE = "issue"  # the paper was signed or put on the net
    PAST = "past"  # it has been, or it was called off (原定于)
    OTHER = "other"  # every month's 15th, a half-year, a term


DATE_KIND_LABELS = {
    DateKind.EVENT: "活动日期",
    DateKind.DEADLINE: "完成时限",
    DateKind.ISSUE: "成文或发布日期",
    DateKind.PAST: "已过或已取消的日期",
    DateKind.OTHER: "其他时间",
}


@dataclass(frozen=True, slots=True)
class FoundDate:
    """One date as printed.

    `date` is as exact as the words: "2023-04-07", "11-25", "09" (a month), "15" (a day of every
    month); "" for a half-year or a quarter. `end` is the same of the last day of a range.
    `starts_on` and `due_on` are real days with the plan's year filled in, None without a year.
    """

    text: str
    span: Span
    kind: DateKind
    date: str
    end: str | None
    starts_on: datetime.date | None
    due_on: datetime.date | None
    rule: str

    @property
    def on(self) -> datetime.date | None:
        """The day that a calendar shows: the last one of a deadline, the first one of an event."""
        return self.due_on if self.kind is DateKind.DEADLINE else self.starts_on


# (month, day) of the days that plans name by their number or name.
_DAYS_BY_NUMBER = {
    "三八": (3, 8), "3·8": (3, 8), "3.8": (3, 8), "五一": (5, 1), "五四": (5, 4), "六一": (6, 1),
    "七一": (7, 1), "八一": (8, 1), "十一": (10, 1), "五一五": (5, 15), "一二九": (12, 9),
    "一二·九": (12, 9), "三一五": (3, 15), "3·15": (3, 15), "12·4": (12, 4), "11·25": (11, 25),
}  # fmt: skip
_DAYS_BY_NAME = {
    "元旦": (1, 1), "植树节": (3, 12), "学雷锋日": (3, 5), "学雷锋纪念日": (3, 5), "妇女节": (3, 8),
    "世界水日": (3, 22), "世界卫生日": (4, 7), "世界地球日": (4, 22), "世界读书日": (4, 23),
    "劳动节": (5, 1), "青年节": (5, 4), "国际家庭日": (5, 15), "国际护士节": (5, 12), "儿童节": (6, 1),
    "世界环境日": (6, 5), "六五环境日": (6, 5), "禁毒日": (6, 26), "国际禁毒日": (6, 26), "建党节": (7, 1), "建军节": (8, 1),
    "全国生态日": (8, 15), "教师节": (9, 10), "国庆节": (10, 1), "国庆": (10, 1), "国际农村妇女日": (10, 15),
    "世界儿童日": (11, 20), "国际反家暴日": (11, 25), "国际消除对妇女的暴力日": (11, 25),
    "消除对妇女的暴力国际日": (11, 25), "世界艾滋病日": (12, 1), "国家宪法日": (12, 4), "宪法日": (12, 4),
    "国际志愿者日": (12, 5), "烈士纪念日": (9, 30), "国家公祭日": (12, 13), "中华慈善日": (9, 5),
}  # fmt: skip

_YEAR = r"(?:(?:19|20)\d\d\s?|20[xX×*]{1,2}|20\d[xX×*]|[一二][〇零九][〇零一二三四五六七八九]{2})年\s?度?|今年|本年|当年|次年|翌年"
_MONTH_DIGITS = r"(?:1[0-2]|0?[1-9])"
_MONTH_HAN = r"(?:十[一二]?|[一二三四五六七八九])"
_DAY_DIGITS = r"(?:3[01]|[12]\d|0?[1-9])"
_DAY_HAN = r"(?:三十一?|二?十[一二三四五六七八九]?|[一二三四五六七八九])"
_PART = r"(?:上旬|中旬|下旬|上中旬|中下旬|月?底|月?末|月?初(?![评赛审选步一二三])|中(?![考学高国小层])|上半月|下半月)"
_AFTER = r"(?:前后|前夕|之前|以前|前(?![列沿后夕期三两提进往来景])|左右|上午|下午|晚上?|中午|当天|当日|期间|之际|起)"
_NAMED_AFTER = r"(?:前夕|前后|之前|以前|期间|之际|前(?![列沿后期三两提进往来景]))"
_HOLIDAY_AFTER = (
    r"(?:前夕|前后|期间|来临之际|到来之际|来临前|到来前|之际|当天|当日|之前|前(?![列沿期提进]))"
)

_RANGE = re.compile(
    rf"""(?<![\d./A-Za-z])(?<!\d-)(?P<year>{_YEAR})?\s?
    (?:(?P<m1>{_MONTH_DIGITS})|(?P<h1>(?<![一二三四五六七八九十第]){_MONTH_HAN}))(?:月份?)?
    (?:(?<=月)(?P<d1>{_DAY_DIGITS})(?![\d.])[日号]?|(?<=月)(?P<p1>{_PART}))?
    \s?(?P<joint>[-~至到]-?|[、和或及](?!\d{{1,2}}[.·]))(?:次年)?\s?
    (?:{_YEAR})?
    (?:(?:(?P<m2>{_MONTH_DIGITS})|(?P<h2>{_MONTH_HAN}))月份?(?:(?P<d2>{_DAY_DIGITS})[日号]|(?P<p2>{_PART}))?
      |(?<=.)(?P<d2only>{_DAY_DIGITS})[日号]
      |(?P<p2only>上旬|中旬|下旬|月?底|月?末))
    (?P<after>{_AFTER})?""",
    re.VERBOSE,
)
_SINGLE = re.compile(
    rf"""(?<![\d./A-Za-z])(?<!\d-)(?P<each>每年)?(?P<year>{_YEAR})?\s?
    (?:(?P<month>{_MONTH_DIGITS})|(?<![一二三四五六七八九十第几两个近])(?P<han>{_MONTH_HAN}))\s?月份?
    (?:\s?(?:(?P<day>{_DAY_DIGITS})|(?P<hanDay>{_DAY_HAN}))\s?[日号]|(?P<part>{_PART})|)
    (?:[“\"]?[^\W\d_]{{2,12}}?[日节][”\"]?(?={_NAMED_AFTER}))?
    (?P<after>\s?{_AFTER})?""",
    re.VERBOSE,
)
_ISO = re.compile(
    r"(?<![\d.])(?P<y>(?:19|20)[\dxX×*]{2})[-/.](?P<m>1[0-2]|0?[1-9])[-/.](?P<d>3[01]|[12]\d|0?[1-9])(?![\d.])"
)
_DAY_NAME = r"(?:[”\"]?(?![%‰万亿倍元个名人吨公千米分次级版岁年月日时的以至等])[^\W\d_“”等]{0,14}?(?:纪念日|宣传日|日|节|维权周|宣传周|服务周))"
_DOTTED = re.compile(
    rf"(?<![\d.·])[“\"]?(?P<m>1[0-2]|[1-9])[.·](?P<d>3[01]|[12]\d|0?[1-9])(?![\d.%])"
    rf"(?:(?P<name>{_DAY_NAME})|[”\"]?(?=(?:[、，和及]\s?[“\"]?\d{{1,2}}[.·]\d{{1,2}}[”\"]?[^\W\d_]{{0,10}}){{0,6}}"
    rf"[”\"]?等?(?:重要|关键|时间|主题|宣传|纪念|特殊){{0,3}}(?:节点|节日|纪念日|时点|时段)))"
)
_HOLIDAY = re.compile(
    r"[“\"](?P<number>三八|3[·.]8|五一五|五一|五四|六一|七一|八一|十一|一二·?九|三一五|3·15|12·4|11·25)[”\"]"
    rf"(?:国际)?(?:劳动)?(?:妇女|儿童|劳动|青年|建党|建军|国庆)?(?:节日?|日)?(?P<after>{_HOLIDAY_AFTER})"
    rf"|(?:[“\"]?(?P<spelt>三八|五一|五四|六一|七一|八一)[”\"]?)?(?P<name>{'|'.join(sorted(_DAYS_BY_NAME, key=len, reverse=True))})[”\"]?"
    rf"(?P<name_after>{_HOLIDAY_AFTER})"
    rf"|(?<![“\"一二三四五六七八九十第、])(?P<bare>三八|3[·.]8|六一|七一|八一)节?(?P<bare_after>前夕|前后|期间|来临之际)"
)
_NAMED_IN_LIST = re.compile(
    rf"(?P<name>{'|'.join(sorted(_DAYS_BY_NAME, key=len, reverse=True))})[”\"]?"
    r"(?=(?:[、和及]\s?[“\"]?[^\W_]{2,14}[”\"]?){0,6}等?(?:重要|关键|时间|主题|宣传|纪念|特殊){0,3}(?:节点|节日|纪念日|时点|契机|时机))"
)
# A day's name directly after its number (11月25日国际消除对妇女的暴力日) belongs to the same date.
_MOVING_DAYS = ("清明节", "端午节", "中秋节", "重阳节", "春节", "母亲节", "父亲节", "元宵节")
_NAME_AFTER_DAY = re.compile(
    rf"[ ]?[（“\"]?(?P<name>{'|'.join(sorted((*_DAYS_BY_NAME, *_MOVING_DAYS), key=len, reverse=True))})[”\"）]?"
    rf"(?P<after>{_HOLIDAY_AFTER})?"
)
# “六一”儿童节 at the head of its clause, or after 利用, 借助: the work is on that day.
_DAY_TOKEN = re.compile(
    r"(?:[“\"]?(?:三八|五一|五四|六一|七一|八一|十一|3[·.]8)[”\"]?)?(?:国际)?"
    rf"(?P<name>{'|'.join(sorted(_DAYS_BY_NAME, key=len, reverse=True))})[”\"]?"
)
_USES_DAY = re.compile(
    r"(?:利用|借助|借力|抓住|把握|结合|围绕|在|于)(?:(?!开展|组织|举办|活动)[\w“”\"·.、]){0,40}$"
)
_AFTER_DAY_USED = frozenset((*"，、和及等。；\n开组举", ""))
_OPENS_WORK = re.compile(r"组织|举办|开展|召开|举行|慰问|走访|表彰|看望|评选|发放")
_MONTHLY_DAY = re.compile(r"每(?:个)?月\s?(?P<day>\d{1,2})[日号]")
_PERIOD = re.compile(
    rf"(?P<year>(?:19|20)\d\d(?=年[底末初中])|{_YEAR})?(?:第?(?P<quarter>[一二三四1-4])季度(?P<qend>末|底)?|(?P<half>上半年|下半年|上、下半年)|"
    r"(?P<word>年底|年末|岁末|年初|(?<![一整几周半])年中|月底|月末|季末|学期末|学期初|期末|期初|寒假|暑假|暑期))"
    r"(?P<after>之?前(?!列|沿|期|提|进|后)|以前)?"
)
_CALLED_OFF_BEFORE = re.compile(r"(?:原定|原计划|原拟|原安排|此前)(?:于|在)?[^，。；]{0,4}$")
_CALLED_OFF_LIST = re.compile(
    r"(?:原定|原计划|原拟|原安排)(?:于|在)?[\d一二三四五六七八九十月份日、上中下旬和-]{1,20}$"
)
_DUE_BEFORE = re.compile(
    r"(?:截止(?:时间|日期)?(?:到|至|为|：)?|截至|不迟于|至迟(?:于|在)?|最晚(?:于|在)?|完成时限：?|时限：?)[^，。；]{0,3}$"
)
_HAPPENED = re.compile(
    r"了|举行|召开|出席|发表|作政府|作出|印发|指出|强调|通过|成立于|颁布|施行|闭幕|开幕|审议"
)
_FUTURE = re.compile(r"将|拟|计划|准备|起|至|定于|安排|开展|组织|完成")
_YEAR_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")


class PlanCalendar:
    """Turns a printed month and day into real days of the plan's year.

    In a school year (学年) August to December lie in the stated year, January to July in the next.
    """

    def __init__(self, year: int | None, *, school_year: bool = False) -> None:
        self.year = year
        self.school_year = school_year

    def year_for(self, month: int) -> int | None:
        """Return the year in which this month of the plan lies, None without a plan year."""
        if self.year is None:
            return None
        return self.year + 1 if self.school_year and month < 8 else self.year

    def first(
        self, month: int, day: int | None, part: str, year: int | None
    ) -> datetime.date | None:
        """Return the first day meant by 9月, 9月上旬 or 9月10日."""
        year = year or self.year_for(month)
        if year is None:
            return None
        start = day or {"中": 11, "下": 21, "底": 25, "末": 25}.get(part.lstrip("月")[:1], 1)
        return _real(year, month, start)

    def last(
        self, month: int, day: int | None, part: str, year: int | None
    ) -> datetime.date | None:
        """Return the last day meant."""
        year = year or self.year_for(month)
        if year is None:
            return None
        if part == "中":
            part = "中旬"
        end = day or {"上": 10, "中": 20, "初": 10}.get(part.lstrip("月")[:1], 31)
        return _real(year, month, end)


def _real(year: int, month: int, day: int) -> datetime.date | None:
    if not 1 <= month <= 12:
        return None
    return datetime.date(year, month, min(day, monthrange(year, month)[1]))


def _year_number(printed: str | None) -> int | None:
    if not printed:
        return None
    digits = printed.rstrip("年度 ").translate(_YEAR_DIGITS)
    return int(digits) if digits.isdecimal() and len(digits) == 4 else None


def _number(digits: str | None, han: str | None) -> int | None:
    return int(digits) if digits else han_number(han) if han else None


class _Finder:
    def __init__(self, text: str, folded: str, calendar: PlanCalendar, enclosures: Enclosures):
        self.text, self.folded = text, folded
        self.calendar, self.enclosures = calendar, enclosures
        self.taken: list[tuple[int, int]] = []

    def free(self, span: Span) -> bool:
        around = self.enclosures.around(span.start)
        if around is not None and self.folded[around.start] in "《〔" and around.end > span.end:
            return False
        return len(span) > 0

    def make(
        self, span: Span, rule: str, kind: DateKind, day: str, end: str | None = None,
        first: datetime.date | None = None, last: datetime.date | None = None,
    ) -> FoundDate:  # fmt: skip
        return FoundDate(span.of(self.text), span, kind, day, end, first, last, rule)

    def kind_of(self, span: Span, after: str, year: int | None) -> DateKind:
        before = self.folded[max(0, span.start - 24) : span.start]
        if _CALLED_OFF_BEFORE.search(before) or _CALLED_OFF_LIST.search(before):
            return DateKind.PAST
        if year is not None and self.calendar.year is not None and year < self.calendar.year:
            return DateKind.PAST
        tail = self.folded[span.end : span.end + 3]
        if after.startswith(("前夕", "之前", "以前")) or after == "前" or after.endswith("之前"):
            return DateKind.DEADLINE
        if _DUE_BEFORE.search(before) or tail.startswith(("截止", "截稿")):
            return DateKind.DEADLINE
        printed = self.folded[span.start : span.end]
        if printed.endswith(("底", "末")) and re.match(
            r"[^，。；]{0,16}(?:完成|上报|报送|报)", self.folded[span.end : span.end + 20]
        ):
            return DateKind.DEADLINE
        if re.match(r"起(?:施行|实施|执行)", self.folded[span.end - len(after) : span.end + 4]):
            return DateKind.OTHER
        return DateKind.EVENT

    def ranges(self) -> Iterator[FoundDate]:
        for match in _RANGE.finditer(self.folded):
            span = Span(match.start(), match.end())
            span = self._unspaced(span)
            m1 = _number(match["m1"], match["h1"])
            m2 = _number(match["m2"], match["h2"]) or m1
            printed = match.group()
            if m1 is None or m2 is None or "月" not in printed or not self.free(span):
                continue
            d1, d2 = _number(match["d1"], None), _number(match["d2"] or match["d2only"], None)
            p1, p2 = match["p1"] or "", match["p2"] or match["p2only"] or ""
            if match["d2only"] and d1 is None:
                continue
            names_month = bool(match["m2"] or match["h2"])
            if (
                match["joint"] in "、及和或"
                and names_month
                and (d1 or d2 or match["joint"] in "、及")
            ):
                continue  # 3月8日、12月4日 are two dates
            year = _year_number(match["year"])
            day = f"{m1:02}-{d1:02}" if d1 else f"{m1:02}"
            end = f"{m2:02}-{d2:02}" if d2 else f"{m2:02}"
            kind = self.kind_of(span, match["after"] or "", year)
            if match["joint"] == "或":
                kind = DateKind.OTHER  # 6月或7月: not settled yet
            if year is not None:
                day = f"{year}-{day}"
            first = self.calendar.first(m1, d1, p1, year)
            last = self.calendar.last(m2, d2, p2, year)
            if first and last and last < first:
                last = None
            yield self.make(span, "date.range", kind, day, None if end == day else end, first, last)

    def singles(self) -> Iterator[FoundDate]:
        for match in _SINGLE.finditer(self.folded):
            span = self._unspaced(Span(match.start(), match.end()))
            month = _number(match["month"], match["han"])
            day = _number(match["day"], match["hanDay"])
            if not month or not self.free(span):
                continue
            after, part = (match["after"] or "").strip(), match["part"] or ""
            follow = self.folded[match.end() : match.end() + 1]
            if (
                day is None
                and not part
                and follow
                in ("球", "饼", "嫂", "子", "度", "刊", "报", "薪", "均", "租", "经", "老")
            ):
                continue
            if (
                self.folded[max(0, match.start() - 1) : match.start()] in ("个", "近", "满")
                or "个月" in match.group()
            ):
                continue
            named = _NAME_AFTER_DAY.match(self.folded, span.end) if day and not after else None
            if named and _DAYS_BY_NAME.get(named["name"], (month, day)) == (month, day):
                span = Span(span.start, named.end())
                after = named["after"] or ""
            year = self._year(match["year"])
            printed = f"{month:02}" + (f"-{day:02}" if day else "")
            if year is not None and (match["year"] or "")[:1] not in "次翌":
                printed = f"{year}-{printed}"
            kind = self.kind_of(span, after, year)
            first = self.calendar.first(month, day, part, year)
            last = self.calendar.last(month, day, part, year)
            yield self.make(
                span, "date.month_day" if day else "date.month", kind, printed, None, first, last
            )

    def isos(self) -> Iterator[FoundDate]:
        for match in _ISO.finditer(self.folded):
            month, day = int(match["m"]), int(match["d"])
            year = int(match["y"]) if match["y"].isdecimal() else None
            printed = f"{month:02}-{day:02}"
            real = self.calendar.first(month, day, "", year)
            span = Span(match.start(), match.end())
            if self.free(span):
                yield self.make(
                    span,
                    "date.iso",
                    self.kind_of(span, "", year),
                    f"{year}-{printed}" if year else printed,
                    None,
                    real,
                    real,
                )

    def dotted(self) -> Iterator[FoundDate]:
        for match in _DOTTED.finditer(self.folded):
            month, day = int(match["m"]), int(match["d"])
            real = self.calendar.first(month, day, "", None)
            start, end = match.start(), match.end()
            if self.folded[start] in '“"' and not re.search(r"[”\"]", self.folded[start + 1 : end]):
                start += 1
            elif self.folded[start] not in '“"' and self.folded[end - 1] in '”"':
                end -= 1
            span = Span(start, end)
            if self.free(span):
                yield self.make(
                    span, "date.day_name", DateKind.EVENT, f"{month:02}-{day:02}", None, real, real
                )

    def holidays(self) -> Iterator[FoundDate]:
        for match in _HOLIDAY.finditer(self.folded):
            name = match["number"] or match["bare"]
            month, day = (
                _DAYS_BY_NUMBER[name]
                if name in _DAYS_BY_NUMBER
                else _DAYS_BY_NAME[match["name"]]
                if match["name"]
                else _DAYS_BY_NUMBER[name.replace(".", "·")]
            )
            after = match["after"] or match["name_after"] or match["bare_after"] or ""
            late = after in ("前夕", "之前", "前", "来临前", "到来前")
            span = Span(match.start(), match.end())
            real = self.calendar.first(month, day, "", None)
            if self.free(span):
                kind = DateKind.DEADLINE if late else DateKind.EVENT
                yield self.make(
                    span, "date.holiday", kind, f"{month:02}-{day:02}", None, real, real
                )
        for match in _NAMED_IN_LIST.finditer(self.folded):
            month, day = _DAYS_BY_NAME[match["name"]]
            real = self.calendar.first(month, day, "", None)
            span = Span(match.start("name"), match.end("name"))
            if self.free(span):
                yield self.make(
                    span, "date.holiday", DateKind.EVENT, f"{month:02}-{day:02}", None, real, real
                )

    def days_used(self) -> Iterator[FoundDate]:
        """Yield festivals that stand without 前 or 期间 but at which work is set."""
        for match in _DAY_TOKEN.finditer(self.folded):
            after = self.folded[match.end() : match.end() + 2]
            start = max(0, match.start() - 48)
            clause = re.split(r"[，。；：\n●]", self.folded[start : match.start()])[-1]
            uses = _USES_DAY.search(clause) and after[:1] in _AFTER_DAY_USED
            opens = not re.sub(r"[\s\d.、（）①-⑳]", "", clause) and _OPENS_WORK.match(after)
            span = Span(match.start(), match.end())
            if (uses or opens) and self.free(span):
                month, day = _DAYS_BY_NAME[match["name"]]
                real = self.calendar.first(month, day, "", None)
                yield self.make(
                    span, "date.holiday", DateKind.EVENT, f"{month:02}-{day:02}", None, real, real
                )

    def others(self) -> Iterator[FoundDate]:
        for match in _MONTHLY_DAY.finditer(self.folded):
            span = Span(match.start(), match.end())
            yield self.make(span, "date.every_month", DateKind.OTHER, f"{int(match['day']):02}")
        for match in _PERIOD.finditer(self.folded):
            span = Span(match.start(), match.end())
            if not self.free(span):
                continue
            months = None
            if match["quarter"]:
                quarter = han_number(match["quarter"]) or 1
                months = (quarter * 3 - 2, quarter * 3)
            elif match["half"]:
                months = {"上半年": (1, 6), "下半年": (7, 12)}.get(match["half"], (1, 12))
            else:
                months = {
                    "年底": (12, 12),
                    "年末": (12, 12),
                    "岁末": (12, 12),
                    "年初": (1, 1),
                    "年中": (6, 6),
                }.get(match["word"])
            due = bool(match["after"])
            year = _year_number(match["year"])
            first = self.calendar.first(months[0], None, "", year) if months else None
            last = self.calendar.last(months[1], None, "", year) if months else None
            kind = DateKind.DEADLINE if due and months else DateKind.OTHER
            printed = f"{months[1] if due else months[0]:02}" if months else ""
            yield self.make(span, "date.period", kind, printed, None, first, last)

    def _year(self, printed: str | None) -> int | None:
        """Return the year of a date: printed, or the next one after 次年."""
        if printed and printed[0] in "次翌" and self.calendar.year is not None:
            return self.calendar.year + 1
        return _year_number(printed)

    def _unspaced(self, span: Span) -> Span:
        start, end = span.start, span.end
        while start < end and self.folded[start].isspace():
            start += 1
        while end > start and self.folded[end - 1].isspace():
            end -= 1
        return Span(start, end)


def find_dates(
    text: str,
    folded: str,
    calendar: PlanCalendar,
    enclosures: Enclosures,
    *,
    look_back: Span,
    issued: tuple[Span, ...] = (),
) -> list[FoundDate]:
    """Return every date of a text in order.

    `look_back` is the part before the first point: a date there usually tells what has been.
    Dates inside `issued` (signature lines) are dates of issue.
    """
    finder = _Finder(text, folded, calendar, enclosures)
    found: list[FoundDate] = []
    taken: list[Span] = []
    candidates: list[tuple[int, int, FoundDate]] = []
    sources = (
        finder.isos,
        finder.dotted,
        finder.holidays,
        finder.days_used,
        finder.ranges,
        finder.others,
        finder.singles,
    )
    for order, source in enumerate(sources):
        candidates += [(item.span.start, order, item) for item in source()]
    # The longer reading of a place wins: 7月10-15日 before 7月10.
    for start, order, item in sorted(candidates, key=lambda c: (c[0], -len(c[2].span), c[1])):
        del order
        if taken and start < taken[-1].end:
            continue
        taken.append(item.span)
        found.append(_settled(item, folded, look_back, issued))
    return found


def _is_signed(item: FoundDate, folded: str) -> bool:
    """Say whether a full date ends a line after nothing but a name: a signature without line breaks."""
    if item.rule != "date.month_day" or len(item.date) != 10:
        return False
    if not re.match(r"[ \t]{0,8}(?:\n|$)", folded[item.span.end : item.span.end + 10]):
        return False
    before = re.split(r"[。；！？\n]", folded[max(0, item.span.start - 40) : item.span.start])[
        -1
    ].strip()
    return len(before) <= 30 and bool(_SIGNER.search(before))


_SIGNER = re.compile(
    r"^[^，：、0-9于在前至到自的]{2,30}(?:局|会|委|妇联|办|校|院|园|宫|馆|站|所|中心|公司|集团|支部|党委|政府|部|科|处|组|社区|村|镇|乡|街道|厂|行)$"
)


def _settled(item: FoundDate, folded: str, look_back: Span, issued: tuple[Span, ...]) -> FoundDate:
    kind = item.kind
    if any(place.covers(item.span) for place in issued) or _is_signed(item, folded):
        kind = DateKind.ISSUE
    elif look_back.covers(item.span) and kind in (DateKind.EVENT, DateKind.DEADLINE):
        end = item.span.end
        stop = re.search(r"[。；\n]", folded[end : end + 60])
        rest = folded[end : end + (stop.start() if stop else 60)]
        start = (
            max(
                folded.rfind("。", 0, item.span.start),
                folded.rfind("\n", 0, item.span.start),
                item.span.start - 60,
            )
            + 1
        )
        sentence = folded[start : item.span.start] + rest
        decided = re.search(
            r"(?:定于|拟于|将于|决定于|定在|决定在)$", folded[start : item.span.start]
        )
        if (
            not decided
            and _HAPPENED.search(sentence)
            and not (
                _FUTURE.search(sentence) and item.rule == "date.month_day" and "将" in sentence
            )
        ):
            kind = DateKind.PAST
    if kind is item.kind:
        return item
    return FoundDate(
        item.text, item.span, kind, item.date, item.end, item.starts_on, item.due_on, item.rule
    )
