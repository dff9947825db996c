"""Change the unit or the year that the reader works in. Kept in the session, never in the address."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from halfsky.people import access
from halfsky.people.models import Account, Unit
from halfsky.site.preferences import safe_next
from halfsky.site.shell import FIRST_YEAR, LAST_YEAR, UNIT_KEY, YEAR_KEY, current_unit, current_year

MOST_UNITS = 30


def units_within(account: Account, words: str = "") -> tuple[list[Unit], bool]:
    """The units that the account's grants reach, by their place in the tree; those named like `words`.

    At most 30, and whether there are more. One query.
    """
    paths = access.outermost(
        [grant.unit.path for grant in access.grants_on(account, timezone.localdate())]
    )
    found = Unit.objects.filter(access.Scope(paths).q("")).order_by("path")
    if words:
        found = found.filter(name__icontains=words) | found.filter(short_name__icontains=words)
    units = list(found[: MOST_UNITS + 1])
    return units[:MOST_UNITS], len(units) > MOST_UNITS


def years_to_offer(request: HttpRequest) -> list[int]:
    """Next year, this one, the three before and the one in use, the latest first."""
    now = timezone.localdate().year
    return sorted({*range(now - 3, now + 2), current_year(request)}, reverse=True)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def switch(request: HttpRequest) -> HttpResponse:
    """List the units and years to switch to; on POST (`unit`, `year`) switch and go on."""
    if request.method == "POST":
        return _switched(request)
    account: Account = request.user  # type: ignore[assignment]
    words = request.GET.get("q", "").strip()[:60]
    units, more = units_within(account, words)
    context = {
        "units": units, "more": more, "q": words, "years": years_to_offer(request),
        "unit": current_unit(request), "year": current_year(request),
    }  # fmt: skip
    part = request.headers.get("HX-Request-Type") == "partial"
    response = render(request, "site/_switch.html" if part else "site/switch.html", context)
    response.headers["Vary"] = "HX-Request-Type, Cookie"
    return response


def _switched(request: HttpRequest) -> HttpResponse:
    unit_id, year = request.POST.get("unit", ""), request.POST.get("year", "")
    if unit_id.isascii() and unit_id.isdigit():
        unit = Unit.objects.filter(pk=int(unit_id)).first()
        grants = access.grants_on(request.user, timezone.localdate())  # type: ignore[arg-type]
        if unit is None or not unit.path.startswith(tuple(grant.unit.path for grant in grants)):
            raise access.OutOfReach
        request.session[UNIT_KEY] = unit.pk
    if year.isascii() and year.isdigit() and FIRST_YEAR <= int(year) <= LAST_YEAR:
        request.session[YEAR_KEY] = int(year)
    return redirect(safe_next(request, "home"))
