"""What may be read of units, persons, imports, accounts and grants. Every read begins here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from django.db.models import Count, F, Model, Q, QuerySet
from django.utils import timezone

from halfsky.kernel.permissions import Permission
from halfsky.people import access
from halfsky.people.models import (
    Account,
    ApiToken,
    Distinction,
    Grant,
    ImportBatch,
    Person,
    Purpose,
    Unit,
)
from halfsky.people.permissions import EDIT_PERSONS, GRANT, SEE_PERSONS, SEE_UNITS
from halfsky.people.rules.names import typed_letters
from halfsky.people.rules.roster import UnitName

PAGE = 50
STEP = Unit.steplen
M = TypeVar("M", bound=Model)


# ---------------------------------------------------------------- paging


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    """A page of rows in a fixed order. `after` and `before` are the keys of its neighbours, or ""."""

    rows: list[M]
    before: str
    after: str


class BadKey(ValueError):
    """A paging key in the address that nobody handed out."""


def _beyond(fields: Sequence[str], values: Sequence[Any], sign: str) -> Q:
    found, equal = Q(), Q()
    for field, value in zip(fields, values, strict=True):
        found |= equal & Q(**{f"{field}__{sign}": value})
        equal &= Q(**{field: value})
    return found


def _key_of(row: Model, fields: Sequence[str]) -> str:
    parts = []
    for field in fields:
        value: Any = row
        for name in field.split("__"):
            value = getattr(value, name)
        parts.append(str(value))
    return "|".join(parts)


def keyset(
    rows: QuerySet[M],
    *,
    fields: Sequence[str],
    descending: bool = False,
    after: str = "",
    before: str = "",
    size: int = PAGE,
) -> Page[M]:
    """Return the page of `rows` that follows the key `after`, or goes before the key `before`.

    Sorted by `fields`, the last of which is the unique id; none may be null. Costs the same on
    the first page and on the last. Raises BadKey.
    """
    key = after or before
    backwards = bool(before and not after)
    upwards = descending == backwards
    if key:
        parts = key.rsplit("|", len(fields) - 1)
        if (
            len(parts) != len(fields)
            or not parts[-1].isdigit()
            or len(parts[-1]) > 18
            or "\0" in key
        ):
            raise BadKey(key)
        rows = rows.filter(
            _beyond(fields, [*parts[:-1], int(parts[-1])], "gt" if upwards else "lt")
        )
    rows = rows.order_by(*(field if upwards else f"-{field}" for field in fields))
    found = list(rows[: size + 1])
    more = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()
    first = _key_of(found[0], fields) if found else ""
    last = _key_of(found[-1], fields) if found else ""
    has_before = more if backwards else bool(key)
    has_after = bool(key) if backwards else more
    return Page(found, first if has_before else "", last if has_after else "")


# ---------------------------------------------------------------- units


def visible_units(account: Account, permission: Permission = SEE_UNITS) -> QuerySet[Unit]:
    """The units in which `account` holds `permission`."""
    return Unit.objects.filter(access.scope(account, permission).q("")).order_by("path")


def valid_units(units: QuerySet[Unit], *, on: date) -> QuerySet[Unit]:
    """Those of `units` that exist on the day `on`."""
    return units.filter(
        Q(valid_from__isnull=True) | Q(valid_from__lte=on),
        Q(valid_to__isnull=True) | Q(valid_to__gte=on),
    )


def top_units(account: Account, permission: Permission = SEE_UNITS) -> QuerySet[Unit]:
    """The uppermost units that `account` reaches: where her tree begins."""
    return visible_units(account, permission).filter(
        path__in=access.scope(account, permission).paths
    )


def children(account: Account, unit: Unit) -> QuerySet[Unit]:
    """The visible units directly below `unit`, in their order."""
    return visible_units(account).filter(access.below(unit.path, ""), depth=unit.depth + 1)


def found_units(account: Account, text: str) -> QuerySet[Unit]:
    """The visible units with `text` in name, short name or code."""
    return visible_units(account).filter(
        Q(name__icontains=text) | Q(short_name__icontains=text) | Q(code__icontains=text)
    )


def ancestors_of(units: Iterable[Unit], account: Account) -> dict[int, list[Unit]]:
    """The visible units above each of `units`, outermost first. One query for all."""
    units = list(units)
    paths = {unit.path[:end] for unit in units for end in range(STEP, len(unit.path), STEP)}
    by_path = {unit.path: unit for unit in visible_units(account).filter(path__in=paths)}
    return {
        unit.pk: [
            by_path[unit.path[:end]]
            for end in range(STEP, len(unit.path), STEP)
            if unit.path[:end] in by_path
        ]
        for unit in units
    }


def unit_choices(account: Account, permission: Permission) -> list[tuple[int, str]]:
    """The valid units in which `account` holds `permission`, indented by depth, for a select."""
    units = list(valid_units(visible_units(account, permission), on=timezone.localdate()))
    top = min((unit.depth for unit in units), default=1)
    return [(unit.pk, "　" * (unit.depth - top) + str(unit)) for unit in units]


def unit_names_below(account: Account, unit: Unit) -> list[UnitName]:
    """The units at and below `unit` that a roster import by `account` may name."""
    units = valid_units(
        visible_units(account, EDIT_PERSONS).filter(access.below(unit.path, "")),
        on=timezone.localdate(),
    )
    return [UnitName(*row) for row in units.values_list("pk", "name", "short_name", "code")]


def grants_at(unit: Unit) -> QuerySet[Grant]:
    """The grants made at `unit` itself."""
    return unit.grants.select_related("account", "deputy_of").order_by("role", "account__username")


# ---------------------------------------------------------------- persons


def visible_persons(account: Account, permission: Permission = SEE_PERSONS) -> QuerySet[Person]:
    """The persons in reach of `account`, leavers too, without records merged into others."""
    return Person.objects.filter(
        access.scope(account, permission).q("unit"), merged_into__isnull=True
    )


def present(persons: QuerySet[Person], *, on: date) -> QuerySet[Person]:
    """Those who have not left by the day `on`."""
    return persons.filter(Q(left_on__isnull=True) | Q(left_on__gt=on))


def persons_below(unit_path: str, *, on: date) -> QuerySet[Person]:
    """Those who work at `unit_path` or below on the day `on`: who can own a task there.

    For rooms that have already asked whether the reader may see the unit.
    """
    return present(
        Person.objects.filter(access.below(unit_path), merged_into__isnull=True), on=on
    ).order_by("name_key", "id")


def found_persons(persons: QuerySet[Person], text: str) -> QuerySet[Person]:
    """Those of `persons` with `text` in the name, or in its pinyin or initials."""
    letters = typed_letters(text)
    found = Q(name__icontains=text)
    if letters:
        found |= Q(name_search__contains=letters)
    return persons.filter(found)


SORTS: Mapping[str, tuple[Sequence[str], bool]] = {
    "name": (("name_key", "id"), False),
    "-name": (("name_key", "id"), True),
    "unit": (("unit__path", "name_key", "id"), False),
    "newest": (("id",), True),
}


def _may_be_one(one: Person, other: Person) -> bool:
    """Whether nothing speaks against two records being one person."""
    births = {one.birth_month, other.birth_month} - {""}
    return one.sex == other.sex and len(births) < 2


def same_person_candidates(account: Account, *, limit: int = 200) -> list[tuple[str, list[Person]]]:
    """Groups of records that may be one person, with the reason.

    Reasons: "unit" (same name in one unit), "birth" (same name and birth month), "phone" (same
    number, other name or unit). Left out: pairs marked as different, and two whose sex or birth
    month differ. At most `limit` groups.
    """
    persons = visible_persons(account, EDIT_PERSONS)
    found: list[tuple[str, list[Person]]] = []
    seen: set[frozenset[int]] = set()
    apart = set(Distinction.objects.values_list("first_id", "second_id"))
    for reason, fields in (
        ("unit", ("name", "unit_id")),
        ("birth", ("name", "birth_month")),
        ("phone", ("phone",)),
    ):
        filled = persons
        if reason == "birth":
            filled = persons.exclude(birth_month="")
        elif reason == "phone":  # an office line belongs to many: mobile numbers only
            filled = persons.filter(phone__regex=r"^1[3-9][0-9]{9}$")
        keys = list(
            filled.values(*fields)
            .annotate(times=Count("id"))
            .filter(times__gt=1)
            .order_by(*fields)[:limit]
        )
        if not keys:
            continue
        wanted = Q()
        for key in keys:
            wanted |= Q(**{name: key[name] for name in fields})
        groups: dict[tuple[Any, ...], list[Person]] = {}
        for person in filled.filter(wanted).select_related("unit").order_by("id"):
            groups.setdefault(tuple(getattr(person, f) for f in fields), []).append(person)
        for group in groups.values():
            alike = [
                one
                for one in group
                if any(
                    one.pk != other.pk
                    and (min(one.pk, other.pk), max(one.pk, other.pk)) not in apart
                    and _may_be_one(one, other)
                    for other in group
                )
            ]
            ids = frozenset(person.pk for person in alike)
            if alike and ids not in seen:
                seen.add(ids)
                found.append((reason, alike))
    return found[:limit]


def counts_by_unit(account: Account, unit_ids: Iterable[int]) -> list[tuple[Unit, int]]:
    """How many persons each of these units shows to `account` today; units with none included."""
    ids = set(unit_ids)
    shown = dict(
        present(visible_persons(account), on=timezone.localdate())
        .filter(unit_id__in=ids)
        .values_list("unit_id")
        .annotate(times=Count("id"))
        .order_by()
    )
    return [
        (unit, shown.get(unit.pk, 0)) for unit in Unit.objects.filter(pk__in=ids).order_by("path")
    ]


def count_upto(rows: QuerySet[M], limit: int = 10_000) -> int:
    """How many rows there are; `limit` + 1 stands for more than `limit`."""
    return rows.order_by()[: limit + 1].count()


def units_found_in(account: Account) -> tuple[str, ...]:
    """The subtrees whose units the search shows to `account`."""
    return access.scope(account, SEE_UNITS).paths


def persons_found_in(account: Account) -> tuple[str, ...]:
    """The subtrees whose persons the search shows to `account`."""
    return access.scope(account, SEE_PERSONS).paths


# ---------------------------------------------------------------- imports


def visible_imports(account: Account) -> QuerySet[ImportBatch]:
    """The imports into units whose roster `account` keeps, newest first."""
    return (
        ImportBatch.objects.filter(access.scope(account, EDIT_PERSONS).q("unit"))
        .select_related("unit", "account")
        .order_by("-id")
    )


# ---------------------------------------------------------------- accounts


def visible_accounts(account: Account) -> QuerySet[Account]:
    """The accounts that belong to, or hold a grant in, the units that `account` administers."""
    reach = access.scope(account, GRANT)
    if reach.nothing:
        return Account.objects.none()
    granted = Grant.objects.filter(reach.q("unit")).values("account_id")
    return Account.objects.filter(
        reach.q("home_unit") | reach.q("person__unit") | Q(pk__in=granted)
    ).select_related("home_unit", "person__unit")


def found_accounts(accounts: QuerySet[Account], text: str) -> QuerySet[Account]:
    """Those of `accounts` with `text` in user name or shown name."""
    return accounts.filter(Q(username__icontains=text) | Q(display_name__icontains=text))


def visible_grants(account: Account) -> QuerySet[Grant]:
    """The grants in the units that `account` administers."""
    return Grant.objects.filter(access.scope(account, GRANT).q("unit")).select_related(
        "account", "unit", "deputy_of"
    )


def grants_of(account: Account) -> QuerySet[Grant]:
    """The grants of one account, those that hold first."""
    return account.grants.select_related("unit", "deputy_of").order_by(
        F("ends_on").desc(nulls_first=True), "unit__path", "role"
    )


def linkable_persons(account: Account) -> QuerySet[Person]:
    """Persons in the units that `account` administers who have no account and have not left."""
    return present(
        visible_persons(account, GRANT).filter(account__isnull=True), on=timezone.localdate()
    )


def tokens_of(account: Account, purpose: Purpose | None = None) -> QuerySet[ApiToken]:
    """The account's living tokens, newest first."""
    tokens = account.api_tokens.filter(revoked_at__isnull=True)
    return (tokens.filter(purpose=purpose) if purpose else tokens).order_by("-id")
