"""Collecting what nobody wants any more: blobs that no row knows, and what was kept long enough."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from service.adapters.blob_store import BlobStore
from service.adapters.database import Database
from service.adapters.storage import ORPHAN_SECONDS, orphans
from workers.retention import Retention

_log = structlog.get_logger()
EVERY_SECONDS = 1800.0


class Collector:
    """In every worker, with no leader: several that do it at once do no harm."""

    def __init__(self, db: Database, blobs: BlobStore, retention: Retention) -> None:
        self._db = db
        self._blobs = blobs
        self._retention = retention

    async def run(self) -> None:
        """Collects now and then until cancelled."""
        while True:
            await self._safely(self.once)
            await self._safely(self._retention.once)
            await asyncio.sleep(EVERY_SECONDS)

    async def once(self, older_than: float = ORPHAN_SECONDS) -> int:
        """Deletes the orphans written more than so many seconds ago; returns how many."""
        deleted = 0
        async for keys in orphans(self._db, self._blobs, older_than):
            for key in keys:
                await self._blobs.delete(key)
            deleted += len(keys)
        if deleted:
            _log.info("orphans_collected", blobs=deleted)
        return deleted

    async def _safely(self, collect: Callable[[], Awaitable[int]]) -> None:
        try:
            await collect()
        except Exception:  # noqa: BLE001 -- the next round tries again
            _log.exception("collecting_failed")
