"""Whose action a measure is: ours, or one that we take part in, rely on or merely know of."""

import re
from enum import StrEnum


class Whose(StrEnum):
    """Whose action (谁的工作)."""

    OWN = "own"
    TAKE_PART = "take_part"
    RELY_ON = "rely_on"
    KNOW_ONLY = "know_only"


WHOSE_LABELS = {
    Whose.OWN: "自办",
    Whose.TAKE_PART: "配合",
    Whose.RELY_ON: "依托",
    Whose.KNOW_ONLY: "关注",
}

_UPPER = (
    r"(?:(?:全国|国家|省|自治区|市|州|县|区|上级|镇|街道|乡)[\u4e00-\u9fff]{0,8}?"
    r"(?:妇联|总工会|工会|团委|党委|政府|妇儿工委|教育局|宣传部|组织部|文明办|机关工委|局|委|办|中心)|上级(?:部门|单位|组织))"
)
_UPPER_ACTS = re.compile(
    rf"^(?P<unit>{_UPPER})(?:妇联)?(?:计划|拟|决定|近期|届时|今年)?(?:将|拟|会(?!同)|计划|定于)"
)
_TAKES_PART = re.compile(
    r"(?:参与|参加).{0,24}(?:省|市|州|县|区|上级|全国|妇联|总工会|主管部门|部门|组织的|举办的|开展的|牵头的)|"
    r"^(?:积极|主动|认真|全力|做好|继续|全年|大力|要|切实)*(?:配合|协助)(?!单位)|"
    r"(?:积极|组织|鼓励|动员|选派|推荐|选送).{0,24}参加(?!人)|(?:推报|选送|上报|申报|推荐).{0,20}(?:市|省|县|区|全国|上级|国家)|"
    rf"在{_UPPER}(?:开办|开设|主办|举办|组织)的.{{0,24}}中|响应.{{0,16}}(?:号召|部署)"
)
_RELIES_ON = re.compile(
    r"(?:依托|借助|借力|利用|通过|充分利用|用好)[^，。；]{0,30}?"
    r"(?:热线|维权站|服务站|平台|中心|资源|阵地|基地|医院|保健院|机构|妇女之家|儿童之家|律师|法律顾问|学校|图书馆|文化馆|园区|公司)|"
    r"(?:联系|邀请|请|聘请|委托|商请)[^，。；]{0,16}(?:局|院|中心|医院|机构|公司|学校|专家|老师|律师|讲师)"
)


_OURSELVES = re.compile(
    r"^(?:同时|并且|并|届时)?，?(?:我[局校院委县区市镇乡会厅处行村]|我(?:单位|部门|公司|中心|社区|支队|系统)|本[局校院委会厅处行村]|本(?:单位|部门|公司|中心|社区)|"
    r"(?:各|全|局|校|院|机关)(?:科室|处室|单位|支部|部门|妇女小组|[局校院]|属)[^，。；]{0,10}?(?:要|应|及时|积极|组织|做好|开展|参加|转发|落实|配合)|由)"
)


def ourselves_acting(clause: str) -> bool:
    """Say whether a clause names us as the ones who act (我局及时转发)."""
    return bool(_OURSELVES.match(clause))


def superior_acting(clause: str, own: str) -> str | None:
    """Return the unit above ours that a clause says will act, None if it is ours or nobody's.

    `own` is the folded title: a federation's own plan says 市妇联将 of itself.
    """
    match = _UPPER_ACTS.match(clause)
    if match is None or match["unit"] in own:
        return None
    return match["unit"]


def whose_action(words: str, superior: str | None) -> tuple[Whose, str]:
    """Return whose action folded words tell of, and the key of the rule that says so."""
    if superior is not None:
        return Whose.KNOW_ONLY, "whose.superior_acts"
    if _TAKES_PART.search(words):
        return Whose.TAKE_PART, "whose.takes_part"
    if _RELIES_ON.search(words):
        return Whose.RELY_ON, "whose.relies_on"
    return Whose.OWN, "whose.own"
