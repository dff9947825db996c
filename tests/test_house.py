"""The house itself: what is committed, how it is laid out, what is locked."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import halfsky

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
REGISTRIES = re.compile(
    r"(?:pypi|pythonhosted|npmjs|unpkg|jsdelivr|crates|golang)\.(?:org|com|net|io)|"
    r"mirrors?\.[a-z]+\.(?:edu|com|org)|(?:deb|security|archive)\.(?:debian|ubuntu)\.(?:org|com)",
    re.IGNORECASE,
)
MACHINE = re.compile(r"(?<![\w./~-])/(?:work|root|home|tmp/hs)/[\w.]")
SILENCED = re.compile(r"#\s*(?:noqa(?!: *[A-Z]+\d+(?:, *[A-Z]+\d+)* +\W+ *\w)|type: ignore(?!\[))")
NOT_READ = {".png", ".docx", ".doc", ".wps", ".pdf", ".ofd", ".xlsx", ".xls", ".woff2", ".mo"}


def committed() -> list[Path]:
    """Return every file that is, or is about to be, committed."""
    if shutil.which("git") is None:
        pytest.skip("no git here to ask")
    asked = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if asked.returncode:
        pytest.skip("not a git checkout")
    paths = (ROOT / name for name in asked.stdout.split("\0") if name)
    return [path for path in paths if path.is_file()]


def lines_with(pattern: re.Pattern[str]) -> list[str]:
    """Return place and text of each committed line in which `pattern` is found."""
    found = []
    for path in committed():
        if path.suffix in NOT_READ:
            continue
        for number, line in enumerate(path.read_bytes().splitlines(), 1):
            if pattern.search(line.decode("utf-8", "replace")):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line[:120]!r}")
    return found


def locked(name: str) -> dict[str, tuple[str, int]]:
    """Return version and number of hashes by package name of one lock file."""
    text = (ROOT / "requirements" / name).read_text("utf-8").replace("\\\n", " ")
    found = {}
    for line in filter(None, text.splitlines()):
        spec, *hashes = re.split(r"\s+--hash=sha256:", line.strip())
        requirement = Requirement(spec)
        (pin,) = requirement.specifier
        assert pin.operator == "==", line
        found[canonicalize_name(requirement.name)] = (pin.version, len(hashes))
    return found


def test_no_committed_file_names_a_registry() -> None:
    assert lines_with(REGISTRIES) == []


def test_no_committed_file_names_a_path_of_one_machine() -> None:
    assert lines_with(MACHINE) == []


def test_silenced_lint_lines_carry_their_reason() -> None:
    silenced = [line for line in lines_with(SILENCED) if ".py:" in line]
    assert [line for line in silenced if "test_house" not in line] == []


@pytest.mark.parametrize("name", ["uv.txt", "base.txt", "dev.txt"])
def test_every_locked_package_has_hashes(name: str) -> None:
    assert [package for package, (_, hashes) in locked(name).items() if not hashes] == []


def test_lock_files_agree_on_versions() -> None:
    base, dev = locked("base.txt"), locked("dev.txt")
    assert {name: dev[name] for name in base} == base


@pytest.mark.parametrize(("extra", "name"), [("postgres", "base.txt"), ("dev", "dev.txt")])
def test_lock_file_answers_pyproject(extra: str, name: str) -> None:
    project = PROJECT["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"][extra]]
    found = locked(name)
    for requirement in map(Requirement, wanted):
        if requirement.name != "halfsky":
            version, _hashes = found[canonicalize_name(requirement.name)]
            assert requirement.specifier.contains(version), requirement


def test_versions_agree() -> None:
    assert PROJECT["project"]["version"] == halfsky.__version__


def test_uv_writes_no_lock_of_its_own() -> None:
    assert PROJECT["tool"]["uv"] == {"managed": False}
    assert not (ROOT / "uv.lock").exists()


def test_every_room_is_installed_and_none_is_empty() -> None:
    from django.conf import settings

    rooms = {path.parent.name for path in (ROOT / "src" / "halfsky").glob("*/__init__.py")}
    installed = {
        name.removeprefix("halfsky.")
        for name in settings.INSTALLED_APPS
        if name.startswith("halfsky.")
    }
    assert rooms - {"kernel"} == installed
    for room in installed:
        assert (ROOT / "src" / "halfsky" / room / "apps.py").exists(), room


def test_every_room_stands_in_the_layer_contract() -> None:
    contracts = PROJECT["tool"]["importlinter"]["contracts"]
    lines = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    named = {room.strip() for line in lines for room in line.split("|")}
    assert named == {path.parent.name for path in (ROOT / "src" / "halfsky").glob("*/__init__.py")}


def test_links_between_documents_lead_somewhere() -> None:
    dead = []
    for path in (path for path in committed() if path.suffix == ".md"):
        for target in re.findall(r"\]\(([^)#\s]+)", path.read_text("utf-8")):
            if "://" not in target and not (path.parent / target).exists():
                dead.append(f"{path.relative_to(ROOT)}: {target}")
    assert dead == []


def test_scripts_can_be_run() -> None:
    for name in ("halfsky", ".ci/run"):
        path = ROOT / name
        assert path.stat().st_mode & 0o111 == 0o111
        assert path.read_bytes().startswith(b"#!")
        shell = path.read_text("utf-8").splitlines()[0].removeprefix("#!").split()[-1]
        assert subprocess.run([shell, "-n", path], check=False).returncode == 0
