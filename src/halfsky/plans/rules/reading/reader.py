"""Read a plan document: `read_plan(source)`.

The steps, each a module of its own: junk and title → outline → dates, owners → the sentences and
the work in them → task tables → what is proposed for every sentence. Rules only: the same text
gives the same reading, no model and no network.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace

from halfsky.library.papers import SourceText
from halfsky.plans.rules.reading import whose as whose_rules
from halfsky.plans.rules.reading.clauses import Piece, pieces_of, sentences_in
from halfsky.plans.rules.reading.dates import DateKind, FoundDate, PlanCalendar, find_dates
from halfsky.plans.rules.reading.junk import Reason as JunkReason
from halfsky.plans.rules.reading.junk import find_junk
from halfsky.plans.rules.reading.kinds import KINDS, MeasureKind, kind_of
from halfsky.plans.rules.reading.markers import MarkerKind
from halfsky.plans.rules.reading.outline import (
    Node,
    NumberedList,
    Role,
    heading_span,
    numbered_lists,
    role_of,
)
from halfsky.plans.rules.reading.owners import (
    Owner,
    Part,
    find_hotlines,
    find_owners,
    find_partners,
    split_units,
)
from halfsky.plans.rules.reading.proposer import Proposer
from halfsky.plans.rules.reading.reading import (
    Coverage,
    Item,
    KeyPoint,
    Measure,
    PlanReading,
    Reason,
    Sentence,
)
from halfsky.plans.rules.reading.recurrence import Frequency, recurrences_of, targets_of
from halfsky.plans.rules.reading.sections import Sections, divide
from halfsky.plans.rules.reading.soft import is_soft
from halfsky.plans.rules.reading.tables import Column, TaskRow, TaskTable, alike, find_task_tables
from halfsky.plans.rules.reading.text import (
    CleanText,
    Enclosures,
    InOrder,
    Removed,
    Span,
    between,
    fold,
    lines_of,
    trimmed,
    without_blanks,
)
from halfsky.plans.rules.reading.title import year_in, year_of
from halfsky.plans.rules.reading.whose import Whose

_DETAIL = re.compile(
    r"^[（【]?\s*(?:牵头|主责|责任|主办|承办|配合|协办|协助|负责|完成|办结|时间|分管|联系|经费)[^，。；：]{0,8}[：]"
)
_IS_YEAR_OF = re.compile(r"年是.{0,40}(?:之年|周年|第[一二三四五]年)|(?:开局|收官|关键)之年|周年")
_ACTS = re.compile(
    r"开展|举办|组织|加强|推进|推动|落实|做好|完善|建立|制定|深化|引导|促进|提升|提高|强化|宣传|学习|培训|参加|参与|配合|表扬|联系"
)


class _Reader:
    def __init__(self, source: SourceText) -> None:
        self.source = source
        text = source.text
        folded = fold(text)
        page_breaks = tuple(block.start for block in source.blocks if block.kind == "page_break")
        removed, self.title = find_junk(
            text, folded, lines_of(folded), source.page_title, page_breaks
        )
        removed = _outside_tables(removed, source)
        self.clean = CleanText.leaving_out(text, removed)
        self.text, self.folded = self.clean.text, self.clean.folded
        self.enclosures = Enclosures(self.folded)
        self.heading = ""
        """The folded heading above the sentences being read: it helps where they name no kind."""
        self.notices: list[str] = list(source.notices)

    def read(self) -> PlanReading:
        lines = lines_of(self.folded)
        tables = find_task_tables(self.clean, lines, self.source.tables)
        self.table_spans = [table.span for table in tables]
        outside = [
            line for line in lines if not any(span.covers(line.span) for span in self.table_spans)
        ]
        lists = numbered_lists(outside, self.enclosures)
        title_span = (
            self.clean.to_clean(self.title.span) if self.title and self.title.span else None
        )
        parts = divide(outside, lists, title_span.end if title_span else 0, len(self.text))
        self.own = fold(self.title.text) if self.title else ""
        body_start = title_span.end if title_span else 0
        preamble_words = self.folded[min(body_start, parts.preamble.end) : parts.preamble.end]
        year = year_of(self.own or None, preamble_words)
        school_year = "学年" in self.own
        if self.own and year_in(self.own)[1]:
            self.notices.append("year_masked")
        if year is None and not year_in(self.own)[1]:
            year = self._year_in_headings(parts)
        calendar = PlanCalendar(year, school_year=school_year)
        look_back = parts.preamble if parts.lists else Span(0, 0)
        found = find_dates(
            self.text,
            _without_numbers(self.folded, parts),
            calendar,
            self.enclosures,
            look_back=look_back,
            issued=parts.issued,
        )
        cut = parts.other_plans[0].start if parts.other_plans else len(self.text)
        self.dates = _in_due_cells(
            [found_date for found_date in found if found_date.span.end <= cut], tables
        )
        self.dates = _month_headings_aside(self.dates, set(_month_places(parts.lists)))
        self._date_starts = [found_date.span.start for found_date in self.dates]
        body = Span(0, cut)
        self.hotlines = InOrder(find_hotlines(self.text, self.folded, body))
        self.partners = InOrder(find_partners(self.text, self.folded, body, self.own))
        self.sentences: list[Sentence] = []
        points, unplaced = self._points(parts, tables)
        if points or unplaced or self.title is None:
            self._frame_sentences(parts.preamble, body_start)
        else:
            unplaced = self._without_points(
                Span(min(body_start, parts.preamble.end), parts.preamble.end)
            )
        for start, end in ((parts.closing.start, parts.closing.end),):
            self._say(
                Span(start, end),
                Coverage.AIM,
                None,
                "coverage.closing",
                "要点之后的结束语，不提出新的工作。",
            )
        if not points:
            self.notices.append("no_key_points")
        if self.title is None:
            self.notices.append("no_title")
        if parts.other_plans or any(
            cut.reason is JunkReason.SECOND_ESSAY for cut in self.clean.removed
        ):
            self.notices.append("second_plan")
        owners_first = sorted(self.sentences, key=lambda sentence: sentence.span)
        return PlanReading(
            title=self.title.text if self.title else None,
            title_span=title_span,
            title_rule=self.title.rule if self.title else None,
            year=year,
            is_school_year=school_year,
            clean=self.clean,
            preamble=tuple(
                self._paragraphs(Span(min(body_start, parts.preamble.end), parts.preamble.end))
            ),
            closing=tuple(self._paragraphs(parts.closing)),
            key_points=tuple(points),
            unplaced=tuple(unplaced),
            sentences=tuple(owners_first),
            dates=tuple(self.dates),
            hotlines=tuple(self.hotlines.items),
            partners=tuple(self.partners.items),
            attachments=parts.attachments,
            signatures=parts.signatures,
            other_plans=parts.other_plans,
            notices=tuple(dict.fromkeys(self.notices)),
        )

    def _year_in_headings(self, parts: Sections) -> int | None:
        """Return the year of a heading such as 二、2026年工作计划, for a paper without a title."""
        for numbered in parts.lists:
            for node in numbered.nodes:
                words = heading_span(node, self.folded, self.enclosures).of(self.folded)
                if re.search(r"计划|安排|打算|要点|任务|思路|重点", words):
                    year, _ = year_in(words)
                    if year is not None:
                        return year
        return None

    # --- points -------------------------------------------------------------------------------

    def _points(
        self, parts: Sections, tables: Sequence[TaskTable]
    ) -> tuple[list[KeyPoint], list[Measure]]:
        points: list[KeyPoint] = []
        seen: dict[str, Span] = {}
        nodes = [node for numbered in parts.lists for node in numbered.nodes]
        for index, node in enumerate(nodes):
            heading = heading_span(node, self.folded, self.enclosures)
            role = role_of(heading.of(self.folded), node.marker.kind)
            span = Span(node.marker.start, max(node.end, heading.end))
            span = Span(span.start, self._last_word(span))
            owners = InOrder(self._owners_in(span))
            measures = (
                [] if role is Role.FRAME else self._measures(node, index, owners, seen, path=())
            )
            if role is Role.CALENDAR:
                month = tuple(self._dates_in(heading))
                measures = [
                    measure if measure.dates else replace(measure, dates=month)
                    for measure in measures
                ]
            if role is Role.FRAME:
                self._say(
                    Span(heading.end, span.end), Coverage.AIM, index, "coverage.frame",
                    f"“{heading.of(self.text)}”一节讲总的要求或已有情况，不单独成为举措。",
                )  # fmt: skip
            points.append(
                KeyPoint(
                    ordinal=_ordinal(node),
                    printed=node.marker.printed,
                    heading=heading.of(self.text),
                    heading_span=heading,
                    span=span,
                    role=role,
                    items=tuple(self._item(child) for child in node.children),
                    measures=tuple(measures),
                    owners=tuple(owners.items),
                )
            )
        told = [
            p.span
            for p in points
            if re.search(r"总结|回顾|成就", fold(p.heading)) and p.role is Role.FRAME
        ]
        if told:
            self.dates = [
                replace(found, kind=DateKind.PAST)
                if found.kind in (DateKind.EVENT, DateKind.DEADLINE)
                and any(span.covers(found.span) for span in told)
                else found
                for found in self.dates
            ]
        return self._with_tables(points, tables)

    def _without_points(self, body: Span) -> list[Measure]:
        """Return the measures of a paper without any number: each paragraph may ask for work."""
        owners = InOrder(find_owners(self.text, self.folded, body))
        measures: list[Measure] = []
        seen: dict[str, Span] = {}
        for index, line in enumerate(self._paragraphs(body)):
            words = line.of(self.folded)
            if index <= 1 and re.search(
                r"：$|如下[。：]?$|制定(?:本|如下|以下)?计划[。：]?$", words
            ):
                self._frame_sentences(line, line.start)
            else:
                measures += self._of_sentences(line, None, owners, seen, None)
        return measures

    def _item(self, node: Node) -> Item:
        heading = heading_span(node, self.folded, self.enclosures)
        span = Span(
            node.marker.start,
            max(self._last_word(Span(node.marker.start, max(node.end, heading.end))), heading.end),
        )
        return Item(
            _ordinal(node), node.marker.printed, heading.of(self.text), heading, span,
            tuple(self._item(child) for child in node.children),
        )  # fmt: skip

    def _last_word(self, span: Span) -> int:
        end = span.end
        while end > span.start and self.folded[end - 1] in " \t\n":
            end -= 1
        return end

    def _owners_in(self, span: Span) -> list[Owner]:
        owners = []
        for part in between([t for t in self.table_spans if span.covers(t)], span):
            owners += find_owners(self.text, self.folded, part)
        return owners

    def _measures(
        self,
        node: Node,
        point: int,
        owners: InOrder[Owner],
        seen: dict[str, Span],
        path: tuple[str, ...],
    ) -> list[Measure]:
        """Return the measures of a point or item: of its own words first, then of what stands below."""
        heading = heading_span(node, self.folded, self.enclosures)
        below = sorted(
            (child for numbered in node.lists for child in numbered.nodes),
            key=lambda c: c.marker.start,
        )
        own_end = below[0].marker.start if below else max(node.end, heading.end)
        own = Span(heading.end, max(own_end, heading.end))
        inside = Span(node.marker.start, max(node.end, heading.end))
        item = "/".join(path) or None
        measures: list[Measure] = []
        for part in between([span for span in self.table_spans if own.covers(span)], own):
            each = node.marker.kind is MarkerKind.MONTH
            each = each or (bool(path) and self.folded[heading.end : heading.end + 1] == "：")
            self.heading = heading.of(self.folded)
            measures += self._of_sentences(part, point, owners, seen, item, each=each)
        for child in below:
            printed = _ordinal(child) or str(child.marker.number)
            measures += self._measures(child, point, owners, seen, (*path, printed))
        named = tuple(self._dates_in(heading))
        if named:
            # 第一周（3月2日至6日）：…: the day stands in the heading, the work below it.
            measures = [m if m.dates else replace(m, dates=named) for m in measures]
        self.heading = ""
        has_table = any(inside.covers(span) for span in self.table_spans)
        if not measures and own.end > own.start and self._only_counts(own):
            # 开展巡回审判。全年不少于12场。: the second sentence counts what the heading asks for.
            heading = Span(heading.start, self._last_word(own))
        if node.marker.kind is MarkerKind.MONTH or not len(heading):
            return measures
        if (
            not measures
            and not has_table
            and role_of(heading.of(self.folded), node.marker.kind) is Role.WORK
        ):
            return self._of_heading(heading, point, owners, seen, item, always=True)
        if (
            path
            and own.end > own.start
            and re.search(r"\w", own.of(self.folded))
            and _is_concrete(self.folded, heading)
        ):
            return self._of_heading(heading, point, owners, seen, item, always=False) + measures
        return measures

    def _only_counts(self, own: Span) -> bool:
        words = own.of(self.folded).strip()
        return len(words) <= 24 and bool(targets_of(self.text, self.folded, own))

    def _of_heading(
        self,
        heading: Span,
        point: int,
        owners: InOrder[Owner],
        seen: dict[str, Span],
        item: str | None,
        *,
        always: bool,
    ) -> list[Measure]:
        pieces = pieces_of(self.folded, heading, self.enclosures)
        if not pieces and always:
            pieces = [Piece([heading], [], [], rule="measure.item", core=len(heading))]
        measures = [self._measure(piece, heading, owners, item, None) for piece in pieces]
        kept = self._new(measures, seen)
        if pieces:
            self._add_sentence(heading, kept, measures, point)
        return kept

    def _of_sentences(
        self,
        part: Span,
        point: int | None,
        owners: InOrder[Owner],
        seen: dict[str, Span],
        item: str | None,
        *,
        each: bool = False,
    ) -> list[Measure]:
        """Return the measures of the sentences in a place.

        A sentence without a verb of work is one all the same when it has a day of its own or, with
        `each`, when it stands below a month.
        """
        measures: list[Measure] = []
        limits: list[FoundDate] = []
        for sentence in sentences_in(self.folded, part, self.enclosures):
            words = sentence.of(self.folded)
            if _DETAIL.match(words):
                limits += self._dates_in(sentence)
                self.sentences.append(
                    Sentence(
                        sentence,
                        Coverage.MEASURE,
                        point,
                        Reason("coverage.detail", "写明责任单位、时限等，属于本要点举措的要求。"),
                    )
                )
                continue
            superior = None
            found: list[Measure] = []
            pieces = pieces_of(self.folded, sentence, self.enclosures)
            if not pieces and (each or self._has_day(sentence) or self._comes_back(sentence)):
                whole = trimmed(self.folded, sentence.start, sentence.end, " \t\n。；！？，")
                pieces = [Piece([whole], [], [], rule="measure.item", core=len(whole))]
            for piece in pieces:
                words = piece.span.of(self.folded).lstrip("同时，")
                if whose_rules.ourselves_acting(words):
                    superior = None
                superior = whose_rules.superior_acting(words, self.own) or superior
                found.append(self._measure(piece, sentence, owners, item, superior))
            found = self._with_their_owners(found, sentence, owners)
            kept = self._new(found, seen)
            self._add_sentence(sentence, kept, found, point)
            measures += kept
        if limits:
            # 完成时限：6月30日 stands after the work, for all of it.
            measures = [m if m.dates else replace(m, dates=tuple(limits)) for m in measures]
        return _with_section_owners(measures, owners.inside(part))

    def _with_their_owners(
        self, measures: list[Measure], sentence: Span, owners: InOrder[Owner]
    ) -> list[Measure]:
        """Give each measure of a sentence the owners that its own clauses name.

        An owner goes on to the measures after it until another one or another time is named,
        and back only from a clause of its own (…，由工会负责).
        """
        named = owners.inside(sentence)
        if len(measures) < 2 or not named:
            return measures
        told: list[Measure] = []
        lasting: tuple[Owner, ...] = ()
        for index, measure in enumerate(measures):
            start = sentence.start if index == 0 else self._own_start(measure)
            last = index + 1 == len(measures)
            end = sentence.end if last else self._own_start(measures[index + 1])
            own = tuple(owners.inside(Span(start, max(start, end))))
            if own:
                lasting = own
            elif any(
                date.kind is DateKind.EVENT and date.span.start < measure.span.start + 4
                for date in measure.dates
            ):
                lasting = ()
            told.append(replace(measure, owners=lasting))
        return told

    def _own_start(self, measure: Measure) -> int:
        return min([measure.span.start, *(ground.start for ground in measure.ground)])

    def _add_sentence(
        self, sentence: Span, kept: list[Measure], found: list[Measure], point: int | None
    ) -> None:
        if kept:
            reason = Reason("coverage.measure", f"其中的工作已提出 {len(kept)} 项举措。")
            coverage = Coverage.MEASURE
        elif found:
            coverage, reason = (
                Coverage.REPEAT,
                Reason("coverage.repeat", "与前面要点里的举措文字相同。"),
            )
        elif not _ACTS.search(sentence.of(self.folded)):
            coverage, reason = (
                Coverage.BACKGROUND,
                Reason("coverage.no_action", "没有提出工作的动词，是说明或补充。"),
            )
        else:
            coverage, reason = (
                Coverage.OPEN,
                Reason("coverage.open", "像是提出了工作，但规则没有找到举措，请人工判断。"),
            )
        self.sentences.append(Sentence(sentence, coverage, point, reason))

    def _new(self, measures: list[Measure], seen: dict[str, Span]) -> list[Measure]:
        kept = []
        for measure in measures:
            key = re.sub(r"\W", "", measure.text)
            if len(key) >= 8 and key in seen and measure.whose is not Whose.KNOW_ONLY:
                continue
            seen.setdefault(key, measure.span)
            kept.append(measure)
        return kept

    # --- one measure --------------------------------------------------------------------------

    def _measure(
        self,
        piece: Piece,
        sentence: Span,
        owners: InOrder[Owner],
        item: str | None,
        superior: str | None,
    ) -> Measure:
        span = piece.span
        extent_start = min([span.start, *(ground.start for ground in piece.ground)])
        extent = Span(extent_start, max([span.end, *(aim.end for aim in piece.aims)]))
        words = span.of(self.folded)
        kind, word = (
            (MeasureKind.TRAINING, "能力")
            if piece.rule == "measure.ability"
            else kind_of(self._without_owners(span, owners), self.heading)
        )
        whose, whose_rule = whose_rules.whose_action(words, superior)
        dates = tuple(self._dates_in(extent))
        targets = tuple(targets_of(self.text, self.folded, span))
        has_day = any(found.kind in (DateKind.EVENT, DateKind.DEADLINE) for found in dates)
        soft = piece.is_soft or is_soft(words, kind, has_target=bool(targets), has_day=has_day)
        if targets or has_day:
            soft = False
        reasons = [
            Reason(piece.rule, _WHY_MEASURE[piece.rule]),
            Reason(
                f"kind.{kind}",
                f"{'文中' if word in words else '标题里'}的“{word}”说明是{KINDS[kind].label}。"
                if word
                else "没有能说明种类的词，归为其他工作。",
            ),
            Reason(whose_rule, _WHY_WHOSE[whose_rule].format(superior=superior or "")),
        ]
        if soft:
            reasons.append(
                Reason("soft.no_deliverable", "没有可验收的成果，请补写做什么、做到什么程度。")
            )
        return Measure(
            text=span.of(self.text),
            span=span,
            sentence=sentence,
            aims=tuple(piece.aims),
            ground=tuple(piece.ground),
            item=item,
            kind=kind,
            whose=whose,
            superior=superior,
            dates=dates,
            recurrence=tuple(recurrences_of(self.text, self.folded, span)),
            targets=targets,
            owners=tuple(owners.inside(sentence)),
            hotlines=tuple(self.hotlines.inside(span)),
            partners=tuple(self.partners.inside(span)),
            is_soft=soft,
            reasons=tuple(reasons),
        )

    def _without_owners(self, span: Span, owners: InOrder[Owner]) -> str:
        """Return the folded words without the owners' names: 宣传部协助 makes no publicity."""
        named = [owner.span for owner in owners.inside(span)]
        return "".join(part.of(self.folded) for part in between(named, span))

    def _comes_back(self, sentence: Span) -> bool:
        """Say whether a sentence names a rhythm that can be counted: every week, month or quarter."""
        return any(
            found.frequency in _COUNTABLE
            for found in recurrences_of(self.text, self.folded, sentence)
        )

    def _has_day(self, sentence: Span) -> bool:
        kinds = (DateKind.EVENT, DateKind.DEADLINE)
        return any(found.kind in kinds for found in self._dates_in(sentence))

    def _dates_in(self, extent: Span) -> Iterable[FoundDate]:
        first = bisect_left(self._date_starts, extent.start)
        for index in range(first, bisect_right(self._date_starts, extent.end)):
            if extent.covers(self.dates[index].span):
                yield self.dates[index]

    # --- tables -------------------------------------------------------------------------------

    def _with_tables(
        self, points: list[KeyPoint], tables: Sequence[TaskTable]
    ) -> tuple[list[KeyPoint], list[Measure]]:
        """Put the rows of task tables into the points they belong to, no task twice."""
        unplaced: list[Measure] = []
        made: dict[str, int] = {}
        has_points = bool(points)
        for table in tables:
            inside = next((i for i, p in enumerate(points) if p.span.covers(table.span)), None)
            for row in table.rows:
                measure = self._of_row(row)
                index = self._place_of(row, points, inside, made, has_points=has_points)
                self.sentences.append(
                    Sentence(
                        row.task,
                        Coverage.MEASURE,
                        index,
                        Reason("coverage.table", "任务表的一行，已提出为举措。"),
                    )
                )
                if index is None:
                    unplaced.append(measure)
                    continue
                point = points[index]
                merged = _merged(point.measures, measure)
                owners = (
                    *point.owners,
                    *(o for o in measure.owners if all(o.unit != p.unit for p in point.owners)),
                )
                points[index] = replace(point, measures=merged, owners=owners)
        return points, unplaced

    def _place_of(
        self,
        row: TaskRow,
        points: list[KeyPoint],
        inside: int | None,
        made: dict[str, int],
        *,
        has_points: bool,
    ) -> int | None:
        name = re.sub(
            r"^[\W\d一二三四五六七八九十]{1,4}[、.．）)]", "", without_blanks(fold(row.point))
        )
        if name:
            scores = [
                (alike(name, without_blanks(fold(p.heading))), -i) for i, p in enumerate(points)
            ]
            best = max(scores, default=(0.0, 0))
            if best[0] >= 0.6:
                return -best[1]
        if inside is not None:
            return inside
        if not has_points and row.point_span is not None and name:
            if name not in made:
                made[name] = len(points)
                heading = row.point_span
                points.append(
                    KeyPoint(
                        None,
                        None,
                        row.point.strip(),
                        heading,
                        Span(heading.start, max(heading.end, row.span.end)),
                        Role.WORK,
                        (),
                        (),
                        (),
                    )
                )
            return made[name]
        task = without_blanks(row.task.of(self.folded))
        scores = [
            (max((alike(task, without_blanks(fold(m.text))) for m in p.measures), default=0.0), -i)
            for i, p in enumerate(points)
        ]
        best = max(scores, default=(0.0, 0))
        return -best[1] if best[0] >= 0.5 else None

    def _of_row(self, row: TaskRow) -> Measure:
        piece = Piece([row.task], [], [], rule="table.row", core=len(row.task))
        measure = self._measure(piece, row.task, InOrder(), None, None)
        owners: list[Owner] = []
        for column, part in (
            (Column.LEAD, Part.LEAD),
            (Column.SUPPORT, Part.SUPPORT),
            (Column.PERSON, Part.PERSON),
        ):
            for cell in row.cells_of(column):
                at = cell.start
                for unit in split_units(cell.of(self.folded)):
                    place = self.folded.find(unit, at, cell.end)
                    if place >= 0 and unit not in ("/", "-", "无"):
                        at = place + len(unit)
                        span = Span(place, at)
                        owners.append(
                            Owner(span.of(self.text), part, column.value, span, "table.column")
                        )
        cells = [
            *row.cells_of(Column.DUE),
            *row.cells_of(Column.WHEN),
            *row.cells_of(Column.TARGET),
        ]
        dates = [found for cell in cells for found in self._dates_in(cell)]
        recurrence = [
            found for cell in cells for found in recurrences_of(self.text, self.folded, cell)
        ]
        targets = [
            target
            for cell in row.cells_of(Column.TARGET)
            for target in targets_of(self.text, self.folded, cell)
        ]
        return replace(
            measure,
            owners=tuple(owners),
            dates=tuple(dict.fromkeys((*measure.dates, *dates))),
            recurrence=tuple(dict.fromkeys((*measure.recurrence, *recurrence))),
            targets=tuple(dict.fromkeys((*measure.targets, *targets))),
            is_soft=measure.is_soft and not dates and not targets,
        )

    # --- sentences outside the points ---------------------------------------------------------

    def _frame_sentences(self, preamble: Span, body_start: int) -> None:
        for sentence in sentences_in(
            self.folded, Span(min(body_start, preamble.end), preamble.end), self.enclosures
        ):
            if _IS_YEAR_OF.search(sentence.of(self.folded)):
                self._one(
                    sentence,
                    Coverage.BACKGROUND,
                    None,
                    "coverage.year_words",
                    "说明这一年的意义，是背景。",
                )
            else:
                self._one(
                    sentence,
                    Coverage.AIM,
                    None,
                    "coverage.preamble",
                    "要点之前的总体要求，不单独成为举措。",
                )

    def _say(self, span: Span, coverage: Coverage, point: int | None, rule: str, why: str) -> None:
        for sentence in sentences_in(self.folded, span, self.enclosures):
            self._one(sentence, coverage, point, rule, why)

    def _one(
        self, sentence: Span, coverage: Coverage, point: int | None, rule: str, why: str
    ) -> None:
        self.sentences.append(Sentence(sentence, coverage, point, Reason(rule, why)))

    def _paragraphs(self, span: Span) -> Iterable[Span]:
        for line in lines_of(span.of(self.folded)):
            if not line.is_blank:
                yield Span(span.start + line.span.start, span.start + line.span.end)


_WHY_MEASURE = {
    "measure.action": "分句里有要办的事（动词），连同它的做法成为一项举措。",
    "measure.aim_only": "整句只提要求，没有具体工作，先列为一项举措并标出。",
    "measure.ability": "培训要提高的能力，列为培训的一项内容。",
    "measure.item": "编号的条目或带日期的一句本身就是一项任务。",
    "table.row": "任务表的一行就是一项举措。",
}
_WHY_WHOSE = {
    "whose.superior_acts": "主语是{superior}，是上级的行动，本单位只需关注。",
    "whose.takes_part": "文中写参与、参加或配合，是配合别人的工作。",
    "whose.relies_on": "文中写依托、借助或邀请外部力量。",
    "whose.own": "没有别的主语，是本单位自办。",
}
_COUNTABLE = (Frequency.WEEKLY, Frequency.MONTHLY, Frequency.BIMONTHLY, Frequency.QUARTERLY)
_COUNTED = re.compile(r"\d|[一二三四五六七八九十两]{1,2}(?:次|场|期|名|户|个|篇|批|轮)")


_NUMBER_BEFORE_DATE = re.compile(r"(?m)^[ \t]*\d{1,3}[.、](?=\d{1,2}月)")


def _without_numbers(folded: str, parts: Sections) -> str:
    """Return the text with the points' numbers blanked, so that 2.5月20日 reads as 5月20日."""
    places = [Span(match.start(), match.end()) for match in _NUMBER_BEFORE_DATE.finditer(folded)]
    waiting = list(parts.lists)
    while waiting:
        for node in waiting.pop().nodes:
            if node.marker.kind in (MarkerKind.DIGIT, MarkerKind.DECIMAL):
                places.append(Span(node.marker.start, node.marker.end))
            waiting += node.lists
    pieces, at = [], 0
    for place in sorted(places):
        if place.start >= at:
            pieces += [folded[at : place.start], " " * len(place)]
            at = place.end
    return "".join([*pieces, folded[at:]])


def _is_concrete(folded: str, heading: Span) -> bool:
    """Say whether a heading is itself a task: it counts something or names a day."""
    return bool(_COUNTED.search(heading.of(folded))) and len(heading) >= 8


def _ordinal(node: Node) -> str | None:
    if node.marker.kind is MarkerKind.MONTH or node.marker.printed is None:
        return None
    return re.sub(r"^第|[（）()\s]|(?:部分|篇|编|章|节|条)$", "", node.marker.printed)


def _with_section_owners(measures: list[Measure], owners: Sequence[Owner]) -> list[Measure]:
    """Give owners that stand after the work (责任单位：…) to every measure of their section."""
    labelled = [owner for owner in owners if owner.rule in ("owner.label", "owner.bracket")]
    if not labelled:
        return measures
    return [replace(m, owners=tuple(dict.fromkeys((*m.owners, *labelled)))) for m in measures]


def _merged(measures: tuple[Measure, ...], row: Measure) -> tuple[Measure, ...]:
    """Add a table row to a point's measures; one that says the same takes the row's owners and dates."""
    words = without_blanks(fold(row.text))
    for index, measure in enumerate(measures):
        if (
            measure.reasons[0].rule != "table.row"
            and alike(words, without_blanks(fold(measure.text))) >= 0.7
        ):
            joined = replace(
                measure,
                owners=tuple(dict.fromkeys((*measure.owners, *row.owners))),
                dates=tuple(dict.fromkeys((*measure.dates, *row.dates))),
                recurrence=tuple(dict.fromkeys((*measure.recurrence, *row.recurrence))),
                targets=tuple(dict.fromkeys((*measure.targets, *row.targets))),
                is_soft=measure.is_soft and row.is_soft,
                reasons=(
                    *measure.reasons,
                    Reason("table.same", "任务表里有同一项任务，责任单位和时限取自表格。"),
                ),
            )
            return (*measures[:index], joined, *measures[index + 1 :])
    return (*measures, row)


def _in_due_cells(dates: list[FoundDate], tables: Sequence[TaskTable]) -> list[FoundDate]:
    """Make deadlines of the dates in a column of time limits (完成时限)."""
    cells = sorted(
        cell for table in tables for row in table.rows for cell in row.cells_of(Column.DUE)
    )
    starts = [cell.start for cell in cells]
    settled = []
    for found in dates:
        index = bisect_right(starts, found.span.start) - 1
        in_cell = index >= 0 and cells[index].covers(found.span)
        settled.append(
            replace(found, kind=DateKind.DEADLINE)
            if in_cell and found.kind is DateKind.EVENT
            else found
        )
    return settled


def _month_places(lists: Sequence[NumberedList]) -> Iterable[int]:
    for numbered in lists:
        for node in numbered.nodes:
            if node.marker.kind is MarkerKind.MONTH:
                yield node.marker.start
            yield from _month_places(node.lists)


def _month_headings_aside(dates: list[FoundDate], headings: set[int]) -> list[FoundDate]:
    """A month that is only a heading (三月份) is no date of the plan; its points carry it."""
    return [
        replace(found, kind=DateKind.OTHER) if found.span.start in headings else found
        for found in dates
    ]


def _outside_tables(removed: list[Removed], source: SourceText) -> list[Removed]:
    """Keep every cell of the paper's own tables, however much it looks like a page number."""
    if not source.tables:
        return removed
    places = sorted(Span(table.start, table.end) for table in source.tables)
    starts = [place.start for place in places]
    kept = []
    for cut in removed:
        index = bisect_right(starts, cut.span.start) - 1
        if index < 0 or places[index].end <= cut.span.start:
            kept.append(cut)
    return kept


def read_plan(source: SourceText, proposers: Sequence[Proposer] = ()) -> PlanReading:
    """Read a plan document.

    Never raises on any text; what cannot be found is left empty and named in `notices`:
    "no_title", "no_key_points", "year_masked", "second_plan", beside those of the paper's reader.
    Further `proposers` may add measures; they stand in `unplaced` until somebody places them.
    """
    reading = _Reader(source).read()
    for proposer in proposers:
        reading = replace(reading, unplaced=(*reading.unplaced, *proposer.propose(reading)))
    return reading
