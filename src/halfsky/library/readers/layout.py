"""From lines with positions (pdf, ofd) back to paragraphs and tables.

A page layout has no paragraphs, only lines. A line that runs to the right margin goes on in the
next line when that one stands at the left margin, has the same size and begins no new item.
Page numbers and running heads stay in the text as lines of their own, never inside a sentence that
runs over the page. Tables are found by their ruling lines.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from halfsky.library import rules
from halfsky.library.readers.build import TextBuilder

#: Points are the unit throughout; x runs to the right, y downwards.
Segment = tuple[float, float, float, float]
_LABEL = re.compile(
    r"(?:第?[一二三四五六七八九十百]{1,4}[、章节条．.]|[一二三四五六七八九十]{1,2}是|[（(][一二三四五六七八九十\d]{1,3}[）)]"
    r"|\d{1,2}[.．、](?!\d)|[①-⑳]|附件)"
)
_PAGE_NUMBER = re.compile(
    r"[—–－\-·\s]*(?:第\s*)?\d{1,4}(?:\s*页)?(?:\s*[/，,]?\s*(?:共\s*)?\d{1,4}\s*页?)?[—–－\-·\s]*"
)
_CLOSING = "，。、；：？！）)》〉」』】〕％%〞…—·"
_UNBROKEN = re.compile(
    rf"[（(《〈「『【〔]*(?:[\x21-\x7e]+|.)[{_CLOSING}]*(?:[“”‘’]+(?:[\x21-\x7e]+|.)?[{_CLOSING}]*)*"
)
_SENTENCE_END = "。！？；：!?;"
_PAIRS = (("“", "”"), ("‘", "’"), ("《", "》"), ("（", "）"), ("(", ")"))
_DIGITS = re.compile(r"\d+")


@dataclass(slots=True)
class Line:
    """One line of a page. `centers` gives the middle of each of its characters, when asked."""

    text: str
    left: float
    right: float
    top: float
    bottom: float
    size: float
    centers: Callable[[], Sequence[tuple[float, float]]]


@dataclass(slots=True)
class Page:
    """One page with its lines in the order of the file and its ruling lines."""

    number: int
    width: float
    height: float
    lines: list[Line]
    segments: list[Segment] = field(default_factory=list)


@dataclass(slots=True)
class _Grid:
    """A table found by its ruling lines: the edges of its columns and rows."""

    xs: list[float]
    ys: list[float]
    across: list[Segment]
    down: list[Segment]
    cells: dict[tuple[int, int], list[tuple[float, float, str]]] = field(default_factory=dict)

    def holds(self, x: float, y: float) -> bool:
        return self.xs[0] <= x <= self.xs[-1] and self.ys[0] <= y <= self.ys[-1]


@dataclass(slots=True)
class Glyph:
    """One character on the page: its left edge, its base line and its size, in points."""

    text: str
    x: float
    y: float
    size: float


def lines_of(runs: Sequence[Sequence[Glyph]]) -> list[Line]:
    """Join runs that stand on one base line, whatever the file's order; a wide gap becomes a space."""
    rows: list[tuple[float, float, list[Glyph]]] = []  # base line, size, characters
    for run in sorted(runs, key=lambda run: (run[0].y, run[0].x)):
        first = run[0]
        for index in range(len(rows) - 1, max(-1, len(rows) - 12), -1):
            y, size, glyphs = rows[index]
            if abs(first.y - y) < max(size, first.size) * 0.35:
                glyphs.extend(run)
                break
        else:
            rows.append((first.y, first.size, list(run)))
    return [
        line for _, _, glyphs in rows if (line := _line(sorted(glyphs, key=lambda glyph: glyph.x)))
    ]


def _line(glyphs: list[Glyph]) -> Line | None:
    text = ""
    kept: list[Glyph] = []
    for glyph in glyphs:
        if kept:
            last = kept[-1]
            gap = glyph.x - last.x - last.size * (0.5 if last.text.isascii() else 1.0)
            if (
                gap > last.size * 0.8
                and not text.endswith((" ", "\u3000"))
                and not glyph.text.isspace()
            ):
                text += " "
                kept.append(Glyph(" ", (last.x + glyph.x) / 2, glyph.y, glyph.size))
        text += glyph.text
        kept.append(glyph)
    if not text.strip():
        return None
    lead = len(text) - len(text.lstrip(" "))
    kept, text = kept[lead:], text[lead:]
    first, last = kept[0], kept[-1]
    centers = [(glyph.x + glyph.size * 0.4, glyph.y - glyph.size * 0.35) for glyph in kept]
    return Line(
        text,
        first.x,
        last.x + last.size,
        first.y - first.size,
        first.y + first.size * 0.2,
        first.size,
        lambda: centers,
    )


_Item = Line | _Grid


def _edges(values: Iterable[float], apart: float = 3.0) -> list[float]:
    """Return the values with those closer than `apart` taken as one."""
    found: list[float] = []
    for value in sorted(values):
        if not found or value - found[-1] > apart:
            found.append(value)
    return found


def find_grids(segments: Sequence[Segment]) -> list[_Grid]:
    """Return the tables that the ruling lines of a page draw: two columns and two rows at least."""
    across = [
        segment
        for segment in segments
        if abs(segment[3] - segment[1]) < 3 and segment[2] - segment[0] > 8
    ]
    down = [
        segment
        for segment in segments
        if abs(segment[2] - segment[0]) < 3 and segment[3] - segment[1] > 5
    ]
    if len(across) < 3 or len(down) < 3 or len(across) + len(down) > 20_000:
        return []
    rows = sorted(across, key=lambda segment: segment[1])
    grids: list[_Grid] = []
    uprights = sorted(down, key=lambda segment: segment[1])
    groups: list[list[float]] = []  # top and bottom of runs of touching uprights
    for segment in uprights:
        if groups and segment[1] <= groups[-1][1] + 3:
            groups[-1][1] = max(groups[-1][1], segment[3])
        else:
            groups.append([segment[1], segment[3]])
    for top, bottom in groups:
        mine_down = [
            segment for segment in down if segment[1] >= top - 3 and segment[3] <= bottom + 3
        ]
        mine_across = [segment for segment in rows if top - 3 <= segment[1] <= bottom + 3]
        xs = _edges((segment[0] + segment[2]) / 2 for segment in mine_down)
        ys = _edges((segment[1] + segment[3]) / 2 for segment in mine_across)
        if (
            len(xs) >= 3
            and len(ys) >= 3
            and len(xs) <= rules.MAX_TABLE_COLUMNS
            and len(ys) <= rules.MAX_TABLE_ROWS
        ):
            grids.append(_Grid(xs, ys, mine_across, mine_down))
    return grids


def _owner(grid: _Grid) -> dict[tuple[int, int], tuple[int, int]]:
    """Map each field of the grid to the first field of the cell that it belongs to."""
    owner: dict[tuple[int, int], tuple[int, int]] = {}
    for row in range(len(grid.ys) - 1):
        middle_y = (grid.ys[row] + grid.ys[row + 1]) / 2
        for column in range(len(grid.xs) - 1):
            middle_x = (grid.xs[column] + grid.xs[column + 1]) / 2
            here = (row, column)
            owner[here] = here
            if column and not any(
                abs(segment[0] - grid.xs[column]) < 4
                and segment[1] - 1 <= middle_y <= segment[3] + 1
                for segment in grid.down
            ):
                owner[here] = owner[row, column - 1]
            elif row and not any(
                abs(segment[1] - grid.ys[row]) < 4 and segment[0] - 1 <= middle_x <= segment[2] + 1
                for segment in grid.across
            ):
                owner[here] = owner[row - 1, column]
    return owner


def _grid_rows(grid: _Grid) -> list[list[str]]:
    owner = _owner(grid)
    gathered: dict[tuple[int, int], list[tuple[float, float, str]]] = {}
    for place, characters in grid.cells.items():
        gathered.setdefault(owner.get(place, place), []).extend(characters)
    rows = []
    for row in range(len(grid.ys) - 1):
        cells = []
        for column in range(len(grid.xs) - 1):
            right = grid.xs[column + 1]
            while (row, column) in gathered and column + 1 < len(grid.xs) and right < grid.xs[-1]:
                nearest = grid.xs.index(right)
                if owner.get((row, nearest)) != (row, column):
                    break
                right = grid.xs[nearest + 1]
            cells.append(_cell_text(gathered.get((row, column), []), right))
        rows.append(cells)
    return [row for row in rows if any(cell.strip() for cell in row)]


def _cell_text(characters: list[tuple[float, float, str]], right: float) -> str:
    """Join the lines of a cell: a line that fills the cell goes on, one that ends early does not."""
    lines: list[tuple[float, str, float]] = []  # height, text, end
    for x, y, text in characters:
        if lines and abs(lines[-1][0] - y) < 4:
            lines[-1] = (lines[-1][0], lines[-1][1] + text, x)
        else:
            lines.append((y, text, x))
    if not lines:
        return ""
    steps = [
        after[0] - before[0]
        for before, after in pairwise(characters)
        if abs(after[1] - before[1]) < 4 and after[0] > before[0]
    ]
    width = median(steps) if steps else 12.0
    joined = lines[0][1]
    for above, below in pairwise(lines):
        ends_early = right - above[2] > width * 2.7 + 6  # half a character, a border, two more
        inside = any(joined.count(opens) > joined.count(closes) for opens, closes in _PAIRS)
        joined = f"{joined} {below[1]}" if ends_early and not inside else _join(joined, below[1])
    return joined


def _join(before: str, after: str) -> str:
    """Join two lines of one paragraph: a space only between Latin words."""
    before, after = before.rstrip(" "), after.lstrip(" ")
    if not before or not after:
        return before + after
    latin = (
        before[-1].isascii() and after[0].isascii() and before[-1].isalnum() and after[0].isalnum()
    )
    both_digits = before[-1].isdigit() and after[0].isdigit()
    return f"{before} {after}" if latin and not both_digits else before + after


def _in_order(page: Page) -> list[Line]:
    """Keep the order of the file unless it jumps about; then go by position."""
    lines = page.lines
    jumps = sum(below.bottom < above.top - above.size for above, below in pairwise(lines))
    if jumps <= max(2, len(lines) // 4):
        return lines
    return sorted(
        lines,
        key=lambda line: (round((line.top + line.bottom) / 2 / max(line.size * 0.6, 4)), line.left),
    )


def _items(page: Page) -> list[_Item]:
    """The lines and tables of a page; lines inside a table have become its cells."""
    grids = find_grids(page.segments)
    if not grids:
        return list(_in_order(page))
    items: list[_Item] = []
    for line in _in_order(page):
        middle = (line.top + line.bottom) / 2
        near = [grid for grid in grids if grid.ys[0] <= middle <= grid.ys[-1]]
        if not near:
            items.append(line)
            continue
        outside = ""
        for (x, y), char in zip(line.centers(), line.text, strict=False):
            grid = next((grid for grid in near if grid.holds(x, y)), None)
            if grid is None:
                outside += char
                continue
            row = sum(edge < y for edge in grid.ys[1:-1])
            column = sum(edge < x for edge in grid.xs[1:-1])
            grid.cells.setdefault((row, column), []).append((x, y, char))
            if grid not in items:
                items.append(grid)
        if outside.strip():
            items.append(
                Line(outside, line.left, line.right, line.top, line.bottom, line.size, line.centers)
            )
    return items


def _running_heads(pages: Sequence[Page]) -> set[int]:
    """The ids of lines that are page numbers or repeated heads and feet."""
    found: set[int] = set()
    repeated: Counter[str] = Counter()
    candidates: list[tuple[str, Line]] = []
    for page in pages:
        edge = page.height * 0.12
        for line in page.lines:
            is_low = line.top > page.height - edge
            if not (line.bottom < edge or is_low):
                continue
            if _PAGE_NUMBER.fullmatch(line.text.strip()):
                found.add(id(line))
            else:
                key = _DIGITS.sub("#", line.text.strip()) + ("↓" if is_low else "↑")
                repeated[key] += 1
                candidates.append((key, line))
    needed = max(2, len(pages) // 3)
    found.update(id(line) for key, line in candidates if repeated[key] >= needed)
    return found


@dataclass(slots=True)
class _Margins:
    left: float
    right: float
    size: float
    pitch: float


def _margins(lines: Sequence[Line]) -> _Margins:
    """The text block of a paper: its left and right edge, its usual size and line distance."""
    weights: Counter[float] = Counter()
    for line in lines:
        weights[round(line.size * 2) / 2] += len(line.text)
    size = weights.most_common(1)[0][0] if weights else 12.0
    body = [line for line in lines if abs(line.size - size) <= size * 0.12] or list(lines)
    rights = sorted(line.right for line in body)
    right = rights[min(len(rights) - 1, int(len(rights) * 0.9))] if rights else 0.0
    lefts: Counter[int] = Counter(
        round(line.left / 3) for line in body if line.right > right - size * 2
    )
    enough = max(1, sum(lefts.values()) // 8)
    left = min((at * 3.0 for at, count in lefts.items() if count >= enough), default=0.0)
    steps = [
        below.top - above.top
        for above, below in pairwise(body)
        if 0 < below.top - above.top < size * 4
    ]
    return _Margins(left, right, size, median(steps) if steps else size * 1.5)


def _first_word(text: str) -> float:
    """The width of what cannot be broken at the start of a line, in sizes of a Chinese character.

    A number or a Latin word with its point, or one Chinese character with the closing marks that
    may not begin a line. Writers break on neither side of a quotation mark.
    """
    match = _UNBROKEN.match(text.lstrip())
    word = match.group(0) if match else ""
    return min(sum(0.55 if char.isascii() else 1.0 for char in word), 8.0)


def _goes_on(paragraph: Sequence[Line], line: Line, margins: _Margins, *, same_page: bool) -> bool:
    """Tell whether `line` continues the paragraph before it."""
    last, first = paragraph[-1], paragraph[0]
    size = max(last.size, 1.0)
    if abs(line.size - last.size) > size * 0.12:
        return False
    room = margins.right - last.right
    if room > max(_first_word(line.text), 1.4) * size + size * 0.3:  # it would have fitted there
        return False
    if same_page and not 0 < line.top - last.top < max(margins.pitch * 1.6, size * 1.8):
        return False
    starts_item = bool(_LABEL.match(line.text.lstrip()))
    if starts_item and last.text.rstrip()[-1:] in _SENTENCE_END + "”）)":
        return False
    is_sibling = starts_item and bool(_LABEL.match(first.text.lstrip()))
    if is_sibling and abs(line.left - first.left) < size * 0.5:
        return False
    expected = paragraph[1].left if len(paragraph) > 1 else margins.left
    hangs = (
        len(paragraph) == 1
        and _LABEL.match(first.text.lstrip())
        and 0 < line.left - first.left < size * 5
    )
    return bool(hangs) or line.left <= max(expected, margins.left) + size * 1.2


def compose(pages: Sequence[Page], builder: TextBuilder) -> None:
    """Write the pages into `builder` as paragraphs, headings, tables and page breaks."""
    heads = _running_heads(pages)
    laid_out = [(page, _items(page)) for page in pages]
    by_width: dict[int, list[Line]] = {}  # upright pages and landscape ones have other margins
    for page, items in laid_out:
        lines = [item for item in items if isinstance(item, Line) and id(item) not in heads]
        by_width.setdefault(round(page.width), []).extend(lines)
    margins_of = {width: _margins(lines) for width, lines in by_width.items()}
    margins = _margins([line for lines in by_width.values() for line in lines])
    open_lines: list[Line] = []
    open_page = 0
    waiting: list[
        tuple[str, int]
    ] = []  # running heads and page breaks (empty) met inside a paragraph
    table: tuple[list[list[str]], list[float]] | None = None
    tables = 0

    def close() -> None:
        nonlocal open_lines, table, tables
        if open_lines:
            text = open_lines[0].text
            for line in open_lines[1:]:
                text = _join(text, line.text)
            is_heading = len(text) <= 60 and open_lines[0].size >= margins.size * 1.15
            builder.paragraph(text, f"第{open_page}页", "heading" if is_heading else "paragraph")
            open_lines = []
        if table:
            tables += 1
            builder.table(table[0], f"表{tables}")
            table = None
        for text, number in waiting:
            if text:
                builder.paragraph(text, f"第{number}页")
            else:
                builder.page_break(f"第{number}页")
        waiting.clear()

    last_number = 0
    for page, items in laid_out:
        builder.clock.check()
        if page.number > 1:
            waiting.append(("", page.number))
        for item in items:
            if isinstance(item, _Grid):
                rows = _grid_rows(item)
                if not rows:
                    continue
                if table and last_number != page.number and _same_columns(table[1], item.xs):
                    table[0].extend(rows[1:] if rows[0] == table[0][0] else rows)
                else:
                    close()
                    table = (rows, item.xs)
                last_number = page.number
            elif id(item) in heads:
                waiting.append((item.text, page.number))
                if not open_lines and not table:
                    close()
            elif (
                table is None
                and open_lines
                and _goes_on(
                    open_lines,
                    item,
                    margins_of[round(page.width)],
                    same_page=last_number == page.number,
                )
            ):
                open_lines.append(item)
                last_number = page.number
            else:
                close()
                open_lines, open_page, last_number = [item], page.number, page.number
    close()


def _same_columns(one: Sequence[float], other: Sequence[float]) -> bool:
    return len(one) == len(other) and all(abs(a - b) < 4 for a, b in zip(one, other, strict=True))
