"""Edits in words: who changed what, from what to what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from halfsky.plans import labels
from halfsky.plans.models import PlanEdit
from halfsky.plans.queries.review import Names
from halfsky.plans.sentences import day

QUIET = frozenset({"is_soft", "start", "end", "amends_id", "rule", "why", "carried_by", "role"})
CODED: Mapping[str, labels.Labels] = {
    "kind": labels.KINDS,
    "whose": labels.WHOSE,
    "recurrence": labels.RECURRENCES,
    "declared": labels.DECLARATIONS,
}
QUOTED = 40  # characters of a measure or sentence in a line


@dataclass(frozen=True, slots=True)
class Changed:
    """One field of one thing, before and after."""

    field: str
    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class EditLine:
    """One edit as people read it."""

    revision: int
    who: str
    at: datetime
    action: str
    subject: str
    changes: list[Changed]
    undone: bool
    is_undo: bool


def short(text: str) -> str:
    """A text cut to what fits into a line."""
    text = text.strip()
    return text if len(text) <= QUOTED else text[: QUOTED - 1] + "…"


def value_words(field: str, value: Any, names: Names) -> str:
    """A field's value as people write it; — for nothing."""
    nothing = "—"
    if field in CODED:
        if field == "declared" and not value:
            return _("待定")
        return str(CODED[field].get(str(value), value))
    if value is None or value == "" or value == []:
        return nothing
    match field:
        case "lead_unit_id":
            return names.units.get(value, nothing)
        case "supporting_unit_ids":
            return _("、").join(names.units.get(pk, nothing) for pk in value)
        case "owner_id":
            return names.persons.get(value, nothing)
        case "point_id":
            return names.points.get(value, nothing)
        case "due_on":
            return day(date.fromisoformat(value) if isinstance(value, str) else value)
        case "nodes":
            return _("、").join(
                f"{day(date.fromisoformat(node['on']))} {node['text']}".strip() for node in value
            )
        case "evidence_kinds":
            return _("、").join(str(labels.EVIDENCE_KINDS.get(one, one)) for one in value)
        case "year_settled":
            return _("已定") if value else _("待定")
        case "position":
            return _("第%(n)s位") % {"n": value}
    return str(value)


def field_label(field: str) -> str:
    """What a field is called."""
    if field == "point_id":
        return _("要点")
    if field == "position":
        return _("顺序")
    if field == "target":
        return _("目标")
    return str(labels.FIELDS.get(field, field))


def changed_lines(name: str, edit: PlanEdit, names: Names) -> list[Changed]:
    """What an edit did to one thing ("measure:12"), field by field."""
    was, became = edit.before.get(name) or {}, edit.after.get(name) or {}
    if not was or not became:
        return []
    found = []
    for field in became:
        if field in QUIET or was.get(field) == became[field] or field == "declared_by":
            continue
        found.append(
            Changed(
                field,
                field_label(field),
                value_words(field, was.get(field), names),
                value_words(field, became[field], names),
            )
        )
    return found


def _subject(edit: PlanEdit) -> str:
    name = {"measure": "measure", "keypoint": "keypoint"}.get(edit.what)
    if name is None:
        return ""
    key = f"{name}:{edit.object_id}"
    fields = edit.after.get(key) or edit.before.get(key) or {}
    return short(fields.get("text") or fields.get("heading") or "")


def _assigned(edit: PlanEdit, names: Names) -> list[Changed]:
    """A bulk edit told once: the new values and for how many measures."""
    told: dict[str, tuple[str, int]] = {}
    for name in edit.after:
        for line in changed_lines(name, edit, names):
            _new, count = told.get(line.field, ("", 0))
            told[line.field] = (line.new, count + 1)
    return [
        Changed(field, field_label(field), _("%(count)s项") % {"count": count}, new)
        for field, (new, count) in told.items()
    ]


def edit_lines(edits: Iterable[PlanEdit], names: Names, texts: Mapping[int, str]) -> list[EditLine]:
    """Edits in words, in the order given. `texts` are sentences' texts by id."""
    lines = []
    for edit in edits:
        subject = _subject(edit)
        own = f"{edit.what}:{edit.object_id}"
        if edit.what == "sentence":
            subject = short(texts.get(edit.object_id, ""))
        if edit.action == "assign":
            changes = _assigned(edit, names)
        elif edit.action == "move":
            changes = [c for c in changed_lines(own, edit, names) if c.field != "text"]
        elif edit.action in {"change", "declare", "rename_point", "split", "merge"}:
            changes = [c for c in changed_lines(own, edit, names) if c.field != "position"]
        elif edit.action == "settle_year":
            changes = [c for c in changed_lines(own, edit, names) if c.field == "year"]
        else:
            changes = []
        action = str(labels.EDITS.get(edit.action, edit.action))
        undone = edit._state.fields_cache.get("undoes")
        if undone is not None:
            action = _("撤销：%(action)s") % {
                "action": labels.EDITS.get(undone.action, undone.action)
            }
        lines.append(
            EditLine(
                revision=edit.revision,
                who=edit.account.display_name,
                at=edit.at,
                action=action,
                subject=subject,
                changes=changes,
                undone=edit._state.fields_cache.get("undone_by") is not None,
                is_undo=edit.undoes_id is not None,
            )
        )
    return lines
