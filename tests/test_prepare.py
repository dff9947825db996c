"""Setting up a checkout: what pip is set up for is passed on to uv; nothing foreign is touched."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]


def load() -> ModuleType:
    """Return requirements/prepare.py as a module; it is a script, in no package."""
    spec = importlib.util.spec_from_file_location("prepare", ROOT / "requirements" / "prepare.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


prepare = load()


def test_a_mirror_set_up_for_pip_is_passed_on() -> None:
    arguments, more = prepare.for_uv(
        {
            "index-url": "https://mirror.example/simple",
            "extra-index-url": "\nhttps://a.example/simple\nhttps://b.example/simple",
            "trusted-host": "mirror.example",
            "cert": "/etc/ssl/bureau.pem",
            "proxy": "http://proxy.example:3128",
            "default-timeout": "180",
        },
        {},
    )
    assert arguments == [
        "--default-index", "https://mirror.example/simple",
        "--index", "https://a.example/simple", "--index", "https://b.example/simple",
        "--index-strategy", "unsafe-best-match",
        "--allow-insecure-host", "mirror.example",
    ]  # fmt: skip
    assert more == {
        "SSL_CERT_FILE": "/etc/ssl/bureau.pem",
        "HTTP_PROXY": "http://proxy.example:3128",
        "HTTPS_PROXY": "http://proxy.example:3128",
        "UV_HTTP_TIMEOUT": "180",
    }


def test_what_is_said_for_uv_itself_comes_first() -> None:
    arguments, more = prepare.for_uv(
        {"index-url": "https://a.example/simple", "cert": "/a.pem"},
        {"UV_DEFAULT_INDEX": "https://b.example/simple", "SSL_CERT_FILE": "/b.pem"},
    )
    assert (arguments, more) == ([], {})


def test_folders_that_are_not_there_are_passed_over(tmp_path: Path) -> None:
    arguments, _more = prepare.for_uv({"find-links": f"{tmp_path} {tmp_path}/none"}, {})
    assert arguments[2:] == ["--find-links", str(tmp_path)]


def test_pips_environment_comes_before_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "pip.conf"
    config.write_text(
        "[global]\nindex-url = https://g.example\ntimeout = 9\n[install]\ntimeout = 8\n"
    )
    monkeypatch.setenv("PIP_CONFIG_FILE", str(config))
    monkeypatch.setenv("PIP_INDEX_URL", "https://e.example")
    found = prepare.pip_settings(Path(sys.executable))
    assert (found["index-url"], found["timeout"]) == ("https://e.example", "8")


def test_a_folder_with_other_files_is_never_cleared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "letters.txt").write_text("dear")
    assert prepare.main("base", str(tmp_path / "home")) == 6
    assert (tmp_path / "home" / "letters.txt").read_text() == "dear"
    assert "HALFSKY_VENV" in capsys.readouterr().err


def shell(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run ./halfsky with a small environment."""
    return subprocess.run(
        [ROOT / "halfsky", *words],
        env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")} | env,
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_the_script_wants_a_python_that_fits() -> None:
    done = shell("demo", HALFSKY_PYTHON="/bin/false", HALFSKY_VENV="/nonexistent/venv")
    assert (done.returncode, done.stdout) == (6, "")
    assert "3.11" in done.stderr


def test_the_script_without_any_python_says_what_to_install(tmp_path: Path) -> None:
    for name in ("sh", "dirname", "readlink", "cat", "sha256sum", "cut"):
        path = next(
            Path(folder, name) for folder in ("/usr/bin", "/bin") if Path(folder, name).exists()
        )
        (tmp_path / name).symlink_to(path)
    done = shell("demo", PATH=str(tmp_path), HALFSKY_VENV=str(tmp_path / "venv"))
    assert done.returncode == 6
    assert "apt-get install python3" in done.stderr
    spoken = shell(
        "demo", PATH=str(tmp_path), HALFSKY_VENV=str(tmp_path / "venv"), LANG="zh_CN.UTF-8"
    )
    assert "半边天需要 Python" in spoken.stderr


def test_help_comes_before_any_set_up(tmp_path: Path) -> None:
    done = shell("--help", HALFSKY_VENV=str(tmp_path / "venv"))
    assert done.returncode == 0, done.stderr
    assert "plan" in done.stdout
    assert not (tmp_path / "venv").exists()
