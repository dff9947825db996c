"""The first measure kind: a general task (一般任务), so that every measure can be started."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from halfsky.general import queries, rules, services
from halfsky.general.permissions import SEE_RECORDS, START_RECORDS
from halfsky.kernel.measures import (
    Actor,
    Brief,
    Evidence,
    MeasureKind,
    Period,
    Progress,
    ProgressState,
    Ref,
    Sentence,
)


class GeneralTask(MeasureKind):
    """Answers the five questions for `general.models.WorkRecord`."""

    key = "general.task"
    label = gettext_lazy("一般任务")
    permission = START_RECORDS

    def start(self, brief: Brief, *, by: Actor) -> Ref:
        return self.start_many([brief], by=by)[0]

    def start_many(self, briefs: Collection[Brief], *, by: Actor) -> list[Ref]:
        return [
            Ref(self.key, record.pk)
            for record in services.start_records(briefs=briefs, by=by)  # type: ignore[arg-type]
        ]

    def url(self, id: int) -> str:
        return reverse("general:record", args=[id])

    def progress(self, ids: Collection[int], *, on: date) -> dict[int, Progress]:
        found = {}
        for pk, record in queries.records_by_id(ids).items():
            state = rules.progress_state(record_state=record.state, entry_count=record.entry_count)
            word = record.target_unit or _("次")
            done = record.done_number if record.target_number else record.entry_count
            if record.target_number:
                summary = _("已完成 %(done)d/%(target)d %(word)s") % {
                    "done": done,
                    "target": record.target_number,
                    "word": word,
                }
            elif record.entry_count:
                summary = _("已登记 %(count)d 次") % {"count": record.entry_count}
            else:
                summary = _("还没有进展")
            found[pk] = Progress(state, done, word, summary)
        return found

    def evidence(self, ids: Collection[int]) -> dict[int, list[Evidence]]:
        found: dict[int, list[Evidence]] = {pk: [] for pk in queries.records_by_id(ids)}
        for entry in queries.living_entries(ids).order_by("happened_on", "id"):
            found[entry.record_id].append(
                Evidence(
                    "entry",
                    entry.what,
                    f"{self.url(entry.record_id)}#entry-{entry.pk}",
                    entry.happened_on,
                    SEE_RECORDS.key,
                )
            )
        return found

    def sentences(self, ids: Collection[int], *, period: Period) -> list[Sentence]:
        said: dict[int, list[int]] = {pk: [] for pk in ids}
        for entry in queries.living_entries(ids).filter(
            happened_on__range=(period.start, period.end)
        ):
            said[entry.record_id].append(entry.number)
        found = []
        for pk, record in queries.records_by_id(ids).items():
            numbers = said[pk]
            figures = {"entries": len(numbers), "number": sum(numbers)}
            gaps = []
            if record.state == ProgressState.CANCELLED:
                gaps.append(_("已取消：%(title)s") % {"title": record.title})
            elif not numbers:
                gaps.append(_("缺：%(title)s的进展记录") % {"title": record.title})
            if record.state != ProgressState.CANCELLED and not rules.is_target_reached(
                done_number=record.done_number, target_number=record.target_number
            ):
                gaps.append(
                    _("缺：目标%(target)d%(word)s，已完成%(done)d%(word)s")
                    % {
                        "target": record.target_number,
                        "done": record.done_number,
                        "word": record.target_unit,
                    }
                )
            if record.target_number and figures["number"]:
                text = _("%(title)s：%(number)d%(word)s。") % {
                    "title": record.title,
                    "number": figures["number"],
                    "word": record.target_unit,
                }
            elif numbers:
                text = _("%(title)s：登记%(entries)d次。") % {
                    "title": record.title,
                    "entries": len(numbers),
                }
            else:
                text = ""
            found.append(Sentence(text, figures, (Ref(self.key, pk),), tuple(gaps)))
        return found
