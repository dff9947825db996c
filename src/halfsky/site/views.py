"""Pages of the house itself: home, search, switching, preferences, errors."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required, login_required
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from halfsky.site.shell import shell_of


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """The front page: the first line of the reader's own menu, which for most is the overview."""
    for group in shell_of(request).groups:
        for line in group.lines:
            return redirect(line.url)
    return redirect("preferences")


@login_not_required
def closed(request: HttpRequest, *args: str) -> HttpResponse:
    """Addresses of a library that this site does not offer."""
    raise Http404


@login_not_required
def health(request: HttpRequest) -> HttpResponse:
    """Whether the site and its database answer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


def _error(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    return render(
        request, "site/error.html", {"code": status, "title": title, "text": text}, status=status
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error(request, 400, _("这个请求读不懂"), _("请返回上一页再试。"))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error(request, 403, _("这一步没有通过核验"), _("页面可能放得太久，请刷新后再试。"))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error(request, 404, _("没有这一页"), _("没有这条记录，或不在您的范围内。"))


def server_error(request: HttpRequest) -> HttpResponse:
    # What failed may be the database: this page asks nothing of it.
    request.user = AnonymousUser()
    request.__dict__.pop("_messages", None)
    return _error(
        request, 500, _("这里出了错"), _("刚才这一步可能没有存上。请返回上一页看看，再试一次。")
    )
