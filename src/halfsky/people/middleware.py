"""Nobody gets past the door unknown, nor with a password that somebody else has seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

# what an account may open before it has changed its first password
OPEN_BEFORE = frozenset(
    {"account_change_password", "account_logout", "account_login", "account_reauthenticate",
     "preferences", "health", "mfa_authenticate", "mfa_reauthenticate"}
)  # fmt: skip


class SignInFirst(LoginRequiredMiddleware):
    """Every page needs an account, unless its view is marked `login_not_required`.

    The API signs in by itself (token or session) and answers 401.
    """

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., Any], view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        match = request.resolver_match
        if match is not None and match.namespaces[:1] == ["api"]:
            return _change_first(request)
        answer: HttpResponseBase | None = super().process_view(
            request, view_func, view_args, view_kwargs
        )
        return answer or _change_first(request)


def _change_first(request: HttpRequest) -> HttpResponse | None:
    """Lead an account with a first password to the page where it chooses its own."""
    if not request.user.is_authenticated or not request.user.must_change_password:
        return None
    match = request.resolver_match
    if match is not None and match.view_name in OPEN_BEFORE:
        return None
    if match is not None and match.namespaces[:1] == ["api"]:
        return HttpResponseForbidden(
            _("请先改掉初始密码。"), content_type="text/plain; charset=utf-8"
        )
    if request.headers.get("HX-Request"):
        answer = HttpResponse(status=204)
        answer.headers["HX-Redirect"] = reverse("account_change_password")
        return answer
    return redirect("account_change_password")
