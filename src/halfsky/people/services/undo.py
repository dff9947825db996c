"""Taking back a change to a person or a unit, from what the log keeps of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from halfsky.audit import queries as audit
from halfsky.audit.services import record
from halfsky.people import access
from halfsky.people.models import Account, Person, Unit
from halfsky.people.permissions import EDIT_PERSONS, EDIT_UNITS
from halfsky.people.services import finding, persons, units
from halfsky.people.services.errors import Refused

WITHIN = timedelta(hours=24)
DAYS = frozenset({"joined_on", "left_on", "valid_from", "valid_to"})
UNDOABLE = frozenset(
    {
        "people.person.update", "people.person.leave", "people.person.merge",
        "people.unit.rename", "people.unit.end", "people.unit.move",
    }
)  # fmt: skip


def _value(name: str, kept: Any) -> Any:
    return parse_date(kept) if name in DAYS and kept else kept


@transaction.atomic
def undo(*, entry_id: int, by: Account) -> Person | Unit:
    """Put back what the log entry `entry_id`, written by `by` within a day, says it was before.

    Raises OutOfReach if it is not hers, Refused if it was changed again since.
    """
    entry = audit.entry_of(by, entry_id)
    if entry is None or entry.object_id is None or entry.action not in UNDOABLE:
        raise access.OutOfReach
    if timezone.now() - entry.at > WITHIN:
        raise Refused(_("已过 24 小时，不能撤销了。请直接修改。"))
    if entry.action == "people.unit.move":
        return _move_back(entry.object_id, entry.before, entry.after, by)
    if entry.action.startswith("people.unit."):
        return _restore_unit(entry.object_id, entry.before, entry.after, by)
    return _restore_person(entry.object_id, entry.before, entry.after, by)


def _refuse_if_changed(record_now: Any, after: dict[str, Any]) -> None:
    for name, value in after.items():
        if name not in {"merged_id", "account_id"} and getattr(record_now, name) != _value(
            name, value
        ):
            raise Refused(_("这条记录后来又改过，不能撤销。请打开记录直接修改。"))


def _restore_person(pk: int, before: dict[str, Any], after: dict[str, Any], by: Account) -> Person:
    person = Person.objects.select_for_update(of=("self",)).select_related("unit").get(pk=pk)
    access.require(by, EDIT_PERSONS, person.unit)
    _refuse_if_changed(person, after)
    was = persons.as_logged(person)
    for name, value in before.items():
        if name not in {"merged_id", "account_id"}:
            setattr(person, name, _value(name, value))
    person.unit = Unit.objects.get(pk=person.unit_id)
    access.require(by, EDIT_PERSONS, person.unit)
    persons.name_it(person)
    person.save()
    finding.index_persons([person])
    if after.get("merged_id"):
        other = Person.objects.select_related("unit").get(pk=after["merged_id"])
        access.require(by, EDIT_PERSONS, other.unit)
        other.merged_into = None
        other.save(update_fields=["merged_into"])
        finding.index_persons([other])
        if after.get("account_id"):
            Account.objects.filter(pk=after["account_id"], person=person).update(person=other)
    record(
        action="people.person.undo", obj=person, by=by, unit=person.unit,
        before=was | {"merged_id": after.get("merged_id")},
        after=persons.as_logged(person) | {"merged_id": None},
        on_behalf_of=access.on_behalf_of(by, EDIT_PERSONS, person.unit),
    )  # fmt: skip
    return person


def _restore_unit(pk: int, before: dict[str, Any], after: dict[str, Any], by: Account) -> Unit:
    unit = Unit.objects.select_for_update().get(pk=pk)
    access.require(by, EDIT_UNITS, unit)
    _refuse_if_changed(unit, after)
    was = units.as_logged(unit)
    for name, value in before.items():
        setattr(unit, name, _value(name, value))
    units._check(unit)
    unit.save()
    finding.index_unit(unit)
    record(
        action="people.unit.undo",
        obj=unit,
        by=by,
        unit=unit,
        before=was,
        after=units.as_logged(unit),
    )
    return unit


def _move_back(pk: int, before: dict[str, Any], after: dict[str, Any], by: Account) -> Unit:
    unit = Unit.objects.get(pk=pk)
    parent = Unit.objects.get_parent(unit)
    if parent is None or parent.pk != after["parent_id"]:
        raise Refused(_("这条记录后来又改过，不能撤销。请打开记录直接修改。"))
    return units.move_unit(unit=unit, parent=Unit.objects.get(pk=before["parent_id"]), by=by)
