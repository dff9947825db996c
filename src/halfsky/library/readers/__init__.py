"""Reading papers: a file or its bytes in, a `SourceText` out, or a `CannotRead` that says why.

What a file is, its content tells (`detect`). Pure Python without Django: no database, no settings,
no network. Formats whose parsers are native code (pdf, sheets) are read in a process of their own
with bounded memory and time; .doc, .wps, .rtf and .odt go through LibreOffice when it is there.
"""

from __future__ import annotations

import errno
import logging
import os
import stat
from pathlib import Path

from halfsky.library import rules
from halfsky.library.papers import CannotRead, SourceText
from halfsky.library.readers.build import with_notice
from halfsky.library.readers.detect import detect, extension, is_mismatch
from halfsky.library.readers.text import read_string, read_text
from halfsky.library.readers.word import read_word

__all__ = ["CannotRead", "detect", "needs_office", "read_bytes", "read_file", "read_pasted"]

log = logging.getLogger(__name__)

_OFFICE_KINDS = frozenset({"doc", "wps", "rtf", "odt", "wordxml", "uot"})
_SHEET_KINDS = frozenset({"xlsx", "xls", "xlsb", "ods"})


def file_bytes(path: str | os.PathLike[str]) -> bytes:
    """Return a file's bytes once its kind and size have been looked at.

    Raises CannotRead: not_found, is_a_folder, not_a_file (a device, a pipe), no_permission,
    empty, too_large, disk_fault. Nothing is read of a file that is too large.
    """
    name = Path(path).name or str(path)
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        raise CannotRead("not_found", name=name) from None
    except PermissionError:
        raise CannotRead("no_permission", name=name) from None
    except (OSError, ValueError) as fault:
        number = getattr(fault, "errno", None)
        code = {
            errno.ELOOP: "not_found",
            errno.ENAMETOOLONG: "not_found",
            errno.ENXIO: "not_a_file",
        }.get(number or 0, "not_found")
        raise CannotRead(code, name=name) from None
    try:
        status = os.fstat(handle)
        if stat.S_ISDIR(status.st_mode):
            raise CannotRead("is_a_folder", name=name)
        if not stat.S_ISREG(status.st_mode):
            raise CannotRead("not_a_file", name=name)
        if rules.is_too_large(status.st_size):
            raise too_large(status.st_size)
        if status.st_size == 0:
            raise CannotRead("empty")
        with os.fdopen(handle, "rb", closefd=False) as file:
            return file.read(rules.MAX_FILE_BYTES + 1)
    except OSError:
        raise CannotRead("disk_fault", name=name) from None
    finally:
        os.close(handle)


def too_large(size: int) -> CannotRead:
    """The refusal of a file of `size` bytes."""
    return CannotRead(
        "too_large", size=rules.megabytes(size), limit=rules.megabytes(rules.MAX_FILE_BYTES)
    )


def read_file(path: str | os.PathLike[str], filename: str | None = None) -> SourceText:
    """Read the paper at `path`; `filename` is its name for people when the path is another.

    Raises CannotRead, and nothing else, for whatever the file holds.
    """
    return read_bytes(file_bytes(path), filename or Path(path).name)


def needs_office(data: bytes, filename: str = "") -> bool:
    """Tell whether reading needs LibreOffice, which takes seconds and so belongs into a job."""
    try:
        return detect(data, filename).kind in _OFFICE_KINDS
    except CannotRead:
        return False


def read_bytes(data: bytes, filename: str = "", charset: str | None = None) -> SourceText:
    """Read a paper from its bytes.

    `filename` only explains a wrong extension, `charset` is what a web server said of a page.
    Raises CannotRead, and nothing else, for whatever the bytes hold.
    """
    if rules.is_too_large(len(data)):
        raise too_large(len(data))
    try:
        return _read(data, filename, charset)
    except CannotRead:
        raise
    except RecursionError:
        raise CannotRead("too_deep", limit=rules.MAX_NESTING) from None
    except MemoryError:
        limit = rules.megabytes(rules.APART_MEMORY_BYTES)
        raise CannotRead("too_much_memory", limit=limit) from None
    except Exception as fault:
        log.exception("a reader failed on a paper of %s bytes", len(data))
        raise CannotRead("damaged", kind=extension(filename) or "txt") from fault


def _read(data: bytes, filename: str, charset: str | None) -> SourceText:
    found = detect(data, filename)
    kind = found.kind
    if found.container and kind in ("docx", "docm"):
        source = read_word(found.container, kind)
    elif kind == "pdf" or kind in _SHEET_KINDS:
        from halfsky.library.readers.apart import read_apart

        source = read_apart(data, kind)
    elif found.container and kind == "ofd":
        from halfsky.library.readers.ofd import read_ofd

        source = read_ofd(found.container)
    elif kind in ("html", "mhtml"):
        from halfsky.library.readers.html import read_html, read_mhtml

        source = read_html(data, charset) if kind == "html" else read_mhtml(data)
    elif kind in _OFFICE_KINDS:
        from halfsky.library.readers.office import read_by_office

        source = read_by_office(data, kind)
    else:
        source = read_text(data, kind)
    if is_mismatch(kind, filename):
        source = with_notice(source, "wrong_extension", extension(filename), kind)
    return source


def read_pasted(text: str) -> SourceText:
    """Read pasted text. Raises CannotRead: no_text, too_many_characters."""
    return read_string(text)
