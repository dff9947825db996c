"""A federation's year with as many tasks as asked: one plan, 9 points, 270 measures.

Rows are inserted by the database itself (INSERT … SELECT), titles differ, due dates spread over
the year, 55 % are closed, counters come from the project's own recount.
"""

from __future__ import annotations

from datetime import date, timedelta

from django.db import connection, transaction

POINTS, MEASURES_PER_POINT, OWNERS = 9, 30, 900
WORDS = (
    "组织女职工集中学习",
    "走访困难家庭",
    "开展普法宣传",
    "举办技能比武",
    "寻找最美家庭",
    "发布工作信息",
    "举办家庭教育讲座",
    "安排健康检查",
    "关爱留守儿童",
    "培训妇女干部",
    "汇总女干部数据",
    "转介来访诉求",
)


def make(tasks: int, *, year: int, today: date) -> dict[str, int]:
    """Fill an empty, migrated database. Return the ids that the addresses need."""
    from halfsky.library.models import StoredFile
    from halfsky.people.models import Account, Grant, Person, Unit, UnitKind
    from halfsky.plans.models import (
        CleanText,
        KeyPoint,
        Measure,
        Plan,
        PlanState,
        Sentence,
        SourceDocument,
    )
    from halfsky.plans.services.tasks import recount

    with transaction.atomic():
        root = Unit.objects.add_root(
            instance=Unit(name="青禾市妇女联合会", short_name="市妇联", code="F", kind="federation")
        )
        bureau = Unit.objects.add_child(
            root,
            instance=Unit(
                name="青禾市生态环境局", short_name="生态环境局", code="B", kind=UnitKind.BUREAU
            ),
        )
        departments = [
            Unit.objects.add_child(
                bureau,
                instance=Unit(
                    name=f"第{n}科室", short_name=f"{n}科", code=f"D{n}", kind=UnitKind.DEPARTMENT
                ),
            )
            for n in range(1, 31)
        ]
        persons = Person.objects.bulk_create(
            [
                Person(
                    unit=departments[n % 30],
                    name=f"林{'静雅若素清晓安'[n % 7]}{n}",
                    name_key=f"lin{n:05d}",
                    sex="f",
                )
                for n in range(OWNERS)
            ]
        )
        officer = Account(
            username="officer", display_name="陶然", person=persons[0], home_unit=bureau
        )
        officer.set_unusable_password()
        officer.save()
        Grant.objects.create(account=officer, role="officer", unit=bureau)
        stored = StoredFile.objects.create(
            unit=bureau, name="plan.txt", sha256="0" * 64, size=1, kind="txt", uploaded_by=officer
        )
        text = "。".join(WORDS) * 30
        document = SourceDocument.objects.create(
            unit=bureau,
            file=stored,
            name="plan.txt",
            format="txt",
            brought="command",
            raw_text=text,
            blocks=[],
            added_by=officer,
        )
        clean = CleanText.objects.create(
            document=document,
            text=text,
            segments=[[0, 0, len(text)]],
            removed=[],
            reader_version="1",
        )
        plan = Plan.objects.create(
            unit=bureau,
            year=year,
            title=f"青禾市生态环境局{year}年妇女工作要点",
            state=PlanState.ADOPTED,
            adopted_at=f"{year}-02-10T01:00:00Z",
            adopted_by=officer,
            document=document,
            clean_text=clean,
            stated_year=year,
            proposed_by=officer,
        )
        points = KeyPoint.objects.bulk_create(
            [
                KeyPoint(
                    plan=plan,
                    position=n,
                    ordinal="一二三四五六七八九"[n - 1],
                    heading=f"{WORDS[n]}，推动工作落实",
                    start=n * 100,
                    end=n * 100 + 100,
                )
                for n in range(1, POINTS + 1)
            ]
        )
        Sentence.objects.bulk_create(
            [
                Sentence(plan=plan, point=points[n % 9], position=n, start=n * 9, end=n * 9 + 9)
                for n in range(300)
            ]
        )
        measures = Measure.objects.bulk_create(
            [
                Measure(
                    plan=plan,
                    point=points[n // MEASURES_PER_POINT],
                    position=n % MEASURES_PER_POINT + 1,
                    text=f"{WORDS[n % len(WORDS)]}，第{n}项",
                    start=n * 9,
                    end=n * 9 + 9,
                    kind="study",
                    whose="own",
                    lead_unit=departments[n % 30],
                    owner=persons[n % OWNERS],
                    recurrence="all_year",
                )
                for n in range(POINTS * MEASURES_PER_POINT)
            ]
        )
    _insert(
        tasks, plan.pk, points[0].pk, measures[0].pk, persons[0].pk, departments[0].pk, year, today
    )
    with transaction.atomic():
        recount(plan=plan)
    _index(plan.pk)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return {"plan": plan.pk, "measure": measures[0].pk, "account": officer.pk}


def _insert(
    tasks: int, plan: int, point: int, measure: int, owner: int, unit: int, year: int, today: date
) -> None:
    """Insert records and tasks; row n belongs to measure n mod 270 and is due on day n mod 330."""
    count = POINTS * MEASURES_PER_POINT
    first = date(year, 1, 20)
    if connection.vendor == "postgresql":
        series = f"SELECT n FROM generate_series(0, {tasks - 1}) AS s(n)"
        due = f"DATE '{first}' + (n * 7 % 330)::int"
        word = "(ARRAY[" + ",".join(f"'{w}'" for w in WORDS) + f"])[n % {len(WORDS)} + 1]"
    else:
        series = (
            f"WITH RECURSIVE s(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n < {tasks - 1}) "
            "SELECT n FROM s"
        )
        due = f"date('{first}', '+' || (n * 7 % 330) || ' days')"
        word = (
            "CASE n % 12 " + " ".join(f"WHEN {i} THEN '{w}'" for i, w in enumerate(WORDS)) + " END"
        )
    closed = "CASE WHEN n % 20 < 11 THEN 'closed' ELSE 'issued' END"
    closed_on = f"CASE WHEN n % 20 < 11 THEN {due} END"
    start = (
        f"DATE '{first - timedelta(days=19)}'"
        if connection.vendor == "postgresql"
        else f"'{first - timedelta(days=19)}'"
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO general_workrecord (title, unit_id, starts_on, ends_on, target_unit, "
            "counting_rule, origin, state, entry_count, done_number, revision, created_at) "
            f"SELECT {word} || '，第' || n || '次', {unit} + n % 30, {start}, {due}, '', '', '', "
            f"CASE WHEN n % 20 < 11 THEN 'done' ELSE 'running' END, n % 3, 0, 0, CURRENT_TIMESTAMP "
            f"FROM ({series}) AS q ORDER BY n"
        )
        cursor.execute("SELECT MIN(id) FROM general_workrecord")
        record = cursor.fetchone()[0]
        cursor.execute(
            "INSERT INTO plans_task (plan_id, point_id, measure_id, number, title, lead_unit_id, "
            "owner_id, starts_on, due_on, state, closed_on, carried_by, record_id) "
            f"SELECT {plan}, {point} + (n % {count}) / {MEASURES_PER_POINT}, {measure} + n % {count}, "
            f"n / {count} + 1, {word} || '，第' || n || '次', {unit} + n % 30, "
            f"{owner} + n % {OWNERS}, {start}, {due}, {closed}, {closed_on}, 'general.task', {record} + n "
            f"FROM ({series}) AS q ORDER BY n"
        )


def _index(plan_id: int) -> None:
    """Index the plan and every task, in batches."""
    from halfsky.plans.models import Plan, Task
    from halfsky.plans.services import indexing

    plan = Plan.objects.select_related("unit").get(pk=plan_id)
    with transaction.atomic():
        indexing.index_plan(plan)
    last = 0
    while True:
        batch = list(Task.objects.filter(plan=plan, pk__gt=last).order_by("pk")[:5000])
        if not batch:
            return
        with transaction.atomic():
            indexing.index_tasks(batch, unit_path=plan.unit.path)
        last = batch[-1].pk
