"""What a file is, told from its content. The extension only explains a mismatch."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field
from pathlib import PurePath

from lxml import etree

from halfsky.library.papers import CannotRead
from halfsky.library.readers.container import Container, attribute, local

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_PICTURES = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"\x00\x00\x01\x00", "ICO"),
    (b"AT&TFORM", "DjVu"),
)
_ARCHIVES = (
    (b"Rar!\x1a\x07", "RAR"),
    (b"7z\xbc\xaf\x27\x1c", "7Z"),
    (b"\x1f\x8b\x08", "GZ"),
    (b"BZh", "BZ2"),
    (b"\xfd7zXZ\x00", "XZ"),
    (b"(\xb5/\xfd", "ZST"),
    (b"MSCF", "CAB"),
)
_OTHERS = (
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"\xca\xfe\xba\xbe", "program"),
    (b"ID3", "media"),
    (b"OggS", "media"),
    (b"fLaC", "media"),
    (b"\x1aE\xdf\xa3", "media"),
    (b"SQLite format 3\x00", "database"),
    (b"\x00\x01\x00\x00Standard", "database"),
)
_OPEN_DOCUMENT = {
    "text": "odt",
    "text-template": "odt",
    "spreadsheet": "ods",
    "presentation": "odp",
}

#: Extensions that users give to each kind; others are explained as a mismatch.
EXTENSIONS: dict[str, frozenset[str]] = {
    "docx": frozenset({"docx", "dotx"}),
    "docm": frozenset({"docm", "dotm"}),
    "doc": frozenset({"doc", "dot", "wps", "wpt"}),
    "wps": frozenset({"wps", "wpt"}),
    "rtf": frozenset({"rtf"}),
    "odt": frozenset({"odt", "ott", "fodt"}),
    "wordxml": frozenset({"xml"}),
    "uot": frozenset({"uot", "uof", "xml"}),
    "pdf": frozenset({"pdf"}),
    "ofd": frozenset({"ofd"}),
    "html": frozenset({"html", "htm", "xhtml", "shtml", "asp", "aspx", "jsp", "php"}),
    "mhtml": frozenset({"mht", "mhtml"}),
    "txt": frozenset({"txt", "text", "csv", "log", "md", "markdown"}),
    "xlsx": frozenset({"xlsx", "xlsm", "xltx", "et"}),
    "xls": frozenset({"xls", "xlt", "et", "ett"}),
    "xlsb": frozenset({"xlsb"}),
    "ods": frozenset({"ods"}),
}


@dataclass(frozen=True, slots=True)
class Detected:
    """The kind of a file and, for a zip, its opened container."""

    kind: str
    container: Container | None = field(default=None, compare=False)


def extension(filename: str) -> str:
    """The extension in small letters without its dot; "" when there is none."""
    return PurePath(filename.replace("\\", "/")).suffix.lower().lstrip(".")


def is_mismatch(kind: str, filename: str) -> bool:
    """Tell whether the extension promises another kind than the content is."""
    found = extension(filename)
    return (
        bool(found)
        and kind in EXTENSIONS
        and found not in EXTENSIONS[kind]
        and found in _ALL_EXTENSIONS
    )


_ALL_EXTENSIONS = frozenset().union(*EXTENSIONS.values()) | {
    "pptx",
    "ppt",
    "zip",
    "rar",
    "jpg",
    "jpeg",
    "png",
    "tif",
    "tiff",
    "gif",
    "bmp",
}


def detect(data: bytes, filename: str = "") -> Detected:
    """Return what `data` is. Raises CannotRead for what is never read (a picture, an archive …)."""
    if not data:
        raise CannotRead("empty")
    head = data[:1024]
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _detect_zip(data)
    if head.startswith(OLE_MAGIC):
        return Detected(_detect_ole(data, filename))
    if b"%PDF-" in head and not head.lstrip().startswith(b"<"):
        return Detected("pdf")
    if head.lstrip().startswith(b"{\\rtf"):
        return Detected("rtf")
    _refuse_foreign(data)
    return Detected(_detect_text(data, filename))


def _refuse_foreign(data: bytes) -> None:
    for magic, name in _PICTURES:
        if data.startswith(magic):
            raise CannotRead("picture", kind=name)
    if (
        data.startswith(b"BM")
        and len(data) > 30
        and struct.unpack_from("<I", data, 14)[0] in (12, 40, 56, 108, 124)
    ):
        raise CannotRead("picture", kind="BMP")
    if data.startswith(b"RIFF"):
        if data[8:12] == b"WEBP":
            raise CannotRead("picture", kind="WEBP")
        raise CannotRead("unsupported", kind="media")
    if data[4:8] == b"ftyp":
        if data[8:12] in (b"heic", b"heix", b"mif1", b"msf1", b"avif", b"hevc"):
            raise CannotRead("picture", kind="HEIC")
        raise CannotRead("unsupported", kind="media")
    for magic, name in _ARCHIVES:
        if data.startswith(magic):
            raise CannotRead("archive", kind=name)
    if data[257:262] == b"ustar":
        raise CannotRead("archive", kind="TAR")
    for magic, kind in _OTHERS:
        if data.startswith(magic) and (len(magic) > 3 or b"\x00" in data[:512]):
            raise CannotRead("unsupported", kind=kind)


def _detect_zip(data: bytes) -> Detected:
    container = Container(data, "zip")
    names = container.names()
    if container.find("OFD.xml"):
        container.kind = "ofd"
        return Detected("ofd", container)
    if container.find("mimetype"):
        kind = container.read("mimetype", 1024).decode("ascii", "ignore").strip()
        if kind.startswith("application/vnd.oasis.opendocument."):
            found = _OPEN_DOCUMENT.get(kind.rpartition(".")[2], "odp")
            manifest = container.find("META-INF/manifest.xml")
            if manifest and b"encryption-data" in container.read(manifest):
                raise CannotRead("encrypted_office")
            if found == "odp":
                raise CannotRead("unsupported", kind="odp")
            container.kind = found
            return Detected(found, container)
        if kind == "application/epub+zip":
            raise CannotRead("unsupported", kind="epub")
    if container.find("[Content_Types].xml") or container.find("_rels/.rels"):
        return _detect_office(container)
    if not names:
        raise CannotRead("archive", kind="ZIP")
    raise CannotRead("archive", kind="ZIP")


def main_part(container: Container) -> str | None:
    """The name of the package's main part, by its relationship or its usual place."""
    relations = container.xml_or_none("_rels/.rels")
    if relations is not None:
        for relation in relations:
            if (attribute(relation, "Type") or "").endswith("/officeDocument"):
                target = container.find(attribute(relation, "Target") or "")
                if target:
                    return target
    for usual in (
        "word/document.xml",
        "xl/workbook.xml",
        "xl/workbook.bin",
        "ppt/presentation.xml",
    ):
        if container.find(usual):
            return usual
    return None


def _detect_office(container: Container) -> Detected:
    container.kind = "docx"
    main = main_part(container)
    if main is None:
        raise CannotRead("damaged", kind="docx")
    if main.endswith(".bin"):
        container.kind = "xlsb"
        return Detected("xlsb", container)
    head = container.read(main)[:4000]
    macros = any(name.lower().endswith("vbaproject.bin") for name in container.names())
    if b"wordprocessingml" in head:
        container.kind = "docm" if macros else "docx"
        return Detected(container.kind, container)
    if b"spreadsheetml" in head:
        container.kind = "xlsx"
        return Detected("xlsx", container)
    if b"presentationml" in head:
        raise CannotRead("unsupported", kind="pptx")
    raise CannotRead("damaged", kind="docx")


def ole_names(data: bytes) -> dict[str, tuple[int, int]]:
    """The streams of an OLE container: name -> (first sector, size). Empty when it is broken."""
    try:
        shift = struct.unpack_from("<H", data, 30)[0]
        if shift not in (9, 12):
            return {}
        size = 1 << shift
        fat: list[int] = []
        sectors = list(struct.unpack_from("<109I", data, 76))
        extra, count = struct.unpack_from("<II", data, 68)
        seen = 0
        while extra < 0xFFFFFFF0 and seen < min(count, 1000):
            block = struct.unpack_from(f"<{size // 4}I", data, (extra + 1) * size)
            sectors.extend(block[:-1])
            extra = block[-1]
            seen += 1
        for sector in sectors:
            if sector < 0xFFFFFFF0 and (sector + 2) * size <= len(data) + size:
                part = data[(sector + 1) * size : (sector + 2) * size]
                fat.extend(struct.unpack(f"<{len(part) // 4}I", part[: len(part) // 4 * 4]))
        sector = struct.unpack_from("<I", data, 48)[0]
        directory = bytearray()
        visited = set()
        while sector < len(fat) and sector not in visited and len(directory) < 1_000_000:
            visited.add(sector)
            directory += data[(sector + 1) * size : (sector + 2) * size]
            sector = fat[sector]
    except (struct.error, IndexError):
        return {}
    names = {}
    for at in range(0, len(directory) - 127, 128):
        length = struct.unpack_from("<H", directory, at + 64)[0]
        if 2 <= length <= 64 and directory[at + 66] in (1, 2, 5):
            name = bytes(directory[at : at + length - 2]).decode("utf-16-le", "replace")
            names[name] = struct.unpack_from("<II", directory, at + 116)
    return names


def _detect_ole(data: bytes, filename: str) -> str:
    names = ole_names(data)
    if "EncryptedPackage" in names:
        raise CannotRead("encrypted_office")
    if "WordDocument" in names:
        first = names["WordDocument"][0]
        size = 1 << struct.unpack_from("<H", data, 30)[0]
        at = (first + 1) * size
        if len(data) >= at + 12 and struct.unpack_from("<H", data, at + 10)[0] & 0x0100:
            raise CannotRead("encrypted_office")
        return "wps" if extension(filename) in ("wps", "wpt") else "doc"
    if "Workbook" in names or "Book" in names:
        return "xls"
    if "PowerPoint Document" in names:
        raise CannotRead("unsupported", kind="ppt")
    if not names:
        raise CannotRead("damaged", kind="ole")
    if "CONTENTS" in names or "MatOST" in names or extension(filename) in ("wps", "wpt", "doc"):
        return "wps"
    raise CannotRead("unsupported", kind="ole")


_HTML_START = re.compile(
    r"<(?:!doctype\s+html|html|head|body|meta|title|div|table|p|center|span|script|style|h[1-6]|article|section)\b",
    re.IGNORECASE,
)


def _detect_text(data: bytes, filename: str) -> str:
    head = data[:8192]
    if b"\x00" in head:
        for encoding in ("utf-16-le", "utf-16-be"):
            candidate = head[: len(head) // 2 * 2].decode(encoding, "ignore")
            if "<html" in candidate[:4000].lower():
                return "html"
    text = head.decode("latin-1")
    text = text.removeprefix("\xef\xbb\xbf").lstrip()
    lower = text.lower()
    if lower.startswith(
        ("mime-version:", "from: <saved by", "from:", "content-type: multipart/related")
    ) and ("multipart/related" in lower or "text/html" in lower):
        return "mhtml"
    if lower.startswith("<?xml"):
        return _detect_xml(data)
    while lower.startswith("<!--"):
        lower = lower.partition("-->")[2].lstrip()
    if _HTML_START.match(lower):
        return "html"
    found = extension(filename)
    if found in EXTENSIONS["html"] and ("</" in lower or "<br" in lower):
        return "html"
    return "md" if found in ("md", "markdown") else "txt"


def _detect_xml(data: bytes) -> str:
    lower = data[:8192].lower()
    if b"<html" in lower or b"xhtml" in lower:
        return "html"
    if (
        b"schemas.microsoft.com/office/2006/xmlpackage" in lower
        or b"schemas.microsoft.com/office/word/2003/wordml" in lower
    ):
        return "wordxml"
    if b"uof" in lower and (b"uof:uof" in lower or b"schemas.uof.org" in lower):
        return "uot"
    if b"urn:oasis:names:tc:opendocument" in lower and b"office:text" in data.lower():
        return "odt"
    try:
        root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
    except (etree.XMLSyntaxError, ValueError):
        return "txt"
    return "html" if local(root) == "html" else _refuse_xml()


def _refuse_xml() -> str:
    raise CannotRead("unsupported", kind="xml")
