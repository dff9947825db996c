"""Sentences, key points, and the year of the plan."""

from __future__ import annotations

from django.db.models import F

from halfsky.people.models import Account
from halfsky.plans.models import KeyPoint, Measure, Plan, PlanEdit, Sentence
from halfsky.plans.rules import proposals
from halfsky.plans.rules.coverage import Declaration
from halfsky.plans.services.editing.conflicts import changed_in, others_edits
from halfsky.plans.services.editing.pictures import Edit, as_one_edit, name_of
from halfsky.plans.services.editing.places import in_order, quoted, renumber
from halfsky.plans.services.refusals import Refused, Stale


def declare_sentence(
    *, sentence: Sentence, declared: str, by: Account, known: int | None = None
) -> PlanEdit | None:
    """Say why a sentence asks for no measure, or take it back with an empty `declared`.

    Raises Stale when somebody else declared it otherwise after the `known` revision.
    """
    if declared and declared not in set(Declaration):
        raise Refused("unknown_declaration")

    def change(edit: Edit) -> Sentence:
        now = Sentence.objects.filter(pk=sentence.pk, plan=edit.plan).first()
        if now is None:
            raise Refused("gone")
        if now.declared == declared:
            return now
        if known is not None and edit.plan.revision > known:
            name = name_of(now)
            clashing = [
                later
                for later in others_edits(edit.plan.pk, known, by)
                if "declared" in changed_in(later, name)
            ]
            if clashing:
                raise Stale(sentence=now, edits=clashing)
        edit.touch(now)
        now.declared = declared
        now.declared_by = by.display_name if declared else ""
        now.save(update_fields=["declared", "declared_by"])
        return now

    return as_one_edit(plan=sentence.plan, by=by, action="declare", change=change)


def add_point(*, plan: Plan, start: int, end: int, by: Account) -> PlanEdit | None:
    """Make a key point whose heading is the selected span; it takes what follows up to the next.

    Measures and sentences behind its start in the point that it divides become its own.
    """

    def change(edit: Edit) -> KeyPoint:
        first, last, heading = quoted(edit.plan, start, end)
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
            held = in_order(divided)
            renumber(edit, made, [m for m in held if m.start >= first])
            renumber(edit, divided, [m for m in held if m.start < first])
        taken = list(edit.plan.sentences.filter(start__gte=first, end__lte=made.end))
        edit.touch(*taken)
        Sentence.objects.filter(pk__in=[s.pk for s in taken]).update(point=made)
        return made

    return as_one_edit(plan=plan, by=by, action="add_point", change=change)


def merge_point(*, point: KeyPoint, by: Account) -> PlanEdit | None:
    """Join a key point to the one before it, with its measures and sentences."""

    def change(edit: Edit) -> KeyPoint:
        points = list(edit.plan.points.order_by("position", "id"))
        place = next((i for i, p in enumerate(points) if p.pk == point.pk), None)
        if place is None:
            raise Refused("gone")
        if place == 0:
            raise Refused("first_point")
        home, gone = points[place - 1], points[place]
        later = points[place + 1 :]
        edit.touch(home, gone, *gone.sentences.all(), *later)
        renumber(edit, home, in_order(home) + in_order(gone))
        gone.sentences.update(point=home)
        KeyPoint.objects.filter(pk=home.pk).update(end=max(home.end, gone.end))
        gone.delete()
        KeyPoint.objects.filter(pk__in=[p.pk for p in later]).update(position=F("position") - 1)
        return home

    return as_one_edit(plan=point.plan, by=by, action="merge_point", change=change)


def rename_point(*, point: KeyPoint, heading: str, by: Account) -> PlanEdit | None:
    """Change how a key point is called in the plan; the document's text stays as it is."""

    def change(edit: Edit) -> KeyPoint:
        now = KeyPoint.objects.filter(pk=point.pk, plan=edit.plan).first()
        if now is None:
            raise Refused("gone")
        if not heading.strip():
            raise Refused("empty_heading")
        edit.touch(now)
        now.heading = heading.strip()[:300]
        now.save(update_fields=["heading"])
        return now

    return as_one_edit(plan=point.plan, by=by, action="rename_point", change=change)


def settle_year(*, plan: Plan, year: int, by: Account) -> PlanEdit | None:
    """Decide for which year the plan is. Dates already proposed move to that year."""

    def change(edit: Edit) -> Plan:
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

    return as_one_edit(plan=plan, by=by, action="settle_year", change=change)
