"""Pages of the log. Reading them is logged too."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from halfsky.audit import queries, services, words
from halfsky.audit.forms import LogFilter
from halfsky.audit.models import AuditEntry
from halfsky.audit.permissions import READ_LOG

if TYPE_CHECKING:
    from halfsky.audit.queries import Conditions, Reader

EXPORTED = 20_000
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "'")


class _At:
    """The reader's uppermost unit, as far as an entry must know it."""

    def __init__(self, path: str, name: str) -> None:
        self.path, self.name = path, name


def _reader(request: HttpRequest) -> Reader:
    return cast("Reader", request.user)


def _reach(request: HttpRequest) -> Any:
    reach = _reader(request).scope(READ_LOG)
    if reach.nothing:
        raise Http404
    return reach


def _note(request: HttpRequest, sought: Conditions, rows: int, *, export: bool) -> None:
    """Log the reading in the units that are read, so that their auditors see it."""
    said = {
        "actor": sought.actor, "action": sought.action, "kind": sought.kind,
        "object_id": str(sought.object_id or ""), "unit": sought.unit_path,
        "since": str(sought.since or ""), "until": str(sought.until or ""),
    }  # fmt: skip
    reach = _reach(request)
    path = sought.unit_path if reach.covers_path(sought.unit_path) else reach.paths[0]
    name = queries.unit_name(path)
    services.note_reading(
        by=_reader(request), unit=_At(path, name), conditions=said, rows=rows, export=export
    )


def _id(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


@require_GET
def log(request: HttpRequest) -> HttpResponse:
    """The log, newest first, by conditions in the address."""
    _reach(request)
    form = LogFilter(request.GET)
    sought = form.conditions()
    entries = queries.visible_entries(_reader(request))
    page = queries.page_of(
        queries.narrowed(entries, sought),
        older_than=_id(request.GET.get("older", "")),
        newer_than=_id(request.GET.get("newer", "")),
    )
    _note(request, sought, len(page.rows), export=False)
    part = request.headers.get("HX-Request-Type") == "partial"
    context = {
        "form": form,
        "page": page,
        "sought": sought,
        "rows": [(entry, words.action_words(entry.action)) for entry in page.rows],
        "kinds": []
        if part
        else sorted(
            ((kind, words.kind_words(kind)) for kind in queries.kinds_of(entries)),
            key=lambda k: k[1],
        ),
        "units": [] if part else queries.units_of(entries),
        "channels": words.CHANNELS,
    }
    response = render(request, "audit/_log.html" if part else "audit/log.html", context)
    patch_vary_headers(response, ["HX-Request-Type"])
    return response


@require_GET
def entry(request: HttpRequest, pk: int) -> HttpResponse:
    """One entry: who, for whom, what, before and after, from where."""
    _reach(request)
    found = get_object_or_404(queries.visible_entries(_reader(request)), pk=pk)
    services.note_reading(
        by=_reader(request), unit=_At(found.unit_path, found.unit_name),
        conditions={"entry": str(pk)}, rows=1, export=False,
    )  # fmt: skip
    return render(
        request,
        "audit/entry.html",
        {
            "entry": found,
            "did": words.action_words(found.action),
            "kind": words.kind_words(found.object_kind) if found.object_kind else "",
            "differences": words.differences(found.before, found.after),
            "channels": words.CHANNELS,
        },
    )


def _cells(entries: QuerySet[AuditEntry]) -> Iterator[list[str]]:
    yield [
        _("编号"), _("时间"), _("操作人"), _("代表"), _("操作"), _("操作代码"), _("对象"), _("单位"),
        _("改动"), _("原因"), _("来源地址"), _("渠道"),
    ]  # fmt: skip
    for row in entries.order_by("-id")[:EXPORTED].iterator(2000):
        changes = "；".join(
            f"{name}：{was} → {now}" for name, was, now in words.differences(row.before, row.after)
        )
        yield [
            str(row.pk), timezone.localtime(row.at).strftime("%Y-%m-%d %H:%M:%S"), row.actor_name,
            row.on_behalf_of_name, words.action_words(row.action), row.action, row.object_name,
            row.unit_name, changes, row.reason, row.address,
            str(words.CHANNELS.get(row.channel, row.channel)),
        ]  # fmt: skip


@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """The entries of these conditions as .csv, newest first, at most 20,000; logged."""
    _reach(request)
    sought = LogFilter(request.GET).conditions()
    entries = queries.narrowed(queries.visible_entries(_reader(request)), sought)
    buffer = io.StringIO("")
    writer = csv.writer(buffer)
    rows = -1
    for cells in _cells(entries):
        rows += 1
        # no spreadsheet shall run a name as a formula
        writer.writerow(["'" + c if c.startswith(DANGEROUS) else c for c in cells])
    _note(request, sought, rows, export=True)
    response = HttpResponse(
        b"\xef\xbb\xbf" + buffer.getvalue().encode(), content_type="text/csv; charset=utf-8"
    )
    response.headers["Content-Disposition"] = 'attachment; filename="log.csv"'
    return response
