"""Putting a `SourceText` together line by line, with the limits that hold for every format."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import replace

from halfsky.library import rules
from halfsky.library.papers import Block, BlockKind, CannotRead, Cell, SourceTable, SourceText

_LINE_ENDS = re.compile("\r\n|[\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")
#: Control characters, halves of surrogate pairs and code points that are no characters.
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
_WHITE = re.compile(r"[ \t\n]+")
_CJK_AROUND_BREAK = re.compile(
    r"(?<=[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f])[ \t]*\n\s*(?=[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f])"
)


class Clock:
    """Stops a reader that runs too long in this process."""

    def __init__(self, seconds: float = rules.READ_SECONDS) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def check(self) -> None:
        """Raise CannotRead("too_slow") once the time is up."""
        if time.monotonic() > self._end:
            raise CannotRead("too_slow", seconds=int(self.seconds))


class TextBuilder:
    """Collects paragraphs, tables and page breaks, and keeps count of offsets and limits."""

    def __init__(self, format: str, clock: Clock | None = None) -> None:
        self.format = format
        self.clock = clock or Clock()
        self._parts: list[str] = []
        self._length = 0
        self._blocks: list[Block] = []
        self._tables: list[SourceTable] = []
        self._notices: dict[str, None] = {}
        self._removed = 0
        self._rows = 0

    def notice(self, *code_and_values: object) -> None:
        """Note what could not be kept; the same notice is kept once."""
        self._notices[":".join(str(part).replace(":", "：") for part in code_and_values)] = None

    def clean(self, text: str) -> str:
        """Return `text` with every line end as a line feed and without control characters."""
        text = _LINE_ENDS.sub("\n", text)
        text, removed = _CONTROLS.subn("", text)
        self._removed += removed
        return text

    def _add(self, text: str) -> tuple[int, int]:
        self.clock.check()
        if self._parts:
            self._parts.append("\n")
            self._length += 1
        start = self._length
        self._parts.append(text)
        self._length += len(text)
        if self._length > rules.MAX_CHARACTERS:
            raise CannotRead("too_many_characters", limit=rules.MAX_CHARACTERS)
        return start, self._length

    def _block(self, kind: BlockKind, start: int, end: int, where: str) -> None:
        if len(self._blocks) >= rules.MAX_BLOCKS:
            raise CannotRead("too_many_rows", limit=rules.MAX_BLOCKS)
        self._blocks.append(Block(kind, start, end, where))

    def paragraph(self, text: str, where: str = "", kind: BlockKind = "paragraph") -> bool:
        """Add a paragraph on its own line or lines; one without any text is left out."""
        text = self.clean(text).rstrip(" \t\n")
        if not text.strip():
            return False
        text = text.lstrip("\n")
        start, end = self._add(text)
        self._block(kind, start, end, where)
        return True

    def page_break(self, where: str = "") -> None:
        """Mark that a new page begins here."""
        self._block("page_break", self._length, self._length, where)

    def table(
        self, rows: Sequence[Sequence[str]], where: str = "", numbers: Sequence[int] = ()
    ) -> None:
        """Add a table, each row as one line of cells joined by tabs.

        `where` names the table ("表1"); each row becomes a block "表1第3行", or by their own
        `numbers`. Rows may differ in length. A table without any text is left out.
        """
        cleaned = [[_WHITE.sub(" ", self.clean(cell)).strip(" ") for cell in row] for row in rows]
        if not any(cell.strip() for row in cleaned for cell in row):
            return
        self._rows += len(cleaned)
        width = max(len(row) for row in cleaned)
        if self._rows > rules.MAX_TABLE_ROWS:
            raise CannotRead("too_many_rows", limit=rules.MAX_TABLE_ROWS)
        if width > rules.MAX_TABLE_COLUMNS:
            raise CannotRead("too_many_rows", limit=rules.MAX_TABLE_COLUMNS)
        placed: list[tuple[Cell, ...]] = []
        first = last = 0
        for number, row in enumerate(cleaned, 1):
            start, end = self._add("\t".join(row))
            if number == 1:
                first = start
            last = end
            cells, at = [], start
            for text in row:
                cells.append(Cell(text, at, at + len(text)))
                at += len(text) + 1
            placed.append(tuple(cells))
            self._block(
                "table", start, end, f"{where}第{numbers[number - 1] if numbers else number}行"
            )
        self._tables.append(SourceTable(first, last, tuple(placed)))

    def verbatim(self, text: str) -> None:
        """Take a whole text as it stands, each line with letters in it as a paragraph."""
        text = self.clean(text)
        base, _ = self._add(text)
        at = base
        for number, line in enumerate(text.split("\n"), 1):
            if line.strip():
                if number % 1000 == 0:
                    self.clock.check()
                self._block("paragraph", at, at + len(line), f"第{number}行")
            at += len(line) + 1

    def done(self, page_title: str | None = None) -> SourceText:
        """Return the text; CannotRead("no_text") when there is none."""
        text = "".join(self._parts)
        if not text.strip():
            raise CannotRead("no_text")
        if self._removed:
            self.notice("control_characters_removed", self._removed)
        title = _WHITE.sub(" ", _CONTROLS.sub("", page_title or "")).strip() or None
        return SourceText(
            text, tuple(self._blocks), tuple(self._tables), title, self.format, tuple(self._notices)
        )


def with_notice(source: SourceText, *code_and_values: object) -> SourceText:
    """Return the same text with one more notice."""
    notice = ":".join(str(part).replace(":", "：") for part in code_and_values)
    return replace(source, notices=(*source.notices, notice))


def one_line(text: str) -> str:
    """Collapse white space as a browser does; a break between two Chinese characters vanishes."""
    return _WHITE.sub(" ", _CJK_AROUND_BREAK.sub("", text))
