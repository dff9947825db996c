"""Units and persons as JSON, under the same access as the pages."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, cast

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from halfsky.people import access, queries
from halfsky.people.models import Person, Unit
from halfsky.people.permissions import SEE_DETAILS, SEE_PERSONS

if TYPE_CHECKING:
    from halfsky.people.models import Account

router = Router(tags=["people"])


class UnitOut(Schema):
    """A unit. `parent_path` is empty for an outermost one; days are ISO 8601."""

    id: int
    name: str
    short_name: str
    code: str
    kind: str
    path: str
    depth: int
    valid_from: date | None
    valid_to: date | None
    successor_id: int | None


class PersonOut(Schema):
    """A person. `details` is null where the account may see the name only."""

    id: int
    name: str
    sex: str
    unit_id: int
    post: str
    left_on: date | None
    details: PersonDetails | None


class PersonDetails(Schema):
    """The rest of the record. `birth_month` is YYYY-MM or empty."""

    birth_month: str
    rank: str
    staff_kind: str
    education: str
    title: str
    politics: str
    joined_on: date | None
    phone: str


PersonOut.model_rebuild()


class Units(Schema):
    """A page of units. `after` is the key of the next page, empty on the last."""

    items: list[UnitOut]
    after: str


class Persons(Schema):
    """A page of persons. `after` is the key of the next page, empty on the last."""

    items: list[PersonOut]
    after: str


class Problem(Schema):
    """Why not."""

    detail: str


def _account(request: HttpRequest) -> Account:
    return cast("Account", request.user)


def _person(person: Person, details: access.Scope) -> PersonOut:
    full = details.covers(person.unit)
    return PersonOut(
        id=person.pk, name=person.name, sex=person.sex, unit_id=person.unit_id, post=person.post,
        left_on=person.left_on,
        details=PersonDetails(
            birth_month=person.birth_month, rank=person.rank, staff_kind=person.staff_kind,
            education=person.education, title=person.title, politics=person.politics,
            joined_on=person.joined_on, phone=person.phone,
        ) if full else None,
    )  # fmt: skip


@router.get(
    "/units", response={200: Units, 404: Problem}, url_name="people_units", summary="单位树"
)
def units(
    request: HttpRequest, parent: int | None = None, q: str = "", after: str = "",
    limit: Annotated[int, Field(ge=1, le=500)] = 100, ended: bool = False,
) -> Units:  # fmt: skip
    """The visible units in the order of the tree; directly below `parent`, or found by `q`."""
    account = _account(request)
    found = queries.visible_units(account)
    if parent is not None:
        found = queries.children(account, get_object_or_404(found, pk=parent))
    if q:
        found = found & queries.found_units(account, q[:60])
    if not ended:
        found = queries.valid_units(found, on=timezone.localdate())
    try:
        page = queries.keyset(found, fields=("path", "id"), after=after, size=limit)
    except queries.BadKey:
        raise Http404 from None
    return Units(items=[UnitOut.from_orm(unit) for unit in page.rows], after=page.after)


@router.get(
    "/units/{int:pk}", response={200: UnitOut, 404: Problem}, url_name="people_unit", summary="单位"
)
def unit(request: HttpRequest, pk: int) -> Unit:
    """One unit."""
    return get_object_or_404(queries.visible_units(_account(request)), pk=pk)


@router.get(
    "/persons", response={200: Persons, 404: Problem}, url_name="people_persons", summary="花名册"
)
def persons(
    request: HttpRequest, unit: int | None = None, q: str = "", after: str = "",
    limit: Annotated[int, Field(ge=1, le=500)] = 100, left: bool = False,
) -> Persons:  # fmt: skip
    """The visible persons by name; at and below `unit`, or found by `q`; leavers too with `left`."""
    account = _account(request)
    found = queries.visible_persons(account).select_related("unit")
    if unit is not None:
        at = get_object_or_404(queries.visible_units(account, SEE_PERSONS), pk=unit)
        found = found.filter(access.below(at.path))
    if q:
        found = queries.found_persons(found, q[:60])
    if not left:
        found = queries.present(found, on=timezone.localdate())
    try:
        page = queries.keyset(found, fields=("name_key", "id"), after=after, size=limit)
    except queries.BadKey:
        raise Http404 from None
    details = access.scope(account, SEE_DETAILS)
    return Persons(items=[_person(person, details) for person in page.rows], after=page.after)


@router.get(
    "/persons/{int:pk}",
    response={200: PersonOut, 404: Problem},
    url_name="people_person",
    summary="人员",
)
def person(request: HttpRequest, pk: int) -> PersonOut:
    """One person."""
    account = _account(request)
    found = get_object_or_404(queries.visible_persons(account).select_related("unit"), pk=pk)
    return _person(found, access.scope(account, SEE_DETAILS))
