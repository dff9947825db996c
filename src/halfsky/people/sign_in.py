"""Signing in: the backend, allauth's adapters, tokens."""

from __future__ import annotations

import hashlib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.mfa.adapter import DefaultMFAAdapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from halfsky.audit.origin import current
from halfsky.people.models import Account, ApiToken, Grant


class AccountBackend(AuthenticationBackend):
    """Reads an account together with its grants, in one query."""

    def get_user(self, user_id: int) -> Account | None:
        """Return the active account, its grants already loaded for `people.access`."""
        grants = list(
            Grant.objects.filter(account_id=user_id)
            .select_related("account", "unit")
            .order_by("unit__path", "id")
        )
        if grants:
            account = grants[0].account
        else:
            found = Account.objects.filter(pk=user_id).first()
            if found is None:
                return None
            account = found
        account._loaded_grants = grants  # type: ignore[attr-defined]
        return account if account.is_active else None

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        """Django's own permissions are not used: grants decide."""
        return False


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by an administrator, never by a visitor."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address that the log shows too; the throttle counts by it."""
        return current().address or str(request.META.get("REMOTE_ADDR") or "")

    def clean_password(self, password: str, user: Any = None) -> str:
        """Refuse the password that the account has already: a first password must go."""
        cleaned: str = super().clean_password(password, user)
        if user is not None and user.pk and user.check_password(cleaned):
            raise ValidationError(_("新密码和现在的一样，请另想一个。"))
        return cleaned


class MFAAdapter(DefaultMFAAdapter):
    """Names in authenticator apps and passkeys."""

    def get_totp_label(self, user: Any) -> str:
        return str(user.username)


def shown_name(account: Account) -> str:
    """What allauth calls the account on its pages."""
    return account.display_name


def token_digest(token: str) -> str:
    """What is kept of a token. Tokens are 256 random bits, so a bare hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def account_of_token(token: str, *, purpose: str) -> Account | None:
    """Return the account for which a living token was made, or None."""
    found = (
        ApiToken.objects.select_related("account")
        .filter(digest=token_digest(token), purpose=purpose, revoked_at__isnull=True)
        .first()
    )
    if found is None or not found.account.is_active or found.account.must_change_password:
        return None
    if found.expires_on is not None and found.expires_on < timezone.localdate():
        return None
    return found.account
