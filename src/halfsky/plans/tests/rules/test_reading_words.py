"""Single sentences: dates, owners, hotlines, whose action, kind, recurrence, and how work is cut."""

from datetime import date

import pytest

from halfsky.plans.rules.reading.clauses import Sort, pieces_of, sentences_in, sort_of
from halfsky.plans.rules.reading.dates import PlanCalendar, find_dates
from halfsky.plans.rules.reading.kinds import kind_of
from halfsky.plans.rules.reading.owners import find_hotlines, find_owners, find_partners
from halfsky.plans.rules.reading.recurrence import recurrences_of, targets_of
from halfsky.plans.rules.reading.text import Enclosures, Span, fold
from halfsky.plans.rules.reading.whose import superior_acting, whose_action


def _dates(text: str, year: int | None = 2026, *, school_year: bool = False):
    folded = fold(text)
    calendar = PlanCalendar(year, school_year=school_year)
    return find_dates(text, folded, calendar, Enclosures(folded), look_back=Span(0, 0))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("6.26国际禁毒日前后开展宣传", [("6.26国际禁毒日", "06-26", None, "event")]),
        ("在3月1日至8日开展义诊", [("3月1日至8日", "03-01", "03-08", "event")]),
        ("3月8日、12月4日开展普法", [("3月8日", "03-08", None, "event"), ("12月4日", "12-04", None, "event")]),
        ("9月上旬开学", [("9月上旬", "09", None, "event")]),
        ("12月底前完成", [("12月底前", "12", None, "deadline")]),
        ("不迟于5月20日报送", [("5月20日", "05-20", None, "deadline")]),
        ("“六一”前后走访", [("“六一”前后", "06-01", None, "event")]),
        ("“七一”前夕表彰", [("“七一”前夕", "07-01", None, "deadline")]),
        ("把“三八”活动办好", []),
        ("三八红旗手评选", []),
        ("每月15日集中学习", [("每月15日", "15", None, "other")]),
        ("原定于4月18日的比赛推迟", [("4月18日", "04-18", None, "past")]),
        ("全县粮食产量31.4万吨，增产2.8%，覆盖6.3万户", []),
        ("县妇〔2026〕7号", []),
        ("《发展规划（2021年3月）》", []),
        ("2025年底已建成", [("2025年底", "12", None, "other")]),
        ("培训3个月", []),
        ("三月八日举行", [("三月八日", "03-08", None, "event")]),
        ("十一月二十五日", [("十一月二十五日", "11-25", None, "event")]),
        ("７月１０日－１５日", [("７月１０日－１５日", "07-10", "07-15", "event")]),
    ],
)  # fmt: skip
def test_find_dates(text: str, expected: list[tuple[str, str, str | None, str]]) -> None:
    found = [(d.text, d.date, d.end, d.kind.value) for d in _dates(text)]

    assert found == expected


@pytest.mark.parametrize(
    ("text", "year", "school_year", "expected"),
    [
        ("6月底前完成", 2026, False, date(2026, 6, 30)),
        ("2月底前完成", 2028, False, date(2028, 2, 29)),
        ("4月中旬前完成", 2026, False, date(2026, 4, 20)),
        ("3月8日举行", 2026, False, date(2026, 3, 8)),
        ("3月8日举行", 2026, True, date(2027, 3, 8)),
        ("9月10日举行", 2026, True, date(2026, 9, 10)),
        ("次年1月15日前考核", 2026, False, date(2027, 1, 15)),
        ("3月8日举行", None, False, None),
    ],
)
def test_the_plan_year_is_filled_in(
    text: str, year: int | None, school_year: bool, expected: date | None
) -> None:
    assert _dates(text, year, school_year=school_year)[0].on == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("责任单位：办公室、工会", [("办公室", "lead"), ("工会", "lead")]),
        ("（牵头单位：教育局和卫健局；配合单位：各街道）", [("教育局", "lead"), ("卫健局", "lead"), ("各街道", "support")]),
        ("责任人：张敏", [("张敏", "person")]),
        ("由学校总务处牵头，校医室主导，各年级组和生活老师协助执行", [("学校总务处", "lead"), ("校医室", "lead"), ("各年级组和生活老师", "support")]),
        ("会同区统计局修订报表", [("区统计局", "support")]),
        ("教育局牵头，团委、妇联配合，做好关爱", [("教育局", "lead"), ("团委", "support"), ("妇联", "support")]),
        ("组织联合督导组检查", []),
        ("由区领导主持会议", []),
        ("做到事事有人负责", []),
        ("发挥妇女组织为姐妹跑腿、解难的作用", []),
        ("配合林业、水利巡查河道", []),
    ],
)  # fmt: skip
def test_find_owners(text: str, expected: list[tuple[str, str]]) -> None:
    found = find_owners(text, fold(text), Span(0, len(text)))

    assert [(owner.unit, owner.part.value) for owner in found] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("依托12338妇女维权热线服务", [("12338", "妇女维权热线")]),
        ("拨打12348咨询", [("12348", "公共法律服务热线")]),
        ("遇紧急情况拨打110报警", [("110", "报警电话")]),
        ("网站客服：4008001234", []),
        ("共110人参加", []),
        ("文号12338", [("12338", "妇女维权公益服务热线")]),
    ],
)
def test_find_hotlines(text: str, expected: list[tuple[str, str]]) -> None:
    found = find_hotlines(text, fold(text), Span(0, len(text)))

    assert [(hotline.number, hotline.name) for hotline in found] == expected


def test_find_partners_leaves_out_our_own_unit() -> None:
    text = "参加市妇联组织的活动，依托县妇幼保健院"

    found = find_partners(text, text, Span(0, len(text)), own="县妇幼保健院2026年工作要点")

    assert [partner.unit for partner in found] == ["市妇联"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("市妇联将举办论坛", "know_only"),
        ("积极参与市妇联组织的调研", "take_part"),
        ("选派干部参加县妇联举办的培训班", "take_part"),
        ("依托12338热线处理来访", "rely_on"),
        ("邀请妇幼保健院医生讲课", "rely_on"),
        ("利用3月8日开展普法", "own"),
        ("开展健步走", "own"),
    ],
)
def test_whose_action(text: str, expected: str) -> None:
    whose, rule = whose_action(text, superior_acting(text, own=""))

    assert whose == expected
    assert rule.startswith("whose.")


def test_a_federations_own_plan_says_it_of_itself() -> None:
    assert superior_acting("市妇联将举办论坛", own="市妇联2026年工作要点") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("每季度开展一次培训", ["quarterly"]),
        ("每月15日集中学习", ["monthly"]),
        ("一年一度的体检", ["yearly"]),
        ("把家风展示贯穿全年", ["all_year"]),
        ("持续开展走访", ["continuous"]),
        ("完成全年工作任务", []),
        ("每两个月一次，每周通报", ["weekly", "bimonthly"]),
    ],
)
def test_recurrences(text: str, expected: list[str]) -> None:
    found = recurrences_of(text, fold(text), Span(0, len(text)))

    assert [one.frequency.value for one in found] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("不少于12次", [("12", "次", True)]),
        ("评选标兵6名", [("6", "名", False)]),
        ("举办两期培训班", [("2", "期", False)]),
        ("建立一个机制", []),
        ("第3次会议", []),
    ],
)
def test_targets(text: str, expected: list[tuple[str, str, bool]]) -> None:
    found = targets_of(text, fold(text), Span(0, len(text)))

    assert [(one.number, one.unit, one.at_least) for one in found] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("举办妇女健康知识讲座", "lecture_series"),
        ("组织女职工两癌筛查", "health_check"),
        ("在报纸专栏展示最美家庭", "column"),
        ("推荐最美家庭5户", "family_award"),
        ("评选巾帼文明岗", "award"),
        ("开展岗位练兵", "contest"),
        ("建立家庭教育专家库", "expert_directory"),
        ("关爱留守儿童志愿服务", "volunteering"),
        ("组织亲子运动会", "parent_child"),
        ("认真学习妇女权益保障法", "study"),
        ("将妇女发展目标纳入国民经济规划", "indicator_policy"),
        ("健全妇委会例会制度", "rule"),
        ("学习《妇女发展规划》", "study"),
        ("天天向上", "other"),
    ],
)
def test_kind_of(text: str, expected: str) -> None:
    assert kind_of(fold(text))[0] == expected


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        ("同时", Sort.LINK),
        ("围绕中心工作", Sort.GROUND),
        ("抓住周年契机", Sort.MEANS),
        ("积极开展文体活动", Sort.ACTION),
        ("通过组织开展读书活动", Sort.ACTION),
        ("坚持做好健康检查工作", Sort.ACTION),
        ("引导妇女建功立业", Sort.AIM),
        ("使家庭更和谐", Sort.RESULT),
        ("不断提高妇女干部履职能力", Sort.ABILITY),
        ("把家风建设贯穿全年", Sort.SCHEDULE),
        ("厨艺比拼等活动", Sort.MORE),
    ],
)
def test_sort_of_clause(clause: str, expected: Sort) -> None:
    assert sort_of(clause) is expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("举办培训班，评选标兵，走访家庭。", ["举办培训班", "评选标兵", "走访家庭"]),
        ("开展“一户（敬老、爱幼，睦邻）一策”帮扶，促进和谐。", ["开展“一户（敬老、爱幼，睦邻）一策”帮扶，促进和谐"]),
        ("围绕中心工作，开展竞赛，使大家更有干劲。", ["开展竞赛"]),
        ("借助六一契机，开展慰问。", ["借助六一契机，开展慰问"]),
        ("不断增强凝聚力，着力营造良好氛围。", ["不断增强凝聚力，着力营造良好氛围"]),
        ("开展巧手编织，厨艺比拼等活动。", ["开展巧手编织，厨艺比拼等活动"]),
        ("今年是开局之年。", []),
    ],
)  # fmt: skip
def test_pieces_of_a_sentence(sentence: str, expected: list[str]) -> None:
    folded = fold(sentence)
    enclosures = Enclosures(folded)
    found = [
        piece.span.of(sentence)
        for place in sentences_in(folded, Span(0, len(folded)), enclosures)
        for piece in pieces_of(folded, place, enclosures)
    ]

    assert found == expected
