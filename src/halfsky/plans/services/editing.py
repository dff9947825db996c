"""Editing a plan under review.

Every change goes through `_edit`: it locks the plan, takes a picture of what it touches before and
after, writes both as one `PlanEdit` with a revision number, and the audit entry. Others see edits
by asking what came after the revision they know; undo puts the earlier picture back.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import F

from halfsky.audit import services as audit
from halfsky.people import access
from halfsky.people.models import Account
from halfsky.plans.models import KeyPoint, Measure, Plan, PlanEdit, Sentence
from halfsky.plans.permissions import EDIT_PLANS
from halfsky.plans.rules import proposals
from halfsky.plans.rules.coverage import Declaration
from halfsky.plans.services.refusals import Refused, Stale

MEASURE_FIELDS = (
    "point_id", "position", "text", "start", "end", "kind", "whose", "lead_unit_id", "owner_id",
    "due_on", "recurrence", "nodes", "deliverable", "target_number", "target_unit",
    "counting_rule", "evidence_kinds", "weight", "is_soft", "carried_by", "rule", "why",
    "checked_by", "amends_id",
)  # fmt: skip
POINT_FIELDS = ("position", "ordinal", "heading", "role", "start", "end")
SENTENCE_FIELDS = ("point_id", "declared", "declared_by")
PLAN_FIELDS = ("year", "year_settled", "title")
EDITABLE = frozenset(
    {
        "kind", "whose", "lead_unit_id", "owner_id", "due_on", "recurrence", "nodes",
        "deliverable", "target_number", "target_unit", "counting_rule", "evidence_kinds",
        "weight", "carried_by", "supporting_unit_ids", "checked_by",
    }
)  # fmt: skip

Touched = Measure | KeyPoint | Sentence | Plan
Picture = dict[str, dict[str, Any]]  # "measure:12" -> its fields, or {} when it is not there


def _name(obj: Touched) -> str:
    return f"{obj._meta.model_name}:{obj.pk}"


def _fields(obj: Touched) -> dict[str, Any]:
    names: Iterable[str]
    if isinstance(obj, Measure):
        names = MEASURE_FIELDS
    elif isinstance(obj, KeyPoint):
        names = POINT_FIELDS
    elif isinstance(obj, Sentence):
        names = SENTENCE_FIELDS
    else:
        names = PLAN_FIELDS
    taken = {name: getattr(obj, name) for name in names}
    if isinstance(obj, Measure):
        taken["supporting_unit_ids"] = sorted(obj.supporting_units.values_list("pk", flat=True))
        taken["due_on"] = obj.due_on.isoformat() if obj.due_on else None
    return taken


MODELS: Mapping[str, type[Measure] | type[KeyPoint] | type[Sentence] | type[Plan]] = {
    "measure": Measure,
    "keypoint": KeyPoint,
    "sentence": Sentence,
    "plan": Plan,
}


def _picture(names: Iterable[str]) -> Picture:
    found: Picture = {}
    for name in names:
        kind, pk = name.split(":")
        obj = MODELS[kind].objects.filter(pk=int(pk)).first()
        found[name] = _fields(obj) if obj is not None else {}
    return found


class _Edit:
    """What one edit touches, with its picture before the change."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.before: Picture = {}

    def touch(self, *objects: Touched) -> None:
        """Say that these are about to change."""
        for obj in objects:
            self.before.setdefault(_name(obj), _fields(obj))

    def made(self, obj: Touched) -> None:
        """Say that this did not exist before."""
        self.before.setdefault(_name(obj), {})


def _edit(
    *, plan: Plan, by: Account, action: str, change: Callable[[_Edit], Touched], undoes: PlanEdit | None = None
) -> PlanEdit:
    with transaction.atomic():
        locked = Plan.objects.select_for_update().select_related("unit", "clean_text").get(pk=plan.pk)
        access.require(by, EDIT_PLANS, locked.unit)
        if not locked.is_open_to_edits:
            raise Refused("frozen", state=locked.get_state_display())
        edit = _Edit(locked)
        subject = change(edit)
        after = _picture(edit.before)
        if after == edit.before:
            last = locked.edits.order_by("-revision").first()
            if last is not None:
                return last
        revision = locked.revision + 1
        Plan.objects.filter(pk=locked.pk).update(revision=revision)
        Measure.objects.filter(pk__in=[_pk(n) for n in after if n.startswith("measure:")]).update(
            revision=revision
        )
        plan.revision = revision
        audit.record(
            action=f"plans.{action}",
            by=by,
            obj=subject if subject.pk else locked,
            unit=locked.unit,
            before=edit.before,
            after=after,
        )
        return PlanEdit.objects.create(
            plan=locked,
            revision=revision,
            account=by,
            what=str(subject._meta.model_name),
            object_id=subject.pk or locked.pk,
            action=action,
            before=edit.before,
            after=after,
            undoes=undoes,
        )


def _pk(name: str) -> int:
    return int(name.split(":")[1])


def _current(measure: Measure, known: int | None) -> Measure:
    """Return the measure as it is now; raise Stale if it changed after the `known` revision."""
    now = Measure.objects.filter(pk=measure.pk, plan_id=measure.plan_id).first()
    if now is None:
        raise Refused("gone")
    if known is not None and now.revision > known:
        edits = PlanEdit.objects.filter(plan_id=now.plan_id, revision__gt=known).select_related(
            "account"
        )
        name = _name(now)
        raise Stale(measure=now, edits=[e for e in edits.order_by("revision") if name in e.after])
    return now


def change_measure(
    *, measure: Measure, known: int | None, by: Account, **values: Any
) -> PlanEdit:
    """Change fields of a measure that was last seen at revision `known`.

    `values` are names of EDITABLE. Raises Stale when it changed meanwhile, Refused otherwise.
    """
    unknown = set(values) - EDITABLE
    if unknown:
        raise TypeError(f"not editable: {', '.join(sorted(unknown))}")

    def change(edit: _Edit) -> Measure:
        now = _current(measure, known)
        edit.touch(now)
        _set(now, edit.plan, values)
        return now

    return _edit(plan=measure.plan, by=by, action="change", change=change)


def _set(measure: Measure, plan: Plan, values: Mapping[str, Any]) -> None:
    due_on = values.get("due_on", measure.due_on)
    if due_on is not None and not proposals.is_within_reach(due_on, year=plan.year):
        raise Refused("due_outside_year", due_on=due_on, year=plan.year)
    lead = values.get("lead_unit_id", measure.lead_unit_id)
    supporting = values.get("supporting_unit_ids")
    if supporting is not None and lead in supporting:
        raise Refused("lead_also_supports")
    for name, value in values.items():
        if name != "supporting_unit_ids":
            setattr(measure, name, value)
    measure.is_soft = proposals.is_soft(
        deliverable=measure.deliverable,
        target_number=measure.target_number,
        asked_soft=measure.is_soft and "deliverable" not in values,
    )
    measure.save()
    if supporting is not None:
        measure.supporting_units.set(supporting)
    elif lead is not None:
        measure.supporting_units.remove(lead)


def assign_many(*, measures: Collection[Measure], by: Account, **values: Any) -> PlanEdit:
    """Give several measures of one plan the same values, as one edit that undoes as one."""
    unknown = set(values) - EDITABLE
    if unknown:
        raise TypeError(f"not editable: {', '.join(sorted(unknown))}")
    if not measures:
        raise Refused("nothing_chosen")
    plan = next(iter(measures)).plan

    def change(edit: _Edit) -> Plan:
        current = list(Measure.objects.filter(plan=edit.plan, pk__in=[m.pk for m in measures]))
        edit.touch(*current)
        for now in current:
            _set(now, edit.plan, values)
        return edit.plan

    return _edit(plan=plan, by=by, action="assign", change=change)


def _renumber(edit: _Edit, point: KeyPoint, order: list[Measure]) -> None:
    for position, measure in enumerate(order, start=1):
        if measure.position != position or measure.point_id != point.pk:
            edit.touch(measure)
            Measure.objects.filter(pk=measure.pk).update(position=position, point=point)


def _in_order(point: KeyPoint) -> list[Measure]:
    return list(point.measures.order_by("position", "id"))


def _quoted(plan: Plan, start: int, end: int) -> tuple[int, int, str]:
    """Trim a span and return it with its text. Raises Refused when nothing is left."""
    text = plan.clean_text.text
    start, end = proposals.trimmed(text, start, end)
    if start >= end:
        raise Refused("empty_selection")
    if end - start > 1000:
        raise Refused("selection_too_long", length=end - start)
    return start, end, text[start:end]


def add_measure(*, plan: Plan, start: int, end: int, by: Account, point: KeyPoint | None = None) -> PlanEdit:
    """Make a measure from the selected span of the clean text.

    It belongs to `point`, or to the key point in which the span lies.
    """

    def change(edit: _Edit) -> Measure:
        first, last, text = _quoted(edit.plan, start, end)
        home = point or edit.plan.points.filter(start__lte=first, end__gte=last).first()
        if home is None:
            raise Refused("outside_points")
        guess = proposals.guess(text, year=edit.plan.year)
        measure = Measure.objects.create(
            plan=edit.plan,
            point=home,
            position=0,
            text=text,
            start=first,
            end=last,
            rule="officer",
            kind=guess.kind,
            whose=guess.whose,
            recurrence=guess.recurrence,
            nodes=[{"on": node.on.isoformat(), "text": node.text} for node in guess.nodes],
            due_on=guess.due_on,
            deliverable=guess.deliverable,
            evidence_kinds=list(guess.evidence_kinds),
            is_soft=guess.is_soft,
            lead_unit_id=edit.plan.unit_id,
        )
        edit.made(measure)
        order = [m for m in _in_order(home) if m.pk != measure.pk]
        place = sum(1 for other in order if other.start <= first)
        order.insert(place, measure)
        _renumber(edit, home, order)
        return measure

    return _edit(plan=plan, by=by, action="add", change=change)


def remove_measure(*, measure: Measure, known: int | None, by: Account) -> PlanEdit:
    """Take a measure out; its sentence is open again unless another measure covers it."""

    def change(edit: _Edit) -> Measure:
        now = _current(measure, known)
        edit.touch(now)
        point = now.point
        pk = now.pk
        now.delete()
        now.pk = pk
        _renumber(edit, point, _in_order(point))
        return now

    return _edit(plan=measure.plan, by=by, action="remove", change=change)


def split_measure(*, measure: Measure, at: int, known: int | None, by: Account) -> PlanEdit:
    """Cut a measure in two at the offset `at` of the clean text; the second copies the first."""

    def change(edit: _Edit) -> Measure:
        now = _current(measure, known)
        if not now.start < at < now.end:
            raise Refused("cut_outside")
        first = _quoted(edit.plan, now.start, at)
        second = _quoted(edit.plan, at, now.end)
        edit.touch(now)
        units = list(now.supporting_units.all())
        later = Measure.objects.get(pk=now.pk)
        later.pk = None
        later._state.adding = True
        later.start, later.end, later.text = second
        later.checked_by = ""
        later.save()
        later.supporting_units.set(units)
        edit.made(later)
        now.start, now.end, now.text = first
        now.checked_by = ""
        now.save()
        order = [m for m in _in_order(now.point) if m.pk != later.pk]
        order.insert(next(i for i, m in enumerate(order) if m.pk == now.pk) + 1, later)
        _renumber(edit, now.point, order)
        return now

    return _edit(plan=measure.plan, by=by, action="split", change=change)


def merge_measures(*, first: Measure, second: Measure, by: Account) -> PlanEdit:
    """Join two measures of one point into the first; the text between them comes along."""

    def change(edit: _Edit) -> Measure:
        one, two = _current(first, None), _current(second, None)
        if one.point_id != two.point_id or one.pk == two.pk:
            raise Refused("merge_across_points")
        edit.touch(one, two)
        start, end, text = _quoted(edit.plan, min(one.start, two.start), max(one.end, two.end))
        one.start, one.end, one.text = start, end, text
        one.nodes = proposals.joined_nodes(one.nodes, two.nodes)
        one.evidence_kinds = sorted({*one.evidence_kinds, *two.evidence_kinds})
        one.deliverable = one.deliverable or two.deliverable
        one.is_soft = one.is_soft and two.is_soft
        one.checked_by = ""
        one.save()
        point = one.point
        two.delete()
        _renumber(edit, point, _in_order(point))
        return one

    return _edit(plan=first.plan, by=by, action="merge", change=change)


def move_measure(
    *, measure: Measure, point: KeyPoint, position: int, known: int | None, by: Account
) -> PlanEdit:
    """Put a measure at `position` (from 1) of `point`."""

    def change(edit: _Edit) -> Measure:
        now = _current(measure, known)
        if point.plan_id != edit.plan.pk:
            raise Refused("gone")
        old = now.point
        edit.touch(now)
        order = [m for m in _in_order(point) if m.pk != now.pk]
        order.insert(max(0, min(position - 1, len(order))), now)
        _renumber(edit, point, order)
        if old.pk != point.pk:
            _renumber(edit, old, _in_order(old))
        return now

    return _edit(plan=measure.plan, by=by, action="move", change=change)


def declare_sentence(*, sentence: Sentence, declared: str, by: Account) -> PlanEdit:
    """Say why a sentence asks for no measure, or take it back with an empty `declared`."""
    if declared and declared not in set(Declaration):
        raise Refused("unknown_declaration")

    def change(edit: _Edit) -> Sentence:
        now = Sentence.objects.get(pk=sentence.pk, plan=edit.plan)
        edit.touch(now)
        now.declared = declared
        now.declared_by = by.display_name if declared else ""
        now.save(update_fields=["declared", "declared_by"])
        return now

    return _edit(plan=sentence.plan, by=by, action="declare", change=change)


def add_point(*, plan: Plan, start: int, end: int, by: Account) -> PlanEdit:
    """Make a key point whose heading is the selected span; it takes what follows up to the next.

    Measures and sentences behind its start in the point that it divides become its own.
    """

    def change(edit: _Edit) -> KeyPoint:
        first, last, heading = _quoted(edit.plan, start, end)
        if len(heading) > 300:
            raise Refused("selection_too_long", length=len(heading))
        points = list(edit.plan.points.order_by("position", "id"))
        around = [p for p in points if p.start <= first]
        following = [p for p in points if p.start > first]
        stop = following[0].start if following else len(edit.plan.clean_text.text)
        if around and around[-1].end > first:
            stop = min(stop, around[-1].end)
        place = len(around)
        made = KeyPoint.objects.create(
            plan=edit.plan,
            position=place + 1,
            heading=heading,
            start=first,
            end=max(stop, last),
        )
        edit.made(made)
        for later in following:
            edit.touch(later)
            KeyPoint.objects.filter(pk=later.pk).update(position=F("position") + 1)
        if around and around[-1].end > first:
            edit.touch(around[-1])
            KeyPoint.objects.filter(pk=around[-1].pk).update(end=first)
            moving = [m for m in _in_order(around[-1]) if m.start >= first]
            staying = [m for m in _in_order(around[-1]) if m.start < first]
            _renumber(edit, made, moving)
            _renumber(edit, around[-1], staying)
        for sentence in edit.plan.sentences.filter(start__gte=first, end__lte=made.end):
            edit.touch(sentence)
            Sentence.objects.filter(pk=sentence.pk).update(point=made)
        return made

    return _edit(plan=plan, by=by, action="add_point", change=change)


def merge_point(*, point: KeyPoint, by: Account) -> PlanEdit:
    """Join a key point to the one before it, with its measures and sentences."""

    def change(edit: _Edit) -> KeyPoint:
        points = list(edit.plan.points.order_by("position", "id"))
        place = next((i for i, p in enumerate(points) if p.pk == point.pk), 0)
        if place == 0:
            raise Refused("first_point")
        home, gone = points[place - 1], points[place]
        edit.touch(home, gone)
        _renumber(edit, home, _in_order(home) + _in_order(gone))
        for sentence in gone.sentences.all():
            edit.touch(sentence)
        gone.sentences.update(point=home)
        KeyPoint.objects.filter(pk=home.pk).update(end=max(home.end, gone.end))
        gone.delete()
        for later in points[place + 1 :]:
            edit.touch(later)
            KeyPoint.objects.filter(pk=later.pk).update(position=F("position") - 1)
        return home

    return _edit(plan=point.plan, by=by, action="merge_point", change=change)


def rename_point(*, point: KeyPoint, heading: str, by: Account) -> PlanEdit:
    """Change how a key point is called in the plan; the document's text stays as it is."""

    def change(edit: _Edit) -> KeyPoint:
        now = KeyPoint.objects.get(pk=point.pk, plan=edit.plan)
        if not heading.strip():
            raise Refused("empty_heading")
        edit.touch(now)
        now.heading = heading.strip()[:300]
        now.save(update_fields=["heading"])
        return now

    return _edit(plan=point.plan, by=by, action="rename_point", change=change)


def settle_year(*, plan: Plan, year: int, by: Account) -> PlanEdit:
    """Decide for which year the plan is. Dates already proposed move to that year."""

    def change(edit: _Edit) -> Plan:
        if not 1990 <= year <= 2100:
            raise Refused("year_out_of_range", year=year)
        edit.touch(edit.plan)
        old = edit.plan.year
        if year != old:
            for measure in edit.plan.measures.all():
                edit.touch(measure)
                measure.due_on = proposals.in_year(measure.due_on, old=old, new=year)
                measure.nodes = proposals.nodes_in_year(measure.nodes, old=old, new=year)
                measure.save(update_fields=["due_on", "nodes"])
        Plan.objects.filter(pk=edit.plan.pk).update(year=year, year_settled=True)
        return edit.plan

    return _edit(plan=plan, by=by, action="settle_year", change=change)


def undo(*, edit: PlanEdit, by: Account) -> PlanEdit:
    """Put back what `edit` changed, unless somebody changed the same things after it."""
    if PlanEdit.objects.filter(undoes=edit).exists():
        raise Refused("already_undone")

    def change(now: _Edit) -> Plan:
        if _picture(edit.after) != edit.after:
            touched = set(edit.after)
            later = now.plan.edits.filter(revision__gt=edit.revision).select_related("account")
            raise Stale(edits=[e for e in later.order_by("revision") if touched & set(e.after)])
        for name in edit.before:
            kind, pk = name.split(":")
            obj = MODELS[kind].objects.filter(pk=int(pk)).first()
            if obj is not None:
                now.touch(obj)
            else:
                now.before.setdefault(name, {})
        # Points before their measures; what did not exist goes last, when nothing hangs on it.
        for name, fields in sorted(edit.before.items(), key=lambda item: (not item[1], item[0])):
            _restore(name, fields, now.plan)
        return now.plan

    return _edit(plan=edit.plan, by=by, action="undo", change=change, undoes=edit)


def _restore(name: str, fields: Mapping[str, Any], plan: Plan) -> None:
    kind, pk = name.split(":")
    if kind == "plan":  # always there
        Plan.objects.filter(pk=int(pk)).update(**fields)
        return
    model = MODELS[kind]
    if not fields:
        model.objects.filter(pk=int(pk)).delete()
        return
    plain = {key: value for key, value in fields.items() if key != "supporting_unit_ids"}
    model.objects.update_or_create(pk=int(pk), defaults=plain, create_defaults={**plain, "plan": plan})
    if kind == "measure":
        Measure.objects.get(pk=int(pk)).supporting_units.set(fields["supporting_unit_ids"])


