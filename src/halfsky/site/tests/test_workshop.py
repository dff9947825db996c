"""The developers' verbs: what `halfsky test` counts, says and leaves behind."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from halfsky.site import workshop
from halfsky.site.terminal import Exit
from halfsky.site.tests.test_cli import environment, halfsky, heed_signals

ONE_TEST = ["-n", "0", "-k", "test_compile_builds_only_what_has_changed"]
HERE = "src/halfsky/site/tests/test_messages.py"


def test_counts_of_all_runs_are_added_up(tmp_path: Path) -> None:
    counts = tmp_path / "counts"
    assert workshop.total(counts) == (0, 0, 0)
    counts.write_text("5 1 2\n7 0 0\n")
    assert workshop.total(counts) == (12, 1, 2)


@pytest.mark.parametrize(
    ("codes", "stopped"), [([0, 0], False), ([0, 1], False), ([2], True), ([0, 143], True)]
)
def test_a_run_ended_by_a_person_is_told_from_a_failed_one(codes: list[int], stopped: bool) -> None:
    assert workshop.stopped(codes) is stopped


def test_a_named_postgresql_is_taken_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HALFSKY_TEST_DATABASE_URL", "postgres://a@b/c")
    with workshop.postgresql() as url:
        assert url == "postgres://a@b/c"


def test_no_postgresql_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HALFSKY_TEST_DATABASE_URL", raising=False)
    monkeypatch.setattr(workshop, "server_programs", lambda: None)
    with workshop.postgresql() as url:
        assert url is None


@pytest.mark.slow
@pytest.mark.skipif(workshop.server_programs() is None, reason="no PostgreSQL on this machine")
def test_a_server_of_our_own_answers_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    import psycopg

    monkeypatch.delenv("HALFSKY_TEST_DATABASE_URL", raising=False)
    with workshop.postgresql() as url:
        assert url is not None
        home = Path(url.split("@")[1].rpartition("/")[0].replace("%2F", "/"))
        with psycopg.connect(url) as connection:
            assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)
        assert home.stat().st_mode & 0o077 == 0
    assert not home.exists()


@pytest.mark.slow
def test_the_last_line_is_the_plain_count(tmp_path: Path) -> None:
    done = halfsky("test", "--database", "sqlite", "--", *ONE_TEST, HERE, data=tmp_path)
    assert done.stdout.splitlines()[-1] == "1 passed, 0 failed"
    assert done.returncode == Exit.DONE


@pytest.mark.slow
def test_a_run_that_does_not_come_to_its_end_is_no_pass(tmp_path: Path) -> None:
    done = halfsky("test", "--database", "sqlite", "--", "--no-such-option", data=tmp_path)
    assert done.stdout.splitlines()[-1] == "0 passed, 1 failed"
    assert done.returncode != Exit.DONE


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_test_run_ends_in_good_order(number: int, code: int, tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    waiting = tmp_path / "test_waiting.py"
    waiting.write_text(
        "import pathlib, time\n"
        f"def test_waiting():\n    pathlib.Path({str(ready)!r}).touch()\n    time.sleep(60)\n"
    )
    run = subprocess.Popen(
        [sys.executable, "-P", "-m", "halfsky", "test", "--database", "sqlite", "--", "-n", "0",
         "--noconftest", str(waiting)],
        env=environment(tmp_path / "data"), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, start_new_session=True, preexec_fn=heed_signals,  # noqa: PLW1509 -- no thread here
    )  # fmt: skip
    for _attempt in range(600):
        if ready.exists():
            break
        time.sleep(0.1)
    run.send_signal(number)
    out, said = run.communicate(timeout=120)
    assert run.returncode == code
    assert "Traceback" not in out + said
