"""`manage.py check_files`: is every stored file there, unchanged, and nothing else?"""

from __future__ import annotations

import hashlib
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from halfsky.library.models import StoredFile
from halfsky.library.queries import place_of

DAY = 24 * 60 * 60


class Command(BaseCommand):
    """Compares rows and contents; exit code 1 when a content is missing or has changed."""

    help = "Check that every stored file is there and unchanged."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--tidy",
            action="store_true",
            help="delete contents that belong to no row and are older than a day",
        )

    def handle(self, *args: Any, tidy: bool = False, **options: Any) -> None:
        hashes = set(StoredFile.objects.values_list("sha256", flat=True))
        bad = 0
        for sha256 in sorted(hashes):
            path = place_of(sha256)
            if not path.is_file():
                fault = "missing"
            else:
                with path.open("rb") as file:
                    fault = (
                        ""
                        if hashlib.file_digest(file, "sha256").hexdigest() == sha256
                        else "changed"
                    )
            if fault:
                bad += 1
                self.stderr.write(f"{fault}: {path}")
        strays = [
            path for path in Path(settings.HALFSKY_FILES).rglob("*") if self._is_stray(path, hashes)
        ]
        for path in strays:
            if tidy:
                path.unlink(missing_ok=True)
        self.stdout.write(
            f"{len(hashes)} contents, {bad} bad, {len(strays)} stray{' (deleted)' if tidy else ''}"
        )
        if bad:
            raise CommandError(f"{bad} stored files are missing or have changed")

    @staticmethod
    def _is_stray(path: Path, hashes: set[str]) -> bool:
        return (
            path.is_file() and path.name not in hashes and path.stat().st_mtime < time.time() - DAY
        )
