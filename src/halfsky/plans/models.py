"""A plan document, what was read out of it, the plan it became, and the tasks that carry it out.

Every span is half-open and points into a frozen `CleanText`, which maps back to the text of the
original file. State fields are written by `plans.services` alone.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from halfsky.library.models import StoredFile
from halfsky.people.models import Person, Unit


class SourceDocument(models.Model):
    """A plan document (计划文件) as it was brought, with its text as extracted. Never changed."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="plan_documents")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    name = models.CharField(_("文件名"), max_length=255)
    format = models.CharField(max_length=10)
    brought = models.CharField(max_length=10)  # upload, paste, command
    raw_text = models.TextField()
    blocks = models.JSONField(default=list)  # [start, end, where] in raw_text
    notices = models.JSONField(default=list)  # codes of what the reader of papers left out
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    class Privacy:
        personal: ClassVar[tuple[str, ...]] = ()

    def __str__(self) -> str:
        return self.name


class CleanText(models.Model):
    """The second version of a document's text: without what does not belong to it. Frozen.

    `segments` lists [clean_start, raw_start, length] for each kept run; `removed` lists
    [raw_start, raw_end, reason] for each dropped one.
    """

    document = models.ForeignKey(SourceDocument, models.CASCADE, related_name="clean_texts")
    number = models.PositiveSmallIntegerField(default=1)
    text = models.TextField()
    segments = models.JSONField()
    removed = models.JSONField()
    reader_version = models.CharField(max_length=20)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["document", "number"], name="clean_text_number")
        ]

    class Privacy:
        personal: ClassVar[tuple[str, ...]] = ()

    def __str__(self) -> str:
        return f"{self.document} · {self.number}"


class PlanState(models.TextChoices):
    PROPOSED = "proposed", _("待核对")
    UNDER_REVIEW = "under_review", _("待审核")
    ENDORSED = "endorsed", _("待采纳")
    ADOPTED = "adopted", _("已采纳")
    AMENDED = "amended", _("已修订")  # a newer version runs
    REJECTED = "rejected", _("未采用")


class Plan(models.Model):
    """An annual plan (年度工作计划) of a unit: one version of it."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="plans")
    year = models.PositiveSmallIntegerField(_("年度"))
    version = models.PositiveSmallIntegerField(default=1)
    previous = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="amendments"
    )
    title = models.CharField(_("标题"), max_length=200)
    state = models.CharField(max_length=12, choices=PlanState.choices, default=PlanState.PROPOSED)
    document = models.ForeignKey(SourceDocument, models.PROTECT, related_name="plans")
    clean_text = models.ForeignKey(CleanText, models.PROTECT, related_name="plans")
    stated_year = models.PositiveSmallIntegerField(null=True)  # what the document itself says
    year_settled = models.BooleanField(default=True)  # False: somebody must decide the year
    amendment_reason = models.CharField(_("修订原因"), max_length=500, blank=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(auto_now_add=True)
    adopted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    adopted_at = models.DateTimeField(null=True)
    near_workdays = models.PositiveSmallIntegerField(_("临期提醒（工作日）"), default=10)
    revision = models.PositiveIntegerField(default=0)  # grows with each edit under review
    pulse = models.PositiveIntegerField(default=0)  # grows with each change of a task or measure

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["unit", "year"],
                condition=Q(state=PlanState.ADOPTED),
                name="one_adopted_plan_per_unit_and_year",
            ),
            models.CheckConstraint(
                condition=~Q(state=PlanState.ADOPTED) | Q(adopted_at__isnull=False),
                name="adopted_plan_has_its_date",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["unit", "-year", "-version"])]

    class Privacy:
        personal: ClassVar[tuple[str, ...]] = ()

    def __str__(self) -> str:
        return self.title

    @property
    def is_open_to_edits(self) -> bool:
        """Whether its points and measures may still change."""
        return self.state in {PlanState.PROPOSED, PlanState.UNDER_REVIEW, PlanState.ENDORSED}

    @property
    def is_running(self) -> bool:
        """Whether its tasks are being carried out."""
        return self.state == PlanState.ADOPTED


class KeyPoint(models.Model):
    """A key point (工作要点): a numbered part of the document."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="points")
    position = models.PositiveSmallIntegerField()
    ordinal = models.CharField(max_length=12, blank=True)  # as printed
    heading = models.CharField(max_length=300)
    role = models.CharField(max_length=10, default="work")  # work, frame, support
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()

    class Meta:
        ordering: ClassVar = ["plan", "position", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(end__gte=F("start")), name="point_span"),
        ]

    class Privacy:
        personal: ClassVar[tuple[str, ...]] = ()

    def __str__(self) -> str:
        return self.heading


class Sentence(models.Model):
    """A sentence of the document's body. It is mapped by measures, declared, or open."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="sentences")
    point = models.ForeignKey(KeyPoint, models.SET_NULL, null=True, related_name="sentences")
    position = models.PositiveIntegerField()
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    declared = models.CharField(max_length=12, blank=True)  # aim, background, upper, duplicate
    declared_by = models.CharField(max_length=60, blank=True)  # a name, or "" for the reader

    class Meta:
        ordering: ClassVar = ["plan", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "position"], name="sentence_position")
        ]

    class Privacy:
        personal: ClassVar[tuple[str, ...]] = ("declared_by",)

    def __str__(self) -> str:
        return f"{self.plan} · {self.position}"


class Mark(models.Model):
    """Something found in the text: a date, an owner, a hotline, a partner."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="marks")
    kind = models.CharField(max_length=12)  # date, owner, hotline, partner
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    text = models.CharField(max_length=200)
    on = models.DateField(null=True)  # for dates
    value = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["plan", "start"]

    class Privacy:
        personal: ClassVar[tuple[str, ...]] = ()

    def __str__(self) -> str:
        return self.text


class Measure(models.Model):
    """A measure (举措): what one piece of the document asks for, and who answers for it.

    `task_count`, `done_count` and `next_due_on` are kept by `plans.services.tasks`.
    """

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="measures")
    point = models.ForeignKey(KeyPoint, models.CASCADE, related_name="measures")
    position = models.PositiveSmallIntegerField()  # within the point
    amends = models.ForeignKey("self", models.SET_NULL, null=True, related_name="amended_by")
    text = models.CharField(_("举措"), max_length=1000)
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    kind = models.CharField(_("类型"), max_length=20)
    whose = models.CharField(_("谁来做"), max_length=12)
    lead_unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="led_measures")
    supporting_units = models.ManyToManyField(Unit, related_name="supported_measures", blank=True)
    owner = models.ForeignKey(Person, models.PROTECT, null=True, related_name="owned_measures")
    due_on = models.DateField(_("完成时限"), null=True)
    recurrence = models.CharField(_("频次"), max_length=12, blank=True)
    nodes = models.JSONField(default=list)  # [{"on": "2026-11-25", "text": "…"}]
    deliverable = models.CharField(_("成果"), max_length=200, blank=True)
    target_number = models.PositiveIntegerField(_("目标值"), null=True)
    target_unit = models.CharField(_("计量单位"), max_length=20, blank=True)
    counting_rule = models.CharField(_("计数口径"), max_length=200, blank=True)
    evidence_kinds = models.JSONField(default=list)
    weight = models.PositiveSmallIntegerField(_("权重"), default=1)
    is_soft = models.BooleanField(default=False)  # no deliverable: 无可验收成果
    carried_by = models.CharField(max_length=40, default="general.task")  # a kernel measure kind
    rule = models.CharField(max_length=60, blank=True)  # which reading rule proposed it
    why = models.CharField(max_length=400, blank=True)
    revision = models.PositiveIntegerField(default=0)
    checked_by = models.CharField(max_length=60, blank=True)  # who looked it over
    task_count = models.PositiveIntegerField(default=0)
    done_count = models.PositiveIntegerField(default=0)
    next_due_on = models.DateField(null=True)  # earliest open task

    class Meta:
        ordering: ClassVar = ["plan", "point__position", "position", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(end__gte=F("start")), name="measure_span"),
            models.CheckConstraint(
                condition=Q(done_count__lte=F("task_count")), name="measure_counts"
            ),
        ]

    class Privacy:
        personal: ClassVar[tuple[str, ...]] = ("checked_by",)

    def __str__(self) -> str:
        return self.text[:60]


class PlanEdit(models.Model):
    """One edit under review: what others see as it happens, and what can be undone."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="edits")
    revision = models.PositiveIntegerField()
    at = models.DateTimeField(auto_now_add=True)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    what = models.CharField(max_length=12)  # measure, point, sentence, plan
    object_id = models.BigIntegerField()
    action = models.CharField(max_length=20)  # change, add, remove, split, merge, move, declare
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    undoes = models.OneToOneField("self", models.CASCADE, null=True, related_name="undone_by")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "revision"], name="edit_revision")
        ]

    class Privacy:
        personal: ClassVar[tuple[str, ...]] = ()

    def __str__(self) -> str:
        return f"{self.what} {self.object_id}: {self.action}"


class TaskState(models.TextChoices):
    ISSUED = "issued", _("已下发")
    CLOSED = "closed", _("办结")
    CANCELLED = "cancelled", _("已取消")


class Task(models.Model):
    """A task (任务): a dated piece of a measure, carried out by a record in a room."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="tasks")
    point = models.ForeignKey(KeyPoint, models.PROTECT, related_name="tasks")
    measure = models.ForeignKey(Measure, models.PROTECT, related_name="tasks")
    number = models.PositiveIntegerField()  # within the measure
    title = models.CharField(_("任务"), max_length=300)
    lead_unit = models.ForeignKey(Unit, models.PROTECT, related_name="led_tasks")
    owner = models.ForeignKey(Person, models.PROTECT, null=True, related_name="tasks")
    starts_on = models.DateField()
    due_on = models.DateField(_("完成时限"))
    state = models.CharField(max_length=10, choices=TaskState.choices, default=TaskState.ISSUED)
    closed_on = models.DateField(null=True)
    carried_by = models.CharField(max_length=40)  # a kernel measure kind
    record_id = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["measure", "number"], name="task_number"),
            models.CheckConstraint(condition=Q(due_on__gte=F("starts_on")), name="task_period"),
            models.CheckConstraint(
                condition=Q(state=TaskState.CLOSED, closed_on__isnull=False)
                | (~Q(state=TaskState.CLOSED) & Q(closed_on__isnull=True)),
                name="task_closed_has_its_date",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["plan", "state", "due_on", "id"], name="task_plan_state_due"),
            models.Index(fields=["plan", "due_on", "id"], name="task_plan_due"),
            models.Index(fields=["measure", "state", "due_on"], name="task_measure_due"),
            models.Index(fields=["owner", "state", "due_on", "id"], name="task_owner_due"),
            models.Index(fields=["lead_unit", "state", "due_on", "id"], name="task_unit_due"),
            models.Index(fields=["point", "state", "due_on", "id"], name="task_point_due"),
        ]

    class Privacy:
        personal: ClassVar[tuple[str, ...]] = ()

    def __str__(self) -> str:
        return self.title


class DueTally(models.Model):
    """How many tasks of a plan are due on a day, and how many of them are closed. Kept counters."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="due_tallies")
    due_on = models.DateField()
    total = models.PositiveIntegerField(default=0)
    closed = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "due_on"], name="tally_day"),
            models.CheckConstraint(condition=Q(closed__lte=F("total")), name="tally_counts"),
        ]

    class Privacy:
        personal: ClassVar[tuple[str, ...]] = ()

    def __str__(self) -> str:
        return f"{self.due_on}: {self.closed}/{self.total}"
