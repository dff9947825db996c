"""Makes stored files for tests."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.files.uploadedfile import SimpleUploadedFile

from halfsky.library.models import StoredFile
from halfsky.library.services import store_upload
from halfsky.people.models import Account, Unit
from halfsky.people.tests.factories import account_with


def upload(content: bytes = "要点".encode(), name: str = "要点.txt") -> SimpleUploadedFile:
    """An upload as a view gets it."""
    return SimpleUploadedFile(name, content)


def stored(
    unit: Unit, content: bytes = "要点".encode(), name: str = "要点.txt", by: Account | None = None
) -> StoredFile:
    """A file kept for `unit`."""
    return store_upload(
        upload=upload(content, name), unit=unit, by=by or account_with("officer", unit)
    )


class Endless:
    """An upload that keeps its size to itself and never ends."""

    name = "plan.docx"
    size = None

    def chunks(self, chunk_size: int | None = None) -> Iterable[bytes]:
        while True:
            yield bytes(1024 * 1024)
