"""The words of the field for the stored keys of the plans room."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Labels = Mapping[str, str | Promise]

KINDS: Labels = {
    "study": _("学习"),
    "publicity": _("宣传"),
    "campaign": _("主题活动"),
    "research": _("调研"),
    "hotline": _("热线与个案"),
    "contest": _("练兵比武"),
    "award": _("评选表彰"),
    "family_award": _("最美家庭"),
    "column": _("专栏"),
    "reading": _("阅读与助廉"),
    "parent_child": _("亲子活动"),
    "lecture_series": _("讲座"),
    "expert_directory": _("专家库"),
    "health_check": _("健康检查"),
    "volunteering": _("志愿服务"),
    "culture_sport": _("文体活动"),
    "training": _("培训"),
    "indicator_policy": _("指标与政策"),
    "concerns": _("急难愁盼"),
    "rule": _("制度"),
    "other": _("其他"),
}
WHOSE: Labels = {
    "own": _("自办"),
    "take_part": _("配合"),
    "rely_on": _("依托"),
    "know_only": _("关注"),
}
RECURRENCES: Labels = {
    "": _("一次"),
    "all_year": _("全年"),
    "yearly": _("每年一次"),
    "half_yearly": _("每半年"),
    "quarterly": _("每季度"),
    "monthly": _("每月"),
    "bimonthly": _("每两月"),
    "weekly": _("每周"),
    "continuous": _("持续"),
    "regular": _("定期"),
}
DECLARATIONS: Labels = {
    "aim": _("总体要求"),
    "background": _("背景"),
    "upper": _("上级行动"),
    "duplicate": _("重复"),
}
EVIDENCE_KINDS: Labels = {
    "notice": _("通知或方案"),
    "sign_in": _("签到表"),
    "minutes": _("会议记录"),
    "publication_link": _("发布链接"),
    "policy_text": _("政策文本"),
    "rule_issued": _("印发的制度"),
    "score_sheet": _("评分表"),
    "public_notice": _("公示材料"),
    "certificate_list": _("证书名单"),
    "reply": _("答复与满意度"),
    "statistics": _("汇总数字"),
    "letter": _("上级来函"),
    "handout": _("讲义"),
}
MARKS: Labels = {
    "date": _("日期"),
    "owner": _("责任单位"),
    "hotline": _("热线"),
    "partner": _("协作单位"),
}
EDITS: Labels = {
    "change": _("修改"),
    "assign": _("批量指定"),
    "add": _("增加举措"),
    "remove": _("移走举措"),
    "split": _("拆分"),
    "merge": _("合并"),
    "move": _("移动"),
    "declare": _("说明"),
    "add_point": _("增加要点"),
    "merge_point": _("并入前一要点"),
    "rename_point": _("改要点标题"),
    "settle_year": _("定计划年度"),
    "undo": _("撤销"),
}
FIELDS: Labels = {
    "text": _("举措"),
    "kind": _("类型"),
    "whose": _("谁来做"),
    "lead_unit_id": _("牵头单位"),
    "supporting_unit_ids": _("配合单位"),
    "owner_id": _("责任人"),
    "due_on": _("完成时限"),
    "recurrence": _("频次"),
    "nodes": _("时间节点"),
    "deliverable": _("成果"),
    "target_number": _("目标值"),
    "target_unit": _("计量单位"),
    "counting_rule": _("计数口径"),
    "evidence_kinds": _("所需佐证"),
    "weight": _("权重"),
    "checked_by": _("核对人"),
    "heading": _("标题"),
    "declared": _("说明"),
    "year": _("年度"),
}
