"""Writing the roster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from halfsky.audit.services import record
from halfsky.people import access
from halfsky.people.models import Account, Distinction, Person, Unit
from halfsky.people.permissions import EDIT_PERSONS, EXPORT_PERSONS
from halfsky.people.rules import names
from halfsky.people.rules.cells import plain_text
from halfsky.people.rules.roster import looks_like_identity_number
from halfsky.people.services import finding
from halfsky.people.services.errors import Refused

FIELDS = (
    "name", "sex", "birth_month", "post", "rank", "staff_kind", "education", "title", "politics",
    "joined_on", "left_on", "phone",
)  # fmt: skip
LOGGED = ("unit_id", *FIELDS)


def as_logged(person: Person) -> dict[str, Any]:
    """The fields of a person that the log shows."""
    return {name: getattr(person, name) for name in LOGGED}


def name_it(person: Person) -> None:
    """Clean the name and set the keys by which it is sorted and found."""
    person.name = names.clean_name(person.name)
    person.name_key = names.name_key(person.name)
    person.name_search = names.name_search(person.name)


def _fill(person: Person, values: Mapping[str, Any]) -> None:
    unknown = set(values) - set(FIELDS)
    if unknown:
        raise TypeError(f"a person has no {', '.join(sorted(unknown))}")
    for field, value in values.items():
        if isinstance(value, str):
            value = plain_text(value)
            if looks_like_identity_number(value):
                raise Refused(_("这里像是身份证号码。花名册不收身份证号，请删掉。"), code=field)
        setattr(person, field, value)
    name_it(person)
    if not person.name:
        raise Refused(_("请填写姓名。"), code="name")
    if person.sex not in {"f", "m"}:
        raise Refused(_("请选择性别。"), code="sex")
    if person.joined_on and person.left_on and person.left_on < person.joined_on:
        raise Refused(_("离岗日期不能早于到岗日期，请改其中一个。"), code="left_on")


def _require_open(unit: Unit) -> None:
    if unit.valid_to is not None and unit.valid_to < timezone.localdate():
        raise Refused(
            _("“%(unit)s”已于 %(day)s 停用，请选它的承接单位。")
            % {"unit": unit.name, "day": unit.valid_to},
            code="unit",
        )


@transaction.atomic
def add_person(*, unit: Unit, by: Account, **values: Any) -> Person:
    """Enter a person in the roster. Raises OutOfReach, Refused."""
    access.require(by, EDIT_PERSONS, unit)
    _require_open(unit)
    person = Person(unit=unit)
    _fill(person, values)
    person.save()
    finding.index_persons([person])
    record(
        action="people.person.add", obj=person, by=by, unit=unit, after=as_logged(person),
        on_behalf_of=access.on_behalf_of(by, EDIT_PERSONS, unit),
    )  # fmt: skip
    return person


@transaction.atomic
def update_person(
    *, person: Person, by: Account, unit: Unit | None = None, reason: str = "", **values: Any
) -> Person:
    """Change a person's record, or move her to another unit. Raises OutOfReach, Refused."""
    person = Person.objects.select_for_update(of=("self",)).select_related("unit").get(pk=person.pk)
    access.require(by, EDIT_PERSONS, person.unit)
    before = as_logged(person)
    if unit is not None and unit.pk != person.unit_id:
        access.require(by, EDIT_PERSONS, unit)
        _require_open(unit)
        person.unit = unit
    _fill(person, values)
    if as_logged(person) == before:
        return person
    person.save()
    finding.index_persons([person])
    record(
        action="people.person.update", obj=person, by=by, unit=person.unit, before=before,
        after=as_logged(person), reason=reason,
        on_behalf_of=access.on_behalf_of(by, EDIT_PERSONS, person.unit),
    )  # fmt: skip
    return person


@transaction.atomic
def leave(*, person: Person, by: Account, left_on: date, reason: str = "") -> Person:
    """Note a person's last day; she stays in the roster as one who left. Raises OutOfReach, Refused."""
    person = Person.objects.select_for_update(of=("self",)).select_related("unit").get(pk=person.pk)
    access.require(by, EDIT_PERSONS, person.unit)
    before = as_logged(person)
    _fill(person, {"left_on": left_on})
    person.save()
    finding.index_persons([person])
    record(
        action="people.person.leave", obj=person, by=by, unit=person.unit, before=before,
        after=as_logged(person), reason=reason,
        on_behalf_of=access.on_behalf_of(by, EDIT_PERSONS, person.unit),
    )  # fmt: skip
    return person


@transaction.atomic
def merge_persons(*, keep: Person, other: Person, by: Account) -> Person:
    """Say that `other` is the same person as `keep`: its filled fields fill the empty ones.

    The other record stays for those who name it, and is shown no more; its account goes over.
    Raises OutOfReach, Refused.
    """
    rows = {
        person.pk: person
        for person in Person.objects.select_for_update(of=("self",))
        .select_related("unit")
        .filter(pk__in=(keep.pk, other.pk))
    }
    if len(rows) != 2:
        raise Refused(_("请选两条不同的记录。"))
    keep, other = rows[keep.pk], rows[other.pk]
    for person in (keep, other):
        access.require(by, EDIT_PERSONS, person.unit)
        if person.merged_into_id:
            raise Refused(_("其中一条已经并入别的记录，请刷新后再看。"))
    accounts = list(Account.objects.filter(person_id__in=rows))
    if len(accounts) == 2:
        raise Refused(_("两条记录各有一个账号。请先停用其中一个账号并解除关联。"))
    before = as_logged(keep)
    for field in FIELDS:
        # the last day of a record that is history says nothing about the one that stays
        if field != "left_on" and not getattr(keep, field):
            setattr(keep, field, getattr(other, field))
    keep.save()
    other.merged_into = keep
    other.save(update_fields=["merged_into"])
    finding.index_persons([keep])
    finding.forget_persons([other.pk])
    moved = [account for account in accounts if account.person_id == other.pk]
    for account in moved:
        account.person = keep
        account.save(update_fields=["person"])
    record(
        action="people.person.merge", obj=keep, by=by, unit=keep.unit,
        before=before | {"merged_id": None, "account_id": None},
        after=as_logged(keep)
        | {"merged_id": other.pk, "account_id": moved[0].pk if moved else None},
        on_behalf_of=access.on_behalf_of(by, EDIT_PERSONS, keep.unit),
    )  # fmt: skip
    return keep


@transaction.atomic
def mark_different(*, persons: Sequence[Person], by: Account) -> int:
    """Say that these records are different persons. Returns the number of pairs newly marked.

    Raises OutOfReach, Refused.
    """
    rows = list(
        Person.objects.select_related("unit")
        .filter(pk__in=[person.pk for person in persons])
        .order_by("pk")
    )
    if len(rows) < 2:
        raise Refused(_("请选两条不同的记录。"))
    for person in rows:
        access.require(by, EDIT_PERSONS, person.unit)
    made = 0
    for at, first in enumerate(rows):
        for second in rows[at + 1 :]:
            pair, new = Distinction.objects.get_or_create(first=first, second=second)
            if new:
                made += 1
                record(
                    action="people.person.different", obj=pair, by=by, unit=first.unit,
                    after={"first_id": first.pk, "second_id": second.pk},
                    object_name=f"{first.name} ≠ {second.name}",
                )  # fmt: skip
    return made


@transaction.atomic
def note_export(*, by: Account, rows: int, file_format: str, conditions: Mapping[str, str]) -> None:
    """Log that the roster left the house: how many rows, in which form, by which conditions."""
    paths = access.scope(by, EXPORT_PERSONS).paths
    if not paths:
        raise access.OutOfReach
    record(
        action="people.person.export", by=by, unit=Unit.objects.get(path=paths[0]),
        after={"rows": rows, "format": file_format, **conditions}, object_name=_("花名册"),
    )  # fmt: skip
