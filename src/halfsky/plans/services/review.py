"""From proposal to adoption: the officer proposes, the chair reviews, a leader adopts."""

from __future__ import annotations

from typing import TypeVar

from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from halfsky.audit import services as audit
from halfsky.kernel.permissions import Permission
from halfsky.people import access
from halfsky.people.models import Account
from halfsky.plans.models import (
    KeyPoint,
    Mark,
    Measure,
    Plan,
    PlanState,
    Sentence,
    Task,
    TaskState,
)
from halfsky.plans.permissions import (
    ADOPT_PLANS,
    CHANGE_SETTINGS,
    EDIT_PLANS,
    ENDORSE_PLANS,
)
from halfsky.plans.queries import review as queries
from halfsky.plans.rules import amending
from halfsky.plans.services import indexing, tasks
from halfsky.plans.services.refusals import Refused

Row = TypeVar("Row", bound=Model)


def _locked(plan: Plan) -> Plan:
    return Plan.objects.select_for_update(of=("self",)).select_related("unit").get(pk=plan.pk)


def _move(
    plan: Plan,
    *,
    by: Account,
    permission: Permission,
    allowed: set[PlanState],
    to: PlanState,
    reason: str = "",
) -> Plan:
    """The one door for a plan's state. Inside a transaction, with a plan from `_locked`."""
    access.require(by, permission, plan.unit)
    if plan.state not in allowed:
        raise Refused("wrong_state", state=plan.get_state_display())
    old = plan.state
    changes: dict[str, object] = {"state": to}
    if to == PlanState.ADOPTED:
        changes |= {"adopted_by": by, "adopted_at": timezone.now()}
    Plan.objects.filter(pk=plan.pk).update(**changes)
    audit.record_transition(
        obj=plan,
        old=old,
        new=to,
        by=by,
        unit=plan.unit,
        reason=reason,
        on_behalf_of=access.on_behalf_of(by, permission, plan.unit),
    )
    for name, value in changes.items():
        setattr(plan, name, value)
    return plan


def _refuse_gaps(plan: Plan) -> None:
    gaps = queries.adoption_gaps(plan)
    if gaps:
        raise Refused("gaps", gaps=gaps, count=len(gaps))


@transaction.atomic
def submit(*, plan: Plan, by: Account) -> Plan:
    """The officer hands the plan to the chair. Refused while a gap is open."""
    plan = _locked(plan)
    access.require(by, EDIT_PLANS, plan.unit)
    _refuse_gaps(plan)
    return _move(
        plan,
        by=by,
        permission=EDIT_PLANS,
        allowed={PlanState.PROPOSED},
        to=PlanState.UNDER_REVIEW,
    )


def _refuse_unseen(plan: Plan, known: int | None, by: Account) -> None:
    """Refuse to pass on what somebody else changed after the `known` revision."""
    if known is None:
        return
    others = queries.editors_since(plan, known, but=by)
    if others:
        raise Refused("changed_since", who="、".join(others))


@transaction.atomic
def endorse(*, plan: Plan, by: Account, known: int | None = None) -> Plan:
    """The chair agrees and passes the plan to the leader, as she saw it at revision `known`."""
    plan = _locked(plan)
    access.require(by, ENDORSE_PLANS, plan.unit)
    _refuse_unseen(plan, known, by)
    _refuse_gaps(plan)
    return _move(
        plan,
        by=by,
        permission=ENDORSE_PLANS,
        allowed={PlanState.UNDER_REVIEW},
        to=PlanState.ENDORSED,
    )


@transaction.atomic
def send_back(*, plan: Plan, by: Account, reason: str) -> Plan:
    """Return the plan to the officer, with a reason: the chair, or the leader once it is hers."""
    if not reason.strip():
        raise Refused("reason_missing")
    plan = _locked(plan)
    permission = ENDORSE_PLANS
    if plan.state == PlanState.ENDORSED and access.may(by, ADOPT_PLANS, plan.unit):
        permission = ADOPT_PLANS
    return _move(
        plan,
        by=by,
        permission=permission,
        allowed={PlanState.UNDER_REVIEW, PlanState.ENDORSED},
        to=PlanState.PROPOSED,
        reason=reason.strip()[:500],
    )


@transaction.atomic
def reject(*, plan: Plan, by: Account, reason: str) -> Plan:
    """Put a proposal aside: not a plan, or not usable. The document stays.

    The desk may until the chair has passed it on; from then on the leader.
    """
    if not reason.strip():
        raise Refused("reason_missing")
    plan = _locked(plan)
    endorsed = plan.state == PlanState.ENDORSED
    return _move(
        plan,
        by=by,
        permission=ADOPT_PLANS if endorsed else EDIT_PLANS,
        allowed={PlanState.PROPOSED, PlanState.UNDER_REVIEW, PlanState.ENDORSED},
        to=PlanState.REJECTED,
        reason=reason.strip()[:500],
    )


@transaction.atomic
def adopt(*, plan: Plan, by: Account, known: int | None = None) -> Plan:
    """The leader adopts: the plan is frozen and its tasks are issued.

    Refused while a sentence is open or a measure lacks unit, owner or date, and while another
    plan of the unit runs for the year unless this one amends it.
    """
    plan = _locked(plan)
    access.require(by, ADOPT_PLANS, plan.unit)
    if plan.state != PlanState.ENDORSED:
        raise Refused("wrong_state", state=plan.get_state_display())
    _refuse_unseen(plan, known, by)
    _refuse_gaps(plan)
    running = (
        Plan.objects.select_for_update()
        .filter(unit=plan.unit, year=plan.year, state=PlanState.ADOPTED)
        .first()
    )
    if running is not None and running.pk != plan.previous_id:
        raise Refused("another_runs", title=running.title, year=plan.year)
    if running is None and plan.previous_id is not None:
        raise Refused("amended_already")
    if running is not None:
        running.unit = plan.unit
        _move(
            running,
            by=by,
            permission=ADOPT_PLANS,
            allowed={PlanState.ADOPTED},
            to=PlanState.AMENDED,
            reason=plan.amendment_reason,
        )
    adopted = _move(
        plan,
        by=by,
        permission=ADOPT_PLANS,
        allowed={PlanState.ENDORSED},
        to=PlanState.ADOPTED,
        reason=plan.amendment_reason,
    )
    measures = list(adopted.measures.select_related("point"))
    fresh = measures if running is None else _carry_over(running, adopted, measures, by=by)
    tasks.issue(plan=adopted, measures=fresh, by=by)
    tasks.recount(plan=adopted)
    if running is not None:
        tasks.recount(plan=running)
    indexing.index_plan(adopted)
    return adopted


def _carry_over(old: Plan, new: Plan, measures: list[Measure], *, by: Account) -> list[Measure]:
    """Move the open tasks of unchanged measures; cancel the others. Return what needs tasks.

    Closed tasks stay with the version under which they were closed.
    """
    before = {measure.pk: measure for measure in old.measures.all()}
    fresh = []
    kept: set[int] = set()
    for measure in measures:
        earlier = before.get(measure.amends_id or 0)
        if earlier is None or amending.changes_tasks(
            amending.TaskShape.of(earlier), amending.TaskShape.of(measure)
        ):
            fresh.append(measure)
            continue
        kept.add(earlier.pk)
        Task.objects.filter(measure=earlier, state=TaskState.ISSUED).update(
            plan=new,
            measure=measure,
            point_id=measure.point_id,
            owner_id=measure.owner_id,
            lead_unit_id=measure.lead_unit_id,
        )
    dropped = Task.objects.filter(plan=old, state=TaskState.ISSUED).exclude(measure_id__in=kept)
    tasks.cancel_many(tasks=list(dropped), plan=old, by=by, reason=new.amendment_reason or str(new))
    return fresh


@transaction.atomic
def start_amendment(*, plan: Plan, reason: str, by: Account) -> Plan:
    """Copy a running plan into a new version that can be edited and adopted in its place."""
    old = _locked(plan)
    access.require(by, EDIT_PLANS, old.unit)
    if not reason.strip():
        raise Refused("reason_missing")
    if not old.is_running:
        raise Refused("wrong_state", state=old.get_state_display())
    if old.amendments.exclude(state=PlanState.REJECTED).exists():
        raise Refused("amendment_open")
    new = Plan.objects.create(
        unit=old.unit,
        year=old.year,
        version=old.version + 1,
        previous=old,
        title=old.title,
        document_id=old.document_id,
        clean_text_id=old.clean_text_id,
        stated_year=old.stated_year,
        amendment_reason=reason.strip()[:500],
        proposed_by=by,
        near_workdays=old.near_workdays,
    )
    _copy_content(old, new)
    audit.record(
        action="plans.start_amendment",
        by=by,
        obj=new,
        unit=new.unit,
        after={"version": new.version, "previous": old.pk},
        reason=reason,
    )
    return new


def _fresh(row: Row, **values: object) -> Row:
    """Make a stored row a new one, not stored yet."""
    row.pk = None
    row._state.adding = True
    for name, value in values.items():
        setattr(row, name, value)
    return row


def _copy_content(old: Plan, new: Plan) -> None:
    """Copy points, sentences, marks and measures; a measure remembers which one it amends."""
    earlier = list(old.points.order_by("position", "id"))
    ids = [point.pk for point in earlier]
    made = KeyPoint.objects.bulk_create([_fresh(point, plan=new) for point in earlier])
    points = dict(zip(ids, (point.pk for point in made), strict=True))
    Sentence.objects.bulk_create(
        [
            _fresh(sentence, plan=new, point_id=points.get(sentence.point_id or 0))
            for sentence in old.sentences.order_by("position")
        ],
        batch_size=500,
    )
    Mark.objects.bulk_create(
        [_fresh(mark, plan=new) for mark in old.marks.order_by("start")], batch_size=500
    )
    measures = list(old.measures.order_by("pk"))
    amended = [measure.pk for measure in measures]
    copies = Measure.objects.bulk_create(
        [
            _fresh(
                measure,
                plan=new,
                point_id=points[measure.point_id],
                amends_id=measure.pk,
                revision=0,
                task_count=0,
                done_count=0,
                next_due_on=None,
            )
            for measure in measures
        ],
        batch_size=500,
    )
    copy_of = dict(zip(amended, (measure.pk for measure in copies), strict=True))
    links = Measure.supporting_units.through
    links.objects.bulk_create(
        [
            links(measure_id=copy_of[measure_id], unit_id=unit_id)
            for measure_id, unit_id in links.objects.filter(measure_id__in=amended).values_list(
                "measure_id", "unit_id"
            )
        ],
        batch_size=500,
    )


@transaction.atomic
def change_settings(*, plan: Plan, near_workdays: int, by: Account) -> Plan:
    """Set how many working days before its date a task counts as near (临期)."""
    locked = _locked(plan)
    access.require(by, CHANGE_SETTINGS, locked.unit)
    if not 1 <= near_workdays <= 60:
        raise Refused("near_out_of_range", days=near_workdays)
    before = locked.near_workdays
    Plan.objects.filter(pk=locked.pk).update(near_workdays=near_workdays, pulse=locked.pulse + 1)
    audit.record(
        action="plans.change_settings",
        by=by,
        obj=locked,
        unit=locked.unit,
        before={"near_workdays": before},
        after={"near_workdays": near_workdays},
    )
    locked.refresh_from_db()
    return locked
