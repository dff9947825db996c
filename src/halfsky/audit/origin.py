"""Where a request came from, kept for the time of the request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Origin:
    """Address, channel (page, api, command) and number of the request."""

    address: str = ""
    channel: str = "command"
    request_id: str = ""


A_COMMAND = Origin()
_current: ContextVar[Origin] = ContextVar("origin", default=A_COMMAND)


def current() -> Origin:
    """The origin of what is being done now; a command when there is no request."""
    return _current.get()


@contextmanager
def coming_from(origin: Origin) -> Iterator[None]:
    """Let everything inside be recorded as coming from `origin`."""
    token = _current.set(origin)
    try:
        yield
    finally:
        _current.reset(token)
