"""Opening zip containers and the XML inside them without trusting either."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator

from lxml import etree

from halfsky.library import rules
from halfsky.library.papers import CannotRead


class Container:
    """A zip file whose members were counted and measured before anything was unpacked.

    Python's zipfile never hands out more than a member's declared size, so the declared sizes are
    a bound; a member that lies about its size fails its checksum.
    """

    def __init__(self, data: bytes, kind: str) -> None:
        self.kind = kind
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            self._members = {
                info.filename.replace("\\", "/").lstrip("/"): info for info in self._zip.infolist()
            }
        except (
            zipfile.BadZipFile,
            ValueError,
            OSError,
            EOFError,
            OverflowError,
            NotImplementedError,
        ):
            raise CannotRead("damaged", kind=kind) from None
        infos = self._zip.infolist()
        if len(infos) > rules.MAX_ZIP_MEMBERS:
            raise CannotRead("too_many_members", count=len(infos), limit=rules.MAX_ZIP_MEMBERS)
        total = sum(info.file_size for info in infos)
        packed = sum(info.compress_size for info in infos)
        lies = total > rules.RATIO_COUNTS_FROM_BYTES and total > rules.MAX_ZIP_RATIO * max(
            min(packed, len(data)), 1
        )
        if total > rules.MAX_ZIP_TOTAL_BYTES or lies:
            raise CannotRead("zip_bomb", limit=rules.megabytes(rules.MAX_ZIP_TOTAL_BYTES))
        self._unfolded = {name.casefold(): name for name in self._members}

    def names(self) -> list[str]:
        """The members' names with forward slashes."""
        return list(self._members)

    def find(self, name: str) -> str | None:
        """The member's real name, whatever the case of its letters; None when it is missing."""
        name = name.replace("\\", "/").lstrip("/")
        return name if name in self._members else self._unfolded.get(name.casefold())

    def read(self, name: str, limit: int = rules.MAX_XML_BYTES) -> bytes:
        """Return a member's bytes. Raises KeyError when missing, CannotRead when unreadable."""
        found = self.find(name)
        if found is None:
            raise KeyError(name)
        info = self._members[found]
        if info.flag_bits & 1:
            raise CannotRead("encrypted_zip")
        if info.file_size > limit:
            raise CannotRead("zip_bomb", limit=rules.megabytes(limit))
        try:
            return self._zip.read(info)
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            OSError,
            ValueError,
            NotImplementedError,
            RuntimeError,
            MemoryError,
        ):
            raise CannotRead("damaged", kind=self.kind) from None
        except Exception as fault:  # lzma.LZMAError and whatever a broken stream still brings
            raise CannotRead("damaged", kind=self.kind) from fault

    def xml(self, name: str) -> etree._Element:
        """Return a member's XML. Raises KeyError when missing, CannotRead when it cannot be."""
        return parse_xml(self.read(name), self.kind)

    def xml_or_none(self, name: str) -> etree._Element | None:
        """Return a member's XML, None when it is missing or broken (an optional part)."""
        try:
            return self.xml(name)
        except KeyError:
            return None
        except CannotRead as fault:
            if fault.code != "damaged":
                raise
            return None


_STRICT = (
    (
        b"http://purl.oclc.org/ooxml/wordprocessingml/main",
        b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    ),
    (
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    ),
    (
        b"http://purl.oclc.org/ooxml/officeDocument/math",
        b"http://schemas.openxmlformats.org/officeDocument/2006/math",
    ),
    (
        b"http://purl.oclc.org/ooxml/drawingml/",
        b"http://schemas.openxmlformats.org/drawingml/2006/",
    ),
)


def parse_xml(data: bytes, kind: str) -> etree._Element:
    """Parse XML without entities, without a network and without a document type.

    The strict variant of Office's names is turned into the usual one.
    Raises CannotRead: unsafe_xml (with a document type), damaged.
    """
    if b"purl.oclc.org/ooxml" in data:
        for strict, usual in _STRICT:
            data = data.replace(strict, usual)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError):
        if b"<!ENTITY" in data[:100_000].replace(b"\x00", b""):
            raise CannotRead("unsafe_xml") from None
        raise CannotRead("damaged", kind=kind) from None
    if root.getroottree().docinfo.doctype:
        raise CannotRead("unsafe_xml")
    return root


def local(element: etree._Element) -> str:
    """The element's name without its namespace; "" for what is no element."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def children(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """The direct children of that local name, whatever the namespace."""
    for child in element:
        if local(child) == name:
            yield child


def child(element: etree._Element | None, name: str) -> etree._Element | None:
    """The first direct child of that local name, None when there is none."""
    return None if element is None else next(children(element, name), None)


def attribute(element: etree._Element | None, name: str, default: str | None = None) -> str | None:
    """The attribute of that local name, whatever the namespace."""
    if element is None:
        return default
    for key, value in element.attrib.items():
        if str(key).rpartition("}")[2] == name:
            return str(value)
    return default
