"""What of the plans can be searched."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse

from halfsky.plans.models import Plan, Task
from halfsky.search import services as search
from halfsky.search.services import Entry


def index_plan(plan: Plan) -> None:
    """Index an adopted plan with its key points and measures. Tasks are indexed when issued."""
    path, dated = plan.unit.path, plan.adopted_at.date() if plan.adopted_at else None
    entries = [
        Entry(
            "plans.plan",
            plan.pk,
            plan.title,
            "",
            reverse("plans:overview", args=[plan.pk]),
            path,
            dated,
        )
    ]
    for point in plan.points.all():
        entries.append(
            Entry(
                "plans.point",
                point.pk,
                point.heading,
                "",
                reverse("plans:tasks", args=[plan.pk]) + f"?point={point.pk}",
                path,
                dated,
            )
        )
    for measure in plan.measures.all():
        entries.append(
            Entry(
                "plans.measure",
                measure.pk,
                measure.text,
                measure.deliverable,
                reverse("plans:measure", args=[measure.pk]),
                path,
                measure.due_on or dated,
            )
        )
    search.index_many(entries)


def index_tasks(tasks: Iterable[Task], *, unit_path: str) -> None:
    """Index tasks under their plan's unit."""
    search.index_many(
        [
            Entry(
                "plans.task",
                task.pk,
                task.title,
                "",
                reverse("plans:measure", args=[task.measure_id]) + f"#task-{task.pk}",
                unit_path,
                task.due_on,
            )
            for task in tasks
        ]
    )
