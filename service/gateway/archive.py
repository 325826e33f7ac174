"""A ZIP file made while it is sent: nothing of it is kept, on disk or in memory."""

import asyncio
import zipfile
from collections.abc import AsyncIterator
from dataclasses import dataclass

from service.adapters.blob_store import BlobMissing, BlobStore
from service.adapters.sink import Sink
from service.domain.document import display_name

_LEVEL = 1
_UNSAFE = str.maketrans('"*:<>?|', "_______")


@dataclass(frozen=True)
class Entry:
    """A file of the archive: the document that it was made of, its own name, where it lies."""

    document: str
    name: str
    key: str


async def zipped(blobs: BlobStore, entries: list[Entry]) -> AsyncIterator[bytes]:
    """The archive, piece by piece, with a folder a document. A blob that is missing is left out."""
    sink = Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
        for name, key in _named(entries):
            if await blobs.size(key) is None:
                continue
            # The size is not known before it is packed, and may pass 4 GiB.
            with archive.open(zipfile.ZipInfo(name), "w", force_zip64=True) as file:
                try:
                    async for piece in blobs.chunks(key):
                        await asyncio.to_thread(file.write, piece)
                        if packed := sink.taken():
                            yield packed
                except BlobMissing:
                    continue
            yield sink.taken()
    yield sink.taken()


def _named(entries: list[Entry]) -> list[tuple[str, str]]:
    """Paths inside the archive, none twice, none that leads out of it."""
    folders: dict[str, str] = {}
    used: set[str] = set()
    named: list[tuple[str, str]] = []
    for each in entries:
        owner = each.key.split("/", 1)[0]
        if owner not in folders:
            folders[owner] = _unused(_safe(each.document), used)
        named.append((f"{folders[owner]}/{_safe(each.name)}", each.key))
    return named


def _safe(name: str) -> str:
    return display_name(name).translate(_UNSAFE).strip(". ") or "document"


def _unused(name: str, used: set[str]) -> str:
    candidate, number = name, 1
    while candidate.casefold() in used:
        number += 1
        candidate = f"{name} ({number})"
    used.add(candidate.casefold())
    return candidate
