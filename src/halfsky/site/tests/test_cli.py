"""The command line: exit codes, what goes to stdout and what to stderr, Ctrl-C, ports."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from halfsky.site import cli, serving
from halfsky.site.terminal import Exit, Stop, english, in_chinese

TITLE = "青石县林业局2026年妇女工作要点"
PLAN = f"""{TITLE}

一、推进阅读活动
3月底前开展一次读书分享会，由工会负责。
二、关爱女职工健康
6月组织女职工体检。
"""


def environment(data: Path, **more: str) -> dict[str, str]:
    """Return the environment of a plain terminal with its own data folder."""
    left_out = ("DATABASE_URL", "PYTEST_", "DJANGO_", "COV_", "LC_", "LANG")
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("HALFSKY_") and not name.startswith(left_out)
    }
    return kept | {"HALFSKY_DATA": str(data), "PYTHONUTF8": "1", "LANG": "C"} | more


def halfsky(*words: str, data: Path, given: str = "", **more: str) -> subprocess.CompletedProcess:
    """Run the command line in a process of its own."""
    return subprocess.run(
        [sys.executable, "-P", "-m", "halfsky", *words],
        env=environment(data, **more), input=given, capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """Return a small plan document with a Chinese name and a space in it."""
    path = tmp_path / "妇女 工作要点.txt"
    path.write_text(PLAN, "utf-8")
    return path


# ------------------------------------------------------------------------------ how it is written


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["dance"],
        ["demo", "--port", "99999"],
        ["demo", "--workers", "0"],
        ["plan"],
        ["plan", "read"],
        ["plan", "import"],
        ["user", "add"],
        ["serve", "--certificate", "only-one-half.pem"],
    ],
)
def test_a_command_written_wrongly_ends_with_2(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code = cli.main([*words, "--data", str(tmp_path)] if words[:1] == ["serve"] else words)
    except SystemExit as end:
        code = end.code
    said = capsys.readouterr()
    assert code == Exit.USAGE
    assert said.out == ""
    assert "Traceback" not in said.err
    assert said.err


def test_help_needs_no_packages(tmp_path: Path) -> None:
    src = Path(cli.__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-S", "-P", "-m", "halfsky", "--help"],
        env=environment(tmp_path, PYTHONPATH=str(src)), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    assert done.stderr == ""
    for verb in ("demo", "serve", "doctor", "plan", "user", "test", "lint", "bench", "eval"):
        assert verb in done.stdout


@pytest.mark.parametrize(
    ("env", "chinese"),
    [
        ({"LANG": "zh_CN.UTF-8"}, True),
        ({"LANG": "en_US.UTF-8"}, False),
        ({"LANG": "C"}, False),
        ({}, False),
        ({"LC_ALL": "C.UTF-8", "HALFSKY_TONGUE": "zh_CN.GB18030"}, True),
        ({"LC_ALL": "en_US.UTF-8", "LANG": "zh_CN.UTF-8"}, False),
    ],
)
def test_words_follow_the_terminals_language(env: dict[str, str], chinese: bool) -> None:
    assert in_chinese(env) is chinese


def test_every_word_of_the_command_line_has_english() -> None:
    source = Path(cli.__file__).parent
    said = re.compile(r'(?<![\w.])_\(\s*((?:"(?:[^"\\]|\\.)*"\s*)+)\)')
    missing = []
    for name in ("cli", "serving", "doctor", "errands", "workshop"):
        for quoted in said.findall((source / f"{name}.py").read_text("utf-8")):
            words = "".join(json.loads(part) for part in re.findall(r'"(?:[^"\\]|\\.)*"', quoted))
            if words not in english():
                missing.append(f"{name}: {words}")
    assert missing == []


def test_words_after_the_dashes_go_to_pytest() -> None:
    given = cli.understood(["test", "--database", "sqlite", "--", "-k", "reading", "--lf"])
    assert (given.verb, given.database, given.words) == (
        "test",
        "sqlite",
        ["-k", "reading", "--lf"],
    )


def test_words_after_manage_go_to_django() -> None:
    assert cli.understood(["manage", "--help", "x"]).words == ["--help", "x"]


def test_developers_verbs_need_a_checkout(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "checkout", lambda: None)
    assert cli.main(["lint"]) == Exit.USAGE
    assert "./halfsky lint" in capsys.readouterr().err


# ------------------------------------------------------------------------------- reading a plan


def test_plan_read_prints_json_alone_on_stdout(plan: Path, tmp_path: Path) -> None:
    done = halfsky("plan", "read", str(plan), "--json", data=tmp_path / "data")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["title"] == TITLE
    assert [point["heading"] for point in found["key_points"]] == ["推进阅读活动", "关爱女职工健康"]
    assert not (tmp_path / "data").exists()


def test_plan_read_takes_a_name_relative_to_where_one_stands(plan: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "halfsky", "plan", "read", plan.name],
        cwd=plan.parent, env=environment(tmp_path), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert TITLE in done.stdout


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("没有.docx", None),
        ("空.txt", b""),
        ("坏.docx", b"PK\x03\x04broken"),
        ("扫描.pdf", b"%PDF-1.4\n"),
    ],
)
def test_plan_read_says_in_chinese_why_it_cannot(
    name: str, content: bytes | None, tmp_path: Path
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    done = halfsky("plan", "read", str(path), "--json", data=tmp_path / "data")
    assert done.returncode == Exit.UNREADABLE
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert re.search("[一-鿿]{4}", done.stderr)


# --------------------------------------------------------------------------- the data folder


def test_data_comes_from_the_option_before_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HALFSKY_DATA", str(tmp_path / "environment"))
    assert cli.place_data(None) == tmp_path / "environment"
    assert cli.place_data(str(tmp_path / "option")) == tmp_path / "option"
    assert os.environ["HALFSKY_DATA"] == str(tmp_path / "option")


def test_a_data_folder_is_its_owners_alone(tmp_path: Path) -> None:
    cli.make_data_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").stat().st_mode & 0o777 == 0o700


def test_a_data_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Stop) as stop:
        cli.make_data_folder(tmp_path / "file" / "data")
    assert stop.value.code == Exit.NOT_SET_UP


# ------------------------------------------------------------------------------- serving


@pytest.fixture
def taken_port() -> Iterator[int]:
    """Yield a port that another program listens on."""
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        yield other.getsockname()[1]


@pytest.mark.parametrize("verb", ["demo", "serve"])
def test_a_taken_port_ends_with_4_and_a_sentence(
    verb: str, taken_port: int, tmp_path: Path
) -> None:
    done = halfsky(verb, "--port", str(taken_port), data=tmp_path / "data")
    assert done.returncode == Exit.NO_ADDRESS
    assert str(taken_port) in done.stderr
    assert "--port" in done.stderr
    assert done.stdout == ""
    assert not (tmp_path / "data").exists()


def test_a_host_of_another_machine_ends_with_4(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["demo", "--host", "192.0.2.1", "--port", "0"]) == Exit.NO_ADDRESS
    assert "192.0.2.1" in capsys.readouterr().err


def test_port_0_picks_a_free_one() -> None:
    address = serving.free_address("127.0.0.1", 0)
    assert address.port > 0
    assert address.url == f"http://127.0.0.1:{address.port}"


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("0.0.0.0", "http://127.0.0.1:80"),
        ("::1", "http://[::1]:80"),
        ("a.example", "http://a.example:80"),
    ],
)
def test_the_printed_address_opens_on_this_machine(host: str, url: str) -> None:
    assert serving.Address(host, 80).url == url


def test_serve_wants_a_secret_key(tmp_path: Path) -> None:
    done = halfsky("serve", "--port", "0", data=tmp_path)
    assert done.returncode == Exit.NOT_SET_UP
    assert "HALFSKY_SECRET_KEY" in done.stderr
    assert "Traceback" not in done.stderr


def test_serve_refuses_the_data_of_a_demo(tmp_path: Path) -> None:
    serving.write_mark(tmp_path, {"ready": True})
    done = halfsky("serve", "--port", "0", data=tmp_path, HALFSKY_SECRET_KEY="k" * 60)
    assert done.returncode == Exit.NOT_SET_UP
    assert (tmp_path / serving.DEMO_MARK).stat().st_mode & 0o777 == 0o600


def test_serve_refuses_a_database_that_is_behind(tmp_path: Path) -> None:
    done = halfsky("serve", "--port", "0", data=tmp_path, HALFSKY_SECRET_KEY="k" * 60)
    assert done.returncode == Exit.NOT_SET_UP
    assert "--migrate" in done.stderr


def test_serve_says_so_when_there_is_no_database_server(tmp_path: Path) -> None:
    away = "postgres://halfsky@127.0.0.1:1/halfsky"
    done = halfsky(
        "serve", "--port", "0", data=tmp_path, HALFSKY_SECRET_KEY="k" * 60, DATABASE_URL=away
    )
    assert done.returncode == Exit.NOT_SET_UP
    assert "DATABASE_URL" in done.stderr
    assert "Traceback" not in done.stderr


def test_demo_leaves_real_data_alone(tmp_path: Path) -> None:
    (tmp_path / "halfsky.sqlite3").write_bytes(b"real")
    for more in ([], ["--fresh"]):
        done = halfsky("demo", "--port", "0", *more, data=tmp_path)
        assert done.returncode == Exit.NOT_SET_UP
    assert (tmp_path / "halfsky.sqlite3").read_bytes() == b"real"


def heed_signals() -> None:
    """Start as from a terminal, also where the tests run in the background or under nohup."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


class Running:
    """A started `halfsky demo` or `serve`."""

    def __init__(self, words: list[str], env: dict[str, str]) -> None:
        """Start it in a process group of its own, as a terminal does."""
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "halfsky", *words],
            env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            start_new_session=True, preexec_fn=heed_signals,  # noqa: PLW1509 -- no thread here
        )  # fmt: skip
        self.lines: list[str] = []
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip())
            if line.startswith("Halfsky is ready at "):
                self.url = line.split()[-1]
                return
        pytest.fail(f"it did not start: {self.process.communicate()[1]}")

    def end(self, number: int, *, whole_group: bool = False) -> tuple[int, str]:
        """Send a signal; return the exit code and what was said on stderr."""
        if whole_group:
            os.killpg(self.process.pid, number)
        else:
            self.process.send_signal(number)
        _out, said = self.process.communicate(timeout=120)
        return self.process.returncode, said

    def processes(self) -> list[int]:
        """Return the processes of its group that are alive."""
        found = []
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                state, _parent, group = path.read_text().rpartition(")")[2].split()[:3]
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(group) == self.process.pid and state != "Z":
                found.append(int(path.parent.name))
        return found


@pytest.fixture(scope="module")
def demo_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder that the demos of this file share."""
    return tmp_path_factory.mktemp("demo") / "演示 数据"


def start_demo(data: Path, *words: str) -> Running:
    """Start a demo on a free port."""
    return Running(["demo", "--port", "0", *words], environment(data))


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize(
    ("number", "whole_group", "code"),
    [(signal.SIGINT, True, 130), (signal.SIGTERM, False, 143), (signal.SIGHUP, False, 129)],
)
def test_demo_ends_in_good_order(
    number: int, whole_group: bool, code: int, demo_data: Path
) -> None:
    demo = start_demo(demo_data)
    with urllib.request.urlopen(f"{demo.url}/healthz", timeout=10) as answer:
        assert answer.status == 200
    assert len(demo.processes()) >= 3  # itself and two workers
    ended, said = demo.end(number, whole_group=whole_group)
    assert ended == code
    assert "Traceback" not in said
    assert "Unexpected" not in said
    assert demo.processes() == []


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux to end the workers")
def test_workers_end_when_the_demo_is_killed(demo_data: Path) -> None:
    demo = start_demo(demo_data)
    os.kill(demo.process.pid, signal.SIGKILL)
    demo.process.wait(10)
    for _attempt in range(100):
        if not demo.processes():
            break
        time.sleep(0.1)
    assert demo.processes() == []


@pytest.mark.slow
def test_demo_names_a_sign_in_for_each_role_and_keeps_its_data(demo_data: Path) -> None:
    first = start_demo(demo_data)
    first.end(signal.SIGTERM)
    started = time.monotonic()
    second = start_demo(demo_data)
    took = time.monotonic() - started
    second.end(signal.SIGTERM)
    assert first.lines[:-1] == second.lines[:-1]  # the same people with the same password
    assert took < 20  # a second or two on a machine with nothing else to do
    names = [line.split()[1] for line in first.lines[1:-1]]
    assert len(names) == len(set(names)) >= 6
    assert sum(line.startswith("Halfsky is ready at ") for line in first.lines) == 1


# ---------------------------------------------------------------------------------- accounts


@pytest.mark.slow
def test_user_add_makes_unit_account_and_grant_and_prints_the_password_alone(
    tmp_path: Path,
) -> None:
    assert halfsky("manage", "migrate", "-v0", data=tmp_path).returncode == 0
    made = halfsky(
        "user", "add", "admin", "--unit", "330100", "--new-unit", "青石县林业局",
        "--role", "system_admin", data=tmp_path,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    assert re.fullmatch(r"[\w-]{16,}\n", made.stdout)
    again = halfsky("user", "add", "admin", "--unit", "330100", data=tmp_path)
    assert (again.returncode, again.stdout) == (Exit.FAULTS, "")
    weak = halfsky(
        "user", "add", "other", "--unit", "330100", "--password-stdin", data=tmp_path, given="123\n"
    )
    assert (weak.returncode, weak.stdout) == (Exit.FAULTS, "")
    nowhere = halfsky("user", "add", "third", "--unit", "没有", data=tmp_path)
    assert (nowhere.returncode, nowhere.stdout) == (Exit.FAULTS, "")
    assert "330100" in nowhere.stderr


def test_user_add_on_a_database_not_set_up_is_a_sentence(tmp_path: Path) -> None:
    done = halfsky("user", "add", "admin", "--unit", "330100", data=tmp_path)
    assert done.returncode == Exit.NOT_SET_UP
    assert "migrate" in done.stderr
    assert "Traceback" not in done.stderr
