"""Papers made for the tests: every format is put together here, nothing is a copied file."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from xml.sax.saxutils import escape

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
STRICT_W = 'xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def zipped(members: Mapping[str, str | bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip file of these members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def docx(
    body: str,
    *,
    numbering: str = "",
    styles: str = "",
    extra: Mapping[str, str | bytes] | None = None,
    strict: bool = False,
    main: str = "word/document.xml",
) -> bytes:
    """A Word document with this XML as its body, its numberings and its styles."""
    office = "http://purl.oclc.org/ooxml/officeDocument/relationships" if strict else OFFICE
    space = STRICT_W if strict else W
    spaces = (
        space + ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
        ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
        ' xmlns:v="urn:schemas-microsoft-com:vml"'
        f' xmlns:r="{office}"'
    )
    folder, _, name = main.rpartition("/")
    return zipped(
        {
            "[Content_Types].xml": "<Types/>",
            "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r" '
            f'Type="{office}/officeDocument" Target="{main}"/></Relationships>',
            main: f"<w:document {spaces}><w:body>{body}</w:body></w:document>",
            f"{folder}/_rels/{name}.rels": f'<Relationships xmlns="{PACKAGE}">'
            f'<Relationship Id="a" Type="{office}/numbering" Target="numbering.xml"/>'
            f'<Relationship Id="b" Type="{office}/styles" Target="/{folder}/styles.xml"/>'
            f'<Relationship Id="c" Type="{office}/image" Target="NULL"/></Relationships>',
            f"{folder}/numbering.xml": f"<w:numbering {space}>{numbering}</w:numbering>",
            f"{folder}/styles.xml": f"<w:styles {space}>{styles}</w:styles>",
            **(extra or {}),
        }
    )


def run(text: str, properties: str = "") -> str:
    """A run of text."""
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def p(
    content: str = "",
    *,
    num: str | None = None,
    level: int = 0,
    style: str | None = None,
    properties: str = "",
) -> str:
    """A paragraph: plain text, or XML when it begins with "<"; numbered when `num` is given."""
    inner = content if content.startswith("<") or not content else run(content)
    numbers = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{num}"/></w:numPr>' if num else ""
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p><w:pPr>{named}{numbers}{properties}</w:pPr>{inner}</w:p>"


def level(
    number: int, format: str, text: str, *, start: int = 1, suffix: str = "nothing", extra: str = ""
) -> str:
    """One level of a numbering."""
    return (
        f'<w:lvl w:ilvl="{number}"><w:start w:val="{start}"/><w:numFmt w:val="{format}"/>{extra}'
        f'<w:suff w:val="{suffix}"/><w:lvlText w:val="{text}"/></w:lvl>'
    )


def numbering(
    levels: Iterable[str], *, num: str = "1", family: str = "0", overrides: str = ""
) -> str:
    """A numbering of these levels under the number `num`."""
    return (
        f'<w:abstractNum w:abstractNumId="{family}">{"".join(levels)}</w:abstractNum>'
        f'<w:num w:numId="{num}"><w:abstractNumId w:val="{family}"/>{overrides}</w:num>'
    )


def cell(content: str, properties: str = "") -> str:
    """A table cell with one paragraph, or with XML."""
    inner = content if content.startswith("<") else p(content)
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{inner}</w:tc>"


_GRID_COLUMN = '<w:gridCol w:w="2000"/>'


def table(*rows: Sequence[str]) -> str:
    """A table of cells made with `cell`."""
    columns = max(len(row) for row in rows)
    grid = f"<w:tblGrid>{_GRID_COLUMN * columns}</w:tblGrid>"
    return f"<w:tbl>{grid}{''.join('<w:tr>' + ''.join(row) + '</w:tr>' for row in rows)}</w:tbl>"


# pdf


def pdf(
    pages: Sequence[Sequence[tuple[float, float, float, str]]],
    *,
    rules: Sequence[tuple[float, float, float, float]] = (),
    to_unicode: bool = True,
    picture: bool = False,
    title: str = "",
    rotate: int = 0,
) -> bytes:
    """A PDF of A4 pages, each a list of (x, y from the top, size, text), with ruling lines.

    With `rotate=90` the page is a sideways one that viewers turn, its text drawn to fit. Pieces of
    text need two characters: without a real font pdfium sees no width in one.
    """
    characters = sorted({char for page in pages for *_, text in page for char in text})
    table = "\n".join(f"<{ord(char):04X}> <{ord(char):04X}>" for char in characters)
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /A def /CMapType 2 def\n"
        "1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
        f"{len(characters)} beginbfchar\n{table}\nendbfchar endcmap end end"
    )
    objects: list[bytes] = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    unicode_map = "/ToUnicode 6 0 R " if to_unicode else ""
    objects.append(
        f"<< /Type /Font /Subtype /Type0 /BaseFont /Song /Encoding /Identity-H "
        f"/DescendantFonts [4 0 R] {unicode_map}>>".encode()
    )
    objects.append(
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Song /DW 1000 /W [32 126 500] "
        b"/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor 5 0 R >>"
    )
    objects.append(
        b"<< /Type /FontDescriptor /FontName /Song /Flags 4 /FontBBox [0 -200 1000 900] /ItalicAngle 0 "
        b"/Ascent 880 /Descent -120 /CapHeight 700 /StemV 80 >>"
    )
    objects.append(_stream(cmap.encode()))
    objects.append(
        _stream(
            b"\xff" * 48,
            "/Type /XObject /Subtype /Image /Width 4 /Height 4 /ColorSpace /DeviceRGB /BitsPerComponent 8",
        )
    )
    objects.append(f"<< /Title <FEFF{title.encode('utf-16-be').hex()}> >>".encode())
    kids = []
    for page in pages:
        drawn = "".join(f"{x1} {842 - y1} m {x2} {842 - y2} l S\n" for x1, y1, x2, y2 in rules)
        matrix = "0 1 -1 0 {y} {x}" if rotate == 90 else "1 0 0 1 {x} {up}"
        shown = "".join(
            f"BT /{'F2' if text.isascii() else 'F1'} {size} Tf {matrix.format(x=x, y=y, up=842 - y)} Tm "
            f"{f'({text})' if text.isascii() else _hexadecimal(text)} Tj ET\n"
            for x, y, size, text in page
        )
        image = "q 500 0 0 700 40 60 cm /I1 Do Q\n" if picture else ""
        content = len(objects) + 1
        objects.append(_stream((image + drawn + shown).encode()))
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Rotate {rotate} /Contents {content} 0 R "
            f"/Resources << /Font << /F1 3 0 R /F2 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> /XObject << /I1 7 0 R >> >> >>".encode()
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>".encode()
    out = bytearray(b"%PDF-1.5\n")
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    information = "/Info 8 0 R " if title else ""
    out += f"trailer << /Size {len(objects) + 1} /Root 1 0 R {information}>>\nstartxref\n{start}\n%%EOF".encode()
    return bytes(out)


def _hexadecimal(text: str) -> str:
    return f"<{text.encode('utf-16-be').hex()}>"


def _stream(data: bytes, entries: str = "") -> bytes:
    return f"<< {entries} /Length {len(data)} >>\nstream\n".encode() + data + b"\nendstream"


def paragraph_lines(
    text: str,
    *,
    top: float,
    size: float = 16,
    left: float = 80,
    per_line: int = 27,
    indent: int = 2,
) -> list[tuple[float, float, float, str]]:
    """Set a paragraph in lines of `per_line` characters, the first indented, 29 points apart."""
    lines = [(left + indent * size, top, size, text[: per_line - indent])]
    rest = text[per_line - indent :]
    while rest:
        top += 29
        lines.append((left, top, size, rest[:per_line]))
        rest = rest[per_line:]
    return lines


# ofd

OFD = 'xmlns:ofd="http://www.ofdspec.org/2016"'


def ofd(
    pages: Sequence[Sequence[tuple[float, float, float, str]]],
    *,
    objects: str = "",
    title: str = "",
    template: str = "",
    extra: Mapping[str, str | bytes] | None = None,
    compression: int = zipfile.ZIP_DEFLATED,
) -> bytes:
    """An OFD of A4 pages, each a list of (x, y, size, text) in millimetres."""
    members: dict[str, str | bytes] = {
        "OFD.xml": f'<ofd:OFD {OFD} Version="1.0" DocType="OFD"><ofd:DocBody><ofd:DocInfo><ofd:Title>{title}'
        "</ofd:Title></ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": f"<ofd:Document {OFD}><ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>0 0 210 297"
        '</ofd:PhysicalBox></ofd:PageArea><ofd:TemplatePage ID="90" BaseLoc="Tpls/Tpl_0.xml"/></ofd:CommonData>'
        "<ofd:Pages>"
        + "".join(
            f'<ofd:Page ID="{number}" BaseLoc="Pages/Page_{number}/Content.xml"/>'
            for number in range(len(pages))
        )
        + "</ofd:Pages></ofd:Document>",
        "Doc_0/Tpls/Tpl_0.xml": f"<ofd:Page {OFD}><ofd:Content><ofd:Layer>{template}</ofd:Layer></ofd:Content></ofd:Page>",
    }
    for number, page in enumerate(pages):
        texts = "".join(ofd_text(x, y, size, text) for x, y, size, text in page)
        use = '<ofd:Template TemplateID="90"/>' if template else ""
        members[f"Doc_0/Pages/Page_{number}/Content.xml"] = (
            f"<ofd:Page {OFD}>{use}<ofd:Content><ofd:Layer>{texts}{objects}</ofd:Layer></ofd:Content></ofd:Page>"
        )
    return zipped({**members, **(extra or {})}, compression)


def ofd_text(x: float, y: float, size: float, text: str) -> str:
    """A text object whose characters stand `size` apart."""
    return (
        f'<ofd:TextObject ID="1" Boundary="{x} {y} 190 {size}" Size="{size}" Font="1">'
        f'<ofd:TextCode X="0" Y="{size * 0.85}" DeltaX="g {max(len(text) - 1, 0)} {size}">{escape(text)}'
        "</ofd:TextCode></ofd:TextObject>"
    )


# ole


def ole(streams: Mapping[str, bytes]) -> bytes:
    """An OLE container (.doc, .xls, protected .docx) with these streams, each in whole sectors."""
    size = 512
    sectors: list[bytes] = []
    fat: list[int] = []
    entries: list[tuple[str, int, int, int]] = []

    def add(data: bytes) -> int:
        first = len(sectors)
        pieces = [
            data[at : at + size].ljust(size, b"\0") for at in range(0, max(len(data), 1), size)
        ]
        for index, piece in enumerate(pieces):
            sectors.append(piece)
            fat.append(0xFFFFFFFE if index == len(pieces) - 1 else len(sectors))
        return first

    for name, data in streams.items():
        entries.append((name, 2, add(data.ljust(4096, b"\0")), max(len(data), 4096)))
    directory = b""
    for name, kind, first, length in [("Root Entry", 5, 0xFFFFFFFE, 0), *entries]:
        raw = name.encode("utf-16-le") + b"\0\0"
        directory += raw.ljust(64, b"\0") + struct.pack("<HBB", len(raw), kind, 1)
        directory += (
            struct.pack("<III", 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF)
            + b"\0" * 36
            + struct.pack("<IQ", first, length)
        )
    first_directory = add(directory)
    first_fat = len(sectors)
    fat += [0xFFFFFFFD]
    table = b"".join(struct.pack("<I", entry) for entry in fat).ljust(size, b"\xff")
    sectors.append(table)
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + b"\0" * 16
        + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
        + b"\0" * 6
    )
    header += struct.pack(
        "<IIIIIIIII", 0, 1, first_directory, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0
    )
    header += struct.pack("<I", first_fat) + b"\xff" * (108 * 4)
    return header + b"".join(sectors)
