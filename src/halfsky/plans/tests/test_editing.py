"""Editing a plan under review: each kind of edit, who may, stale edits, undo."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from halfsky.audit.models import AuditEntry
from halfsky.people.access import OutOfReach
from halfsky.plans import queries
from halfsky.plans.models import KeyPoint, Measure, Plan, PlanEdit, PlanState, Sentence
from halfsky.plans.rules.coverage import Coverage
from halfsky.plans.services import editing
from halfsky.plans.services.refusals import Refused, Stale
from halfsky.plans.tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> factories.World:
    return factories.world()


@pytest.fixture
def plan(world: factories.World) -> Plan:
    return factories.plan(world.bureau, world.officer)


def measure(plan: Plan, words: str) -> Measure:
    return plan.measures.get(text__contains=words)


def span(plan: Plan, words: str) -> tuple[int, int]:
    at = plan.clean_text.text.index(words)
    return at, at + len(words)


def picture(plan: Plan) -> dict[str, object]:
    """Everything an edit may touch, without the counters of edits."""
    return {
        "plan": Plan.objects.values("year", "year_settled", "title").get(pk=plan.pk),
        "points": list(plan.points.order_by("pk").values()),
        "sentences": list(plan.sentences.order_by("pk").values()),
        "measures": [
            {name: value for name, value in row.items() if name != "revision"}
            for row in plan.measures.order_by("pk").values()
        ],
        "supporting": sorted(plan.measures.values_list("pk", "supporting_units")),
    }


# ── each kind of edit ──────────────────────────────────────────────────────────────────────


def test_change_measure_writes_the_fields_an_edit_and_an_audit_entry(world, plan):
    reading = measure(plan, "读书会")

    edit = editing.change_measure(
        measure=reading, known=0, by=world.officer, owner_id=world.owner.pk, weight=3
    )

    reading.refresh_from_db()
    assert (reading.owner_id, reading.weight, reading.revision) == (world.owner.pk, 3, 1)
    assert editing.changed_in(edit, f"measure:{reading.pk}") == {"owner_id", "weight"}
    entry = AuditEntry.objects.get(action="plans.change")
    assert (entry.actor_id, entry.object_id) == (world.officer.pk, reading.pk)


def test_change_measure_makes_no_edit_when_nothing_differs(world, plan):
    reading = measure(plan, "读书会")
    assert editing.change_measure(
        measure=reading, known=0, by=world.officer, kind=reading.kind
    ) is None  # fmt: skip
    assert plan.edits.count() == 0


def test_change_measure_refuses_a_date_far_from_the_year(world, plan):
    with pytest.raises(Refused) as refused:
        editing.change_measure(
            measure=measure(plan, "健康检查"), known=0, by=world.officer, due_on=date(2031, 5, 1)
        )
    assert refused.value.code == "due_outside_year"
    assert "2026年度" in refused.value.says


def test_change_measure_refuses_a_lead_unit_that_also_supports(world, plan):
    with pytest.raises(Refused) as refused:
        editing.change_measure(
            measure=measure(plan, "读书会"), known=0, by=world.officer,
            supporting_unit_ids=[world.bureau.pk],
        )  # fmt: skip
    assert refused.value.code == "lead_also_supports"


def test_change_measure_refuses_an_empty_text(world, plan):
    with pytest.raises(Refused) as refused:
        editing.change_measure(
            measure=measure(plan, "读书会"), known=0, by=world.officer, text="  "
        )
    assert refused.value.code == "empty_text"


def test_lead_unit_stops_supporting(world, plan):
    reading = measure(plan, "读书会")
    editing.change_measure(
        measure=reading, known=0, by=world.officer, supporting_unit_ids=[world.office.pk]
    )
    editing.change_measure(measure=reading, known=1, by=world.officer, lead_unit_id=world.office.pk)
    assert list(reading.supporting_units.all()) == []


def test_add_measure_takes_its_place_in_reading_order(world, plan):
    start, end = span(plan, "交流学习体会")
    edit = editing.add_measure(plan=plan, start=start, end=end, by=world.officer)
    added = Measure.objects.get(pk=edit.object_id)
    assert added.text == "交流学习体会"
    assert [m.text for m in added.point.measures.order_by("position")] == [
        "每季度组织一次女职工读书会",
        "交流学习体会",
    ]


def test_add_measure_trims_what_was_selected(world, plan):
    start, end = span(plan, "交流学习体会。")
    edit = editing.add_measure(plan=plan, start=start, end=end, by=world.officer)
    assert Measure.objects.get(pk=edit.object_id).text.strip() in {"交流学习体会", "交流学习体会。"}


@pytest.mark.parametrize(
    ("words", "code"), [("\n", "empty_selection"), (factories.TITLE, "outside_points")]
)
def test_add_measure_refuses(world, plan, words, code):
    start, end = span(plan, words)
    with pytest.raises(Refused) as refused:
        editing.add_measure(plan=plan, start=start, end=end, by=world.officer)
    assert refused.value.code == code


def test_remove_measure_opens_its_sentence_again(world, plan):
    reading = measure(plan, "读书会")
    sentence = plan.sentences.get(start=reading.start)
    editing.remove_measure(measure=reading, known=0, by=world.officer)
    assert queries.outline(plan).coverage[sentence.pk] == Coverage.OPEN


def test_split_measure_at_a_place_in_its_text(world, plan):
    check = measure(plan, "世界水日")
    at = check.text.index("开展")
    editing.split_measure(measure=check, text_at=at, known=0, by=world.officer)
    halves = list(check.point.measures.order_by("position")[:2])
    assert [m.text for m in halves] == [
        "借助3月22日世界水日和11月25日国际消除对妇女的暴力日",
        "开展两场法律宣传",
    ]
    for half in halves:
        assert plan.clean_text.text[half.start : half.end] == half.text


def test_split_measure_whose_text_was_written_anew_keeps_the_whole_span(world, plan):
    check = measure(plan, "健康检查")
    editing.change_measure(measure=check, known=0, by=world.officer, text="组织体检，建立健康档案")
    editing.split_measure(measure=check, text_at=4, known=1, by=world.officer)
    halves = list(check.point.measures.order_by("position")[:2])
    assert [m.text for m in halves] == ["组织体检", "建立健康档案"]
    assert {(m.start, m.end) for m in halves} == {(check.start, check.end)}


@pytest.mark.parametrize("at", [0, 9999])
def test_split_measure_refuses_a_cut_outside_its_text(world, plan, at):
    with pytest.raises(Refused) as refused:
        editing.split_measure(
            measure=measure(plan, "健康检查"), text_at=at, known=0, by=world.officer
        )
    assert refused.value.code == "cut_outside"


def test_merge_measures_takes_the_text_between(world, plan):
    first, second = measure(plan, "12338"), measure(plan, "登记转介")
    editing.merge_measures(first=first, second=second, by=world.officer)
    first.refresh_from_db()
    assert first.text == "依托12338妇女维权热线及时受理求助，做好登记转介"
    assert not Measure.objects.filter(pk=second.pk).exists()


def test_merge_measures_refuses_two_points(world, plan):
    with pytest.raises(Refused) as refused:
        editing.merge_measures(
            first=measure(plan, "12338"), second=measure(plan, "读书会"), by=world.officer
        )
    assert refused.value.code == "merge_across_points"


def test_move_measure_to_another_point(world, plan):
    reading = measure(plan, "读书会")
    target = plan.points.get(position=3)
    editing.move_measure(measure=reading, point=target, position=2, known=0, by=world.officer)
    assert [m.position for m in target.measures.order_by("position")] == [1, 2, 3]
    reading.refresh_from_db()
    assert (reading.point_id, reading.position) == (target.pk, 2)


def test_move_measure_refuses_a_point_of_another_plan(world, plan):
    elsewhere = factories.plan(world.bureau, world.officer)
    with pytest.raises(Refused):
        editing.move_measure(
            measure=measure(plan, "读书会"), point=elsewhere.points.first(), position=1,
            known=0, by=world.officer,
        )  # fmt: skip


def test_declare_sentence_and_take_it_back(world, plan):
    sentence = plan.sentences.get(declared="", start=span(plan, "引导女职工自觉")[0])
    editing.declare_sentence(sentence=sentence, declared="background", by=world.officer)
    sentence.refresh_from_db()
    assert (sentence.declared, sentence.declared_by) == ("background", "钱专干")
    editing.declare_sentence(sentence=sentence, declared="", by=world.officer)
    assert queries.outline(plan).coverage[sentence.pk] == Coverage.OPEN


def test_declare_sentence_refuses_an_unknown_word(world, plan):
    with pytest.raises(Refused) as refused:
        editing.declare_sentence(
            sentence=plan.sentences.first(), declared="whatever", by=world.officer
        )
    assert refused.value.code == "unknown_declaration"


def test_add_point_takes_what_follows_it(world, plan):
    start, end = span(plan, "依托12338妇女维权热线")
    edit = editing.add_point(plan=plan, start=start, end=end, by=world.officer)
    made = KeyPoint.objects.get(pk=edit.object_id)
    assert made.position == 3
    assert [m.text for m in made.measures.order_by("position")] == [
        "依托12338妇女维权热线及时受理求助",
        "做好登记转介",
    ]
    assert plan.points.get(heading="关心女职工身心健康").position == 4


def test_merge_point_into_the_one_before(world, plan):
    second = plan.points.get(position=2)
    editing.merge_point(point=second, by=world.officer)
    assert list(plan.points.values_list("position", flat=True)) == [1, 2]
    assert plan.points.get(position=1).measures.count() == 4


def test_first_point_cannot_be_merged(world, plan):
    with pytest.raises(Refused) as refused:
        editing.merge_point(point=plan.points.get(position=1), by=world.officer)
    assert refused.value.code == "first_point"


def test_settle_year_moves_the_dates(world, plan):
    editing.settle_year(plan=plan, year=2027, by=world.officer)
    plan.refresh_from_db()
    assert (plan.year, plan.year_settled) == (2027, True)
    assert measure(plan, "健康检查").due_on == date(2027, 10, 31)
    assert measure(plan, "世界水日").nodes[0]["on"] == "2027-03-22"


def test_assign_many_is_one_edit_and_undoes_as_one(world, plan):
    before = picture(plan)
    edit = editing.assign_many(
        measures=list(plan.measures.all()), by=world.officer, owner_id=world.owner.pk
    )
    assert plan.edits.count() == 1
    assert plan.measures.exclude(owner=world.owner).count() == 0
    editing.undo(edit=edit, by=world.officer)
    assert picture(plan) == before


def test_assign_many_costs_the_same_for_many(world, django_assert_max_num_queries):
    plan = factories.plan(world.bureau, world.officer, made=factories.wide_draft(120))
    measures = list(plan.measures.select_related("plan"))
    with django_assert_max_num_queries(20):
        editing.assign_many(measures=measures, by=world.officer, owner_id=world.owner.pk)


# ── who may, and when ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("who", ["leader", "member", "liaison", "staff", "admin", "other_officer"])
def test_only_the_desk_of_the_unit_edits(world, plan, who):
    with pytest.raises(OutOfReach):
        editing.change_measure(
            measure=measure(plan, "读书会"), known=0, by=getattr(world, who), weight=2
        )


@pytest.mark.parametrize(
    ("state", "code"),
    [(PlanState.ENDORSED, "endorsed"), (PlanState.AMENDED, "frozen"), (PlanState.REJECTED, "frozen")],
)  # fmt: skip
def test_a_plan_that_was_passed_on_is_not_edited(world, plan, state, code):
    Plan.objects.filter(pk=plan.pk).update(state=state)
    with pytest.raises(Refused) as refused:
        editing.change_measure(measure=measure(plan, "读书会"), known=0, by=world.officer, weight=2)
    assert refused.value.code == code
    assert measure(plan, "读书会").weight == 1


# ── two editors ────────────────────────────────────────────────────────────────────────────


def test_same_field_changed_by_another_is_stale_and_nothing_is_written(world, plan):
    reading = measure(plan, "读书会")
    editing.change_measure(measure=reading, known=0, by=world.chair, owner_id=world.second.pk)
    with pytest.raises(Stale) as stale:
        editing.change_measure(measure=reading, known=0, by=world.officer, owner_id=world.owner.pk)
    assert [edit.account for edit in stale.value.values["edits"]] == [world.chair]
    reading.refresh_from_db()
    assert reading.owner_id == world.second.pk


def test_other_fields_of_one_measure_do_not_clash(world, plan):
    reading = measure(plan, "读书会")
    editing.change_measure(measure=reading, known=0, by=world.chair, owner_id=world.second.pk)
    editing.change_measure(measure=reading, known=0, by=world.officer, weight=4)
    reading.refresh_from_db()
    assert (reading.owner_id, reading.weight) == (world.second.pk, 4)


def test_a_whole_form_never_writes_old_values_over_newer_ones(world, plan):
    reading = measure(plan, "读书会")
    editing.change_measure(measure=reading, known=0, by=world.chair, owner_id=world.second.pk)
    # the officer's form still shows no owner; she only changed the weight
    editing.change_measure(measure=reading, known=0, by=world.officer, owner_id=None, weight=4)
    reading.refresh_from_db()
    assert (reading.owner_id, reading.weight) == (world.second.pk, 4)


def test_own_edits_are_never_stale(world, plan):
    reading = measure(plan, "读书会")
    editing.change_measure(measure=reading, known=0, by=world.officer, weight=2)
    editing.change_measure(measure=reading, known=0, by=world.officer, weight=3)
    reading.refresh_from_db()
    assert reading.weight == 3


def test_split_is_stale_when_another_wrote_the_text(world, plan):
    check = measure(plan, "健康检查")
    editing.change_measure(measure=check, known=0, by=world.chair, text="10月底前做一次体检")
    with pytest.raises(Stale):
        editing.split_measure(measure=check, text_at=5, known=0, by=world.officer)


def test_remove_is_stale_when_another_changed_it(world, plan):
    check = measure(plan, "健康检查")
    editing.change_measure(measure=check, known=0, by=world.chair, weight=2)
    with pytest.raises(Stale):
        editing.remove_measure(measure=check, known=0, by=world.officer)


def test_declaration_of_another_is_stale(world, plan):
    sentence = plan.sentences.get(start=span(plan, "引导女职工自觉")[0])
    editing.declare_sentence(sentence=sentence, declared="aim", by=world.chair, known=0)
    with pytest.raises(Stale):
        editing.declare_sentence(sentence=sentence, declared="duplicate", by=world.officer, known=0)


def test_what_another_removed_is_gone(world, plan):
    check = measure(plan, "健康检查")
    editing.remove_measure(measure=check, known=0, by=world.chair)
    with pytest.raises(Refused) as refused:
        editing.change_measure(measure=check, known=0, by=world.officer, weight=2)
    assert refused.value.code == "gone"


# ── undo ───────────────────────────────────────────────────────────────────────────────────


def test_undo_keeps_what_others_changed_beside_it(world, plan):
    reading = measure(plan, "读书会")
    mine = editing.change_measure(measure=reading, known=0, by=world.officer, weight=4)
    editing.change_measure(measure=reading, known=0, by=world.chair, owner_id=world.owner.pk)
    editing.undo(edit=mine, by=world.officer)
    reading.refresh_from_db()
    assert (reading.weight, reading.owner_id) == (1, world.owner.pk)


def test_undo_is_stale_when_the_same_was_changed_again(world, plan):
    reading = measure(plan, "读书会")
    mine = editing.change_measure(measure=reading, known=0, by=world.officer, weight=4)
    editing.change_measure(measure=reading, known=1, by=world.chair, weight=5)
    with pytest.raises(Stale) as stale:
        editing.undo(edit=mine, by=world.officer)
    assert [edit.account for edit in stale.value.values["edits"]] == [world.chair]


def test_undo_twice_is_refused(world, plan):
    edit = editing.change_measure(
        measure=measure(plan, "读书会"), known=0, by=world.officer, weight=4
    )
    editing.undo(edit=edit, by=world.officer)
    with pytest.raises(Refused) as refused:
        editing.undo(edit=edit, by=world.officer)
    assert refused.value.code == "already_undone"


ACTIONS = (
    "change", "assign", "add", "remove", "split", "merge", "move", "declare", "add_point",
    "merge_point", "rename_point", "settle_year",
)  # fmt: skip


def act(world: factories.World, plan: Plan, action: str, n: int) -> PlanEdit | None:
    """Do one edit of the kind, on the thing that the number picks."""
    plan.refresh_from_db()
    measures = list(plan.measures.order_by("pk"))
    points = list(plan.points.order_by("position", "pk"))
    one = measures[n % len(measures)] if measures else None
    point = points[n % len(points)]
    by = (world.officer, world.chair)[n % 2]
    text = plan.clean_text.text
    match action:
        case "change" if one:
            return editing.change_measure(
                measure=one, known=None, by=by, weight=1 + n % 5, deliverable=f"成果{n}",
                owner_id=(None, world.owner.pk)[n % 2],
                supporting_unit_ids=([], [world.office.pk])[n % 2],
            )  # fmt: skip
        case "assign" if measures:
            return editing.assign_many(
                measures=measures[: 1 + n % 4], by=by, owner_id=world.second.pk, kind="study"
            )
        case "add":
            first = point.start + n % max(1, point.end - point.start)
            return editing.add_measure(plan=plan, start=first, end=first + 6, by=by)
        case "remove" if one:
            return editing.remove_measure(measure=one, known=None, by=by)
        case "split" if one:
            return editing.split_measure(measure=one, text_at=len(one.text) // 2, known=None, by=by)
        case "merge" if one:
            second = one.point.measures.exclude(pk=one.pk).order_by("position").first()
            return second and editing.merge_measures(first=one, second=second, by=by)
        case "move" if one:
            return editing.move_measure(
                measure=one, point=point, position=1 + n % 3, known=None, by=by
            )
        case "declare":
            sentences = list(plan.sentences.all())
            return editing.declare_sentence(
                sentence=sentences[n % len(sentences)], by=by,
                declared=("", "aim", "background", "upper", "duplicate")[n % 5],
            )  # fmt: skip
        case "add_point":
            first = n * 7 % (len(text) - 8)
            return editing.add_point(plan=plan, start=first, end=first + 6, by=by)
        case "merge_point":
            return editing.merge_point(point=point, by=by)
        case "rename_point":
            return editing.rename_point(point=point, heading=f"要点{n}", by=by)
        case "settle_year":
            return editing.settle_year(plan=plan, year=2024 + n % 5, by=by)
    return None


@pytest.mark.parametrize("action", ACTIONS)
def test_undo_puts_back_each_kind_of_edit(world, plan, action):
    before = picture(plan)
    edit = act(world, plan, action, 1)
    assert edit is not None
    assert edit.action == action
    assert picture(plan) != before
    editing.undo(edit=edit, by=world.officer)
    assert picture(plan) == before


@given(steps=st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(0, 60)), max_size=9))
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_undoing_everything_gives_the_first_picture(world, steps):
    plan = factories.plan(world.bureau, world.officer)
    before = picture(plan)
    made = []
    for action, n in steps:
        try:
            edit = act(world, plan, action, n)
        except Refused:
            continue
        if edit is not None:
            made.append(edit)
            for point in plan.points.all():  # places within a point are 1, 2, 3 …
                held = list(point.measures.order_by("position").values_list("position", flat=True))
                assert held == list(range(1, len(held) + 1))
    for edit in reversed(made):
        editing.undo(edit=edit, by=world.officer)
    assert picture(plan) == before
    assert Sentence.objects.filter(plan=plan).count() == len(before["sentences"])
