"""What people type about general tasks, read and cleaned."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import URLValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from halfsky.general.models import RecordState, WorkRecord
from halfsky.general.rules import NUMBER_LIMIT


class EntryForm(forms.Form):
    """An entry of progress (进展): when, what, how much, where it can be seen."""

    happened_on = forms.DateField(
        label=_("日期"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": _("请填日期。"),
            "invalid": _("日期看不懂。请写成2026-03-08这样。"),
        },
    )
    what = forms.CharField(
        label=_("做了什么"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2, "data-grow": ""}),
        error_messages={
            "required": _("请写做了什么。"),
            "max_length": _("最多500个字，现在有%(show_value)d个。请写短一些。"),
        },
    )
    number = forms.IntegerField(
        label=_("数量"),
        min_value=0,
        max_value=NUMBER_LIMIT,
        required=False,
        error_messages={
            "invalid": _("数量请填整数。"),
            "min_value": _("数量不能是负数。"),
            "max_value": _("数量不能超过%(limit_value)s。请核对。"),
        },
    )
    link = forms.URLField(
        label=_("链接"),
        max_length=500,
        required=False,
        assume_scheme="https",
        validators=[URLValidator(schemes=["http", "https"])],
        error_messages={"invalid": _("链接不完整。请从浏览器地址栏整条复制。")},
    )

    def __init__(self, *args: Any, record: WorkRecord, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"happened_on": timezone.localdate()})
        super().__init__(*args, **kwargs)
        self.fields["happened_on"].widget.attrs["max"] = timezone.localdate().isoformat()
        if not record.target_number:
            del self.fields["number"]

    def clean_number(self) -> int:
        """Nothing typed is nothing counted."""
        return self.cleaned_data["number"] or 0


class StateForm(forms.Form):
    """To which state a record goes, and why."""

    state = forms.ChoiceField(choices=RecordState.choices)
    reason = forms.CharField(max_length=500, required=False)
