"""The kind of a measure (举措种类) and what usually comes of it.

A kind is chosen by the measure's own words, in the order below: the more particular kind comes
first (a lecture on health is a lecture, a column that shows families is a column).
"""

import re
from dataclasses import dataclass
from enum import StrEnum


class MeasureKind(StrEnum):
    """What sort of work a measure asks for."""

    STUDY = "study"
    PUBLICITY = "publicity"
    CAMPAIGN = "campaign"
    RESEARCH = "research"
    HOTLINE = "hotline"
    CONTEST = "contest"
    AWARD = "award"
    FAMILY_AWARD = "family_award"
    COLUMN = "column"
    READING = "reading"
    PARENT_CHILD = "parent_child"
    LECTURE_SERIES = "lecture_series"
    EXPERT_DIRECTORY = "expert_directory"
    HEALTH_CHECK = "health_check"
    VOLUNTEERING = "volunteering"
    CULTURE_SPORT = "culture_sport"
    TRAINING = "training"
    INDICATOR_POLICY = "indicator_policy"
    CONCERNS = "concerns"
    RULE = "rule"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class KindOfWork:
    """What people call a kind, what it usually delivers, and which evidence shows it."""

    label: str
    deliverable: str
    evidence: tuple[str, ...]


# Evidence kinds are keys of the product's own list (佐证材料种类).
KINDS: dict[MeasureKind, KindOfWork] = {
    MeasureKind.STUDY: KindOfWork("学习", "学习场次和参加人数", ("notice", "sign_in", "minutes")),
    MeasureKind.PUBLICITY: KindOfWork(
        "宣传", "宣传活动或信息发布篇数", ("publication_link", "notice")
    ),
    MeasureKind.CAMPAIGN: KindOfWork(
        "主题活动", "活动场次和参加人数", ("notice", "sign_in", "publication_link")
    ),
    MeasureKind.RESEARCH: KindOfWork("调研", "调研报告一份", ("minutes", "statistics")),
    MeasureKind.HOTLINE: KindOfWork("热线与个案", "来访来电登记和办结数", ("statistics", "reply")),
    MeasureKind.CONTEST: KindOfWork(
        "竞赛练兵", "竞赛一次及成绩", ("notice", "sign_in", "score_sheet")
    ),
    MeasureKind.AWARD: KindOfWork(
        "评选表彰", "表彰决定和名单", ("notice", "public_notice", "certificate_list")
    ),
    MeasureKind.FAMILY_AWARD: KindOfWork(
        "家庭评选", "寻找推荐的家庭户数", ("notice", "public_notice", "certificate_list")
    ),
    MeasureKind.COLUMN: KindOfWork("专栏", "刊播期数", ("publication_link",)),
    MeasureKind.READING: KindOfWork(
        "阅读与家风廉洁", "活动场次和参与家庭数", ("notice", "sign_in", "publication_link")
    ),
    MeasureKind.PARENT_CHILD: KindOfWork("亲子活动", "活动场次和参与家庭数", ("notice", "sign_in")),
    MeasureKind.LECTURE_SERIES: KindOfWork(
        "讲座", "讲座场次和听讲人数", ("notice", "sign_in", "handout")
    ),
    MeasureKind.EXPERT_DIRECTORY: KindOfWork("专家库", "专家名册", ("rule_issued", "statistics")),
    MeasureKind.HEALTH_CHECK: KindOfWork("健康检查", "应检、实检人数", ("notice", "statistics")),
    MeasureKind.VOLUNTEERING: KindOfWork(
        "志愿服务与关爱", "服务次数、时长和对象数", ("sign_in", "statistics")
    ),
    MeasureKind.CULTURE_SPORT: KindOfWork(
        "文体活动", "活动场次和参加人数", ("notice", "sign_in", "publication_link")
    ),
    MeasureKind.TRAINING: KindOfWork(
        "培训", "培训班期数、学时和结业人数", ("notice", "sign_in", "certificate_list")
    ),
    MeasureKind.INDICATOR_POLICY: KindOfWork(
        "指标与政策", "写入的条文或指标", ("policy_text", "statistics")
    ),
    MeasureKind.CONCERNS: KindOfWork("急难愁盼", "问题清单和解决数", ("reply", "statistics")),
    MeasureKind.RULE: KindOfWork("制度机制", "印发的制度", ("rule_issued",)),
    MeasureKind.OTHER: KindOfWork("其他工作", "", ()),
}

_WORDS: tuple[tuple[MeasureKind, str], ...] = (
    (MeasureKind.HOTLINE, r"热线|维权站|信访|来访|来电|个案|案件|纠纷|调解|矛盾(?!点)|法律援助|拨打|告诫书|保护令|心理(?:疏导|咨询|辅导)|咨询服务|转介|(?:依托|通过).{0,30}(?:解决|受理|接待)"),
    (MeasureKind.HEALTH_CHECK, r"两癌|体检|妇科|乳腺|宫颈|(?:健康|专项).{0,8}(?:检查|筛查|普查)|免费(?:检查|筛查)|筛查|健康普查|心理普查|心理健康测评"),
    (MeasureKind.EXPERT_DIRECTORY, r"(?:专家|人才|师资|讲师|志愿者)库|讲师团|专家团|宣讲团(?=组建|建立)"),
    (MeasureKind.LECTURE_SERIES, r"讲座|讲堂|微课(?!程标准)|大讲坛|论坛|报告会|宣讲会|公开课|家长课堂|沙龙"),
    (MeasureKind.COLUMN, r"专栏|栏目|节目(?!单)|专题片|专版|专刊|访谈"),
    (MeasureKind.FAMILY_AWARD, r"最美家庭|最美.{0,2}家庭|(?:挖掘|发掘|寻找|选树|评选|推荐|推选|评出|选出|表彰).{0,24}家庭(?!教育)|(?:五好|文明|平安|绿色|书香|廉洁|健康|和谐)家庭.{0,8}(?:评选|推荐|选树|寻找|表彰)|好(?:婆婆|媳妇|公婆|邻居|家长|父母)(?!好)"),
    (MeasureKind.AWARD, r"红旗手|标兵|文明岗|评选|表彰|评优|评先|选树|典型|先进(?:个人|集体|单位)|推优|推荐.{0,12}(?:先进|优秀|评选|奖)|最美.{0,6}(?:评比|评选)|建功立业岗|荣誉称号"),
    (MeasureKind.CONTEST, r"练兵|比武|竞赛|大赛|比赛|技能赛|竞答|征文|评比|竞技|演讲(?:比)?赛|擂台|答辩|比拼|比学|决赛|初赛|预赛|竞演|挑战赛|技能赛"),
    (MeasureKind.RESEARCH, r"调研|调查|问卷|摸底|摸排|排查|课题|研究"),
    (MeasureKind.VOLUNTEERING, r"志愿|义工|留守|慰问|结对|帮扶|走访(?=慰问|看望|.{0,8}(?:老|退休|困难|困境|留守|病|烈|军属|单亲|孤|残|特困|贫))|看望|便民服务|便民效劳|送温暖|关爱.{0,16}(?:行动|活动|儿童|女童|老人)|困境|公益|爱心|义诊|助学|捐赠|捐书|捐款|送.{0,2}(?:图书|书籍|物资|慰问|清凉|餐|医|教下乡)|环卫|救助"),
    (MeasureKind.PARENT_CHILD, r"亲子|好爸|好妈|父母.{0,6}孩子|家长.{0,6}孩子|家庭教育(?!专家|讲座)|家长会|家长学校|家校|家访"),
    (MeasureKind.READING, r"读书|阅读|共读|书香|诵读|朗诵|助廉|廉洁|廉政|清廉|家风|家训"),
    (MeasureKind.TRAINING, r"培训|轮训|训练|研修|业务学习班|学习班|(?:履职|业务|专业|工作|学习|创新|调研|研究|服务|维权|席位).{0,3}能力|能力和水平|本领|素质提升|培养|就业|技能提升|招聘会|导师|(?:提高|提升|增强).{0,24}(?:水平|素质)$"),
    (MeasureKind.CULTURE_SPORT, r"文体|文艺|演讲|文化活动|趣味|健步|瑜伽|拔河|跳绳|联谊|运动会|歌咏|合唱|舞蹈|展演|插花|手工|球(?:联?赛|类)|联赛|体育|社团|书画|摄影|游园|晚会|旗袍|踏青|徒步|观影|郊游|登山|春游|秋游|茶艺|烘焙|汇演|联欢"),
    (MeasureKind.CONCERNS, r"急难愁盼|诉求|走访|逐项整改|整改销号|回访|销号|意见箱|接待日|座谈会|谈心谈话|谈心|意见建议|建言|实事|最关心.{0,20}问题(?!.{0,60}机制)|困难(?:妇女|群众|职工|党员)"),
    (MeasureKind.INDICATOR_POLICY, r"纳入.{0,12}(?:规划|总体|布局|计划|评估|考核)|规划.{0,12}(?:编制|实施|纲要)|编制.{0,12}规划|指标|监测|统计表|政策(?!宣传|学习|法规|解读)|提案|议案|性别平等评估|预算|条例|报送|上报|填报|数据|年报|任务清单"),
    (MeasureKind.RULE, r"机制|制度|办法|细则|章程|责任书|台账|预案|规程|规范(?!化)|规则|守则|公约|协议|合同|换届|总结(?!会)|归档|述职|档案|台帐|一档|领导小组|督查|督导|考核|检查|例会|全委会|执委会"),
    (MeasureKind.STUDY, r"学习|传达|领学|党课|学懂|领会|认识|理论|研学|宣讲|夜校|参观|党日|心得|体会|教育$|(?:将|把).{0,40}(?:要求|精神).{0,6}(?:落实|融入|贯穿)|教育活动"),
    (MeasureKind.PUBLICITY, r"宣传(?![部科处股办委])|普及|普法|宣教|倡导|推送|公众号|氛围|气氛|知晓|新媒体|信息报送|案例征集|转发|收看|横幅|海报|张贴|倡议书|手册|发布|展板|便民卡|联系卡|宣传册|折页"),
    (MeasureKind.CAMPAIGN, r"活动|行动|主题|整改|专项|宣传周|宣传月|工程|仪式|纪念大会|庆祝|开放日|典礼|祭扫|社会实践|演练|大会|班会|庆"),
)  # fmt: skip
_PATTERNS = tuple((kind, re.compile(words)) for kind, words in _WORDS)
_STUDIES_FIRST = re.compile(
    r"^(?:继续|认真|深入|持续|组织|扎实|全面|系统|及时|女职工|妇女|干部|党员|广大|广阔|全体|专题){0,6}(?:学习|传达|学懂)"
)
_MAKES_RULE = re.compile(
    r"(?:修订|制定|制订|印发|出台|完善|健全|拟定|起草)[^，。；]{0,30}(?:办法|规则|制度|细则|机制|规程|章程|预案)"
)
_QUOTED_PLAN = re.compile(r"《[^《》]{0,60}》")


def kind_of(words: str, heading: str = "") -> tuple[MeasureKind, str]:
    """Return the kind of folded words, and the word that decided; the heading helps if none does.

    The names of documents (《…规划》) decide nothing.
    """
    bare = _QUOTED_PLAN.sub("", words)
    match = _STUDIES_FIRST.search(bare)
    if match and not re.search(r"(?:培训|讲座|学习班)", bare[: match.end() + 14]):
        return MeasureKind.STUDY, match.group()
    if match := _MAKES_RULE.search(words):
        return MeasureKind.RULE, match.group()
    for kind, pattern in _PATTERNS:
        if match := pattern.search(bare):
            return kind, match.group()
    if bare != words:
        for kind, pattern in _PATTERNS:
            if match := pattern.search(words):
                return kind, match.group()
    for kind, pattern in _PATTERNS:
        if heading and (match := pattern.search(heading)):
            return kind, match.group()
    return MeasureKind.OTHER, ""
