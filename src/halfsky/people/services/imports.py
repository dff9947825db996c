"""Importing a roster: read and show, then write in one go, and take it back.

The preview stores what was read; confirming reads nothing from the browser but the yes. Ten
thousand rows are matched in memory and written by batches, in one transaction.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from halfsky.audit.services import record
from halfsky.people import access, queries, tables
from halfsky.people.models import Account, Distinction, ImportBatch, Person, Unit
from halfsky.people.permissions import EDIT_PERSONS
from halfsky.people.rules import roster
from halfsky.people.rules.roster import Cell, Column, Fate, Unreadable
from halfsky.people.services import finding
from halfsky.people.services.errors import Refused
from halfsky.people.services.persons import name_it

KEEP_DAYS = 30  # previews and undo data hold personal data: kept no longer
FILLED = (
    "name", "sex", "birth_month", "post", "rank", "staff_kind", "education", "title", "politics",
    "joined_on", "left_on", "phone",
)  # fmt: skip
DAYS = frozenset({"joined_on", "left_on"})
CHUNK = 500
State = ImportBatch.State


# ---------------------------------------------------------------- reading


@dataclass(slots=True)
class Row:
    """One row of the file. `number` as the spreadsheet counts; `values` as a person keeps them."""

    number: int
    values: dict[str, Any] = field(default_factory=dict)  # field -> text; "unit" -> id
    errors: list[dict[str, str]] = field(default_factory=list)  # column, heading, code, value
    fate: str = ""
    person: int | None = None
    changes: dict[str, list[Any]] = field(default_factory=dict)  # field -> [was, becomes]
    twin: int | None = None  # number of the earlier row with the same person


def _read_rows(
    body: Sequence[Sequence[Cell]],
    *,
    first: int,
    columns: Sequence[Column],
    units: roster.UnitFinder,
    unit_id: int,
    today: date,
) -> list[Row]:
    at = [(roster_index(column.letter), column) for column in columns if column.field]
    padded = {
        column.field: roster.months_are_padded(r[i] for r in body if i < len(r))
        for i, column in at
        if column.field == "birth_month"
    }
    rows: list[Row] = []
    for offset, cells in enumerate(body):
        if not any(roster.text_of(cell) for cell in cells):
            continue
        row = Row(first + offset)
        for index, column in at:
            cell = cells[index] if index < len(cells) else None
            try:
                if column.field == "unit":
                    row.values["unit"] = units.find(cell) if roster.text_of(cell) else unit_id
                else:
                    row.values[column.field] = roster.read_value(
                        column.field, cell, today=today, padded=padded.get(column.field)
                    )
            except Unreadable as mistake:
                row.errors.append(
                    {"column": column.letter, "heading": column.heading, "code": mistake.code,
                     "value": mistake.value[:40]}
                )  # fmt: skip
        row.values.setdefault("unit", unit_id)
        joined, left = row.values.get("joined_on"), row.values.get("left_on")
        if joined and left and left < joined:
            row.errors.append(
                {"column": "", "heading": "", "code": "left_before_joined", "value": left}
            )
        rows.append(row)
    return rows


def roster_index(letter: str) -> int:
    """A column's place, counted from 0, from its letter."""
    index = 0
    for sign in letter:
        index = index * 26 + ord(sign) - 64
    return index - 1


# ---------------------------------------------------------------- matching


def _as_kept(person: Person, name: str) -> str | int:
    if name == "unit":
        return person.unit_id
    value = getattr(person, name)
    return value.isoformat() if isinstance(value, date) else (value or "")


class _Known:
    """The persons in reach, found as a row finds them."""

    def __init__(self, persons: Iterable[Person]) -> None:
        self.by_name: dict[str, list[Person]] = defaultdict(list)
        for person in persons:
            self.by_name[person.name].append(person)

    def match(self, values: dict[str, Any]) -> Person | None:
        """The person that a row means: the name and one thing more agree, and nothing contradicts.

        Unit, birth month or telephone must agree; two birth months that differ, or two sexes,
        are two persons. Raises Unreadable("several") when more than one fits.
        """
        fits = []
        for person in self.by_name.get(values["name"], ()):
            birth, phone = values.get("birth_month", ""), values.get("phone", "")
            if birth and person.birth_month and birth != person.birth_month:
                continue
            if values.get("sex") and values["sex"] != person.sex:
                continue
            score = (
                4 * bool(birth and birth == person.birth_month)
                + 2 * bool(phone and phone == person.phone)
                + 1 * (values["unit"] == person.unit_id)
            )
            if score:
                fits.append((score, person))
        if not fits:
            return None
        best = max(score for score, _person in fits)
        found = [person for score, person in fits if score == best]
        if len(found) > 1:
            raise Unreadable("several", values["name"])
        return found[0]


def _decide(rows: list[Row], known: _Known) -> None:
    """Give every row its fate."""
    seen: dict[tuple[Any, ...], int] = {}
    taken: dict[int, int] = {}
    for row in rows:
        row.person, row.changes, row.twin = None, {}, None
        row.errors = [error for error in row.errors if error["code"] != "several"]
        if row.errors:
            row.fate = Fate.ERROR
            continue
        values = row.values
        key = (
            values["name"],
            values["unit"],
            values.get("birth_month", ""),
            values.get("phone", ""),
        )
        if key in seen:
            row.fate, row.twin = Fate.DOUBLE, seen[key]
            continue
        seen[key] = row.number
        try:
            person = known.match(values)
        except Unreadable as mistake:
            row.errors.append(
                {"column": "", "heading": "", "code": mistake.code, "value": mistake.value}
            )
            row.fate = Fate.ERROR
            continue
        if person is None:
            if "sex" not in values:
                row.errors.append({"column": "", "heading": "", "code": "sex_missing", "value": ""})
                row.fate = Fate.ERROR
            else:
                row.fate = Fate.NEW
            continue
        if person.pk in taken:
            row.fate, row.twin = Fate.DOUBLE, taken[person.pk]
            continue
        taken[person.pk] = row.number
        row.person = person.pk
        for name, value in values.items():
            was = _as_kept(person, name)
            if value != was and not (value == "" and was):  # an empty cell wipes nothing
                row.changes[name] = [was, value]
        row.fate = Fate.UPDATE if row.changes else Fate.SAME


def _known_to(account: Account, names: set[str]) -> tuple[_Known, dict[int, Person]]:
    """The visible persons with these names, by name and by id. A query per 900 names."""
    reach = queries.visible_persons(account, EDIT_PERSONS)
    ordered = sorted(names)
    found: list[Person] = []
    for start in range(0, len(ordered), 900):
        found += reach.filter(name__in=ordered[start : start + 900]).order_by("id")
    return _Known(found), {person.pk: person for person in found}


# ---------------------------------------------------------------- the three steps


@transaction.atomic
def preview_import(*, by: Account, unit: Unit, data: bytes, file_name: str) -> ImportBatch:
    """Read a file and say what would become of each row. Nothing in the roster changes.

    Raises OutOfReach, Refused.
    """
    access.require(by, EDIT_PERSONS, unit)
    table = tables.read_table(data, file_name)
    top = roster.heading_row(table)
    if top is None:
        raise Refused(
            _("没有找到表头。表头要有“姓名”，再加上性别、部门等至少一列，放在前 15 行里。")
        )
    body = table[top + 1 :]
    if len(body) > roster.MAX_ROWS:
        raise Refused(_("一次最多导入 %(n)s 行，请分成几个文件。") % {"n": roster.MAX_ROWS})
    columns = roster.read_headings(table[top], body)
    if not any(column.field == "name" for column in columns):
        raise Refused(_("“姓名”一列读不了，里面像是身份证号码。请检查后再上传。"))
    rows = _read_rows(
        body,
        first=top + 2,
        columns=columns,
        units=roster.UnitFinder(queries.unit_names_below(by, unit)),
        unit_id=unit.pk,
        today=timezone.localdate(),
    )
    if not rows:
        raise Refused(_("表头下面没有人员。请选有内容的花名册。"))
    known, _by_id = _known_to(by, {row.values["name"] for row in rows if "name" in row.values})
    _decide(rows, known)
    batch = ImportBatch.objects.create(
        unit=unit,
        account=by,
        file_name=file_name[-255:],
        file_sha256=hashlib.sha256(data).hexdigest(),
        mapping=[asdict(column) for column in columns],
        rows=[asdict(row) for row in rows],
        counts=roster.count_fates(row.fate for row in rows),
        total=len(rows),
    )
    record(
        action="people.import.preview", obj=batch, by=by, unit=unit,
        after={"sha256": batch.file_sha256, **batch.counts},
        on_behalf_of=access.on_behalf_of(by, EDIT_PERSONS, unit),
    )  # fmt: skip
    return batch


def _locked(batch: ImportBatch, by: Account, *states: str) -> ImportBatch:
    batch = (
        ImportBatch.objects.select_for_update(of=("self",)).select_related("unit").get(pk=batch.pk)
    )
    access.require(by, EDIT_PERSONS, batch.unit)
    if batch.state not in states:
        raise Refused(
            _("这次导入%(state)s，不能再做这一步。") % {"state": batch.get_state_display()}
        )
    return batch


def _person_of(values: dict[str, Any], person: Person) -> Person:
    for name, value in values.items():
        if name == "unit":
            person.unit_id = value
        elif name in DAYS:
            setattr(person, name, date.fromisoformat(value) if value else None)
        else:
            setattr(person, name, value)
    name_it(person)
    return person


@transaction.atomic
def apply_import(*, batch: ImportBatch, by: Account) -> ImportBatch:
    """Write the new and changed rows of a previewed import, all or nothing.

    If the roster has changed so that a row's fate would be another one, nothing is written and
    the batch comes back renewed, still PREVIEWED. Raises OutOfReach, Refused.
    """
    batch = _locked(batch, by, State.PREVIEWED)
    if batch.purged_at:
        raise Refused(_("预览已过 30 天，内容已清除。请重新上传文件。"))
    rows = [Row(**row) for row in batch.rows]
    _recheck_units(rows, by, batch.unit)
    known, by_id = _known_to(by, {row.values["name"] for row in rows if "name" in row.values})
    promised = [(row.fate, row.person, row.changes) for row in rows]
    _decide(rows, known)
    if promised != [(row.fate, row.person, row.changes) for row in rows]:
        batch.rows = [asdict(row) for row in rows]
        batch.counts = roster.count_fates(row.fate for row in rows)
        batch.save(update_fields=["rows", "counts"])
        return batch
    new = [row for row in rows if row.fate == Fate.NEW]
    created = [_person_of(row.values, Person(import_batch=batch)) for row in new]
    Person.objects.bulk_create(created, batch_size=CHUNK)
    finding.index_persons(created)
    for row, person in zip(new, created, strict=True):
        row.person = person.pk
    changed = [row for row in rows if row.fate == Fate.UPDATE]
    before = {row.person: {n: was for n, (was, _new) in row.changes.items()} for row in changed}
    _write(
        [
            _person_of({n: v for n, (_w, v) in r.changes.items()}, by_id[r.person])
            for r in changed
            if r.person
        ],
        renamed={r.person for r in changed if r.person and finding.SHOWN & r.changes.keys()},
    )
    batch.rows = [asdict(row) for row in rows]
    batch.before = before
    batch.state = State.APPLIED
    batch.done = batch.total
    batch.applied_at = timezone.now()
    batch.save()
    record(
        action="people.import.apply", obj=batch, by=by, unit=batch.unit,
        after=batch.counts, on_behalf_of=access.on_behalf_of(by, EDIT_PERSONS, batch.unit),
    )  # fmt: skip
    return batch


def _recheck_units(rows: list[Row], by: Account, unit: Unit) -> None:
    """Turn rows into errors whose unit has gone, or has moved out of reach, since the preview."""
    usable = {found.id for found in queries.unit_names_below(by, unit)}
    for row in rows:
        if row.values.get("unit") not in usable and not any(
            e["code"] == "unit_gone" for e in row.errors
        ):
            row.errors.append({"column": "", "heading": "", "code": "unit_gone", "value": ""})


def _write(persons: list[Person], *, renamed: set[int]) -> None:
    """Save many existing persons: an upsert by batches, far faster than CASE WHEN per field.

    `renamed` are those whose entry in the search changes.
    """
    Person.objects.bulk_create(
        persons,
        batch_size=CHUNK,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["unit", "name_key", "name_search", *FILLED],
    )
    finding.index_persons(person for person in persons if person.pk in renamed)


@transaction.atomic
def cancel_import(*, batch: ImportBatch, by: Account) -> ImportBatch:
    """Drop a previewed import. Raises OutOfReach, Refused."""
    batch = _locked(batch, by, State.PREVIEWED)
    batch.state = State.CANCELLED
    batch.rows = []
    batch.purged_at = timezone.now()
    batch.save(update_fields=["state", "rows", "purged_at"])
    record(action="people.import.cancel", obj=batch, by=by, unit=batch.unit)
    return batch


@transaction.atomic
def undo_import(*, batch: ImportBatch, by: Account) -> ImportBatch:
    """Take an import back: persons it made go, persons it changed are as before.

    A person who was changed since stays as she is; `batch.kept` names them.
    Raises OutOfReach, Refused.
    """
    batch = _locked(batch, by, State.APPLIED)
    if batch.purged_at:
        raise Refused(_("导入已过 30 天，撤销用的内容已清除，不能撤销了。"))
    ids = [row["person"] for row in batch.rows if row["fate"] in (Fate.NEW, Fate.UPDATE)]
    persons = {p.pk: p for p in _in_chunks(ids, Person.objects.select_for_update(of=("self",)))}
    mentioned = _mentioned(ids)
    kept: list[dict[str, Any]] = []
    doomed: list[int] = []
    restored: list[Person] = []
    for row in batch.rows:
        person = persons.get(row["person"])
        if row["fate"] == Fate.NEW:
            if person is None:
                continue  # gone already: nothing to take back
            values = dict.fromkeys(FILLED, "") | row["values"]
            if person.pk in mentioned or any(_as_kept(person, n) != v for n, v in values.items()):
                kept.append(_kept(person, "changed"))
            else:
                doomed.append(person.pk)
        elif row["fate"] == Fate.UPDATE and person is not None:
            if person.merged_into_id or any(
                _as_kept(person, name) != new for name, (_was, new) in row["changes"].items()
            ):
                kept.append(_kept(person, "changed"))
            else:
                restored.append(_person_of(batch.before[str(person.pk)], person))
    doomed_left = _delete(doomed)
    kept += [_kept(persons[pk], "used") for pk in doomed if pk in doomed_left]
    _write(
        restored,
        renamed={row["person"] for row in batch.rows if finding.SHOWN & row["changes"].keys()},
    )
    batch.kept = kept
    batch.state = State.UNDONE
    batch.undone_at = timezone.now()
    batch.save(update_fields=["kept", "state", "undone_at"])
    record(
        action="people.import.undo", obj=batch, by=by, unit=batch.unit,
        after={"deleted": len(doomed) - len(doomed_left), "restored": len(restored), "kept": len(kept)},
        on_behalf_of=access.on_behalf_of(by, EDIT_PERSONS, batch.unit),
    )  # fmt: skip
    return batch


def _kept(person: Person, why: str) -> dict[str, Any]:
    return {"person": person.pk, "name": person.name, "why": why}


def _in_chunks(ids: Sequence[int], rows: Any) -> Iterable[Person]:
    for start in range(0, len(ids), 900):
        yield from rows.filter(pk__in=ids[start : start + 900])


def _mentioned(ids: Sequence[int]) -> set[int]:
    """Those of the persons whom an account, a merge or a distinction names since."""
    found: set[int] = set()
    for start in range(0, len(ids), 900):
        part = ids[start : start + 900]
        found |= set(Account.objects.filter(person_id__in=part).values_list("person_id", flat=True))
        found |= set(
            Person.objects.filter(merged_into_id__in=part).values_list("merged_into_id", flat=True)
        )
        found |= set(
            Person.objects.filter(pk__in=part, merged_into__isnull=False).values_list(
                "pk", flat=True
            )
        )
        for pair in Distinction.objects.filter(Q(first_id__in=part) | Q(second_id__in=part)):
            found |= {pair.first_id, pair.second_id}
    return found


def _delete(ids: Sequence[int]) -> set[int]:
    """Delete these persons; return those whom another room's record holds fast."""
    left: set[int] = set()
    for start in range(0, len(ids), CHUNK):
        part = ids[start : start + CHUNK]
        try:
            with transaction.atomic():
                Person.objects.filter(pk__in=part).delete()
        except ProtectedError:
            for pk in part:
                try:
                    with transaction.atomic():
                        Person.objects.filter(pk=pk).delete()
                except ProtectedError:
                    left.add(pk)
    finding.forget_persons(pk for pk in ids if pk not in left)
    return left


@transaction.atomic
def tidy_imports(*, on: date) -> int:
    """Empty previews and undo data older than KEEP_DAYS on the day `on`. Returns how many imports."""
    border = on - timedelta(days=KEEP_DAYS)
    done = 0
    old = ImportBatch.objects.filter(purged_at__isnull=True, created_at__date__lt=border)
    for batch in old.defer("rows", "before"):
        # an import that was confirmed late keeps its undo for 30 days from then
        if batch.applied_at and timezone.localdate(batch.applied_at) >= border:
            continue
        batch.rows, batch.before, batch.kept = [], {}, []
        batch.purged_at = timezone.now()
        if batch.state == State.PREVIEWED:
            batch.state = State.CANCELLED
        batch.save(update_fields=["rows", "before", "kept", "purged_at", "state"])
        done += 1
    return done
