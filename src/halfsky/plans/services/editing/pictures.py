"""One edit of a plan: the picture of what it touches before and after, kept as one `PlanEdit`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db import transaction

from halfsky.audit import services as audit
from halfsky.people import access
from halfsky.people.models import Account
from halfsky.plans.models import KeyPoint, Measure, Plan, PlanEdit, PlanState, Sentence
from halfsky.plans.permissions import EDIT_PLANS
from halfsky.plans.services.refusals import Refused

MEASURE_FIELDS = (
    "point_id", "position", "text", "start", "end", "kind", "whose", "lead_unit_id", "owner_id",
    "due_on", "recurrence", "nodes", "deliverable", "target_number", "target_unit",
    "counting_rule", "evidence_kinds", "weight", "is_soft", "carried_by", "rule", "why",
    "checked_by", "amends_id",
)  # fmt: skip
POINT_FIELDS = ("position", "ordinal", "heading", "role", "start", "end")
SENTENCE_FIELDS = ("point_id", "declared", "declared_by")
PLAN_FIELDS = ("year", "year_settled", "title")
SupportingUnits = Measure.supporting_units.through

Touched = Measure | KeyPoint | Sentence | Plan
Picture = dict[str, dict[str, Any]]  # "measure:12" -> its fields, or {} when it is not there

MODELS: Mapping[str, type[Measure] | type[KeyPoint] | type[Sentence] | type[Plan]] = {
    "measure": Measure,
    "keypoint": KeyPoint,
    "sentence": Sentence,
    "plan": Plan,
}
FIELDS: Mapping[str, tuple[str, ...]] = {
    "measure": MEASURE_FIELDS,
    "keypoint": POINT_FIELDS,
    "sentence": SENTENCE_FIELDS,
    "plan": PLAN_FIELDS,
}


def name_of(obj: Touched) -> str:
    """How a picture names a thing: "measure:12"."""
    return f"{obj._meta.model_name}:{obj.pk}"


def kind_and_pk(name: str) -> tuple[str, int]:
    """Which thing a picture's name means. The inverse of `name_of`."""
    kind, pk = name.split(":")
    return kind, int(pk)


def picture(names: Iterable[str]) -> Picture:
    """The fields of each thing as they stand in the database; {} for what is not there."""
    wanted: dict[str, list[int]] = defaultdict(list)
    found: Picture = {}
    for name in names:
        kind, pk = kind_and_pk(name)
        wanted[kind].append(pk)
        found[name] = {}
    for kind, pks in wanted.items():
        for row in MODELS[kind].objects.filter(pk__in=pks).order_by().values("pk", *FIELDS[kind]):
            found[f"{kind}:{row.pop('pk')}"] = row
    measures = [found[f"measure:{pk}"] for pk in wanted["measure"]]
    for fields in measures:
        if fields:
            fields["supporting_unit_ids"] = []
            fields["due_on"] = fields["due_on"].isoformat() if fields["due_on"] else None
    links = SupportingUnits.objects.filter(measure_id__in=wanted["measure"])
    for measure_id, unit_id in links.order_by("unit_id").values_list("measure_id", "unit_id"):
        found[f"measure:{measure_id}"]["supporting_unit_ids"].append(unit_id)
    return found


class Edit:
    """What one edit touches, with its picture before the change."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.before: Picture = {}

    def touch(self, *objects: Touched) -> None:
        """Say that these are about to change. Call it before they are saved."""
        fresh = [name for obj in objects if (name := name_of(obj)) not in self.before]
        if fresh:
            self.before |= picture(fresh)

    def made(self, obj: Touched) -> None:
        """Say that this did not exist before."""
        self.before.setdefault(name_of(obj), {})


def as_one_edit(
    *,
    plan: Plan,
    by: Account,
    action: str,
    change: Callable[[Edit], Touched],
    undoes: PlanEdit | None = None,
) -> PlanEdit | None:
    """Run `change` as one edit. Returns None when it left everything as it was.

    A plan that the chair has passed to the leader stays as it was passed until it is sent back.
    """
    with transaction.atomic():
        locked = (
            Plan.objects.select_for_update(of=("self",))
            .select_related("unit", "clean_text")
            .get(pk=plan.pk)
        )
        access.require(by, EDIT_PLANS, locked.unit)
        if locked.state == PlanState.ENDORSED:
            raise Refused("endorsed")
        if not locked.is_open_to_edits:
            raise Refused("frozen", state=locked.get_state_display())
        edit = Edit(locked)
        subject = change(edit)
        after = picture(edit.before)
        if after == edit.before:
            return None
        revision = locked.revision + 1
        Plan.objects.filter(pk=locked.pk).update(revision=revision)
        touched = [pk for kind, pk in map(kind_and_pk, after) if kind == "measure"]
        Measure.objects.filter(pk__in=touched).update(revision=revision)
        plan.revision = revision
        audit.record(
            action=f"plans.{action}",
            by=by,
            obj=subject,
            unit=locked.unit,
            before=edit.before,
            after=after,
            on_behalf_of=access.on_behalf_of(by, EDIT_PLANS, locked.unit),
        )
        return PlanEdit.objects.create(
            plan=locked,
            revision=revision,
            account=by,
            what=str(subject._meta.model_name),
            object_id=subject.pk,
            action=action,
            before=edit.before,
            after=after,
            undoes=undoes,
        )
