"""What of the plans an account may see.

A plan in any state is seen by those who hold SEE_PLANS over its unit. An adopted plan is seen by
everybody inside: the members of its unit and of every unit below it.
"""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils import timezone

from halfsky.people import access
from halfsky.people.models import Account, Unit
from halfsky.plans.models import KeyPoint, Measure, Plan, PlanState, SourceDocument, Task
from halfsky.plans.permissions import READ_ADOPTED, SEE_OWN_TASKS, SEE_PLANS, SEE_TASKS

ONCE_ADOPTED = (PlanState.ADOPTED, PlanState.AMENDED)


def _paths_above(account: Account) -> set[str]:
    """The paths of the units in which the account reads adopted plans, and of all above them."""
    step = Unit.steplen
    return {
        path[:length]
        for path in access.scope(account, READ_ADOPTED).paths
        for length in range(step, len(path) + 1, step)
    }


def _readable(account: Account, prefix: str = "") -> Q:
    unit = f"{prefix}unit"
    condition = access.scope(account, SEE_PLANS).q(unit)
    below = access.scope(account, READ_ADOPTED)
    if below:
        adopted = {f"{prefix}state__in": ONCE_ADOPTED}
        condition |= Q(**adopted) & (
            Q(**{f"{unit}__path__in": _paths_above(account)}) | below.q(unit)
        )
    return condition


def visible_plans(account: Account) -> QuerySet[Plan]:
    """The plans that the account may see, with their units."""
    return Plan.objects.filter(_readable(account)).select_related("unit")


def visible_plan(account: Account, pk: int) -> Plan:
    """One plan that the account may see, with its unit. Raises OutOfReach.

    The same decision as `visible_plans`, taken on the row: half the cost where every page asks.
    """
    plan = Plan.objects.select_related("unit").filter(pk=pk).first()
    if plan is None or not _may_read(account, plan):
        raise access.OutOfReach
    return plan


def _may_read(account: Account, plan: Plan) -> bool:
    if access.may(account, SEE_PLANS, plan.unit):
        return True
    below = access.scope(account, READ_ADOPTED)
    return plan.state in ONCE_ADOPTED and (
        below.covers(plan.unit) or any(path.startswith(plan.unit.path) for path in below.paths)
    )


def visible_documents(account: Account) -> QuerySet[SourceDocument]:
    """The plan documents of the units whose plans the account sees in every state."""
    return SourceDocument.objects.filter(access.scope(account, SEE_PLANS).q("unit"))


def visible_points(account: Account) -> QuerySet[KeyPoint]:
    """The key points of the visible plans."""
    return KeyPoint.objects.filter(_readable(account, "plan__"))


def visible_measures(account: Account) -> QuerySet[Measure]:
    """The measures of the visible plans."""
    return Measure.objects.filter(_readable(account, "plan__"))


def sees_all_tasks(account: Account, plan: Plan) -> bool:
    """Whether the account sees every task of the plan."""
    return access.may(account, SEE_TASKS, plan.unit)


def own_tasks(account: Account) -> Q:
    """A condition on tasks: led within the account's departments, or owned by its person."""
    condition = Q() if account.person_id is None else Q(owner_id=account.person_id)
    reach = access.scope(account, SEE_OWN_TASKS)
    if reach:
        condition |= Q(lead_unit__in=Unit.objects.filter(reach.q("")).values("pk"))
    return condition or Q(pk__in=[])


def visible_tasks(
    account: Account, plan: Plan | None = None, *, is_narrow: bool = False
) -> QuerySet[Task]:
    """The tasks that the account may see, in `plan` (which it must see itself) or anywhere.

    `is_narrow` says that the caller narrows them to a measure, a point, an owner or a unit. The
    plan is then asked of the measure, not of the task: else SQLite, which keeps no statistics,
    walks all tasks of the plan by their due dates to find a few.
    """
    if plan is None:
        return Task.objects.filter(
            access.scope(account, SEE_TASKS).q("plan__unit") | own_tasks(account)
        )
    sees_all = sees_all_tasks(account, plan)
    if not sees_all and not access.scope(account, SEE_OWN_TASKS):
        is_narrow = True  # to her own
    tasks = Task.objects.filter(measure__plan=plan) if is_narrow else Task.objects.filter(plan=plan)
    return tasks if sees_all else tasks.filter(own_tasks(account))


def current_plan(
    account: Account, *, unit_id: int | None = None, year: int | None = None
) -> Plan | None:
    """The plan that the account works with: of the unit and year switched to, if there is one.

    Else of its home unit, else the uppermost it sees; of the nearest year. An adopted plan comes
    before one under review.
    """
    year = year or timezone.localdate().year
    plans = list(visible_plans(account).order_by("unit__path", "-year", "-version")[:200])

    def rank(plan: Plan) -> tuple[bool, bool, int, bool, int]:
        return (
            unit_id is not None and plan.unit_id != unit_id,
            account.home_unit_id is not None and plan.unit_id != account.home_unit_id,
            abs(plan.year - year),
            plan.state != PlanState.ADOPTED,
            len(plan.unit.path),
        )

    return min(
        (plan for plan in plans if plan.state not in {PlanState.REJECTED, PlanState.AMENDED}),
        key=rank,
        default=None,
    )


def plans_to_switch_to(account: Account, text: str = "") -> list[Plan]:
    """Adopted plans and plans under review to switch to, by unit and year; at most 50."""
    plans = visible_plans(account).exclude(state__in=[PlanState.REJECTED, PlanState.AMENDED])
    if text:
        plans = plans.filter(Q(unit__name__icontains=text) | Q(unit__short_name__icontains=text))
    return list(plans.order_by("unit__path", "-year", "-version")[:50])


def reach_of_plans(account: Account) -> list[str]:
    """Where the account finds plans, key points and measures by search.

    Its own subtrees, and by "@" the units above them, whose adopted plans it reads.
    """
    reads = access.scope(account, READ_ADOPTED).paths
    return [*reads, *(f"@{path}" for path in _paths_above(account) if path not in reads)]


def reach_of_tasks(account: Account) -> list[str]:
    """Where the account finds tasks by search: where it sees all of them."""
    return list(access.scope(account, SEE_TASKS).paths)
