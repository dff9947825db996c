"""Search over everything that the reader may see: the page, and the part in the palette (Ctrl-K)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from halfsky.kernel.permissions import Permission
from halfsky.people import access
from halfsky.people import permissions as people
from halfsky.people.models import Account
from halfsky.plans import permissions as plans
from halfsky.search import queries
from halfsky.search.queries import Hit

IN_PALETTE = 8
ON_PAGE = 30
MOST_WORDS = 100  # characters of a query; the rest is dropped


@dataclass(frozen=True, slots=True)
class Findable:
    """A kind of entry: its word, its icon and the right that lets a reader find it."""

    label: Any
    icon: str
    permission: Permission


# Every kind that a room indexes. A kind that is missing here is not found by anybody.
KINDS: dict[str, Findable] = {
    "plans.plan": Findable(_("计划"), "file-text", plans.READ_ADOPTED),
    "plans.point": Findable(_("要点"), "list-numbers", plans.READ_ADOPTED),
    "plans.measure": Findable(_("措施"), "list-check", plans.READ_ADOPTED),
    "people.unit": Findable(_("单位"), "building", people.SEE_UNITS),
    "people.person": Findable(_("人员"), "user", people.SEE_PERSONS),
}


def scopes_of(account: Account) -> dict[str, Iterable[str]]:
    """For each kind the paths of the units below which `account` may find it."""
    found = {kind: access.scope(account, one.permission).paths for kind, one in KINDS.items()}
    return {kind: paths for kind, paths in found.items() if paths}


def pieces(marked: Any) -> list[tuple[str, bool]]:
    """Cut a marked text into runs, each with whether the query found it."""
    out: list[tuple[str, bool]] = []
    at = 0
    for start, end in marked.spans:
        if start > at:
            out.append((marked.text[at:start], False))
        out.append((marked.text[start:end], True))
        at = end
    if at < len(marked.text):
        out.append((marked.text[at:], False))
    return out


def _shown(hit: Hit) -> dict[str, Any]:
    kind = KINDS[hit.kind]
    return {
        "url": hit.url, "title": pieces(hit.title), "snippet": pieces(hit.snippet),
        "label": kind.label, "icon": kind.icon, "dated": hit.dated,
    }  # fmt: skip


@login_required
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Find `q` within what the reader may see, of one `kind` or all, the newest first."""
    account: Account = request.user  # type: ignore[assignment]
    words = request.GET.get("q", "").strip()[:MOST_WORDS]
    kind = request.GET.get("kind", "")
    before = request.GET.get("before", "")
    part = request.headers.get("HX-Request-Type") == "partial"
    limit = IN_PALETTE if part else ON_PAGE
    scopes = scopes_of(account)
    hits = queries.search(
        scopes,
        words,
        kinds=[kind] if kind in scopes else None,
        limit=limit + 1,
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None,
    )
    more = len(hits) > limit
    hits = hits[:limit]
    context = {
        "q": words, "hits": [_shown(hit) for hit in hits], "more": more, "kind": kind,
        "kinds": {key: KINDS[key].label for key in scopes}, "last": hits[-1].id if hits else None,
        "said": ngettext("找到 %(n)s 条", "找到 %(n)s 条", len(hits)) % {"n": len(hits)},
    }  # fmt: skip
    response = render(request, "site/_hits.html" if part else "site/search.html", context)
    response.headers["Vary"] = "HX-Request-Type, Cookie"
    return response
