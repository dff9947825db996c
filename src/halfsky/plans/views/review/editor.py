"""The editor of one measure, with what to say when a field is wrong or another changed it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers

from halfsky.people import access
from halfsky.plans.edit_words import field_label, value_words
from halfsky.plans.forms import MeasureForm
from halfsky.plans.models import Measure
from halfsky.plans.permissions import EDIT_PLANS
from halfsky.plans.queries import review as queries
from halfsky.plans.queries.review import Names
from halfsky.plans.services import editing
from halfsky.plans.services.refusals import Refused, Stale
from halfsky.plans.views.documents import wants_part
from halfsky.plans.views.review.answers import answer_edit, answer_refusal, back_to_review
from halfsky.plans.views.review.desk import known_revision, may_edit_now, part_at_work, reader

REFUSED_FIELDS = {
    "due_outside_year": "due_on",
    "lead_also_supports": "supporting_units",
    "empty_text": "text",
    "selection_too_long": "text",
}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request-Type")
def edit_measure(request: HttpRequest, pk: int) -> HttpResponse:
    """The full editor of a measure; POST saves the fields that the page names."""
    measure = part_at_work(request, Measure, pk)
    plan = measure.plan
    if request.method != "POST":
        return _editor(
            request, measure, MeasureForm(plan=plan, measure=measure, auto_id=f"id{pk}_%s")
        )
    access.require(reader(request), EDIT_PLANS, plan.unit)
    asked = request.POST.get("fields", "").split()
    only = MeasureForm.ROW if asked == ["row"] else tuple(
        name for name in MeasureForm.ALL if not asked or asked == ["all"] or name in asked
    )  # fmt: skip
    form = MeasureForm(request.POST, plan=plan, measure=measure, only=only, auto_id=f"id{pk}_%s")
    is_row = asked == ["row"]
    if not form.is_valid():
        return _invalid(request, measure, form, is_row=is_row)
    try:
        edit = editing.change_measure(
            measure=measure,
            known=known_revision(request),
            by=reader(request),
            **form.values,
        )
    except Refused as refused:
        return _not_saved(request, measure, form, refused, is_row=is_row)
    return answer_edit(
        request,
        plan,
        edit,
        _("已存"),
        anchor=f"m-{pk}",
        row=pk if is_row else None,
    )


def _invalid(
    request: HttpRequest, measure: Measure, form: MeasureForm, *, is_row: bool
) -> HttpResponse:
    """Say what is wrong beside the field that was saved by itself, or in the whole form again."""
    whole = len(form.fields) > len(MeasureForm.ALL)
    if wants_part(request) and (is_row or not whole or "save" not in request.POST):
        answer = render(request, "plans/_row_problem.html", {"form": form}, status=422)
        return answer if is_row else _into(answer, f"#ep-{measure.pk}")
    if not whole:
        said = [str(error) for errors in form.errors.values() for error in errors]
        messages.error(request, " ".join(said))
        return back_to_review(measure.plan_id, f"m-{measure.pk}")
    return _editor(request, measure, form, status=422)


def _not_saved(
    request: HttpRequest, measure: Measure, form: MeasureForm, refused: Refused, *, is_row: bool
) -> HttpResponse:
    """Say why the fields were not saved: beside the field, or with what another made of it."""
    plan = measure.plan
    plan.refresh_from_db(fields=["revision", "state"])
    if not isinstance(refused, Stale):
        field = REFUSED_FIELDS.get(refused.code)
        form.add_error(field if field in form.fields else None, refused.says)
        return _invalid(request, measure, form, is_row=is_row)
    mine, hidden = _mine(request, measure, form, refused)
    answer = answer_refusal(
        request, plan, refused, mine=mine, hidden=hidden, anchor=f"m-{measure.pk}",
        retry=reverse("plans:edit_measure", args=[measure.pk]),
    )  # fmt: skip
    return answer if is_row else _into(answer, f"#ep-{measure.pk}")


def _into(response: HttpResponse, target: str) -> HttpResponse:
    """Let a part go to another place of the page than the one it was asked for."""
    response["HX-Retarget"] = target
    response["HX-Reswap"] = "innerHTML"
    return response


def _mine(
    request: HttpRequest, measure: Measure, form: MeasureForm, stale: Stale
) -> tuple[list[dict[str, str]], list[tuple[str, str]]]:
    """The fields in conflict: what was, what the other made of it, what the reader wants."""
    edits = stale.values["edits"]
    name = f"measure:{measure.pk}"
    names = queries.names_in(edits)
    own = _own_names(form, names)
    clashing = {field for edit in edits for field in editing.changed_in(edit, name)}
    lines, hidden = [], []
    sent = {service: short for short, service in form.SERVICE_NAMES.items()}
    for service_name, value in form.values.items():
        if service_name not in clashing:
            continue
        plain = sent.get(service_name, service_name)
        was = (edits[0].before.get(name) or {}).get(service_name)
        theirs = (edits[-1].after.get(name) or {}).get(service_name)
        stored = value.isoformat() if service_name == "due_on" and value else value
        if stored == was:
            continue
        lines.append(
            {
                "label": field_label(service_name),
                "was": value_words(service_name, was, names),
                "theirs": value_words(service_name, theirs, names),
                "mine": value_words(service_name, stored, own),
            }
        )
        hidden.append(("fields", plain))
        if plain == "nodes":
            hidden += [("nodes_on", on) for on in request.POST.getlist("nodes_on")]
            hidden += [("nodes_text", text) for text in request.POST.getlist("nodes_text")]
        elif plain == "owner":
            hidden.append((plain, "" if value is None else str(value)))
        else:
            hidden += [(plain, one) for one in request.POST.getlist(plain)]
    fields = " ".join(value for key, value in hidden if key == "fields")
    return lines, [pair for pair in hidden if pair[0] != "fields"] + [("fields", fields)]


def _own_names(form: MeasureForm, names: Names) -> Names:
    """The names behind the reader's own choices as well."""
    values = form.values
    units = {values.get("lead_unit_id"), *values.get("supporting_unit_ids", [])} - {None}
    person = queries.person_of(form.plan, pk=values["owner_id"]) if values.get("owner_id") else None
    return Names(
        names.units | queries.unit_names(units),
        names.persons | ({person.pk: person.name} if person else {}),
        names.points,
    )


def _editor(
    request: HttpRequest, measure: Measure, form: MeasureForm, *, status: int = 200
) -> HttpResponse:
    """The editor as a part below the row, or as a page of its own."""
    plan = measure.plan
    form.offer(queries.choices(plan))
    points = list(plan.points.order_by("position", "id"))
    siblings = list(measure.point.measures.order_by("position", "id").values_list("pk", flat=True))
    place = siblings.index(measure.pk)
    context = {
        "plan": plan,
        "measure": measure,
        "form": form,
        "points": points,
        "place": place,
        "is_last": place == len(siblings) - 1,
        "number": f"{[p.pk for p in points].index(measure.point_id) + 1}.{place + 1}",
        "may_edit": may_edit_now(request, plan),
        "known": plan.revision if not form.is_bound else known_revision(request) or 0,
        "source": plan.clean_text.text[measure.start : measure.end],
    }
    template = "plans/_review_editor.html" if wants_part(request) else "plans/review_editor.html"
    return render(request, template, context, status=status)
