"""Reading the conditions of the log out of the address."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from halfsky.audit.queries import Conditions


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        error_messages={"invalid": _("日期读不懂，请写成 2026-03-08。")},
    )


class LogFilter(forms.Form):
    """Who, what, on which kind of object, in which unit, from when to when."""

    actor = forms.CharField(label=_("谁"), required=False, max_length=60)
    action = forms.RegexField(
        r"^[a-z_.]*$", label=_("操作"), required=False, max_length=60,
        error_messages={"invalid": _("操作代码只有小写字母和点，如 people.person。")},
    )  # fmt: skip
    kind = forms.RegexField(r"^[a-z_.]*$", required=False, max_length=60)
    object_id = forms.IntegerField(required=False, min_value=1, max_value=2**62)
    unit = forms.RegexField(r"^[0-9A-Z]*$", required=False, max_length=255)
    since = _day(_("从"))
    until = _day(_("到"))

    def clean(self) -> dict[str, Any]:
        """The end does not lie before the beginning."""
        cleaned: dict[str, Any] = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", _("“到”不能早于“从”。"))
        return cleaned

    def conditions(self) -> Conditions:
        """What passed; what did not does not narrow, and the form says so."""
        self.is_valid()
        given = self.cleaned_data
        return Conditions(
            actor=given.get("actor") or "",
            action=given.get("action") or "",
            kind=given.get("kind") or "",
            object_id=given.get("object_id"),
            unit_path=given.get("unit") or "",
            since=given.get("since"),
            until=given.get("until"),
        )
