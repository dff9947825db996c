"""Soft sentences (空话): work asked for without anything that could be handed over."""

import re

from halfsky.plans.rules.reading.kinds import KINDS, MeasureKind

_SOFT = re.compile(
    r"努力|不断|着力|积极|进一步|切实|大力|深入|全面|引导|弘扬|营造|推动|促进|增强|提升|提高|强化|激发|凝聚|发挥|支持|鼓励|"
    r"高度重视|统一思想|提高认识|加强|深化|巩固|稳固|拓展|推进|树立|坚持|认识"
)
_HARD = re.compile(
    r"举办|召开|评选|表彰|印发|制定|制订|修订|编制|下发|开设|建立|成立|组建|设立|组织.{0,20}(?:活动|培训|检查|调研|比赛|督导)|"
    r"讲座|培训|检查|调研|竞赛|比赛|大赛|比武|练兵|专栏|征集|报送|上报|走访|慰问|摸排|排查|统计|监测|清单|名册|台账|一次|一场|一期|"
    r"开展.{0,24}(?:活动|培训|竞赛|比武|练兵|评选|宣传|普法|服务|效劳|体检|检查|讲座|行动)|热线|志愿|义工|学习|宣传|普及|展示|解决|纳入"
)


def is_soft(words: str, kind: MeasureKind, *, has_target: bool, has_day: bool) -> bool:
    """Say whether folded words ask for work but name nothing to accept (无可验收成果).

    A stated number, a date, or a word for something made or held takes the softness away.
    """
    if has_target or has_day:
        return False
    if kind is MeasureKind.OTHER and not _HARD.search(words):
        return True
    return bool(_SOFT.search(words)) and not _HARD.search(words)


def suggested_deliverable(kind: MeasureKind) -> str:
    """Return what a measure of this kind usually delivers, "" if nothing can be said."""
    return KINDS[kind].deliverable


def suggested_evidence(kind: MeasureKind) -> tuple[str, ...]:
    """Return the keys of the evidence that usually shows a measure of this kind."""
    return KINDS[kind].evidence
