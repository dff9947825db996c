"""Writing general tasks: sums, refusals, what is left in the log."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from halfsky.audit.models import AuditEntry, StatusChange
from halfsky.general import services
from halfsky.general.models import RecordState, WorkEntry, WorkRecord
from halfsky.general.tests.factories import record
from halfsky.kernel.measures import Brief, Period, Target
from halfsky.people.access import OutOfReach
from halfsky.people.tests.factories import UnitFactory, account_with

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 8)


@pytest.fixture
def made() -> tuple[WorkRecord, object]:
    unit = UnitFactory()
    officer = account_with("officer", unit)
    return record(unit, officer, target=Target(5, "场", "按场次")), officer


def sums(found: WorkRecord) -> tuple[int, int]:
    living = WorkEntry.objects.filter(record=found, withdrawn_at__isnull=True)
    return len(living), sum(entry.number for entry in living)


def test_write_entry_counts_and_is_logged(made) -> None:
    found, officer = made
    entry = services.write_entry(
        record=found, happened_on=DAY, what=" 办了一场 ", number=2, by=officer
    )
    found.refresh_from_db()
    assert (found.entry_count, found.done_number, found.revision) == (1, 2, 1)
    assert entry.what == "办了一场"
    logged = AuditEntry.objects.latest("id")
    assert (logged.action, logged.actor_id, logged.object_id) == (
        "general.write_entry", officer.pk, entry.pk,
    )  # fmt: skip


def test_withdraw_and_restore_twice_count_once(made) -> None:
    found, officer = made
    entry = services.write_entry(record=found, happened_on=DAY, what="一场", number=3, by=officer)
    for change, expected in [
        (services.withdraw_entry, (0, 0)),
        (services.withdraw_entry, (0, 0)),
        (services.restore_entry, (1, 3)),
        (services.restore_entry, (1, 3)),
    ]:
        change(entry=entry, by=officer)
        found.refresh_from_db()
        assert (found.entry_count, found.done_number) == expected


@pytest.mark.parametrize("change", [services.withdraw_entry, services.restore_entry])
def test_an_ended_record_keeps_its_entries(made, change) -> None:
    found, officer = made
    entry = services.write_entry(record=found, happened_on=DAY, what="一场", number=5, by=officer)
    services.change_state(record=found, state=RecordState.DONE, by=officer)
    with pytest.raises(services.Refused, match="已完成或已取消"):
        change(entry=entry, by=officer)


def test_write_entry_refuses_tomorrow_in_a_sentence(made) -> None:
    found, officer = made
    tomorrow = timezone.localdate() + timedelta(days=1)
    with pytest.raises(services.Refused, match="不能晚于今天"):
        services.write_entry(record=found, happened_on=tomorrow, what="一场", by=officer)
    assert WorkEntry.objects.count() == 0


def test_finishing_short_of_the_target_needs_a_reason_that_is_kept(made) -> None:
    found, officer = made
    services.write_entry(record=found, happened_on=DAY, what="一场", number=4, by=officer)
    with pytest.raises(services.Refused, match="请写明原因"):
        services.change_state(record=found, state=RecordState.DONE, by=officer)
    services.change_state(record=found, state=RecordState.DONE, by=officer, reason="一场并办")
    change = StatusChange.objects.latest("id")
    assert (change.old, change.new, change.reason) == ("running", "done", "一场并办")


def test_nothing_is_finished_without_an_entry(made) -> None:
    found, officer = made
    with pytest.raises(services.Refused, match="还没有登记进展"):
        services.change_state(record=found, state=RecordState.DONE, by=officer, reason="做过了")


def test_a_repeated_state_leaves_no_trace(made) -> None:
    found, officer = made
    before = AuditEntry.objects.count()
    services.change_state(record=found, state=RecordState.RUNNING, by=officer)
    assert AuditEntry.objects.count() == before


@pytest.mark.parametrize("role", ["leader", "staff", "system_admin", "auditor"])
def test_who_may_not_write_finds_nothing(made, role: str) -> None:
    found, _officer = made
    stranger = account_with(role, found.unit)
    with pytest.raises(OutOfReach):
        services.write_entry(record=found, happened_on=DAY, what="一场", by=stranger)
    with pytest.raises(OutOfReach):
        services.change_state(record=found, state=RecordState.CANCELLED, by=stranger, reason="x")


def test_start_records_refuses_all_when_one_unit_is_out_of_reach(made) -> None:
    found, officer = made
    period = Period(DAY, DAY)
    briefs = [
        Brief("近处", found.unit_id, period),
        Brief("远处", UnitFactory().pk, period),
    ]
    with pytest.raises(OutOfReach):
        services.start_records(briefs=briefs, by=officer)
    assert WorkRecord.objects.count() == 1


def test_start_records_refuses_a_unit_that_does_not_exist(made) -> None:
    _found, officer = made
    with pytest.raises(OutOfReach):
        services.start_records(briefs=[Brief("无处", 10**9, Period(DAY, DAY))], by=officer)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["write", "withdraw", "restore"]), st.integers(0, 9)), max_size=12
    )
)
def test_kept_sums_always_equal_a_recount(made, steps: list[tuple[str, int]]) -> None:
    found, officer = made
    for step, number in steps:
        entries = list(WorkEntry.objects.filter(record=found))
        if step == "write":
            services.write_entry(
                record=found, happened_on=DAY, what="一场", number=number, by=officer
            )
        elif entries:
            change = services.withdraw_entry if step == "withdraw" else services.restore_entry
            change(entry=entries[number % len(entries)], by=officer)
        found.refresh_from_db()
        assert (found.entry_count, found.done_number) == sums(found)
