"""Signing in: the backend, allauth's adapters, tokens."""

from __future__ import annotations

import hashlib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest
from django.utils import timezone

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
    if found is None or not found.account.is_active:
        return None
    if found.expires_on is not None and found.expires_on < timezone.localdate():
        return None
    return found.account
