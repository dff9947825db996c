"""Taking files in. The content is on the disk, whole and unchangeable, before its row exists.

Receiving and reading take time and stay outside transactions; keeping is short:

    with services.received(upload) as incoming:
        source = incoming.read()                     # CannotRead: nothing was stored
        with transaction.atomic():
            file = services.keep_file(incoming=incoming, unit=unit, by=account)
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from django.conf import settings
from django.db import transaction

from halfsky.audit.services import record
from halfsky.library import rules
from halfsky.library.models import StoredFile
from halfsky.library.papers import CannotRead, SourceText
from halfsky.library.permissions import ADD_FILES
from halfsky.library.queries import place_of
from halfsky.library.readers import detect, read_file, too_large
from halfsky.people import access

if TYPE_CHECKING:
    from halfsky.people.models import Account, Unit

_PIECE = 1024 * 1024


class Upload(Protocol):
    """What Django hands a view for an uploaded file."""

    name: str | None
    size: int | None

    def chunks(self, chunk_size: int | None = None) -> Iterable[bytes]:
        """The content in pieces."""
        ...


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file that has arrived, whole and hashed, and belongs to nobody yet."""

    path: Path
    name: str
    sha256: str
    size: int
    kind: str

    def read(self) -> SourceText:
        """Read it as a paper. Raises CannotRead."""
        return read_file(self.path, self.name)


def clean_name(name: str | None) -> str:
    """Return a file's name without folders and control characters, at most 200 characters.

    The extension stays when the name is cut.
    """
    name = unicodedata.normalize("NFC", name or "").replace("\\", "/").rpartition("/")[2]
    name = "".join(
        char for char in name if unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Zl", "Zp")
    )
    name = name.strip(" .") or "未命名"
    stem, dot, extension = name.rpartition(".")
    if dot and len(extension) <= 10:
        return f"{stem[: 199 - len(extension)]}.{extension}"
    return name[:200]


def kind_of(data: bytes, name: str) -> str:
    """What a file is by its content; "other" for what the readers never read (a picture …)."""
    try:
        return detect(data, name).kind
    except CannotRead:
        return "other"


@contextmanager
def received(upload: Upload) -> Iterator[Incoming]:
    """Write an upload to a place of its own, hashed on the way; it is gone at the end unless kept.

    Raises CannotRead: too_large (as soon as it is known, without reading the rest), empty.
    """
    if upload.size is not None and rules.is_too_large(upload.size):
        raise too_large(upload.size)
    with _incoming(clean_name(upload.name), upload.chunks(_PIECE)) as incoming:
        yield incoming


@contextmanager
def received_text(text: str, name: str) -> Iterator[Incoming]:
    """Take pasted text in as a file in UTF-8. Raises CannotRead: too_large, empty."""
    data = text.encode("utf-8", "replace")
    if rules.is_too_large(len(data)):
        raise too_large(len(data))
    with _incoming(clean_name(name), [data]) as incoming:
        yield incoming


@contextmanager
def received_file(path: Path) -> Iterator[Incoming]:
    """Take in a file of this machine, for commands. Raises CannotRead."""
    from halfsky.library.readers import file_bytes

    with _incoming(clean_name(path.name), [file_bytes(path)]) as incoming:
        yield incoming


@contextmanager
def _incoming(name: str, pieces: Iterable[bytes]) -> Iterator[Incoming]:
    folder = Path(settings.HALFSKY_FILES) / "incoming"
    folder.mkdir(parents=True, exist_ok=True, mode=0o750)
    handle, raw_path = tempfile.mkstemp(dir=folder)
    path = Path(raw_path)
    try:
        digest, size = hashlib.sha256(), 0
        with os.fdopen(handle, "wb") as file:
            for piece in pieces:
                size += len(piece)
                if rules.is_too_large(size):
                    raise too_large(size)
                digest.update(piece)
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        if size == 0:
            raise CannotRead("empty")
        yield Incoming(path, name, digest.hexdigest(), size, kind_of(path.read_bytes(), name))
    finally:
        with suppress(FileNotFoundError):
            path.unlink()


def _put_in_place(incoming: Incoming) -> None:
    """Give the content its lasting place, in one step that survives a power cut."""
    place = place_of(incoming.sha256)
    if place.is_file() and place.stat().st_size == incoming.size:
        return
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    incoming.path.chmod(0o440)
    incoming.path.replace(place)
    for folder in (place.parent, place.parent.parent, Path(settings.HALFSKY_FILES)):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@transaction.atomic
def keep_file(*, incoming: Incoming, unit: Unit, by: Account) -> StoredFile:
    """Keep an incoming file as the unit's own; the same file under the same name is kept once.

    Raises OutOfReach unless `by` may add files to the unit.
    """
    access.require(by, ADD_FILES, unit)
    known = StoredFile.objects.filter(unit=unit, sha256=incoming.sha256, name=incoming.name).first()
    _put_in_place(incoming)
    if known:
        return known
    file = StoredFile.objects.create(
        unit=unit,
        name=incoming.name,
        sha256=incoming.sha256,
        size=incoming.size,
        kind=incoming.kind,
        uploaded_by=by,
    )
    record(
        action="library.add_file",
        obj=file,
        by=by,
        unit=unit,
        after={"name": file.name, "sha256": file.sha256, "size": file.size, "kind": file.kind},
        on_behalf_of=access.on_behalf_of(by, ADD_FILES, unit),
    )
    return file


def store_upload(*, upload: Upload, unit: Unit, by: Account) -> StoredFile:
    """Receive and keep an upload in one go, for files that nobody reads as a paper.

    Raises OutOfReach, CannotRead (too_large, empty); then nothing is stored.
    """
    access.require(by, ADD_FILES, unit)
    with received(upload) as incoming:
        return keep_file(incoming=incoming, unit=unit, by=by)
