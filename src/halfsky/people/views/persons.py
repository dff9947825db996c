"""Pages of the roster."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from halfsky.audit import queries as audit
from halfsky.people import access, queries, services, tables
from halfsky.people.forms import LeaveForm, PersonForm, RosterFilter
from halfsky.people.models import Person, Sex, StaffKind
from halfsky.people.permissions import (
    EDIT_PERSONS,
    EXPORT_PERSONS,
    GRANT,
    SEE_DETAILS,
    SEE_PERSONS,
    SEE_UNITS,
)
from halfsky.people.services import Refused
from halfsky.people.services.persons import FIELDS
from halfsky.people.views.common import (
    blame,
    me,
    page_or_part,
    render,
    require_somewhere,
    say,
    show,
)

SHOWN_COUNT = 5000
ACTIONS = {
    "people.person.add": gettext_lazy("登记"),
    "people.person.update": gettext_lazy("修改"),
    "people.person.leave": gettext_lazy("记离岗"),
    "people.person.merge": gettext_lazy("并入重复记录"),
    "people.person.undo": gettext_lazy("撤销"),
}


def _sought(request: HttpRequest) -> dict[str, Any]:
    """The conditions in the address; what makes no sense does not narrow."""
    form = RosterFilter(request.GET)
    form.is_valid()
    return {name: form.cleaned_data.get(name) or "" for name in form.fields}


def _here(request: HttpRequest, **changes: str | None) -> str:
    """The query of this address from its first page, with some values changed."""
    query = request.GET.copy()
    for name, value in {"after": None, "before": None, **changes}.items():
        query.pop(name, None)
        if value:
            query[name] = value
    return f"?{query.urlencode()}"


def _narrowed(
    request: HttpRequest, persons: QuerySet[Person], sought: dict[str, Any]
) -> QuerySet[Person]:
    today = timezone.localdate()
    if sought["q"]:
        persons = queries.found_persons(persons, sought["q"])
    if sought["unit"]:
        unit = get_object_or_404(queries.visible_units(me(request), SEE_PERSONS), pk=sought["unit"])
        persons = persons.filter(access.below(unit.path))
    if sought["sex"]:
        persons = persons.filter(sex=sought["sex"])
    if sought["kind"]:
        # who may not see the kind may not find people by it either
        persons = persons.filter(
            access.scope(me(request), SEE_DETAILS).q(), staff_kind=sought["kind"]
        )
    if sought["left"] == "yes":
        persons = persons.filter(left_on__lte=today)
    elif sought["left"] != "all":
        persons = queries.present(persons, on=today)
    return persons


@require_GET
def roster(request: HttpRequest) -> HttpResponse:
    """The roster: conditions, order and place all in the address."""
    require_somewhere(request, SEE_PERSONS)
    account = me(request)
    sought = _sought(request)
    persons = _narrowed(request, queries.visible_persons(account), sought)
    sort = sought["sort"] or "name"
    fields, descending = queries.SORTS[sort]
    try:
        page = queries.keyset(
            persons.select_related("unit"), fields=fields, descending=descending,
            after=request.GET.get("after", ""), before=request.GET.get("before", ""),
        )  # fmt: skip
    except queries.BadKey:
        raise Http404 from None
    details = access.scope(account, SEE_DETAILS)
    kinds = dict(StaffKind.choices)
    any_condition = any(sought[name] for name in ("q", "unit", "sex", "kind", "left"))
    context = {
        "page": page,
        "sought": sought,
        "sort": sort,
        "total": queries.count_upto(persons, SHOWN_COUNT),
        "limit": SHOWN_COUNT,
        "any_condition": any_condition,
        "sexes": dict(Sex.choices),
        "kinds": kinds,
        "kind_filters": [
            {
                "text": label,
                "url": _here(request, kind=None if sought["kind"] == key else key),
                "on": sought["kind"] == key,
            }
            for key, label in kinds.items()
        ],
        "detailed": {person.pk for person in page.rows if details.covers(person.unit)},
        "shows_details": not details.nothing,
        "today": timezone.localdate(),
    }
    if request.headers.get("HX-Request-Type") != "partial":
        units = queries.visible_units(account, SEE_PERSONS)
        few = units[:301].count() <= 300
        context |= {
            "units": queries.unit_choices(account, SEE_PERSONS) if few else None,
            "unit": units.filter(pk=sought["unit"]).first() if sought["unit"] else None,
            "may_edit": not access.scope(account, EDIT_PERSONS).nothing,
            "may_export": not access.scope(account, EXPORT_PERSONS).nothing,
            "exports": {
                name: f"{reverse('people:persons_export')}{_here(request, format=name, sort=None)}"
                for name in ("xlsx", "csv")
            },
        }
    return page_or_part(request, "people/persons.html", "people/_persons.html", context)


def export_headings() -> list[str]:
    """The headings of an export, in the reader's language; an import knows them again."""
    return [
        _("姓名"), _("性别"), _("出生年月"), _("单位代码"), _("单位名称"), _("职务"), _("职级"),
        _("人员类别"), _("学历"), _("职称"), _("政治面貌"), _("到岗日期"), _("离岗日期"), _("电话"),
    ]  # fmt: skip


def _export_rows(persons: QuerySet[Person]) -> Iterator[list[str]]:
    sexes = {key: str(label) for key, label in Sex.choices}
    kinds = {key: str(label) for key, label in StaffKind.choices}
    for person in (
        persons.select_related("unit").order_by("unit__path", "name_key", "id").iterator(2000)
    ):
        yield [
            person.name, sexes[person.sex], person.birth_month, person.unit.code, person.unit.name,
            person.post, person.rank, kinds.get(person.staff_kind, ""), person.education,
            person.title, person.politics,
            person.joined_on.isoformat() if person.joined_on else "",
            person.left_on.isoformat() if person.left_on else "", person.phone,
        ]  # fmt: skip


@require_GET
def export(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """The roster as .xlsx or .csv, by the same conditions as the list."""
    require_somewhere(request, EXPORT_PERSONS)
    sought = _sought(request)
    file_format = "csv" if request.GET.get("format") == "csv" else "xlsx"
    persons = _narrowed(request, queries.visible_persons(me(request), EXPORT_PERSONS), sought)
    rows = list(_export_rows(persons))
    services.note_export(
        by=me(request), rows=len(rows), file_format=file_format,
        conditions={name: str(value) for name, value in sought.items() if value and name != "sort"},
    )  # fmt: skip
    name = f"{_('花名册')}-{timezone.localdate():%Y%m%d}.{file_format}"
    if file_format == "csv":
        body = b"".join(tables.csv_chunks(export_headings(), rows))
        response = HttpResponse(body, content_type="text/csv; charset=utf-8")
    else:
        body = tables.xlsx_bytes(_("花名册"), export_headings(), rows)
        response = HttpResponse(
            body, content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        )
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"roster.{file_format}\"; filename*=UTF-8''{quote(name)}"
    )
    return response


@require_GET
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: her record and what was changed in it."""
    account = me(request)
    found = Person.objects.select_related("merged_into").filter(pk=pk).first()
    if (
        found is not None
        and found.merged_into_id
        and queries.visible_persons(account).filter(pk=found.merged_into_id).exists()
    ):
        return redirect("people:person", found.merged_into_id)
    person = get_object_or_404(
        queries.visible_persons(account).select_related("unit", "import_batch"), pk=pk
    )
    edits = access.may(account, EDIT_PERSONS, person.unit)
    return render(
        request,
        "people/person.html",
        {
            "person": person,
            "above": queries.ancestors_of([person.unit], account)[person.unit_id],
            "sees_unit": access.may(account, SEE_UNITS, person.unit),
            "details": access.may(account, SEE_DETAILS, person.unit),
            "may_edit": edits,
            "may_grant": access.may(account, GRANT, person.unit),
            "actions": ACTIONS,
            "history": audit.history_of("people.person", person.pk, limit=20) if edits else [],
            "kinds": dict(StaffKind.choices),
            "sexes": dict(Sex.choices),
            "today": timezone.localdate(),
        },
    )


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A new person."""
    require_somewhere(request, EDIT_PERSONS)
    wanted = request.GET.get("unit", "")
    unit = (
        queries.visible_units(me(request), EDIT_PERSONS).filter(pk=wanted).first()
        if wanted.isdecimal()
        else None
    )
    form = PersonForm(request.POST or None, account=me(request), initial={"unit": unit})
    if request.method == "POST" and form.is_valid():
        try:
            made = services.add_person(by=me(request), **form.cleaned_data)
        except Refused as refusal:
            blame(form, refusal)
        else:
            say(request, _("已登记%(name)s") % {"name": made.name})
            return redirect("people:person", made.pk)
    return show(request, "people/person_form.html", {"person": None}, form)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """A person's record, or her move to another unit."""
    person = get_object_or_404(
        queries.visible_persons(me(request), EDIT_PERSONS).select_related("unit"), pk=pk
    )
    form = PersonForm(
        request.POST or None, account=me(request),
        initial={name: getattr(person, name) for name in FIELDS} | {"unit": person.unit},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            services.update_person(person=person, by=me(request), **form.cleaned_data)
        except Refused as refusal:
            blame(form, refusal)
        else:
            say(
                request,
                _("已存%(name)s") % {"name": person.name},
                action="people.person.update",
                obj=person,
            )
            return redirect("people:person", person.pk)
    return show(request, "people/person_form.html", {"person": person}, form)


@require_http_methods(["GET", "POST"])
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    """A person's last day."""
    person = get_object_or_404(
        queries.visible_persons(me(request), EDIT_PERSONS).select_related("unit"), pk=pk
    )
    form = LeaveForm(request.POST or None, initial={"left_on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        try:
            services.leave(person=person, by=me(request), **form.cleaned_data)
        except Refused as refusal:
            blame(form, refusal)
        else:
            say(
                request,
                _("已记%(name)s离岗") % {"name": person.name},
                action="people.person.leave",
                obj=person,
            )
            return redirect("people:person", person.pk)
    return show(request, "people/person_leave.html", {"person": person}, form)


@require_http_methods(["GET", "POST"])
def doubles(request: HttpRequest) -> HttpResponse:
    """Records that may be one person: merge them or mark them as different."""
    require_somewhere(request, EDIT_PERSONS)
    account = me(request)
    if request.method == "POST":
        reach = queries.visible_persons(account, EDIT_PERSONS)
        chosen = [int(pk) for pk in request.POST.getlist("person") if pk.isdecimal()][:50]
        persons = {person.pk: person for person in reach.filter(pk__in=chosen)}
        keep = request.POST.get("keep", "")
        try:
            if request.POST.get("step") == "different":
                services.mark_different(persons=list(persons.values()), by=account)
                say(request, _("已记为不是同一人"))
            elif keep.isdecimal() and int(keep) in persons:
                kept = persons.pop(int(keep))
                for other in persons.values():
                    services.merge_persons(keep=kept, other=other, by=account)
                say(
                    request,
                    _("已并入%(name)s") % {"name": kept.name},
                    action="people.person.merge",
                    obj=kept,
                )
            else:
                raise Refused(_("请选要留下的那一条。"))
        except Refused as refusal:
            return render(
                request, "people/doubles.html", _doubles(request, refusal.sentence), status=422
            )
        return redirect("people:doubles")
    return render(request, "people/doubles.html", _doubles(request))


def _doubles(request: HttpRequest, problem: str = "") -> dict[str, Any]:
    return {
        "groups": queries.same_person_candidates(me(request)),
        "problem": problem,
        "reasons": {
            "unit": _("同一单位里同名"),
            "birth": _("同名，出生年月也一样"),
            "phone": _("手机号一样"),
        },
        "kinds": dict(StaffKind.choices),
    }
