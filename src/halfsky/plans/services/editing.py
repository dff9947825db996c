"""Editing a plan under review.

Every change goes through `_edit`: it locks the plan, takes a picture of what it touches before and
after, writes both as one `PlanEdit` with a revision number, and the audit entry. Others see edits
by asking what came after the revision they know; undo puts the earlier picture back.

Whoever saves says which revision she saw (`known`). What she left as she saw it is no change of
hers, so it never writes over another's; what she did change and another changed too is Stale.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import F

from halfsky.audit import services as audit
from halfsky.people import access
from halfsky.people.models import Account
from halfsky.plans.models import KeyPoint, Measure, Plan, PlanEdit, PlanState, Sentence
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
        "text", "kind", "whose", "lead_unit_id", "owner_id", "due_on", "recurrence", "nodes",
        "deliverable", "target_number", "target_unit", "counting_rule", "evidence_kinds",
        "weight", "carried_by", "supporting_unit_ids", "checked_by",
    }
)  # fmt: skip
PLACE = frozenset({"text", "start", "end", "point_id"})  # what splitting and merging build on
LONGEST = 1000  # characters of a measure's text
CUT_MARKS = "，,；;。、 \t\n　"  # dropped where a text is cut
SupportingUnits = Measure.supporting_units.through

Touched = Measure | KeyPoint | Sentence | Plan
Picture = dict[str, dict[str, Any]]  # "measure:12" -> its fields, or {} when it is not there

MODELS: Mapping[str, type[Measure] | type[KeyPoint] | type[Sentence] | type[Plan]] = {
    "measure": Measure,
    "keypoint": KeyPoint,
    "sentence": Sentence,
    "plan": Plan,
}
FIELDS: Mapping[str, tuple[str, ...]] = {
    "measure": MEASURE_FIELDS,
    "keypoint": POINT_FIELDS,
    "sentence": SENTENCE_FIELDS,
    "plan": PLAN_FIELDS,
}


def _name(obj: Touched) -> str:
    return f"{obj._meta.model_name}:{obj.pk}"


def _kind_and_pk(name: str) -> tuple[str, int]:
    kind, pk = name.split(":")
    return kind, int(pk)


def _picture(names: Iterable[str]) -> Picture:
    """The fields of each thing as they stand in the database; {} for what is not there."""
    wanted: dict[str, list[int]] = defaultdict(list)
    found: Picture = {}
    for name in names:
        kind, pk = _kind_and_pk(name)
        wanted[kind].append(pk)
        found[name] = {}
    for kind, pks in wanted.items():
        for row in MODELS[kind].objects.filter(pk__in=pks).order_by().values("pk", *FIELDS[kind]):
            found[f"{kind}:{row.pop('pk')}"] = row
    measures = [found[f"measure:{pk}"] for pk in wanted["measure"]]
    for fields in measures:
        if fields:
            fields["supporting_unit_ids"] = []
            fields["due_on"] = fields["due_on"].isoformat() if fields["due_on"] else None
    links = SupportingUnits.objects.filter(measure_id__in=wanted["measure"])
    for measure_id, unit_id in links.order_by("unit_id").values_list("measure_id", "unit_id"):
        found[f"measure:{measure_id}"]["supporting_unit_ids"].append(unit_id)
    return found


class _Edit:
    """What one edit touches, with its picture before the change."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.before: Picture = {}

    def touch(self, *objects: Touched) -> None:
        """Say that these are about to change. Call it before they are saved."""
        fresh = [name for obj in objects if (name := _name(obj)) not in self.before]
        if fresh:
            self.before |= _picture(fresh)

    def made(self, obj: Touched) -> None:
        """Say that this did not exist before."""
        self.before.setdefault(_name(obj), {})


def _edit(
    *,
    plan: Plan,
    by: Account,
    action: str,
    change: Callable[[_Edit], Touched],
    undoes: PlanEdit | None = None,
) -> PlanEdit | None:
    """Run `change` as one edit. Returns None when it left everything as it was.

    A plan that the chair has passed to the leader stays as it was passed until it is sent back.
    """
    with transaction.atomic():
        locked = (
            Plan.objects.select_for_update(of=("self",))
            .select_related("unit", "clean_text")
            .get(pk=plan.pk)
        )
        access.require(by, EDIT_PLANS, locked.unit)
        if locked.state == PlanState.ENDORSED:
            raise Refused("endorsed")
        if not locked.is_open_to_edits:
            raise Refused("frozen", state=locked.get_state_display())
        edit = _Edit(locked)
        subject = change(edit)
        after = _picture(edit.before)
        if after == edit.before:
            return None
        revision = locked.revision + 1
        Plan.objects.filter(pk=locked.pk).update(revision=revision)
        touched = [pk for kind, pk in map(_kind_and_pk, after) if kind == "measure"]
        Measure.objects.filter(pk__in=touched).update(revision=revision)
        plan.revision = revision
        audit.record(
            action=f"plans.{action}",
            by=by,
            obj=subject,
            unit=locked.unit,
            before=edit.before,
            after=after,
            on_behalf_of=access.on_behalf_of(by, EDIT_PLANS, locked.unit),
        )
        return PlanEdit.objects.create(
            plan=locked,
            revision=revision,
            account=by,
            what=str(subject._meta.model_name),
            object_id=subject.pk,
            action=action,
            before=edit.before,
            after=after,
            undoes=undoes,
        )


def _others_edits(plan_id: int, known: int, by: Account) -> list[PlanEdit]:
    later = PlanEdit.objects.filter(plan_id=plan_id, revision__gt=known).exclude(account=by)
    return list(later.select_related("account").order_by("revision"))


def changed_in(edit: PlanEdit, name: str) -> set[str]:
    """The fields of one thing ("measure:12") that an edit changed; all of them if it made it."""
    was, became = edit.before.get(name, {}), edit.after.get(name, {})
    return {field for field in {**was, **became} if was.get(field) != became.get(field)}


def _current(
    measure: Measure, *, known: int | None, by: Account, building_on: Collection[str]
) -> Measure:
    """Return the measure as it is now, for a change that builds on some of its fields.

    Raises Stale if somebody else changed one of them after the `known` revision.
    """
    now = Measure.objects.filter(pk=measure.pk, plan_id=measure.plan_id).first()
    if now is None:
        raise Refused("gone")
    if known is not None and now.revision > known:
        name = _name(now)
        clashing = [
            edit
            for edit in _others_edits(now.plan_id, known, by)
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


def _really_changed(
    now: Measure, known: int | None, by: Account, values: Mapping[str, Any]
) -> dict[str, Any]:
    """Leave out what she left as she saw it; raise Stale where another changed the same."""
    name = _name(now)
    current = _picture([name])[name]
    clashing: dict[int, PlanEdit] = {}
    wanted = {}
    edits = []
    if known is not None and now.revision > known:
        edits = [e for e in _others_edits(now.plan_id, known, by) if name in e.after]
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


def change_measure(
    *, measure: Measure, known: int | None, by: Account, **values: Any
) -> PlanEdit | None:
    """Change fields of a measure that was last seen at revision `known`.

    `values` are names of EDITABLE. Raises Stale when somebody else changed the same field
    meanwhile, Refused otherwise. Returns None when nothing differs from what stands.
    """
    _check_names(values)

    def change(edit: _Edit) -> Measure:
        now = _current(measure, known=None, by=by, building_on=())
        wanted = _really_changed(now, known, by, values)
        if wanted:
            edit.touch(now)
            _store([now], edit.plan, wanted)
        return now

    return _edit(plan=measure.plan, by=by, action="change", change=change)


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


def assign_many(*, measures: Collection[Measure], by: Account, **values: Any) -> PlanEdit | None:
    """Give several measures of one plan the same values, as one edit that undoes as one."""
    _check_names(values)
    if not measures:
        raise Refused("nothing_chosen")
    plan = next(iter(measures)).plan

    def change(edit: _Edit) -> Plan:
        current = list(Measure.objects.filter(plan=edit.plan, pk__in=[m.pk for m in measures]))
        edit.touch(*current)
        if values:
            _store(current, edit.plan, values)
        return edit.plan

    return _edit(plan=plan, by=by, action="assign", change=change)


def _renumber(edit: _Edit, point: KeyPoint, order: list[Measure]) -> None:
    moved = []
    for position, measure in enumerate(order, start=1):
        if measure.position != position or measure.point_id != point.pk:
            measure.position, measure.point_id = position, point.pk
            moved.append(measure)
    if moved:
        edit.touch(*moved)
        Measure.objects.bulk_update(moved, ["position", "point"], batch_size=200)


def _in_order(point: KeyPoint) -> list[Measure]:
    return list(point.measures.order_by("position", "id"))


def _quoted(plan: Plan, start: int, end: int) -> tuple[int, int, str]:
    """Trim a span and return it with its text. Raises Refused when nothing is left."""
    text = plan.clean_text.text
    start, end = proposals.trimmed(text, start, end)
    if start >= end:
        raise Refused("empty_selection")
    if end - start > LONGEST:
        raise Refused("selection_too_long", length=end - start)
    return start, end, text[start:end]


def add_measure(
    *, plan: Plan, start: int, end: int, by: Account, point: KeyPoint | None = None
) -> PlanEdit | None:
    """Make a measure from the selected span of the clean text.

    It belongs to `point`, or to the key point in which the span lies.
    """

    def change(edit: _Edit) -> Measure:
        first, last, text = _quoted(edit.plan, start, end)
        if point is not None and point.plan_id != edit.plan.pk:
            raise Refused("gone")
        home = point or (
            edit.plan.points.filter(start__lte=first, end__gt=first).order_by("-start").first()
        )
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


def remove_measure(*, measure: Measure, known: int | None, by: Account) -> PlanEdit | None:
    """Take a measure out; its sentence is open again unless another measure covers it."""

    def change(edit: _Edit) -> Measure:
        now = _current(measure, known=known, by=by, building_on=EDITABLE | PLACE)
        edit.touch(now)
        point = now.point
        pk = now.pk
        now.delete()
        now.pk = pk
        _renumber(edit, point, _in_order(point))
        return now

    return _edit(plan=measure.plan, by=by, action="remove", change=change)


def split_measure(
    *,
    measure: Measure,
    known: int | None,
    by: Account,
    at: int | None = None,
    text_at: int | None = None,
) -> PlanEdit | None:
    """Cut a measure in two; the second copies the first.

    `at` is an offset of the clean text, `text_at` one of the measure's own text. A measure whose
    text was written anew is cut by its text only: both halves keep the whole span.
    """

    def change(edit: _Edit) -> Measure:
        now = _current(measure, known=known, by=by, building_on=PLACE)
        source = edit.plan.clean_text.text[now.start : now.end]
        cut = text_at
        if now.text == source:
            place = at if at is not None else now.start + (cut or 0)
            if not now.start < place < now.end:
                raise Refused("cut_outside")
            first = _quoted(edit.plan, now.start, place)
            second = _quoted(edit.plan, place, now.end)
        else:
            if cut is None or not now.text[:cut].strip() or not now.text[cut:].strip():
                raise Refused("cut_outside")
            first = now.start, now.end, now.text[:cut].strip(CUT_MARKS)
            second = now.start, now.end, now.text[cut:].strip(CUT_MARKS)
        if not first[2] or not second[2]:
            raise Refused("cut_outside")
        edit.touch(now)
        units = list(now.supporting_units.values_list("pk", flat=True))
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


def merge_measures(
    *, first: Measure, second: Measure, by: Account, known: int | None = None
) -> PlanEdit | None:
    """Join two measures of one point into the first; the text between them comes along."""

    def change(edit: _Edit) -> Measure:
        one = _current(first, known=known, by=by, building_on=PLACE)
        two = _current(second, known=known, by=by, building_on=PLACE)
        if one.point_id != two.point_id or one.pk == two.pk:
            raise Refused("merge_across_points")
        edit.touch(one, two)
        source = edit.plan.clean_text.text
        verbatim = all(source[m.start : m.end] == m.text for m in (one, two))
        start, end, text = _quoted(edit.plan, min(one.start, two.start), max(one.end, two.end))
        if not verbatim:
            text = f"{one.text.rstrip(CUT_MARKS)}；{two.text}"
        if len(text) > LONGEST:
            raise Refused("selection_too_long", length=len(text))
        one.start, one.end, one.text = start, end, text
        one.nodes = proposals.joined_nodes(one.nodes, two.nodes)
        one.evidence_kinds = sorted({*one.evidence_kinds, *two.evidence_kinds})
        one.deliverable = one.deliverable or two.deliverable
        one.is_soft = one.is_soft and two.is_soft
        one.checked_by = ""
        one.save()
        one.supporting_units.add(
            *two.supporting_units.exclude(pk=one.lead_unit_id).values_list("pk", flat=True)
        )
        point = one.point
        two.delete()
        _renumber(edit, point, _in_order(point))
        return one

    return _edit(plan=first.plan, by=by, action="merge", change=change)


def move_measure(
    *, measure: Measure, point: KeyPoint, position: int, known: int | None, by: Account
) -> PlanEdit | None:
    """Put a measure at `position` (from 1) of `point`."""

    def change(edit: _Edit) -> Measure:
        now = _current(measure, known=known, by=by, building_on={"point_id"})
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


def declare_sentence(
    *, sentence: Sentence, declared: str, by: Account, known: int | None = None
) -> PlanEdit | None:
    """Say why a sentence asks for no measure, or take it back with an empty `declared`.

    Raises Stale when somebody else declared it otherwise after the `known` revision.
    """
    if declared and declared not in set(Declaration):
        raise Refused("unknown_declaration")

    def change(edit: _Edit) -> Sentence:
        now = Sentence.objects.filter(pk=sentence.pk, plan=edit.plan).first()
        if now is None:
            raise Refused("gone")
        if now.declared == declared:
            return now
        if known is not None and edit.plan.revision > known:
            name = _name(now)
            clashing = [
                later
                for later in _others_edits(edit.plan.pk, known, by)
                if "declared" in changed_in(later, name)
            ]
            if clashing:
                raise Stale(sentence=now, edits=clashing)
        edit.touch(now)
        now.declared = declared
        now.declared_by = by.display_name if declared else ""
        now.save(update_fields=["declared", "declared_by"])
        return now

    return _edit(plan=sentence.plan, by=by, action="declare", change=change)


def add_point(*, plan: Plan, start: int, end: int, by: Account) -> PlanEdit | None:
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
        divided = around[-1] if around and around[-1].end > first else None
        if divided is not None:
            stop = min(stop, divided.end)
        made = KeyPoint.objects.create(
            plan=edit.plan,
            position=len(around) + 1,
            heading=heading,
            start=first,
            end=max(stop, last),
        )
        edit.made(made)
        edit.touch(*following)
        KeyPoint.objects.filter(pk__in=[p.pk for p in following]).update(position=F("position") + 1)
        if divided is not None:
            edit.touch(divided)
            KeyPoint.objects.filter(pk=divided.pk).update(end=first)
            held = _in_order(divided)
            _renumber(edit, made, [m for m in held if m.start >= first])
            _renumber(edit, divided, [m for m in held if m.start < first])
        taken = list(edit.plan.sentences.filter(start__gte=first, end__lte=made.end))
        edit.touch(*taken)
        Sentence.objects.filter(pk__in=[s.pk for s in taken]).update(point=made)
        return made

    return _edit(plan=plan, by=by, action="add_point", change=change)


def merge_point(*, point: KeyPoint, by: Account) -> PlanEdit | None:
    """Join a key point to the one before it, with its measures and sentences."""

    def change(edit: _Edit) -> KeyPoint:
        points = list(edit.plan.points.order_by("position", "id"))
        place = next((i for i, p in enumerate(points) if p.pk == point.pk), None)
        if place is None:
            raise Refused("gone")
        if place == 0:
            raise Refused("first_point")
        home, gone = points[place - 1], points[place]
        later = points[place + 1 :]
        edit.touch(home, gone, *gone.sentences.all(), *later)
        _renumber(edit, home, _in_order(home) + _in_order(gone))
        gone.sentences.update(point=home)
        KeyPoint.objects.filter(pk=home.pk).update(end=max(home.end, gone.end))
        gone.delete()
        KeyPoint.objects.filter(pk__in=[p.pk for p in later]).update(position=F("position") - 1)
        return home

    return _edit(plan=point.plan, by=by, action="merge_point", change=change)


def rename_point(*, point: KeyPoint, heading: str, by: Account) -> PlanEdit | None:
    """Change how a key point is called in the plan; the document's text stays as it is."""

    def change(edit: _Edit) -> KeyPoint:
        now = KeyPoint.objects.filter(pk=point.pk, plan=edit.plan).first()
        if now is None:
            raise Refused("gone")
        if not heading.strip():
            raise Refused("empty_heading")
        edit.touch(now)
        now.heading = heading.strip()[:300]
        now.save(update_fields=["heading"])
        return now

    return _edit(plan=point.plan, by=by, action="rename_point", change=change)


def settle_year(*, plan: Plan, year: int, by: Account) -> PlanEdit | None:
    """Decide for which year the plan is. Dates already proposed move to that year."""

    def change(edit: _Edit) -> Plan:
        if not 1990 <= year <= 2100:
            raise Refused("year_out_of_range", year=year)
        edit.touch(edit.plan)
        old = edit.plan.year
        if year != old:
            measures = list(edit.plan.measures.order_by("pk"))
            edit.touch(*measures)
            for measure in measures:
                measure.due_on = proposals.in_year(measure.due_on, old=old, new=year)
                measure.nodes = proposals.nodes_in_year(measure.nodes, old=old, new=year)
            Measure.objects.bulk_update(measures, ["due_on", "nodes"], batch_size=200)
        Plan.objects.filter(pk=edit.plan.pk).update(year=year, year_settled=True)
        return edit.plan

    return _edit(plan=plan, by=by, action="settle_year", change=change)


def undo(*, edit: PlanEdit, by: Account) -> PlanEdit | None:
    """Put back what `edit` changed.

    Field by field: what others changed beside it stays. Raises Stale, with the edits in the way,
    when one of the same fields was changed again.
    """

    def change(now: _Edit) -> Plan:
        if PlanEdit.objects.filter(undoes=edit).exists():
            raise Refused("already_undone")
        current = _picture(edit.after)
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
                kind, pk = _kind_and_pk(name)
                MODELS[kind].objects.filter(pk=pk).delete()
        return now.plan

    return _edit(plan=edit.plan, by=by, action="undo", change=change, undoes=edit)


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
    kind, pk = _kind_and_pk(name)
    plain = {field: value for field, value in fields.items() if field != "supporting_unit_ids"}
    if plain:
        MODELS[kind].objects.filter(pk=pk).update(**plain)
    if "supporting_unit_ids" in fields:
        Measure.objects.get(pk=pk).supporting_units.set(fields["supporting_unit_ids"])


def _make_again(name: str, fields: Mapping[str, Any], plan: Plan) -> None:
    kind, pk = _kind_and_pk(name)
    plain = {field: value for field, value in fields.items() if field != "supporting_unit_ids"}
    model: Any = MODELS[kind]  # a measure, point or sentence: a plan is never removed
    made = model.objects.create(pk=pk, plan=plan, **plain)
    if isinstance(made, Measure):
        made.supporting_units.set(fields["supporting_unit_ids"])
