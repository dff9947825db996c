"""The list of tasks, the page of a measure, and what is done with a task."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import content_disposition_header, urlencode
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from halfsky.kernel.measures import measure_kind
from halfsky.kernel.modules import permissions as declared_permissions
from halfsky.people import access
from halfsky.people import queries as people
from halfsky.people.models import Account, Person
from halfsky.plans import labels, permissions, queries, sentences, task_papers
from halfsky.plans.models import Measure, Plan, Task, TaskState
from halfsky.plans.queries import TaskFilter
from halfsky.plans.queries.tasks import MeasurePage
from halfsky.plans.rules.lights import LightState
from halfsky.plans.rules.task_line import read_task_line
from halfsky.plans.services import tasks as services
from halfsky.plans.services.refusals import Refused
from halfsky.plans.task_cells import rows_html
from halfsky.plans.task_forms import HandOverForm, ReasonForm, TaskLineForm

LISTED = (LightState.LATE, LightState.DUE, LightState.OK, LightState.DONE)
SORTS = ("due", "-due")
LARGEST_ID = 2**63 - 1
_KEY = re.compile(r"(\d{4}-\d\d-\d\d)\.(\d{1,19})")


# ── the list ───────────────────────────────────────────────────────────────────────────────


def _id(text: str) -> int | None:
    """A number out of an address; None for anything that cannot be an id."""
    if text.isascii() and text.isdigit() and len(text) < 20 and 0 < int(text) <= LARGEST_ID:
        return int(text)
    return None


def _key(text: str) -> tuple[date, int] | None:
    """A paging key out of an address: the day and the id of a row. None for anything else."""
    match = _KEY.fullmatch(text) if text.isascii() else None
    pk = _id(match[2]) if match else None
    if match is None or pk is None:
        return None
    try:
        return date.fromisoformat(match[1]), pk
    except ValueError:
        return None


def key_text(key: tuple[date, int] | None) -> str | None:
    """A paging key as it stands in an address."""
    return None if key is None else f"{key[0].isoformat()}.{key[1]}"


def read_filter(query: Any, account: Account) -> TaskFilter:
    """What an address narrows the list to. What it says wrongly narrows nothing."""
    light, sort = query.get("light", ""), query.get("sort", "")
    owner, month = query.get("owner", ""), _id(query.get("month", ""))
    after = _key(query.get("after", ""))
    return TaskFilter(
        light=LightState(light) if light in LISTED else None,
        only_open=light != "all",
        point_id=_id(query.get("point", "")),
        measure_id=_id(query.get("measure", "")),
        # an account without a person owns nothing
        owner_id=(account.person_id or 0) if owner == "me" else _id(owner),
        unit_id=_id(query.get("unit", "")),
        month=month if month is not None and month <= 12 else None,
        sort=sort if sort in SORTS else "due",
        after=after,
        before=None if after else _key(query.get("before", "")),
    )


def _narrowed_by(
    request: HttpRequest, plan: Plan, wanted: TaskFilter, rows: list[Any]
) -> list[tuple[str, str]]:
    """(parameter, words) of each condition. A page with rows names them itself, without asking."""
    found = []
    choices = queries.filter_choices(plan) if not rows and wanted.is_narrowed else None

    def name(pairs: list[tuple[int, str]] | None, pk: int) -> str:
        return next((words for key, words in pairs or [] if key == pk), "—")

    if wanted.point_id is not None:
        said = (
            rows[0].label.partition(".")[0]
            if rows
            else name(choices and choices.points, wanted.point_id)
        )
        found.append(("point", _("要点%(name)s") % {"name": said}))
    if wanted.measure_id is not None:
        said = rows[0].label.rpartition(".")[0] if rows else "—"
        found.append(("measure", _("措施%(name)s") % {"name": said}))
    if wanted.owner_id is not None:
        if request.GET.get("owner") == "me":
            found.append(("owner", _("我的任务")))
        else:
            said = rows[0].owner if rows else name(choices and choices.owners, wanted.owner_id)
            found.append(("owner", _("责任人%(name)s") % {"name": said}))
    if wanted.unit_id is not None:
        said = rows[0].unit if rows else name(choices and choices.units, wanted.unit_id)
        found.append(("unit", _("单位%(name)s") % {"name": said}))
    if wanted.month is not None:
        found.append(("month", _("%(month)s到期") % {"month": sentences.month(wanted.month)}))
    return found


def _addresses(request: HttpRequest) -> Callable[..., str]:
    """A function that gives the present address with some conditions changed, on its first page."""
    path, now = request.path, request.GET.dict()
    for name in ("after", "before", "part", "format"):
        now.pop(name, None)

    def address(**changes: str | None) -> str:
        query = {name: value for name, value in {**now, **changes}.items() if value}
        return f"{path}?{urlencode(query)}" if query else path

    return address


@login_required
@require_safe
def task_list(request: HttpRequest, pk: int) -> HttpResponse:
    """A plan's tasks. Light, point, measure, owner, unit, month, order and page stand in the URL."""
    account: Account = request.user  # type: ignore[assignment]
    plan = queries.visible_plan(account, pk)
    today = timezone.localdate()
    wanted = read_filter(request.GET, account)
    if request.GET.get("format") in task_papers.FORMATS:
        return _export(request, account, plan, wanted, today)
    if request.GET.get("part") == "filters":
        part = request.headers.get("HX-Request-Type") == "partial"
        return render(
            request,
            "plans/_task_filters.html" if part else "plans/tasks_filters.html",
            {
                "plan": plan,
                "choices": queries.filter_choices(plan),
                "wanted": wanted,
                "months": [(number, sentences.month(number)) for number in range(1, 13)],
            },
        )
    page = queries.task_page(account, plan, wanted, today=today)
    counts = queries.light_counts(account, plan, today=today)
    context = {
        "plan": plan,
        "page": page,
        "wanted": wanted,
        "counts": counts if not wanted.is_narrowed else None,
        "is_filtered": wanted.is_narrowed or wanted.light is not None,
        "lights": LISTED,
        "narrowed": _narrowed_by(request, plan, wanted, page.rows),
        "previous": key_text(page.before),
        "next": key_text(page.after),
        "is_whole": counts is not None,
        "has_person": account.person_id is not None,
        "address": _addresses(request),
        "rows": rows_html(page.rows),
    }
    part = request.headers.get("HX-Request-Type") == "partial"
    response = render(request, "plans/_task_rows.html" if part else "plans/tasks.html", context)
    response.headers["Vary"] = "HX-Request-Type, Cookie"
    return response


def _export(
    request: HttpRequest, account: Account, plan: Plan, wanted: TaskFilter, today: date
) -> HttpResponse | StreamingHttpResponse:
    rows = queries.all_rows(account, plan, wanted, today=today)
    name = _("%(plan)s任务清单") % {"plan": plan.title}
    if request.GET["format"] == "csv":
        response: HttpResponse | StreamingHttpResponse = StreamingHttpResponse(
            task_papers.csv_of(rows, translation.get_language() or ""),
            content_type="text/csv; charset=utf-8",
        )
        ending = "csv"
    else:
        try:
            content = task_papers.xlsx_of(plan.title, rows)
        except task_papers.TooLong as too_long:
            messages.error(request, str(too_long))
            query = request.GET.copy()
            del query["format"]
            return redirect(f"{request.path}?{query.urlencode()}")
        response = HttpResponse(content, content_type=task_papers.XLSX)
        ending = "xlsx"
    response.headers["Content-Disposition"] = (
        content_disposition_header(True, f"{name}.{ending}") or ""
    )
    return response


# ── the measure ────────────────────────────────────────────────────────────────────────────


def _measure(account: Account, pk: int) -> Measure:
    return get_object_or_404(
        queries.visible_measures(account)
        .select_related(
            "plan__unit", "plan__clean_text", "plan__document", "point", "lead_unit", "owner"
        )
        .defer("plan__document__raw_text"),
        pk=pk,
    )


def history_words(line: Any) -> str:
    """What happened, in a few words; the label of the task goes before."""
    said = {
        "plans.add_task": pgettext("history", "增加任务"),
        "plans.hand_over_task": _("转给%(owner)s")
        % {"owner": line.values.get("owner") or _("待定")}
        if line.action == "plans.hand_over_task"
        else "",
        "plans.task.closed": pgettext("history", "办结"),
        "plans.task.issued": pgettext("history", "重新办理"),
        "plans.task.cancelled": pgettext("history", "取消"),
        "plans.plan.under_review": pgettext("history", "提交审核"),
        "plans.plan.endorsed": pgettext("history", "审核通过"),
        "plans.plan.proposed": pgettext("history", "退回核对"),
        "plans.plan.adopted": pgettext("history", "采纳计划，下发任务"),
        "plans.plan.amended": pgettext("history", "计划被新版本取代"),
        "plans.plan.rejected": pgettext("history", "计划未采用"),
        "plans.change_settings": pgettext("history", "修改计划设置"),
        "plans.start_amendment": pgettext("history", "发起修订"),
    }.get(line.action)
    if said is None:
        verb = line.action.rpartition(".")[2]
        said = _("核对：%(what)s") % {"what": labels.EDITS.get(verb, _("修改"))}
    return f"{line.label} {said}" if line.label else said


MARK_CLASSES = {"date": "hl-d", "owner": "hl-o", "hotline": "hl-p", "partner": "hl-p"}


def _measure_context(request: HttpRequest, account: Account, page: MeasurePage) -> dict[str, Any]:
    measure, plan = page.measure, page.measure.plan
    declared = declared_permissions()
    place = measure.lead_unit or plan.unit
    seen = [
        proof
        for proof in page.evidence
        if proof.permission in declared and access.may(account, declared[proof.permission], place)
    ]
    only_open = request.GET.get("open") == "1"
    tail = f"：{measure.text}"
    here = reverse("plans:measure", args=[measure.pk])
    return {
        "page": page,
        "measure": measure,
        "plan": plan,
        "rows": [row for row in page.tasks if row.state == TaskState.ISSUED or not only_open],
        "only_open": only_open,
        # beside its measure a task need not repeat the measure's words
        "titles": {row.id: row.title.removesuffix(tail) for row in page.tasks},
        "nodes": [(date.fromisoformat(node["on"]), node["text"]) for node in measure.nodes],
        "here": here,
        "record_urls": {
            row.id: f"{measure_kind(row.carried_by).url(row.record_id)}?{urlencode({'from': here})}"
            for row in page.tasks
        },
        "kind_label": measure_kind(measure.carried_by).label,
        "kinds": labels.KINDS,
        "whose": labels.WHOSE,
        "recurrences": labels.RECURRENCES,
        "evidence_kinds": labels.EVIDENCE_KINDS,
        "evidence": seen,
        "evidence_hidden": len(page.evidence) - len(seen),
        "may_add": plan.is_running and access.may(account, permissions.ADD_TASKS, plan.unit),
        "may_close": plan.is_running and access.may(account, permissions.CLOSE_TASKS, plan.unit),
        "in_review": plan.is_open_to_edits
        and access.may(account, permissions.SEE_PLANS, plan.unit),
        "word": sentences.light_word,
        "why": sentences.light_reason,
        "history_words": history_words,
        "mark_classes": MARK_CLASSES,
        "form": TaskLineForm(),
        "refusal": "",
        "refused_task": None,
    }


def _measure_answer(
    request: HttpRequest, account: Account, measure: Measure, *, status: int = 200, **extra: Any
) -> HttpResponse:
    """The page, or its tasks alone for htmx; `extra` overrides the context."""
    page = queries.measure_page(account, measure, today=timezone.localdate())
    context = _measure_context(request, account, page) | extra
    part = request.headers.get("HX-Request-Type") == "partial"
    template = "plans/_task_panel.html" if part else "plans/measure.html"
    response = render(request, template, context | {"is_part": part}, status=status)
    response.headers["Vary"] = "HX-Request-Type, Cookie"
    return response


@login_required
@require_safe
def measure(request: HttpRequest, pk: int) -> HttpResponse:
    """A measure: its sentence, its tasks, its proofs, who and when."""
    account: Account = request.user  # type: ignore[assignment]
    return _measure_answer(request, account, _measure(account, pk))


# ── what is done with a task ───────────────────────────────────────────────────────────────


class _Wrong(Exception):
    """A sentence for the field."""


def _owner_named(plan: Plan, name: str, unit: str, today: date) -> Person:
    """The one person that a line names. Raises _Wrong."""
    persons = (
        people.persons_below(plan.unit.path, on=today).filter(name=name).select_related("unit")
    )
    if unit:
        persons = persons.filter(unit__short_name=unit) | persons.filter(unit__name=unit)
    found = list(persons[:6])
    if not found:
        raise _Wrong(
            _("本单位花名册里没有“%(name)s”。请核对姓名，或先登记花名册。")
            % {"name": f"{name}/{unit}" if unit else name}
        )
    if len(found) > 1:
        raise _Wrong(
            _("有%(count)d位%(name)s（%(units)s）。请写成“@%(name)s/%(unit)s”。")
            % {
                "count": len(found),
                "name": name,
                "units": _("、").join(str(person.unit) for person in found),
                "unit": str(found[0].unit),
            }
        )
    return found[0]


def _read_line(line: str, measure: Measure, today: date) -> dict[str, Any]:
    """Title, owner and due date of a new task. Raises _Wrong with a sentence."""
    plan = measure.plan
    read = read_task_line(line, year=plan.year, today=today)
    if read.wrong:
        raise _Wrong(_("没有“%(day)s”这一天。请核对日期。") % {"day": read.wrong})
    due_on = read.due_on or measure.due_on
    if due_on is None or (read.due_on is None and due_on < today):
        raise _Wrong(_("请写完成时限，如“布置展板 12月1日”。"))
    owner = _owner_named(plan, read.owner, read.unit, today) if read.owner else None
    return {"title": read.title, "owner": owner, "due_on": due_on}


@login_required
@require_POST
def add_task(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a task to a measure out of one line."""
    account: Account = request.user  # type: ignore[assignment]
    found = _measure(account, pk)
    access.require(account, permissions.ADD_TASKS, found.plan.unit)
    form = TaskLineForm(request.POST)
    if form.is_valid():
        try:
            task = services.add_task(
                measure=found,
                by=account,
                **_read_line(form.cleaned_data["line"], found, timezone.localdate()),
            )
        except (_Wrong, Refused) as wrong:
            form.add_error("line", str(wrong))
        else:
            return _done(
                request,
                account,
                found,
                _("已增加任务：%(title)s") % {"title": task.title},
                fresh=task.pk,
            )
    return _measure_answer(request, account, found, status=422, form=form)


def _done(
    request: HttpRequest,
    account: Account,
    measure: Measure,
    said: str,
    *,
    undo: str = "",
    fresh: int | None = None,
) -> HttpResponse:
    """Answer after a change: the tasks anew for htmx, else back to the page."""
    if request.headers.get("HX-Request-Type") == "partial":
        measure.refresh_from_db(fields=["task_count", "done_count", "next_due_on"])
        return _measure_answer(request, account, measure, said=said, undo=undo, fresh=fresh)
    messages.success(request, said, extra_tags=f"undo={undo}" if undo else "")
    anchor = f"#task-{fresh}" if fresh else "#tasks"
    return redirect(reverse("plans:measure", args=[measure.pk]) + anchor)


def _task(account: Account, pk: int) -> Task:
    return get_object_or_404(
        queries.visible_tasks(account).select_related("plan__unit", "measure__point", "owner"),
        pk=pk,
    )


def _label(task: Task) -> str:
    return f"{task.measure.point.position}.{task.measure.position}.{task.number}"


@login_required
@require_POST
def close_task(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a task (办结). Refused, with a link to the record, while the record is not done."""
    account: Account = request.user  # type: ignore[assignment]
    task = _task(account, pk)
    access.require(account, permissions.CLOSE_TASKS, task.plan.unit)
    found = _measure(account, task.measure_id)  # one read for either answer
    try:
        services.close_task(task=task, by=account)
    except Refused as refused:
        return _measure_answer(
            request, account, found, status=422, refusal=refused.says, refused_task=pk
        )
    undo = reverse("plans:reopen_task", args=[pk]) + "?undo=1"
    return _done(
        request, account, found, _("已办结 %(label)s。") % {"label": _label(task)}, undo=undo
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def reopen_task(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a closed task again, with a reason; undoing a slip just now carries its own."""
    account: Account = request.user  # type: ignore[assignment]
    task = _task(account, pk)
    access.require(account, permissions.CLOSE_TASKS, task.plan.unit)
    data = request.POST
    if request.method == "POST" and request.GET.get("undo") == "1":
        data = data.copy()
        data["reason"] = _("误点，当即撤销")
    form = ReasonForm(data if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.reopen_task(task=task, by=account, reason=form.cleaned_data["reason"])
        except Refused as refused:
            form.add_error(None, refused.says)
        else:
            said = _("%(label)s 已重新办理。") % {"label": _label(task)}
            return _done(request, account, task.measure, said)
    return render(
        request,
        "plans/tasks_reopen.html",
        {"task": task, "label": _label(task), "form": form},
        status=422 if form.errors else 200,
    )


OFFERED = 50


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a task to another owner of the plan's unit; `q` finds one by name or pinyin."""
    account: Account = request.user  # type: ignore[assignment]
    task = _task(account, pk)
    access.require(account, permissions.ADD_TASKS, task.plan.unit)
    persons = people.persons_below(task.plan.unit.path, on=timezone.localdate())
    words = request.GET.get("q", "").strip()[:60]
    if request.method == "POST":
        form = HandOverForm(request.POST, persons=persons)
        if form.is_valid():
            owner = form.cleaned_data["owner"]
            try:
                services.hand_over_task(task=task, owner=owner, by=account)
            except Refused as refused:
                form.add_error(None, refused.says)
            else:
                said = (
                    _("%(label)s 已转给%(owner)s。") % {"label": _label(task), "owner": owner.name}
                    if owner
                    else _("%(label)s 的责任人已设为待定。") % {"label": _label(task)}
                )
                return _done(request, account, task.measure, said)
    else:
        form = HandOverForm(persons=persons)
    offered = people.found_persons(persons, words) if words else persons
    found = list(offered.select_related("unit")[: OFFERED + 1])
    return render(
        request,
        "plans/tasks_owner.html",
        {
            "task": task,
            "label": _label(task),
            "form": form,
            "persons": found[:OFFERED],
            "more": len(found) > OFFERED,
            "q": words,
        },
        status=422 if form.errors else 200,
    )
