"""Writing the organisation tree."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from halfsky.audit.services import record
from halfsky.people import access
from halfsky.people.models import Account, Unit
from halfsky.people.permissions import EDIT_UNITS
from halfsky.people.rules.cells import plain_text
from halfsky.people.services import finding
from halfsky.people.services.errors import Refused

LOGGED = ("name", "short_name", "code", "kind", "valid_from", "valid_to", "successor_id")


def as_logged(unit: Unit) -> dict[str, Any]:
    """The fields of a unit that the log shows."""
    return {name: getattr(unit, name) for name in LOGGED}


def _check(unit: Unit) -> None:
    """Refuse what no unit may be."""
    unit.name, unit.short_name = plain_text(unit.name), plain_text(unit.short_name)
    unit.code = plain_text(unit.code)
    if not unit.name or not unit.code:
        raise Refused(_("请填写单位的全称和代码。"))
    unit.short_name = unit.short_name or unit.name[:40]
    if unit.valid_from and unit.valid_to and unit.valid_to < unit.valid_from:
        raise Refused(_("停用日期不能早于启用日期，请改其中一个。"))
    if Unit.objects.filter(code=unit.code).exclude(pk=unit.pk).exists():
        raise Refused(
            _("代码“%(code)s”已有单位在用，请换一个代码。") % {"code": unit.code}, code="code"
        )


@transaction.atomic
def create_unit(
    *,
    by: Account | None,
    parent: Unit | None,
    name: str,
    code: str,
    kind: str,
    short_name: str = "",
    valid_from: date | None = None,
) -> Unit:
    """Add a unit below `parent`, or a new root.

    A root is added by the command line (`by=None`) or by who administers a root already.
    Raises OutOfReach, Refused.
    """
    if by is not None:
        if parent is not None:
            access.require(by, EDIT_UNITS, parent)
        elif not any(len(path) == Unit.steplen for path in access.scope(by, EDIT_UNITS).paths):
            raise access.OutOfReach
    if parent is not None:
        parent = Unit.objects.select_for_update().get(pk=parent.pk)
        if not parent.is_valid_on(timezone.localdate()) and parent.valid_to:
            raise Refused(_("“%(unit)s”已停用，不能在它下面新建单位。") % {"unit": parent.name})
    unit = Unit(name=name, short_name=short_name, code=code, kind=kind, valid_from=valid_from)
    _check(unit)
    try:
        with transaction.atomic():
            unit = (
                Unit.objects.add_child(parent, instance=unit)
                if parent
                else Unit.objects.add_root(instance=unit)
            )
    except IntegrityError:  # another builder of the tree took the code or the place just now
        raise Refused(_("刚刚有人改过组织架构，请再试一次。")) from None
    finding.index_unit(unit)
    record(
        action="people.unit.create",
        obj=unit,
        by=by,
        unit=unit,
        after=as_logged(unit) | {"parent_id": parent.pk if parent else None},
    )
    return unit


@transaction.atomic
def rename_unit(
    *, unit: Unit, by: Account, name: str, short_name: str, code: str, kind: str,
    valid_from: date | None,
) -> Unit:  # fmt: skip
    """Change a unit's name, short name, code, kind or first day. Raises OutOfReach, Refused."""
    access.require(by, EDIT_UNITS, unit)
    unit = Unit.objects.select_for_update().get(pk=unit.pk)
    before = as_logged(unit)
    unit.name, unit.short_name, unit.code, unit.kind = name, short_name, code, kind
    unit.valid_from = valid_from
    _check(unit)
    unit.save()
    finding.index_unit(unit)
    if as_logged(unit) != before:
        record(
            action="people.unit.rename",
            obj=unit,
            by=by,
            unit=unit,
            before=before,
            after=as_logged(unit),
        )
    return unit


@transaction.atomic
def move_unit(*, unit: Unit, parent: Unit, by: Account) -> Unit:
    """Hang a unit, and all below it, under another one; last among its children.

    The mover needs both the unit's present parent and the new one: otherwise a local
    administrator could carry a unit out of, or into, somebody else's reach.
    Raises OutOfReach, Refused.
    """
    access.require(by, EDIT_UNITS, unit)
    access.require(by, EDIT_UNITS, parent)
    list(Unit.objects.select_for_update().filter(Q(pk=unit.pk) | Q(pk=parent.pk)).values_list("pk"))
    unit, parent = Unit.objects.get(pk=unit.pk), Unit.objects.get(pk=parent.pk)
    old = Unit.objects.get_parent(unit, update=True)
    if old is None:
        raise Refused(_("“%(unit)s”是最上级单位，不能移动。") % {"unit": unit.name})
    access.require(by, EDIT_UNITS, old)
    if parent.path.startswith(unit.path):
        raise Refused(
            _("不能把“%(unit)s”移到它自己或它的下级里，请另选一个上级单位。") % {"unit": unit.name}
        )
    if parent.pk == old.pk:
        return unit
    if parent.valid_to and parent.valid_to < timezone.localdate():
        raise Refused(_("“%(unit)s”已停用，请另选一个上级单位。") % {"unit": parent.name})
    _log_move(unit, old, parent, by=by)
    return Unit.objects.get(pk=unit.pk)


def _log_move(unit: Unit, old: Unit, parent: Unit, *, by: Account) -> None:
    was = unit.path
    Unit.objects.move(unit, parent, "last-child")
    moved = Unit.objects.get(pk=unit.pk)
    finding.move(was, moved.path)
    record(
        action="people.unit.move",
        obj=moved,
        by=by,
        unit=moved,
        before={"parent_id": old.pk, "parent": old.name, "path": was},
        after={"parent_id": parent.pk, "parent": parent.name, "path": moved.path},
    )
    access.forget_grants(by)


@transaction.atomic
def end_unit(
    *, unit: Unit, by: Account, valid_to: date | None, successor: Unit | None = None
) -> Unit:
    """Say when a unit ends (`valid_to` is its last day) and which one follows it.

    None lets it live on. A unit with valid units below it does not end before them, nor before
    the people in it are placed elsewhere. Raises OutOfReach, Refused.
    """
    access.require(by, EDIT_UNITS, unit)
    unit = Unit.objects.select_for_update().get(pk=unit.pk)
    before = as_logged(unit)
    if successor is not None:
        access.require(by, EDIT_UNITS, successor)
        if successor.path.startswith(unit.path):
            raise Refused(_("承接单位不能是它自己或它的下级，请另选一个。"))
        if successor.valid_to is not None and (valid_to is None or successor.valid_to <= valid_to):
            raise Refused(
                _("“%(unit)s”也已停用，请选一个还在用的单位承接。") % {"unit": successor.name}
            )
    if valid_to is not None:
        living = (
            Unit.objects.filter(access.below(unit.path, ""))
            .exclude(pk=unit.pk)
            .filter(Q(valid_to__isnull=True) | Q(valid_to__gt=valid_to))
        )
        if first := living.order_by("path").first():
            raise Refused(
                _("下级单位“%(unit)s”还在用。请先停用或移走下级单位。") % {"unit": first.name}
            )
        staff = unit.persons.filter(
            Q(left_on__isnull=True) | Q(left_on__gt=valid_to), merged_into__isnull=True
        ).count()
        if staff and successor is None:
            raise Refused(
                _("这个单位还有 %(n)s 人在册。请选一个承接单位，或先把人员转走。") % {"n": staff}
            )
    unit.valid_to, unit.successor = valid_to, successor
    _check(unit)
    unit.save()
    finding.index_unit(unit)
    if as_logged(unit) != before:
        record(
            action="people.unit.end",
            obj=unit,
            by=by,
            unit=unit,
            before=before,
            after=as_logged(unit),
        )
    return unit
