"""What others do meanwhile, the edit history (修改记录), and undo."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from halfsky.plans import labels
from halfsky.plans.forms import number_or_none
from halfsky.plans.queries import review as queries
from halfsky.plans.services import editing
from halfsky.plans.services.refusals import Refused
from halfsky.plans.views.review.answers import answer_refusal, draw_changes, told, try_edit
from halfsky.plans.views.review.desk import may_edit_now, plan_at_work, plan_to_edit, reader


@login_required
@require_safe
@vary_on_headers("HX-Request-Type")
def changes(request: HttpRequest, pk: int) -> HttpResponse:
    """What was edited after the revision that the page knows: 204 when nothing was."""
    plan = plan_at_work(request, pk)
    after = number_or_none(request.GET.get("after"))
    if after is None:
        after = plan.revision
    moved_on = request.GET.get("state", plan.state) != plan.state
    if plan.revision <= after and not moved_on:
        return HttpResponse(status=204)
    edits = queries.edits_after(plan, after)
    others = [edit for edit in edits if edit.account_id != reader(request).pk]
    last = told(others[-1:], plan)
    return draw_changes(
        request,
        plan,
        edits,
        after=edits[-1].revision if edits else plan.revision,
        editors=last[0] if last else "",
        moved_on=moved_on,
    )


@login_required
@require_safe
@vary_on_headers("HX-Request-Type")
def edits(request: HttpRequest, pk: int) -> HttpResponse:
    """The edit history (修改记录): who changed what, when, from what to what; each can be undone."""
    plan = plan_at_work(request, pk)
    before = number_or_none(request.GET.get("before"))
    found = queries.recent_edits(plan, before=before, limit=51)
    shown = found[:50]
    context = {
        "plan": plan,
        "lines": told(shown, plan),
        "older": shown[-1].revision if len(found) > len(shown) else None,
        "may_edit": may_edit_now(request, plan),
    }
    return render(request, "plans/edits.html", context)


@login_required
@require_POST
def undo(request: HttpRequest, pk: int, revision: int) -> HttpResponse:
    """Undo one edit; revision 0 means the reader's own last one."""
    plan = plan_to_edit(request, pk)
    if revision == 0:
        edit = queries.last_own_edit(plan, reader(request))
        if edit is None:
            return answer_refusal(request, plan, Refused("nothing_to_undo"))
    else:
        edit = get_object_or_404(plan.edits.select_related("plan"), revision=revision)
    what = labels.EDITS.get(edit.action, edit.action)
    return try_edit(
        request,
        plan,
        lambda: editing.undo(edit=edit, by=reader(request)),
        _("已撤销：%(what)s") % {"what": what},
        anchor="h-out",
    )
