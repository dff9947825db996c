"""The verbs that write to the database: `halfsky user add` and `halfsky plan import`."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import Error, transaction
from django.utils import translation

from halfsky.library.papers import CannotRead
from halfsky.people import access
from halfsky.people import services as people
from halfsky.people.models import Account, Grant, Unit
from halfsky.people.roles import DESK, Role
from halfsky.plans.permissions import EDIT_PLANS
from halfsky.plans.services import importing
from halfsky.plans.services.refusals import Refused
from halfsky.site.terminal import Exit, Stop, say
from halfsky.site.terminal import gettext as _


def unit_called(name: str) -> Unit:
    """Return the unit with this code, short name or full name, the code before the names.

    Raises Stop when there is none or more than one.
    """
    for field in ("code", "short_name", "name"):
        found = list(Unit.objects.filter(**{field: name})[:3])
        if len(found) == 1:
            return found[0]
        if found:
            raise Stop(
                _("有几个单位都叫“{name}”，请改用代码：{codes}。").format(
                    name=name, codes=", ".join(unit.code for unit in found)
                ),
                Exit.FAULTS,
            )
    known = ", ".join(f"{unit.code} {unit}" for unit in Unit.objects.order_by("path")[:8])
    raise Stop(
        _("没有叫“{name}”的单位。现有：{known}。").format(name=name, known=known or "—"),
        Exit.FAULTS,
    )


def database_trouble(error: Error) -> Stop:
    """Return the sentence for a database that is not there or not up to date."""
    return Stop(
        _(
            "数据库还不能用（{error}）。先运行 halfsky manage migrate，或用 halfsky doctor 查明。"
        ).format(error=str(error).strip().splitlines()[0]),
        Exit.NOT_SET_UP,
    )


def add_user(given: argparse.Namespace) -> int:
    """Carry out `halfsky user add`; the first password goes to stdout, alone."""
    from django.contrib.auth.password_validation import validate_password

    if given.role and given.role not in Role.values:
        raise Stop(
            _("没有角色“{role}”。可用：{known}。").format(
                role=given.role, known=", ".join(Role.values)
            ),
            Exit.USAGE,
        )
    password = sys.stdin.readline().rstrip("\r\n") if given.password_stdin else None
    try:
        with translation.override(settings.LANGUAGE_CODE), transaction.atomic():
            if password is not None:
                validate_password(password)
            if given.new_unit and not Unit.objects.filter(code=given.unit).exists():
                unit = people.create_unit(
                    by=None, parent=None, name=given.new_unit, code=given.unit, kind="bureau"
                )
            else:
                unit = unit_called(given.unit)
            account, first = people.create_account(
                by=None, username=given.name, display_name=given.shown or given.name,
                home_unit=unit, password=password,
            )  # fmt: skip
            if given.role:
                people.grant_role(account=account, role=given.role, unit=unit, by=None)
    except ValidationError as error:  # a service's refusal is one too
        raise Stop("\n".join(error.messages), Exit.FAULTS) from error
    except Error as error:
        raise database_trouble(error) from error
    say(_("已建账号 {name}（{unit}）。").format(name=account.username, unit=unit))
    if password is None:
        say(_("初始密码如下，只显示这一次，首次登录时须改："))
        print(first)
    return Exit.DONE


def desk_of(unit: Unit | None) -> tuple[Unit, Account]:
    """Return the unit with the account that may import plans there: the nearest desk upwards.

    Without a unit, the desk that was granted first, and its unit. Raises Stop when there is none.
    """
    grants = Grant.objects.filter(role__in=DESK, account__is_active=True, deputy_of=None)
    grants = grants.select_related("account", "unit").order_by("-unit__depth", "-role", "pk")
    if unit is None:
        first = grants.order_by("-role", "pk").first()  # officer before chair
        if first is not None:
            return first.unit, first.account
        raise Stop(
            _("还没有人可以导入计划。先用 halfsky user add 建一个专干（--role officer）账号。"),
            Exit.FAULTS,
        )
    for grant in grants:
        if unit.path.startswith(grant.unit.path) and access.may(grant.account, EDIT_PLANS, unit):
            return unit, grant.account
    raise Stop(
        _(
            "“{unit}”没有专干或妇委会主任可以导入计划。请用 --by 指定账号，"
            "或用 halfsky user add 新建一个（--role officer）。"
        ).format(unit=unit),
        Exit.FAULTS,
    )


def account_called(name: str, unit: Unit) -> Account:
    """Return the account `name`, which must be allowed to import plans of `unit`.

    Raises Stop when there is none or it may not.
    """
    account = Account.objects.filter(username=name, is_active=True).first()
    if account is None:
        raise Stop(_("没有用户名为“{name}”的在用账号。").format(name=name), Exit.FAULTS)
    if not access.may(account, EDIT_PLANS, unit):
        raise Stop(
            _("“{name}”无权为“{unit}”导入计划。请换一个账号，或先授予专干角色。").format(
                name=name, unit=unit
            ),
            Exit.FAULTS,
        )
    return account


def import_plan(given: argparse.Namespace) -> int:
    """Carry out `halfsky plan import`: a draft plan for review, with what was found in it."""
    try:
        with translation.override(settings.LANGUAGE_CODE):
            unit = unit_called(given.unit) if given.unit else None
            if given.by and unit:
                account = account_called(given.by, unit)
            else:
                unit, account = desk_of(unit)
                if given.by:
                    account = account_called(given.by, unit)
            say(_("正在读取 {path} ……").format(path=given.file))
            plan = importing.import_file(
                path=Path(given.file), unit=unit, year=given.year, by=account
            )
    except CannotRead as error:
        raise Stop(str(error), Exit.UNREADABLE) from error
    except Refused as error:
        with translation.override(settings.LANGUAGE_CODE):
            raise Stop(str(error), Exit.FAULTS) from error
    except Error as error:
        raise database_trouble(error) from error
    points = [
        {"ordinal": point.ordinal, "heading": point.heading, "measures": point.measures.count()}
        for point in plan.points.all()
    ]
    if given.json:
        found = {"plan": plan.pk, "title": plan.title, "year": plan.year, "key_points": points}
        print(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        print(_("{title}（{year}年）").format(title=plan.title, year=plan.year))
        for point in points:
            print(f"{point['ordinal']}. {point['heading']} · {point['measures']}")
    say(
        _("已存为“{unit}”的草案，以 {name} 的名义；请在网页上核对：/plans/{pk}/review/").format(
            unit=unit, name=account, pk=plan.pk
        )
    )
    return Exit.DONE
