"""Pages of the organisation tree."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from halfsky.people import access, queries, services
from halfsky.people.forms import EndUnitForm, MoveUnitForm, UnitForm
from halfsky.people.models import Unit, UnitKind
from halfsky.people.permissions import EDIT_UNITS, GRANT, SEE_PERSONS, SEE_UNITS
from halfsky.people.services import Refused
from halfsky.people.views.common import (
    blame,
    me,
    page_or_part,
    render,
    require_somewhere,
    say,
    show,
)

FOUND = 100


def _context(request: HttpRequest) -> dict[str, object]:
    return {
        "kinds": dict(UnitKind.choices),
        "today": timezone.localdate(),
        "ended": "ended" in request.GET,
    }


@require_GET
def tree(request: HttpRequest) -> HttpResponse:
    """The tree from the uppermost units in reach; or what a search found."""
    require_somewhere(request, SEE_UNITS)
    account = me(request)
    text = request.GET.get("q", "").strip()[:60]
    context = _context(request)
    context |= {"q": text, "may_edit": not access.scope(account, EDIT_UNITS).nothing}
    if text:
        units = queries.found_units(account, text)
        if not context["ended"]:
            units = queries.valid_units(units, on=timezone.localdate())
        found = list(units[: FOUND + 1])
        context |= {
            "found": found[:FOUND], "more": len(found) > FOUND,
            "above": queries.ancestors_of(found[:FOUND], account),
        }  # fmt: skip
    else:
        tops = list(queries.top_units(account))
        # one tree opens its first level by itself
        branch = _branch(request, tops[0]) if len(tops) == 1 else []
        context |= {"tops": tops, "branch": branch}
    return page_or_part(request, "people/units.html", "people/_units.html", context)


def _branch(request: HttpRequest, unit: Unit) -> list[Unit]:
    units = queries.children(me(request), unit)
    if "ended" not in request.GET:
        units = queries.valid_units(units, on=timezone.localdate())
    return list(units)


@require_GET
def children(request: HttpRequest, pk: int) -> HttpResponse:
    """The units directly below one, as a part of the tree."""
    unit = get_object_or_404(queries.visible_units(me(request)), pk=pk)
    return render(
        request, "people/_branch.html", _context(request) | {"units": _branch(request, unit)}
    )


@require_GET
def unit(request: HttpRequest, pk: int) -> HttpResponse:
    """One unit: its departments, how many persons, who holds which grant."""
    account = me(request)
    unit = get_object_or_404(queries.visible_units(account).select_related("successor"), pk=pk)
    sees_persons = access.may(account, SEE_PERSONS, unit)
    below = queries.persons_below(unit.path, on=timezone.localdate())
    return render(
        request,
        "people/unit.html",
        _context(request)
        | {
            "unit": unit,
            "above": queries.ancestors_of([unit], account)[unit.pk],
            "units": _branch(request, unit),
            "persons_here": below.filter(unit=unit).count() if sees_persons else None,
            "persons_below": queries.count_upto(below) if sees_persons else None,
            "grants": queries.grants_at(unit) if access.may(account, GRANT, unit) else None,
            "may_edit": access.may(account, EDIT_UNITS, unit),
        },
    )


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A new unit below `?parent=`, or a new root."""
    require_somewhere(request, EDIT_UNITS)
    account = me(request)
    parent = None
    if wanted := request.GET.get("parent"):
        parent = get_object_or_404(
            queries.visible_units(account, EDIT_UNITS), pk=int(wanted) if wanted.isdecimal() else 0
        )
    form = UnitForm(
        request.POST or None, initial={"kind": UnitKind.DEPARTMENT if parent else UnitKind.BUREAU}
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = services.create_unit(by=account, parent=parent, **form.cleaned_data)
        except Refused as refusal:
            blame(form, refusal)
        else:
            say(request, _("已新建“%(unit)s”") % {"unit": made.name})
            return redirect("people:unit", made.pk)
    return show(request, "people/unit_form.html", {"unit": None, "parent": parent}, form)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """A unit's names, code, kind."""
    unit = get_object_or_404(queries.visible_units(me(request), EDIT_UNITS), pk=pk)
    form = UnitForm(
        request.POST or None,
        initial={
            name: getattr(unit, name)
            for name in ("name", "short_name", "code", "kind", "valid_from")
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.rename_unit(unit=unit, by=me(request), **form.cleaned_data)
        except Refused as refusal:
            blame(form, refusal)
        else:
            say(
                request,
                _("已改“%(unit)s”") % {"unit": unit.name},
                action="people.unit.rename",
                obj=unit,
            )
            return redirect("people:unit", unit.pk)
    return show(request, "people/unit_form.html", {"unit": unit, "parent": None}, form)


@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Hang a unit under another one."""
    unit = get_object_or_404(queries.visible_units(me(request), EDIT_UNITS), pk=pk)
    form = MoveUnitForm(request.POST or None, account=me(request))
    if request.method == "POST" and form.is_valid():
        try:
            services.move_unit(unit=unit, parent=form.cleaned_data["parent"], by=me(request))
        except Refused as refusal:
            blame(form, refusal)
        else:
            say(
                request,
                _("已把“%(unit)s”移到“%(parent)s”") % {"unit": unit.name, "parent": form.cleaned_data["parent"].name},
                action="people.unit.move", obj=unit,
            )  # fmt: skip
            return redirect("people:unit", unit.pk)
    return show(request, "people/unit_step.html", {"unit": unit, "step": "move"}, form)


@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """A unit's last day and its successor."""
    unit = get_object_or_404(queries.visible_units(me(request), EDIT_UNITS), pk=pk)
    form = EndUnitForm(
        request.POST or None, account=me(request),
        initial={"valid_to": unit.valid_to, "successor": unit.successor},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            services.end_unit(unit=unit, by=me(request), **form.cleaned_data)
        except Refused as refusal:
            blame(form, refusal)
        else:
            say(
                request,
                _("已存“%(unit)s”的停用日期") % {"unit": unit.name},
                action="people.unit.end",
                obj=unit,
            )
            return redirect("people:unit", unit.pk)
    return show(request, "people/unit_step.html", {"unit": unit, "step": "end"}, form)
