"""Sentences and clauses: what asks for work, what only says why, when or on what ground.

A Chinese plan sentence is a row of clauses: a ground (围绕…, 按照…), a means (借助…节点), the work
itself (开展…), its aim (引导…, 促进…). The work makes the measure; its means belongs to it; its
ground and its further aims are kept beside it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from halfsky.plans.rules.reading.text import Enclosures, Span, trimmed

_SENTENCE_END = re.compile(r"[。！？；\n]")


_BULLETS = "-·●○■□◆◇▪▲△★☆*>：，、。； \t\n"


def _without_bullet(folded: str, span: Span) -> Span:
    """Return a sentence without the dash or dot that some lists begin with."""
    start = span.start
    while start < span.end and folded[start] in _BULLETS:
        start += 1
    return Span(start, span.end)


def sentences_in(folded: str, within: Span, enclosures: Enclosures) -> Iterator[Span]:
    """Yield the sentences of a place; ； ends one, a mark inside a quotation does not."""
    start = at = within.start
    while match := _SENTENCE_END.search(folded, at, within.end):
        around = enclosures.around(match.start())
        if around is not None and match.group() != "\n" and around.end <= within.end:
            at = max(around.end, match.end())
            continue
        end = match.end()
        while end < within.end and folded[end] in "”）":
            end += 1
        span = _without_bullet(folded, trimmed(folded, start, end))
        if len(span) and re.search(r"\w", span.of(folded)):
            yield span
        start = at = end
    span = _without_bullet(folded, trimmed(folded, start, within.end))
    if len(span) and re.search(r"\w", span.of(folded)):
        yield span


def clauses_in(folded: str, sentence: Span, enclosures: Enclosures) -> list[Span]:
    """Return the clauses of a sentence: cut at commas that stand in no bracket or quotation."""
    found = []
    start = at = sentence.start
    while (comma := folded.find("，", at, sentence.end)) >= 0:
        around = enclosures.around(comma)
        if around is not None and around.end <= sentence.end:
            at = around.end
            continue
        found.append(trimmed(folded, start, comma))
        start = at = comma + 1
    found.append(trimmed(folded, start, sentence.end, " \t\n。！？；，"))
    return [clause for clause in found if len(clause)]


class Sort(StrEnum):
    """What a clause does in its sentence."""

    LINK = "link"  # 同时
    WHEN = "when"  # 5月, “六一”前后: the time of the work after it
    GROUND = "ground"  # 围绕中心工作, 按照上级部署
    MEANS = "means"  # 借助…节点, 抓住…契机
    ACTION = "action"  # 开展…, 举办…
    SCHEDULE = "schedule"  # 把…贯穿全年, 抓好落实: goes on with the work before it
    AIM = "aim"  # 引导…, 促进…
    RESULT = "result"  # 使…, 为…提供保障: ends the measure
    ABILITY = "ability"  # 增强…能力: what a training is for
    MORE = "more"  # goes on with the clause before it


_ADVERB = (
    r"(?:同时|并且|并|此外|另外|其次|首先|最后|还要|还|也要|也|需要|要|应当|应|必须|需|须|将(?!.{1,60}(?:纳入|落实|融入|作为|列入))|拟|继续|积极|大力|认真|深入|扎实|持续|不断|进一步|着力|努力|切实|全面|广泛|充分|"
    r"加快|更好地|更好|有效|稳步|精心|严格|重点|主动|定期|不定期|及时|全力|坚持|主要|统一|常态化|有序|加紧|适当|稳妥|"
    r"高质量|高标准|因地制宜|适时|逐步|今年|全年|年内|年初|年底前|上半年|下半年|本年度|至少|再|共同|联合(?!会)|结合实际|"
    r"每年|每季度?|每月|每周|每半年|每学期|分批|分期|统筹|自觉|真正|始终|力所能及地|有计划地|有针对性地|科学|规范(?=开展|组织)|从严|尽量|尽可能|全程|集中(?=开展|组织|学习)|"
    r"广大|广阔|组织(?=开展|举办|召开|实施|编写|学习|观看))"
)
_ADVERBS = re.compile(rf"^(?:{_ADVERB})+")
_DATE_HEAD = re.compile(
    r"^(?:在|于)?(?:(?:20\d\d年)?(?:\d{1,2}|[一二三四五六七八九十]{1,2})月(?:\d{1,2}[日号]|份|底|初|[上中下]旬)?(?:[-至到和、](?:\d{1,2}月)?(?:\d{1,2}[日号]?|[上中下]旬))?"
    r"(?:之?前|前后|上午|下午|期间)?|每[个]?月\d{0,2}[日号]?(?:上午|下午|晚上?)?|□{2,8}(?:节)?(?:前夕|前后|期间|当天)|每季度末|年底|暑假|寒假|学期初|学期末|每周[一二三四五六日天](?:上午|下午|晚上?)?|第?[一二三四]季度|"
    r"(?:元旦|春节|清明|端午|中秋|重阳|国庆|教师|妇女|儿童|青年|劳动|护士|母亲|建党)节?(?:前夕|前后|期间|当天|前|后|来临之际)|□{2,8}\w{0,6}?[节日]?(?:前夕|前后|期间|当天|前))"
)
_ACTION_VERB = (
    r"(?:开展|举办|组织|召开|建立|健全|完善|制定|制订|修订|编制|编写|编印|收看|观看|推出|表扬|通报|入户|印发|下发|发放|评选|评比|表彰|推荐|推报|选树|培树|寻找|挖掘|发掘|开掘|宣传|普及|"
    r"学习|传达|培训|轮训|举行|参加|参与|配合|协助|协调|承办|协办|联系|走访|慰问|看望|调研|调查|摸排|排查|统计|收集|征集|征求|听取|开设|"
    r"开办|创办|设立|成立|组建|筹建|建设|打造|创建|创立|创设|实施|推行|试行|推进|落实|贯彻|执行|检查|督查|督促|督导|考核|评估|监测|核对|"
    r"补建|采集|报送|上报|汇总|公布|公示|发布|推送|签订|制作|拍摄|展示|展出|演出|解决|处理|化解|调解|接待|受理|办理|帮扶|救助|资助|捐赠|"
    r"援助|安排|配备|购置|整治|清理|治理|规范|优化|改进|改造|改革|深化|拓展|巩固|稳固|加强|加大|抓好|抓实|抓牢|抓紧|抓细|做好|做实|做细|搞好|办好|用好|管好|"
    r"支持|鼓励|动员|发动|倡导|号召|指导|提供|开通|申报|申请|选派|选送|选拔|招募|聘请|聘任|邀请|请|交流|观摩|认识|关心|关爱|关注|重视|"
    r"领学|集中学|办理|上报|向.{1,20}报|发提醒函|拨打|先报|加做|查出|扩大|扩建|修建|新建|改建|增加|增设|提请|部署|研究|探索|创新|梳理|分析|"
    r"搭建|构建|畅通|拓宽|细化|明确|压实|层层签订|签约|对接|走进|深入(?=基层|社区|农村|一线|学校|企业|家庭|村)|开发|引进|招聘|履行|遵守|监督|监管|审核|审批|验收|总结|归档|整理|维修|维护(?=更新|管理)|救治|"
    r"服务(?=大局|妇女|群众|家庭)|推广|推选|带领|召集|主办|承接|落细|盯住|管住|联合开展|命名|授予|命题|倾听|反映|回访|巡回|巡讲|送.{1,6}(?:下乡|进)|带.{1,8}参观|降低|压减|减少|放宽|取消|严禁|严控|严守|杜绝|防范|防止|打击|"
    r"接听|登记|征订|悬挂|张贴|答复|回应|评出|选出|上线|启动|换届|述职|结对|组队|吸收|列席|排演|看护|上门|销号|发出|赴|送(?!.{1,6}(?:下乡|进))|购买|缴纳|投保|建好|办(?=[一二两三几\d])|观影|放映|转发|接收|轮岗|开放|盘点)"
)
_STARTS_ACTION = re.compile(rf"^{_ACTION_VERB}(?!的|等)")
# Words that make work certain wherever they stand in a clause.
_SURE_ACTION = re.compile(
    r"(?:开展|举办|组织(?!部|领导|的|建设|优势|力)|召开|建立|制定|制订|修订|编制|印发|评选|表彰|宣传(?!阵地|周|部|月|日|栏)|举行|走访|慰问|调研|摸排|排查|"
    r"征集|开设|开办(?!的)|成立|组建|补建|采集|报送|发布|推送|签订|制作|展示|解决(?!.{0,60}入手)|化解|帮扶|免费检查|检查|督查|集中学|领学|办一[场期次]|各办|"
    r"加做|发放|配备|轮训|拨打|核对|进行|完成|参观|讲专题|普查|筛查|体检|受理|接待|接听|答复|(?:纳入|列入)(?=.{0,12}(?:预算|考核|规划|计划|管理|清单|建档|台账))|发文|评审|推迟到|延迟到)(?!的|等)"
)
_AIM_VERB = re.compile(
    r"^(?:引导|引领|激发|激励|凝聚|团结|增强|提升|提高|营造|弘扬|促进|推动|维护|保障|争取|实现|形成|发挥|培育|培养|树立|丰富|满足|"
    r"筑牢|夯实|彰显|展现|体现|带动|助力|助推|做到|达到|坚定|坚决|坚守|牢固|践行|保持|适应|贴近|把握|突出|注重|争做|争当|争创|争先|拼搏|谱写|汇聚|"
    r"潜移默化|改善|惠及|立足|造福|避免|强化|充实|锻炼|激活|塑造|铸就|永葆|传承|厚植|擦亮|赋能|抒发|展露|叫响|唱响|讲好|让大家)"
)
_RESULT = re.compile(
    r"^(?:使|让|为(?!主)|从而|进而|以期|以便|以此|力争|确保|再创|为了|不断推动|最终)"
)
# 为女职工安排体检 is work; 为妇女发展提供保障 is what the work is for.
_FOR_WHOM = re.compile(
    r"^为(?!促进|推动|推进|实现|建设|进一步|切实)[^，]{2,16}?(?:安排|发放|办理|配备|购买|投保|缴纳|开设|举办|组织|免费|赠送|送|体检|"
    r"提供(?=免费|咨询|法律|心理|岗位|上门|.{0,8}(?:\d|一次|服务$|咨询$|援助$|辅导$)))"
)
_GROUND_START = re.compile(
    r"^(?:围绕|紧紧围绕|紧扣|结合|按照|根据|依据|遵照|对照|对标|立足|着眼|针对|鉴于|随着|作为|当前|面对|本着|坚持以|以|在.{2,30}(?:下|后)$|发挥|充分发挥|坚持|贯彻|落实|认真贯彻|认真落实|切实贯彻|为进一步|为了|为(?=切实|全面|深入|更好))"
)
_GROUND_END = re.compile(
    r"(?:作用|优势|原则|部署|要求|精神|思想|导向|目标|主题|主线|重点|抓手|载体|契机|核心|中心|大局|实际|需求|理念|方针|办法|规定|意见|通知|方案|计划|任务|特点|基础|岗位|工作|相结合|基层|出发点|统领|指导|引领|根本|宗旨|为本|为先|问题|情况|下|后)$"
)
_MEANS_START = re.compile(
    r"^(?:抓住|把握|借助|借力|利用|充分利用|依托|通过|面向|从|以|用|运用|聚焦|在|于|对|向|就|采取|采用|针对|经|围绕)"
)
_OPPORTUNITY = re.compile(
    r"(?:契机|机遇|时机|节点|入手|出发|为抓手|为载体|为契机|平台|阵地|方式|形式|渠道|机会|手段|宣传周|宣传月|方法|之机|基础上|过程中|方面|等)$"
)
_ABILITY = re.compile(
    r"^(?:增强|提升|提高|加强|强化|培养|锻炼).{0,40}(?:能力|本领|水平|素质|素养)(?:和水平|和素质|与水平)?$"
)
# The letters of a day's name (国际家庭日), without those that would make it work (开展主题党日).
_OF_DAY = r"[^\W开组举做赴参评办抓迎庆加是好讲学观看定把将]"
_WHEN = re.compile(
    r"^(?:在|于|自|从|赶在|每年|每逢)?(?:20\d\d年|今年|本年|当年|次年|明年)?(?:"
    r"(?:第?[一二三四1-4]季度|[上下]半年|全年|年[初中底末内]|岁末|岁末年初|月[初底末]|学期[初末中]|期[初中末]|暑假|寒假|暑期|汛期|春季|夏季|秋季|冬季|正月里?|"
    r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})月(?:份|[上中下]旬|底|末|初)?(?:(?:\d{1,2}|[一二三四五六七八九十]{1,3})[日号])?|\d{1,2}[.·]\d{1,2})"
    r"(?:[-至到和、及](?:(?:\d{1,2}|[一二三四五六七八九十]{1,3})月份?)?(?:(?:\d{1,2}|[一二三四五六七八九十]{1,3})[日号]|[上中下]旬|底|末)?)?"
    rf"(?:（[^（）]{{1,8}}）|□{{3,8}})?(?:{_OF_DAY}{{0,16}}?[日节])?"
    rf"|{_OF_DAY}{{0,3}}□{{2,8}}(?:{_OF_DAY}{{0,8}}?[日节]|(?=前|期间|之|当[天日]|来临|后$))|{_OF_DAY}{{2,14}}?[日节](?:来临)?|{_OF_DAY}{{0,6}}期间|清明|端午|中秋|重阳|国庆|元旦|春节"
    r")(?:前夕|前后|之前|以前|之后|以后|期间|之际|左右|当天|当日|上午|下午|晚上?|起|内|末|底|[\w]{0,4}[前后])?(?:开始)?$"
)
_COUNT = re.compile(
    r"(?:不少于|至少|不低于|不超过|达到|力争)?(?:\d{1,5}|[一二两三四五六七八九十]{1,3})(?:余|多)?"
    r"(?:万?(?:人次|场次|场|次|期|户|名|个|篇|条|件|份|节课?|课时|学时|人|课|批|对|家|所|件|例|项|块))(?:以上|左右)?"
)
_HOW_OFTEN = re.compile(
    r"^(?:原则上)?(?:全年|每年|每半年|每季度?|每月|每周|每学期|各?[上下]半年|累计|总共|共计?|不少于)?"
)
_STATE_END = re.compile(
    r"的(?:良好|浓厚|强大|生动|工作|社会|新)?(?:气氛|氛围|局面|格局|态势|环境|新风|风尚)$"
)
_LINK = re.compile(
    r"^(?:同时|此外|另外|一方面|另一方面|其中|首先|其次|再次|最后|具体来说|总之|今年|全年|年内|平时|在平时)$"
)
_SHORT_GOES_ON = re.compile(
    r"^(?:抓好|做好|搞好|抓实|做到|落实好|办好|及时|严格|予以|加以|并).{2,8}$"
)
# 9月底前完成: when the work before it is done.
_DONE_BY = re.compile(
    r"(?:全部|基本|如期|正式)?(?:完成|举行|举办|召开|进行|开展|启动|完工|投入使用|报名|截止|开始|实施|结束)(?:首[期场批次]|第一[期场批次]|到位)?"
)
_PUT = re.compile(
    r"^(?:将|把).{1,60}?(?:纳入|落实|列入|写入|融入|贯穿|转化|作为|摆在|放在|核对|分给|分解|报|送|办|建|做|推|转|变|压|抓|管|到)"
)
_PUT_WORDS = (
    (re.compile(r"纳入|列入|写入|落实|分解|核对"), Sort.ACTION),
    (re.compile(r"贯穿"), Sort.SCHEDULE),
    (re.compile(r"融入|转化|作为"), Sort.AIM),
)
_WITH_PUT = re.compile(
    r"^(?:推动|促进|推进|争取|协调|督促|引导|支持)(?:将|把).{1,60}(?:纳入|列入|写入|落实)"
)
_LABEL = re.compile(r"^[^，。：]{1,10}：(?=.)")
_SUBJECT_ACTS = re.compile(
    r"^.{1,24}?(?:负责|牵头|每月|每季度?|每周|每半年|至少|随叫随到|应|要|须|需|将|可|必须|定期|继续|不得|不组织|严禁)"
)
_BY_GROUND = re.compile(
    r"^(?:按照|根据|依照|依据|遵照|围绕|结合|对照|落实|贯彻)[^，]{2,24}?(?:通知|部署|文件|会议|工作|统一|有关|相关)?(?:要求|部署|安排|通知|精神|规定|实际|方案|计划)(?=[^，的]{4,})"
)
# Clauses that only name who does it (…，安全部负责): they belong to the work beside them.
_NO_WORK = re.compile(
    r"^(?:由.{2,40}(?:牵头|负责|主导|承办|主办)|.{2,30}(?:协助|配合|参与|牵头|主导|承办|协办|负责|负责督办|负责联系|落实)(?:执行|实施|落实)?)$"
)
_HAS_WORK = re.compile(
    r"开展|举办|组织(?!部)|召开|建立|制定|修订|做好|完成|评选|积极|认真|抓|推动|推进|加强|明确|参与.{4,}|抓好|专人"
)


def shut(folded: str, clause: Span, enclosures: Enclosures) -> str:
    """Return the clause with everything inside brackets and quotations made □."""
    letters = list(clause.of(folded))
    at = clause.start
    while at < clause.end:
        around = enclosures.around(at)
        if around is None:
            at += 1
            continue
        for position in range(max(around.start, clause.start), min(around.end, clause.end)):
            letters[position - clause.start] = "□"
        at = around.end
    return "".join(letters)


def _bare(words: str) -> str:
    """Return a clause without its label, adverbs and dates in front."""
    words = _LABEL.sub("", words)
    before = None
    while before != words:
        before = words
        words = _ADVERBS.sub("", words)
        words = _DATE_HEAD.sub("", words)
    return words


def _is_time(words: str) -> bool:
    """Say whether a (shut) clause says only when."""
    return (
        len(words) <= 30
        and bool(_WHEN.match(words))
        and bool(re.search(r"[\d年月季期日节前后□假旬里]|清明|端午|中秋|重阳|国庆|元旦", words))
    )


def _only_counts(words: str, work: str) -> bool:
    """Say whether a clause only says how often or how much of the work before it (全年不少于4次)."""
    words = _bare(words) if len(words) <= 30 else words
    if len(words) > 24 or not (count := _COUNT.search(words)):
        return False
    rest = words[: count.start()] + words[count.end() :]
    rest = re.sub(
        r"^(?:集中|专题|组织|开展|举办|召开|举行|进行|安排|活动){1,3}|(?:活动|一次)$",
        "",
        _HOW_OFTEN.sub("", rest),
    )
    return not rest or (len(rest) <= 6 and (rest[:2] in work or rest[-2:] in work))


def _put_sort(words: str) -> Sort | None:
    """Return what a clause with 将… or 把… does, None if it is no such clause."""
    if not _PUT.match(words):
        return None
    return next((sort for pattern, sort in _PUT_WORDS if pattern.search(words)), Sort.ACTION)


def sort_of(words: str) -> Sort:
    """Return what a (folded, shut) clause does in its sentence, judged by its own words."""
    words = words.strip()
    if _is_time(words):
        return Sort.WHEN
    if _LINK.match(words) or not re.search(r"[^\W□]", words):
        return Sort.LINK if not re.search(r"□", words) else Sort.MORE
    if words.startswith(("特别是", "尤其是", "包括", "如", "比如", "例如")):
        return Sort.MORE
    if _STATE_END.search(words) and not re.match(r"^.{0,12}(?:营造|形成|创造|构建)", words):
        return Sort.MORE
    if _FOR_WHOM.match(words):
        return Sort.ACTION
    if _RESULT.match(words):
        return Sort.RESULT
    if put := _put_sort(words):
        return put
    bare = _bare(words)
    if not bare:
        return Sort.LINK
    if put := _put_sort(bare):
        return put
    if bare != words and _DONE_BY.fullmatch(bare):
        return Sort.SCHEDULE
    if _SHORT_GOES_ON.match(words) and len(words) <= 8:
        return Sort.SCHEDULE
    if re.match(r"^通过(?:组织|开展|举办|召开|实施)", bare):
        return Sort.ACTION
    # 按照通知要求做好推荐工作: the ground and the work in one clause.
    ground = _BY_GROUND.match(bare)
    if ground and _STARTS_ACTION.match(_bare(bare[ground.end() :])):
        return Sort.ACTION
    if _GROUND_START.match(words) or _GROUND_START.match(bare):
        works = _STARTS_ACTION.match(bare) and not bare.startswith(("贯彻", "落实"))
        if (
            _GROUND_END.search(bare)
            and not works
            and not re.search(r"(?:开展|举办|召开|组织).{2,}", bare)
        ):
            return Sort.GROUND
    if _ABILITY.match(bare):
        return Sort.ABILITY
    if _WITH_PUT.match(bare):
        return Sort.ACTION
    if _AIM_VERB.match(bare):
        return Sort.AIM
    if _MEANS_START.match(bare):
        if _OPPORTUNITY.search(bare) and not re.search(
            r"(?:开展|举办|召开).{2,}(?:活动|服务|效劳|宣传)$", bare
        ):
            return Sort.MEANS
        if _SURE_ACTION.search(bare):
            return Sort.ACTION
        inner = re.sub(
            r"^(?:在|于|以|用|从|对|面向|通过|利用|依托).{1,30}?(?:系统|中|上|里|内|方面|范围|之间|方法|方式|为重点)(?<!中(?=心))",
            "",
            bare,
            count=1,
        )
        if inner != bare and inner:
            rest = _bare(inner)
            if _AIM_VERB.match(rest):
                return Sort.AIM
            if _STARTS_ACTION.match(rest):
                return Sort.ACTION
        if re.search(r"引导|促进|推动|激发|提升|带动", bare):
            return Sort.AIM
        return (
            Sort.ACTION
            if _STARTS_ACTION.search(re.sub(r"^.{1,12}?(?=" + _ACTION_VERB + ")", "", bare))
            and not bare.startswith("抓住")
            else Sort.MEANS
        )
    if re.match(r"^(?:加强|强化|提高).{0,16}(?:意识|能力|水平|素质|凝聚力|观念|党性|修养)$", bare):
        return Sort.AIM
    if _STARTS_ACTION.match(bare):
        return Sort.ACTION
    if re.search(
        r"等(?:形式|各类|系列|多种)?(?:的)?(?:活动|工作|形式|内容|方式|知识|服务)?$", bare
    ) and not _SURE_ACTION.search(bare):
        return Sort.MORE
    if _SURE_ACTION.search(bare[:48]) or _SUBJECT_ACTS.match(bare):
        return Sort.ACTION
    return Sort.MORE


@dataclass(slots=True)
class Piece:
    """One measure of a sentence while it is found: its work, and what stands beside it."""

    work: list[Span]
    aims: list[Span]
    ground: list[Span]
    is_soft: bool = False
    closed: bool = False
    clause_count: int = 0
    core: int = 0
    rule: str = "measure.action"

    @property
    def span(self) -> Span:
        return Span(self.work[0].start, self.work[-1].end)


# An aim stays within the measure's span while it is not much longer than the work itself.
_AIM_SHARE = 1.2


def pieces_of(folded: str, sentence: Span, enclosures: Enclosures) -> list[Piece]:
    """Return the pieces of work that a sentence asks for, in order."""
    pieces: list[Piece] = []
    waiting: list[tuple[Sort, Span]] = []
    current: Piece | None = None
    aims: list[Span] = []
    trains = False
    for clause in clauses_in(folded, sentence, enclosures):
        words = shut(folded, clause, enclosures)
        sort = sort_of(words)
        if sort is Sort.ACTION and _NO_WORK.match(words) and not _HAS_WORK.search(words):
            sort = Sort.MORE
        if (
            sort in (Sort.ACTION, Sort.AIM)
            and current is not None
            and not waiting
            and _only_counts(words, folded[current.span.start : current.span.start + 200])
        ):
            sort = Sort.SCHEDULE
        if sort is Sort.SCHEDULE and current is None:
            sort = Sort.ACTION
        if sort is Sort.ABILITY:
            if trains or (
                current is not None and re.search(r"培训|轮训|研修|学习班", current.span.of(folded))
            ):
                trains = True
                current = Piece(
                    [clause],
                    [],
                    [],
                    rule="measure.ability",
                    is_soft=True,
                    core=len(clause),
                    closed=True,
                )
                pieces.append(current)
                continue
            sort = Sort.AIM
        if sort is Sort.ACTION:
            # Aims before the first work of a sentence are its means: 发挥…, 开展….
            work = [span for kind, span in waiting if kind not in (Sort.GROUND, Sort.LINK)]
            ground = [span for kind, span in waiting if kind is Sort.GROUND]
            if work and ground and ground[-1].start > work[0].start:
                work = sorted(work + ground)
                ground = []
            current = Piece(
                [*work, clause], list(aims), ground, core=sum(map(len, [*work, clause]))
            )
            pieces.append(current)
            waiting, aims = [], []
        elif current is not None and sort in (Sort.SCHEDULE, Sort.MORE):
            if current.closed:
                current.aims.append(clause)
            else:
                current.work += [span for _, span in waiting] + [clause]
                current.core += len(clause)
                waiting = []
        elif current is not None and sort in (Sort.AIM, Sort.RESULT):
            late = [span for _, span in waiting]
            waiting = []
            if (
                sort is Sort.AIM
                and not current.closed
                and not late
                and len(clause) <= _AIM_SHARE * current.core
            ):
                current.work.append(clause)
            else:
                current.aims += [*late, clause]
            current.closed = True
        else:
            waiting.append((sort, clause))
    if current is not None:
        current.aims += [span for _, span in waiting]
    elif any(sort in (Sort.AIM, Sort.RESULT) for sort, _ in waiting):
        soft = _soft_piece(folded, waiting)
        if soft is not None:
            pieces.append(soft)
    return pieces


def _soft_piece(folded: str, waiting: list[tuple[Sort, Span]]) -> Piece | None:
    """Make one soft measure of a sentence that names aims and no work."""
    work: list[Span] = []
    aims: list[Span] = []
    ground: list[Span] = []
    for sort, clause in waiting:
        if sort is Sort.LINK and not work:
            continue
        if sort is Sort.GROUND and not work:
            ground.append(clause)
        elif (sort is Sort.RESULT and work) or aims:
            aims.append(clause)
        elif sort is Sort.RESULT:
            ground.append(clause)
        else:
            work.append(clause)
    if all(_is_time(clause.of(folded)) for clause in work):
        return None
    return Piece(
        work, aims, ground, is_soft=True, rule="measure.aim_only", core=sum(map(len, work))
    )
