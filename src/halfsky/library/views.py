"""Handing out originals, unchanged and only as a download."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import BinaryIO

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from halfsky.library import queries

log = logging.getLogger(__name__)
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


class _Part:
    """A stretch of an open file, for answers to a range request."""

    def __init__(self, file: BinaryIO, start: int, length: int) -> None:
        self._file, self._left = file, length
        file.seek(start)

    def read(self, size: int = -1) -> bytes:
        size = self._left if size < 0 else min(size, self._left)
        data = self._file.read(size)
        self._left -= len(data)
        return data

    def close(self) -> None:
        self._file.close()


def wanted_range(header: str, size: int) -> tuple[int, int] | None:
    """Return the first and last byte that a Range header asks for; None for the whole file.

    Raises ValueError when it lies outside of the file. Several ranges get the whole file.
    """
    match = _RANGE.fullmatch(header.strip())
    if not match or match.group(0) == "bytes=-":
        return None
    first, last = match.groups()
    if first == "":
        if int(last) == 0:
            raise ValueError(header)
        return max(0, size - int(last)), size - 1
    start, end = int(first), min(int(last) if last else size - 1, size - 1)
    if start >= size:
        raise ValueError(header)
    return (start, end) if start <= end else None


@login_required
@require_safe
def download(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The original as it was brought. Never shown as a page of this site."""
    file = get_object_or_404(queries.visible_files(request.user), pk=pk)  # type: ignore[arg-type]
    etag = f'"{file.sha256}"'
    response: HttpResponseBase
    if (
        etag in request.headers.get("If-None-Match", "")
        or request.headers.get("If-None-Match") == "*"
    ):
        response = HttpResponse(status=304)
    else:
        path = queries.path_of(file)
        if not path.is_file():
            log.error("the content of stored file %s is missing: %s", file.pk, path)
            raise Http404
        response = _content(request, path, file.name, file.size, etag)
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _content(request: HttpRequest, path: Path, name: str, size: int, etag: str) -> HttpResponseBase:
    asked = None
    if request.headers.get("If-Range", etag) == etag:
        try:
            asked = wanted_range(request.headers.get("Range", ""), size)
        except ValueError:
            return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    opened = path.open("rb")
    part = opened if asked is None else _Part(opened, asked[0], asked[1] - asked[0] + 1)
    response = FileResponse(
        part, as_attachment=True, filename=name, content_type="application/octet-stream"
    )
    response["Accept-Ranges"] = "bytes"
    response["Content-Length"] = str(size)
    if asked:
        response.status_code = 206
        response["Content-Range"] = f"bytes {asked[0]}-{asked[1]}/{size}"
        response["Content-Length"] = str(asked[1] - asked[0] + 1)
    return response
