"""A document's kind by its content. The name decides only among text kinds, which have no signature."""

import struct
import zlib

from service.domain.document import EXTENSIONS, Kind, extension
from service.domain.utf16 import unmarked_utf16

HEAD_BYTES = 64 * 1024
"""How much of a file's beginning `sniff` wants."""

_TEXT_KINDS = frozenset({Kind.CSV, Kind.HTML, Kind.MD, Kind.TXT})
_OFFICE = {b"word/": Kind.DOCX, b"ppt/": Kind.PPTX, b"xl/": Kind.XLSX}
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def sniff(head: bytes, name: str) -> Kind | None:
    """The kind that the first bytes show, or None when Headway cannot read such a file."""
    if b"%PDF-" in head[:1024]:
        return Kind.PDF
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return Kind.PNG
    if head.startswith(b"\xff\xd8\xff"):
        return Kind.JPEG
    if head.startswith((b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")):
        return Kind.TIFF
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return Kind.WEBP
    if head.startswith(b"PK\x03\x04"):
        return _inside_zip(head, name)
    return _text_kind(head, name)


def _inside_zip(head: bytes, name: str) -> Kind | None:
    entries = _zip_entries(head)
    if entries and entries[0][0] == b"mimetype":
        return Kind.EPUB if entries[0][1].startswith(b"application/epub+zip") else None
    for entry, _content in entries:
        for folder, kind in _OFFICE.items():
            if entry.startswith(folder):
                return kind
    named = EXTENSIONS.get(extension(name))
    office_like = any(entry in (b"[Content_Types].xml", b"_rels/.rels") for entry, _content in entries)
    return named if office_like and named in _OFFICE.values() else None


def _zip_entries(head: bytes) -> list[tuple[bytes, bytes]]:
    """Names and the first bytes of the entries whose local headers stand in the head."""
    found: list[tuple[bytes, bytes]] = []
    at = 0
    while (at := head.find(b"PK\x03\x04", at)) >= 0 and at + 30 <= len(head):
        method, packed = struct.unpack_from("<H", head, at + 8)[0], struct.unpack_from("<I", head, at + 18)[0]
        name_length, extra_length = struct.unpack_from("<HH", head, at + 26)
        start = at + 30 + name_length + extra_length
        content = head[start : start + min(packed or 4096, 4096)]
        if method == 8:
            try:
                content = zlib.decompressobj(-15).decompress(content, 256)
            except zlib.error:
                content = b""
        found.append((head[at + 30 : at + 30 + name_length], content[:256]))
        at = start if packed == 0 else start + packed
    return found


def _text_kind(head: bytes, name: str) -> Kind | None:
    if not head.strip():
        return None
    if not head.startswith(_BOMS[1:]) and not _looks_like_text(head) and unmarked_utf16(head) is None:
        return None
    start = head.lstrip(_BOMS[0]).lstrip()[:1024].lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return Kind.HTML
    named = EXTENSIONS.get(extension(name))
    if named in _TEXT_KINDS:
        return named
    return Kind.TXT


def _looks_like_text(head: bytes) -> bool:
    """No NUL and next to no other control characters, as in any text that a person wrote."""
    if b"\x00" in head:
        return False
    controls = sum(head.count(bytes([c])) for c in (*range(1, 9), 11, *range(14, 27), *range(28, 32), 127))
    return controls * 200 <= len(head)
