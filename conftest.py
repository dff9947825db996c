"""What every test shares: an own database and folder for each run, and the browser."""

from __future__ import annotations

import ctypes
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
OFFICES = ("soffice", "libreoffice")


def program(names: tuple[str, ...]) -> str | None:
    """Return the path of the first of `names` that is installed, or None."""
    return next((path for name in names if (path := shutil.which(name))), None)


def browser_is_here() -> bool:
    """Whether Chromium is installed, and the library that Playwright's driver is linked with."""
    try:
        ctypes.CDLL("libatomic.so.1")
    except OSError:
        return False
    return program(BROWSERS) is not None


# What a marked test needs: whether it is here, and the packages that bring it.
NEEDS: dict[str, tuple[Callable[[], object], str]] = {
    "browser": (browser_is_here, "chromium fonts-noto-cjk libatomic1"),
    "libreoffice": (lambda: program(OFFICES), "libreoffice-writer-nogui"),
}


def pytest_configure(config: pytest.Config) -> None:
    """Let the browser's driver, which runs an event loop, use the database."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs a program that is not here; under CI such a test runs and fails."""
    for mark, (is_here, _packages) in NEEDS.items():
        if IN_CI or is_here():
            continue
        gone = [item for item in items if item.get_closest_marker(mark)]
        if gone:
            config.hook.pytest_deselected(items=gone)
            items[:] = [item for item in items if not item.get_closest_marker(mark)]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line what was left out and how to get it; note the counts for `halfsky test`."""
    if hasattr(terminalreporter.config, "workerinput"):
        return  # one of xdist's workers: the process that sums up does it
    for mark, (is_here, packages) in NEEDS.items():
        if not IN_CI and not is_here():
            terminalreporter.write_line(
                f"Left out: the {mark} tests. To run them too: apt-get install {packages}"
            )
    url = os.environ.get("DATABASE_URL", "")
    if url.startswith("postgres") and os.environ.get("HALFSKY_JOURNEYS") != "all":
        terminalreporter.write_line(
            "Left to SQLite: the browser's journeys but for the main job. HALFSKY_JOURNEYS=all "
            "runs every one on PostgreSQL too."
        )
    if counts := os.environ.get("HALFSKY_TEST_COUNTS"):
        stats = terminalreporter.stats
        passed, skipped = len(stats.get("passed", ())), len(stats.get("skipped", ()))
        failed = len(stats.get("failed", ())) + len(stats.get("error", ()))
        with Path(counts).open("a") as file:
            file.write(f"{passed} {failed} {skipped}\n")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Give SQLite a file of this run: a live server's threads each open it, as in real use."""
    from django.conf import settings

    default = settings.DATABASES["default"]
    if default["ENGINE"].endswith("sqlite3"):
        default["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")
        options = default["OPTIONS"]
        # the same as in use but for waiting on the disk
        options["init_command"] = options["init_command"].replace("=FULL", "=OFF")


@pytest.fixture(autouse=True)
def own_files(settings: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep the files that a test stores apart from every other test's and from real data."""
    settings.HALFSKY_FILES = tmp_path_factory.getbasetemp() / "files" / os.urandom(4).hex()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    """Start the system's Chromium; it fetches nothing of its own."""
    path = program(BROWSERS)
    if path is None:
        pytest.fail("Chromium is missing: apt-get install chromium fonts-noto-cjk libatomic1")
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
    quiet += ["--disable-component-update", "--disable-sync", "--disable-quic"]
    return {**browser_type_launch_args, "executable_path": path, "args": quiet}


@pytest.fixture
def screenshots() -> Path:
    """Return the folder where pictures of pages are kept (HALFSKY_SCREENSHOTS, else out/)."""
    folder = Path(os.environ.get("HALFSKY_SCREENSHOTS") or "out/screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
