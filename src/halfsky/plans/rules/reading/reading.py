"""What a plan document says, as values: the result of reading it."""

from dataclasses import dataclass
from enum import StrEnum

from halfsky.plans.rules.reading.dates import FoundDate
from halfsky.plans.rules.reading.kinds import KINDS, MeasureKind
from halfsky.plans.rules.reading.outline import Role
from halfsky.plans.rules.reading.owners import Hotline, Owner, Partner
from halfsky.plans.rules.reading.recurrence import Recurrence, StatedTarget
from halfsky.plans.rules.reading.text import CleanText, Span
from halfsky.plans.rules.reading.whose import WHOSE_LABELS, Whose


class Coverage(StrEnum):
    """What becomes of a sentence: work, or a stated reason why not, or still open."""

    MEASURE = "measure"
    AIM = "aim"  # 总体要求
    BACKGROUND = "background"  # 背景
    SUPERIOR = "superior"  # 上级行动
    REPEAT = "repeat"  # 重复
    OPEN = "open"


COVERAGE_LABELS = {
    Coverage.MEASURE: "已对应举措",
    Coverage.AIM: "总体要求",
    Coverage.BACKGROUND: "背景",
    Coverage.SUPERIOR: "上级行动",
    Coverage.REPEAT: "重复",
    Coverage.OPEN: "待处理",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """The rule that made a proposal, and one Chinese sentence why."""

    rule: str
    why: str


@dataclass(frozen=True, slots=True)
class Measure:
    """One proposed measure (举措). All places are in the clean text.

    `span` is the work with its means; `aims` and `ground` are the clauses beside it that say what
    it is for and on what it stands. `item` is the printed path of the item it stands in.
    """

    text: str
    span: Span
    sentence: Span
    aims: tuple[Span, ...]
    ground: tuple[Span, ...]
    item: str | None
    kind: MeasureKind
    whose: Whose
    superior: str | None
    dates: tuple[FoundDate, ...]
    recurrence: tuple[Recurrence, ...]
    targets: tuple[StatedTarget, ...]
    owners: tuple[Owner, ...]
    hotlines: tuple[Hotline, ...]
    partners: tuple[Partner, ...]
    is_soft: bool
    reasons: tuple[Reason, ...]

    @property
    def deliverable(self) -> str:
        """What a measure of this kind usually delivers (建议的成果)."""
        return KINDS[self.kind].deliverable

    @property
    def evidence(self) -> tuple[str, ...]:
        """The keys of the evidence that usually shows it."""
        return KINDS[self.kind].evidence

    @property
    def labels(self) -> tuple[str, str]:
        """Kind and whose action, as people read them."""
        return KINDS[self.kind].label, WHOSE_LABELS[self.whose]


@dataclass(frozen=True, slots=True)
class Item:
    """A numbered item below a key point; `ordinal` is its numeral, `printed` as it stands there."""

    ordinal: str | None
    printed: str | None
    heading: str
    heading_span: Span
    span: Span
    items: tuple["Item", ...] = ()


@dataclass(frozen=True, slots=True)
class KeyPoint:
    """A key point (工作要点) of the outermost list."""

    ordinal: str | None
    printed: str | None
    heading: str
    heading_span: Span
    span: Span
    role: Role
    items: tuple[Item, ...]
    measures: tuple[Measure, ...]
    owners: tuple[Owner, ...]


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of the body with what is proposed for it."""

    span: Span
    coverage: Coverage
    point: int | None
    reason: Reason


@dataclass(frozen=True, slots=True)
class PlanReading:
    """Everything found in a plan document."""

    title: str | None
    title_span: Span | None
    title_rule: str | None
    year: int | None
    is_school_year: bool
    clean: CleanText
    preamble: tuple[Span, ...]
    closing: tuple[Span, ...]
    key_points: tuple[KeyPoint, ...]
    unplaced: tuple[Measure, ...]
    sentences: tuple[Sentence, ...]
    dates: tuple[FoundDate, ...]
    hotlines: tuple[Hotline, ...]
    partners: tuple[Partner, ...]
    attachments: tuple[Span, ...]
    signatures: tuple[Span, ...]
    other_plans: tuple[Span, ...]
    notices: tuple[str, ...]

    @property
    def measures(self) -> tuple[Measure, ...]:
        """All measures, in the order of the document."""
        return (
            tuple(measure for point in self.key_points for measure in point.measures)
            + self.unplaced
        )
