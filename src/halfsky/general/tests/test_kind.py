"""What a general task answers to a plan."""

from __future__ import annotations

from datetime import date

import pytest

from halfsky.general import services
from halfsky.general.kinds import GeneralTask
from halfsky.general.models import RecordState
from halfsky.general.queries import year_figures
from halfsky.general.tests.factories import record
from halfsky.kernel.measures import Period, Target
from halfsky.people.tests.factories import UnitFactory, account_with

pytestmark = pytest.mark.django_db
KIND = GeneralTask()
DAY = date(2026, 3, 8)
YEAR = Period.of_year(2026)


def test_progress_counts_entries_without_a_target() -> None:
    unit = UnitFactory()
    officer = account_with("officer", unit)
    found = record(unit, officer)
    assert KIND.progress([found.pk], on=DAY)[found.pk].summary == "还没有进展"
    services.write_entry(record=found, happened_on=DAY, what="一次", by=officer)
    progress = KIND.progress([found.pk, 10**6], on=DAY)
    assert list(progress) == [found.pk]
    assert (progress[found.pk].state, progress[found.pk].done) == ("running", 1)


def test_progress_counts_towards_a_target() -> None:
    unit = UnitFactory()
    officer = account_with("officer", unit)
    found = record(unit, officer, target=Target(5, "场"))
    services.write_entry(record=found, happened_on=DAY, what="两场", number=2, by=officer)
    assert KIND.progress([found.pk], on=DAY)[found.pk].summary == "已完成 2/5 场"


def test_evidence_is_every_entry_that_counts_oldest_first() -> None:
    unit = UnitFactory()
    officer = account_with("officer", unit)
    found = record(unit, officer)
    later = services.write_entry(record=found, happened_on=date(2026, 5, 1), what="后", by=officer)
    first = services.write_entry(record=found, happened_on=DAY, what="先", by=officer)
    gone = services.write_entry(record=found, happened_on=DAY, what="误记", by=officer)
    services.withdraw_entry(entry=gone, by=officer)
    proofs = KIND.evidence([found.pk])[found.pk]
    assert [proof.url.rpartition("#")[2] for proof in proofs] == [
        f"entry-{first.pk}", f"entry-{later.pk}",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("target", "number", "state", "text", "gaps"),
    [
        (None, None, None, "", ("缺：办一次节水讲堂的进展记录",)),
        (None, 0, None, "办一次节水讲堂：登记1次。", ()),
        (Target(5, "场"), 5, RecordState.DONE, "办一次节水讲堂：5场。", ()),
        (Target(5, "场"), 3, None, "办一次节水讲堂：3场。", ("缺：目标5场，已完成3场",)),
        (
            Target(5, "场"),
            3,
            RecordState.CANCELLED,
            "办一次节水讲堂：3场。",
            ("已取消：办一次节水讲堂",),
        ),
    ],
)
def test_sentences_say_what_is_missing(target, number, state, text, gaps) -> None:
    unit = UnitFactory()
    officer = account_with("officer", unit)
    found = record(unit, officer, target=target)
    if number is not None:
        services.write_entry(record=found, happened_on=DAY, what="办了", number=number, by=officer)
    if state is not None:
        services.change_state(record=found, state=state, by=officer, reason="并办")
    [sentence] = KIND.sentences([found.pk], period=YEAR)
    assert (sentence.text, sentence.gaps) == (text, gaps)


def test_year_figures_count_a_subtree_and_no_neighbour() -> None:
    unit = UnitFactory()
    below = UnitFactory(parent=unit)
    officer = account_with("officer", unit)
    other = UnitFactory()
    stranger = account_with("officer", other)
    for place, by in [(below, officer), (other, stranger)]:
        services.write_entry(record=record(place, by), happened_on=DAY, what="一次", by=by)
    assert year_figures(unit.path, YEAR) == {"entries": 1}
    assert year_figures(unit.path, Period(DAY, DAY)) == {"entries": 1}
    assert year_figures(unit.path, Period(date(2026, 3, 9), date(2026, 12, 31))) == {"entries": 0}
