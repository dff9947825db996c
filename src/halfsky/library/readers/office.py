"""Older word processor files through LibreOffice, when it is installed.

Each conversion has its own profile, its own process group, bounded memory, and an end: nothing of
it is left behind. Macros and links to other places are switched off in that profile.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import threading
from pathlib import Path

from halfsky.library import rules
from halfsky.library.papers import CannotRead, SourceText
from halfsky.library.readers.build import with_notice
from halfsky.library.readers.container import Container
from halfsky.library.readers.word import read_word

#: LibreOffice needs 215 MB each time; one after the other in each process of the site.
_ONE_AT_A_TIME = threading.BoundedSemaphore(1)
_SUFFIXES = {
    "doc": ".doc",
    "wps": ".wps",
    "rtf": ".rtf",
    "odt": ".odt",
    "wordxml": ".xml",
    "uot": ".uot",
}

_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableActiveContent" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update"><prop oor:name="Link" oor:op="fuse"><value>2</value></prop></item>
</oor:items>
"""


def find_soffice() -> str | None:
    """The path of LibreOffice's command, None when it is not installed.

    HALFSKY_SOFFICE names it when it stands in an unusual place; "" there switches it off.
    """
    told = os.environ.get("HALFSKY_SOFFICE")
    if told is not None:
        return shutil.which(told) if told else None
    found = shutil.which("soffice") or shutil.which("libreoffice")
    if found:
        return found
    for folder in sorted(Path("/opt").glob("libreoffice*/program/soffice"), reverse=True):
        return str(folder)
    return None


def convert(data: bytes, kind: str, *, seconds: float = rules.OFFICE_SECONDS) -> bytes:
    """Return the paper as .docx. Raises CannotRead: office_missing, office_slow, office_failed."""
    command = find_soffice()
    if command is None:
        raise CannotRead("office_missing", kind=kind)
    if not _ONE_AT_A_TIME.acquire(timeout=seconds):
        raise CannotRead("office_slow", kind=kind, seconds=int(seconds))
    try:
        with tempfile.TemporaryDirectory(
            prefix="halfsky-office-", ignore_cleanup_errors=True
        ) as folder:
            return _convert_in(Path(folder), command, data, kind, seconds)
    finally:
        _ONE_AT_A_TIME.release()


def _convert_in(folder: Path, command: str, data: bytes, kind: str, seconds: float) -> bytes:
    paper = folder / f"paper{_SUFFIXES[kind]}"
    paper.write_bytes(data)
    profile = folder / "profile" / "user"
    profile.mkdir(parents=True)
    (profile / "registrymodifications.xcu").write_text(_PROFILE, encoding="utf-8")
    out = folder / "out"
    out.mkdir()
    environment = {
        key: value for key, value in os.environ.items() if key in ("PATH", "LANG", "LC_ALL", "TZ")
    }
    environment |= {
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "SAL_USE_VCLPLUGIN": "svp",
        "SAL_NO_DIALOGS": "1",
    }
    limits = f'ulimit -c 0; ulimit -t {int(seconds) * 2}; ulimit -v {rules.OFFICE_MEMORY_BYTES // 1024}; ulimit -f 409600; exec "$@"'
    process = subprocess.Popen(
        [
            "/bin/sh", "-c", limits, "sh", command, f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--headless", "--norestore", "--nolockcheck", "--nodefault", "--nologo",
            "--convert-to", "docx:MS Word 2007 XML", "--outdir", str(out), str(paper),
        ],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env=environment, cwd=folder, start_new_session=True,
    )  # fmt: skip
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        raise CannotRead("office_slow", kind=kind, seconds=int(seconds)) from None
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    result = out / "paper.docx"
    if (
        not result.is_file()
        or result.stat().st_size == 0
        or rules.is_too_large(result.stat().st_size)
    ):
        raise CannotRead("office_failed", kind=kind)
    return result.read_bytes()


def read_by_office(data: bytes, kind: str) -> SourceText:
    """Read a .doc, .wps, .rtf, .odt … by way of .docx. Raises CannotRead."""
    converted = convert(data, kind)
    try:
        source = read_word(Container(converted, "docx"), kind)
    except CannotRead as fault:
        if fault.code == "damaged":
            raise CannotRead("office_failed", kind=kind) from None
        raise
    return with_notice(source, "converted_by_office")
