"""Tables of tasks (任务分解表): 序号 | 重点工作 | 具体任务 | 责任单位 | 配合单位 | 完成时限."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from halfsky.library.papers import SourceTable
from halfsky.plans.rules.reading.text import CleanText, Line, Span, trimmed, without_blanks


class Column(StrEnum):
    """What a column of a task table holds."""

    NUMBER = "number"
    POINT = "point"
    TASK = "task"
    LEAD = "lead"
    SUPPORT = "support"
    PERSON = "person"
    DUE = "due"
    WHEN = "when"
    TARGET = "target"


_HEADERS: tuple[tuple[Column, str], ...] = (
    (Column.NUMBER, r"序号|编号|号"),
    (Column.SUPPORT, r"(?:配合|协办|协助|参与|协同).{0,6}"),
    (Column.PERSON, r".{0,4}(?:责任人|负责人|联系人|分管领导|牵头领导|责任领导|经办人).{0,4}"),
    (Column.LEAD, r"(?:牵头|责任|主责|主办|承办|负责|实施|主管)(?:单位|部门|科室|处室|股室|主体|组)?(?:（.{0,8}）)?|单位|部门|科室"),
    (Column.DUE, r"(?:完成|办结|整改)?(?:时限|期限)(?:要求)?|(?:完成|办结)(?:时间|日期|节点)(?:节点)?|时间节点|进度要求"),
    (Column.WHEN, r"时间(?:安排)?|日期|月份|活动时间|实施时间|开展时间|举办时间"),
    (Column.TARGET, r"(?:量化|工作|年度|预期)?(?:目标值|指标|数量|预期成果|目标要求)"),
    (Column.TASK, r"(?:具体|主要|工作|重点|活动|目标)?(?:任务|措施|举措|内容|事项|活动名称|活动|任务内容|工作内容|任务分解|具体工作|名称)(?:及要求|和要求|及措施|（.{0,10}）)?"),
    (Column.POINT, r"(?:重点|主要|年度)?(?:工作|项目|类别|板块|要点|领域|方面|工作项目|工作要点|重点工作|工作类别|一级任务)"),
)  # fmt: skip
_COLUMNS = tuple((column, re.compile(pattern)) for column, pattern in _HEADERS)


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One row of a task table, its cells as places in the clean text."""

    span: Span
    point: str
    point_span: Span | None
    task: Span
    cells: tuple[tuple[Column, Span], ...]

    def cells_of(self, column: Column) -> Iterable[Span]:
        """Return the filled cells of one column."""
        return [span for kind, span in self.cells if kind is column]


@dataclass(frozen=True, slots=True)
class TaskTable:
    """A task table in the clean text."""

    span: Span
    rows: tuple[TaskRow, ...]


Grid = list[list[Span | None]]


def column_of(header: str) -> Column | None:
    """Return what a column with this (folded) header holds, None if it is none of ours."""
    bare = without_blanks(header)
    for column, pattern in _COLUMNS:
        if bare and pattern.fullmatch(bare):
            return column
    return None


def _grids(clean: CleanText, lines: Sequence[Line], tables: Sequence[SourceTable]) -> list[Grid]:
    grids: list[Grid] = []
    for table in tables:
        grid = []
        for row in table.rows:
            cells: list[Span | None] = []
            for cell in row:
                place = (
                    clean.to_clean(Span(cell.start, cell.end)) if cell.end > cell.start else None
                )
                cells.append(place)
            grid.append(cells)
        if grid:
            grids.append(grid)
    if grids:
        return grids
    current: Grid = []
    for line in [*lines, Line(-1, Span(0, 0), "。")]:
        if "\t" in line.text or (current and not line.text):
            if line.text:
                current.append(_tabbed(clean.folded, line))
            continue
        if len(current) >= 2:
            grids.append(current)
        current = []
    return grids


def _tabbed(folded: str, line: Line) -> list[Span | None]:
    cells: list[Span | None] = []
    # The blanks at a line's beginning may be an empty first cell (a merged one above).
    start = folded.rfind("\n", 0, line.span.start) + 1
    for piece in folded[start : line.span.end].split("\t"):
        place = trimmed(folded, start, start + len(piece))
        cells.append(place if len(place) else None)
        start += len(piece) + 1
    return cells


def find_task_tables(
    clean: CleanText, lines: Sequence[Line], tables: Sequence[SourceTable]
) -> list[TaskTable]:
    """Return the task tables of a text: from the paper's own tables, else from lines with tabs.

    A table counts when its header names a task or a point and one more column that we know.
    """
    found = []
    for grid in _grids(clean, lines, tables):
        header_at, columns = _header(clean.folded, grid)
        if columns is None:
            continue
        rows: list[TaskRow] = []
        last: dict[Column, Span] = {}
        for cells in grid[header_at + 1 :]:
            row = _row(clean, cells, columns, last)
            if row is not None:
                rows.append(row)
        places = [place for cells in grid for place in cells if place is not None]
        if rows and places:
            found.append(
                TaskTable(
                    Span(min(p.start for p in places), max(p.end for p in places)), tuple(rows)
                )
            )
    return found


def _header(folded: str, grid: Grid) -> tuple[int, list[Column | None] | None]:
    for index, cells in enumerate(grid[:3]):
        columns = [column_of(cell.of(folded)) if cell else None for cell in cells]
        known = [column for column in columns if column is not None]
        if len(set(known)) >= 2 and (Column.TASK in known or Column.POINT in known):
            return index, columns
    return 0, None


def _row(
    clean: CleanText,
    cells: list[Span | None],
    columns: list[Column | None],
    last: dict[Column, Span],
) -> TaskRow | None:
    filled: list[tuple[Column, Span]] = []
    tasks: list[Span] = []
    point: Span | None = None
    has_task = Column.TASK in columns
    for column, cell in zip(columns, cells, strict=False):
        if column is None:
            continue
        if cell is None:
            # A cell merged with the one above: the point and its owner go on.
            if column in (Column.POINT, Column.LEAD, Column.WHEN) and column in last:
                if column is Column.POINT:
                    point = last[column]
                elif has_task:
                    filled.append((column, last[column]))
            continue
        last[column] = cell
        if column is Column.POINT:
            point = cell
        elif column is Column.TASK:
            tasks.append(cell)
        filled.append((column, cell))
    if not tasks and point is not None and not has_task:
        tasks.append(point)
    if not tasks:
        return None
    own = [cell for cell in cells if cell is not None]
    return TaskRow(
        Span(min(cell.start for cell in own), max(cell.end for cell in own)),
        point.of(clean.text) if point else "",
        point,
        tasks[-1],
        tuple(filled),
    )


def alike(one: str, other: str) -> float:
    """Return how much of the shorter text stands in the other: the share of its letter pairs."""
    pairs_one = {one[i : i + 2] for i in range(len(one) - 1)}
    pairs_other = {other[i : i + 2] for i in range(len(other) - 1)}
    small, large = sorted((pairs_one, pairs_other), key=len)
    return len(small & large) / len(small) if small else 0.0
