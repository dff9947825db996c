"""Who does it: owners (责任单位, 由…牵头), partners (市妇联, 依托…) and named hotlines (12338)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from halfsky.plans.rules.reading.text import InOrder, Span


class Part(StrEnum):
    """The part an owner has in the work."""

    LEAD = "lead"  # 牵头、责任、负责、主导
    SUPPORT = "support"  # 配合、协助、会同
    PERSON = "person"  # 责任人


PART_LABELS = {Part.LEAD: "牵头", Part.SUPPORT: "配合", Part.PERSON: "责任人"}


@dataclass(frozen=True, slots=True)
class Owner:
    """One unit or person named as responsible. `word` is the document's own word for it."""

    unit: str
    part: Part
    word: str
    span: Span
    rule: str


@dataclass(frozen=True, slots=True)
class Partner:
    """A unit outside ours whose work or service the plan counts on."""

    unit: str
    span: Span


@dataclass(frozen=True, slots=True)
class Hotline:
    """A hotline that the plan names."""

    number: str
    name: str
    span: Span


_LEAD_WORDS = ("牵头", "责任", "主责", "负责", "主导", "主办", "承办", "实施", "落实", "组织")
_SUPPORT_WORDS = ("配合", "协办", "协助", "参与", "会同", "协同", "支持")


def part_of(word: str) -> Part:
    """Return the part that a word such as 牵头 or 配合 gives."""
    if any(support in word for support in _SUPPORT_WORDS):
        return Part.SUPPORT
    return Part.PERSON if word.endswith(("人", "者", "领导")) else Part.LEAD


_LABEL = re.compile(
    r"(?P<word>(?:(?:牵头|主责|责任|主要责任|主办|承办|配合|协办|协助|参与|负责|实施|落实|组织|完成|主管|指导)"
    r"(?:单位|部门|科室|处室|股室|领导|人员|人|方|者|主体)|牵头|主责|责任|主办|承办|配合|协办|负责|分管领导)"
    r"(?:及责任人|（部门）|（单位）)?\s*：|"
    r"(?:牵头|责任|主办|承办|配合|协办)(?:单位|部门|科室)(?:为|是))\s*"
)
_LABEL_END = re.compile(
    r"[；。\n\t】]|，(?=[^，。；\n]{0,8}[：])|(?:完成)?(?:时限|时间)(?:要求)?："
)
_ENDING = (
    r"(?:局|委员会|委办|妇儿工委办?|妇联|联合会|工会|团委|共青团|学校|中学|小学|幼儿园|大学|学院|政府|办公室|综合办|党政办|办|党委|党组|支部|总支|街道|镇|乡|"
    r"社区|居委会|村委会|委员会|商会|基金会|村|公司|集团|医院|保健院|卫生院|研究室|院|厅|纪委|工委|委(?!党校|办|会|宣|组|政|统|老干|书记|员|副|领导)|党校|党组织|妇女组织|群团组织|庭|窗口|厂|台|行|科室|科|处室|处|股|中心|协会|法院|检察院|派出所|司法所|电视台|报社|图书馆|文化馆|"
    r"教研组|备课组|年级组|年级|班组|德育处|教务处|总务处|政教处|家委会|妇委会|女工委|工委|组|室|部(?!门)|部门|单位|队|站|所|小组|专班|班主任|任课教师|任课老师|老师|教师|辅导员|"
    r"主任|书记|主席|校长|园长|局长|科长|委员|干部|专干|人员|负责人|联络员|社工|网格员|民警|医生|讲师)"
)
# A unit, or a person named with the office held (妇联主席张慧).
_UNIT_END = re.compile(
    rf"{_ENDING}$|(?:主任|书记|主席|校长|园长|院长|局长|科长|所长|组长|队长|委员|专干|干事)[\u4e00-\u9fff]{{2,3}}$"
)
_BY = re.compile(
    r"由(?P<unit>[^，。；：\n由]{2,40}?)(?:共同|具体|统一|统筹|联合|分别|主要)?(?P<word>牵头|负责(?!人|解释)|主导|承办|主办|组织实施|组织开展|协助|配合)"
)
_FOLLOWING = re.compile(
    r"(?P<first>[^，。；：（）\n]{0,12})，(?P<unit>[^，。；：\n]{2,40}?)(?:共同|积极|具体|予以|分别|主要)?"
    r"(?P<word>牵头|主导|协助|配合|参与|参加|负责(?!人|解释)|承办|协办|落实|执行|组织实施)(?P<rest>[^，。；：（）\n]{0,12})(?=[，。；）\n]|$)"
)
_LEADS = re.compile(
    r"(?:(?<=[，。；：（）.\n])|^)[ \t]*(?P<unit>[^，。；：（）\n由.]{2,30}?)"
    r"(?:(?:共同|具体|统一|统筹|联合|分别|主要)?(?P<word>牵头|负责)(?!人|制|同志|的|解释|任|心|地)|共同(?P<joint>组织|举办|开展|承担|实施)"
    r"|(?P<ends>承办|主办|主导|协办|配合|协助|参与)(?=[，。；）\n]|$))"
)
_IN_BRACKET = re.compile(r"（(?P<inside>[^（）\n]{2,80})）")
_BRACKET_PART = re.compile(
    r"^(?:由)?(?P<unit>[^，；：]{2,40}?)(?P<word>牵头|负责|配合|协助|承办|主办)$"
)
_TOGETHER = re.compile(
    rf"(?P<word>会同|会商|联合)(?P<unit>[^，。；：\n]{{1,30}}?{_ENDING}(?:[、和及与][^，。；：\n、]{{1,16}}?{_ENDING})*)等?(?:单位|部门)?(?!的)"
)
_NOT_A_UNIT = re.compile(
    r"^(?:督导|督查|检查|执法|调研|考核|工作|会|各项|此项|该项|具体|本|这|全程|一切|各司其责|谁|专人|对|为|把|将|认真|积极|主要)|指派|选派|安排|确定|确保|实行|进行|通过|要求|的$|工作$|活动$"
)
# 各单位配合 and the like name nobody in particular.
_ANYBODY = ("部门", "单位", "各部门", "各单位", "有关部门", "相关部门", "各有关部门", "社会各界")
_NO_LEADER = (
    "在",
    "以",
    "按",
    "分给",
    "配合",
    "协助",
    "根据",
    "加强",
    "完善",
    "明确",
    "建立",
    "组织",
    "与",
    "和",
    "对",
)
_TRIM = re.compile(
    r"^(?:主要|具体|统一|各项工作|此项工作|该项工作|并|同时|应|要|再|均|分别)+|(?:等)$"
)


def split_units(listed: str) -> list[str]:
    """Return the units of a list 办公室、工会，各科室; 和 parts two units only if both are ones."""
    units: list[str] = []
    for piece in re.split(r"[、，,/;；\s]+", listed.strip()):
        word = piece.strip("。.：（）() \t")
        both = re.match(rf"^(.+?{_ENDING})[和及与](.+{_ENDING})$", word)
        units += [both.group(1), both.group(2)] if both else [word]
    return [unit for unit in units if unit]


def _listed(text: str, start: int, end: int) -> Iterator[tuple[str, Span]]:
    at = start
    for unit in split_units(text[start:end]):
        place = text.find(unit, at, end)
        if place < 0:
            continue
        at = place + len(unit)
        yield unit, Span(place, at)


def _is_unit(word: str) -> bool:
    return 2 <= len(word) <= 24 and bool(_UNIT_END.search(word)) and not _NOT_A_UNIT.search(word)


def find_owners(text: str, folded: str, within: Span) -> list[Owner]:
    """Return the owners named inside a place, in order, each unit once."""
    part = folded[within.start : within.end]
    found: InOrder[Owner] = InOrder()

    def add(start: int, end: int, word: str, rule: str, *, split: bool) -> None:
        place = Span(within.start + start, within.start + end)
        pieces = _listed(folded, place.start, place.end) if split else [(place.of(folded), place)]
        for unit, span in pieces:
            bare = _TRIM.sub("", unit)
            offset = unit.find(bare)
            if len(bare) < 2 or len(bare) > 40 or re.search(r"\d{5}|电话", bare):
                continue
            exact = Span(span.start + offset, span.start + offset + len(bare))
            if not found.overlaps(exact):
                found.add(Owner(exact.of(text), part_of(word), word, exact, rule))

    followed: set[int] = set()

    def follow(at: int, rule: str) -> None:
        """Take the owners of the clauses that go on: 教务处牵头，各年级组配合."""
        while at not in followed and (following := _FOLLOWING.match(part, at)):
            followed.add(at)
            unit = following["unit"]
            if (
                not all(_is_unit(_TRIM.sub("", one)) for one in split_units(unit))
                or unit in _ANYBODY
            ):
                break
            add(
                following.start("unit"),
                following.end("unit"),
                following["word"],
                rule,
                split="、" in unit,
            )
            at = following.end() if not following["rest"] else following.start("rest")

    for match in _LABEL.finditer(part):
        stop = _LABEL_END.search(part, match.end(), match.end() + 120)
        end = stop.start() if stop else min(len(part), match.end() + 120)
        # （责任单位：办公室）…: the list ends where its bracket does.
        depth, at = 0, match.end()
        while at < end:
            if part[at] == "（":
                depth += 1
            elif part[at] == "）":
                if depth == 0:
                    end = at
                    break
                depth -= 1
            at += 1
        later = _LABEL.search(part, match.end(), end)
        word = match["word"].rstrip("：为是 ")
        add(match.end(), later.start() if later else end, word, "owner.label", split=True)
    for match in _BY.finditer(part):
        if not _is_unit(_TRIM.sub("", match["unit"])):
            continue
        add(
            match.start("unit"),
            match.end("unit"),
            match["word"],
            "owner.by",
            split="、" in match["unit"],
        )
        follow(match.end(), "owner.by")
    for match in _LEADS.finditer(part):
        word = match["word"] or match["joint"] or match["ends"]
        unit = match["unit"]
        if not unit.strip() or unit.startswith(_NO_LEADER):
            continue
        if not all(map(_is_unit, split_units(unit))):
            continue
        if part_of(word) is Part.SUPPORT and unit in _ANYBODY:
            continue
        add(match.start("unit"), match.end("unit"), word, "owner.leads", split="、" in unit)
        follow(match.end(), "owner.leads")
    for match in _IN_BRACKET.finditer(part):
        at = match.start("inside")
        for piece in re.split(r"([，；])", match["inside"]):
            inside = _BRACKET_PART.match(piece)
            if inside and _is_unit(inside["unit"].split("、")[-1]):
                add(
                    at + inside.start("unit"),
                    at + inside.end("unit"),
                    inside["word"],
                    "owner.bracket",
                    split=True,
                )
            at += len(piece)
    for match in _TOGETHER.finditer(part):
        if match["word"] == "联合" and part[max(0, match.start() - 1) : match.start()] in (
            "妇",
            "女",
            "工",
            "生",
        ):
            continue
        if match["word"] == "联合" and not _is_unit(match["unit"].split("、")[-1]):
            continue
        add(
            match.start("unit"),
            match.end("unit"),
            match["word"],
            "owner.together",
            split="、" in match["unit"],
        )
    return found.items


_HOTLINES = {
    "12338": "妇女维权公益服务热线", "12348": "公共法律服务热线", "12345": "政务服务便民热线",
    "12355": "青少年服务热线", "12351": "职工维权热线", "12349": "民政服务热线", "12320": "卫生健康热线",
    "12356": "心理援助热线", "12315": "消费者投诉举报热线", "12333": "人力资源社会保障热线",
    "12369": "生态环境投诉举报热线", "12309": "检察服务热线", "12368": "诉讼服务热线", "12385": "残疾人服务热线",
    "12393": "医保服务热线", "12350": "安全生产举报热线", "12388": "纪检监察举报热线", "12380": "组织工作举报热线",
    "110": "报警电话", "119": "火警电话", "120": "急救电话", "122": "交通事故报警电话", "96110": "反诈预警专线",
}  # fmt: skip
_HOTLINE_NUMBER = re.compile(
    r"(?<![\d.\-])(?:123\d\d|96110|1(?:10|19|20|22)|9\d{4,5}|400-?\d{3,4}-?\d{3,4}|0\d{2,3}-\d{7,8})(?![\d.\-])"
)
_HOTLINE_NAME = re.compile(
    r"\s?[“”\"]?(?P<name>[^\W\d_]{0,14}?(?:服务|维权|求助|援助|咨询|公益|举报|投诉|便民){0,3}(?:热线|专线|电话))"
)
_HOTLINE_NEAR = re.compile(r"热线|电话|拨打|专线|报警|求助|平台|来电|接听")
_NO_HOTLINE = re.compile(r"客服|网站|传真|邮编|QQ|微信|办公电话|联系电话")


def find_hotlines(text: str, folded: str, within: Span) -> list[Hotline]:
    """Return the hotlines named inside a place.

    A number alone is none: a hotline word must stand beside it, and no website's customer service.
    """
    found = []
    for match in _HOTLINE_NUMBER.finditer(folded, within.start, within.end):
        before = folded[max(within.start, match.start() - 16) : match.start()]
        after = folded[match.end() : min(within.end, match.end() + 16)]
        number = match.group()
        if _NO_HOTLINE.search(before + after) or not (
            _HOTLINE_NEAR.search(before + after) or (number in _HOTLINES and len(number) == 5)
        ):
            continue
        if number not in _HOTLINES and not re.search(r"热线|专线|求助|援助", before + after):
            continue
        named = _HOTLINE_NAME.match(folded, match.end(), min(within.end, match.end() + 24))
        name = named["name"] if named and len(named["name"]) > 2 else _HOTLINES.get(number, "热线")
        found.append(Hotline(number, name, Span(match.start(), match.end())))
    return found


_PARTNER = re.compile(
    r"(?:(?:全国|自治区|全省|全市|全县|全区|上级|属地|辖区)|(?<![一-龥])?(?:省|市|州|县|区|街道|镇))(?!直|级|域|场|民)"
    r"(?:(?![，。；、和及与的将在]|涉及|组织|开办|举办|联合)[\u4e00-\u9fff]){0,12}?"
    r"(?:妇女儿童维权站|妇幼保健院|妇联|总工会|工会|团委|维权站|妇儿工委|检察院|法院|公安局|司法局|民政局|教育局|教体局|卫健委|卫健局|卫生局|就业局|人社局|统计局|"
    r"文旅局|财政局|农业农村局|乡村振兴局|宣传部|组织部|文明办|医院|保健院|电视台|融媒体中心|图书馆|文化馆|派出所|司法所|妇女儿童活动中心|妇女之家|残联|科协|文联|关工委)"
)


def find_partners(text: str, folded: str, within: Span, own: str) -> list[Partner]:
    """Return the outside units named inside a place; `own` is the folded title, which names ours."""
    found = []
    for match in _PARTNER.finditer(folded, within.start, within.end):
        if match.group() in own or (
            match.group()[0] in "省市州县区镇"
            and match.group()[1:]
            and match.group()[1:] in own
            and own.find(match.group()[1:]) <= 8
        ):
            continue
        found.append(
            Partner(Span(match.start(), match.end()).of(text), Span(match.start(), match.end()))
        )
    return found
