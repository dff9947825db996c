"""Every declared measure kind answers the five questions: declaring a kind tests it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.http import Http404
from django.test import Client
from django.urls import resolve

from halfsky.kernel.measures import (
    Brief,
    MeasureKind,
    Period,
    Progress,
    ProgressState,
    Ref,
    Sentence,
    Target,
    UnknownKind,
    measure_kind,
    measure_kinds,
)
from halfsky.kernel.modules import modules, permissions
from halfsky.people.models import Account, Unit
from halfsky.people.roles import ROLE_KEYS
from halfsky.people.tests.factories import UnitFactory, account_with

pytestmark = pytest.mark.django_db
KINDS = list(measure_kinds())
YEAR = Period.of_year(2026)
TODAY = date(2026, 11, 24)
MISSING = 10**9


@pytest.fixture(params=KINDS, ids=lambda kind: kind.key)
def kind(request: pytest.FixtureRequest) -> MeasureKind:
    """Each kind in turn."""
    found: MeasureKind = request.param
    return found


@pytest.fixture
def unit() -> Unit:
    return UnitFactory()


def starter(kind: MeasureKind, unit: Unit) -> Account:
    """An account that may start a record of `kind` in `unit`."""
    return account_with(sorted(kind.permission.roles)[0], unit)


def brief(unit: Unit, number: int = 1) -> Brief:
    return Brief(
        title=f"第{number}次节水讲堂",
        unit_id=unit.pk,
        period=Period(date(2026, 3, 1), date(2026, 12, 31)),
        target=Target(3, "场", "按场次") if number == 1 else None,
        origin="全年办三场节水讲堂。",
    )


def test_the_first_kind_is_there() -> None:
    assert "general.task" in {kind.key for kind in KINDS}
    with pytest.raises(UnknownKind):
        measure_kind("nowhere.nothing")


def test_the_key_finds_the_kind(kind: MeasureKind) -> None:
    assert measure_kind(kind.key) is kind
    assert str(kind.label)
    room = kind.key.partition(".")[0]
    assert any(module.key == room and kind in module.kinds for module in modules())


def test_start_needs_the_permission_in_the_unit(kind: MeasureKind, unit: Unit) -> None:
    assert kind.permission.key in permissions()
    below = UnitFactory(parent=unit)
    ref = kind.start(brief(below), by=starter(kind, unit))
    assert (ref.kind, ref.id > 0) == (kind.key, True)


@pytest.mark.parametrize("role", sorted(ROLE_KEYS))
def test_start_is_refused_without_the_permission(kind: MeasureKind, unit: Unit, role: str) -> None:
    elsewhere = account_with(role, UnitFactory())
    below = account_with(role, UnitFactory(parent=unit))
    accounts = [elsewhere, below]
    if role not in kind.permission.roles:
        accounts.append(account_with(role, unit))
    for account in accounts:
        with pytest.raises(Http404):
            kind.start(brief(unit), by=account)


def test_start_many_answers_in_order_and_all_or_nothing(kind: MeasureKind, unit: Unit) -> None:
    by = starter(kind, unit)
    refs = kind.start_many([brief(unit, number) for number in (1, 2, 3)], by=by)
    assert len({ref.id for ref in refs}) == 3
    assert kind.start_many([], by=by) == []
    for ref, number in zip(refs, (1, 2, 3), strict=True):
        page = Client()
        page.force_login(by)
        assert f"第{number}次节水讲堂" in page.get(kind.url(ref.id)).content.decode()


def test_the_url_resolves_and_hides_from_strangers(kind: MeasureKind, unit: Unit) -> None:
    by = starter(kind, unit)
    ref = kind.start(brief(unit), by=by)
    url = kind.url(ref.id)
    assert resolve(url).namespace == kind.key.partition(".")[0]
    assert kind.url(MISSING) != url  # asked without looking
    for account, expected in [(by, 200), (account_with("officer", UnitFactory()), 404)]:
        client = Client()
        client.force_login(account)
        assert client.get(url).status_code == expected


def answers(kind: MeasureKind, ids: list[int]) -> Iterator[set[int]]:
    """The ids that each question answers for."""
    yield set(kind.progress(ids, on=TODAY))
    yield set(kind.evidence(ids))
    yield {ref.id for said in kind.sentences(ids, period=YEAR) for ref in said.refs}


def test_ids_that_do_not_exist_are_left_out(kind: MeasureKind, unit: Unit) -> None:
    by = starter(kind, unit)
    ids = [ref.id for ref in kind.start_many([brief(unit), brief(unit, 2)], by=by)]
    assert list(answers(kind, [*ids, MISSING])) == [set(ids)] * 3
    assert list(answers(kind, [MISSING])) == [set()] * 3
    assert list(answers(kind, [])) == [set()] * 3


def test_progress_of_a_fresh_record_is_counted_as_nothing(kind: MeasureKind, unit: Unit) -> None:
    ref = kind.start(brief(unit), by=starter(kind, unit))
    progress = kind.progress([ref.id], on=TODAY)[ref.id]
    assert isinstance(progress, Progress)
    assert (progress.state, progress.done) == (ProgressState.NOT_STARTED, 0)
    assert str(progress.summary)


def test_evidence_names_a_declared_permission(kind: MeasureKind, unit: Unit) -> None:
    ref = kind.start(brief(unit), by=starter(kind, unit))
    proofs = kind.evidence([ref.id])[ref.id]
    assert proofs == sorted(proofs, key=lambda proof: proof.dated)
    for proof in proofs:
        assert proof.permission in permissions()
        assert resolve(proof.url.partition("#")[0])


def test_sentences_show_what_is_missing(kind: MeasureKind, unit: Unit) -> None:
    ref = kind.start(brief(unit), by=starter(kind, unit))
    said = kind.sentences([ref.id], period=YEAR)
    assert all(isinstance(sentence, Sentence) for sentence in said)
    assert {reference for sentence in said for reference in sentence.refs} == {
        Ref(kind.key, ref.id)
    }
    assert any(sentence.gaps for sentence in said)  # nothing done yet: a gap is shown
    for sentence in said:
        assert all(isinstance(number, int) for number in sentence.figures.values())
        assert sentence.text or sentence.gaps


def test_sentences_take_any_period(kind: MeasureKind, unit: Unit) -> None:
    ref = kind.start(brief(unit), by=starter(kind, unit))
    for start, days in [(date(2020, 1, 1), 0), (date(2026, 2, 28), 1), (date(2030, 1, 1), 365)]:
        period = Period(start, start + timedelta(days=days))
        assert kind.sentences([ref.id], period=period)


def test_questions_cost_the_same_for_one_record_and_for_many(
    kind: MeasureKind, unit: Unit, django_assert_num_queries
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    by = starter(kind, unit)
    ids = [ref.id for ref in kind.start_many([brief(unit, n) for n in range(1, 61)], by=by)]
    for ask in (
        lambda some: kind.progress(some, on=TODAY),
        lambda some: kind.evidence(some),
        lambda some: kind.sentences(some, period=YEAR),
    ):
        with CaptureQueriesContext(connection) as one:
            ask(ids[:1])
        with django_assert_num_queries(len(one)):
            ask(ids)


def test_answers_name_nobody(kind: MeasureKind, unit: Unit) -> None:
    """Counts and states, no names: what a plan shows of a record must not say who is in it."""
    by = starter(kind, unit)
    ref = kind.start(brief(unit), by=by)
    progress = kind.progress([ref.id], on=TODAY)[ref.id]
    said = " ".join(sentence.text for sentence in kind.sentences([ref.id], period=YEAR))
    assert by.display_name not in f"{progress.summary} {progress.count_word} {said}"
