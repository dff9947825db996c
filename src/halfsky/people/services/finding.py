"""Units and persons in the search of the whole house (Ctrl+K). Call it where they are written."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.urls import reverse

from halfsky.people.models import Person, Unit
from halfsky.search import services as search

SHOWN = frozenset({"name", "post", "unit"})  # what an entry of a person is made of
UNIT, PERSON = "people.unit", "people.person"


def _unit(unit: Unit) -> search.Entry:
    body = " ".join(dict.fromkeys((unit.short_name, unit.code)))
    return search.Entry(
        UNIT, unit.pk, unit.name, body, reverse("people:unit", args=[unit.pk]), unit.path
    )


def _person(person: Person, path: str) -> search.Entry:
    # nothing is indexed that a liaison may not see
    return search.Entry(
        PERSON,
        person.pk,
        person.name,
        person.post,
        reverse("people:person", args=[person.pk]),
        path,
    )


def index_unit(unit: Unit) -> None:
    """Let a unit be found under its present names."""
    search.index_many([_unit(unit)])


def index_persons(persons: Iterable[Person]) -> None:
    """Let persons be found; merged records are not."""
    persons = list(persons)
    paths = dict(
        Unit.objects.filter(pk__in={person.unit_id for person in persons}).values_list("pk", "path")
    )
    search.index_many(
        _person(person, paths[person.unit_id]) for person in persons if not person.merged_into_id
    )


def forget_persons(ids: Iterable[int]) -> None:
    """Let persons be found no more."""
    search.remove(PERSON, ids)


def move(old_path: str, new_path: str) -> None:
    """Follow a unit that was moved, with everything of every room below it."""
    search.move_paths(old_path, new_path)


@transaction.atomic
def index_all() -> int:
    """Index every unit and person anew; returns how many entries that made."""
    made = search.index_many(_unit(unit) for unit in Unit.objects.iterator(2000))
    persons = Person.objects.filter(merged_into__isnull=True).select_related("unit")
    return made + search.index_many(_person(p, p.unit.path) for p in persons.iterator(2000))
