"""What a step may read of the sentences that another job has made."""

from collections.abc import AsyncIterator

from service.adapters.blob_store import BlobStore
from service.adapters.database import Database
from service.adapters.sentence_table import Rows, SentenceTables, Table, read_table
from service.adapters.tables import JobRow


class SentencesGone(Exception):
    """The job is not there, or has no whole table now."""


class KnownSentences:
    """Reads an owner's tables of sentences."""

    def __init__(self, db: Database, blobs: BlobStore) -> None:
        self._db = db
        self._tables = SentenceTables(blobs)

    async def rows(self, owner_id: str, job_id: str) -> AsyncIterator[Rows]:
        """The whole table, some rows at a time. Raises SentencesGone before the first."""
        table = await self._table(owner_id, job_id)
        if table is None or not table.whole:
            raise SentencesGone(job_id)
        async for rows in self._tables.all(table):
            yield rows

    async def _table(self, owner_id: str, job_id: str) -> Table | None:
        async with self._db.reading() as session:
            job = await session.get(JobRow, job_id)
            return await read_table(session, job) if job is not None and job.owner_id == owner_id else None
