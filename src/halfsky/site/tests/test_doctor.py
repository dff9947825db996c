"""The doctor: each look, its verdict, how to mend it."""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from halfsky.site import doctor
from halfsky.site.terminal import Exit
from halfsky.site.tests.test_cli import halfsky

GOOD_KEY = "3v8Qe-xK1nB7_tYw0RzUaJ5mHc9LdPfGs2iXoVq4NbMkTyWr6E"


def test_key_of_fifty_mixed_characters_is_ok(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HALFSKY_SECRET_KEY", GOOD_KEY)
    assert doctor.secret_key(given=True).state == "ok"


@pytest.mark.parametrize("key", ["Xq7", "a" * 80])
def test_simple_key_fails_with_how_to_mend_it(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HALFSKY_SECRET_KEY", key)
    found = doctor.secret_key(given=True)
    assert found.state == "fail"
    assert key not in found.seen + found.mend


def test_missing_key_is_a_warning() -> None:
    assert doctor.secret_key(given=False).state == "warn"


@pytest.mark.parametrize(
    ("values", "states"),
    [
        ({"DEBUG": False, "PLAIN_HTTP": False, "ALLOWED_HOSTS": ["plan.example"]}, ["ok", "ok"]),
        ({"DEBUG": True, "PLAIN_HTTP": True, "ALLOWED_HOSTS": ["plan.example"]}, ["fail", "ok"]),
        ({"DEBUG": False, "PLAIN_HTTP": True, "ALLOWED_HOSTS": ["a"]}, ["ok", "warn", "ok"]),
        ({"DEBUG": False, "PLAIN_HTTP": False, "ALLOWED_HOSTS": ["*"]}, ["ok", "fail"]),
        ({"DEBUG": False, "PLAIN_HTTP": False, "ALLOWED_HOSTS": ["localhost"]}, ["ok", "warn"]),
    ],
)
def test_settings_for_the_public(
    values: dict[str, object], states: list[str], settings: SimpleNamespace
) -> None:
    for name, value in values.items():
        setattr(settings, name, value)
    assert [found.state for found in doctor.settings_for_the_public()] == states


@pytest.mark.parametrize(("year", "state"), [(1970, "fail"), (2026, "ok"), (2031, "ok")])
def test_clock(year: int, state: str) -> None:
    now = datetime(year, 6, 1, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert doctor.clock(now).state == state


@pytest.mark.parametrize(
    ("name", "state"), [("Asia/Shanghai", "ok"), ("Mars/Olympus", "fail"), ("", "fail")]
)
def test_time_zone(name: str, state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.conf import settings

    monkeypatch.setattr(settings, "TIME_ZONE", name)  # without telling Django's own machinery
    assert doctor.time_zone().state == state


def test_data_folder_that_is_missing_or_open_to_others(
    tmp_path: Path, settings: SimpleNamespace
) -> None:
    settings.DATA_DIR = tmp_path / "none"
    assert [found.state for found in doctor.data_folder()] == ["fail"]
    settings.DATA_DIR = tmp_path
    tmp_path.chmod(0o755)
    assert [found.state for found in doctor.data_folder()][:2] == ["ok", "warn"]
    tmp_path.chmod(0o700)
    assert {found.state for found in doctor.data_folder()} == {"ok"}


@pytest.mark.parametrize(
    ("free", "state"), [(10 * 1024**3, "ok"), (1024**3, "warn"), (10 * 1024**2, "fail")]
)
def test_disk(
    free: int,
    state: str,
    tmp_path: Path,
    settings: SimpleNamespace,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _path: SimpleNamespace(free=free))
    assert list(doctor.data_folder())[-1].state == state


def test_office_missing_is_a_warning_with_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor.shutil, "which", lambda _name: None)
    found = doctor.office()
    assert (found.state, found.mend) == ("warn", "apt-get install libreoffice-writer-nogui")


def test_own_font_is_enough(tmp_path: Path, settings: SimpleNamespace) -> None:
    (tmp_path / "仿宋.ttf").touch()
    settings.HALFSKY_FONTS = tmp_path
    assert doctor.fonts().state == "ok"


def test_a_look_that_breaks_is_a_finding_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken() -> doctor.Finding:
        raise RuntimeError("no such thing")

    monkeypatch.setattr(doctor, "fonts", broken)
    found = list(doctor.findings())
    assert any("RuntimeError: no such thing" in finding.seen for finding in found)
    assert found[-1].about == "LibreOffice"


@pytest.mark.slow
def test_json_alone_on_stdout_and_1_when_something_fails(tmp_path: Path) -> None:
    done = halfsky("doctor", "--json", data=tmp_path / "none")
    found = json.loads(done.stdout)
    assert done.returncode == Exit.FAULTS
    assert found["ok"] is False
    assert all(item["mend"] for item in found["findings"] if item["state"] != "ok")
    assert not (tmp_path / "none").exists()


@pytest.mark.slow
def test_0_on_a_site_in_order(tmp_path: Path) -> None:
    os.chmod(tmp_path, 0o700)
    more = {"HALFSKY_SECRET_KEY": GOOD_KEY, "HALFSKY_HOSTS": "plan.example"}
    assert halfsky("manage", "migrate", "-v0", data=tmp_path, **more).returncode == 0
    done = halfsky("doctor", "--json", data=tmp_path, **more)
    found = {item["about"]: item["state"] for item in json.loads(done.stdout)["findings"]}
    assert "fail" not in found.values()
    assert done.returncode == Exit.DONE
    behind = halfsky("manage", "migrate", "-v0", "plans", "zero", data=tmp_path, **more)
    assert behind.returncode == 0, behind.stderr
    assert halfsky("doctor", data=tmp_path, **more).returncode == Exit.FAULTS


@pytest.mark.slow
def test_a_database_that_is_none_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "halfsky.sqlite3").write_bytes(b"this is no database" * 100)
    done = halfsky("doctor", data=tmp_path)
    assert done.returncode == Exit.FAULTS
    assert "Traceback" not in done.stdout + done.stderr
