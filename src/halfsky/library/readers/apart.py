"""Reading in a process of its own, with bounded memory and time.

For parsers in native code (pdfium, calamine), where a hostile file may crash or fill the memory: a
crash there is a sentence here. Run as `python -m halfsky.library.readers.apart KIND` it reads the
paper from standard input and writes the text, or the reason why not, as JSON.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from halfsky.library import rules
from halfsky.library.papers import Block, CannotRead, Cell, SourceTable, SourceText

_SOURCE = str(Path(__file__).resolve().parents[3])


def read_apart(
    data: bytes,
    kind: str,
    *,
    seconds: float = rules.APART_SECONDS,
    memory: int = rules.APART_MEMORY_BYTES,
) -> SourceText:
    """Read a paper in another process. Raises CannotRead: what the reader says, too_slow, too_much_memory, damaged."""
    environment = {
        key: value
        for key, value in os.environ.items()
        if key in ("PATH", "LANG", "LC_ALL", "TZ", "SYSTEMROOT")
    }
    environment["PYTHONPATH"] = os.pathsep.join([_SOURCE, *(path for path in sys.path if path)])
    environment["PYTHONUTF8"] = "1"
    command = [
        sys.executable,
        "-m",
        "halfsky.library.readers.apart",
        kind,
        str(int(seconds)),
        str(memory),
    ]
    with tempfile.TemporaryFile() as paper, tempfile.TemporaryFile() as answer:
        paper.write(data)
        paper.seek(0)
        try:
            done = subprocess.run(
                command,
                stdin=paper,
                stdout=answer,
                stderr=subprocess.DEVNULL,
                env=environment,
                timeout=seconds + 5,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise CannotRead("too_slow", seconds=int(seconds)) from None
        answer.seek(0)
        raw = answer.read()
    try:
        said = json.loads(raw)
    except ValueError:
        raise _crashed(done.returncode, kind, seconds, memory) from None
    if "cannot" in said:
        raise CannotRead(said["cannot"], **said["values"])
    return _unpacked(said)


def _crashed(code: int, kind: str, seconds: float, memory: int) -> CannotRead:
    if code in (-24, -14):  # SIGXCPU, SIGALRM
        return CannotRead("too_slow", seconds=int(seconds))
    if code in (-6, -9, 77):  # a native parser aborts when it gets no memory; 77 is ours
        return CannotRead("too_much_memory", limit=rules.megabytes(memory))
    return CannotRead("damaged", kind=kind)


def _packed(source: SourceText) -> dict[str, object]:
    return {
        "text": source.text,
        "blocks": [(block.kind, block.start, block.end, block.where) for block in source.blocks],
        "tables": [
            (
                table.start,
                table.end,
                [[(cell.text, cell.start, cell.end) for cell in row] for row in table.rows],
            )
            for table in source.tables
        ],
        "page_title": source.page_title,
        "format": source.format,
        "notices": source.notices,
    }


def _unpacked(said: dict[str, Any]) -> SourceText:
    return SourceText(
        said["text"],
        tuple(Block(*block) for block in said["blocks"]),
        tuple(
            SourceTable(start, end, tuple(tuple(Cell(*cell) for cell in row) for row in rows))
            for start, end, rows in said["tables"]
        ),
        said["page_title"],
        said["format"],
        tuple(said["notices"]),
    )


def _bound(seconds: int, memory: int) -> None:
    try:
        import resource
    except ImportError:  # not on Windows; the parent's timeout still holds
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0)) if os.getuid() else None


def main(arguments: list[str]) -> int:
    """Read standard input as `kind` within the limits; see the module."""
    kind, seconds, memory = arguments[0], int(arguments[1]), int(arguments[2])
    _bound(seconds, memory)
    try:
        data = sys.stdin.buffer.read()
        if kind == "pdf":
            from halfsky.library.readers.pdf import read_pdf

            said = _packed(read_pdf(data, seconds))
        else:
            from halfsky.library.readers.sheet import read_sheets

            said = _packed(read_sheets(data, kind))
    except CannotRead as fault:
        said = {"cannot": fault.code, "values": fault.values}
    except MemoryError:
        return 77
    sys.stdout.write(json.dumps(said))
    sys.stdout.flush()
    os._exit(0)  # nothing of the parser's needs tidying


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
