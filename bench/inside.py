"""From inside the application: the addresses, a signed-in session, statements and database time."""

from __future__ import annotations

import time
from typing import Any


def look(made: dict[str, int]) -> dict[str, Any]:
    """Return what the trial needs to ask from outside, and what only the inside can tell."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.urls import reverse

    from halfsky.people.models import Account

    account = Account.objects.get(pk=made["account"])
    session = SessionStore()
    session[SESSION_KEY] = str(account.pk)
    session[BACKEND_SESSION_KEY] = "halfsky.people.sign_in.AccountBackend"
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    session.save()
    plan, tasks = made["plan"], reverse("plans:tasks", args=[made["plan"]])
    client = Client(headers={"host": "127.0.0.1"})
    client.cookies["sessionid"] = session.session_key
    pages = {
        "overview": reverse("plans:overview", args=[plan]),
        "task list": tasks,
        "task list, late": f"{tasks}?light=late",
        "task list, deep": f"{tasks}?{_deep(plan)}",
        "measure": reverse("plans:measure", args=[made["measure"]]),
        "search, common": reverse("search") + "?q=女干部",
        "search, rare": reverse("search") + "?q=第777次",
    }
    from urllib.parse import quote

    pages = {name: quote(path, safe="/?=&%") for name, path in pages.items()}
    statements = {}
    for name, path in pages.items():
        client.get(path)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            response = client.get(path)
        if response.status_code != 200:
            raise SystemExit(f"{path} answered {response.status_code}")
        statements[name] = len(seen)
    return {
        "pages": pages,
        "session": session.session_key,
        "statements": statements,
        "database_ms": _database_times(plan),
    }


def _deep(plan: int) -> str:
    """The key of a page in the middle of the list."""
    from halfsky.plans.models import Task
    from halfsky.plans.views.tasks import key_text

    count = Task.objects.filter(plan=plan).count()
    row = Task.objects.filter(plan=plan).order_by("due_on", "pk")[count // 2]
    return f"after={key_text((row.due_on, row.pk))}"


def _database_times(plan: int) -> dict[str, float]:
    """Median milliseconds of the database alone for the rows that the pages show."""
    from django.db import connection

    questions = {
        "one row": ("SELECT title FROM plans_plan WHERE id = %s", [plan]),
        "50 rows by due date": (
            "SELECT t.id, t.title, t.due_on, p.name, u.short_name FROM plans_task t "
            "JOIN people_person p ON p.id = t.owner_id JOIN people_unit u ON u.id = t.lead_unit_id "
            "WHERE t.plan_id = %s AND t.state = 'issued' ORDER BY t.due_on, t.id LIMIT 50",
            [plan],
        ),
        "count(*) of all rows": ("SELECT count(*) FROM plans_task WHERE plan_id = %s", [plan]),
    }
    found = {}
    with connection.cursor() as cursor:
        for name, (question, values) in questions.items():
            times = []
            for _n in range(15):
                started = time.perf_counter()
                cursor.execute(question, values)
                cursor.fetchall()
                times.append((time.perf_counter() - started) * 1000)
            found[name] = sorted(times)[7]
    return found
