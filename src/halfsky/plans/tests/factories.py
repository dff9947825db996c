"""What the tests of the plans room start from: a tree of units, accounts by role, a plan under review.

The document is written for these tests. `world()` makes everything; its parts may be made alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from itertools import count
from typing import Any

from halfsky.library.models import StoredFile
from halfsky.people.models import Account, Grant, Person, Unit
from halfsky.people.roles import Role
from halfsky.plans.models import (
    CleanText,
    KeyPoint,
    Mark,
    Measure,
    Plan,
    PlanState,
    Sentence,
    SourceDocument,
)

_numbers = count(1)
YEAR = 2026


def unit(name: str = "", parent: Unit | None = None, **fields: Any) -> Unit:
    """A unit; a root unless it has a parent."""
    number = next(_numbers)
    values = {
        "name": name or f"青湖县第{number}局",
        "short_name": fields.pop("short_name", name[-8:] or f"第{number}局"),
        "code": f"U{number:05d}",
        "kind": "department" if parent else "bureau",
        **fields,
    }
    if parent is None:
        return Unit.objects.add_root(values)
    return Unit.objects.add_child(Unit.objects.get(pk=parent.pk), values)


def person(unit: Unit, name: str = "", **fields: Any) -> Person:
    """A person of the roster."""
    number = next(_numbers)
    return Person.objects.create(
        unit=unit,
        name=name or f"周{number}",
        name_key=f"zhou {number:05d}",
        sex=fields.pop("sex", "f"),
        **fields,
    )


def account(
    role: str | None = None, unit: Unit | None = None, name: str = "", **fields: Any
) -> Account:
    """An account, with a grant of `role` in `unit` when both are given."""
    number = next(_numbers)
    made = Account.objects.create(
        username=f"user{number}",
        display_name=name or f"账号{number}",
        home_unit=unit,
        **fields,
    )
    if role is not None and unit is not None:
        Grant.objects.create(account=made, role=role, unit=unit)
    return made


# ── the document: (ordinal, heading, [(sentence, what it is)]) ──────────────────────────────
# What it is: a list of measures [(part of the sentence, fields)], a declaration, or "" for open.
Piece = tuple[str, "list[tuple[str, dict[str, Any]]] | str"]
TITLE = "青湖县水务局2026年妇女工作要点"
PREAMBLE: list[Piece] = [
    ("2026年，全局妇女工作围绕防汛保供水中心任务，团结女职工立足岗位建功。", "aim"),
    ("现提出以下要点。", "background"),
]
POINTS: list[tuple[str, str, list[Piece]]] = [
    (
        "一",
        "抓好理论学习",
        [
            (
                "每季度组织一次女职工读书会，交流学习体会。",
                [
                    (
                        "每季度组织一次女职工读书会",
                        {"kind": "study", "recurrence": "quarterly", "deliverable": "读书会",
                         "evidence_kinds": ["notice", "sign_in"]},
                    )
                ],
            ),
            ("女职工是水务事业的重要力量。", "background"),
            ("引导女职工自觉增强节水意识。", ""),
        ],
    ),
    (
        "二",
        "做好维权宣传",
        [
            (
                "借助3月22日世界水日和11月25日国际消除对妇女的暴力日，开展两场法律宣传，"
                "由办公室牵头，工会配合。",
                [
                    (
                        "借助3月22日世界水日和11月25日国际消除对妇女的暴力日，开展两场法律宣传",
                        {"kind": "publicity", "deliverable": "法律宣传",
                         "evidence_kinds": ["notice", "publication_link"], "target_number": 2,
                         "target_unit": "场", "counting_rule": "按场次",
                         "nodes": [{"on": f"{YEAR}-03-22", "text": "3月22日世界水日"},
                                   {"on": f"{YEAR}-11-25",
                                    "text": "11月25日国际消除对妇女的暴力日"}]},
                    )
                ],
            ),
            (
                "依托12338妇女维权热线及时受理求助，做好登记转介。",
                [
                    (
                        "依托12338妇女维权热线及时受理求助",
                        {"kind": "hotline", "whose": "rely_on", "recurrence": "all_year",
                         "evidence_kinds": ["statistics"]},
                    ),
                    ("做好登记转介", {"kind": "hotline", "recurrence": "all_year"}),
                ],
            ),
        ],
    ),
    (
        "三",
        "关心女职工身心健康",
        [
            (
                "10月底前安排一次女职工健康检查。",
                [
                    (
                        "10月底前安排一次女职工健康检查",
                        {"kind": "health_check", "due_on": date(YEAR, 10, 31),
                         "deliverable": "健康检查", "evidence_kinds": ["handout"]},
                    )
                ],
            ),
            (
                "积极参加县妇联组织的健身活动，营造健康向上的氛围。",
                [
                    (
                        "积极参加县妇联组织的健身活动",
                        {"kind": "culture_sport", "whose": "take_part", "due_on": None,
                         "is_soft": True},
                    )
                ],
            ),
        ],
    ),
]  # fmt: skip
MARKS = (
    ("date", "3月22日", {"on": date(YEAR, 3, 22)}),
    ("date", "11月25日", {"on": date(YEAR, 11, 25)}),
    ("date", "10月底前", {"on": date(YEAR, 10, 31)}),
    ("owner", "办公室", {}),
    ("partner", "工会", {}),
    ("hotline", "12338妇女维权热线", {}),
)
JUNK_ABOVE = "水务资料网 收藏本页\n"
JUNK_BELOW = "\n下一页 返回顶部"


def source_document(unit: Unit, by: Account, clean: str, name: str = "") -> CleanText:
    """A stored document whose original has a line of junk above and below the clean text."""
    raw = JUNK_ABOVE + clean + JUNK_BELOW
    stored = StoredFile.objects.create(
        unit=unit,
        name=name or "2026年妇女工作要点.txt",
        sha256=f"{next(_numbers):064x}",
        size=len(raw.encode()),
        kind="txt",
        uploaded_by=by,
    )
    blocks, at = [], 0
    for number, line in enumerate(raw.split("\n"), start=1):
        blocks.append([at, at + len(line), f"第{number}段"])
        at += len(line) + 1
    document = SourceDocument.objects.create(
        unit=unit,
        file=stored,
        name=stored.name,
        format="txt",
        brought="upload",
        raw_text=raw,
        blocks=blocks,
        added_by=by,
    )
    end = len(JUNK_ABOVE) + len(clean)
    return CleanText.objects.create(
        document=document,
        text=clean,
        segments=[[0, len(JUNK_ABOVE), len(clean)]],
        removed=[[0, len(JUNK_ABOVE), "site"], [end, len(raw), "site"]],
        reader_version="test",
    )


@dataclass
class Draft:
    """Rows of a plan, collected with their spans before they are stored."""

    text: str = ""
    points: list[tuple[str, str, int, int]] = field(default_factory=list)
    sentences: list[tuple[int | None, int, int, str]] = field(default_factory=list)
    measures: list[tuple[int, int, int, int, dict[str, Any]]] = field(default_factory=list)

    def take(self, point: int | None, pieces: list[Piece]) -> None:
        """Add sentences of one point, with their measures."""
        position = 0
        for words, what in pieces:
            start = len(self.text)
            self.text += words
            declared = what if isinstance(what, str) else ""
            self.sentences.append((point, start, len(self.text), declared))
            for part, fields in what if isinstance(what, list) else []:
                position += 1
                at = start + words.index(part)
                assert point is not None
                self.measures.append((point, position, at, at + len(part), fields))
        self.text += "\n"


def draft(
    points: list[tuple[str, str, list[Piece]]] = POINTS,
    preamble: list[Piece] = PREAMBLE,
    title: str = TITLE,
) -> Draft:
    """Write a document out of its parts."""
    made = Draft(text=title + "\n")
    made.take(None, preamble)
    for number, (ordinal, heading, pieces) in enumerate(points):
        start = len(made.text)
        made.text += f"{ordinal}、{heading}\n"
        made.take(number, pieces)
        made.points.append((ordinal, heading, start, len(made.text) - 1))
    made.text = made.text.rstrip("\n")
    return made


def plan(
    unit: Unit,
    by: Account,
    *,
    made: Draft | None = None,
    owner: Person | None = None,
    state: str = PlanState.PROPOSED,
    **fields: Any,
) -> Plan:
    """A plan under review, read out of `draft()`; every measure is led by `unit`."""
    made = made or draft()
    title = made.text.partition("\n")[0]
    clean = source_document(unit, by, made.text)
    stored = Plan.objects.create(
        unit=unit,
        year=fields.pop("year", YEAR),
        title=fields.pop("title", title),
        state=state,
        document=clean.document,
        clean_text=clean,
        stated_year=YEAR,
        proposed_by=by,
        **fields,
    )
    points = [
        KeyPoint.objects.create(
            plan=stored, position=number, ordinal=ordinal, heading=heading, start=start, end=end
        )
        for number, (ordinal, heading, start, end) in enumerate(made.points, start=1)
    ]
    Sentence.objects.bulk_create(
        [
            Sentence(
                plan=stored,
                point=None if point is None else points[point],
                position=position,
                start=start,
                end=end,
                declared=declared,
            )
            for position, (point, start, end, declared) in enumerate(made.sentences, start=1)
        ]
    )
    Measure.objects.bulk_create(
        [
            Measure(
                plan=stored,
                point=points[point],
                position=position,
                text=made.text[start:end],
                start=start,
                end=end,
                lead_unit=unit,
                owner=owner,
                rule="work_verb",
                why="",
                **{"kind": "other", "whose": "own", **values},
            )
            for point, position, start, end, values in made.measures
        ]
    )
    Mark.objects.bulk_create(
        [
            Mark(plan=stored, kind=kind, start=at, end=at + len(words), text=words, **values)
            for kind, words, values in MARKS
            if (at := made.text.find(words)) >= 0
        ]
    )
    return stored


def wide_draft(measures: int, sentences: int = 0, points: int = 9) -> Draft:
    """A document with many measures, spread over its points, and more sentences without any."""
    extra = max(0, sentences - measures)
    parts: list[tuple[str, str, list[Piece]]] = [
        (str(number), f"第{number}方面工作", []) for number in range(1, points + 1)
    ]
    for number in range(measures):
        words = f"组织第{number + 1}项活动并做好总结"
        parts[number * points // max(measures, 1)][2].append(
            (words + "。", [(words, {"kind": "campaign", "recurrence": "quarterly"})])
        )
    for number in range(extra):
        parts[number * points // max(extra, 1)][2].append(
            (f"这是第{number + 1}句背景说明。", "background")
        )
    return draft(parts, title="青湖县水务局2026年妇女工作要点（长）")


def close_gaps(plan: Plan, owner: Person) -> None:
    """Settle what stands between the plan of `draft()` and its adoption."""
    plan.sentences.filter(declared="").update(declared="background")
    plan.measures.update(owner=owner)
    plan.measures.filter(due_on=None, recurrence="", nodes=[]).update(
        due_on=date(plan.year, 12, 20)
    )


@dataclass
class World:
    """A county, two bureaus below it, an office with people, and an account for each role."""

    county: Unit
    bureau: Unit
    office: Unit
    other: Unit
    owner: Person
    second: Person
    outsider: Person
    officer: Account
    chair: Account
    leader: Account
    member: Account
    liaison: Account
    staff: Account
    admin: Account
    other_officer: Account
    nobody: Account


def world() -> World:
    """Units, persons and accounts."""
    county = unit("青湖县", short_name="青湖县", kind="federation")
    bureau = unit("青湖县水务局", county, short_name="水务局", kind="bureau")
    office = unit("水务局办公室", bureau, short_name="办公室")
    other = unit("青湖县林业局", county, short_name="林业局", kind="bureau")
    owner = person(office, "沈清源")
    return World(
        county=county,
        bureau=bureau,
        office=office,
        other=other,
        owner=owner,
        second=person(bureau, "罗小满"),
        outsider=person(other, "林外人"),
        officer=account(Role.OFFICER, bureau, "钱专干"),
        chair=account(Role.CHAIR, bureau, "孙主任"),
        leader=account(Role.VICE_LEADER, bureau, "李局"),
        member=account(Role.COMMITTEE_MEMBER, bureau, "委员"),
        liaison=account(Role.LIAISON, office, "联络员", person=owner),
        staff=account(Role.STAFF, bureau, "职工"),
        admin=account(Role.SYSTEM_ADMIN, county, "管理员"),
        other_officer=account(Role.OFFICER, other, "外单位专干"),
        nobody=account(name="无授权"),
    )


def adopted(plan: Plan, world: World) -> Plan:
    """Take a plan from proposal to adoption through the services; its gaps are closed before."""
    from halfsky.plans.services import review

    close_gaps(plan, world.owner)
    review.submit(plan=plan, by=world.officer)
    review.endorse(plan=plan, by=world.chair)
    return review.adopt(plan=plan, by=world.leader)
