"""Actions in words. An action is "room.object.verb" or "room.verb"; a verb without a word shows as it is."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from halfsky.kernel.modules import modules

VERBS = {
    "accept": _("接受"),
    "add": _("登记"),
    "add_file": _("存入文件"),
    "add_point": _("加要点"),
    "add_task": _("加任务"),
    "adopt": _("采纳"),
    "adopted": _("采纳"),
    "amended": _("修订"),
    "apply": _("写入"),
    "archived": _("归档"),
    "assign": _("分派"),
    "cancel": _("取消"),
    "cancelled": _("取消"),
    "change": _("修改"),
    "change_password": _("改密码"),
    "change_settings": _("改设置"),
    "closed": _("办结"),
    "create": _("新建"),
    "declare": _("声明"),
    "different": _("记为不是同一人"),
    "disable": _("停用"),
    "done": _("办结"),
    "enable": _("启用"),
    "end": _("结束"),
    "export": _("导出"),
    "factor_added": _("加两步验证"),
    "factor_removed": _("去两步验证"),
    "factor_reset": _("换恢复码"),
    "hand_over_task": _("交接任务"),
    "import": _("导入"),
    "leave": _("记离岗"),
    "merge": _("合并"),
    "merge_point": _("合并要点"),
    "move": _("移动"),
    "open": _("开始"),
    "preferences": _("改显示"),
    "preview": _("预览"),
    "proposed": _("报审"),
    "read": _("查看"),
    "refused": _("被拒"),
    "rejected": _("退回"),
    "remove": _("删除"),
    "rename": _("改名"),
    "rename_point": _("改要点"),
    "reset_password": _("重设密码"),
    "reset_second_factor": _("清除两步验证"),
    "restore_entry": _("找回记录"),
    "reviewed": _("审核"),
    "revoke": _("撤销令牌"),
    "settle_year": _("定年份"),
    "sign_in": _("登录"),
    "sign_in_failed": _("登录失败"),
    "sign_out": _("退出"),
    "split": _("拆分"),
    "start": _("开始"),
    "start_amendment": _("开始修订"),
    "undo": _("撤销"),
    "update": _("修改"),
    "write_entry": _("写记录"),
}

OBJECTS = {
    "account": _("账号"),
    "grant": _("授权"),
    "import": _("花名册导入"),
    "importbatch": _("花名册导入"),
    "measure": _("举措"),
    "person": _("人员"),
    "plan": _("计划"),
    "plandocument": _("计划文件"),
    "point": _("要点"),
    "storedfile": _("文件"),
    "task": _("任务"),
    "apitoken": _("令牌"),
    "token": _("令牌"),
    "unit": _("单位"),
    "distinction": _("人员"),
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
