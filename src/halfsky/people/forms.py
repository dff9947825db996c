"""Reading and cleaning what people type. Nothing is saved here."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from halfsky.kernel.permissions import Permission
from halfsky.people import queries
from halfsky.people.models import Account, Person, Sex, StaffKind, Unit, UnitKind
from halfsky.people.permissions import EDIT_PERSONS, EDIT_UNITS, GRANT
from halfsky.people.roles import Role
from halfsky.people.rules import roster

FEW = 300  # units in a select; beyond that a name or code is typed


class DayField(forms.DateField):
    """A day by the browser's own calendar."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        super().__init__(
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            input_formats=["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日"],
            error_messages={
                "invalid": gettext_lazy("日期读不懂，请写成 2026-03-08。"),
                "required": gettext_lazy("请填写日期。"),
            },
            **kwargs,
        )


class UnitField(forms.ChoiceField):
    """A unit in which an account holds a permission: a select, or typed when there are many."""

    def __init__(
        self, account: Account, permission: Permission, *, empty: str = "", **kwargs: Any
    ) -> None:
        self._units = queries.valid_units(
            queries.visible_units(account, permission), on=timezone.localdate()
        )
        self.typed = self._units[: FEW + 1].count() > FEW
        super().__init__(**kwargs)
        self.error_messages |= {
            "required": _("请选择单位。"),
            "invalid_choice": _("没有这个单位，请重选。"),
        }
        if self.typed:
            self.widget = forms.TextInput(attrs={"autocomplete": "off"})
            self.help_text = self.help_text or _("写全称、简称或代码")
        else:
            self.choices = [("", empty or _("请选择")), *queries.unit_choices(account, permission)]

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Unit):
            return value.code if self.typed else value.pk
        return value

    def clean(self, value: Any) -> Unit | None:
        """The unit that was chosen; None when none need be."""
        if value in (None, ""):
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return None
        if isinstance(value, Unit):
            return value
        if not self.typed:
            found = self._units.filter(pk=value).first() if str(value).isdigit() else None
            if found is None:
                raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
            return found
        names = self._units.values_list("pk", "name", "short_name", "code")
        try:
            pk = roster.UnitFinder(roster.UnitName(*row) for row in names).find(str(value))
        except roster.Unreadable as mistake:
            raise ValidationError(
                _("有几个单位叫“%(name)s”，请写代码。") % {"name": value}
                if mistake.code == "unit_double"
                else _("没有叫“%(name)s”的单位，请写全称、简称或代码。") % {"name": value}
            ) from None
        return self._units.get(pk=pk)


def _text(label: Any, length: int, *, required: bool = False, **attrs: str) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=length, required=required, widget=forms.TextInput(attrs=attrs)
    )


class UnitForm(forms.Form):
    """Name, short name, code, kind, first day."""

    name = _text(gettext_lazy("全称"), 120, required=True)
    short_name = _text(gettext_lazy("简称"), 40)
    code = _text(gettext_lazy("代码"), 40, required=True)
    kind = forms.ChoiceField(label=gettext_lazy("类别"), choices=UnitKind.choices)
    valid_from = DayField(label=gettext_lazy("启用日期"))


class MoveUnitForm(forms.Form):
    """The unit's new parent."""

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"] = UnitField(account, EDIT_UNITS, label=_("新的上级单位"))


class EndUnitForm(forms.Form):
    """The unit's last day and its successor."""

    valid_to = DayField(
        label=gettext_lazy("停用日期"), help_text=gettext_lazy("最后一天。不填表示继续使用。")
    )

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["successor"] = UnitField(
            account, EDIT_UNITS, label=_("承接单位"), required=False, empty=_("没有")
        )


class PersonForm(forms.Form):
    """A person's record."""

    name = _text(gettext_lazy("姓名"), 60, required=True, autocomplete="off")
    sex = forms.ChoiceField(
        label=gettext_lazy("性别"),
        choices=[("", gettext_lazy("请选择")), *Sex.choices],
    )
    birth_month = forms.CharField(
        label=gettext_lazy("出生年月"), max_length=20, required=False,
        help_text=gettext_lazy("如 1985-03。只记到月。"),
    )  # fmt: skip
    post = _text(gettext_lazy("职务"), 60)
    rank = _text(gettext_lazy("职级"), 60)
    staff_kind = forms.ChoiceField(
        label=gettext_lazy("人员类别"), required=False,
        choices=[("", gettext_lazy("不填")), *StaffKind.choices],
    )  # fmt: skip
    education = _text(gettext_lazy("学历"), 40)
    title = _text(gettext_lazy("职称"), 60)
    politics = _text(gettext_lazy("政治面貌"), 40)
    phone = _text(gettext_lazy("电话"), 30, inputmode="tel", autocomplete="off")
    joined_on = DayField(label=gettext_lazy("到岗日期"))
    left_on = DayField(label=gettext_lazy("离岗日期"))

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"] = UnitField(account, EDIT_PERSONS, label=_("单位"))
        self.order_fields(["name", "sex", "unit", "birth_month"])

    def clean_birth_month(self) -> str:
        """The month as YYYY-MM."""
        try:
            return roster.read_month(
                self.cleaned_data["birth_month"], today=timezone.localdate(), padded=False
            )
        except roster.Unreadable as mistake:
            raise ValidationError(mistake_sentence(mistake.code, mistake.value)) from None

    def clean_phone(self) -> str:
        """The number without +86."""
        try:
            return roster.read_value(
                "phone", self.cleaned_data["phone"], today=timezone.localdate()
            )
        except roster.Unreadable as mistake:
            raise ValidationError(mistake_sentence(mistake.code, mistake.value)) from None


class LeaveForm(forms.Form):
    """A person's last day and why."""

    left_on = DayField(label=gettext_lazy("离岗日期"), required=True)
    reason = _text(gettext_lazy("原因"), 200)


class ImportForm(forms.Form):
    """The file and the unit that it is for."""

    file = forms.FileField(
        label=gettext_lazy("花名册文件"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.et,.csv"}),
        help_text=gettext_lazy("Excel 或 .csv，不超过 20 MB。表头要有“姓名”。身份证号不收。"),
        error_messages={
            "required": gettext_lazy("请选择文件。"),
            "empty": gettext_lazy("文件是空的。请选有内容的花名册。"),
            "missing": gettext_lazy("请选择文件。"),
        },
    )

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"] = UnitField(
            account, EDIT_PERSONS, label=_("导入到"),
            help_text=_("表里没写部门的人归到这里；写了部门的，只在它的下级里找。"),
        )  # fmt: skip
        self.order_fields(["unit", "file"])


class AccountForm(forms.Form):
    """A new account, or a changed one."""

    username = _text(
        gettext_lazy("用户名"), 60, required=True, autocomplete="off", autocapitalize="none"
    )
    display_name = _text(gettext_lazy("显示名"), 60, required=True, autocomplete="off")
    person = forms.CharField(
        label=gettext_lazy("花名册里是"), max_length=120, required=False,
        help_text=gettext_lazy("写姓名；有同名的，后面加空格和单位简称。不在花名册里可不填。"),
    )  # fmt: skip

    def __init__(
        self, *args: Any, account: Account, target: Account | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._by, self._target = account, target
        self.fields["home_unit"] = UnitField(account, GRANT, label=_("所在单位"))
        if target is not None:
            del self.fields["username"]
        self.order_fields(["username", "display_name", "home_unit", "person"])

    def clean_person(self) -> Person | None:
        """The person of this name who has no account yet."""
        text = " ".join(self.cleaned_data["person"].split())
        if not text:
            return None
        if self._target and self._target.person and text == person_text(self._target.person):
            return self._target.person
        persons = queries.linkable_persons(self._by).select_related("unit")
        name, _blank, unit = text.partition(" ")
        found = list(persons.filter(name=text)[:3]) or [
            person
            for person in persons.filter(name=name)[:50]
            if unit in (person.unit.short_name, person.unit.name, person.unit.code)
        ]
        if len(found) == 1:
            return found[0]
        raise ValidationError(
            _("有几位“%(name)s”，请在姓名后加空格和单位简称。") % {"name": name}
            if found
            else _("花名册里没有“%(name)s”，或她已有账号。请核对，或先不填。") % {"name": text}
        )


def person_text(person: Person) -> str:
    """A person as the account form names her: name and unit."""
    return f"{person.name} {person.unit.short_name}"


class GrantForm(forms.Form):
    """A role, where, from when to when, for whom."""

    role = forms.ChoiceField(
        label=gettext_lazy("角色"), choices=[("", gettext_lazy("请选择")), *Role.choices]
    )
    starts_on = DayField(label=gettext_lazy("起"))
    ends_on = DayField(label=gettext_lazy("止"))
    deputy_of = forms.CharField(
        label=gettext_lazy("代理谁"), max_length=60, required=False,
        help_text=gettext_lazy("代理时写被代理人的用户名，并写明止期。"),
    )  # fmt: skip

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._by = account
        self.fields["unit"] = UnitField(account, GRANT, label=_("单位"))
        self.order_fields(["role", "unit", "starts_on", "ends_on", "deputy_of"])

    def clean_deputy_of(self) -> Account | None:
        """The account that is stood for."""
        name = self.cleaned_data["deputy_of"].strip()
        if not name:
            return None
        found = queries.visible_accounts(self._by).filter(username__iexact=name).first()
        if found is None:
            raise ValidationError(_("没有用户名“%(name)s”，请核对。") % {"name": name})
        return found


class TokenForm(forms.Form):
    """A token's use, purpose and last day."""

    label = forms.CharField(
        label=gettext_lazy("用途"), max_length=60, help_text=gettext_lazy("如：手机日历、月报脚本")
    )
    purpose = forms.ChoiceField(
        label=gettext_lazy("种类"),
        choices=[("calendar", gettext_lazy("日历订阅")), ("api", gettext_lazy("接口"))],
    )
    expires_on = DayField(label=gettext_lazy("有效到"))


class RosterFilter(forms.Form):
    """The conditions of the roster, all in the address. What cannot be read does not narrow."""

    q = forms.CharField(required=False, max_length=60)
    unit = forms.IntegerField(required=False, min_value=1)
    sex = forms.ChoiceField(required=False, choices=[("", ""), ("f", ""), ("m", "")])
    kind = forms.ChoiceField(required=False, choices=[("", ""), *StaffKind.choices])
    left = forms.ChoiceField(required=False, choices=[("", ""), ("yes", ""), ("all", "")])
    sort = forms.ChoiceField(required=False, choices=[("", ""), *((s, "") for s in queries.SORTS)])


SENTENCES = {
    "name_missing": gettext_lazy("没有姓名。请补上。"),
    "name": gettext_lazy("“%(value)s”不像姓名。请改成全名。"),
    "sex": gettext_lazy("“%(value)s”不是性别。请写“女”或“男”。"),
    "sex_missing": gettext_lazy("没有性别。请写“女”或“男”。"),
    "month": gettext_lazy("“%(value)s”不是年月。请写成 1985-03。"),
    "month_year_only": gettext_lazy("“%(value)s”只有年份。请写成 1985-03。"),
    "month_short_year": gettext_lazy("“%(value)s”的年份要写四位，如 1985-03。"),
    "month_october": gettext_lazy(
        "“%(value)s”看不出是 1 月还是 10 月（表格会把 .10 存成 .1）。请写成 1985-10 或 1985-01。"
    ),
    "month_future": gettext_lazy("“%(value)s”还没到。请核对年份。"),
    "month_old": gettext_lazy("“%(value)s”太早了。请核对年份。"),
    "day": gettext_lazy("“%(value)s”不是日期。请写成 2020-07-01。"),
    "left_before_joined": gettext_lazy("离岗日期 %(value)s 早于到岗日期。请核对。"),
    "staff_kind": gettext_lazy(
        "“%(value)s”不是人员类别。可写：公务员、参公、事业、合同、劳务派遣、退休。"
    ),
    "phone": gettext_lazy("“%(value)s”不像电话号码。请核对。"),
    "identity": gettext_lazy("这里像是身份证号码。花名册不收，请删掉。"),
    "long": gettext_lazy("“%(value)s…”太长，请缩短。"),
    "unit": gettext_lazy("没有叫“%(value)s”的单位。请先建单位，或写它的全称、简称或代码。"),
    "unit_double": gettext_lazy("有几个单位叫“%(value)s”。请写代码。"),
    "unit_gone": gettext_lazy("预览之后，这个单位停用或移走了。请改表再上传。"),
    "several": gettext_lazy("花名册里有几位“%(value)s”都对得上。请先合并重复，或补上出生年月。"),
}


def mistake_sentence(code: str, value: str) -> str:
    """What is wrong with a value and what to do, in the reader's language."""
    return str(SENTENCES[code]) % {"value": value}
