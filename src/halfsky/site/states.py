"""The gallery of components and states, for developers: served only with DEBUG."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


class _Sample(forms.Form):
    due_on = forms.DateField(label="完成时限", help_text="不能早于今天。")
    owner = forms.ChoiceField(label="责任人", choices=[("", "请选择"), ("1", "李敏")])
    note = forms.CharField(label="说明", required=False, widget=forms.Textarea(attrs={"rows": 2}))
    open_to_all = forms.BooleanField(label="全单位可见", required=False)
    whose = forms.ChoiceField(
        label="谁的事",
        choices=[("own", "自办"), ("join", "配合"), ("rely", "依托"), ("know", "关注")],
        widget=forms.RadioSelect,
    )


@login_not_required
def states(request: HttpRequest) -> HttpResponse:
    """Show every component in each of its states, with sample words."""
    rows: list[dict[str, Any]] = [
        {"no": 1, "title": "加强学习宣传，凝聚思想共识", "next": "11月30日 维权知识测试，还有6天", "state": "due",
         "done": 9, "total": 11, "owner": "黄丽", "lamps": ["ok", "done", "due"]},
        {"no": 2, "title": "走进科室站点，听取职工心声", "next": "12月20日 整改台账销号", "state": "ok",
         "done": 11, "total": 15, "owner": "周岚", "lamps": ["done", "ok", "ok", "ok"]},
        {"no": 6, "title": "建设文明家庭，寻找身边榜样", "next": "11月17日 倡议书，已超7天", "state": "late",
         "done": 12, "total": 17, "owner": "赵一宁", "lamps": ["ok", "ok", "done", "late"]},
        {"no": 10, "title": "抓好自身建设", "next": "", "state": "done",
         "done": 9, "total": 9, "owner": "Anna Li", "lamps": ["done", "idle"]},
    ]  # fmt: skip
    colours = [
        "accent",
        "accent-weak",
        "ok",
        "ok-bg",
        "due",
        "due-bg",
        "late",
        "late-bg",
        "done",
        "done-bg",
        "idle",
        "idle-bg",
    ]
    form = _Sample({"due_on": "昨天", "owner": "", "whose": "own"})
    return render(request, "site/states.html", {"rows": rows, "form": form, "colours": colours})
