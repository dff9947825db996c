"""Every read of the plans room. All of them start from what the account may see."""

from halfsky.plans.queries.breakdown import breakdown
from halfsky.plans.queries.breakdown import columns as breakdown_columns
from halfsky.plans.queries.overview import (
    Overview,
    due_this_week,
    overview,
    waiting_for,
    year_figures,
)
from halfsky.plans.queries.review import (
    Outline,
    adoption_gaps,
    edits_after,
    measures_of,
    outline,
    recent_edits,
    version_differences,
)
from halfsky.plans.queries.tasks import (
    TaskFilter,
    TaskPage,
    all_rows,
    filter_choices,
    light_counts,
    measure_page,
    task_page,
    tasks_for_calendar,
)
from halfsky.plans.queries.visible import (
    current_plan,
    plans_to_switch_to,
    reach_of_plans,
    reach_of_tasks,
    visible_documents,
    visible_measures,
    visible_plan,
    visible_plans,
    visible_points,
    visible_tasks,
)

__all__ = [
    "Outline",
    "Overview",
    "TaskFilter",
    "TaskPage",
    "adoption_gaps",
    "all_rows",
    "breakdown",
    "breakdown_columns",
    "current_plan",
    "due_this_week",
    "edits_after",
    "filter_choices",
    "light_counts",
    "measure_page",
    "measures_of",
    "outline",
    "overview",
    "plans_to_switch_to",
    "reach_of_plans",
    "reach_of_tasks",
    "recent_edits",
    "task_page",
    "tasks_for_calendar",
    "version_differences",
    "visible_documents",
    "visible_measures",
    "visible_plan",
    "visible_plans",
    "visible_points",
    "visible_tasks",
    "waiting_for",
    "year_figures",
]
