"""Units, persons, accounts and grants."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from treebeard.mp_tree import MP_Node, MP_NodeManager

from halfsky.kernel.permissions import Permission
from halfsky.people import access
from halfsky.people.roles import Role


class UnitKind(models.TextChoices):
    FEDERATION = "federation", _("妇联")
    BUREAU = "bureau", _("机关")
    INSTITUTION = "institution", _("事业单位")
    DEPARTMENT = "department", _("科室")
    COMMITTEE = "committee", _("妇委会")
    UNION_COMMITTEE = "union_committee", _("工会女职工委员会")
    ENTERPRISE = "enterprise", _("企业")
    TOWNSHIP = "township", _("乡镇街道")
    VILLAGE = "village", _("村社区")
    OTHER = "other", _("其他")


class Unit(MP_Node):
    """A unit (单位) in the organisation tree (组织架构). It ends, it is never deleted."""

    name = models.CharField(_("全称"), max_length=120)
    short_name = models.CharField(_("简称"), max_length=40)
    code = models.CharField(_("代码"), max_length=40, unique=True)
    kind = models.CharField(_("类别"), max_length=20, choices=UnitKind.choices)
    valid_from = models.DateField(_("启用日期"), null=True, blank=True)
    valid_to = models.DateField(_("停用日期"), null=True, blank=True)
    successor = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="predecessors"
    )

    node_order_by: ClassVar[list[str]] = []
    objects = MP_NodeManager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True)
                | Q(valid_from__isnull=True)
                | Q(valid_to__gte=F("valid_from")),
                name="unit_ends_after_it_starts",
            ),
        ]

    class Privacy:
        personal: ClassVar[tuple[str, ...]] = ()

    def __str__(self) -> str:
        return self.short_name or self.name

    def is_valid_on(self, day: date) -> bool:
        """Whether the unit exists on `day`; both ends counted."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )


class Sex(models.TextChoices):
    FEMALE = "f", _("女")
    MALE = "m", _("男")


class StaffKind(models.TextChoices):
    CIVIL_SERVANT = "civil_servant", _("公务员")
    MANAGED_AS_SERVANT = "managed", _("参公")
    INSTITUTION = "institution", _("事业")
    CONTRACT = "contract", _("合同")
    DISPATCHED = "dispatched", _("劳务派遣")
    RETIRED = "retired", _("退休")


class Person(models.Model):
    """A person on the roster (花名册). A person need not have an account, nor an account one."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="persons")
    name = models.CharField(_("姓名"), max_length=60)
    name_key = models.CharField(max_length=120)  # pinyin by syllables, for sorting
    name_search = models.CharField(max_length=160, blank=True)  # pinyin and initials, run together
    sex = models.CharField(_("性别"), max_length=1, choices=Sex.choices)
    birth_month = models.CharField(_("出生年月"), max_length=7, blank=True)  # YYYY-MM
    post = models.CharField(_("职务"), max_length=60, blank=True)
    rank = models.CharField(_("职级"), max_length=60, blank=True)
    staff_kind = models.CharField(
        _("人员类别"), max_length=20, choices=StaffKind.choices, blank=True
    )
    education = models.CharField(_("学历"), max_length=40, blank=True)
    title = models.CharField(_("职称"), max_length=60, blank=True)
    politics = models.CharField(_("政治面貌"), max_length=40, blank=True)
    joined_on = models.DateField(_("到岗日期"), null=True, blank=True)
    left_on = models.DateField(_("离岗日期"), null=True, blank=True)
    phone = models.CharField(_("电话"), max_length=30, blank=True)
    import_batch = models.ForeignKey(
        "ImportBatch", models.SET_NULL, null=True, blank=True, related_name="created_persons"
    )
    # two records of one person: the one that stays. Nothing that names the other breaks.
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged_from"
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["unit", "name_key", "id"], name="person_unit_name"),
            models.Index(fields=["name_key", "id"], name="person_name"),
            models.Index(fields=["name"], name="person_written_name"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(left_on__isnull=True)
                | Q(joined_on__isnull=True)
                | Q(left_on__gte=F("joined_on")),
                name="person_leaves_after_joining",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")),
                name="person_not_merged_into_herself",
            ),
        ]

    class Privacy:
        personal: ClassVar = (
            "name", "name_key", "name_search", "sex", "birth_month", "post", "rank", "staff_kind",
            "education", "title", "politics", "joined_on", "left_on", "phone",
        )  # fmt: skip

    def __str__(self) -> str:
        return self.name


class Distinction(models.Model):
    """Two records that look like one person and are not (marked as different, 不是同一人)."""

    first = models.ForeignKey(Person, models.CASCADE, related_name="+")
    second = models.ForeignKey(Person, models.CASCADE, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["first", "second"], name="distinction_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="distinction_in_order"),
        ]

    class Privacy:
        personal: ClassVar[tuple[str, ...]] = ()

    def __str__(self) -> str:
        return f"{self.first_id} ≠ {self.second_id}"


class ImportBatch(models.Model):
    """One roster import: what was read, what each row would become, and whether it was undone."""

    class State(models.TextChoices):
        PREVIEWED = "previewed", _("待确认")
        RUNNING = "running", _("正在写入")
        APPLIED = "applied", _("已导入")
        UNDONE = "undone", _("已撤销")
        CANCELLED = "cancelled", _("已取消")

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="import_batches")
    account = models.ForeignKey("Account", models.PROTECT, related_name="import_batches")
    file_name = models.CharField(max_length=255)
    file_sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=12, choices=State.choices, default=State.PREVIEWED)
    mapping = models.JSONField(default=list)  # per column: letter, heading, field, why not read
    rows = models.JSONField(default=list)  # per row: number, values, fate, errors, person id
    counts = models.JSONField(default=dict)  # fate -> rows
    before = models.JSONField(default=dict)  # person id -> fields before the import, for undo
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    applied_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    kept = models.JSONField(default=list)  # on undo: persons changed since, left as they are
    purged_at = models.DateTimeField(null=True, blank=True)  # rows and before were emptied

    class Privacy:
        personal: ClassVar = ("rows", "before", "kept")

    def __str__(self) -> str:
        return self.file_name


THEMES = ("auto", "light", "dark")
Purpose = Literal["api", "calendar"]


class AccountManager(BaseUserManager["Account"]):
    def get_by_natural_key(self, username: str | None) -> Account:
        return self.get(username=username)


class Account(AbstractBaseUser):
    """A sign-in. What it may do stands in its grants, nowhere else."""

    username = models.CharField(_("用户名"), max_length=60, unique=True)
    email = models.EmailField(_("邮箱"), blank=True)
    person = models.OneToOneField(
        Person, models.PROTECT, null=True, blank=True, related_name="account"
    )
    display_name = models.CharField(_("显示名"), max_length=60)
    is_active = models.BooleanField(_("启用"), default=True)
    must_change_password = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    language = models.CharField(max_length=10, default="zh-hans")
    theme = models.CharField(max_length=5, default="auto")  # one of THEMES
    large_print = models.BooleanField(default=False)
    single_keys = models.BooleanField(default=True)
    home_unit = models.ForeignKey(Unit, models.SET_NULL, null=True, blank=True, related_name="+")

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = AccountManager()

    class Privacy:
        personal: ClassVar = ("username", "email", "display_name")

    def __str__(self) -> str:
        return self.display_name

    def scope(self, permission: Permission) -> access.Scope:
        """Where this account holds `permission` today; for rooms below this one."""
        return access.scope(self, permission)

    def get_full_name(self) -> str:
        return self.display_name

    def get_short_name(self) -> str:
        return self.display_name


class Grant(models.Model):
    """A grant (授权): `account` holds `role` within `unit` and the units below it."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="grants")
    role = models.CharField(_("角色"), max_length=20, choices=Role.choices)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="grants")
    starts_on = models.DateField(_("起"), null=True, blank=True)
    ends_on = models.DateField(_("止"), null=True, blank=True)
    deputy_of = models.ForeignKey(
        Account, models.PROTECT, null=True, blank=True, related_name="deputies"
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="grant_role_is_known"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True)
                | Q(starts_on__isnull=True)
                | Q(ends_on__gte=F("starts_on")),
                name="grant_ends_after_it_starts",
            ),
        ]

    class Privacy:
        personal: ClassVar[tuple[str, ...]] = ()

    def __str__(self) -> str:
        return f"{self.account} · {self.get_role_display()} · {self.unit}"


class ApiToken(models.Model):
    """A token for the API: acts as its account. Only a hash of it is kept."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="api_tokens")
    label = models.CharField(_("用途"), max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(max_length=10, default="api")  # api, calendar
    created_at = models.DateTimeField(auto_now_add=True)
    expires_on = models.DateField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Privacy:
        personal: ClassVar[tuple[str, ...]] = ()

    def __str__(self) -> str:
        return self.label
