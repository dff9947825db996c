"""Search over everything that the reader may see: the page, and the part in the palette (Ctrl-K)."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from halfsky.kernel.modules import SearchKind, modules
from halfsky.people.models import Account
from halfsky.search import queries
from halfsky.search.queries import Hit

IN_PALETTE = 8
ON_PAGE = 30
MOST_WORDS = 100  # characters of a query; the rest is dropped


def reach_of(account: Account) -> dict[SearchKind, list[str]]:
    """The kinds of entry that `account` may find anywhere, and where: each room says its own."""
    found = {kind: sorted(kind.reach(account)) for room in modules() for kind in room.search}
    return {kind: scopes for kind, scopes in found.items() if scopes}


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


def _shown(hit: Hit, kind: SearchKind) -> dict[str, Any]:
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
    reach = reach_of(account)
    kinds = {one.key: one for one in reach}
    hits = queries.search(
        {one.key: scopes for one, scopes in reach.items()},
        words,
        kinds=[kind] if kind in kinds else None,
        limit=limit + 1,
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None,
    )
    more = len(hits) > limit
    hits = hits[:limit]
    context = {
        "q": words, "hits": [_shown(hit, kinds[hit.kind]) for hit in hits], "more": more, "kind": kind,
        "kinds": {key: one.label for key, one in kinds.items()}, "last": hits[-1].id if hits else None,
        "said": ngettext("找到 %(n)s 条", "找到 %(n)s 条", len(hits)) % {"n": len(hits)},
    }  # fmt: skip
    response = render(request, "site/_hits.html" if part else "site/search.html", context)
    response.headers["Vary"] = "HX-Request-Type, Cookie"
    return response
