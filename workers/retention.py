"""Deleting what was kept as long as the settings say. Only jobs at their end are touched, and their documents."""

from collections.abc import Awaitable, Callable, Sequence

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.blob_store import BlobStore
from service.adapters.clearing import clear
from service.adapters.clock import read_clock
from service.adapters.database import Database
from service.adapters.echo import Echo
from service.adapters.record_news import RecordNews
from service.adapters.records import removal, retention
from service.adapters.records.retention import Keep
from service.adapters.tables import DocumentRow

_log = structlog.get_logger()
_DAY = 24 * 3600.0
_AT_ONCE = 200

Due = Callable[[AsyncSession, float, int], Awaitable[Sequence[str]]]
Remove = Callable[[str, float], Awaitable[bool]]


class Retention:
    """Removes one thing a transaction, under its row's lock: what another worker has removed is not there any more."""

    def __init__(self, db: Database, blobs: BlobStore, echo: Echo, news: RecordNews, keep: Keep) -> None:
        self._db = db
        self._blobs = blobs
        self._echo = echo
        self._news = news
        self._keep = keep

    async def once(self) -> int:
        """Removes all that is due; returns how many documents, jobs, results and logs."""
        keep = self._keep
        rules: tuple[tuple[float | None, Due, Remove], ...] = (
            (keep.documents, retention.due_documents, self._document),
            (keep.jobs, retention.due_jobs, self._job),
            (keep.artifacts, retention.due_results, self._results),
            (keep.snapshots, retention.due_snapshots, self._snapshot),
        )
        removed = 0
        for days, due, remove in rules:
            if days is not None:
                removed += await self._all(days, due, remove)
        if keep.documents is not None or keep.jobs is not None:
            async with self._db.writing() as session:
                await retention.remove_idle_batches(session, await read_clock(session))
        if removed:
            _log.info("kept_long_enough", removed=removed)
        return removed

    async def _all(self, days: float, due: Due, remove: Remove) -> int:
        removed = 0
        while True:
            async with self._db.reading() as session:
                since = await read_clock(session) - days * _DAY
                ids = await due(session, since, _AT_ONCE)
            done = sum([await remove(each, since) for each in ids])
            removed += done
            # Where nothing could be removed, something has changed meanwhile: the next round looks again.
            if len(ids) < _AT_ONCE or not done:
                return removed

    async def _document(self, document_id: str, since: float) -> bool:
        async with self._db.writing(durable=True) as session:
            row = await session.get(DocumentRow, document_id, with_for_update=True)
            removed = None if row is None else await removal.remove_document(session, row, since=since)
        if removed is not None:
            await clear(removed, self._blobs, self._echo, self._news)
        return removed is not None

    async def _job(self, job_id: str, since: float) -> bool:
        async with self._db.writing(durable=True) as session:
            removed = await removal.remove_job(session, job_id, since=since)
        if removed is not None:
            await clear(removed, self._blobs, self._echo, self._news)
        return removed is not None

    async def _results(self, job_id: str, since: float) -> bool:
        watched = await self._echo.live(job_id) is not None
        async with self._db.writing(durable=True) as session:
            job = await removal.remove_results(session, job_id, since=since)
            if job is not None and not watched:
                # Redis has forgotten it: who asks next is served from SQL.
                job.published_revision = job.revision
        if job is None:
            return False
        if watched:
            await self._echo.publish(job_id)
        await self._blobs.delete_tree(job_id)
        return True

    async def _snapshot(self, job_id: str, since: float) -> bool:
        async with self._db.writing() as session:
            await removal.remove_snapshot(session, job_id, since=since)
        return True
