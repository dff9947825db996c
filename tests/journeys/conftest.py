"""What the journeys share: a running site, people signed in to browsers, and a watch over every page.

A browser of a journey fails its test when a page writes an error to the console, breaks the
content security policy, raises in a script, or is answered with a fault of the server (5xx).
On PostgreSQL only the journeys marked `both_databases` run: the pages are the same. HALFSKY_JOURNEYS=all
runs every one there too.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import setup_databases, teardown_databases
from django.utils import timezone
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer
from pytest_django.plugin import DjangoDbBlocker

from halfsky.people.models import Account, Unit
from halfsky.plans.models import Plan
from halfsky.plans.services import review
from halfsky.site.example import story
from tests.journeys.browsing import DESK, Pictures, Visit, Visitor

# ── which of them run ──────────────────────────────────────────────────────────────────────


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marks of the journeys."""
    config.addinivalue_line("markers", "both_databases: a journey that runs on PostgreSQL as well")
    config.addinivalue_line("markers", "on_day(day): the day on which the journey's clock starts")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL keep the journeys that write along the main job; pages are drawn alike."""
    engine = django_settings.DATABASES["default"]["ENGINE"]
    if engine.endswith("sqlite3") or os.environ.get("HALFSKY_JOURNEYS") == "all":
        return
    here = Path(__file__).parent
    gone = [
        item
        for item in items
        if here in item.path.parents and not item.get_closest_marker("both_databases")
    ]
    if gone:
        config.hook.pytest_deselected(items=gone)
        items[:] = [item for item in items if item not in gone]


# ── the site ───────────────────────────────────────────────────────────────────────────────


@contextmanager
def clock_at(day: date, hour: int = 9) -> Iterator[None]:
    """Let the site's clock run on from `day`, so that lights and dates do not depend on today."""
    start = timezone.make_aware(datetime(day.year, day.month, day.day, hour, 10))
    begun = time.monotonic()

    def now() -> datetime:
        return start + timedelta(seconds=time.monotonic() - begun)

    with mock.patch("django.utils.timezone.now", now):
        yield


@pytest.fixture(autouse=True)
def own_files(files_of_module: Path) -> Path:
    """Keep stored files in the module's folder: what its tests share points to them."""
    return files_of_module


@pytest.fixture(scope="module")
def files_of_module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder for the files that the module's tests store."""
    folder = tmp_path_factory.mktemp("journey-files")
    with mock.patch.object(django_settings, "HALFSKY_FILES", folder):
        yield folder


REAL_DATABASE = str(django_settings.DATABASES["default"]["NAME"])


@pytest.fixture(scope="session")
def database(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, django_db_modify_db_settings: None
) -> Iterator[None]:
    """The test database, also where no test of the run has pytest-django's own mark for it."""
    if connection.settings_dict["NAME"] != REAL_DATABASE:
        yield
        return
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False)
        yield
        teardown_databases(made, verbosity=0)


@pytest.fixture(scope="session")
def site(database: None) -> Iterator[str]:
    """The address of the running site. It empties no table, unlike `live_server`."""
    server = LiveServer("localhost")  # a passkey is bound to a name, not to an address
    server._live_server_modified_settings.enable()
    yield server.url
    server._live_server_modified_settings.disable()
    server.stop()


@pytest.fixture
def bureau(
    transactional_db: None, request: pytest.FixtureRequest, files_of_module: Path
) -> Iterator[dict[str, Unit]]:
    """The example's units and people on an otherwise empty site; units by code."""
    mark = request.node.get_closest_marker("on_day")
    cache.clear()
    with clock_at(mark.args[0] if mark else date(2026, 3, 2)):
        places = story.make_units()
        story.make_accounts(places)
        yield places


@pytest.fixture
def running(bureau: dict[str, Unit], request: pytest.FixtureRequest) -> Plan:
    """The example's plan, adopted on 10 February and running since."""
    return _adopted(bureau)


def _adopted(places: dict[str, Unit]) -> Plan:
    accounts = {one.username: one for one in Account.objects.all()}
    with story.at(date(2026, 1, 28)):
        plan = story.bring_plan(places["QHSTHJ"], accounts["officer"])
        story.assign(plan, places, accounts["officer"])
    with story.at(date(2026, 2, 10)):
        review.submit(plan=plan, by=accounts["officer"])
        review.endorse(plan=plan, by=accounts["chair"])
        return review.adopt(plan=plan, by=accounts["leader"])


@pytest.fixture(scope="module")
def example(
    database: None, django_db_blocker: DjangoDbBlocker, files_of_module: Path
) -> Iterator[Plan]:
    """The whole example on its last day, loaded once for a module that changes nothing of it."""
    with django_db_blocker.unblock(), clock_at(story.LAST_DAY):
        cache.clear()
        yield story.tell()
        call_command("flush", verbosity=0, interactive=False)


# ── browsers ───────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def pictures(screenshots: Path, request: pytest.FixtureRequest) -> Pictures:
    """Where this test's pictures go."""
    return Pictures(screenshots, re.sub(r"[^\w.-]+", "-", request.node.name).strip("-"))


def signed_in_cookie(username: str) -> str:
    """The session of somebody who has signed in; signing in itself has its own journeys."""
    client = Client()
    client.force_login(Account.objects.get(username=username))
    session = client.session
    # as after a password: pages that ask for it again do so only later
    session["account_authentication_methods_user"] = str(session["_auth_user_id"])
    session["account_authentication_methods"] = [
        {"method": "password", "at": time.time(), "reauthenticated": True}
    ]
    session.save()
    return client.cookies["sessionid"].value


@pytest.fixture
def visit(site: str, browser: Browser, pictures: Pictures) -> Iterator[Visit]:
    """Open a browser for somebody: `visit("officer", language="en")`; no name, not signed in."""
    visitors: list[Visitor] = []

    def open_browser(
        username: str = "", *, language: str = "zh-hans", viewport: dict[str, int] = DESK,
        **preferences: Any,
    ) -> Visitor:  # fmt: skip
        context = browser.new_context(
            viewport=viewport, locale="zh-CN", timezone_id="Asia/Shanghai", reduced_motion="reduce"
        )
        if username:
            Account.objects.filter(username=username).update(language=language, **preferences)
            value = signed_in_cookie(username)
            context.add_cookies([{"name": "sessionid", "value": value, "url": site}])
        visitors.append(Visitor(context, site, username, language, pictures))
        return visitors[-1]

    yield open_browser
    for visitor in visitors:
        visitor.context.close()
    faults = [fault for visitor in visitors for fault in visitor.watch.faults]
    assert not faults, "\n".join(faults)
