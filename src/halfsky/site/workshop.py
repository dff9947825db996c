"""The developers' verbs in a checkout: test, lint, bench, eval."""

from __future__ import annotations

import argparse
import contextlib
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from halfsky.site.cli import make_data_folder, place_data
from halfsky.site.terminal import Exit, Stop, say
from halfsky.site.terminal import gettext as _

NO_TESTS = 5  # pytest's own code for a run that found none
CHECKED_TYPES = (
    "src/halfsky/kernel", "src/halfsky/*/rules.py", "src/halfsky/*/rules",
    "src/halfsky/*/services.py", "src/halfsky/*/services", "src/halfsky/*/queries.py",
    "src/halfsky/*/queries", "src/halfsky/library/readers", "src/halfsky/people/access.py",
    "src/halfsky/site/*.py",
)  # fmt: skip


def run(verb: str, given: argparse.Namespace, root: Path) -> int:
    """Carry out one verb in the checkout `root`; return the exit code."""
    if verb == "test":
        return test(given, root)
    if verb == "lint":
        return lint(root, fix=given.fix)
    if not (root / verb / "__main__.py").exists():
        raise Stop(_("这份源代码里没有 {verb}。").format(verb=verb), Exit.USAGE)
    os.environ["PYTHONPATH"] = str(root)
    return call([sys.executable, "-P", "-m", verb, *given.words])


def call(
    command: Sequence[str], *, cwd: Path | None = None, env: dict[str, str] | None = None
) -> int:
    """Run a command to its end; return its exit code, 128 + N when signal N ended it.

    Should we be told to end meanwhile, the command is told the same and waited for.
    """
    with subprocess.Popen(command, cwd=cwd, env=env) as process:
        try:
            code = process.wait()
        except BaseException as end:
            # Ctrl-C has reached the command too; a second one would cut its tidying short
            if not isinstance(end, KeyboardInterrupt) or still_runs(process, seconds=5):
                with contextlib.suppress(ProcessLookupError):
                    process.send_signal(signal.SIGINT)
                still_runs(process, seconds=15)
            process.kill()
            raise
    return code if code >= 0 else 128 - code


def still_runs(process: subprocess.Popen[bytes], *, seconds: float) -> bool:
    """Whether the process is still there after waiting for it this long."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return True
    return False


# ---------------------------------------------------------------------------------------- test


def test(given: argparse.Namespace, root: Path) -> int:
    """Carry out `halfsky test`: the whole suite on SQLite, then on PostgreSQL where there is one."""
    from halfsky.site.messages import compile_catalogs

    folder = place_data(given.data) / "tests"
    make_data_folder(folder)
    counts = folder / f"counts-{os.getpid()}"
    notes: list[str] = []
    codes: list[int] = []
    compile_catalogs()
    try:
        if given.database in {"all", "sqlite"}:
            say(_("—— 在 SQLite 上测试 ——"))
            codes.append(suite(root, folder, given.words, counts, "sqlite", None))
        if given.database in {"all", "postgresql"} and not stopped(codes):
            with postgresql() as url:
                if url:
                    say(_("—— 在 PostgreSQL 上测试 ——"))
                    codes.append(suite(root, folder, given.words, counts, "postgresql", url))
                else:
                    notes.append(
                        _(
                            "没有在 PostgreSQL 上测试：这台机器上没有。要补上：apt-get install postgresql，"
                            "或用 HALFSKY_TEST_DATABASE_URL 指明一个。"
                        )
                    )
                    if given.database == "postgresql" or in_ci():
                        codes.append(Exit.FAULTS)
        passed, failed, skipped = total(counts)
    finally:
        counts.unlink(missing_ok=True)
    for note in notes:
        say(note)
    sys.stderr.flush()
    if any(code not in {0, 1} for code in codes) and not failed:
        failed = 1  # pytest itself did not come to its end: that is no pass
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    if stopped(codes):
        return max(codes)
    return Exit.FAULTS if failed or any(codes) else Exit.DONE


def stopped(codes: Sequence[int]) -> bool:
    """Whether a person or a signal ended one of the runs."""
    return any(code == 2 or code > 128 for code in codes)


def in_ci() -> bool:
    """Whether this is a run where nothing may be left out."""
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}


def suite(
    root: Path, folder: Path, words: Sequence[str], counts: Path, name: str, url: str | None
) -> int:
    """Run pytest once on one database; return its exit code."""
    env = os.environ | {
        "HALFSKY_DATA": str(folder / name),
        "HALFSKY_TEST_COUNTS": str(counts),
        "PYTHONPATH": str(root),
    }
    for theirs in ("DATABASE_URL", "HALFSKY_SECRET_KEY", "HALFSKY_DEBUG", "HALFSKY_LANGUAGE"):
        env.pop(theirs, None)
    env.setdefault("HALFSKY_SCREENSHOTS", str(folder / "screenshots" / name))
    if url:
        env["DATABASE_URL"] = url
    command = [sys.executable, "-P", "-m", "pytest", "-c", str(root / "pyproject.toml")]
    command += [f"--rootdir={root}", f"--basetemp={folder / name / 'tmp'}"]
    command += [f"--override-ini=cache_dir={folder / name / 'cache'}"]
    if not {"-n", "--pdb"} & set(words):
        command += ["-n", "2", "--dist", "loadfile"]
    (folder / name).mkdir(exist_ok=True)
    return call([*command, *words], cwd=root, env=env)


def total(counts: Path) -> tuple[int, int, int]:
    """Return how many tests passed, failed and were skipped, over the runs."""
    lines = counts.read_text().splitlines() if counts.exists() else []
    rows = [tuple(map(int, line.split())) for line in lines]
    passed, failed, skipped = (sum(row[place] for row in rows) for place in range(3))
    return passed, failed, skipped


@contextlib.contextmanager
def postgresql() -> Iterator[str | None]:
    """Give the address of a PostgreSQL for tests, or None when this machine has none.

    HALFSKY_TEST_DATABASE_URL names one; else a private server is started on a socket only we can
    reach, without fear for its data, and ended and deleted afterwards. PostgreSQL refuses to run
    as root: then the server runs as postgres or nobody.
    """
    if given := os.environ.get("HALFSKY_TEST_DATABASE_URL"):
        yield given
        return
    programs = server_programs()
    if programs is None:
        yield None
        return
    # a socket's path may have 107 bytes at most: not below the data folder
    home = Path(tempfile.mkdtemp(prefix="halfsky-pg-", dir="/tmp"))
    owner: dict[str, object] = {}
    if os.geteuid() == 0:
        user = next(entry for name in ("postgres", "nobody") if (entry := known_user(name)))
        os.chown(home, user.pw_uid, user.pw_gid)
        owner = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    options = {"cwd": home, "stdin": subprocess.DEVNULL, "start_new_session": True, **owner}
    data, log = home / "data", home / "log"
    server = None
    try:
        made = subprocess.run(  # type: ignore[call-overload]
            [programs / "initdb", "-D", data, "-U", "halfsky", "-A", "trust", "-E", "UTF8",
             "--locale=C", "--no-sync"],
            capture_output=True, text=True, check=False, **options,
        )  # fmt: skip
        if made.returncode:
            raise Stop(
                _("PostgreSQL 的测试数据库没有建成：{reason}").format(reason=made.stderr.strip()),
                Exit.NOT_SET_UP,
            )
        with log.open("w") as file:
            server = subprocess.Popen(  # type: ignore[call-overload]
                [programs / "postgres", "-D", data, "-k", home, "-c", "listen_addresses=",
                 "-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off",
                 "-c", "max_connections=60"],
                stdout=file, stderr=file, **options,
            )  # fmt: skip
        wait_for_server(server, home, log)
        yield f"postgres://halfsky@{str(home).replace('/', '%2F')}/postgres"
    finally:
        if server is not None:
            server.send_signal(signal.SIGINT)  # PostgreSQL's "fast shutdown"
            if still_runs(server, seconds=20):
                server.kill()
        shutil.rmtree(home, ignore_errors=True)


def server_programs() -> Path | None:
    """Return the folder with PostgreSQL's server programs, the newest when there are several."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    found.sort(key=lambda path: [int(part) for part in path.parent.name.split(".")])
    if found:
        return found[-1]
    here = shutil.which("initdb")
    return Path(here).resolve().parent if here else None


def known_user(name: str) -> pwd.struct_passwd | None:
    """Return the system's user called `name`, or None."""
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def wait_for_server(server: subprocess.Popen[bytes], home: Path, log: Path) -> None:
    """Wait until the server takes connections. Raises Stop when it does not within 30 seconds."""
    import psycopg

    end = time.monotonic() + 30
    while time.monotonic() < end and server.poll() is None:
        with contextlib.suppress(psycopg.OperationalError):
            psycopg.connect(host=str(home), user="halfsky", dbname="postgres").close()
            return
        time.sleep(0.1)
    last = log.read_text().strip().splitlines()[-1:]
    raise Stop(_("PostgreSQL 没有启动：{reason}").format(reason=" ".join(last)), Exit.NOT_SET_UP)


# ---------------------------------------------------------------------------------------- lint


@dataclass(frozen=True)
class Check:
    """One check of `halfsky lint`: what it is called and the command that makes it."""

    name: str
    command: Sequence[str]


def lint(root: Path, *, fix: bool) -> int:
    """Carry out `halfsky lint`: every check, all of them even when one fails."""
    failed = []
    env = os.environ | {
        "HALFSKY_SECRET_KEY": secrets.token_urlsafe(50),
        "HALFSKY_HOSTS": "halfsky.example",
    }
    for theirs in ("HALFSKY_DEBUG", "HALFSKY_HTTP", "DATABASE_URL"):
        env.pop(theirs, None)
    for check in checks(root, fix=fix):
        started = time.monotonic()
        done = subprocess.run(
            check.command,
            cwd=root, env=env, text=True, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        verdict = _("有问题") if done.returncode else _("通过")
        say(f"{check.name}: {verdict} ({time.monotonic() - started:.1f} s)")
        if done.returncode:
            failed.append(check.name)
            print(done.stdout.rstrip(), flush=True)
    if failed:
        say(_("有问题的检查：{names}").format(names=", ".join(failed)))
        return Exit.FAULTS
    say(_("全部检查通过。"))
    return Exit.DONE


def checks(root: Path, *, fix: bool) -> list[Check]:
    """Return the checks in the order they run."""
    python = (sys.executable, "-P", "-m")
    manage = (*python, "halfsky", "manage")
    typed = sorted(
        str(path.relative_to(root)) for pattern in CHECKED_TYPES for path in root.glob(pattern)
    )
    pages = sorted(str(path.relative_to(root)) for path in root.glob("src/halfsky/*/jinja2"))
    code = ["src", "tests", "bench", "eval", "conftest.py", "manage.py", "setup.py", "requirements"]
    code = [name for name in code if (root / name).exists()]
    return [
        Check("ruff check", (*python, "ruff", "check", *(["--fix"] if fix else []), *code)),
        Check("ruff format", (*python, "ruff", "format", *([] if fix else ["--check"]), *code)),
        Check("mypy", (*python, "mypy", *typed)),
        Check(
            "import-linter",
            (sys.executable, "-P", "-c", "from importlinter.cli import lint_imports_command as c; c()",
             "--no-logo"),
        ),
        Check("djlint", (*python, "djlint", "--lint", "--quiet", *pages)),
        Check("vulture", (sys.executable, "-P", "-c", "from halfsky.site.workshop import dead_code as d; raise SystemExit(d())")),
        Check("messages", (*python, "halfsky.site.messages", "check")),
        Check("manage.py check --deploy", (*manage, "check", "--deploy", "--fail-level", "WARNING")),
        Check("manage.py makemigrations --check", (*manage, "makemigrations", "--check", "--dry-run")),
    ]  # fmt: skip


def dead_code() -> int:
    """Print the functions, methods, classes and imports that nobody uses; return 1 if any.

    Names of fields are left out: forms, pages and tables use them without Python seeing it.
    """
    done = subprocess.run(
        [sys.executable, "-P", "-m", "vulture"], capture_output=True, text=True, check=False
    )
    found = [
        line
        for line in done.stdout.splitlines()
        if "unused variable" not in line and "unused attribute" not in line
    ]
    print("\n".join(found) or done.stderr)
    return int(bool(found or done.stderr))
