"""The verbs that write to the database: `halfsky user add` and `halfsky plan import`."""

from __future__ import annotations

import argparse
import sys

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import Error, transaction
from django.utils import translation

from halfsky.people import services as people
from halfsky.people.models import Unit
from halfsky.people.roles import Role
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
