"""Change the fields of one measure, or give several the same values."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from halfsky.people.models import Account
from halfsky.plans.models import Measure, Plan, PlanEdit
from halfsky.plans.rules import proposals
from halfsky.plans.services.editing.conflicts import as_it_stands, really_changed
from halfsky.plans.services.editing.pictures import Edit, SupportingUnits, as_one_edit
from halfsky.plans.services.editing.places import LONGEST
from halfsky.plans.services.refusals import Refused

EDITABLE = frozenset(
    {
        "text", "kind", "whose", "lead_unit_id", "owner_id", "due_on", "recurrence", "nodes",
        "deliverable", "target_number", "target_unit", "counting_rule", "evidence_kinds",
        "weight", "carried_by", "supporting_unit_ids", "checked_by",
    }
)  # fmt: skip


def change_measure(
    *, measure: Measure, known: int | None, by: Account, **values: Any
) -> PlanEdit | None:
    """Change fields of a measure that was last seen at revision `known`.

    `values` are names of EDITABLE. Raises Stale when somebody else changed the same field
    meanwhile, Refused otherwise. Returns None when nothing differs from what stands.
    """
    _check_names(values)

    def change(edit: Edit) -> Measure:
        now = as_it_stands(measure, known=None, by=by, building_on=())
        wanted = really_changed(now, known, by, values)
        if wanted:
            edit.touch(now)
            _store([now], edit.plan, wanted)
        return now

    return as_one_edit(plan=measure.plan, by=by, action="change", change=change)


def assign_many(*, measures: Collection[Measure], by: Account, **values: Any) -> PlanEdit | None:
    """Give several measures of one plan the same values, as one edit that undoes as one."""
    _check_names(values)
    if not measures:
        raise Refused("nothing_chosen")
    plan = next(iter(measures)).plan

    def change(edit: Edit) -> Plan:
        current = list(Measure.objects.filter(plan=edit.plan, pk__in=[m.pk for m in measures]))
        edit.touch(*current)
        if values:
            _store(current, edit.plan, values)
        return edit.plan

    return as_one_edit(plan=plan, by=by, action="assign", change=change)


def _check_names(values: Iterable[str]) -> None:
    unknown = set(values) - EDITABLE
    if unknown:
        raise TypeError(f"not editable: {', '.join(sorted(unknown))}")


def _store(measures: list[Measure], plan: Plan, values: Mapping[str, Any]) -> None:
    """Give the measures the values, after checking that they may have them."""
    text = values.get("text")
    if text is not None and not text.strip():
        raise Refused("empty_text")
    if text is not None and len(text) > LONGEST:
        raise Refused("selection_too_long", length=len(text))
    due_on = values.get("due_on")
    if due_on is not None and not proposals.is_within_reach(due_on, year=plan.year):
        raise Refused("due_outside_year", due_on=due_on, year=plan.year)
    plain = {name: value for name, value in values.items() if name != "supporting_unit_ids"}
    supporting = values.get("supporting_unit_ids")
    for measure in measures:
        for name, value in plain.items():
            setattr(measure, name, value)
        if supporting is not None and measure.lead_unit_id in supporting:
            raise Refused("lead_also_supports")
        measure.is_soft = proposals.is_soft(
            deliverable=measure.deliverable,
            target_number=measure.target_number,
            asked_soft=measure.is_soft and "deliverable" not in values,
        )
    if len(measures) == 1:
        measures[0].save(update_fields=[*plain, "is_soft"])
    else:
        Measure.objects.bulk_update(measures, [*plain, "is_soft"], batch_size=200)
    pks = [measure.pk for measure in measures]
    if supporting is not None:
        SupportingUnits.objects.filter(measure_id__in=pks).delete()
        SupportingUnits.objects.bulk_create(
            SupportingUnits(measure_id=pk, unit_id=unit) for pk in pks for unit in set(supporting)
        )
    elif values.get("lead_unit_id") is not None:  # who leads no longer supports
        SupportingUnits.objects.filter(measure_id__in=pks, unit_id=values["lead_unit_id"]).delete()
