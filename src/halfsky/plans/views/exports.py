"""What leaves the plans room: the breakdown table and the calendar feed."""

from __future__ import annotations

from urllib.parse import unquote

from django.contrib.auth.decorators import login_not_required, login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from halfsky.people import sign_in
from halfsky.plans import calendar, papers, queries


def _file(content: bytes, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response


def _plan(request: HttpRequest, pk: int):  # type: ignore[no-untyped-def]
    plans = queries.visible_plans(request.user).select_related("unit", "document", "clean_text")
    return get_object_or_404(plans, pk=pk)


@login_required
def breakdown_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The breakdown table as a page to read and print."""
    plan = _plan(request, pk)
    rows = queries.breakdown(plan, today=timezone.localdate())
    return render(
        request,
        "plans/breakdown.html",
        {"plan": plan, "rows": rows, "columns": queries.breakdown_columns()},
    )


@login_required
def breakdown_xlsx(request: HttpRequest, pk: int) -> HttpResponse:
    """The breakdown table as .xlsx."""
    plan = _plan(request, pk)
    rows = queries.breakdown(plan, today=timezone.localdate())
    name = f"{papers.breakdown_title(plan)}.xlsx"
    return _file(papers.breakdown_xlsx(plan, rows), papers.XLSX, name)


@login_required
def breakdown_docx(request: HttpRequest, pk: int) -> HttpResponse:
    """The breakdown table as .docx."""
    plan = _plan(request, pk)
    rows = queries.breakdown(plan, today=timezone.localdate())
    name = f"{papers.breakdown_title(plan)}.docx"
    return _file(papers.breakdown_docx(plan, rows), papers.DOCX, name)


@login_required
def calendar_page(request: HttpRequest) -> HttpResponse:
    """How to bring the due dates into a calendar program."""
    address = request.build_absolute_uri(reverse("plans:calendar_feed", args=[_("令牌")]))
    return render(request, "plans/calendar.html", {"address": unquote(address)})


@login_not_required
def calendar_feed(request: HttpRequest, token: str) -> HttpResponse:
    """The due dates of one person, for calendar programs: the secret address is the key."""
    account = sign_in.account_of_token(token, purpose="calendar")
    if account is None:
        raise Http404
    tasks = queries.tasks_for_calendar(account, today=timezone.localdate())
    feed = calendar.feed(tasks, host=request.get_host(), absolute=request.build_absolute_uri)
    response = HttpResponse(feed, content_type="text/calendar; charset=utf-8")
    response["Cache-Control"] = "private, no-store"
    return response
