"""What people type about tasks and their plan, read and cleaned."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from halfsky.people.models import Person

NEAR_FROM, NEAR_TO = 1, 60  # working days


class SettingsForm(forms.Form):
    """The settings of a plan."""

    near_workdays = forms.IntegerField(
        label=_("临期提醒（工作日）"),
        min_value=NEAR_FROM,
        max_value=NEAR_TO,
        error_messages={
            "required": _("请填天数。"),
            "invalid": _("请填整数天数。"),
            "min_value": _("临期提醒应在1到60个工作日之间。"),
            "max_value": _("临期提醒应在1到60个工作日之间。"),
        },
    )


class TaskLineForm(forms.Form):
    """A new task in one line: what, who, until when."""

    line = forms.CharField(
        label=_("新任务"),
        max_length=340,
        error_messages={
            "required": _("请写任务名称。"),
            "max_length": _("任务太长，请控制在300个字以内。"),
        },
    )


class ReasonForm(forms.Form):
    """Why something is done."""

    reason = forms.CharField(
        label=_("原因"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "data-grow": ""}),
        error_messages={
            "required": _("请写明原因。"),
            "max_length": _("最多500个字，现在有%(show_value)d个。请写短一些。"),
        },
    )


class HandOverForm(forms.Form):
    """To whom a task goes; nobody chosen leaves the owner open."""

    owner = forms.ModelChoiceField(
        queryset=Person.objects.none(),
        required=False,
        label=_("责任人"),
        error_messages={"invalid_choice": _("本单位花名册里没有这个人。请重新选。")},
    )

    def __init__(self, *args: Any, persons: QuerySet[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = persons  # type: ignore[attr-defined]
