"""Web pages: what a reader of the page sees, as lines and tables.

The page is parsed for its text and never shown, so nothing needs to be made safe for showing.
Navigation and footers stay: which lines are junk is decided later, in sight of the user.
"""

from __future__ import annotations

import email
import re

from lxml import etree

from halfsky.library import rules
from halfsky.library.papers import BlockKind, CannotRead, SourceText
from halfsky.library.readers.build import TextBuilder, one_line
from halfsky.library.readers.container import local
from halfsky.library.readers.numerals import CSS_FORMATS, written
from halfsky.library.readers.text import ENCODING_NAMES, decode

_META = re.compile(rb"""<meta[^>]{0,300}?charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_XML_ENCODING = re.compile(
    rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]+)""", re.IGNORECASE
)
#: Other names say nothing here: servers call every page iso-8859-1, which fits any bytes.
_ALIASES = {
    "gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "gb18030": "gb18030", "gb_2312-80": "gb18030",
    "cp936": "gb18030", "hz-gb-2312": "hz", "big5": "big5hkscs", "big5-hkscs": "big5hkscs", "x-x-big5": "big5hkscs",
    "utf-8": "utf-8", "utf8": "utf-8", "unicode-1-1-utf-8": "utf-8",
}  # fmt: skip
_DROPPED = frozenset({
    "script", "style", "noscript", "template", "head", "svg", "math", "canvas", "object", "embed", "applet", "audio",
    "video", "map", "datalist", "select", "option", "textarea", "input", "iframe", "frame", "noframes", "rt", "rp", "dialog",
})  # fmt: skip
_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dir", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html",
    "legend", "li", "main", "menu", "nav", "ol", "optgroup", "p", "pre", "section", "summary", "table", "tbody", "td",
    "tfoot", "th", "thead", "title", "tr", "ul",
})  # fmt: skip
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_HIDING = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?:px|pt)?\s*(?:;|!|$)|mso-hide\s*:\s*all)",
    re.IGNORECASE,
)
_LIST_STYLE = re.compile(r"list-style(?:-type)?\s*:\s*([\w-]+)", re.IGNORECASE)
#: A cell with this many paragraphs of its own lays out a page, it is no cell of a table of tasks.
_LAYOUT_PARAGRAPHS = 6
#: A page may hold this share of characters that do not decode; more, and it is another encoding.
_BAD_SHARE = 0.002


def _declared(data: bytes, charset: str | None) -> list[str]:
    found = []
    for match in (_XML_ENCODING.search(data[:400]), _META.search(data[:8192])):
        if match:
            found.append(match.group(1).decode("ascii", "ignore"))
    if charset:
        found.insert(0, charset)
    known = (_ALIASES.get(name.lower().strip()) for name in found)
    return [name for name in known if name]


def decode_page(data: bytes, charset: str | None, builder: TextBuilder) -> str:
    """Return a page's text: by its mark, what the server said, its own word, else by evidence.

    A page with single broken characters is read with "�" in their place and a notice; Raises
    CannotRead when no encoding fits.
    """
    if data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        return decode(data).text
    names = _declared(data, charset)
    for name in names:
        try:
            return data.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    try:
        return decode(data).text
    except CannotRead as fault:
        if fault.code == "not_text":
            raise
        for name in [*names, "utf-8", "gb18030"]:
            if name not in ENCODING_NAMES:
                continue
            text = data.decode(name, "replace")
            bad = text.count("\ufffd")
            if bad <= max(3, len(text) * _BAD_SHARE):
                builder.notice("bad_bytes_replaced", bad)
                return text
        raise


def _is_hidden(element: etree._Element) -> bool:
    if local(element) in _DROPPED or "hidden" in element.attrib:
        return True
    style = element.get("style")
    return bool(style and _HIDING.search(style))


class _Page:
    """Walks the page and gathers its lines; deep pages end in CannotRead, not in a crash."""

    def __init__(self, builder: TextBuilder) -> None:
        self.builder = builder
        self.lines = self.tables = 0
        self._line: list[str] = []
        self._label = ""
        self._kind: BlockKind = "paragraph"
        self._numbers: dict[etree._Element, dict[etree._Element, int]] = {}

    def _flush(self) -> None:
        raw, self._line = "".join(self._line), []
        text = one_line(raw.replace("\xa0", " ")).strip(" ")
        if not text.strip():
            return
        label, self._label = self._label, ""
        self.lines += 1
        self.builder.paragraph(label + text, f"第{self.lines}段", self._kind)

    def walk(self, element: etree._Element, depth: int = 0, preserve: bool = False) -> None:
        """Add an element's text and everything in it."""
        if depth > rules.MAX_PAGE_NESTING:
            raise CannotRead("too_deep", limit=rules.MAX_PAGE_NESTING)
        self.builder.clock.check()
        name = local(element)
        if not name or _is_hidden(element):
            if name in ("iframe", "frame"):
                self.builder.notice("frames_left_out")
            return
        if name == "br":
            self._flush()
            return
        if name == "img":
            self.builder.notice("images_left_out")
            return
        if name == "table" and not _is_layout(element):
            self._flush()
            self._table(element)
            return
        is_block = name in _BLOCKS
        outer_kind = self._kind
        if is_block:
            self._flush()
            if name in _HEADINGS:
                self._kind = "heading"
            if name == "li":
                self._label = self._item_label(element)
        preserve = preserve or name == "pre"
        self._text(element.text, preserve)
        for inner in element:
            self.walk(inner, depth + 1, preserve)
            self._text(inner.tail, preserve)
        if is_block:
            self._flush()
            self._kind = outer_kind
            if name == "li":
                self._label = ""

    def finish(self) -> None:
        """Add what stands after the last block."""
        self._flush()

    def _text(self, text: str | None, preserve: bool) -> None:
        if not text:
            return
        if preserve and "\n" in text:
            first, *others = text.split("\n")
            self._line.append(first)
            for line in others:
                self._flush()
                self._line.append(line)
        else:
            self._line.append(text)

    def _table(self, table: etree._Element) -> None:
        for caption in table.iterchildren("caption"):
            if not _is_hidden(caption):
                self.walk(caption, 1)
        rows: list[list[str]] = []
        pending: dict[int, int] = {}  # column -> rows that a cell from above still covers
        for row in _rows(table):
            cells: list[str] = []

            def skip_covered(cells: list[str] = cells) -> None:
                while pending.get(len(cells), 0) > 0:
                    pending[len(cells)] -= 1
                    cells.append("")

            for cell in row:
                if local(cell) not in ("td", "th") or _is_hidden(cell):
                    continue
                skip_covered()
                across = _span(cell.get("colspan"), rules.MAX_TABLE_COLUMNS)
                down = _span(cell.get("rowspan"), rules.MAX_TABLE_ROWS)
                for offset in range(across):
                    if down > 1:
                        pending[len(cells)] = down - 1
                    cells.append(self._cell_text(cell) if offset == 0 else "")
                if len(cells) > rules.MAX_TABLE_COLUMNS:
                    raise CannotRead("too_many_rows", limit=rules.MAX_TABLE_COLUMNS)
            skip_covered()
            if cells:
                rows.append(cells)
        if any(cell.strip() for row in rows for cell in row):
            self.tables += 1
            self.builder.table(rows, f"表{self.tables}")

    def _cell_text(self, cell: etree._Element) -> str:
        parts: list[str] = []
        stack: list[tuple[etree._Element, bool]] = [(cell, True)]
        while stack:
            self.builder.clock.check()
            element, opens = stack.pop()
            name = local(element)
            if not opens:
                if name in _BLOCKS:
                    parts.append("\x00")
                if element is not cell:
                    parts.append(element.tail or "")
                continue
            if not name or (element is not cell and _is_hidden(element)):
                parts.append(element.tail or "")
                continue
            if name in _BLOCKS or name == "br":
                parts.append("\x00")
            if name == "li":
                parts.append(self._item_label(element))
            parts.append(element.text or "")
            stack.append((element, False))
            stack.extend((inner, True) for inner in reversed(element))
        lines = (
            one_line(part.replace("\xa0", " ")).strip() for part in "".join(parts).split("\x00")
        )
        return " ".join(line for line in lines if line)

    def _item_label(self, item: etree._Element) -> str:
        """The number that a browser shows before an item of an ordered list; "" in other lists."""
        parent = item.getparent()
        if parent is None or local(parent) != "ol":
            return ""
        style = _list_format(item) or _list_format(parent) or "decimal"
        if style == "none":
            return ""
        if parent not in self._numbers:
            self._numbers[parent] = _numbers(parent)
        number = self._numbers[parent].get(item)
        if number is None:
            return ""
        format = CSS_FORMATS.get(style, "decimal")
        mark = written(number, format)
        return mark + ("、" if format.startswith(("chinese", "ideograph")) else ". ")


def _span(text: str | None, most: int) -> int:
    match = re.match(r"\s*(\d{1,6})", text or "")
    return max(1, min(int(match.group(1)), most)) if match else 1


def _rows(table: etree._Element) -> list[etree._Element]:
    rows = []
    for element in table:
        name = local(element)
        if _is_hidden(element):
            continue
        if name == "tr":
            rows.append(element)
        elif name in ("thead", "tbody", "tfoot"):
            rows.extend(row for row in element if local(row) == "tr" and not _is_hidden(row))
    return rows


def _is_layout(table: etree._Element) -> bool:
    """Tell whether a table lays out the page: one column, tables inside, or cells like pages."""
    if table.get("role") in ("presentation", "none"):
        return True
    rows = _rows(table)
    if all(sum(local(cell) in ("td", "th") for cell in row) <= 1 for row in rows):
        return True
    if next((inner for inner in table.iterdescendants("table")), None) is not None:
        return True
    for row in rows:
        for cell in row:
            if (
                sum(1 for _ in cell.iterdescendants("p", "div", "li", "h1", "h2", "h3"))
                >= _LAYOUT_PARAGRAPHS
            ):
                return True
    return False


def _list_format(element: etree._Element) -> str | None:
    match = _LIST_STYLE.search(element.get("style") or "")
    if match:
        return match.group(1).lower()
    kind = element.get("type")
    return None if kind is None else str(kind)


def _numbers(parent: etree._Element) -> dict[etree._Element, int]:
    items = [child for child in parent if local(child) == "li" and not _is_hidden(child)]
    step = -1 if "reversed" in parent.attrib else 1
    number = _whole(parent.get("start"), len(items) if step < 0 else 1)
    numbers = {}
    for item in items:
        number = _whole(item.get("value"), number)
        numbers[item] = number
        number += step
    return numbers


def _whole(text: str | None, default: int) -> int:
    match = re.fullmatch(r"\s*(-?\d{1,6})\s*", text or "")
    return int(match.group(1)) if match else default


def _read(text: str, builder: TextBuilder) -> SourceText:
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=True
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError, LookupError):
        raise CannotRead("no_text") from None
    if any("depth" in fault.message for fault in parser.error_log):
        raise CannotRead("too_deep", limit=rules.MAX_PAGE_NESTING)
    if root is None:
        raise CannotRead("no_text")
    title = next((element for element in root.iter("title")), None)
    body = next((element for element in root if local(element) == "body"), None)
    page = _Page(builder)
    page.walk(body if body is not None else root)
    page.finish()
    if next(root.iter("frameset"), None) is not None:
        builder.notice("frames_left_out")
    return builder.done(
        "".join(str(part) for part in title.itertext()) if title is not None else None
    )


def read_html(data: bytes, charset: str | None = None, format: str = "html") -> SourceText:
    """Read a web page. `charset` is what the server said. Raises CannotRead."""
    if len(data) > rules.MAX_XML_BYTES:
        raise CannotRead("too_many_characters", limit=rules.MAX_CHARACTERS)
    builder = TextBuilder(format)
    return _read(decode_page(data, charset, builder), builder)


def read_mhtml(data: bytes) -> SourceText:
    """Read a page saved with its pictures into one file. Raises CannotRead."""
    try:
        message = email.message_from_bytes(data)
        for number, part in enumerate(message.walk()):
            if number > rules.MAX_PAGES:
                break
            if part.get_content_type() in ("text/html", "application/xhtml+xml"):
                payload = part.get_payload(decode=True)
                if isinstance(payload, bytes) and payload.strip():
                    return read_html(payload, part.get_content_charset(), "mhtml")
    except (ValueError, LookupError, TypeError, AttributeError, IndexError, KeyError):
        raise CannotRead("damaged", kind="mhtml") from None
    raise CannotRead("no_text")
