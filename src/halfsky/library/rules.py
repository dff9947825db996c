"""What the library takes in and how far a reader of papers may go. Numbers with their reasons."""

from __future__ import annotations

MEGABYTE = 1024 * 1024

#: A plan with scanned annexes stays under 20 MB; 50 leaves room and still fits into memory whole.
MAX_FILE_BYTES = 50 * MEGABYTE

#: 60 pages of Chinese hold about 45,000 characters; a whole annual collection under 1 million.
MAX_CHARACTERS = 3_000_000

#: One line for each page, row or paragraph of the largest paper that anybody reviews by hand.
MAX_PAGES = 2_000
MAX_BLOCKS = 200_000
MAX_TABLE_ROWS = 20_000
MAX_TABLE_COLUMNS = 200
MAX_SHEETS = 100

#: Zip containers (docx, ofd, xlsx): what the members may come to once unpacked.
MAX_ZIP_MEMBERS = 10_000
MAX_ZIP_TOTAL_BYTES = 300 * MEGABYTE
#: XML is parsed into a tree of about eight times its size: 40 MB stay under 400 MB.
MAX_XML_BYTES = 40 * MEGABYTE
#: Word's XML shrinks 10 to 60 times, long tables of equal cells up to about 150 times.
MAX_ZIP_RATIO = 200
#: Below this size a ratio says nothing: an empty style sheet can shrink 300 times.
RATIO_COUNTS_FROM_BYTES = 4 * MEGABYTE
#: Tables within tables, groups within groups; people stop at four.
MAX_NESTING = 60
#: Old pages leave hundreds of <font> unclosed, each inside the one before.
MAX_PAGE_NESTING = 500

#: A reader that runs in this process looks at the clock and stops here.
READ_SECONDS = 20
#: A reader that runs apart (pdf, sheets) is killed here, and may use this much memory.
APART_SECONDS = 45
APART_MEMORY_BYTES = 1024 * MEGABYTE
#: LibreOffice needs 5 s for an ordinary paper on a small machine.
OFFICE_SECONDS = 60
OFFICE_MEMORY_BYTES = 3 * 1024 * MEGABYTE


def megabytes(size: int) -> str:
    """Return a size in bytes as megabytes with at most one decimal, rounded up to 0.1."""
    tenths = -(-size * 10 // MEGABYTE)
    return f"{tenths // 10}" if tenths % 10 == 0 else f"{tenths / 10:.1f}"


def is_too_large(size: int) -> bool:
    """Tell whether a file of `size` bytes is refused before anything of it is read."""
    return size > MAX_FILE_BYTES
