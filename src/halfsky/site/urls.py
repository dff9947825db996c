"""Addresses: each room's under the room's key, sign-in, the API, the shell's own pages."""

from __future__ import annotations

from importlib.util import find_spec

from django.apps import apps
from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path, re_path

from halfsky.kernel.modules import modules
from halfsky.site import views
from halfsky.site.api import api
from halfsky.site.finding import search
from halfsky.site.preferences import preferences
from halfsky.site.switching import switch


def rooms() -> list[URLPattern | URLResolver]:
    """The addresses of every installed room that has any."""
    return [
        path(f"{module.key}/", include((f"{app.name}.urls", module.key)))
        for module in modules()
        for app in [apps.get_app_config(module.key)]
        if app.label != "site" and find_spec(f"{app.name}.urls")
    ]


# Accounts are made, and passwords reset, by an administrator: nothing goes out by mail.
CLOSED = r"^account/(signup|password/reset|email|confirm-email|login/code)(/|$)"

urlpatterns = [
    path("", views.home, name="home"),
    path("search/", search, name="search"),
    path("switch/", switch, name="switch"),
    path("preferences/", preferences, name="preferences"),
    path("healthz", views.health, name="health"),
    re_path(CLOSED, views.closed),
    path("account/", include("allauth.urls")),
    path("api/v1/", api.urls),
    *rooms(),
]

if settings.DEBUG:  # the gallery of components, for developers
    from halfsky.site.states import states

    urlpatterns.append(path("states/", states, name="states"))

handler400 = "halfsky.site.views.bad_request"
handler403 = "halfsky.site.views.forbidden"
handler404 = "halfsky.site.views.not_found"
handler500 = "halfsky.site.views.server_error"
