"""The breakdown table (任务分解表): one row a measure, each with its sentence and its place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from halfsky.plans import labels, sentences
from halfsky.plans.models import Plan
from halfsky.plans.queries.overview import near_until
from halfsky.plans.queries.review import measures_of
from halfsky.plans.queries.tasks import raw_offset, where_at
from halfsky.plans.rules import lights


@dataclass(frozen=True, slots=True)
class BreakdownRow:
    """A row; all fields are words for the page, in the order of `COLUMNS`."""

    number: str
    point: str
    measure: str
    kind: str
    whose: str
    target: str
    lead_unit: str
    supporting_units: str
    owner: str
    due: str
    deliverable: str
    evidence: str
    progress: str
    light: str
    source: str
    span: str


def columns() -> list[tuple[str, str, int]]:
    """Field, heading and width in characters of each column."""
    return [
        ("number", _("序号"), 9),
        ("point", _("重点工作"), 20),
        ("measure", _("具体举措"), 36),
        ("kind", _("类型"), 10),
        ("whose", _("谁来做"), 8),
        ("target", _("目标值"), 14),
        ("lead_unit", _("牵头单位"), 14),
        ("supporting_units", _("配合单位"), 16),
        ("owner", _("责任人"), 12),
        ("due", _("完成时限"), 16),
        ("deliverable", _("成果"), 18),
        ("evidence", _("所需佐证"), 16),
        ("progress", _("任务进度"), 10),
        ("light", _("状态"), 14),
        ("source", _("原文"), 36),
        ("span", _("原文位置"), 16),
    ]


def breakdown(plan: Plan, *, today: date) -> list[BreakdownRow]:
    """The rows of a plan that the caller may see."""
    near = near_until(today, plan.near_workdays)
    text = plan.clean_text.text
    segments = plan.clean_text.segments
    spans = list(plan.sentences.order_by("start").values_list("start", "end"))
    rows = []
    for measure in measures_of(plan):
        light = lights.measure_light(
            task_count=measure.task_count,
            done_count=measure.done_count,
            next_due_on=measure.next_due_on,
            today=today,
            near_until=near,
        )
        start, end = next(
            ((a, b) for a, b in spans if a <= measure.start < b), (measure.start, measure.end)
        )
        raw = raw_offset(segments, measure.start)
        where = where_at(plan.document.blocks, raw)
        rows.append(
            BreakdownRow(
                number=f"{measure.point.position}.{measure.position}",
                point=measure.point.heading,
                measure=measure.text,
                kind=str(labels.KINDS.get(measure.kind, measure.kind)),
                whose=str(labels.WHOSE.get(measure.whose, measure.whose)),
                target=_target(measure.target_number, measure.target_unit, measure.counting_rule),
                lead_unit=str(measure.lead_unit or ""),
                supporting_units=_("、").join(str(unit) for unit in measure.supporting_units.all()),
                owner=measure.owner.name if measure.owner else "",
                due=_due(measure.due_on, measure.recurrence, measure.nodes),
                deliverable=measure.deliverable or (_("无可验收成果") if measure.is_soft else ""),
                evidence=_("、").join(
                    str(labels.EVIDENCE_KINDS.get(key, key)) for key in measure.evidence_kinds
                ),
                progress=f"{measure.done_count}/{measure.task_count}",
                light=_("%(word)s，%(reason)s")
                % {
                    "word": sentences.light_word(light.state),
                    "reason": sentences.light_reason(light),
                }
                if measure.task_count
                else "",
                source=text[min(start, measure.start) : max(end, measure.end)].strip(),
                span=_("%(where)s 第%(start)d—%(end)d字")
                % {"where": where, "start": raw + 1, "end": raw + measure.end - measure.start},
            )
        )
    return rows


def _target(number: int | None, unit: str, rule: str) -> str:
    if number is None:
        return ""
    return f"{number}{unit}（{rule}）" if rule else f"{number}{unit}"


def _due(due_on: date | None, recurrence: str, nodes: list[dict[str, str]]) -> str:
    if nodes:
        return _("、").join(sentences.day(date.fromisoformat(node["on"])) for node in nodes)
    parts = [str(labels.RECURRENCES[recurrence])] if recurrence else []
    if due_on is not None:
        parts.append(sentences.day(due_on))
    return _("，").join(parts)
