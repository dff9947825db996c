"""A bare one-query view, and a bare page of 50 rows by ORM and Jinja2."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path
from jinja2 import Environment

from halfsky.plans.models import Plan, Task

PAGE = Environment(autoescape=True).from_string(
    "<!doctype html><html><body><table>{% for row in rows %}"
    "<tr><td>{{ row.number }}</td><td>{{ row.title }}</td><td>{{ row.owner.name }}</td>"
    "<td>{{ row.lead_unit.short_name }}</td><td>{{ row.due_on }}</td><td>{{ row.state }}</td></tr>"
    "{% endfor %}</table></body></html>"
)


def one(request: HttpRequest) -> HttpResponse:
    """One query by primary key, a few bytes."""
    return HttpResponse(Plan.objects.order_by("pk").values_list("title", flat=True)[:1])


def fifty(request: HttpRequest) -> HttpResponse:
    """The first 50 tasks by id, with owner and unit."""
    rows = Task.objects.select_related("owner", "lead_unit").order_by("pk")[:50]
    return HttpResponse(PAGE.render(rows=rows))


urlpatterns = [path("one", one), path("fifty", fifty)]
