"""Plans, key points, measures and tasks as JSON, under the same access rules as the pages."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Field, Query, Router, Schema

from halfsky.plans import queries
from halfsky.plans.models import KeyPoint, Measure, Plan
from halfsky.plans.queries.tasks import TaskRow
from halfsky.plans.rules.lights import Light, LightState

router = Router(tags=["plans"])


class Problem(Schema):
    """Why a request was not answered."""

    detail: str


NOT_FOUND = {404: Problem}


class LightOut(Schema):
    """A computed status light (状态灯) with its reason; `days` belongs to the reason."""

    state: str
    reason: str
    days: int

    @classmethod
    def of(cls, light: Light) -> LightOut:
        return cls(state=light.state, reason=light.reason, days=light.days)


class UnitOut(Schema):
    id: int
    name: str
    short_name: str


class PersonOut(Schema):
    id: int
    name: str


class PlanOut(Schema):
    """An annual plan (年度工作计划)."""

    id: int
    title: str
    year: int
    version: int
    state: str
    unit: UnitOut
    adopted_at: str | None = None

    @staticmethod
    def resolve_adopted_at(plan: Plan) -> str | None:
        return plan.adopted_at.isoformat() if plan.adopted_at else None


class PointOut(Schema):
    """A key point (工作要点); `span` is half-open in the clean text."""

    id: int
    position: int
    ordinal: str
    heading: str
    role: str
    span: tuple[int, int]

    @staticmethod
    def resolve_span(point: KeyPoint) -> tuple[int, int]:
        return point.start, point.end


class NodeOut(Schema):
    on: date
    text: str


class MeasureOut(Schema):
    """A measure (举措) with its place in the clean text, its owner, its dates and its counters."""

    id: int
    point_id: int
    label: str
    text: str
    span: tuple[int, int]
    kind: str
    whose: str
    lead_unit: UnitOut | None
    supporting_units: list[UnitOut]
    owner: PersonOut | None
    due_on: date | None
    recurrence: str
    nodes: list[NodeOut]
    deliverable: str
    target_number: int | None
    target_unit: str
    counting_rule: str
    evidence_kinds: list[str]
    weight: int
    is_soft: bool
    task_count: int
    done_count: int
    next_due_on: date | None

    @staticmethod
    def resolve_label(measure: Measure) -> str:
        return f"{measure.point.position}.{measure.position}"

    @staticmethod
    def resolve_span(measure: Measure) -> tuple[int, int]:
        return measure.start, measure.end

    @staticmethod
    def resolve_supporting_units(measure: Measure) -> list[object]:
        return list(measure.supporting_units.all())


class TaskOut(Schema):
    """A task (任务) with its computed light and the progress that its room counts."""

    id: int
    label: str
    title: str
    measure_id: int
    owner_id: int | None
    owner: str
    lead_unit: str
    due_on: date
    closed_on: date | None
    state: str
    light: LightOut
    done: int | None
    progress: str

    @classmethod
    def of(cls, row: TaskRow) -> TaskOut:
        return cls(
            id=row.id,
            label=row.label,
            title=row.title,
            measure_id=row.measure_id,
            owner_id=row.owner_id,
            owner=row.owner,
            lead_unit=row.unit,
            due_on=row.due_on,
            closed_on=row.closed_on,
            state=row.state,
            light=LightOut.of(row.light),
            done=row.progress.done if row.progress else None,
            progress=row.progress.summary if row.progress else "",
        )


class PlanDetail(PlanOut):
    points: list[PointOut]
    text: str = Field(description="the frozen clean text that every span points into")

    @staticmethod
    def resolve_points(plan: Plan) -> list[KeyPoint]:
        return list(plan.points.order_by("position", "id"))

    @staticmethod
    def resolve_text(plan: Plan) -> str:
        return plan.clean_text.text


class PlanList(Schema):
    items: list[PlanOut]
    next: int | None = Field(description="pass as `after` for the next page")


class TaskList(Schema):
    items: list[TaskOut]
    next: str | None = Field(description="pass as `after` for the next page")


PAGE = 50


@router.get("/", response=PlanList, summary="计划")
def plans(
    request: HttpRequest,
    year: int | None = Query(None, ge=1990, le=2100),
    after: int | None = Query(None, ge=0, le=2**63 - 1),
) -> PlanList:
    """The plans within reach, newest first."""
    found = queries.visible_plans(request.user)  # type: ignore[arg-type]
    if year is not None:
        found = found.filter(year=year)
    if after is not None:
        found = found.filter(pk__lt=after)
    rows = list(found.order_by("-pk")[: PAGE + 1])
    return PlanList(
        items=[PlanOut.from_orm(plan) for plan in rows[:PAGE]],
        next=rows[PAGE - 1].pk if len(rows) > PAGE else None,
    )


def _plan(request: HttpRequest, pk: int) -> Plan:
    plans = queries.visible_plans(request.user).select_related("unit", "clean_text")  # type: ignore[arg-type]
    return get_object_or_404(plans, pk=_id(pk))


def _id(pk: int) -> int:
    """An id that no database can hold is the id of nothing."""
    return pk if 0 < pk < 2**63 else 0


@router.get("/{pk}", response={200: PlanDetail, **NOT_FOUND}, summary="一份计划")
def plan(request: HttpRequest, pk: int) -> Plan:
    """A plan with its key points and its clean text."""
    return _plan(request, pk)


@router.get("/{pk}/measures", response={200: list[MeasureOut], **NOT_FOUND}, summary="举措")
def measures(request: HttpRequest, pk: int) -> list[Measure]:
    """The measures of a plan, in the order of the document."""
    return queries.measures_of(_plan(request, pk))


@router.get("/{pk}/tasks", response={200: TaskList, **NOT_FOUND}, summary="任务")
def tasks(
    request: HttpRequest,
    pk: int,
    light: LightState | None = None,
    point: int | None = Query(None, ge=0, le=2**63 - 1),
    measure: int | None = Query(None, ge=0, le=2**63 - 1),
    after: str | None = Query(None, pattern=r"^\d{4}-\d\d-\d\d_\d{1,18}$"),
) -> TaskList:
    """A page of a plan's tasks by due date, those that the account may see."""
    found = queries.task_page(
        request.user,  # type: ignore[arg-type]
        _plan(request, pk),
        queries.TaskFilter(light=light, point_id=point, measure_id=measure, after=_key(after)),
        today=timezone.localdate(),
    )
    return TaskList(
        items=[TaskOut.of(row) for row in found.rows],
        next=f"{found.after[0].isoformat()}_{found.after[1]}" if found.after else None,
    )


def _key(text: str | None) -> tuple[date, int] | None:
    if text is None:
        return None
    day, _sign, pk = text.partition("_")
    try:
        return date.fromisoformat(day), int(pk)
    except ValueError:
        return None


@router.get("/points/{pk}", response={200: PointOut, **NOT_FOUND}, summary="一个要点")
def point(request: HttpRequest, pk: int) -> KeyPoint:
    """A key point."""
    return get_object_or_404(queries.visible_points(request.user), pk=_id(pk))  # type: ignore[arg-type]


@router.get("/measures/{pk}", response={200: MeasureOut, **NOT_FOUND}, summary="一项举措")
def measure(request: HttpRequest, pk: int) -> Measure:
    """A measure."""
    found = queries.visible_measures(request.user).select_related("point", "owner", "lead_unit")  # type: ignore[arg-type]
    return get_object_or_404(found, pk=_id(pk))
