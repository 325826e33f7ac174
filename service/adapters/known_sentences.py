"""What a step may read of the sentences that another job has made."""

from collections.abc import AsyncIterator

from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.blob_store import BlobStore
from service.adapters.database import Database
from service.adapters.records.sentence_edits import edited, read_edits
from service.adapters.sentence_table import Rows, SentenceTables, read_table
from service.adapters.tables import JobRow


class SentencesGone(Exception):
    """The job is not there, or has no whole table now."""


class KnownSentences:
    """Reads an owner's tables of sentences."""

    def __init__(self, db: Database, blobs: BlobStore) -> None:
        self._db = db
        self._tables = SentenceTables(blobs)

    async def edits(self, owner_id: str, job_id: str) -> int:
        """How often somebody has changed one of them by now. Raises SentencesGone."""
        async with self._db.reading() as session:
            return (await _owned(session, owner_id, job_id)).edits

    async def rows(self, owner_id: str, job_id: str) -> AsyncIterator[Rows]:
        """The whole table as people have changed it, some rows at a time. Raises SentencesGone before the first."""
        async with self._db.reading() as session:
            job = await _owned(session, owner_id, job_id)
            table = await read_table(session, job)
        if table is None or not table.whole:
            raise SentencesGone(job_id)
        async for rows in as_they_stand(self._db, job, self._tables.all(table)):
            yield rows


async def as_they_stand(db: Database, job: JobRow, pieces: AsyncIterator[Rows]) -> AsyncIterator[Rows]:
    """Rows of a job's table as people have changed them by the time that they are read."""
    async for rows in pieces:
        if not job.edits:
            yield rows
            continue
        async with db.reading() as session:
            edits = await read_edits(session, job, rows)
        yield edited(rows, edits)


async def _owned(session: AsyncSession, owner_id: str, job_id: str) -> JobRow:
    job = await session.get(JobRow, job_id)
    if job is None or job.owner_id != owner_id:
        raise SentencesGone(job_id)
    return job
