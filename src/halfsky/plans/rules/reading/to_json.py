"""A reading as plain values for `halfsky plan read FILE --json`.

`span` is [start, end) in the source text as extracted, counted in characters; `clean_span` is the
same place in the clean text. A source span may reach over junk cut out of its middle, so
`text` is quoted from the clean text.
"""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from halfsky.plans.rules.reading.dates import DateKind, FoundDate
from halfsky.plans.rules.reading.owners import Owner
from halfsky.plans.rules.reading.reading import Item, KeyPoint, Measure, PlanReading
from halfsky.plans.rules.reading.text import Span

Json = dict[str, Any]


class _Writer:
    def __init__(self, reading: PlanReading) -> None:
        self.reading = reading
        self.clean = reading.clean

    def place(self, span: Span) -> Json:
        source = self.clean.to_source(span)
        return {"span": [source.start, source.end], "clean_span": [span.start, span.end]}

    def quote(self, span: Span) -> Json:
        return {"text": span.of(self.clean.text), **self.place(span)}

    def date(self, found: FoundDate) -> Json:
        written: Json = {
            "text": found.text,
            "date": found.date,
            "kind": found.kind.value,
            **self.place(found.span),
        }
        if found.end:
            written["end"] = found.end
        written["on"] = found.on.isoformat() if found.on else None
        written["starts_on"] = found.starts_on.isoformat() if found.starts_on else None
        written["due_on"] = found.due_on.isoformat() if found.due_on else None
        written["rule"] = found.rule
        return written

    def owner(self, owner: Owner) -> Json:
        return {
            "unit": owner.unit,
            "as": owner.word,
            "part": owner.part.value,
            "rule": owner.rule,
            **self.place(owner.span),
        }

    def measure(self, measure: Measure) -> Json:
        return {
            **self.quote(measure.span),
            "item": measure.item,
            "kind": measure.kind.value,
            "kind_label": measure.labels[0],
            "whose": measure.whose.value,
            "whose_label": measure.labels[1],
            "superior": measure.superior,
            "dates": [self.date(found) for found in measure.dates],
            "recurrence": [
                {"frequency": found.frequency.value, "day": found.day, **self.quote(found.span)}
                for found in measure.recurrence
            ],
            "owners": [self.owner(owner) for owner in measure.owners],
            "targets": [
                {
                    "number": target.number,
                    "unit": target.unit,
                    "at_least": target.at_least,
                    **self.quote(target.span),
                }
                for target in measure.targets
            ],
            "hotlines": [hotline.number for hotline in measure.hotlines],
            "partners": [partner.unit for partner in measure.partners],
            "soft": measure.is_soft,
            "deliverable": measure.deliverable,
            "evidence": list(measure.evidence),
            "aims": [self.quote(aim) for aim in measure.aims],
            "ground": [self.quote(ground) for ground in measure.ground],
            "rules": [{"rule": reason.rule, "why": reason.why} for reason in measure.reasons],
        }

    def item(self, item: Item) -> Json:
        return {
            "ordinal": item.ordinal,
            "printed": item.printed,
            "heading": item.heading,
            **self.place(item.span),
            "items": [self.item(below) for below in item.items],
        }

    def point(self, point: KeyPoint) -> Json:
        return {
            "ordinal": point.ordinal,
            "printed": point.printed,
            "heading": point.heading,
            "heading_span": list(self.place(point.heading_span)["span"]),
            **self.place(point.span),
            "role": point.role.value,
            "items": [self.item(item) for item in point.items],
            "measures": [self.measure(measure) for measure in point.measures],
            "owners": [self.owner(owner) for owner in point.owners],
        }

    def junk(self) -> list[Json]:
        """Return the removed places of the source, neighbours of one reason joined."""
        joined: list[Json] = []
        for reason, cuts in groupby(self.clean.removed, key=lambda cut: cut.reason):
            for cut in cuts:
                last = joined[-1] if joined else None
                if last and last["reason"] == reason and cut.span.start <= last["span"][1]:
                    last["span"][1] = max(last["span"][1], cut.span.end)
                else:
                    joined.append({"span": [cut.span.start, cut.span.end], "reason": str(reason)})
        return joined

    def dates(self, found: Iterable[FoundDate]) -> list[Json]:
        return [self.date(one) for one in found]


def to_json(reading: PlanReading) -> Json:
    """Return a reading as values that `json.dumps` takes."""
    write = _Writer(reading)
    in_plan = (DateKind.EVENT, DateKind.DEADLINE)
    return {
        "title": reading.title,
        "title_span": list(write.place(reading.title_span)["span"]) if reading.title_span else None,
        "year": reading.year,
        "key_points": [write.point(point) for point in reading.key_points],
        "unplaced_measures": [write.measure(measure) for measure in reading.unplaced],
        "dates": write.dates(found for found in reading.dates if found.kind in in_plan),
        "other_dates": write.dates(found for found in reading.dates if found.kind not in in_plan),
        "owners": [
            {**write.owner(owner), "heading": point.heading}
            for point in reading.key_points
            for owner in point.owners
        ],
        "hotlines": [
            {"number": hotline.number, "name": hotline.name, **write.place(hotline.span)}
            for hotline in reading.hotlines
        ],
        "partners": [
            {"unit": partner.unit, **write.place(partner.span)} for partner in reading.partners
        ],
        "preamble": [write.quote(span) for span in reading.preamble],
        "closing": [write.quote(span) for span in reading.closing],
        "attachments": [write.quote(span) for span in reading.attachments],
        "signatures": [write.quote(span) for span in reading.signatures],
        "sentences": [
            {
                **write.quote(sentence.span),
                "coverage": sentence.coverage.value,
                "key_point": sentence.point,
                "rule": sentence.reason.rule,
                "why": sentence.reason.why,
            }
            for sentence in reading.sentences
        ],
        "junk": write.junk(),
        "notices": list(reading.notices),
    }
