"""How text becomes tokens, and a query becomes phrases of them.

Chinese is cut into pairs of characters, without a word segmenter, which loses names. A run of
Latin letters or digits stays one word. Everything is folded first: full width to half width, upper
to lower case, accents off; traditional characters stay as they are.

Three kinds of token stand in one index and cannot be taken for each other:

| token | stands for |
|---|---|
| `妇女`, `益`, `12338`, `pilot` | a pair, the last character of a run, a word; in their order |
| `=妇` | the character occurs somewhere: answers a query of one character |
| `plans.task@00010002` | its kind, with each unit in whose subtree it stands |
| `plans.task@@00010002` | its kind, with its own unit |

Letters and digits alone make up the first kind, so no query can name a token of the others.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

STEP = 4  # characters a level in a unit's path
MAX_TITLE = 300  # characters kept
MAX_BODY = 8_000  # characters kept and searched: PostgreSQL counts no further than 16,383 words
MAX_QUERY = 100  # characters read
MAX_PHRASES = 8
MAX_WORD = 40  # characters; a longer word is cut into parts
PREFIX_FROM = 3  # letters from which the last word of a query may be the beginning of a longer one
SNIPPET = 90  # characters
BEFORE_MARK = 24  # of them before the first mark
GAP = "|"  # between title and body, so that no phrase runs across

LIKE_IDEOGRAPHS = frozenset("〇々〻ー")


@lru_cache(maxsize=32_768)
def _folded(character: str) -> str:
    parts = unicodedata.normalize("NFKD", character).casefold()
    # casefold may leave what NFKD would take apart again
    return "".join(c for c in unicodedata.normalize("NFKD", parts) if _class(c))


@lru_cache(maxsize=32_768)
def _class(character: str) -> str:
    """Return "c" for a character that is paired, "w" for one of a word, " " between words.

    "" for a mark on the letter before it, which is dropped.
    """
    category = unicodedata.category(character)
    if category == "Lo" or character in LIKE_IDEOGRAPHS:
        return "c"
    if category[0] in "LN":
        return "w"
    return "" if category[0] == "M" or category == "Cf" else " "


def folded(text: str) -> tuple[str, list[int]]:
    """Return the text as it is compared, and for each of its characters its place in `text`."""
    characters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for part in _folded(character):
            characters.append(part)
            places.append(place)
    return "".join(characters), places


def runs(text: str) -> list[str]:
    """Cut folded text into runs of paired characters and words; a word has at most 40 letters."""
    found: list[str] = []
    current, kind = "", " "
    for character in text:
        of = _class(character)
        if of != kind or (of == "w" and len(current) == MAX_WORD):
            if kind != " ":
                found.append(current)
            current, kind = "", of
        current += character
    if kind != " ":
        found.append(current)
    return found


def _is_word(run: str) -> bool:
    return _class(run[0]) == "w"


def _tokens(run: str) -> list[str]:
    if _is_word(run):
        return [run]
    return [run[at : at + 2] for at in range(len(run))]


def grams(text: str) -> str:
    """Return the tokens of a text in their order, by spaces.

    >>> grams("妇女权益 12338")
    '妇女 女权 权益 益 12338'
    """
    return " ".join(token for run in runs(folded(text)[0]) for token in _tokens(run))


@dataclass(frozen=True, slots=True)
class Tokens:
    """What of an entry is indexed: tokens in their order, and tokens without a place."""

    ordered: tuple[str, ...]
    loose: tuple[str, ...]

    def plain(self) -> str:
        """All tokens by spaces, those without a place last: for SQLite."""
        return " ".join((*self.ordered, GAP, *self.loose))

    def vector(self) -> str:
        """The literal of a tsvector with the places of the ordered tokens: for PostgreSQL."""
        places: dict[str, list[int]] = {}
        for place, token in enumerate(self.ordered, 1):
            if token != GAP:
                places.setdefault(token, []).append(place)
        parts = [
            f"{quoted_lexeme(token)}:{','.join(map(str, found[:256]))}"
            for token, found in places.items()
        ]
        return " ".join(parts + [quoted_lexeme(token) for token in self.loose])


def quoted_lexeme(token: str) -> str:
    """Quote a token for a tsvector or tsquery literal."""
    escaped = token.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def clean(text: str, length: int) -> str:
    """Return the first `length` characters of a text without what no database stores."""
    text = text[:length].replace("\0", "")
    return text.encode("utf-8", "replace").decode("utf-8")


def above(unit_path: str) -> list[str]:
    """Return the paths of a unit and of every unit above it. Raises ValueError if it is none.

    >>> above("00010002")
    ['0001', '00010002']
    """
    if not unit_path or len(unit_path) % STEP or not unit_path.isalnum():
        raise ValueError(f"no path of a unit: {unit_path!r}")
    return [unit_path[:end] for end in range(STEP, len(unit_path) + 1, STEP)]


def scope_token(kind: str, path: str) -> str:
    """Return the token of every entry of `kind` in the unit at `path` or below.

    With "@" before the path: in that unit alone.
    """
    return f"{kind}@{path}".lower()


def entry_tokens(kind: str, title: str, body: str, unit_path: str) -> Tokens:
    """Return what is indexed of an entry. Raises ValueError for a path that is none."""
    ordered: list[str] = []
    single: dict[str, None] = {}
    for text in (title, body):
        if ordered:
            ordered.append(GAP)
        for run in runs(folded(text)[0]):
            ordered += _tokens(run)
            if not _is_word(run):
                single.update(dict.fromkeys(f"={character}" for character in run))
    scopes = [scope_token(kind, path) for path in (*above(unit_path), f"@{unit_path}")]
    return Tokens(tuple(islice(ordered, 2 * MAX_BODY)), (*single, *scopes))


@dataclass(frozen=True, slots=True)
class Phrase:
    """Tokens that must follow one another; with `prefix` the last may go on."""

    tokens: tuple[str, ...]
    prefix: bool = False


def _query_runs(text: str) -> list[list[str]]:
    """The runs of each part of a query; parts are divided by white space."""
    parts = (runs(folded(part)[0]) for part in clean(text, MAX_QUERY).split())
    return [part for part in parts if part]


def query_terms(text: str) -> list[Phrase]:
    """Return the phrases of a query, all of which an entry must have; none for an empty one.

    Parts divided by white space are looked for on their own. What stands together must stand
    together in the entry, but punctuation of any kind is as good as any other. One character at
    the end of a part, or alone, must occur anywhere, since it may be the first half of a pair.
    A last word with three letters or more may be the beginning of a longer one. Quotation marks
    and operators mean nothing.

    >>> query_terms("妇女权 Pilo")
    [Phrase(tokens=('妇女', '女权'), prefix=False), Phrase(tokens=('pilo',), prefix=True)]
    """
    found: dict[Phrase, None] = {}
    for part in _query_runs(text):
        last = part[-1]
        tokens = [token for run in part[:-1] for token in _tokens(run)]
        prefix = False
        if _is_word(last):
            tokens.append(last)
            prefix = len(last) >= PREFIX_FROM and not last.isdigit()
        elif len(last) == 1:
            found[Phrase((f"={last}",))] = None
        else:
            tokens += _tokens(last)[:-1]
        if tokens:
            found[Phrase(tuple(tokens), prefix)] = None
    return list(found)[:MAX_PHRASES]


Scopes = Mapping[str, Iterable[str]]


def scope_tokens(scopes: Scopes, kinds: Iterable[str] | None = None) -> list[str]:
    """Return the tokens of which an entry must have one; none if nothing is in reach.

    `scopes` says for each kind of entry in which units' subtrees (their paths) it may be found, or
    with "@" before the path in that unit alone; `kinds` keeps some.
    """
    wanted = None if kinds is None else frozenset(kinds)
    return sorted(
        {
            scope_token(kind, path)
            for kind, paths in scopes.items()
            if wanted is None or kind in wanted
            for path in paths
        }
    )


def match_query(phrases: list[Phrase], scopes: list[str]) -> str:
    """Return the FTS5 query of SQLite. Every token stands in quotation marks."""

    def quoted(tokens: Iterable[str]) -> str:
        return '"' + " ".join(tokens).replace('"', '""') + '"'

    parts = [quoted(phrase.tokens) + ("*" if phrase.prefix else "") for phrase in phrases]
    return " AND ".join([*parts, "(" + " OR ".join(quoted([token]) for token in scopes) + ")"])


def tsquery(phrases: list[Phrase], scopes: list[str]) -> str:
    """Return the literal of PostgreSQL's tsquery. Every token is quoted."""

    def followed(phrase: Phrase) -> str:
        return " <-> ".join(map(quoted_lexeme, phrase.tokens)) + (":*" if phrase.prefix else "")

    parts = [f"({followed(phrase)})" for phrase in phrases]
    return " & ".join([*parts, "(" + " | ".join(map(quoted_lexeme, scopes)) + ")"])


@dataclass(frozen=True, slots=True)
class Marked:
    """A text with the places, from and up to, that a query found in it."""

    text: str
    spans: tuple[tuple[int, int], ...] = ()


def marked(text: str, query: str) -> Marked:
    """Return `text` with the places at which a run of `query` stands in it.

    A word is marked from its beginning only, and its last occurrence in the query also as the
    beginning of a longer one.
    """
    plain, places = folded(text)
    found: list[tuple[int, int]] = []
    for part in _query_runs(query):
        for run in part:
            at = plain.find(run)
            while at >= 0:
                end = at + len(run)
                starts = not _is_word(run) or at == 0 or _class(plain[at - 1]) != "w"
                prefix = run is part[-1] and len(run) >= PREFIX_FROM and not run.isdigit()
                ends = not _is_word(run) or prefix or end == len(plain) or _class(plain[end]) != "w"
                if starts and ends:
                    found.append((places[at], places[end - 1] + 1))
                at = plain.find(run, at + 1)
    joined: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return Marked(text, tuple(joined))


def snippet(text: str, query: str) -> Marked:
    """Return the part of `text` around the first place that `query` found, marked; or its start.

    At most 90 characters, with … where something was cut off.
    """
    whole = marked(text, query)
    first = whole.spans[0][0] if whole.spans else 0
    start = max(0, min(first - BEFORE_MARK, len(text) - SNIPPET))
    end = min(len(text), start + SNIPPET)
    before, after = "…" if start else "", "…" if end < len(text) else ""
    shift = len(before) - start
    spans = tuple(
        (max(a, start) + shift, min(b, end) + shift)
        for a, b in whole.spans
        if a < end and b > start
    )
    return Marked(before + text[start:end] + after, spans)
