"""Whether somebody else changed the same meanwhile."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from halfsky.people.models import Account
from halfsky.plans.models import Measure, PlanEdit
from halfsky.plans.services.editing.pictures import name_of, picture
from halfsky.plans.services.refusals import Refused, Stale


def others_edits(plan_id: int, known: int, by: Account) -> list[PlanEdit]:
    """What others than `by` edited in the plan after the revision `known`, oldest first."""
    later = PlanEdit.objects.filter(plan_id=plan_id, revision__gt=known).exclude(account=by)
    return list(later.select_related("account").order_by("revision"))


def changed_in(edit: PlanEdit, name: str) -> set[str]:
    """The fields of one thing ("measure:12") that an edit changed; all of them if it made it."""
    was, became = edit.before.get(name, {}), edit.after.get(name, {})
    return {field for field in {**was, **became} if was.get(field) != became.get(field)}


def as_it_stands(
    measure: Measure, *, known: int | None, by: Account, building_on: Collection[str]
) -> Measure:
    """Return the measure as it is now, for a change that builds on some of its fields.

    Raises Stale if somebody else changed one of them after the `known` revision.
    """
    now = Measure.objects.filter(pk=measure.pk, plan_id=measure.plan_id).first()
    if now is None:
        raise Refused("gone")
    if known is not None and now.revision > known:
        name = name_of(now)
        clashing = [
            edit
            for edit in others_edits(now.plan_id, known, by)
            if changed_in(edit, name) & set(building_on)
        ]
        if clashing:
            raise Stale(measure=now, edits=clashing)
    return now


def _as_stored(name: str, value: Any) -> Any:
    """A value as a picture holds it."""
    if name == "due_on":
        return value.isoformat() if value else None
    if name == "supporting_unit_ids":
        return sorted(value)
    return value


def really_changed(
    now: Measure, known: int | None, by: Account, values: Mapping[str, Any]
) -> dict[str, Any]:
    """Leave out what she left as she saw it; raise Stale where another changed the same."""
    name = name_of(now)
    current = picture([name])[name]
    clashing: dict[int, PlanEdit] = {}
    wanted = {}
    edits = []
    if known is not None and now.revision > known:
        edits = [e for e in others_edits(now.plan_id, known, by) if name in e.after]
    for field, value in values.items():
        stored = _as_stored(field, value)
        if stored == current[field]:
            continue
        theirs = [edit for edit in edits if field in changed_in(edit, name)]
        if theirs and stored == theirs[0].before.get(name, {}).get(field):
            continue  # she saw the old value and left it; theirs stands
        clashing |= {edit.revision: edit for edit in theirs}
        wanted[field] = value
    if clashing:
        raise Stale(measure=now, edits=[clashing[revision] for revision in sorted(clashing)])
    return wanted
