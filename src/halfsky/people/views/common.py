"""What the pages of this room share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.shortcuts import render as plain_render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from halfsky.audit import queries as audit
from halfsky.kernel.permissions import Permission
from halfsky.people import access
from halfsky.people.services import Refused

if TYPE_CHECKING:
    from halfsky.people.models import Account, Grant, Unit

PROBLEM = "people_problem"  # in the session: why the last step was refused, until it is read


def me(request: HttpRequest) -> Account:
    """The signed-in account."""
    return cast("Account", request.user)


def require_somewhere(request: HttpRequest, permission: Permission) -> None:
    """Answer 404 to who holds `permission` nowhere."""
    if access.scope(me(request), permission).nothing:
        raise Http404


def wants_part(request: HttpRequest) -> bool:
    """Whether htmx asks for the part of the page that changes."""
    return request.headers.get("HX-Request-Type") == "partial"


def term(grant: Grant) -> str:
    """From when to when a grant holds, in words."""
    if grant.starts_on and grant.ends_on:
        return _("%(start)s 至 %(end)s") % {"start": grant.starts_on, "end": grant.ends_on}
    if grant.ends_on:
        return _("到 %(end)s") % {"end": grant.ends_on}
    if grant.starts_on:
        return _("从 %(start)s 起") % {"start": grant.starts_on}
    return _("长期")


def unit_crumbs(units: list[Unit]) -> list[dict[str, str]]:
    """The way down to a unit, as links."""
    return [{"text": str(unit), "url": reverse("people:unit", args=[unit.pk])} for unit in units]


def render(
    request: HttpRequest, page: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """Render a page with what every page of this room can say."""
    given = {"term": term, "unit_crumbs": unit_crumbs, "problem": ""}
    if not wants_part(request):
        given["problem"] = request.session.pop(PROBLEM, "")
    return plain_render(request, page, given | context, status=status)


def page_or_part(
    request: HttpRequest, page: str, part: str, context: dict[str, Any]
) -> HttpResponse:
    """Answer with the part to htmx, with the page to a browser."""
    response = render(request, part if wants_part(request) else page, context)
    patch_vary_headers(response, ["HX-Request", "HX-Request-Type"])
    return response


def show(
    request: HttpRequest, page: str, context: dict[str, Any], form: forms.Form | None = None
) -> HttpResponse:
    """Answer with a page; 422 if its form did not pass."""
    wrong = form is not None and form.is_bound and bool(form.errors)
    return render(
        request,
        page,
        context | ({"form": form} if form is not None else {}),
        status=422 if wrong else 200,
    )


def blame(form: forms.Form, refusal: Refused) -> None:
    """Put a service's refusal beside the field that it is about, or above the form."""
    field = getattr(refusal, "code", None)
    form.add_error(field if field in form.fields else None, refusal.messages[0])


def say(request: HttpRequest, text: str, *, action: str = "", obj: Any = None) -> None:
    """Say what was done; with `action` and `obj`, offer to take it back."""
    undo = ""
    if action:
        entry = audit.latest_entry(
            me(request), action=action, kind=obj._meta.label_lower, object_id=obj.pk
        )
        if entry is not None:
            undo = "undo=" + reverse("people:undo", args=[entry.pk])
    messages.success(request, text, extra_tags=undo)


def refused(request: HttpRequest, refusal: Refused, to: str, *args: Any) -> HttpResponse:
    """Go back to a page and say there why not."""
    request.session[PROBLEM] = refusal.sentence
    return redirect(to, *args)
