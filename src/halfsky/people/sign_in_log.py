"""What happens at the door, written to the log. Connected once, in apps.py."""

from __future__ import annotations

from typing import Any

from allauth.account.signals import password_changed
from allauth.mfa import signals as mfa
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import transaction
from django.dispatch import receiver
from django.utils.translation import gettext as _

from halfsky.audit.services import record
from halfsky.people.models import Account
from halfsky.people.services.accounts import note_password_changed, note_sign_in


@receiver(password_changed)
def own_password_changed(user: Account, **kwargs: Any) -> None:
    note_password_changed(account=user)


@receiver(user_logged_in)
def signed_in(user: Account, **kwargs: Any) -> None:
    note_sign_in(account=user, action="sign_in")


@receiver(user_logged_out)
def signed_out(user: Account | None, **kwargs: Any) -> None:
    if user is not None:
        note_sign_in(account=user, action="sign_out")


@receiver(user_login_failed)
def sign_in_failed(credentials: dict[str, Any], **kwargs: Any) -> None:
    """Log a failed attempt under the account that was tried; a name that nobody has is not kept:
    people type passwords there."""
    tried = Account.objects.filter(username=str(credentials.get("username", ""))).first()
    if tried is None:
        return
    with transaction.atomic():
        record(
            action="people.account.sign_in_failed", obj=tried, by=None,
            unit=tried.home_unit, reason=_("密码不对"),
        )  # fmt: skip


@receiver(mfa.authenticator_added)
def factor_added(user: Account, authenticator: Any, **kwargs: Any) -> None:
    note_sign_in(account=user, action="factor_added", detail=str(authenticator.type))


@receiver(mfa.authenticator_removed)
def factor_removed(user: Account, authenticator: Any, **kwargs: Any) -> None:
    note_sign_in(account=user, action="factor_removed", detail=str(authenticator.type))


@receiver(mfa.authenticator_reset)
def factor_reset(user: Account, authenticator: Any, **kwargs: Any) -> None:
    note_sign_in(account=user, action="factor_reset", detail=str(authenticator.type))
