"""Add, remove, cut, join and move measures."""

from __future__ import annotations

from halfsky.people.models import Account
from halfsky.plans.models import KeyPoint, Measure, Plan, PlanEdit
from halfsky.plans.rules import proposals
from halfsky.plans.services.editing.conflicts import as_it_stands
from halfsky.plans.services.editing.fields import EDITABLE
from halfsky.plans.services.editing.pictures import Edit, as_one_edit
from halfsky.plans.services.editing.places import LONGEST, in_order, quoted, renumber
from halfsky.plans.services.refusals import Refused

PLACE = frozenset({"text", "start", "end", "point_id"})  # what splitting and merging build on
CUT_MARKS = "，,；;。、 \t\n　"  # dropped where a text is cut


def add_measure(
    *, plan: Plan, start: int, end: int, by: Account, point: KeyPoint | None = None
) -> PlanEdit | None:
    """Make a measure from the selected span of the clean text.

    It belongs to `point`, or to the key point in which the span lies.
    """

    def change(edit: Edit) -> Measure:
        first, last, text = quoted(edit.plan, start, end)
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
        order = [m for m in in_order(home) if m.pk != measure.pk]
        place = sum(1 for other in order if other.start <= first)
        order.insert(place, measure)
        renumber(edit, home, order)
        return measure

    return as_one_edit(plan=plan, by=by, action="add", change=change)


def remove_measure(*, measure: Measure, known: int | None, by: Account) -> PlanEdit | None:
    """Take a measure out; its sentence is open again unless another measure covers it."""

    def change(edit: Edit) -> Measure:
        now = as_it_stands(measure, known=known, by=by, building_on=EDITABLE | PLACE)
        edit.touch(now)
        point = now.point
        pk = now.pk
        now.delete()
        now.pk = pk
        renumber(edit, point, in_order(point))
        return now

    return as_one_edit(plan=measure.plan, by=by, action="remove", change=change)


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

    def change(edit: Edit) -> Measure:
        now = as_it_stands(measure, known=known, by=by, building_on=PLACE)
        source = edit.plan.clean_text.text[now.start : now.end]
        cut = text_at
        if now.text == source:
            place = at if at is not None else now.start + (cut or 0)
            if not now.start < place < now.end:
                raise Refused("cut_outside")
            first = quoted(edit.plan, now.start, place)
            second = quoted(edit.plan, place, now.end)
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
        order = [m for m in in_order(now.point) if m.pk != later.pk]
        order.insert(next(i for i, m in enumerate(order) if m.pk == now.pk) + 1, later)
        renumber(edit, now.point, order)
        return now

    return as_one_edit(plan=measure.plan, by=by, action="split", change=change)


def merge_measures(
    *, first: Measure, second: Measure, by: Account, known: int | None = None
) -> PlanEdit | None:
    """Join two measures of one point into the first; the text between them comes along."""

    def change(edit: Edit) -> Measure:
        one = as_it_stands(first, known=known, by=by, building_on=PLACE)
        two = as_it_stands(second, known=known, by=by, building_on=PLACE)
        if one.point_id != two.point_id or one.pk == two.pk:
            raise Refused("merge_across_points")
        edit.touch(one, two)
        source = edit.plan.clean_text.text
        verbatim = all(source[m.start : m.end] == m.text for m in (one, two))
        start, end, text = quoted(edit.plan, min(one.start, two.start), max(one.end, two.end))
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
        renumber(edit, point, in_order(point))
        return one

    return as_one_edit(plan=first.plan, by=by, action="merge", change=change)


def move_measure(
    *, measure: Measure, point: KeyPoint, position: int, known: int | None, by: Account
) -> PlanEdit | None:
    """Put a measure at `position` (from 1) of `point`."""

    def change(edit: Edit) -> Measure:
        now = as_it_stands(measure, known=known, by=by, building_on={"point_id"})
        if point.plan_id != edit.plan.pk:
            raise Refused("gone")
        old = now.point
        edit.touch(now)
        order = [m for m in in_order(point) if m.pk != now.pk]
        order.insert(max(0, min(position - 1, len(order))), now)
        renumber(edit, point, order)
        if old.pk != point.pk:
            renumber(edit, old, in_order(old))
        return now

    return as_one_edit(plan=measure.plan, by=by, action="move", change=change)
