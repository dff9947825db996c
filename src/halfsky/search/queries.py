"""What a query finds, within what the asker may see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import connection

from halfsky.search import rules
from halfsky.search.models import SearchEntry
from halfsky.search.rules import Marked

NO_END = 2**63 - 1
MOST = 100  # hits a call

FOUND = "e.id, e.kind, e.object_id, e.title, e.body, e.url, e.unit_path, e.dated"
# FTS5 gives its rows by rowid in either direction and stops at the limit: nothing is sorted.
SQLITE = f"""
    SELECT {FOUND} FROM search_fts f CROSS JOIN search_searchentry e ON e.id = f.rowid
    WHERE f.search_fts MATCH %s AND f.rowid < %s ORDER BY f.rowid DESC LIMIT %s
"""  # noqa: S608 -- fixed words only, values are parameters
POSTGRESQL = f"""
    SELECT {FOUND} FROM search_newest(%s::tsquery, %s, %s) AS hit
    JOIN search_searchentry e ON e.id = hit ORDER BY e.id DESC
"""  # noqa: S608 -- fixed words only, values are parameters


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that was found. `title` and `snippet` say which of their places matched.

    `snippet` is a part of the body, empty if the entry has none. `id` is the entry's: give the
    last hit's as `before` for the next page.
    """

    id: int
    kind: str
    object_id: int
    title: Marked
    snippet: Marked
    url: str
    unit_path: str
    dated: date | None


def search(
    scopes: Mapping[str, Iterable[str]],
    text: str,
    *,
    kinds: Iterable[str] | None = None,
    limit: int = 20,
    before: int | None = None,
) -> list[Hit]:
    """Return the newest entries that have all of `text`, in one statement.

    `scopes` says for each kind of entry in which units' subtrees (their paths) the asker may see it,
    or with "@" before the path in that unit alone; a kind that is not in it is not found. `kinds`
    narrows this down. Newest means first indexed last.
    At most 100 hits. A query without a letter or digit finds nothing; none is an error.
    """
    phrases, reach = rules.query_terms(text), rules.scope_tokens(scopes, kinds)
    limit = min(limit, MOST)
    if not phrases or not reach or limit < 1:
        return []
    below = NO_END if before is None else before
    if connection.vendor == "postgresql":
        rows = SearchEntry.objects.raw(POSTGRESQL, [rules.tsquery(phrases, reach), below, limit])
    else:
        rows = SearchEntry.objects.raw(SQLITE, [rules.match_query(phrases, reach), below, limit])
    return [
        Hit(
            id=row.pk,
            kind=row.kind,
            object_id=row.object_id,
            title=rules.marked(row.title, text),
            snippet=rules.snippet(row.body, text) if row.body else Marked(""),
            url=row.url,
            unit_path=row.unit_path,
            dated=row.dated,
        )
        for row in rows
    ]
