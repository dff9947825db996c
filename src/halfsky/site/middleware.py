"""Where a request comes from, and how its reader wants to see the pages."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from halfsky.audit.origin import Origin, coming_from

Answer = Callable[[HttpRequest], HttpResponse]
LANGUAGES = frozenset(code for code, _ in settings.LANGUAGES)
THEMES = frozenset({"auto", "light", "dark"})
COOKIE = "halfsky_view"  # visitors only: language.theme.large


@dataclass(frozen=True, slots=True)
class Preferences:
    """How the reader of this request sees the pages."""

    language: str
    theme: str = "auto"
    large_print: bool = False
    single_keys: bool = True


def address_of(request: HttpRequest) -> str:
    """The caller's address; behind a trusted proxy, the one the proxy saw."""
    if settings.HALFSKY_BEHIND_PROXY:
        seen: str = request.META.get("HTTP_X_FORWARDED_FOR", "")
        if seen:
            return seen.rsplit(",", 1)[-1].strip()[:45]
    return str(request.META.get("REMOTE_ADDR") or "")[:45]


class OriginMiddleware:
    """Tell the audit log where the request came from."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        channel = "api" if request.path.startswith("/api/") else "page"
        number = str(uuid.uuid4())
        with coming_from(Origin(address_of(request), channel, number)):
            response = self.get_response(request)
        response.headers.setdefault("X-Request-ID", number)
        return response


def preferences_of(request: HttpRequest) -> Preferences:
    """The signed-in account's preferences, or a visitor's from the cookie and the browser."""
    account = request.user
    if account.is_authenticated:
        return Preferences(
            account.language if account.language in LANGUAGES else settings.LANGUAGE_CODE,
            account.theme if account.theme in THEMES else "auto",
            account.large_print,
            account.single_keys,
        )
    parts = (request.COOKIES.get(COOKIE, "") + "..").split(".")
    language = parts[0] if parts[0] in LANGUAGES else settings.LANGUAGE_CODE
    return Preferences(language, parts[1] if parts[1] in THEMES else "auto", parts[2] == "large")


class PreferencesMiddleware:
    """Answer in the reader's language, and leave no copy of a signed-in page in the browser."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        found = preferences_of(request)
        request.preferences = found  # type: ignore[attr-defined]
        request.LANGUAGE_CODE = found.language
        with translation.override(found.language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", found.language)
        if request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "no-store")
        return response
