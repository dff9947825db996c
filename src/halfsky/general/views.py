"""Pages of general tasks: one record, what was done for it, and its state."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from halfsky.general import queries, rules, services
from halfsky.general.forms import EntryForm, StateForm
from halfsky.general.models import RecordState, WorkRecord
from halfsky.general.permissions import WORK_ON_RECORDS
from halfsky.people import access

ENTRIES_SHOWN = 200


def _came_from(request: HttpRequest) -> str:
    """The page of ours that the reader came from, or ""; a room does not know who uses it."""
    wanted = request.POST.get("from") or request.GET.get("from") or ""
    if wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return wanted
    return ""


def _address(record_id: int, request: HttpRequest) -> str:
    address = reverse("general:record", args=[record_id])
    came_from = _came_from(request)
    return f"{address}?{urlencode({'from': came_from})}" if came_from else address


def _page(
    request: HttpRequest,
    record: WorkRecord,
    *,
    form: EntryForm | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    entries = queries.entries_of(record, limit=ENTRIES_SHOWN)
    may_work = access.may(request.user, WORK_ON_RECORDS, record.unit)  # type: ignore[arg-type]
    is_open = record.state == RecordState.RUNNING
    context: dict[str, Any] = {
        "record": record,
        "state": rules.progress_state(record_state=record.state, entry_count=record.entry_count),
        "entries": [entry for entry in entries if entry.withdrawn_at is None],
        "withdrawn": [entry for entry in entries if entry.withdrawn_at is not None],
        "shown": ENTRIES_SHOWN,
        "is_reached": rules.is_target_reached(
            done_number=record.done_number, target_number=record.target_number
        ),
        "needs_reason": rules.needs_reason(
            to=RecordState.DONE,
            done_number=record.done_number,
            target_number=record.target_number,
        ),
        "may_work": may_work,
        "is_open": is_open,
        "form": (form or EntryForm(record=record)) if may_work and is_open else None,
        "refusal": refusal,
        "came_from": _came_from(request),
    }
    return render(request, "general/record.html", context, status=status)


@login_required
@require_GET
def record(request: HttpRequest, pk: int) -> HttpResponse:
    """A record: what it is about, what was done, how far it is."""
    found = get_object_or_404(
        queries.visible_records(request.user).select_related("unit"),  # type: ignore[arg-type]
        pk=pk,
    )
    return _page(request, found)


@login_required
@require_POST
def write_entry(request: HttpRequest, pk: int) -> HttpResponse:
    """Write an entry of progress."""
    found = get_object_or_404(
        queries.visible_records(request.user).select_related("unit"),  # type: ignore[arg-type]
        pk=pk,
    )
    access.require(request.user, WORK_ON_RECORDS, found.unit)  # type: ignore[arg-type]
    form = EntryForm(request.POST, record=found)
    if not form.is_valid():
        return _page(request, found, form=form, status=422)
    try:
        entry = services.write_entry(
            record=found,
            happened_on=form.cleaned_data["happened_on"],
            what=form.cleaned_data["what"],
            number=form.cleaned_data.get("number", 0),
            link=form.cleaned_data["link"],
            by=request.user,  # type: ignore[arg-type]
        )
    except services.Refused as refused:
        if refused.code == rules.EntryRefused.FUTURE:
            form.add_error("happened_on", refused.says)
            return _page(request, found, form=form, status=422)
        found.refresh_from_db()
        return _page(request, found, refusal=refused.says, status=422)
    messages.success(
        request,
        _("已登记进展。"),
        extra_tags="undo=" + reverse("general:withdraw_entry", args=[entry.pk]),
    )
    return redirect(_address(pk, request))


@login_required
@require_POST
def withdraw_entry(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an entry back; it can be restored at once."""
    return _count_again_or_not(request, pk, restore=False)


@login_required
@require_POST
def restore_entry(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a withdrawn entry count again."""
    return _count_again_or_not(request, pk, restore=True)


def _count_again_or_not(request: HttpRequest, pk: int, *, restore: bool) -> HttpResponse:
    entry = get_object_or_404(queries.visible_entries(request.user), pk=pk)  # type: ignore[arg-type]
    change = services.restore_entry if restore else services.withdraw_entry
    try:
        change(entry=entry, by=request.user)  # type: ignore[arg-type]
    except services.Refused as refused:
        return _page(request, entry.record, refusal=refused.says, status=422)
    back = "general:withdraw_entry" if restore else "general:restore_entry"
    messages.success(
        request,
        _("已恢复进展。") if restore else _("已撤回进展，不再计数。"),
        extra_tags="undo=" + reverse(back, args=[pk]),
    )
    return redirect(_address(entry.record_id, request))


@login_required
@require_POST
def change_state(request: HttpRequest, pk: int) -> HttpResponse:
    """Finish a record, cancel it, or take it up again (`to` in the address undoes a finish)."""
    found = get_object_or_404(
        queries.visible_records(request.user).select_related("unit"),  # type: ignore[arg-type]
        pk=pk,
    )
    form = StateForm({"state": request.GET.get("to", ""), **request.POST.dict()})
    access.require(request.user, WORK_ON_RECORDS, found.unit)  # type: ignore[arg-type]
    if not form.is_valid():
        return _page(request, found, refusal=_("没有这一步。请刷新页面再试。"), status=422)
    state = RecordState(form.cleaned_data["state"])
    try:
        services.change_state(
            record=found,
            state=state,
            reason=form.cleaned_data["reason"],
            by=request.user,  # type: ignore[arg-type]
        )
    except services.Refused as refused:
        found.refresh_from_db()
        return _page(request, found, refusal=refused.says, status=422)
    said, undo = {
        RecordState.DONE: (_("已标为完成。"), True),
        RecordState.CANCELLED: (_("已取消。"), True),
        RecordState.RUNNING: (_("已继续办理。"), False),
    }[state]
    address = reverse("general:change_state", args=[pk]) + "?to=running"
    messages.success(request, said, extra_tags=f"undo={address}" if undo else "")
    return redirect(_address(pk, request))
