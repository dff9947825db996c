"""The dated instances (检查节点) of work that comes back through the year."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from halfsky.plans.rules.reading.recurrence import Frequency

QUARTERS = ("第一季度", "第二季度", "第三季度", "第四季度")
HALVES = ("上半年", "下半年")

# Months at whose end an instance is due. "All year" is no date: it gets a checkpoint a quarter.
# Weekly work is looked at once a month, or the list would hold fifty lines for one habit.
MONTHS: dict[Frequency, tuple[int, ...]] = {
    Frequency.WEEKLY: tuple(range(1, 13)),
    Frequency.MONTHLY: tuple(range(1, 13)),
    Frequency.BIMONTHLY: (2, 4, 6, 8, 10, 12),
    Frequency.QUARTERLY: (3, 6, 9, 12),
    Frequency.HALF_YEARLY: (6, 12),
    Frequency.YEARLY: (12,),
    Frequency.ALL_YEAR: (3, 6, 9, 12),
    Frequency.CONTINUOUS: (3, 6, 9, 12),
    Frequency.REGULAR: (3, 6, 9, 12),
}


@dataclass(frozen=True, slots=True)
class Instance:
    """One instance: the day by which it is due, and what people call it."""

    due_on: date
    label: str


def instances(frequency: Frequency, year: int) -> list[Instance]:
    """Return the instances of a year, in order; each is due on the last day of its period."""
    months = MONTHS[frequency]
    return [
        Instance(date(year, month, monthrange(year, month)[1]), _label(month, len(months)))
        for month in months
    ]


def _label(month: int, count: int) -> str:
    match count:
        case 1:
            return ""
        case 2:
            return HALVES[month // 6 - 1]
        case 4:
            return QUARTERS[month // 3 - 1]
        case 6:
            return f"{month - 1}—{month}月"
        case _:
            return f"{month}月"
