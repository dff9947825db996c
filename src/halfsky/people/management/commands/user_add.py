"""Make an account with a role in a unit: how the first one comes into an empty house."""

from __future__ import annotations

import getpass
import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from halfsky.people import services
from halfsky.people.models import Account, Unit
from halfsky.people.roles import Role
from halfsky.people.services import Refused

PASSWORDS = ("make", "ask", "stdin")


class Command(BaseCommand):
    """`halfsky user add`: no default password; a made one is printed once and must be changed."""

    help = "Make an account with a role in a unit. Exit codes: 0 made, 1 refused, 2 wrong usage."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--name", help="the name that others see (default: the user name)")
        parser.add_argument("--role", required=True, choices=Role.values)
        parser.add_argument("--unit", required=True, help="the unit's code, or its full name")
        parser.add_argument(
            "--password", choices=PASSWORDS, default="make",
            help="make one and print it (default), ask for it, or read a line from stdin",
        )  # fmt: skip
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        units = list(Unit.objects.filter(code=options["unit"])) or list(
            Unit.objects.filter(name=options["unit"])
        )
        if len(units) != 1:
            codes = "、".join(Unit.objects.order_by("path").values_list("code", flat=True)[:20])
            raise CommandError(
                _("没有代码或全称是“%(unit)s”的单位。现有代码：%(codes)s")
                % {"unit": options["unit"], "codes": codes or _("无")}
                if not units
                else _("有 %(n)s 个单位叫“%(unit)s”，请改用代码。")
                % {"n": len(units), "unit": options["unit"]}
            )
        username = options["username"]
        name = options["name"] or username
        chosen = self._password(options["password"], Account(username=username, display_name=name))
        try:
            with transaction.atomic():
                account, plain = services.create_account(
                    by=None,
                    username=username,
                    display_name=name,
                    home_unit=units[0],
                    password=chosen,
                )
                services.grant_role(account=account, role=options["role"], unit=units[0], by=None)
        except Refused as refusal:
            raise CommandError(refusal.sentence) from None
        if options["json"]:
            made = {"username": username, "unit": units[0].code, "role": options["role"]}
            self.stdout.write(
                json.dumps(made | ({} if chosen else {"password": plain}), ensure_ascii=False)
            )
            return
        self.stdout.write(
            _("已建账号 %(name)s（%(role)s，%(unit)s）。")
            % {"name": username, "role": Role(options["role"]).label, "unit": units[0].name}
        )
        if chosen is None:
            self.stdout.write(_("初始密码：%(password)s") % {"password": plain})
            self.stdout.write(_("只显示这一次，首次登录时要改。"))

    def _password(self, how: str, account: Account) -> str | None:
        """The password that the caller gives, or None to have one made."""
        if how == "make":
            return None
        if how == "stdin":
            plain = sys.stdin.readline().rstrip("\r\n")
        else:
            plain = getpass.getpass(_("密码："))
            if getpass.getpass(_("再输一次：")) != plain:
                raise CommandError(_("两次输入不一样，请重来。"))
        try:
            validate_password(plain, account)
        except ValidationError as weak:
            raise CommandError(" ".join(weak.messages)) from None
        return plain
