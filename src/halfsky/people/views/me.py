"""The account's own page, and taking back what one did."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from halfsky.people import queries, services
from halfsky.people.forms import TokenForm
from halfsky.people.models import Person
from halfsky.people.roles import Role
from halfsky.people.services import Refused
from halfsky.people.views.common import blame, refused, render, say, show
from halfsky.people.views.common import me as signed_in


@require_http_methods(["GET", "POST"])
def me(request: HttpRequest) -> HttpResponse:
    """What an account may do, its tokens, and where its sign-in is looked after."""
    account = signed_in(request)
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            token, plain = services.create_token(account=account, by=account, **form.cleaned_data)
        except Refused as refusal:
            blame(form, refusal)
        else:
            return render(request, "people/token.html", {"token": token, "plain": plain})
    return show(
        request,
        "people/me.html",
        {
            "account": account,
            "grants": list(queries.grants_of(account)),
            "roles": dict(Role.choices),
            "tokens": list(queries.tokens_of(account)),
            "today": timezone.localdate(),
        },
        form,
    )


@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Make one's own token worthless."""
    token = get_object_or_404(queries.tokens_of(signed_in(request)), pk=pk)
    services.revoke_token(token=token, by=signed_in(request))
    say(request, _("已撤销令牌“%(label)s”") % {"label": token.label})
    return redirect("people:me")


@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back a change of one's own, named by its entry in the log."""
    try:
        back = services.undo(entry_id=pk, by=signed_in(request))
    except Refused as refusal:
        return refused(request, refusal, "people:me")
    say(request, _("已撤销"))
    return redirect(
        reverse("people:person" if isinstance(back, Person) else "people:unit", args=[back.pk])
    )
