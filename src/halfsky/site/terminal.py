"""Speaking with a person at a terminal: their language, stderr for words, stdout for results.

Uses the standard library only, so that `halfsky --help` works before anything is installed.
"""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Mapping
from enum import IntEnum
from functools import cache
from pathlib import Path

import halfsky


class Exit(IntEnum):
    """Exit codes of the command line; docs/commands.md lists them for people."""

    DONE = 0
    FAULTS = 1  # it ran and found faults: a failed test, a lint finding, a refused import
    USAGE = 2  # the command was written wrongly
    UNREADABLE = 3  # the document cannot be read
    NO_ADDRESS = 4  # the address or port cannot be had
    NOT_SET_UP = 5  # a setting, the database or the data folder is not in order
    NO_PACKAGES = 6  # the packages could not be installed (from ./halfsky itself)
    HUNG_UP = 129
    INTERRUPTED = 130
    TERMINATED = 143


class Stop(Exception):
    """Ends the command with one sentence for the person and an exit code."""

    def __init__(self, sentence: str, code: Exit) -> None:
        """Keep the sentence, already in the person's language, and the code."""
        super().__init__(sentence)
        self.code = code


def in_chinese(env: Mapping[str, str] = os.environ) -> bool:
    """Whether the terminal's language is Chinese; any other gets English."""
    names = ("HALFSKY_TONGUE", "LC_ALL", "LC_MESSAGES", "LANG")
    return next((value for name in names if (value := env.get(name))), "").startswith("zh")


@cache
def english() -> dict[str, str]:
    """Return the English of this room by its Chinese, read straight from the .po file."""
    po = Path(__file__).parent / "locale" / "en" / "LC_MESSAGES" / "django.po"
    found: dict[str, str] = {}
    parts: dict[str, str] = {}
    now = ""

    def keep() -> None:
        if parts.get("msgid") and parts.get("msgstr"):
            found[parts["msgid"]] = parts["msgstr"]
        parts.clear()

    for line in po.read_text("utf-8").splitlines() if po.exists() else ():
        keyword, _, rest = line.partition(" ")
        if keyword in {"msgid", "msgstr"}:
            if keyword == "msgid":
                keep()
            now, text = keyword, rest
        elif line.startswith('"') and now:
            text = line
        else:
            now = ""
            continue
        parts[now] = parts.get(now, "") + ast.literal_eval(text)
    keep()
    return found


def gettext(chinese: str) -> str:
    """Return the words in the terminal's language."""
    return chinese if in_chinese() else english().get(chinese, chinese)


def say(sentence: str) -> None:
    """Tell the person something: one line on stderr, at once."""
    print(sentence, file=sys.stderr, flush=True)


def checkout() -> Path | None:
    """Return the folder of the checkout that runs, or None when Halfsky is installed."""
    root = Path(halfsky.__file__).resolve().parents[2]
    return root if (root / "pyproject.toml").exists() and (root / "halfsky").exists() else None
