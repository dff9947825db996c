"""Cells of tables that go out to a spreadsheet and come back.

A spreadsheet runs a cell as a formula if it begins with = + - @, or with a tab or carriage return
before one. Source: OWASP, CSV Injection (owasp.org/www-community/attacks/CSV_Injection).
"""

from __future__ import annotations

import unicodedata

# the full-width forms count too: some spreadsheets fold them
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "'", "＝", "＋", "－", "＠")


def safe_cell(text: str) -> str:
    """Return `text` so that no spreadsheet runs it: an apostrophe goes before a dangerous beginning.

    An apostrophe itself counts as one, so `read_cell` gives back exactly what went in.

    >>> safe_cell("=1+1"), safe_cell("王芳")
    ("'=1+1", '王芳')
    """
    return "'" + text if text.startswith(DANGEROUS) else text


def read_cell(text: str) -> str:
    """Undo `safe_cell`.

    >>> read_cell("'=1+1")
    '=1+1'
    """
    return text[1:] if text.startswith("'") and text[1:].startswith(DANGEROUS) else text


def plain_text(text: str) -> str:
    """A cell as it is kept: no control characters, blanks folded, none at the ends.

    >>> plain_text(" 一级\\n主任科员\\x00")
    '一级 主任科员'
    """
    spaced = "".join(
        " " if c.isspace() else c
        for c in text
        if c.isspace() or unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
    )
    return " ".join(spaced.split())
