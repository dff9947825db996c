"""Actions in words. An action is "room.object.verb" or "room.verb"; a verb without a word shows as it is."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halfsky.kernel.modules import modules

VERBS = {
    "accept": pgettext_lazy("did", "接受"),
    "add": pgettext_lazy("did", "登记"),
    "add_file": pgettext_lazy("did", "存入文件"),
    "add_point": pgettext_lazy("did", "加要点"),
    "add_task": pgettext_lazy("did", "加任务"),
    "adopt": pgettext_lazy("did", "采纳"),
    "adopted": pgettext_lazy("did", "采纳"),
    "amended": pgettext_lazy("did", "修订"),
    "apply": pgettext_lazy("did", "写入"),
    "archived": pgettext_lazy("did", "归档"),
    "assign": pgettext_lazy("did", "分派"),
    "cancel": pgettext_lazy("did", "取消"),
    "cancelled": pgettext_lazy("did", "取消"),
    "change": pgettext_lazy("did", "修改"),
    "change_password": pgettext_lazy("did", "改密码"),
    "change_settings": pgettext_lazy("did", "改设置"),
    "closed": pgettext_lazy("did", "办结"),
    "create": pgettext_lazy("did", "新建"),
    "declare": pgettext_lazy("did", "声明"),
    "different": pgettext_lazy("did", "记为不是同一人"),
    "disable": pgettext_lazy("did", "停用"),
    "done": pgettext_lazy("did", "办结"),
    "enable": pgettext_lazy("did", "启用"),
    "end": pgettext_lazy("did", "结束"),
    "export": pgettext_lazy("did", "导出"),
    "factor_added": pgettext_lazy("did", "加两步验证"),
    "factor_removed": pgettext_lazy("did", "去两步验证"),
    "factor_reset": pgettext_lazy("did", "换恢复码"),
    "hand_over_task": pgettext_lazy("did", "交接任务"),
    "import": pgettext_lazy("did", "导入"),
    "leave": pgettext_lazy("did", "记离岗"),
    "merge": pgettext_lazy("did", "合并"),
    "merge_point": pgettext_lazy("did", "合并要点"),
    "move": pgettext_lazy("did", "移动"),
    "open": pgettext_lazy("did", "开始"),
    "preferences": pgettext_lazy("did", "改显示"),
    "preview": pgettext_lazy("did", "预览"),
    "proposed": pgettext_lazy("did", "报审"),
    "read": pgettext_lazy("did", "查看"),
    "refused": pgettext_lazy("did", "被拒"),
    "rejected": pgettext_lazy("did", "退回"),
    "remove": pgettext_lazy("did", "删除"),
    "rename": pgettext_lazy("did", "改名"),
    "rename_point": pgettext_lazy("did", "改要点"),
    "reset_password": pgettext_lazy("did", "重设密码"),
    "reset_second_factor": pgettext_lazy("did", "清除两步验证"),
    "restore_entry": pgettext_lazy("did", "找回记录"),
    "reviewed": pgettext_lazy("did", "审核"),
    "revoke": pgettext_lazy("did", "撤销令牌"),
    "settle_year": pgettext_lazy("did", "定年份"),
    "sign_in": pgettext_lazy("did", "登录"),
    "sign_in_failed": pgettext_lazy("did", "登录失败"),
    "sign_out": pgettext_lazy("did", "退出"),
    "split": pgettext_lazy("did", "拆分"),
    "start": pgettext_lazy("did", "开始"),
    "start_amendment": pgettext_lazy("did", "开始修订"),
    "undo": pgettext_lazy("did", "撤销"),
    "update": pgettext_lazy("did", "修改"),
    "write_entry": pgettext_lazy("did", "写记录"),
}

OBJECTS = {
    "account": pgettext_lazy("object", "账号"),
    "grant": pgettext_lazy("object", "授权"),
    "import": pgettext_lazy("object", "花名册导入"),
    "importbatch": pgettext_lazy("object", "花名册导入"),
    "measure": pgettext_lazy("object", "举措"),
    "person": pgettext_lazy("object", "人员"),
    "plan": pgettext_lazy("object", "计划"),
    "plandocument": pgettext_lazy("object", "计划文件"),
    "point": pgettext_lazy("object", "要点"),
    "storedfile": pgettext_lazy("object", "文件"),
    "task": pgettext_lazy("object", "任务"),
    "apitoken": pgettext_lazy("object", "令牌"),
    "token": pgettext_lazy("object", "令牌"),
    "unit": pgettext_lazy("object", "单位"),
    "distinction": pgettext_lazy("object", "人员"),
}

CHANNELS = {"page": _("网页"), "api": _("接口"), "command": _("命令行")}

FIELDS = {
    "name": _("姓名或名称"),
    "short_name": _("简称"),
    "code": _("代码"),
    "kind": _("类别"),
    "valid_from": _("启用日期"),
    "valid_to": _("停用日期"),
    "successor_id": _("承接单位"),
    "parent": _("上级单位"),
    "unit_id": _("单位编号"),
    "sex": _("性别"),
    "birth_month": _("出生年月"),
    "post": _("职务"),
    "rank": _("职级"),
    "staff_kind": _("人员类别"),
    "education": _("学历"),
    "title": _("职称或标题"),
    "politics": _("政治面貌"),
    "joined_on": _("到岗日期"),
    "left_on": _("离岗日期"),
    "phone": _("电话"),
    "state": _("状态"),
    "role": _("角色"),
    "account": _("账号"),
    "starts_on": _("起"),
    "ends_on": _("止"),
    "deputy_of": _("代理"),
    "rows": _("行数"),
    "sessions": _("结束的登录"),
    "tokens": _("失效的令牌"),
    "is_active": _("启用"),
    "username": _("用户名"),
    "display_name": _("显示名"),
    "due_on": _("完成时限"),
    "format": _("格式"),
    "new": _("新增"),
    "same": _("不变"),
    "double": _("重复"),
    "error": _("出错"),
    "deleted": _("删除"),
    "restored": _("恢复"),
    "kept": _("保留"),
}


def action_words(action: str) -> str:
    """An action for the reader: what was done to what; unknown words stay as they are.

    A room is named where the object is not.
    """
    parts = action.split(".")
    room = next((str(module.label) for module in modules() if module.key == parts[0]), parts[0])
    verb = str(VERBS.get(parts[-1], parts[-1]))
    if len(parts) == 3:
        return f"{OBJECTS.get(parts[1], parts[1])} · {verb}"
    return f"{room} · {verb}"


def kind_words(kind: str) -> str:
    """A kind of object ("people.person") for the reader."""
    return str(OBJECTS.get(kind.rsplit(".", 1)[-1], kind))


def field_words(name: str) -> str:
    """A field's name for the reader; unknown ones stay as they are."""
    return str(FIELDS.get(name, name))


def shown(value: object) -> str:
    """A stored value for the reader."""
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return str(_("是") if value else _("否"))
    if isinstance(value, (list, tuple)):
        return "、".join(shown(one) for one in value) or "—"
    return str(value)[:500]


def differences(before: dict[str, object], after: dict[str, object]) -> list[tuple[str, str, str]]:
    """Field by field: what it is called, what it was, what it became."""
    return [
        (field_words(name), shown(before.get(name)), shown(after.get(name)))
        for name in dict.fromkeys([*before, *after])
    ]
