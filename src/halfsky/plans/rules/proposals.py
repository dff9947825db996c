"""What is proposed for a measure, and what an officer's edit of it may be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from halfsky.plans.rules.reading.dates import DateKind, FoundDate, PlanCalendar, find_dates
from halfsky.plans.rules.reading.kinds import kind_of
from halfsky.plans.rules.reading.recurrence import recurrences_of, targets_of
from halfsky.plans.rules.reading.soft import is_soft as reads_soft
from halfsky.plans.rules.reading.soft import suggested_deliverable, suggested_evidence
from halfsky.plans.rules.reading.text import Enclosures, Span, fold
from halfsky.plans.rules.reading.whose import superior_acting, whose_action

BLANKS = " \t\n\r\u3000，,。；;、"

Node = Mapping[str, str]  # {"on": "2026-11-25", "text": "11月25日"}


@dataclass(frozen=True, slots=True)
class DateNode:
    """A day that a sentence names."""

    on: date
    text: str


@dataclass(frozen=True, slots=True)
class Guess:
    """What the reading rules say about a piece of text that an officer has chosen."""

    kind: str
    whose: str
    recurrence: str
    nodes: tuple[DateNode, ...]
    due_on: date | None
    deliverable: str
    evidence_kinds: tuple[str, ...]
    is_soft: bool


def schedule(dates: Iterable[FoundDate]) -> tuple[tuple[DateNode, ...], date | None]:
    """Return the days that a measure happens on, and the day by which it is due.

    Events become nodes, each with a task of its own. The last deadline becomes the due date, and
    so does the last day of an event that lasts (5月至6月, 9月下旬): one task, due when it ends.
    """
    named: dict[date, str] = {}  # 11月25日 and 国际消除对妇女的暴力日 beside it are one day
    ends: list[date] = []
    for found in dates:
        if found.kind is DateKind.EVENT and found.starts_on is not None:
            if found.due_on is None or found.due_on == found.starts_on:
                named[found.starts_on] = named.get(found.starts_on, "") + found.text
            else:
                ends.append(found.due_on)
        elif found.kind is DateKind.DEADLINE and found.due_on is not None:
            ends.append(found.due_on)
    nodes = [DateNode(on, text) for on, text in sorted(named.items())]
    if nodes and ends:  # 5月15日举办，6月底前完成: a node for each
        nodes += [DateNode(end, "") for end in ends]
        return tuple(sorted(nodes, key=lambda node: node.on)), None
    return tuple(nodes), max(ends, default=None)


def guess(text: str, *, year: int | None) -> Guess:
    """Return what the rules propose for `text`, as for a clause of the document itself."""
    folded = fold(text)
    whole = Span(0, len(text))
    enclosures = Enclosures(folded)
    dates = find_dates(text, folded, PlanCalendar(year), enclosures, look_back=Span(0, 0))
    recurrences = recurrences_of(text, folded, whole)
    targets = targets_of(text, folded, whole)
    kind, _word = kind_of(folded)
    whose, _rule = whose_action(folded, superior_acting(folded, ""))
    nodes, due_on = schedule(dates)
    return Guess(
        kind=kind,
        whose=whose,
        recurrence=recurrences[0].frequency if recurrences else "",
        nodes=nodes,
        due_on=due_on,
        deliverable=suggested_deliverable(kind),
        evidence_kinds=suggested_evidence(kind),
        is_soft=reads_soft(folded, kind, has_target=bool(targets), has_day=bool(dates)),
    )


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span without blanks and stops at its ends, kept inside the text."""
    start, end = max(0, min(start, len(text))), max(0, min(end, len(text)))
    while start < end and text[start] in BLANKS:
        start += 1
    while end > start and text[end - 1] in BLANKS:
        end -= 1
    return start, end


def is_soft(*, deliverable: str, target_number: int | None, asked_soft: bool) -> bool:
    """Whether a measure has nothing to accept (无可验收成果) after an officer's edit.

    A target or a deliverable named by the officer takes the flag away; `asked_soft` is whether
    it stood before and the deliverable was not touched.
    """
    if target_number is not None:
        return False
    return asked_soft or not deliverable.strip()


def is_within_reach(due_on: date, *, year: int) -> bool:
    """Whether a due date fits the plan's year; the January after it is allowed for closing."""
    return date(year, 1, 1) <= due_on <= date(year + 1, 1, 31)


def joined_nodes(first: Sequence[Node], second: Sequence[Node]) -> list[dict[str, str]]:
    """The nodes of two measures by day, each once."""
    found = {(node["on"], node["text"]): dict(node) for node in (*first, *second)}
    return [found[key] for key in sorted(found)]


def in_year(day: date | None, *, old: int, new: int) -> date | None:
    """Move a day of the old plan year to the new one; 29 February becomes the 28th if need be."""
    if day is None:
        return None
    year = day.year - old + new
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)


def nodes_in_year(nodes: Iterable[Node], *, old: int, new: int) -> list[dict[str, str]]:
    """Move nodes to the new plan year."""
    return [
        {**node, "on": moved.isoformat()}
        for node in nodes
        if (moved := in_year(date.fromisoformat(node["on"]), old=old, new=new)) is not None
    ]


def unit_named(name: str, units: Mapping[str, int]) -> int | None:
    """Return the id of the unit that `name` means, or None.

    `units` maps full and short names to ids. An exact name counts, then a name that ends in it
    (局人事科 for 人事科); a name that fits two units means neither.
    """
    bare = re.sub(r"\s", "", name)
    if bare in units:
        return units[bare]
    fits = {
        unit
        for known, unit in units.items()
        if len(known) >= 2 and (bare.endswith(known) or known.endswith(bare)) and len(bare) >= 2
    }
    return fits.pop() if len(fits) == 1 else None
