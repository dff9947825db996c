"""How often (频次): 全年, 贯穿全年, 一年一度, 每季度, 每月15日, 持续 …"""

import re
from dataclasses import dataclass
from enum import StrEnum

from halfsky.plans.rules.reading.markers import han_number
from halfsky.plans.rules.reading.text import InOrder, Span


class Frequency(StrEnum):
    """How often a measure comes back."""

    WEEKLY = "weekly"
    MONTHLY = "monthly"
    BIMONTHLY = "bimonthly"
    QUARTERLY = "quarterly"
    HALF_YEARLY = "half_yearly"
    YEARLY = "yearly"
    ALL_YEAR = "all_year"
    CONTINUOUS = "continuous"
    REGULAR = "regular"


FREQUENCY_LABELS = {
    Frequency.WEEKLY: "每周",
    Frequency.MONTHLY: "每月",
    Frequency.BIMONTHLY: "每两月",
    Frequency.QUARTERLY: "每季度",
    Frequency.HALF_YEARLY: "每半年",
    Frequency.YEARLY: "每年一次",
    Frequency.ALL_YEAR: "全年",
    Frequency.CONTINUOUS: "持续",
    Frequency.REGULAR: "定期",
}


@dataclass(frozen=True, slots=True)
class Recurrence:
    """One statement of how often, as printed. `day` is the day of every month, if stated."""

    frequency: Frequency
    text: str
    span: Span
    day: int | None = None


_NUMBER = r"[一二三四五六七八九十两\d]{1,2}"
# The surest words first: of one measure the first that is found counts.
_PATTERNS: tuple[tuple[Frequency, re.Pattern[str]], ...] = (
    (Frequency.WEEKLY, re.compile(r"每周[一二三四五六日天]?(?:至少)?|每(?:个)?星期|每旬|逐周")),
    (Frequency.BIMONTHLY, re.compile(r"每(?:两|2|二)个?月")),
    (
        Frequency.QUARTERLY,
        re.compile(r"每(?:个)?季度?(?:末|初)?|每(?:三|3)个月|按季度?|逐季|季度末|一季度?一"),
    ),
    (
        Frequency.MONTHLY,
        re.compile(r"每(?:个)?月(?:底|初|末)?(?:\d{1,2}[日号])?|按月|月月|逐月|一月一"),
    ),
    (Frequency.HALF_YEARLY, re.compile(r"每半年|半年一次|半年度|每学期|上、下半年")),
    (
        Frequency.YEARLY,
        re.compile(rf"一年一(?:度|次)|每年(?:度)?(?:{_NUMBER}次)?|年度(?=体检|检查|考核|述职)"),
    ),
    (Frequency.ALL_YEAR, re.compile(r"贯穿(?:于)?(?:全年|始终|全过程)|全年|常年|长年|全程")),
    (Frequency.CONTINUOUS, re.compile(r"常态化?|长期|持续|继续|不间断|随时|随叫随到|经常性")),
    (Frequency.REGULAR, re.compile(r"定期|不定期")),
)
# 常态化机制 names a thing, 全年工作 an amount of work: neither says how often.
_NOT_AFTER = re.compile(
    r"(?:全年)(?:的?(?:各项)?(?:目标|任务|工作(?:目标|任务)))|持续(?:健康)?发展"
)


def recurrences_of(text: str, folded: str, within: Span) -> list[Recurrence]:
    """Return the statements of how often inside a place, in order, the more exact one first."""
    part = folded[within.start : within.end]
    found: list[Recurrence] = []
    taken: InOrder[Recurrence] = InOrder()
    for frequency, pattern in _PATTERNS:
        for match in pattern.finditer(part):
            span = Span(within.start + match.start(), within.start + match.end())
            if _NOT_AFTER.match(part, match.start()) or taken.overlaps(span):
                continue
            day = re.search(r"(\d{1,2})[日号]", match.group())
            found.append(
                Recurrence(frequency, span.of(text), span, int(day.group(1)) if day else None)
            )
            taken.add(found[-1])
    return found


_TARGET = re.compile(
    r"(?P<least>不少于|至少|不低于|达到|达|力争(?:突破|达到)?|争取|突破|完成)?\s?"
    r"(?P<number>\d{1,6}(?:\.\d+)?|[一二三四五六七八九十百两]{1,3})\s?(?P<more>余|多)?"
    r"(?P<unit>万?(?:人次|场次|场|次|期|户|名|个|篇|条|件|对|家|所|支|批|册|份|节课|课时|学时|%|人|项|例|块))(?![年月以])"
)


@dataclass(frozen=True, slots=True)
class StatedTarget:
    """A number that the plan itself sets (目标值): 不少于12次, 评选6名."""

    text: str
    span: Span
    number: str
    unit: str
    at_least: bool


def targets_of(text: str, folded: str, within: Span) -> list[StatedTarget]:
    """Return the countable targets inside a place; 一个 and 一项 set none."""
    found = []
    for match in _TARGET.finditer(folded, within.start, within.end):
        printed, unit = match["number"], match["unit"]
        if not printed[0].isdecimal():
            number = han_number(printed)
            if number is None or (
                number == 1 and unit in ("个", "项", "批", "条", "支", "对", "户", "家")
            ):
                continue
            printed = str(number)
        if folded[max(0, match.start() - 1) : match.start()] in ("第", "这", "两", "十"):
            continue
        span = Span(match.start(), match.end())
        at_least = bool(match["least"]) and match["least"] != "完成"
        found.append(StatedTarget(span.of(text), span, printed, unit, at_least))
    return found
