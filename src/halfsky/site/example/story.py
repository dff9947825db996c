"""What happens in the example: who is who, who does what, and the weeks of work.

Everything goes through the rooms' services, each at its own moment: the clock of Django is set to
the day on which the step happens, so that dates, lights and the log are those of a real year.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from unittest import mock

from django.utils import timezone

from halfsky.general import services as general
from halfsky.general.models import RecordState, WorkRecord
from halfsky.kernel.workdays import is_workday
from halfsky.library import services as library
from halfsky.people.models import Account, Person, Unit
from halfsky.people.services import accounts, imports, units
from halfsky.plans import queries
from halfsky.plans.models import Plan, Task
from halfsky.plans.rules.coverage import Coverage
from halfsky.plans.services import editing, importing, review, tasks

HERE = Path(__file__).resolve().parent
YEAR = 2026
LAST_DAY = date(2026, 11, 24)
WEEKS_OF_ACTIVITY = 6


@dataclass(frozen=True, slots=True)
class Who:
    """An account of the example."""

    username: str
    name: str
    role: str
    unit: str


ACCOUNTS = (
    Who("admin", "系统管理员", "system_admin", "QHFL"),
    Who("leader", "林静秋", "leader", "QHSTHJ"),
    Who("vice", "贺远山", "vice_leader", "QHSTHJ"),
    Who("chair", "沈若兰", "chair", "QHSTHJ"),
    Who("officer", "陶然", "officer", "QHSTHJ"),
    Who("member", "方玉梅", "committee_member", "QHSTHJ"),
    Who("liaison", "杜若溪", "liaison", "QHSTHJ-JCZX"),
    Who("staff", "叶舒", "staff", "QHSTHJ"),
    Who("auditor", "纪检审计", "auditor", "QHFL"),
    Who("federation", "秦素云", "officer", "QHFL"),
    Who("water", "江映月", "officer", "QHSWJ"),
)

# Words of a measure → who leads it, who owns it. The first that fits counts.
ASSIGNMENTS = (
    (("四中全会", "学习", "助廉"), "QHSTHJ-DW", "方玉梅"),
    (("栏目", "新媒体", "信息"), "QHSTHJ-FGK", "蒋禾"),
    (("走访", "整改", "销号", "制度", "规则", "总结"), "QHSTHJ-BGS", "宋知夏"),
    (("数据", "健康检查", "培训", "评估"), "QHSTHJ-RSK", "温素心"),
    (("普法", "法律", "12338", "调研", "11月25日"), "QHSTHJ-FGK", "柳清音"),
    (("练兵", "比武"), "QHSTHJ-JCZX", "杜若溪"),
    (("志愿", "留守"), "QHSTHJ-ZFZD", "许秋白"),
    (("阅读", "亲子", "讲座", "微讲堂", "专家库"), "QHSTHJ-DW", "罗小满"),
)
OTHERS = ("QHSTHJ-FW", "陶然")

# Dates that the officer sets where the document names none.
DATES = ((5, 29), (6, 30), (12, 15), (9, 25), (10, 30), (12, 4), (11, 20), (12, 25), (8, 31))

TARGETS = (
    ("集中学习", 4, "次", "以签到表计，同一主题只计一次"),
    ("工作信息", 12, "篇", "以发布链接计"),
    ("比武", 30, "人", "以参赛名单计，一人只计一次"),
    ("志愿服务", 4, "次", "以服务记录计"),
)

DEEDS = (
    "按计划开展，{n}人参加，签到表和小结已归档",
    "分科室组织，{n}人次参加，收到建议{m}条",
    "与市妇联联办一场，发放宣传资料{n}份",
    "在院内宣传栏和网站同步发布，{m}篇",
)


@contextmanager
def at(day: date, hour: int = 10) -> Iterator[None]:
    """Let everything inside happen on `day`."""
    moment = timezone.make_aware(datetime.combine(day, time(hour, 12)))
    with mock.patch("django.utils.timezone.now", return_value=moment):
        yield


def workday_from(day: date) -> date:
    """The day itself, or the next working day."""
    while not is_workday(day).is_workday:
        day += timedelta(days=1)
    return day


def tell() -> Plan:
    """Make the example, from the units to the last day. Return its plan."""
    today = min(timezone.localdate(), LAST_DAY)
    with at(date(YEAR, 1, 8)):
        places = make_units()
        by_role = make_accounts(places)
    with at(date(YEAR, 1, 28)):
        plan = bring_plan(places["QHSTHJ"], by_role["officer"])
        assign(plan, places, by_role["officer"])
    adopted_on = date(YEAR, 2, 10)
    with at(date(YEAR, 2, 3)):
        review.submit(plan=plan, by=by_role["officer"])
    with at(date(YEAR, 2, 5)):
        review.endorse(plan=plan, by=by_role["chair"])
    with at(adopted_on):
        plan = review.adopt(plan=plan, by=by_role["leader"])
    live(plan, by_role, today=today)
    return plan


def make_units() -> dict[str, Unit]:
    """The federation, two bureaus and their departments, by code."""
    made: dict[str, Unit] = {}
    with (HERE / "units.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            parent = Unit.objects.get(code=row["parent"]) if row["parent"] else None
            made[row["code"]] = units.create_unit(
                by=None,
                parent=parent,
                name=row["name"],
                code=row["code"],
                kind=row["kind"],
                short_name=row["short_name"],
                valid_from=date(2019, 1, 1),
            )
    return {code: Unit.objects.get(code=code) for code in made}


def make_accounts(places: dict[str, Unit]) -> dict[str, Account]:
    """The roster, and an account for each role, by user name."""
    chair, _password = accounts.create_account(
        by=None, username="setup", display_name="初始化", home_unit=places["QHFL"]
    )
    accounts.grant_role(account=chair, role="chair", unit=places["QHFL"], by=None)
    batch = imports.preview_import(
        by=chair,
        unit=places["QHFL"],
        data=(HERE / "roster.csv").read_bytes(),
        file_name="roster.csv",
    )
    imports.apply_import(batch=batch, by=chair)
    made = {}
    for who in ACCOUNTS:
        person = Person.objects.filter(name=who.name).first()
        account, _first = accounts.create_account(
            by=None,
            username=who.username,
            display_name=who.name,
            home_unit=places[who.unit],
            person=person,
        )
        accounts.grant_role(account=account, role=who.role, unit=places[who.unit], by=None)
        account.must_change_password = False
        account.save(update_fields=["must_change_password"])
        made[who.username] = account
    accounts.disable_account(account=chair, by=made["admin"], reason="初始化完成")
    return made


def bring_plan(bureau: Unit, officer: Account) -> Plan:
    """Import the example document."""
    with library.received_file(HERE / "plan.docx") as incoming:
        return importing.import_document(
            incoming=replace(incoming, name="青禾市生态环境局2026年妇女工作要点.docx"),
            unit=bureau,
            year=None,
            by=officer,
            brought="upload",
        )


def assign(plan: Plan, places: dict[str, Unit], officer: Account) -> None:
    """Do what the officer does in review: settle every sentence, unit, owner and date."""
    persons = {person.name: person for person in Person.objects.all()}
    for place, measure in enumerate(plan.measures.select_related("plan").all()):
        lead, owner = next(
            (
                (unit, name)
                for words, unit, name in ASSIGNMENTS
                if any(word in measure.text for word in words)
            ),
            OTHERS,
        )
        values: dict[str, object] = {
            "lead_unit_id": places[lead].pk,
            "owner_id": persons[owner].pk,
            "supporting_unit_ids": [places["QHSTHJ-FW"].pk] if lead != "QHSTHJ-FW" else [],
            "checked_by": officer.display_name,
        }
        if not (measure.due_on or measure.recurrence or measure.nodes):
            month, day = DATES[place % len(DATES)]
            values["due_on"] = date(YEAR, month, day)
        for word, number, unit, rule in TARGETS:
            if word in measure.text:
                values |= {"target_number": number, "target_unit": unit, "counting_rule": rule}
        editing.change_measure(measure=measure, known=None, by=officer, **values)
    outline = queries.outline(plan)
    for sentence in outline.sentences:
        if outline.coverage[sentence.pk] == Coverage.OPEN:
            editing.declare_sentence(sentence=sentence, declared="background", by=officer)


def live(plan: Plan, by: dict[str, Account], *, today: date) -> None:
    """Let the year pass up to `today`; the last six weeks in more detail."""
    recent = today - timedelta(weeks=WEEKS_OF_ACTIVITY)
    members = by["member"]
    worked = list(Task.objects.filter(plan=plan).select_related("measure").order_by("due_on", "pk"))
    for place, task in enumerate(worked):
        record = WorkRecord.objects.select_related("unit").get(pk=task.record_id)
        if task.due_on > today + timedelta(days=21):
            continue
        left_behind = task.due_on < today and place % 9 == 4 and task.due_on >= recent
        if task.due_on < recent:
            days = [task.due_on - timedelta(days=3)]
        else:
            first = max(recent, task.due_on - timedelta(days=30))
            days = [first + timedelta(days=9 * n + place % 5) for n in range(1 + place % 3)]
        for number, day in enumerate(days):
            day = workday_from(day)
            if day > min(today, task.due_on):
                break
            with at(day, 15):
                general.write_entry(
                    record=record,
                    happened_on=day,
                    what=DEEDS[(place + number) % len(DEEDS)].format(
                        n=18 + place * 7 % 40, m=3 + place % 5
                    ),
                    number=record.target_number or 1,
                    by=members,
                )
        if task.due_on >= today or left_behind:
            continue
        closed_on = workday_from(task.due_on + timedelta(days=4 if place % 11 == 6 else -1))
        with at(min(closed_on, today), 16):
            general.change_state(record=record, state=RecordState.DONE, by=members)
            tasks.close_task(task=task, by=by["officer"])
