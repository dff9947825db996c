"""The words of every room in other languages: build, check and refresh the .po files.

    python -m halfsky.site.messages compile    .po → .mo, only what is out of date
    python -m halfsky.site.messages check      exit 1 and one line for each fault
    python -m halfsky.site.messages extract    put new words into the .po files, drop unused ones

The words in the code are Simplified Chinese; a room keeps its English in
`ROOM/locale/en/LC_MESSAGES/django.po`. Only .po files are committed.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

PACKAGE = Path(__file__).resolve().parents[1]
LANGUAGES = ("en",)
SKIPPED = {"tests", "migrations", "static", "locale", "__pycache__"}
NOISE = tuple(  # header lines that say nothing, or change on every run
    f'"{name}: '
    for name in (
        "Project-Id-Version", "Report-Msgid-Bugs-To", "POT-Creation-Date", "PO-Revision-Date",
        "Last-Translator", "Language-Team", "Generated-By",
    )
)  # fmt: skip
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
BRACES = re.compile(r"\{([A-Za-z_][A-Za-z_0-9]*)[^{}]*\}")
PERCENTS = re.compile(r"%\(([A-Za-z_][A-Za-z_0-9]*)\)[a-z]")

Words = str | tuple[str, ...]
Key = tuple[str | None, Words]


@dataclass
class Uses:
    """Every word of a room with the places that use it, in the order they were found."""

    places: dict[Key, list[tuple[str, int]]] = field(default_factory=dict)

    def add(self, key: Key, path: str, line: int) -> None:
        """Note one more use; a word used as singular and in a plural is one entry."""
        context, words = key
        if isinstance(words, str):
            for other_context, other in self.places:
                if other_context == context and isinstance(other, tuple) and other[0] == words:
                    key = (other_context, other)
                    break
        elif (context, words[0]) in self.places:
            self.places[key] = self.places.pop((context, words[0]))
        self.places.setdefault(key, []).append((path, line))


def rooms() -> list[Path]:
    """Return the folders of the package that hold code, one for each room."""
    return sorted(
        path for path in PACKAGE.iterdir() if path.is_dir() and (path / "__init__.py").exists()
    )


def catalogs(room: Path) -> Iterator[tuple[str, Path]]:
    """Yield each language with the place of the room's .po file, there or not."""
    for language in LANGUAGES:
        yield language, room / "locale" / language / "LC_MESSAGES" / "django.po"


def read_catalog(path: Path) -> Catalog:
    """Return the catalog in `path`. Raises ValueError when the file is no .po file."""
    from babel.messages.pofile import PoFileError, read_po

    try:
        with path.open("rb") as file:
            return read_po(file, locale=path.parents[1].name, charset="utf-8", abort_invalid=True)
    except (PoFileError, UnicodeDecodeError) as error:
        raise ValueError(f"{shown(path)}: {error}") from error


def shown(path: Path) -> str:
    """Return the path as a person in the checkout would write it."""
    try:
        return str(path.relative_to(PACKAGE.parents[1]))
    except ValueError:
        return str(path)


def uses_of(room: Path) -> Uses:
    """Return every word that the code and the pages of `room` use."""
    uses = Uses()
    for folder, names, files in os.walk(room):
        names[:] = sorted(name for name in names if name not in SKIPPED)
        for name in sorted(files):
            path = Path(folder, name)
            for line, key in words_in(path):
                uses.add(key, shown(path), line)
    return uses


def words_in(path: Path) -> Iterator[tuple[int, Key]]:
    """Yield line and word of each translatable string in one file of code or one page."""
    from babel.messages.extract import extract, extract_python

    method: Any  # Babel and Jinja2 type the same thing differently
    if path.suffix == ".py":
        method, source = extract_python, path.read_bytes()
    elif "jinja2" in path.parts and path.suffix in {".html", ".txt", ".xml"}:
        from jinja2.ext import babel_extract

        method, source = babel_extract, path.read_bytes()
    elif "templates" in path.parts and path.suffix in {".html", ".txt"}:
        from django.utils.translation.template import templatize

        method = extract_python
        source = templatize(path.read_text("utf-8"), origin=str(path)).encode()
    else:
        return
    options = {"encoding": "utf-8", "trimmed": "true", "silent": "false"}
    found = extract(method, BytesIO(source), keywords=KEYWORDS, options=options)
    for line, words, _comments, context in found:
        if words:
            yield line, (context, words if isinstance(words, str) else tuple(words))


def compile_catalogs(*, force: bool = False) -> int:
    """Build the .mo file of each .po file that has changed; return how many were built.

    A .mo file is replaced in one step, so that a server reading it never sees half of it.
    Raises ValueError when a .po file cannot be read.
    """
    built = 0
    for room in rooms():
        for _language, po in catalogs(room):
            mo = po.with_suffix(".mo")
            if not po.exists():
                continue
            if not force and mo.exists() and mo.stat().st_mtime_ns >= po.stat().st_mtime_ns:
                continue
            from babel.messages.mofile import write_mo

            catalog = read_catalog(po)
            partial = mo.with_suffix(f".{os.getpid()}.part")
            with partial.open("wb") as file:
                write_mo(file, catalog)
            partial.replace(mo)
            built += 1
    return built


def faults() -> Iterator[str]:
    """Yield one line for each word that is missing, doubtful, unused or wrongly filled in."""
    for room in rooms():
        uses = uses_of(room)
        for _language, po in catalogs(room):
            if not po.exists():
                if uses.places:
                    yield f"{shown(po)}: missing; {len(uses.places)} words wait for it"
                continue
            try:
                catalog = read_catalog(po)
            except ValueError as error:
                yield str(error)
                continue
            yield from catalog_faults(catalog, uses, po)


def catalog_faults(catalog: Catalog, uses: Uses, po: Path) -> Iterator[str]:
    """Yield the faults of one .po file against the words in use."""
    here = {(message.context, message.id): message for message in catalog if message.id}
    for (context, words), places in uses.places.items():
        path, line = places[0]
        message = here.get((context, words))
        if message is None or not message.string or not all(strings(message.string)):
            yield f"{path}:{line}: not translated in {shown(po)}: {first(words)!r}"
    for key, message in here.items():
        where = f"{shown(po)}:{message.lineno}"
        if message.fuzzy:
            yield f"{where}: fuzzy: {first(message.id)!r}"
        if key not in uses.places:
            yield f"{where}: used nowhere: {first(message.id)!r}"
        elif not same_fields(message.id, message.string):
            yield f"{where}: other fields in the translation: {first(message.id)!r}"
    for message in catalog.obsolete.values():
        yield f"{shown(po)}: obsolete entry: {first(message.id)!r}"


def strings(value: Words | list[str] | None) -> tuple[str, ...]:
    """Return one string or several as a tuple."""
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


def first(value: Words | list[str]) -> str:
    """Return the singular."""
    return strings(value)[0]


def same_fields(source: Words | list[str], translated: Words | list[str] | None) -> bool:
    """Whether every form of the translation names fields of the source and leaves none out.

    A singular form may leave out a field ("one task" beside "%(count)s tasks").
    """

    def named(text: str) -> set[str]:
        return set(PERCENTS.findall(text)) | set(BRACES.findall(text))

    wanted = set().union(*(named(text) for text in strings(source)))
    forms = [named(text) for text in strings(translated) if text]
    if not forms:
        return True
    if len(forms) == 1:
        return forms[0] == wanted
    return all(form <= wanted for form in forms) and forms[-1] == wanted


def extract_words(names: list[str]) -> list[str]:
    """Bring the .po files of the named rooms (all when none) up to date; return what changed.

    A new word stands there untranslated, an unused one is dropped.
    """
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import write_po

    changed = []
    for room in rooms():
        if names and room.name not in names:
            continue
        uses = uses_of(room)
        for language, po in catalogs(room):
            if not uses.places and not po.exists():
                continue
            old = read_catalog(po) if po.exists() else Catalog(locale=language)
            new = Catalog(
                locale=language, project="Halfsky", header_comment="# Halfsky (半边天)", fuzzy=False
            )
            known = {(message.context, message.id): message for message in old if message.id}
            for (context, words), places in uses.places.items():
                before = known.get((context, words))
                new.add(
                    words,
                    before.string if before else None,
                    locations=[(path, 0) for path in sorted({path for path, _line in places})],
                    flags=before.flags if before else (),
                    user_comments=before.user_comments if before else (),
                    context=context,
                )
            for name in ("creation_date", "revision_date"):
                setattr(new, name, old.creation_date)
            text = BytesIO()
            write_po(text, new, width=100, include_lineno=False)
            lines = [
                line for line in text.getvalue().decode().splitlines() if not line.startswith(NOISE)
            ]
            fresh = "\n".join(lines).strip() + "\n"
            if not po.exists() or po.read_text("utf-8") != fresh:
                po.parent.mkdir(parents=True, exist_ok=True)
                po.write_text(fresh, "utf-8")
                changed.append(shown(po))
    return changed


def main(argv: list[str] | None = None) -> int:
    """Run one of the three verbs; return 0, or 1 when `check` found a fault."""
    parser = argparse.ArgumentParser(
        prog="python -m halfsky.site.messages", description=(__doc__ or "").splitlines()[0]
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    compiling = verbs.add_parser("compile", help="build the .mo files that are out of date")
    compiling.add_argument("--force", action="store_true", help="build all of them")
    verbs.add_parser("check", help="name missing, fuzzy and unused words")
    extracting = verbs.add_parser("extract", help="bring the .po files up to date")
    extracting.add_argument("rooms", nargs="*", help="only these rooms")
    given = parser.parse_args(argv)
    try:
        if given.verb == "compile":
            print(f"{compile_catalogs(force=given.force)} built", file=sys.stderr)
            return 0
        if given.verb == "extract":
            for line in extract_words(given.rooms):
                print(line)
            return 0
        found = list(faults())
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
