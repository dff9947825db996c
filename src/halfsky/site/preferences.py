"""How a reader wants to see the pages: kept on the account, for a visitor in a cookie."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from halfsky.site.middleware import COOKIE, Preferences, preferences_of

COOKIE_AGE = 365 * 24 * 60 * 60  # seconds
# What one press of a button in the top bar may say: name=value.
QUICK: dict[str, dict[str, Any]] = {
    "language=zh-hans": {"language": "zh-hans"},
    "language=en": {"language": "en"},
    "theme=light": {"theme": "light"},
    "theme=dark": {"theme": "dark"},
    "theme=auto": {"theme": "auto"},
    "large_print=on": {"large_print": True},
    "large_print=off": {"large_print": False},
}


class PreferencesForm(forms.Form):
    """Language, theme, large print (大字) and single-key shortcuts."""

    language = forms.ChoiceField(
        label=gettext_lazy("语言"),
        choices=[("zh-hans", "简体中文"), ("en", "English")],  # each in its own words
        widget=forms.RadioSelect,
    )
    theme = forms.ChoiceField(
        label=gettext_lazy("深浅"),
        choices=[
            ("auto", gettext_lazy("随电脑设置")),
            ("light", gettext_lazy("浅色")),
            ("dark", gettext_lazy("深色")),
        ],
        widget=forms.RadioSelect,
    )
    large_print = forms.BooleanField(
        label=gettext_lazy("大字"),
        required=False,
        help_text=gettext_lazy("字号、行高和按钮都放大。"),
    )
    single_keys = forms.BooleanField(
        label=gettext_lazy("单键快捷键"),
        required=False,
        help_text=gettext_lazy("按 J、K 上下选，按 ? 看快捷键表。用语音输入或常误按时可关掉。"),
    )

    def __init__(self, *args: Any, visitor: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if visitor:
            del self.fields["single_keys"]  # a visitor's pages have no lists to walk


def safe_next(request: HttpRequest, default: str) -> str:
    """The address to go back to: the form's `next` if it is one of ours, else `default`."""
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return wanted
    return default


def _keep(request: HttpRequest, response: HttpResponse, values: dict[str, Any]) -> None:
    """Store the changed values on the account, or for a visitor in the cookie of `response`."""
    if request.user.is_authenticated:
        from halfsky.people import services

        services.update_preferences(account=request.user, by=request.user, **values)
        return
    now: Preferences = preferences_of(request)
    merged = {
        "language": now.language, "theme": now.theme, "large_print": now.large_print, **values
    }  # fmt: skip
    large = "large" if merged["large_print"] else ""
    response.set_cookie(
        COOKIE,
        f"{merged['language']}.{merged['theme']}.{large}",
        max_age=COOKIE_AGE,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


@login_not_required
def preferences(request: HttpRequest) -> HttpResponse:
    """Show the preferences, or take a changed form or one press in the top bar (`quick`)."""
    if request.method not in {"GET", "HEAD", "POST"}:
        return HttpResponseNotAllowed(["GET", "POST"])
    visitor = not request.user.is_authenticated
    now = preferences_of(request)
    if request.method == "POST" and "quick" in request.POST:
        response: HttpResponse = redirect(safe_next(request, request.path))
        _keep(request, response, QUICK.get(request.POST["quick"], {}))
        return response
    if request.method == "POST":
        form = PreferencesForm(request.POST, visitor=visitor)
        if form.is_valid():
            response = redirect(request.path)
            _keep(request, response, form.cleaned_data)
            with override(form.cleaned_data["language"]):
                messages.success(request, _("已存"))
            return response
    else:
        form = PreferencesForm(
            initial={
                "language": now.language, "theme": now.theme,
                "large_print": now.large_print, "single_keys": now.single_keys,
            },
            visitor=visitor,
        )  # fmt: skip
    status = 422 if form.is_bound else 200
    return render(request, "site/preferences.html", {"form": form}, status=status)
