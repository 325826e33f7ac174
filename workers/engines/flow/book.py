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


def read_book(archive: Archive, limits: FlowLimits) -> Iterator[Block]:
    """The blocks of a book, each chapter on a new page; raises DocumentRefused."""
    if not archive.has("META-INF/container.xml"):
        raise DocumentRefused("wrong_kind", {"kind": "epub"})
    if archive.has("META-INF/rights.xml"):
        raise DocumentRefused("archive_encrypted")
    rootfile = next(archive.xml("META-INF/container.xml").iter(_CONTAINER + "rootfile"), None)
    package = rootfile.get("full-path", "") if rootfile is not None else ""
    root = archive.xml(package)
    files = {item.get("id"): unquote(item.get("href", "")) for item in root.iter(_PACKAGE + "item")}
    folder = posixpath.dirname(package)
    for index, reference in enumerate(root.iter(_PACKAGE + "itemref")):
        name = posixpath.normpath(posixpath.join(folder, files.get(reference.get("idref"), "")))
        if index:
            yield Block("break")
        if archive.has(name):
            chapter = decode(archive.read(name), limits.text_bytes, is_markup=True)
            yield from read_markup(chapter, limits.depth)
