"""Word documents (.docx, .docm, strict or not): paragraphs, tables and the numbers Word adds.

The parts are read as XML, only those that hold text: python-docx, which writes our papers, leaves
out content controls, tracked insertions, text boxes and automatic numbers when it reads, and fails
on files whose pictures are missing. Macros, pictures and embedded files are never opened.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from halfsky.library import rules
from halfsky.library.papers import BlockKind, CannotRead, SourceText
from halfsky.library.readers.build import Clock, TextBuilder
from halfsky.library.readers.container import Container, attribute, child, children, local
from halfsky.library.readers.detect import main_part
from halfsky.library.readers.numerals import written

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_VAL = _W + "val"
_LEVELS = 9
_OFF = frozenset({"0", "false", "off", "none"})
#: Wrappers whose content counts as if they were not there.
_THROUGH = frozenset({
    "ins", "moveTo", "customXml", "smartTag", "hyperlink", "dir", "bdo", "fldSimple", "sdtContent",
    "rubyBase", "subDoc", "oMath", "oMathPara",
})  # fmt: skip
#: What is never part of the text.
_DROPPED = frozenset(
    {
        "del",
        "moveFrom",
        "delText",
        "instrText",
        "delInstrText",
        "rt",
        "pPr",
        "rPr",
        "sdtPr",
        "sdtEndPr",
    }
)
#: Boxes and marks of the symbol fonts, as ordinary characters.
_SYMBOLS = {
    0xA3: "□",
    0xA8: "□",
    0x6F: "□",
    0x52: "☑",
    0xFE: "☑",
    0xFC: "✓",
    0x50: "✓",
    0xFB: "✗",
    0x4F: "✗",
    0xF0: "→",
    0xE0: "→",
}


def _is_on(element: etree._Element | None) -> bool:
    return element is not None and (element.get(_VAL) or "1").lower() not in _OFF


def _number(text: str | None, default: int = 0) -> int:
    try:
        return int(text) if text is not None else default
    except ValueError:
        return default


@dataclass(slots=True)
class _Level:
    """One level of a numbering: how its number looks and when it starts again."""

    start: int = 1
    format: str = "decimal"
    text: str = ""
    suffix: str = "tab"
    restart: int | None = None
    legal: bool = False
    style: str | None = None

    @classmethod
    def read(cls, element: etree._Element) -> _Level:
        shown = child(element, "numFmt")
        if shown is None:
            for alternate in children(element, "AlternateContent"):
                for branch in alternate:
                    if child(branch, "numFmt") is not None:
                        shown = child(branch, "numFmt")
        restart = child(element, "lvlRestart")
        return cls(
            start=_number(attribute(child(element, "start"), "val"), 1),
            format=attribute(shown, "val", "decimal") or "decimal",
            text=attribute(child(element, "lvlText"), "val", "") or "",
            suffix=attribute(child(element, "suff"), "val", "tab") or "tab",
            restart=None if restart is None else _number(attribute(restart, "val")),
            legal=_is_on(child(element, "isLgl")),
            style=attribute(child(element, "pStyle"), "val"),
        )


@dataclass(slots=True)
class _List:
    """A numbering that paragraphs refer to: its levels and the counter that it shares."""

    family: str
    levels: dict[int, _Level]
    starts: dict[int, int] = field(default_factory=dict)


class Numbering:
    """The automatic numbers of a document, counted in the order of its paragraphs."""

    def __init__(self, root: etree._Element | None, list_styles: dict[str, str]) -> None:
        self._lists: dict[str, _List] = {}
        self._counters: dict[str, list[int | None]] = {}
        self._started: set[tuple[str, int]] = set()
        if root is not None:
            self._read(root, list_styles)

    def _read(self, root: etree._Element, list_styles: dict[str, str]) -> None:
        families: dict[str, dict[int, _Level]] = {}
        links: dict[str, str] = {}
        for element in children(root, "abstractNum"):
            key = attribute(element, "abstractNumId") or ""
            families[key] = {
                _number(attribute(level, "ilvl")): _Level.read(level)
                for level in children(element, "lvl")
            }
            link = attribute(child(element, "numStyleLink"), "val")
            if link:
                links[key] = link
        family_of = {
            attribute(element, "numId") or "": attribute(child(element, "abstractNumId"), "val")
            or ""
            for element in children(root, "num")
        }
        for element in children(root, "num"):
            key = attribute(element, "numId") or ""
            family = family_of[key]
            hops = 0
            while family in links and hops < 5:
                family = family_of.get(list_styles.get(links[family], ""), family)
                hops += 1
            found = _List(family, dict(families.get(family, {})))
            for override in children(element, "lvlOverride"):
                level = _number(attribute(override, "ilvl"))
                own = child(override, "lvl")
                if own is not None:
                    found.levels[level] = _Level.read(own)
                start = child(override, "startOverride")
                if start is not None:
                    found.starts[level] = _number(attribute(start, "val"), 1)
            self._lists[key] = found

    def level_of_style(self, num_id: str, style: str) -> int | None:
        """The level that a numbering gives to a paragraph style, None when it names none."""
        found = self._lists.get(num_id)
        if found:
            for number, level in found.levels.items():
                if level.style == style:
                    return number
        return None

    def next(self, num_id: str, level: int) -> str:
        """Count one paragraph of that numbering and level, and return its number with its gap."""
        found = self._lists.get(num_id)
        if found is None or not 0 <= level < _LEVELS or level not in found.levels:
            return ""
        shape = found.levels[level]
        counters = self._counters.setdefault(found.family, [None] * _LEVELS)
        if level in found.starts and (num_id, level) not in self._started:
            counters[level] = found.starts[level]
        elif counters[level] is None:
            counters[level] = shape.start
        else:
            counters[level] = (counters[level] or 0) + 1
        self._started.add((num_id, level))
        for deeper in range(level + 1, _LEVELS):
            restart = found.levels[deeper].restart if deeper in found.levels else None
            if restart is None or (restart > 0 and level < restart):
                counters[deeper] = None
        return self._shown(found, counters, level)

    @staticmethod
    def _shown(found: _List, counters: list[int | None], level: int) -> str:
        shape = found.levels[level]
        if shape.format == "bullet":
            mark = (
                "".join("•" if "\ue000" <= char <= "\uf8ff" else char for char in shape.text) or "•"
            )
        else:
            mark = shape.text
            for number in range(_LEVELS):
                place = f"%{number + 1}"
                if place not in mark:
                    continue
                other = found.levels.get(number, shape)
                value = counters[number]
                format = (
                    "decimal"
                    if shape.legal and other.format not in ("none", "bullet")
                    else other.format
                )
                mark = mark.replace(
                    place, written(other.start if value is None else value, format), 1
                )
        mark = mark.strip(" ")
        if not mark:
            return ""
        if shape.suffix == "nothing":
            return mark
        if shape.suffix == "tab" and mark[-1] in "、．。）】〕］：":
            return mark
        return mark + " "


@dataclass(slots=True)
class _Style:
    based_on: str | None = None
    name: str = ""
    num_id: str | None = None
    level: int | None = None
    outline: int | None = None
    hidden: bool | None = None


class Styles:
    """What paragraph and character styles say about numbers, headings and hidden text."""

    def __init__(self, root: etree._Element | None) -> None:
        self._styles: dict[str, _Style] = {}
        self.default: str | None = None
        #: list style -> numbering, for numberings that point to a style
        self.lists: dict[str, str] = {}
        self._cache: dict[str, _Style] = {}
        for element in children(root, "style") if root is not None else ():
            key = attribute(element, "styleId") or ""
            properties, run = child(element, "pPr"), child(element, "rPr")
            numbers = child(properties, "numPr")
            outline = attribute(child(properties, "outlineLvl"), "val")
            level = attribute(child(numbers, "ilvl"), "val")
            vanish = child(run, "vanish")
            style = _Style(
                based_on=attribute(child(element, "basedOn"), "val"),
                name=(attribute(child(element, "name"), "val") or "").lower(),
                num_id=attribute(child(numbers, "numId"), "val"),
                level=None if level is None else _number(level),
                outline=None if outline is None else _number(outline, 9),
                hidden=None if vanish is None else _is_on(vanish),
            )
            self._styles[key] = style
            kind = attribute(element, "type")
            if kind == "numbering" and style.num_id:
                self.lists[key] = style.num_id
            if kind == "paragraph" and attribute(element, "default") in ("1", "true", "on"):
                self.default = key

    def of(self, key: str | None) -> _Style:
        """The style with what it inherits; an empty one when it is unknown."""
        key = key or self.default or ""
        if key in self._cache:
            return self._cache[key]
        result, at = _Style(), key
        seen: set[str] = set()
        while at in self._styles and at not in seen and len(seen) < 30:
            seen.add(at)
            style = self._styles[at]
            result.name = result.name or style.name
            for name in ("num_id", "level", "outline", "hidden"):
                if getattr(result, name) is None:
                    setattr(result, name, getattr(style, name))
            at = style.based_on or ""
        self._cache[key] = result
        return result


def _is_heading_name(name: str) -> bool:
    return name.startswith(("heading ", "标题")) or name in ("title", "subtitle", "副标题")


@dataclass(slots=True)
class _Paragraph:
    """A paragraph while it is being collected."""

    text: list[str] = field(default_factory=list)
    label: str = ""
    kind: BlockKind = "paragraph"
    breaks_page: bool = False
    boxes: list[etree._Element] = field(default_factory=list)


class _Reader:
    def __init__(self, container: Container, main: str, format: str) -> None:
        self.builder = TextBuilder(format, Clock())
        self.container = container
        self.body = child(container.xml(main), "body")
        parts = self._parts(main)
        self.styles = Styles(parts.get("styles"))
        self.numbering = Numbering(parts.get("numbering"), self.styles.lists)
        self.paragraphs = self.tables = 0
        self._fields: list[bool] = []
        self._joining: _Paragraph | None = None

    def _parts(self, main: str) -> dict[str, etree._Element]:
        folder, name = posixpath.split(main)
        found: dict[str, etree._Element] = {}
        relations = self.container.xml_or_none(posixpath.join(folder, "_rels", name + ".rels"))
        for relation in relations if relations is not None else ():
            kind = (attribute(relation, "Type") or "").rpartition("/")[2]
            if kind in ("styles", "numbering") and attribute(relation, "TargetMode") != "External":
                target = attribute(relation, "Target") or ""
                path = (
                    target.lstrip("/")
                    if target.startswith("/")
                    else posixpath.normpath(posixpath.join(folder, target))
                )
                part = self.container.xml_or_none(path)
                if part is not None:
                    found[kind] = part
        return found

    # the body

    def read(self) -> SourceText:
        if self.body is None:
            raise CannotRead("damaged", kind="docx")
        self._blocks(self.body, 0)
        self._finish()
        title = None
        core = self.container.xml_or_none("docProps/core.xml")
        if core is not None:
            title = (
                "".join(next(children(core, "title"), core).itertext())
                if child(core, "title") is not None
                else None
            )
        return self.builder.done(title)

    def _blocks(self, parent: etree._Element, depth: int) -> None:
        if depth > rules.MAX_NESTING:
            raise CannotRead("too_deep", limit=rules.MAX_NESTING)
        for element in parent:
            self.builder.clock.check()
            name = local(element)
            if name == "p":
                self._block_paragraph(element, depth)
            elif name == "tbl":
                self._finish()
                self._table(element, depth)
            elif name == "sdt":
                content = child(element, "sdtContent")
                if content is not None:
                    self._blocks(content, depth + 1)
            elif name == "AlternateContent":
                self._blocks(_chosen(element), depth + 1)
            elif name in _THROUGH:
                self._blocks(element, depth + 1)
            elif name == "altChunk":
                self.builder.notice("embedded_left_out")
            if name in ("ins", "del", "moveFrom", "moveTo"):
                self.builder.notice("tracked_changes")

    def _block_paragraph(self, element: etree._Element, depth: int) -> None:
        mark = child(child(element, "pPr"), "rPr")
        mark_deleted = child(mark, "del") is not None
        paragraph = self._paragraph(element, self._joining, counts=not mark_deleted)
        self._fields = [False] * len(self._fields)  # a field that never ends hides one paragraph
        if mark_deleted or _is_on(child(mark, "specVanish")):
            self._joining = paragraph
            return
        self._joining = None
        self._place(paragraph, depth)

    def _finish(self) -> None:
        if self._joining:
            paragraph, self._joining = self._joining, None
            self._place(paragraph, 0)

    def _place(self, paragraph: _Paragraph, depth: int) -> None:
        if paragraph.breaks_page:
            self.builder.page_break()
        text = "".join(paragraph.text)
        if text.strip():
            self.paragraphs += 1
            self.builder.paragraph(paragraph.label + text, f"第{self.paragraphs}段", paragraph.kind)
        for box in paragraph.boxes:
            self._blocks(box, depth + 1)
            self._finish()

    # a paragraph

    def _paragraph(
        self, element: etree._Element, joined: _Paragraph | None = None, *, counts: bool = True
    ) -> _Paragraph:
        """Read a paragraph, as the rest of `joined` when the mark between them is gone.

        `counts` is false for one whose own mark was deleted: it has no number of its own.
        """
        properties = child(element, "pPr")
        style_key = attribute(child(properties, "pStyle"), "val")
        style = self.styles.of(style_key)
        outline = attribute(child(properties, "outlineLvl"), "val")
        level = _number(outline, 9) if outline is not None else style.outline
        is_heading = (level is not None and level < 9) or _is_heading_name(style.name)
        paragraph = joined or _Paragraph(kind="heading" if is_heading else "paragraph")
        if _is_on(child(properties, "pageBreakBefore")):
            paragraph.breaks_page = True
        before = len(paragraph.text)
        self._inline(element, paragraph, bool(style.hidden), 0)
        shows = any(part.strip() for part in paragraph.text[before:])
        is_empty_item = child(properties, "numPr") is not None and not any(
            text.text for text in element.iter(_W + "t")
        )
        if counts and not paragraph.label and (shows or is_empty_item):
            paragraph.label = self._label(properties, style_key, style)
        return paragraph

    def _label(
        self, properties: etree._Element | None, style_key: str | None, style: _Style
    ) -> str:
        numbers = child(properties, "numPr")
        if numbers is not None and child(numbers, "numId") is not None:
            num_id = attribute(child(numbers, "numId"), "val") or "0"
            level = _number(attribute(child(numbers, "ilvl"), "val"))
        else:
            num_id = style.num_id or "0"
            by_style = self.numbering.level_of_style(num_id, style_key or self.styles.default or "")
            level = by_style if by_style is not None else style.level or 0
            own = child(numbers, "ilvl")
            if own is not None:
                level = _number(attribute(own, "val"))
        return "" if num_id == "0" else self.numbering.next(num_id, level)

    def _inline(self, parent: etree._Element, out: _Paragraph, hidden: bool, depth: int) -> None:
        if depth > rules.MAX_NESTING:
            raise CannotRead("too_deep", limit=rules.MAX_NESTING)
        for element in parent:
            name = local(element)
            if name == "r":
                self._run(element, out, hidden, depth)
            elif name in _THROUGH:
                self._inline(element, out, hidden, depth + 1)
            elif name in _DROPPED:
                pass
            elif name == "sdt":
                content = child(element, "sdtContent")
                if content is not None:
                    self._inline(content, out, hidden, depth + 1)
            elif name == "ruby":
                base = child(element, "rubyBase")
                if base is not None:
                    self._inline(base, out, hidden, depth + 1)
            elif name == "AlternateContent":
                self._inline(_chosen(element), out, hidden, depth + 1)
            elif name == "t" and not element.tag.startswith(_W):  # a formula's text
                out.text.append(element.text or "")
            elif not element.tag.startswith(_W) and len(element):
                self._inline(element, out, hidden, depth + 1)
            if name in ("ins", "del", "moveFrom", "moveTo"):
                self.builder.notice("tracked_changes")

    def _is_hidden(self, run: etree._Element, inherited: bool) -> bool:
        properties = child(run, "rPr")
        if properties is None:
            return inherited
        vanish = child(properties, "vanish")
        if vanish is not None:
            return _is_on(vanish)
        style = attribute(child(properties, "rStyle"), "val")
        if style:
            by_style = self.styles.of(style).hidden
            if by_style is not None:
                return by_style
        return inherited

    def _run(self, run: etree._Element, out: _Paragraph, inherited: bool, depth: int) -> None:
        hidden = self._is_hidden(run, inherited)
        for element in run:
            name = local(element)
            if name == "fldChar":
                self._field(attribute(element, "fldCharType"))
            elif any(self._fields):
                continue
            elif hidden:
                if name == "t" and element.text:
                    self.builder.notice("hidden_text_left_out")
            elif name == "t":
                out.text.append(element.text or "")
            elif name in ("tab", "ptab"):
                out.text.append("\t")
            elif name in ("br", "cr"):
                if attribute(element, "type") in ("page", "column") and name == "br":
                    if not "".join(out.text).strip():
                        out.breaks_page = True
                    else:
                        out.text.append("\n")
                else:
                    out.text.append("\n")
            elif name == "noBreakHyphen":
                out.text.append("-")
            elif name == "sym":
                code = (
                    int(attribute(element, "char") or "0", 16)
                    if _is_hex(attribute(element, "char"))
                    else 0
                )
                out.text.append(
                    _SYMBOLS.get(code & 0xFF, "")
                    if 0xF000 <= code <= 0xF0FF
                    else chr(code)
                    if 32 <= code < 0xD800
                    else ""
                )
            elif name in ("footnoteReference", "endnoteReference"):
                self.builder.notice("footnotes_left_out")
            elif name == "commentReference":
                self.builder.notice("comments_left_out")
            elif name in ("drawing", "pict", "object"):
                self._drawing(element, out)
            elif name == "AlternateContent":
                self._alternate(element, out, hidden, depth)
            elif name == "ruby":
                base = child(element, "rubyBase")
                if base is not None:
                    self._inline(base, out, hidden, depth + 1)

    def _alternate(
        self, element: etree._Element, out: _Paragraph, hidden: bool, depth: int
    ) -> None:
        if depth > rules.MAX_NESTING:
            raise CannotRead("too_deep", limit=rules.MAX_NESTING)
        branch = _chosen(element)
        for inner in branch:
            name = local(inner)
            if name in ("drawing", "pict", "object"):
                self._drawing(inner, out)
            elif name == "t":
                out.text.append(inner.text or "")
            elif name == "AlternateContent":
                self._alternate(inner, out, hidden, depth + 1)

    def _field(self, kind: str | None) -> None:
        """Follow fields: what stands between their begin and their separator is no text."""
        if kind == "begin":
            self._fields.append(True)
        elif kind == "separate" and self._fields:
            self._fields[-1] = False
        elif kind == "end" and self._fields:
            self._fields.pop()

    def _drawing(self, element: etree._Element, out: _Paragraph) -> None:
        boxes = _text_boxes(element)
        out.boxes.extend(boxes)
        if not boxes:
            names = {local(inner) for inner in element.iter()}
            if "OLEObject" in names:
                self.builder.notice("embedded_left_out")
            elif names & {"pic", "imagedata", "chart", "relIds"}:
                self.builder.notice("images_left_out")

    # a table

    def _cell(self, element: etree._Element, depth: int) -> str:
        if depth > rules.MAX_NESTING:
            raise CannotRead("too_deep", limit=rules.MAX_NESTING)
        parts: list[str] = []
        for inner in element:
            name = local(inner)
            if name == "p":
                paragraph = self._paragraph(inner)
                text = "".join(paragraph.text)
                if text.strip():
                    parts.append(paragraph.label + text)
                parts.extend(self._cell(box, depth + 1) for box in paragraph.boxes)
            elif name == "tbl":
                parts.extend(cell for row in self._rows(inner, depth + 1) for cell in row if cell)
            elif name == "sdt":
                content = child(inner, "sdtContent")
                if content is not None:
                    parts.append(self._cell(content, depth + 1))
            elif name == "AlternateContent":
                parts.append(self._cell(_chosen(inner), depth + 1))
            elif name in _THROUGH:
                parts.append(self._cell(inner, depth + 1))
        return " ".join(part for part in parts if part.strip())

    def _rows(self, table: etree._Element, depth: int) -> list[list[str]]:
        if depth > rules.MAX_NESTING:
            raise CannotRead("too_deep", limit=rules.MAX_NESTING)
        rows: list[list[str]] = []
        for row in _inside(table, "tr"):
            properties = child(row, "trPr")
            if child(properties, "del") is not None:
                self.builder.notice("tracked_changes")
                continue
            self.builder.clock.check()
            cells = [""] * _span(attribute(child(properties, "gridBefore"), "val"), 0)
            for cell in _inside(row, "tc"):
                cell_properties = child(cell, "tcPr")
                merge = child(cell_properties, "vMerge")
                across = child(cell_properties, "hMerge")
                continues = any(
                    mark is not None and (attribute(mark, "val") or "continue") != "restart"
                    for mark in (merge, across)
                )
                deleted = child(cell_properties, "cellDel") is not None
                cells.append("" if continues or deleted else self._cell(cell, depth + 1))
                span = _span(attribute(child(cell_properties, "gridSpan"), "val"), 1)
                cells.extend([""] * (span - 1))
                if len(cells) > rules.MAX_TABLE_COLUMNS:
                    raise CannotRead("too_many_rows", limit=rules.MAX_TABLE_COLUMNS)
            rows.append(cells)
            if len(rows) > rules.MAX_TABLE_ROWS:
                raise CannotRead("too_many_rows", limit=rules.MAX_TABLE_ROWS)
        return rows

    def _table(self, table: etree._Element, depth: int) -> None:
        if _is_frame(table):
            for row in _inside(table, "tr"):
                if child(child(row, "trPr"), "del") is None:
                    for cell in _inside(row, "tc"):
                        self._blocks(cell, depth + 1)
                        self._finish()
            return
        rows = self._rows(table, depth)
        if any(cell.strip() for row in rows for cell in row):
            self.tables += 1
            self.builder.table(rows, f"表{self.tables}")


def _is_hex(text: str | None) -> bool:
    try:
        return text is not None and int(text, 16) >= 0
    except ValueError:
        return False


def _span(text: str | None, default: int) -> int:
    return max(0, min(_number(text, default), rules.MAX_TABLE_COLUMNS + 1))


def _inside(parent: etree._Element, name: str) -> Iterator[etree._Element]:
    """The rows of a table or the cells of a row, also inside content controls and insertions."""
    for element in parent:
        found = local(element)
        if found == name:
            yield element
        elif found in ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag"):
            yield from _inside(element, name)


def _is_frame(table: etree._Element) -> bool:
    """Tell whether a table only frames text: one column, or a single cell."""
    return all(sum(1 for _ in _inside(row, "tc")) <= 1 for row in _inside(table, "tr"))


def _chosen(alternate: etree._Element) -> etree._Element:
    """The branch of alternate content to read: the first choice, else the fallback; never both."""
    choice = child(alternate, "Choice")
    if choice is not None and len(choice):
        return choice
    fallback = child(alternate, "Fallback")
    return fallback if fallback is not None else alternate


def _text_boxes(drawing: etree._Element) -> list[etree._Element]:
    """The contents of the outermost text boxes within a drawing, each once."""
    found: list[etree._Element] = []
    waiting = [drawing]
    while waiting:
        element = waiting.pop()
        name = local(element)
        if name == "txbxContent":
            found.append(element)
        elif name == "AlternateContent":
            waiting.append(_chosen(element))
        else:
            waiting.extend(reversed([inner for inner in element if isinstance(inner.tag, str)]))
    return found


def read_word(container: Container, format: str = "docx") -> SourceText:
    """Read a Word document. Raises CannotRead: damaged, unsafe_xml, zip_bomb, no_text …"""
    main = main_part(container)
    if main is None:
        raise CannotRead("damaged", kind=format)
    reader = _Reader(container, main, format)
    if format == "docm":
        reader.builder.notice("macros_ignored")
    return reader.read()
