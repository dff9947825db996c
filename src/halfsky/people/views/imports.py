"""Pages of the roster import."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from halfsky.people import access, queries, services
from halfsky.people.forms import ImportForm, mistake_sentence
from halfsky.people.models import ImportBatch, Sex, StaffKind, Unit
from halfsky.people.permissions import EDIT_PERSONS
from halfsky.people.rules.roster import Fate
from halfsky.people.services import Refused
from halfsky.people.views.common import (
    PROBLEM,
    blame,
    me,
    refused,
    render,
    require_somewhere,
    say,
    show,
)

ROWS = 100
FATES = {
    Fate.NEW: gettext_lazy("新增"),
    Fate.UPDATE: gettext_lazy("更新"),
    Fate.SAME: gettext_lazy("不变"),
    Fate.DOUBLE: gettext_lazy("重复"),
    Fate.ERROR: gettext_lazy("出错"),
}
LAMPS = {
    Fate.NEW: "ok",
    Fate.UPDATE: "due",
    Fate.SAME: "idle",
    Fate.DOUBLE: "idle",
    Fate.ERROR: "late",
}
FIELD_LABELS = {
    "name": gettext_lazy("姓名"), "sex": gettext_lazy("性别"), "birth_month": gettext_lazy("出生年月"),
    "unit": gettext_lazy("单位"), "post": gettext_lazy("职务"), "rank": gettext_lazy("职级"),
    "staff_kind": gettext_lazy("人员类别"), "education": gettext_lazy("学历"),
    "title": gettext_lazy("职称"), "politics": gettext_lazy("政治面貌"),
    "joined_on": gettext_lazy("到岗日期"), "left_on": gettext_lazy("离岗日期"),
    "phone": gettext_lazy("电话"),
}  # fmt: skip
WHY_NOT_READ = {
    "unknown": gettext_lazy("不认识这个表头，没有读"),
    "double": gettext_lazy("前面已有同样的一列，没有读"),
    "identity": gettext_lazy("像身份证号码，没有读，也没有存。花名册不收身份证号"),
}


@require_http_methods(["GET", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """Choose a file; earlier imports below."""
    require_somewhere(request, EDIT_PERSONS)
    account = me(request)
    form = ImportForm(request.POST or None, request.FILES or None, account=account)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            if file.size > 20 * 1024 * 1024:
                raise Refused(_("文件超过 20 MB。请分成几个文件，或删掉图片再上传。"), code="file")
            made = services.preview_import(
                by=account, unit=form.cleaned_data["unit"], data=file.read(), file_name=file.name
            )
        except Refused as refusal:
            refusal.code = "file"
            blame(form, refusal)
        else:
            return redirect("people:import", made.pk)
    batches = list(queries.visible_imports(account).defer("rows", "before", "mapping", "kept")[:20])
    return show(request, "people/imports.html", {"batches": batches, "FATES": FATES}, form)


def _shown(row: dict[str, Any], units: dict[int, str]) -> dict[str, Any]:
    """A row as the page shows it: values and errors in words."""

    def word(field: str, value: Any) -> str:
        if field == "unit":
            return units.get(value, "")
        if field == "sex":
            return str(dict(Sex.choices).get(value, value))
        if field == "staff_kind":
            return str(dict(StaffKind.choices).get(value, value))
        return str(value)

    return row | {
        "shown": {name: word(name, value) for name, value in row["values"].items()},
        "changed": [
            (FIELD_LABELS[name], word(name, was), word(name, now))
            for name, (was, now) in row["changes"].items()
        ],
        "said": [
            (error["column"], error["heading"], mistake_sentence(error["code"], error["value"]))
            for error in row["errors"]
        ],
    }


def _page_of(request: HttpRequest, batch: ImportBatch) -> dict[str, Any]:
    """The rows of one fate, from the row `?from=` on. All in memory: a batch is one record."""
    fate = request.GET.get("fate", "")
    rows = [row for row in batch.rows if not fate or row["fate"] == fate]
    start = int(f) if (f := request.GET.get("from", "")).isdecimal() and len(f) < 7 else 0
    at = next((i for i, row in enumerate(rows) if row["number"] >= start), 0)
    part = rows[at : at + ROWS]
    units = {row["values"].get("unit") for row in part}
    units |= {value for row in part for value in row["changes"].get("unit", ())}
    names = dict(
        Unit.objects.filter(pk__in={u for u in units if u}).values_list("pk", "short_name")
    )
    fields = [column["field"] for column in batch.mapping if column["field"]]
    return {
        "rows": [_shown(row, names) for row in part],
        "fields": [(name, FIELD_LABELS[name]) for name in fields],
        "fate": fate,
        "fate_filters": [
            {
                "text": label,
                "url": f"?fate={key}",
                "on": fate == key,
                "count": batch.counts.get(key, 0),
                "lamp": LAMPS[key],
            }
            for key, label in FATES.items()
            if batch.counts.get(key)
        ],
        "earlier": rows[max(0, at - ROWS)]["number"] if at else None,
        "later": rows[at + ROWS]["number"] if len(rows) > at + ROWS else None,
    }


def batch(request: HttpRequest, pk: int) -> HttpResponse:
    """An import: what would become of each row, or what became of it."""
    account = me(request)
    batch = get_object_or_404(queries.visible_imports(account), pk=pk)
    context = _page_of(request, batch) | {
        "batch": batch,
        "FATES": FATES,
        "LAMPS": LAMPS,
        "WHY": WHY_NOT_READ,
        "LABELS": FIELD_LABELS,
        "visible": [],
        "kept": batch.kept,
    }
    if batch.state == ImportBatch.State.APPLIED:
        touched = {row["values"]["unit"] for row in batch.rows if row["fate"] != Fate.ERROR}
        context["visible"] = queries.counts_by_unit(account, touched)
    return render(request, "people/import.html", context)


def _own(request: HttpRequest, pk: int) -> ImportBatch:
    return get_object_or_404(
        queries.visible_imports(me(request)).filter(
            access.scope(me(request), EDIT_PERSONS).q("unit")
        ),
        pk=pk,
    )


@require_POST
def apply(request: HttpRequest, pk: int) -> HttpResponse:
    """Write a previewed import."""
    batch = _own(request, pk)
    try:
        batch = services.apply_import(batch=batch, by=me(request))
    except Refused as refusal:
        return refused(request, refusal, "people:import", pk)
    if batch.state == ImportBatch.State.PREVIEWED:
        request.session[PROBLEM] = _("预览之后花名册有改动，还没有写入。请再看一遍新的预览。")
    else:
        say(
            request,
            _("已导入：新增 %(new)s 人，更新 %(update)s 人")
            % {"new": batch.counts["new"], "update": batch.counts["update"]},
        )
    return redirect("people:import", pk)


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Drop a previewed import."""
    try:
        services.cancel_import(batch=_own(request, pk), by=me(request))
    except Refused as refusal:
        return refused(request, refusal, "people:import", pk)
    say(request, _("已取消，什么都没有写入"))
    return redirect("people:imports")


@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an import back."""
    try:
        batch = services.undo_import(batch=_own(request, pk), by=me(request))
    except Refused as refusal:
        return refused(request, refusal, "people:import", pk)
    say(
        request,
        _("已撤销，%(n)s 人因后来有改动而保留") % {"n": len(batch.kept)}
        if batch.kept
        else _("已撤销，花名册和导入前一样"),
    )
    return redirect("people:import", pk)
