"""A book's short sentences: read while its chunks are at work, and after."""

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from service.adapters.blob_store import BlobMissing, BlobStore
from service.adapters.database import Database
from service.adapters.sentence_table import Keep, Rows, SentenceTables, Table, read_table
from service.adapters.tables import JobRow
from service.domain.ids import is_id
from service.domain.sentences import findable
from service.gateway.answers import json_answer
from service.gateway.operation import Answer, Operation, Parameter, actor
from service.gateway.record_queries import Query, known_only, text_in
from service.gateway.sentence_models import SentencesAnswer
from service.protocol.problems import refused

_LIMIT, _LONGEST_PAGE = 200, 1000
_FURTHEST = 100_000_000


class Sentences:
    """The operations under `/api/jobs/{id}/sentences`. A job of somebody else is not there."""

    def __init__(self, db: Database, blobs: BlobStore) -> None:
        self._db = db
        self._tables = SentenceTables(blobs)

    def operations(self) -> list[Operation]:
        """For the routes."""
        return [
            Operation(
                "GET",
                "/api/jobs/{job_id}/sentences",
                self.list,
                "The short sentences of a book, those of the chunks that are done while others are at work.",
                (Answer(200, SentencesAnswer),),
                parameters=(
                    Parameter("offset", "how many rows, or hits, come before the first", "integer"),
                    Parameter("limit", f"rows, at most {_LONGEST_PAGE}; {_LIMIT} when left out", "integer"),
                    Parameter("q", "text in the sentences, whatever its case and accents"),
                ),
                problems=(404, 422),
            )
        ]

    async def list(self, request: Request) -> Response:
        """Some rows."""
        query = known_only(request, "offset", "limit", "q")
        offset = _number(query, "offset", 0, 0, _FURTHEST)
        limit = _number(query, "limit", _LIMIT, 1, _LONGEST_PAGE)
        async with self._db.reading() as session:
            table = await _table(session, await owned_job(session, request))
        text = text_in(query)
        try:
            if text is None:
                items, total = await self._tables.some(table, offset, limit), table.rows
            else:
                items, total = await self._tables.kept(table, _with(text), offset, limit)
        except BlobMissing:
            # A retry or the end of its time may have come in between.
            raise refused(404, "no_sentences") from None
        return json_answer(
            {
                "items": items,
                "offset": offset,
                "total": total,
                "whole": table.whole,
                "chunks": table.chunks,
            }
        )


async def owned_job(session: AsyncSession, request: Request) -> JobRow:
    """The job, if it is there for who asks."""
    job_id, who = request.path_params["job_id"], actor(request)
    job = await session.get(JobRow, job_id) if is_id(job_id) else None
    if job is None or not (who.is_admin or job.owner_id == who.user_id):
        raise refused(404, "not_found")
    return job


async def _table(session: AsyncSession, job: JobRow) -> Table:
    table = await read_table(session, job)
    if table is None:
        raise refused(404, "no_sentences")
    return table


def _with(text: str) -> Keep:
    """Leaves the rows that have this text."""
    wanted = findable(text)

    def keep(rows: Rows) -> Rows:
        return [row for row in rows if wanted in findable(row["text"])]

    return keep


def _number(query: Query, name: str, default: int, least: int, most: int) -> int:
    text = query.get(name, str(default))
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
    if not least <= number <= most:
        raise refused(422, "bad_request", reason=f"{name} is {least} to {most}")
    return number
