"""Pages of accounts and grants."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from halfsky.people import access, queries, services
from halfsky.people.forms import AccountForm, GrantForm, person_text
from halfsky.people.models import Account
from halfsky.people.permissions import GRANT
from halfsky.people.roles import Role
from halfsky.people.services import Refused
from halfsky.people.views.common import (
    blame,
    me,
    page_or_part,
    refused,
    render,
    require_somewhere,
    say,
    show,
)


@require_GET
def accounts(request: HttpRequest) -> HttpResponse:
    """The accounts in reach, by user name."""
    require_somewhere(request, GRANT)
    text = request.GET.get("q", "").strip()[:60]
    off = request.GET.get("off", "")
    rows = queries.visible_accounts(me(request))
    if text:
        rows = queries.found_accounts(rows, text)
    rows = rows.filter(is_active=off != "yes")
    try:
        page = queries.keyset(
            rows.prefetch_related("grants__unit"), fields=("username", "id"),
            after=request.GET.get("after", ""), before=request.GET.get("before", ""),
        )  # fmt: skip
    except queries.BadKey:
        raise Http404 from None
    context = {
        "page": page,
        "q": text,
        "off": off,
        "roles": dict(Role.choices),
        "today": timezone.localdate(),
    }
    return page_or_part(request, "people/accounts.html", "people/_accounts.html", context)


def _account(request: HttpRequest, pk: int) -> Account:
    return get_object_or_404(queries.visible_accounts(me(request)), pk=pk)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A new account; its first password is on the answer to the form and nowhere else."""
    require_somewhere(request, GRANT)
    initial: dict[str, object] = {}
    wanted = request.GET.get("person", "")
    if wanted.isdecimal():
        person = (
            queries.linkable_persons(me(request)).select_related("unit").filter(pk=wanted).first()
        )
        if person is not None:
            initial = {
                "person": person_text(person),
                "display_name": person.name,
                "home_unit": person.unit,
            }
    form = AccountForm(request.POST or None, account=me(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made, plain = services.create_account(by=me(request), **form.cleaned_data)
        except Refused as refusal:
            blame(form, refusal)
        else:
            return render(
                request,
                "people/first_password.html",
                {"account": made, "plain": plain, "fresh": True},
            )
    return show(request, "people/account_form.html", {"account": None}, form)


@require_http_methods(["GET", "POST"])
def account(request: HttpRequest, pk: int) -> HttpResponse:
    """One account: its grants, and what can be done with it. Posting adds a grant."""
    account = _account(request, pk)
    form = GrantForm(request.POST or None, account=me(request), initial={"unit": account.home_unit})
    if request.method == "POST" and form.is_valid():
        try:
            services.grant_role(account=account, by=me(request), **form.cleaned_data)
        except Refused as refusal:
            blame(form, refusal)
        else:
            say(request, _("已授权"))
            return redirect("people:account", pk)
    reach = access.scope(me(request), GRANT)
    grants = list(queries.grants_of(account))
    return show(
        request,
        "people/account.html",
        {
            "account": account,
            "is_me": account.pk == me(request).pk,
            "grants": [
                (
                    grant,
                    reach.covers(grant.unit)
                    and (grant.ends_on is None or grant.ends_on >= timezone.localdate()),
                )
                for grant in grants
            ],
            "roles": dict(Role.choices),
            "has_second_factor": Authenticator.objects.filter(user=account).exists(),
            "today": timezone.localdate(),
        },
        form,
    )


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """An account's shown name, home and person."""
    account = _account(request, pk)
    form = AccountForm(
        request.POST or None, account=me(request), target=account,
        initial={
            "display_name": account.display_name, "home_unit": account.home_unit,
            "person": person_text(account.person) if account.person else "",
        },
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            services.change_account(account=account, by=me(request), **form.cleaned_data)
        except Refused as refusal:
            blame(form, refusal)
        else:
            say(request, _("已存%(name)s") % {"name": account.display_name})
            return redirect("people:account", pk)
    return show(request, "people/account_form.html", {"account": account}, form)


@require_POST
def password(request: HttpRequest, pk: int) -> HttpResponse:
    """A new first password, shown once."""
    account = _account(request, pk)
    try:
        plain = services.reset_password(account=account, by=me(request))
    except Refused as refusal:
        return refused(request, refusal, "people:account", pk)
    return render(
        request, "people/first_password.html", {"account": account, "plain": plain, "fresh": False}
    )


@require_POST
def second_factor(request: HttpRequest, pk: int) -> HttpResponse:
    """Take authenticator app and passkeys away from who has lost them."""
    account = _account(request, pk)
    try:
        services.reset_second_factor(account=account, by=me(request))
    except Refused as refusal:
        return refused(request, refusal, "people:account", pk)
    say(request, _("已清除%(name)s的两步验证") % {"name": account.display_name})
    return redirect("people:account", pk)


@require_POST
def disable(request: HttpRequest, pk: int) -> HttpResponse:
    """Shut an account."""
    account = _account(request, pk)
    try:
        services.disable_account(
            account=account, by=me(request), reason=request.POST.get("reason", "")[:200]
        )
    except Refused as refusal:
        return refused(request, refusal, "people:account", pk)
    say(request, _("已停用%(name)s，她已在所有设备上退出") % {"name": account.display_name})
    return redirect("people:account", pk)


@require_POST
def enable(request: HttpRequest, pk: int) -> HttpResponse:
    """Open an account again."""
    account = _account(request, pk)
    try:
        services.enable_account(account=account, by=me(request))
    except Refused as refusal:
        return refused(request, refusal, "people:account", pk)
    say(request, _("已启用%(name)s") % {"name": account.display_name})
    return redirect("people:account", pk)


@require_POST
def end_grant(request: HttpRequest, pk: int) -> HttpResponse:
    """End a grant as of now."""
    grant = get_object_or_404(queries.visible_grants(me(request)), pk=pk)
    try:
        services.end_grant(grant=grant, by=me(request))
    except Refused as refusal:
        return refused(request, refusal, "people:account", grant.account_id)
    say(request, _("已结束这项授权"))
    return redirect("people:account", grant.account_id)
