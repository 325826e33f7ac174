"""Collecting blobs that no row knows: of crashes between the blob and its row, and of deletions cut short."""

import asyncio
from collections.abc import AsyncIterator

import structlog
from sqlalchemy import select

from service.adapters.blob_store import BlobStore
from service.adapters.database import Database
from service.adapters.tables import DocumentRow, JobRow

_log = structlog.get_logger()
ORPHAN_SECONDS = 3600.0
"""A blob may be older than its row by the length of an upload; after so long it is an orphan."""
EVERY_SECONDS = 1800.0
_AT_ONCE = 400


class Collector:
    """Deletes orphans. Several workers doing so at once do no harm."""

    def __init__(self, db: Database, blobs: BlobStore) -> None:
        self._db = db
        self._blobs = blobs

    async def run(self) -> None:
        """Collects now and then until cancelled."""
        while True:
            try:
                await self.once()
            except Exception:  # noqa: BLE001 -- the next round tries again
                _log.exception("collecting_failed")
            await asyncio.sleep(EVERY_SECONDS)

    async def once(self, older_than: float = ORPHAN_SECONDS) -> int:
        """Deletes the orphans written more than so many seconds ago; returns how many."""
        deleted = 0
        async for keys in _chunks(self._blobs.keys(older_than)):
            known = await self._known({_owner_of(key) for key in keys})
            for key in keys:
                if _owner_of(key) not in known:
                    await self._blobs.delete(key)
                    deleted += 1
        if deleted:
            _log.info("orphans_collected", blobs=deleted)
        return deleted

    async def _known(self, ids: set[str]) -> set[str]:
        async with self._db.reading() as session:
            documents = await session.scalars(select(DocumentRow.id).where(DocumentRow.id.in_(ids)))
            jobs = await session.scalars(select(JobRow.id).where(JobRow.id.in_(ids)))
            return {*documents, *jobs}


def _owner_of(key: str) -> str:
    """The row's id that a blob lives by: `owner/document`, `derived/document/…` or `job/step/…`."""
    first, second, *rest = key.split("/")
    return second if first == "derived" or not rest else first


async def _chunks(keys: AsyncIterator[str]) -> AsyncIterator[list[str]]:
    chunk: list[str] = []
    async for key in keys:
        chunk.append(key)
        if len(chunk) == _AT_ONCE:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
