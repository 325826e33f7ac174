"""EPUB: its chapters in the order of the spine."""

import posixpath
from collections.abc import Iterator
from urllib.parse import unquote

from workers.engines.failures import DocumentRefused
from workers.engines.flow.archive import Archive
from workers.engines.flow.blocks import Block
from workers.engines.flow.decoding import decode
from workers.engines.flow.limits import FlowLimits
from workers.engines.flow.markup import read_markup

_CONTAINER = "{urn:oasis:names:tc:opendocument:xmlns:container}"
_PACKAGE = "{http://www.idpf.org/2007/opf}"
_ENCRYPTION = "{http://www.w3.org/2001/04/xmlenc#}"
_LOCKS = ("META-INF/rights.xml", "META-INF/license.lcpl")


def read_book(archive: Archive, limits: FlowLimits) -> Iterator[Block]:
    """The blocks of a book, each chapter once and on a new page; raises DocumentRefused."""
    if not archive.has("META-INF/container.xml"):
        raise DocumentRefused("wrong_kind", {"kind": "epub"})
    if any(map(archive.has, _LOCKS)):
        raise DocumentRefused("archive_encrypted")
    locked = _locked(archive)
    rootfile = next(archive.xml("META-INF/container.xml").iter(_CONTAINER + "rootfile"), None)
    package = rootfile.get("full-path", "") if rootfile is not None else ""
    root = archive.xml(package)
    files = {item.get("id"): unquote(item.get("href", "")) for item in root.iter(_PACKAGE + "item")}
    folder = posixpath.dirname(package)
    places = dict.fromkeys(files.get(each.get("idref"), "") for each in root.iter(_PACKAGE + "itemref"))
    for index, place in enumerate(places):
        name = posixpath.normpath(posixpath.join(folder, place))
        if index:
            yield Block("break")
        if name in locked:
            raise DocumentRefused("archive_encrypted")
        if archive.has(name):
            chapter = decode(archive.read(name), limits.text_bytes, is_markup=True)
            yield from read_markup(chapter, limits.depth)


def _locked(archive: Archive) -> frozenset[str]:
    """The parts that shops have encrypted; fonts, which only look so, are never chapters."""
    if not archive.has("META-INF/encryption.xml"):
        return frozenset()
    references = archive.xml("META-INF/encryption.xml").iter(_ENCRYPTION + "CipherReference")
    return frozenset(posixpath.normpath(unquote(each.get("URI", ""))) for each in references)
