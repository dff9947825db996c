"""Coverage: what became of each sentence, and what stands between a plan and its adoption."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from halfsky.plans.rules.coverage import Coverage, Covered, Gap, coverage, measure_gaps

SPANS = st.tuples(st.integers(0, 60), st.integers(1, 20)).map(lambda s: (s[0], s[0] + s[1]))


@pytest.mark.parametrize(
    ("declared", "measures", "found"),
    [
        ("", [], Coverage.OPEN),
        ("aim", [], Coverage.DECLARED),
        ("", [(12, 15)], Coverage.MAPPED),
        ("aim", [(12, 15)], Coverage.MAPPED),  # a measure counts more than a declaration
        ("", [(0, 10)], Coverage.OPEN),  # ends where the sentence begins
        ("", [(20, 30)], Coverage.OPEN),  # begins where it ends
        ("", [(0, 11)], Coverage.MAPPED),
        ("", [(0, 40)], Coverage.MAPPED),
        ("", [(0, 40), (1, 2), (30, 31)], Coverage.MAPPED),
    ],
)
def test_coverage_of_a_sentence(declared, measures, found):
    assert coverage([Covered(1, 10, 20, declared)], measures) == {1: found}


@given(sentences=st.lists(SPANS, max_size=12), measures=st.lists(SPANS, max_size=12))
def test_coverage_is_what_comparing_each_with_each_finds(sentences, measures):
    found = coverage([Covered(n, a, b, "") for n, (a, b) in enumerate(sentences)], measures)

    assert found == {
        n: Coverage.MAPPED if any(x < b and a < y for x, y in measures) else Coverage.OPEN
        for n, (a, b) in enumerate(sentences)
    }


@pytest.mark.parametrize(
    ("whose", "has", "gaps"),
    [
        ("own", (True, True, True), []),
        ("own", (False, False, False), [Gap.NO_LEAD_UNIT, Gap.NO_OWNER, Gap.NO_DATE]),
        ("take_part", (True, False, True), [Gap.NO_OWNER]),
        ("rely_on", (True, True, False), [Gap.NO_DATE]),
        ("know_only", (False, False, False), []),
    ],
)
def test_measure_gaps(whose, has, gaps):
    unit, owner, day = has
    found = measure_gaps(id=7, whose=whose, has_lead_unit=unit, has_owner=owner, has_date=day)

    assert [(gap.gap, gap.id) for gap in found] == [(gap, 7) for gap in gaps]
