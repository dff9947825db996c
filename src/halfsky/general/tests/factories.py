"""What the tests of the room of general tasks start from."""

from __future__ import annotations

from datetime import date
from typing import Any

from halfsky.general import services
from halfsky.general.models import WorkRecord
from halfsky.kernel.measures import Brief, Period, Target
from halfsky.people.models import Account, Unit


def record(unit: Unit, by: Account, *, target: Target | None = None, **fields: Any) -> WorkRecord:
    """A record of the year 2026, started through the service."""
    brief = Brief(
        fields.pop("title", "办一次节水讲堂"),
        unit.pk,
        fields.pop("period", Period(date(2026, 1, 1), date(2026, 12, 31))),
        target,
        fields.pop("origin", "一年办一次节水讲堂。"),
    )
    assert not fields
    return services.start_records(briefs=[brief], by=by)[0]
