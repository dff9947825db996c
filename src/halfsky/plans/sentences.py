"""What the plans room says to people: refusals, gaps, lights, in whole sentences."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from halfsky.plans.rules.coverage import Gap
from halfsky.plans.rules.lights import Light, LightState, Reason


def day(value: date) -> str:
    """A day as people write it: 11月25日, Nov 25."""
    if (get_language() or "zh").startswith("zh"):
        return f"{value.month}月{value.day}日"  # Django's own format says 03月8日
    return date_format(value, "M j")


def month(number: int) -> str:
    """A month as people write it: 11月, Nov."""
    if (get_language() or "zh").startswith("zh"):
        return f"{number}月"
    return date_format(date(2000, number, 1), "M")


def why_refused(code: str, values: Mapping[str, Any]) -> str:
    """What is wrong and what to do, for a code of `services.refusals.Refused`."""
    sentences = {
        "no_sentences": _("没有读出工作内容。请确认这是计划正文，或改为粘贴文字。"),
        "frozen": _("这份计划%(state)s，内容已固定。要改请先发起修订。"),
        "endorsed": _("这份计划已审核通过，在等领导采纳。要改请先退回。"),
        "changed_since": _("您打开以后又有修改（%(who)s）。请看过再审核或采纳。"),
        "nothing_follows": _("后面没有同一要点的举措，不能合并。"),
        "nothing_to_assign": _("还没有填要改成什么。请至少填一项。"),
        "nothing_to_undo": _("您还没有可以撤销的修改。"),
        "empty_text": _("举措不能没有文字。不要它请用“移走”。"),
        "stale": _("别人刚改过这一项，您的改动还没有写入。请看差别后再定。"),
        "gone": _("这一项已被移走。请刷新页面。"),
        "empty_selection": _("没有选中文字。请先在原文中选一段。"),
        "selection_too_long": _("选中了%(length)s个字，太长。请选一句或一个分句。"),
        "outside_points": _("选中的文字不在任何要点里。请先为它建立要点。"),
        "cut_outside": _("断开处不在这项举措的文字里。请在它的文字中间选断开处。"),
        "merge_across_points": _("只能合并同一要点里的两项举措。请先移到同一要点。"),
        "unknown_declaration": _("没有这种说明。请从总体要求、背景、上级行动、重复中选。"),
        "first_point": _("这是第一个要点，前面没有可并入的要点。"),
        "empty_heading": _("要点标题不能为空。"),
        "year_out_of_range": _("年度%(year)s不合理。请填四位年份。"),
        "due_outside_year": _("完成时限%(due_on)s不在%(year)s年度内。请改时限，或先改计划年度。"),
        "lead_also_supports": _("牵头单位不能同时是配合单位。请去掉一处。"),
        "nothing_chosen": _("还没有选举措。请先勾选。"),
        "already_undone": _("这一步已经撤销过了。"),
        "wrong_state": _("计划现在是“%(state)s”，不能做这一步。请刷新页面。"),
        "reason_missing": _("请写明原因。"),
        "gaps": _("还有%(count)s处没有定。请逐项处理后再提交。"),
        "another_runs": _("%(year)s年度已有在用的计划《%(title)s》。请对它发起修订。"),
        "amended_already": _("原计划已不在执行。请重新导入。"),
        "amendment_open": _("这份计划已有一个修订在进行。请先完成它。"),
        "near_out_of_range": _("临期提醒应在1到60个工作日之间，现在填的是%(days)s。"),
        "not_running": _("计划还没有采纳，或已被修订。任务不能改。"),
        "no_title": _("请写任务名称。"),
        "due_in_the_past": _("完成时限不能早于今天（%(today)s）。"),
        "task_ended": _("任务已经办结或取消。"),
        "record_not_done": _("“%(title)s”的办理记录还没有标为完成。请先在记录里完成它。"),
        "not_closed": _("任务没有办结，不用重开。"),
    }
    shown = {
        name: day(value) if isinstance(value, date) else value for name, value in values.items()
    }
    return sentences[code] % shown


def gap_text(gap: Gap) -> str:
    """What a gap asks for."""
    return {
        Gap.YEAR: _("请先定计划年度"),
        Gap.NO_MEASURES: _("还没有举措"),
        Gap.OPEN_SENTENCE: _("这句话还没有对应举措，也没有说明"),
        Gap.NO_LEAD_UNIT: _("请指定牵头单位"),
        Gap.NO_OWNER: _("请指定责任人"),
        Gap.NO_DATE: _("请定完成时限或频次"),
    }[gap]


def light_word(state: LightState) -> str:
    """The word that stands beside the shape and the colour."""
    return {
        LightState.LATE: _("逾期"),
        LightState.DUE: _("临期"),
        LightState.OK: _("正常"),
        LightState.IDLE: _("未开始"),
        LightState.DONE: _("办结"),
    }[state]


def light_reason(light: Light) -> str:
    """Why the light says so. Lists ask for the same few reasons again and again."""
    return _light_reason(light, get_language())


@lru_cache(maxsize=2048)
def _light_reason(light: Light, language: str | None) -> str:
    del language  # what gettext speaks now
    n = light.days
    match light.reason:
        case Reason.OVERDUE_BY:
            return ngettext("已超%(n)d天", "已超%(n)d天", n) % {"n": n}
        case Reason.DUE_TODAY:
            return _("今天到期")
        case Reason.DUE_IN:
            return ngettext("剩%(n)d天", "剩%(n)d天", n) % {"n": n}
        case Reason.NOT_BEGUN:
            return ngettext("%(n)d天后开始", "%(n)d天后开始", n) % {"n": n}
        case Reason.CLOSED_IN_TIME:
            return _("按期办结")
        case Reason.CLOSED_LATE:
            return ngettext("逾期%(n)d天办结", "逾期%(n)d天办结", n) % {"n": n}
        case Reason.NOTHING_TO_DO:
            return _("没有任务")
        case Reason.CANCELLED:
            return _("已取消")
