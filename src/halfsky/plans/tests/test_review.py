"""From proposal to adoption, what stands in the way, and amendments."""

from __future__ import annotations

from datetime import date

import pytest

from halfsky.audit.models import AuditEntry, StatusChange
from halfsky.people.access import OutOfReach
from halfsky.plans.models import Measure, Plan, PlanState, Task, TaskState
from halfsky.plans.queries import review as queries
from halfsky.plans.rules.coverage import Gap
from halfsky.plans.services import editing, review
from halfsky.plans.services.refusals import Refused
from halfsky.plans.tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> factories.World:
    return factories.world()


@pytest.fixture
def plan(world: factories.World) -> Plan:
    return factories.plan(world.bureau, world.officer)


def gaps_of(plan: Plan) -> list[Gap]:
    return [gap.gap for gap in queries.adoption_gaps(plan)]


def test_adoption_gaps_name_each_open_sentence_owner_and_date(plan):
    assert gaps_of(plan) == [
        Gap.OPEN_SENTENCE,
        Gap.NO_OWNER,
        Gap.NO_OWNER,
        Gap.NO_OWNER,
        Gap.NO_OWNER,
        Gap.NO_OWNER,
        Gap.NO_OWNER,
        Gap.NO_DATE,
    ]


def test_an_unsettled_year_is_the_first_gap(plan):
    Plan.objects.filter(pk=plan.pk).update(year_settled=False)
    plan.refresh_from_db()
    assert gaps_of(plan)[0] == Gap.YEAR


def test_submit_is_refused_and_says_how_many_gaps(world, plan):
    with pytest.raises(Refused) as refused:
        review.submit(plan=plan, by=world.officer)
    assert refused.value.code == "gaps"
    assert "8处" in refused.value.says
    plan.refresh_from_db()
    assert plan.state == PlanState.PROPOSED


def test_submit_endorse_adopt(world, plan):
    adopted = factories.adopted(plan, world)
    assert adopted.state == PlanState.ADOPTED
    assert adopted.adopted_by == world.leader
    assert list(
        StatusChange.objects.filter(object_kind="plans.plan").values_list("new", flat=True)
    ) == ["under_review", "endorsed", "adopted"]
    assert Task.objects.filter(plan=plan).exists()


@pytest.mark.parametrize(
    ("state", "action", "may"),
    [
        (PlanState.PROPOSED, "submit", {"officer", "chair"}),
        (PlanState.UNDER_REVIEW, "endorse", {"chair"}),
        (PlanState.ENDORSED, "adopt", {"leader"}),
        (PlanState.UNDER_REVIEW, "send_back", {"chair"}),
        (PlanState.ENDORSED, "send_back", {"chair", "leader"}),
        (PlanState.PROPOSED, "reject", {"officer", "chair"}),
        (PlanState.ENDORSED, "reject", {"leader"}),
    ],
)
def test_who_may_take_which_step(world, plan, state, action, may):
    factories.close_gaps(plan, world.owner)
    for who in (
        "officer",
        "chair",
        "leader",
        "member",
        "liaison",
        "staff",
        "admin",
        "other_officer",
    ):
        Plan.objects.filter(pk=plan.pk).update(state=state, adopted_at=None)
        Task.objects.filter(plan=plan).delete()
        plan.refresh_from_db()
        extra = {"reason": "看错文件了"} if action in {"send_back", "reject"} else {}
        step = getattr(review, action)
        if who in may:
            step(plan=plan, by=getattr(world, who), **extra)
        else:
            with pytest.raises(OutOfReach):
                step(plan=plan, by=getattr(world, who), **extra)


def test_steps_from_the_wrong_state_are_refused(world, plan):
    factories.close_gaps(plan, world.owner)
    for step, who in ((review.endorse, world.chair), (review.adopt, world.leader)):
        with pytest.raises(Refused) as refused:
            step(plan=plan, by=who)
        assert refused.value.code == "wrong_state"
        assert "待核对" in refused.value.says


def test_send_back_needs_a_reason_and_keeps_it(world, plan):
    Plan.objects.filter(pk=plan.pk).update(state=PlanState.UNDER_REVIEW)
    plan.refresh_from_db()
    with pytest.raises(Refused):
        review.send_back(plan=plan, by=world.chair, reason=" ")
    review.send_back(plan=plan, by=world.chair, reason="第二点没有写频次")
    assert StatusChange.objects.get().reason == "第二点没有写频次"
    assert AuditEntry.objects.get(action="plans.plan.proposed").reason == "第二点没有写频次"


def test_endorse_is_refused_when_somebody_edited_after_she_looked(world, plan):
    factories.close_gaps(plan, world.owner)
    review.submit(plan=plan, by=world.officer)
    seen = plan.revision
    editing.change_measure(measure=plan.measures.first(), known=None, by=world.officer, weight=3)
    with pytest.raises(Refused) as refused:
        review.endorse(plan=plan, by=world.chair, known=seen)
    assert refused.value.code == "changed_since"
    assert "钱专干" in refused.value.says
    review.endorse(plan=plan, by=world.chair, known=seen + 1)


def test_one_adopted_plan_a_unit_and_year(world, plan):
    factories.adopted(plan, world)
    second = factories.plan(world.bureau, world.officer)
    factories.close_gaps(second, world.owner)
    review.submit(plan=second, by=world.officer)
    review.endorse(plan=second, by=world.chair)
    with pytest.raises(Refused) as refused:
        review.adopt(plan=second, by=world.leader)
    assert refused.value.code == "another_runs"


# ── amendments ─────────────────────────────────────────────────────────────────────────────


def amend(world: factories.World, plan: Plan) -> Plan:
    return review.start_amendment(plan=plan, reason="上级调整任务", by=world.officer)


def test_start_amendment_copies_everything(world, plan):
    plan.measures.first().supporting_units.add(world.office)
    old = factories.adopted(plan, world)
    new = amend(world, old)
    assert (new.version, new.previous, new.state) == (2, old, PlanState.PROPOSED)
    for name in ("points", "sentences", "marks", "measures"):
        assert getattr(new, name).count() == getattr(old, name).count()
    copy = new.measures.get(amends=old.measures.first())
    assert list(copy.supporting_units.all()) == [world.office]
    assert copy.point.plan == new
    assert copy.task_count == 0
    assert set(new.sentences.values_list("point__plan", flat=True)) == {new.pk, None}


def test_start_amendment_costs_the_same_for_many(world, django_assert_max_num_queries):
    plan = factories.plan(world.bureau, world.officer, made=factories.wide_draft(200, 400))
    old = factories.adopted(plan, world)
    with django_assert_max_num_queries(30):
        amend(world, old)


def test_start_amendment_needs_a_reason_and_only_one_at_a_time(world, plan):
    old = factories.adopted(plan, world)
    with pytest.raises(Refused) as refused:
        review.start_amendment(plan=old, reason=" ", by=world.officer)
    assert refused.value.code == "reason_missing"
    amend(world, old)
    with pytest.raises(Refused) as refused:
        amend(world, old)
    assert refused.value.code == "amendment_open"


def test_an_amendment_without_changes_has_no_differences(world, plan):
    new = amend(world, factories.adopted(plan, world))
    assert queries.version_differences(new) == []


def test_differences_tell_added_removed_and_changed(world, plan):
    new = amend(world, factories.adopted(plan, world))
    check = new.measures.get(text__contains="健康检查")
    editing.change_measure(measure=check, known=None, by=world.officer, due_on=date(2026, 11, 30))
    editing.remove_measure(
        measure=new.measures.get(text__contains="登记转介"), known=None, by=world.officer
    )
    at = new.clean_text.text.index("交流学习体会")
    editing.add_measure(plan=new, start=at, end=at + 6, by=world.officer)
    found = {d.what: d for d in queries.version_differences(new)}
    assert set(found) == {"added", "removed", "changed"}
    assert found["changed"].fields == {"due_on": (date(2026, 10, 31), date(2026, 11, 30))}
    assert found["added"].measure.text == "交流学习体会"
    assert found["removed"].measure.text == "做好登记转介"


def test_adopting_an_amendment_moves_open_tasks_and_keeps_closed_ones(world, plan):
    old = factories.adopted(plan, world)
    reading = old.measures.get(text__contains="读书会")
    closed = reading.tasks.order_by("number").first()
    Task.objects.filter(pk=closed.pk).update(state=TaskState.CLOSED, closed_on=date(2026, 3, 20))
    still_open = list(reading.tasks.filter(state=TaskState.ISSUED).values_list("pk", flat=True))
    check = old.measures.get(text__contains="健康检查")
    new = amend(world, old)
    editing.change_measure(
        measure=new.measures.get(amends=check), known=None, by=world.officer,
        due_on=date(2026, 12, 10),
    )  # fmt: skip
    review.submit(plan=new, by=world.officer)
    review.endorse(plan=new, by=world.chair)
    review.adopt(plan=new, by=world.leader)
    old.refresh_from_db()
    assert old.state == PlanState.AMENDED
    closed.refresh_from_db()
    assert closed.plan == old
    assert set(Task.objects.filter(pk__in=still_open).values_list("plan", flat=True)) == {new.pk}
    assert set(check.tasks.values_list("state", flat=True)) == {TaskState.CANCELLED}
    assert Measure.objects.get(amends=check).tasks.get().due_on == date(2026, 12, 10)
