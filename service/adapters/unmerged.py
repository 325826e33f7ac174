"""A book's table as it is taken away, also before its chunks are merged."""

from collections.abc import AsyncIterator

from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.records.chunks import read_chunks
from service.adapters.sentence_table import Rows, Table, place_of
from service.adapters.tables import JobRow
from service.domain.coverage import Coverage


async def read_coverage(session: AsyncSession, job: JobRow, table: Table) -> Coverage:
    """Which chunks' sentences are in the table; those of a merged one cost a statement where some failed."""
    assert job.chunks is not None, "a table is made of chunks"
    total: int = job.chunks["total"]
    if not table.whole:
        return Coverage.of(map(int, table.chunks), total)
    failed = list[str]()
    if job.chunks["failed"]:
        failed = [chunk for chunk, code in (await read_chunks(session, job)).items() if code[0] != "d"]
    return Coverage.of(set(range(1, total + 1)).difference(map(int, failed)), total)


async def counted(chunks: AsyncIterator[Rows]) -> AsyncIterator[Rows]:
    """Rows that come chunk by chunk, with their numbers as they follow each other here; a sentence that two chunks give
    is there once. One that is longer than what chunks share is in both: none of its words is lost."""
    number, end = 0, (-1, -1)
    async for given in chunks:
        rows: Rows = []
        begins = end
        for row in given:
            begins = _begin(row["id"])
            if begins > end:
                number += 1
                rows.append({**row, "number": number})
        end = max(begins, end)
        yield rows


def _begin(row: str) -> tuple[int, int]:
    """Where the sentence begins that the row is a piece of: with another answer it may be in more pieces."""
    place = place_of(row)
    assert place is not None, "a chunk names its rows by their places"
    return place[:2]
