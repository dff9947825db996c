"""The API under /api/v1/: every room's router, one way to sign in, one form of error."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.security import HttpBearer, django_auth

from halfsky.kernel.modules import modules
from halfsky.people import sign_in


class TokenAuth(HttpBearer):
    """`Authorization: Bearer …` with a token made on the account page."""

    def authenticate(self, request: HttpRequest, token: str) -> object | None:
        account = sign_in.account_of_token(token, purpose="api")
        if account is not None:
            request.user = account
        return account


api = NinjaAPI(
    title="Halfsky",
    version="1",
    urls_namespace="api",
    docs_url=None,  # the document is for programs; a page of its library would run inline scripts
    auth=[TokenAuth(), django_auth],
    description="计划、要点、措施与任务。Plans, key points, measures and tasks.",
)


@api.exception_handler(Http404)
def not_found(request: HttpRequest, exc: Http404) -> HttpResponse:
    """Absent and out of reach are answered alike."""
    return api.create_response(
        request, {"detail": _("没有这条记录，或不在您的范围内。")}, status=404
    )


for module in modules():
    name = f"{apps.get_app_config(module.key).name}.api"
    if module.key != "site" and find_spec(name):
        api.add_router(f"/{module.key}", import_module(name).router)
