"""PDF with text, by pdfium: lines with their positions, put together again by `layout`.

Runs in a process of its own (see `apart`): pdfium is native code and not safe for threads.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable, Sequence
from typing import Any

from halfsky.library import rules
from halfsky.library.papers import CannotRead, SourceText
from halfsky.library.readers.build import Clock, TextBuilder
from halfsky.library.readers.layout import Line, Page, Segment, compose

_CJK = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f“”‘’—…]")
_PRODUCED = re.compile(
    r"^(?:Microsoft (?:Word|PowerPoint) - |WPS 文字 - )|\.(?:docx?|wps|rtf|pdf|txt)$", re.IGNORECASE
)
#: Share of characters without a meaning from which the text counts as garbled.
_GARBLED = 0.3
_MAX_OBJECTS = 50_000


def _to_view(page: Any) -> Callable[[float, float], tuple[float, float]]:
    """Return the change from the file's coordinates to those of the page as it is shown."""
    left, bottom, right, top = page.get_bbox()
    rotation = page.get_rotation()
    if rotation == 90:
        return lambda x, y: (y - bottom, x - left)
    if rotation == 180:
        return lambda x, y: (right - x, y - bottom)
    if rotation == 270:
        return lambda x, y: (top - y, right - x)
    return lambda x, y: (x - left, top - y)


class _PageReader:
    def __init__(self, page: Any, number: int, clock: Clock) -> None:
        import pypdfium2.raw as raw

        self.raw = raw
        self.page, self.number, self.clock = page, number, clock
        self.view = _to_view(page)
        self.textpage = page.get_textpage()
        self.count = self.textpage.count_chars()
        text = self.textpage.get_text_range() if self.count > 0 else ""
        if len(text) != self.count:
            handle = self.textpage.raw
            text = "".join(
                _character(raw.FPDFText_GetUnicode(handle, index)) for index in range(self.count)
            )
        self.text = text

    def _box(self, index: int) -> tuple[float, float, float, float]:
        """The box of a character as (left, top, right, bottom) on the page as it is shown."""
        left, bottom, right, top = self.textpage.get_charbox(index, loose=True)
        x1, y1 = self.view(left, bottom)
        x2, y2 = self.view(right, top)
        return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)

    def lines(self) -> list[Line]:
        found = []
        for match in re.finditer(r"[^\r\n]+", self.text):
            self.clock.check()
            line = self._line(match.start(), match.end())
            if line:
                found.append(line)
        return found

    def _line(self, start: int, end: int) -> Line | None:
        while start < end and self.text[start].isspace() and self.text[start] != "\u3000":
            start += 1
        while end > start and self.text[end - 1].isspace():
            end -= 1
        if start == end:
            return None
        indexes = [
            index
            for index in range(start, end)
            if self.text[index] not in "\ufffe\uffff\x02" and not self._is_padding(index)
        ]
        if not indexes:
            return None
        first, last = self._box(indexes[0]), self._box(indexes[-1])
        size = self.raw.FPDFText_GetFontSize(self.textpage.raw, indexes[0])
        height = first[3] - first[1]
        if size <= 1.5 or size > height * 3:  # scaled by the text matrix
            size = height

        def centers() -> Sequence[tuple[float, float]]:
            boxes = [self._box(index) for index in indexes]
            return [((box[0] + box[2]) / 2, (box[1] + box[3]) / 2) for box in boxes]

        return Line(
            "".join(self.text[index] for index in indexes),
            first[0],
            max(last[2], first[2]),
            min(first[1], last[1]),
            max(first[3], last[3]),
            size,
            centers,
        )

    def _is_padding(self, index: int) -> bool:
        """Tell whether a space was only seen in the gap that is set between Chinese and digits."""
        if self.text[index] != " " or not 0 < index < self.count - 1:
            return False
        before, after = self.text[index - 1], self.text[index + 1]
        if not (_CJK.match(before) or _CJK.match(after)):
            return False
        if self.raw.FPDFText_IsGenerated(self.textpage.raw, index) != 1:
            return False
        left, right = self._box(index - 1), self._box(index + 1)
        return right[0] - left[2] < (left[3] - left[1]) * 0.6

    def segments(self) -> list[Segment]:
        """The ruling lines of the page: strokes, thin filled boxes, the edges of drawn boxes."""
        raw, found = self.raw, []
        for number, item in enumerate(
            self.page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=4)
        ):
            if number > _MAX_OBJECTS:
                break
            try:
                left, bottom, right, top = (
                    item.get_bounds() if hasattr(item, "get_bounds") else item.get_pos()
                )
            except Exception:  # noqa: S112 - a broken path draws no table
                continue
            x1, y1 = self.view(left, bottom)
            x2, y2 = self.view(right, top)
            x1, x2, y1, y2 = min(x1, x2), max(x1, x2), min(y1, y2), max(y1, y2)
            if x2 - x1 < 3 or y2 - y1 < 3:
                found.append((x1, y1, x2, y2))
            elif self._is_stroked(item) and raw.FPDFPath_CountSegments(item.raw) in (4, 5):
                found += [(x1, y1, x2, y1), (x1, y2, x2, y2), (x1, y1, x1, y2), (x2, y1, x2, y2)]
        return found

    def _is_stroked(self, item: Any) -> bool:
        mode, stroke = ctypes.c_int(), ctypes.c_int()
        return bool(self.raw.FPDFPath_GetDrawMode(item.raw, mode, stroke)) and bool(stroke.value)


def _character(code: int) -> str:
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"


def read_pdf(data: bytes, seconds: float = rules.APART_SECONDS) -> SourceText:
    """Read a PDF. Raises CannotRead: encrypted_pdf, scanned, garbled_pdf, damaged, too_many_pages …"""
    import pypdfium2

    builder = TextBuilder("pdf", Clock(seconds))
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as fault:
        code = getattr(fault, "err_code", None)
        if (
            code == pypdfium2.raw.FPDF_ERR_PASSWORD
            or code == pypdfium2.raw.FPDF_ERR_SECURITY
            or "password" in str(fault).lower()
        ):
            raise CannotRead("encrypted_pdf") from None
        raise CannotRead("damaged", kind="pdf") from None
    with document:
        total = len(document)
        if total == 0:
            raise CannotRead("damaged", kind="pdf")
        if total > rules.MAX_PAGES:
            raise CannotRead("too_many_pages", pages=total, limit=rules.MAX_PAGES)
        pages, silent = [], []
        for number in range(1, total + 1):
            try:
                page = document[number - 1]
                reader = _PageReader(page, number, builder.clock)
                lines = reader.lines()
            except pypdfium2.PdfiumError:
                raise CannotRead("damaged", kind="pdf") from None
            if sum(len(line.text) for line in lines) < 5 and _has_picture(page, pypdfium2.raw):
                silent.append(number)
            width, height = page.get_size()
            segments = reader.segments() if lines else []
            pages.append(Page(number, width, height, lines, segments))
        _refuse_without_text(pages, silent, total)
        compose(pages, builder)
        if silent:
            builder.notice("pages_without_text", _ranges(silent))
        elif any(_has_picture(document[number], pypdfium2.raw) for number in range(min(total, 20))):
            builder.notice("images_left_out")
        title = document.get_metadata_dict(skip_empty=True).get("Title")
        return builder.done(_PRODUCED.sub("", _PRODUCED.sub("", title)) if title else None)


def _has_picture(page: Any, raw: Any) -> bool:
    return (
        next(iter(page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3)), None) is not None
    )


def _refuse_without_text(pages: Sequence[Page], silent: Sequence[int], total: int) -> None:
    characters = [
        char for page in pages for line in page.lines for char in line.text if not char.isspace()
    ]
    if not characters or (len(silent) > total * 0.8 and len(characters) < 20 * total):
        if silent:
            raise CannotRead("scanned", kind="pdf", pages=total)
        raise (
            CannotRead("no_text")
            if not characters
            else CannotRead("scanned", kind="pdf", pages=total)
        )
    strange = sum(
        char < " "
        or "\ue000" <= char <= "\uf8ff"
        or char in "\ufffd\ufffe\uffff"
        or "\x7f" <= char <= "\x9f"
        for char in characters
    )
    if strange > len(characters) * _GARBLED:
        raise CannotRead("garbled_pdf")


def _ranges(numbers: Sequence[int]) -> str:
    """Write page numbers shortly: 3、5–8."""
    parts: list[list[int]] = []
    for number in numbers:
        if parts and parts[-1][1] == number - 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return "、".join(f"{first}" if first == last else f"{first}–{last}" for first, last in parts)
