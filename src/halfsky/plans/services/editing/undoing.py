"""Put back what an edit changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from halfsky.people.models import Account
from halfsky.plans.models import Measure, Plan, PlanEdit
from halfsky.plans.services.editing.conflicts import changed_in
from halfsky.plans.services.editing.pictures import (
    MODELS,
    Edit,
    Picture,
    as_one_edit,
    kind_and_pk,
    picture,
)
from halfsky.plans.services.refusals import Refused, Stale


def undo(*, edit: PlanEdit, by: Account) -> PlanEdit | None:
    """Put back what `edit` changed.

    Field by field: what others changed beside it stays. Raises Stale, with the edits in the way,
    when one of the same fields was changed again.
    """

    def change(now: Edit) -> Plan:
        if PlanEdit.objects.filter(undoes=edit).exists():
            raise Refused("already_undone")
        current = picture(edit.after)
        _refuse_if_changed_again(edit, current)
        now.before |= current
        # Points before their measures; what did not exist goes last, when nothing hangs on it.
        for name, was in sorted(edit.before.items(), key=lambda item: (not item[1], item[0])):
            became = edit.after.get(name, {})
            if was and became:
                _put_back(name, {field: was[field] for field in changed_in(edit, name)})
            elif was:
                _make_again(name, was, now.plan)
            else:
                kind, pk = kind_and_pk(name)
                MODELS[kind].objects.filter(pk=pk).delete()
        return now.plan

    return as_one_edit(plan=edit.plan, by=by, action="undo", change=change, undoes=edit)


def _refuse_if_changed_again(edit: PlanEdit, current: Picture) -> None:
    again = set()
    for name, became in edit.after.items():
        fields = changed_in(edit, name)
        if bool(became) != bool(current[name]) or any(
            became.get(field) != current[name].get(field) for field in fields
        ):
            again.add(name)
    if again:
        later = PlanEdit.objects.filter(plan_id=edit.plan_id, revision__gt=edit.revision)
        found = later.select_related("account").order_by("revision")
        raise Stale(edits=[one for one in found if again & set(one.after)])


def _put_back(name: str, fields: Mapping[str, Any]) -> None:
    kind, pk = kind_and_pk(name)
    plain = {field: value for field, value in fields.items() if field != "supporting_unit_ids"}
    if plain:
        MODELS[kind].objects.filter(pk=pk).update(**plain)
    if "supporting_unit_ids" in fields:
        Measure.objects.get(pk=pk).supporting_units.set(fields["supporting_unit_ids"])


def _make_again(name: str, fields: Mapping[str, Any], plan: Plan) -> None:
    kind, pk = kind_and_pk(name)
    plain = {field: value for field, value in fields.items() if field != "supporting_unit_ids"}
    model: Any = MODELS[kind]  # a measure, point or sentence: a plan is never removed
    made = model.objects.create(pk=pk, plan=plan, **plain)
    if isinstance(made, Measure):
        made.supporting_units.set(fields["supporting_unit_ids"])
