"""What a reader of papers (docx, pdf, html, txt …) hands to whoever understands the text.

Pure values without Django, so that the readers of this room and the rules of others share them.
All offsets are positions in `SourceText.text`, half-open: `text[start:end]`.
"""

from dataclasses import dataclass
from typing import Literal

from halfsky.library import messages

BlockKind = Literal["paragraph", "heading", "table", "page_break"]


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, heading, table or page break of the paper.

    `where` tells a person where it stands: "第3段" (paragraph 3), "第2页" (page 2).
    """

    kind: BlockKind
    start: int
    end: int
    where: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table, with its place in the text.

    A cell merged over several rows stands in its first row only; in the rows below it has
    an empty text and `start == end`.
    """

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class SourceTable:
    """A table (表格): its place in the text and its rows of cells.

    Each row also stands in the text as one line, the cells joined by a tab.
    Line breaks inside a cell are written as one space there.
    """

    start: int
    end: int
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class SourceText:
    """The text of one paper as extracted, never changed afterwards.

    Paragraphs are joined by one line feed; lists numbered by the word processor carry their
    numbers as text. `page_title` is the title outside the text (HTML <title>, document property).
    `format` is the format that was found ("docx", "pdf", "txt" …), `notices` are codes of what
    the reader of papers could not keep (such as "images_left_out").
    """

    text: str
    blocks: tuple[Block, ...] = ()
    tables: tuple[SourceTable, ...] = ()
    page_title: str | None = None
    format: str = "txt"
    notices: tuple[str, ...] = ()


class CannotRead(Exception):
    """A paper that cannot be read, with a sentence for the person who brought it.

    `code` names the cause and is stable ("encrypted_pdf"); `values` are what the sentences hold.
    `says` tells what is wrong and `mend` what to do, in the user's language once the room is
    installed in the site and in Chinese before (see `messages.use_translation`).
    """

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values = values

    @property
    def says(self) -> str:
        """What is wrong, as one sentence."""
        return messages.what_is_wrong(self.code, self.values)

    @property
    def mend(self) -> str:
        """What to do now, as one sentence."""
        return messages.what_to_do(self.code, self.values)

    def __str__(self) -> str:
        between = "" if self.says.endswith("。") else " "
        return f"{self.says}{between}{self.mend}"
