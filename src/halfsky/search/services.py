"""Every write to the search index. Call it in the transaction of the change it follows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import islice

from django.db import connection, transaction

from halfsky.search import rules
from halfsky.search.models import SearchEntry

BATCH = 2_000
MAX_URL = 500
LAST_STEP = "Z" * rules.STEP  # every path below P lies between P and P + LAST_STEP


@dataclass(frozen=True, slots=True)
class Entry:
    """An object that is to be found: of which kind, by which words, where, below which unit.

    At most 300 characters of the title and 8,000 of the body are kept and searched: index a longer
    text by its paragraphs.
    """

    kind: str
    object_id: int
    title: str
    body: str
    url: str
    unit_path: str
    dated: date | None = None


def _row(entry: Entry) -> SearchEntry:
    if len(entry.url) > MAX_URL:
        raise ValueError(f"the address of {entry.kind} {entry.object_id} is too long")
    title, body = rules.clean(entry.title, rules.MAX_TITLE), rules.clean(entry.body, rules.MAX_BODY)
    return SearchEntry(
        kind=entry.kind,
        object_id=entry.object_id,
        title=title,
        body=body,
        url=entry.url,
        unit_path=entry.unit_path,
        dated=entry.dated,
        tokens=rules.entry_tokens(entry.kind, title, body, entry.unit_path),
    )


@transaction.atomic
def index_many(entries: Iterable[Entry]) -> int:
    """Index entries, or index them anew under their kind and id; return how many.

    An entry that is indexed anew keeps its place in the order of the hits. Of several entries for
    one object in one call the last counts. Raises ValueError for a path that is none.
    """
    number = 0
    rest = iter(entries)
    while batch := {(entry.kind, entry.object_id): entry for entry in islice(rest, BATCH)}:
        SearchEntry.objects.bulk_create(
            [_row(entry) for entry in batch.values()],
            update_conflicts=True,
            unique_fields=["kind", "object_id"],
            update_fields=["title", "body", "url", "unit_path", "dated", "tokens"],
        )
        number += len(batch)
    return number


def index(
    kind: str,
    object_id: int,
    title: str,
    body: str = "",
    *,
    url: str,
    unit_path: str,
    dated: date | None = None,
) -> None:
    """Index one object; see `Entry` and `index_many`."""
    index_many([Entry(kind, object_id, title, body, url, unit_path, dated)])


@transaction.atomic
def remove(kind: str, ids: Iterable[int]) -> int:
    """Take objects of a kind out of the index; return how many were in it."""
    number = 0
    rest = iter(ids)
    while batch := list(islice(rest, BATCH)):
        number += SearchEntry.objects.filter(kind=kind, object_id__in=batch).delete()[0]
    return number


@transaction.atomic
def move_paths(old: str, new: str) -> int:
    """Follow a unit that was moved from the path `old` to `new`, with all below it.

    Returns how many entries were indexed anew. Raises ValueError for a path that is none.
    """
    rules.above(old), rules.above(new)
    number, last = 0, 0
    moved = (
        SearchEntry.objects.filter(unit_path__range=(old, old + LAST_STEP))
        .defer("tokens")
        .order_by("id")
    )
    while rows := list(moved.filter(id__gt=last)[:BATCH]):
        last = rows[-1].pk
        for row in rows:
            row.unit_path = new + row.unit_path.removeprefix(old)
            row.tokens = rules.entry_tokens(row.kind, row.title, row.body, row.unit_path)
        SearchEntry.objects.bulk_update(rows, ["unit_path", "tokens"], batch_size=200)
        number += len(rows)
    return number


def tidy() -> None:
    """Merge the parts of the index after many entries were written: faster to search, smaller.

    Takes up to half a minute for a million entries. On PostgreSQL call it outside a transaction.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM (ANALYZE) search_searchentry")
        else:
            cursor.execute("INSERT INTO search_fts(search_fts) VALUES ('optimize')")
