"""OFD (GB/T 33190), the national fixed-layout format: the text codes of each page, put in lines.

No library reads it well; the format is a zip of XML, and its text is stored as characters with
positions. Signatures, seals and pictures are not opened.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from lxml import etree

from halfsky.library import rules
from halfsky.library.papers import CannotRead, SourceText
from halfsky.library.readers.build import TextBuilder
from halfsky.library.readers.container import Container, attribute, child, children, local
from halfsky.library.readers.layout import Glyph, Page, Segment, compose, lines_of

_POINTS = 72 / 25.4  # OFD counts in millimetres
_MAX_GLYPHS = 2_000_000


def _numbers(text: str | None) -> list[float]:
    found = []
    for part in (text or "").split():
        try:
            number = float(part)
        except ValueError:
            continue
        if abs(number) < 1e6:
            found.append(number)
    return found


def _deltas(text: str | None, count: int) -> list[float]:
    """The steps between characters; "g 3 5.2" means three times 5.2. At most `count`."""
    parts = (text or "").split()
    steps: list[float] = []
    at = 0
    while at < len(parts) and len(steps) < count:
        if parts[at] == "g" and at + 2 < len(parts):
            times = int(parts[at + 1]) if parts[at + 1].isdigit() and len(parts[at + 1]) < 8 else 0
            steps.extend(_numbers(parts[at + 2]) * min(times, count))
            at += 3
        else:
            steps.extend(_numbers(parts[at]))
            at += 1
    return steps[:count]


class _Document:
    def __init__(self, container: Container, root: str, builder: TextBuilder) -> None:
        self.container, self.builder = container, builder
        self.folder = posixpath.dirname(root)
        self.tree = container.xml(root)
        self.glyphs = 0
        self.pictures = 0
        common = child(self.tree, "CommonData")
        self.area = self._area(child(common, "PageArea")) or (210.0, 297.0)
        self.templates = {
            attribute(template, "ID"): attribute(template, "BaseLoc") or ""
            for template in (children(common, "TemplatePage") if common is not None else ())
        }

    @staticmethod
    def _area(element: etree._Element | None) -> tuple[float, float] | None:
        box = child(element, "PhysicalBox")
        numbers = _numbers(box.text if box is not None else None)
        return (
            (numbers[2], numbers[3])
            if len(numbers) == 4 and numbers[2] > 0 and numbers[3] > 0
            else None
        )

    def _path(self, location: str) -> str:
        return (
            location.lstrip("/")
            if location.startswith("/")
            else posixpath.normpath(posixpath.join(self.folder, location))
        )

    def pages(self, first: int) -> Iterator[Page]:
        listed = child(self.tree, "Pages")
        entries = list(children(listed, "Page")) if listed is not None else []
        if first + len(entries) > rules.MAX_PAGES:
            raise CannotRead("too_many_pages", pages=first + len(entries), limit=rules.MAX_PAGES)
        for number, entry in enumerate(entries, first + 1):
            self.builder.clock.check()
            page = self.container.xml_or_none(self._path(attribute(entry, "BaseLoc") or ""))
            if page is None:
                raise CannotRead("damaged", kind="ofd")
            width, height = self._area(child(page, "Area")) or self.area
            glyph_runs: list[list[Glyph]] = []
            segments: list[Segment] = []
            for use in children(page, "Template"):
                location = self.templates.get(attribute(use, "TemplateID"))
                template = self.container.xml_or_none(self._path(location)) if location else None
                if template is not None:
                    self._gather(child(template, "Content"), glyph_runs, segments)
            self._gather(child(page, "Content"), glyph_runs, segments)
            lines = lines_of(glyph_runs)
            yield Page(number, width * _POINTS, height * _POINTS, lines, segments)

    def _gather(
        self, content: etree._Element | None, runs: list[list[Glyph]], segments: list[Segment]
    ) -> None:
        waiting = [content] if content is not None else []
        while waiting:
            element = waiting.pop()
            name = local(element)
            if name == "TextObject":
                if attribute(element, "Visible") != "false":
                    runs.extend(self._text_object(element))
            elif name == "PathObject":
                segments.extend(_path_segments(element))
            elif name == "ImageObject":
                self.pictures += 1
            else:
                waiting.extend(inner for inner in reversed(element) if isinstance(inner.tag, str))

    def _text_object(self, element: etree._Element) -> Iterator[list[Glyph]]:
        boundary = _numbers(attribute(element, "Boundary"))
        if len(boundary) != 4:
            boundary = [0.0, 0.0, 0.0, 0.0]
        matrix = _numbers(attribute(element, "CTM"))
        if len(matrix) != 6:
            matrix = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0]
        size = (_numbers(attribute(element, "Size")) or [4.0])[0]
        scale = max(abs(matrix[3]), abs(matrix[1]), 1e-6)
        x = y = 0.0
        for code in children(element, "TextCode"):
            text = (code.text or "").replace("\n", "").replace("\r", "")
            x = (_numbers(attribute(code, "X")) or [x])[0]
            y = (_numbers(attribute(code, "Y")) or [y])[0]
            self.glyphs += len(text)
            if self.glyphs > _MAX_GLYPHS:
                raise CannotRead("too_many_characters", limit=rules.MAX_CHARACTERS)
            across = _deltas(attribute(code, "DeltaX"), len(text))
            down = _deltas(attribute(code, "DeltaY"), len(text))
            run = []
            at_x, at_y = x, y
            for number, char in enumerate(text):
                shown_x = matrix[0] * at_x + matrix[2] * at_y + matrix[4] + boundary[0]
                shown_y = matrix[1] * at_x + matrix[3] * at_y + matrix[5] + boundary[1]
                run.append(
                    Glyph(char, shown_x * _POINTS, shown_y * _POINTS, size * scale * _POINTS)
                )
                step = across[number] if number < len(across) else 0.0
                at_x += (
                    step if across else (0.0 if down else size * (0.5 if char.isascii() else 1.0))
                )
                at_y += down[number] if number < len(down) else 0.0
            if run:
                yield run


def _path_segments(element: etree._Element) -> Iterator[Segment]:
    """The straight lines and boxes of a drawn path, for the ruling of tables."""
    boundary = _numbers(attribute(element, "Boundary"))
    if len(boundary) != 4:
        return
    matrix = _numbers(attribute(element, "CTM"))
    if len(matrix) != 6:
        matrix = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0]
    data = child(element, "AbbreviatedData")
    points: list[tuple[float, float]] = []
    for command, rest in re.findall(
        r"([SMLC])\s*((?:-?[\d.]+\s*){0,2})", (data.text or "")[:20_000] if data is not None else ""
    ):
        numbers = _numbers(rest)
        if command == "C":
            if points:
                points.append(points[0])
        elif len(numbers) == 2:
            x = matrix[0] * numbers[0] + matrix[2] * numbers[1] + matrix[4] + boundary[0]
            y = matrix[1] * numbers[0] + matrix[3] * numbers[1] + matrix[5] + boundary[1]
            if command in "SM":
                yield from _straight(points)
                points = []
            points.append((x * _POINTS, y * _POINTS))
    yield from _straight(points)


def _straight(points: Sequence[tuple[float, float]]) -> Iterator[Segment]:
    for (x1, y1), (x2, y2) in pairwise(points):
        if abs(x1 - x2) < 1.5 or abs(y1 - y2) < 1.5:
            yield min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)


def read_ofd(container: Container) -> SourceText:
    """Read an OFD. Raises CannotRead: encrypted_ofd, scanned, damaged, no_text, too_many_pages …"""
    if container.find("Encryptions.xml") or container.find("encryptions.xml"):
        raise CannotRead("encrypted_ofd")
    try:
        main = container.xml("OFD.xml")
    except KeyError:
        raise CannotRead("damaged", kind="ofd") from None
    builder = TextBuilder("ofd")
    title = None
    pages: list[Page] = []
    pictures = 0
    for body in children(main, "DocBody"):
        root = child(body, "DocRoot")
        location = (root.text or "").strip() if root is not None else ""
        information = child(body, "DocInfo")
        named = child(information, "Title")
        if title is None and named is not None:
            title = named.text
        try:
            document = _Document(container, location.lstrip("/"), builder)
        except KeyError:
            raise CannotRead("damaged", kind="ofd") from None
        pages.extend(document.pages(len(pages)))
        pictures += document.pictures
    if not pages:
        raise CannotRead("damaged", kind="ofd")
    if not any(page.lines for page in pages):
        if pictures:
            raise CannotRead("scanned", kind="ofd", pages=len(pages))
        raise CannotRead("no_text")
    compose(pages, builder)
    if pictures:
        builder.notice("images_left_out")
    return builder.done(title)
