"""Task tables: every row a task of the point it belongs to, and none twice."""

from halfsky.library.papers import SourceText
from halfsky.plans.rules.reading import PlanReading, read_plan
from halfsky.plans.tests.rules.papers import table_paper

PLAN = """滨江区司法局2026年妇女工作要点
一、开展普法宣传
利用节点开展妇女权益保障法宣传。
二、关爱女职工健康
组织一次妇科检查。
附件：任务分解表
"""
ROWS = [
    ["序号", "重点工作", "具体任务", "牵头单位", "配合单位", "完成时限"],
    ["1", "开展普法宣传", "编印普法手册500册", "普法科", "办公室、工会", "5月底"],
    ["2", "", "举办模拟法庭一次", "律师工作科", "", "11月25日前"],
    ["3", "关爱女职工健康", "组织妇科检查一次", "工会", "办公室", "9月15日"],
]


def _owners(reading: PlanReading) -> list[list[str]]:
    return [[owner.unit for m in p.measures for owner in m.owners] for p in reading.key_points]


def test_table_rows_join_the_points_they_name() -> None:
    reading = read_plan(table_paper(PLAN, ROWS))

    assert [point.heading for point in reading.key_points] == ["开展普法宣传", "关爱女职工健康"]
    assert _owners(reading) == [["普法科", "办公室", "工会", "律师工作科"], ["工会", "办公室"]]
    assert reading.unplaced == ()


def test_a_row_that_repeats_a_measure_adds_its_owner_and_no_second_measure() -> None:
    health = read_plan(table_paper(PLAN, ROWS)).key_points[1]

    assert [measure.text for measure in health.measures] == ["组织一次妇科检查"]
    assert [date.date for date in health.measures[0].dates] == ["09-15"]


def test_dates_in_a_column_of_limits_are_deadlines() -> None:
    reading = read_plan(table_paper(PLAN, ROWS))

    kinds = {date.text: date.kind.value for date in reading.dates}
    assert kinds == {"5月底": "deadline", "11月25日前": "deadline", "9月15日": "deadline"}
    assert [date.on.isoformat() for date in reading.dates if date.on] == [
        "2026-05-31",
        "2026-11-25",
        "2026-09-15",
    ]


def test_a_plan_that_is_only_a_table_has_its_points_from_the_first_column() -> None:
    reading = read_plan(table_paper("滨江区司法局2026年妇女工作任务分解表\n", ROWS))

    assert [(p.heading, len(p.measures)) for p in reading.key_points] == [
        ("开展普法宣传", 2),
        ("关爱女职工健康", 1),
    ]


def test_a_table_flattened_to_tabs_is_read_like_a_table() -> None:
    tabs = "\n".join("\t".join(row) for row in ROWS)

    reading = read_plan(SourceText(PLAN + tabs))

    assert _owners(reading) == [["普法科", "办公室", "工会", "律师工作科"], ["工会", "办公室"]]


def test_a_timetable_gives_its_dates_to_its_rows() -> None:
    rows = [
        ["时间", "活动内容", "责任部门"],
        ["3月8日", "茶艺体验", "工会"],
        ["6月上旬", "亲子阅读", "团委"],
    ]

    reading = read_plan(table_paper("湖滨小学2026年妇女工作计划\n一、活动安排\n", rows))

    activities = reading.key_points[0]
    assert [(m.text, m.dates[0].date, m.owners[0].unit) for m in activities.measures] == [
        ("茶艺体验", "03-08", "工会"),
        ("亲子阅读", "06", "团委"),
    ]
    assert activities.items == ()


def test_a_table_of_something_else_gives_no_tasks() -> None:
    rows = [["姓名", "年龄", "电话"], ["王一", "30", "1234"], ["李二", "40", "5678"]]

    reading = read_plan(table_paper("某局2026年工作要点\n一、办好活动\n举办一次晚会。\n", rows))

    assert [measure.text for measure in reading.measures] == ["举办一次晚会"]
