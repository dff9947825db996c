"""What may be read of stored files. Every read begins at `visible_files`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import QuerySet

from halfsky.library.models import StoredFile
from halfsky.library.papers import SourceText
from halfsky.library.permissions import READ_FILES
from halfsky.library.readers import read_file
from halfsky.people import access

if TYPE_CHECKING:
    from halfsky.people.models import Account


def visible_files(account: Account) -> QuerySet[StoredFile]:
    """The files of the units in which `account` may read files, newest first."""
    return StoredFile.objects.filter(access.scope(account, READ_FILES).q("unit")).order_by("-id")


def place_of(sha256: str) -> Path:
    """Where the content with this hash lies, or would lie, outside of what is served."""
    return Path(settings.HALFSKY_FILES) / sha256[:2] / sha256[2:4] / sha256


def path_of(file: StoredFile) -> Path:
    """Where the content of `file` lies."""
    return place_of(file.sha256)


def source_text(file: StoredFile) -> SourceText:
    """Read the paper anew from its unchanged original. Raises CannotRead.

    Takes seconds for .doc and .wps: not inside a transaction.
    """
    return read_file(path_of(file), file.name)
