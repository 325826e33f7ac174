"""Sending a book's sentences to Google Sheets: a job of its own, over the same document."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from service.adapters.applying import may
from service.adapters.database import Database
from service.adapters.dispatch import pick
from service.adapters.records import pipelines, workers
from service.adapters.records.ending import locked_document_of, locked_job
from service.adapters.records.intake import Accepted, Order, accept_again
from service.adapters.tables import DocumentRow, JobRow, UserRow
from service.domain.ids import is_id
from service.domain.job import ENDED, JobState, NotPossible
from service.domain.log_line import log_line
from service.gateway.announcer import Announcer, Begun
from service.gateway.answers import json_answer, json_body
from service.gateway.models import CommandAnswer, Nothing
from service.gateway.operation import Answer, Operation, actor
from service.protocol.problems import refused

_PIPELINE, _ENGINE = "sheet", "sheets"


class Sheets:
    """The operation `POST /api/jobs/{job_id}/sheet`."""

    def __init__(self, db: Database, announcer: Announcer) -> None:
        self._db = db
        self._announcer = announcer

    def operations(self) -> list[Operation]:
        """For the routes."""
        return [
            Operation(
                "POST",
                "/api/jobs/{job_id}/sheet",
                self.send,
                "Makes a new Google Sheet of the sentences, as corrected by now; a job of its own says where it is.",
                (Answer(202, CommandAnswer),),
                body=Nothing,
                problems=(400, 404, 409, 413, 422),
            )
        ]

    async def send(self, request: Request) -> Response:
        """Answers with the new job, or with the one that is at it already."""
        await json_body(request, Nothing)
        async with self._db.writing(durable=True) as session:
            accepted, owner = await self._accepted(session, request)
            rings = await pick(session) if accepted.made else []
        if accepted.made is not None:
            begun = Begun(*accepted.made, owner)
            self._announcer.announce(begun, log_line("accepted"), rings=rings)
        return json_answer({"job_id": accepted.job_id, "state": str(accepted.state)}, 202)

    async def _accepted(self, session: AsyncSession, request: Request) -> tuple[Accepted, str]:
        """The job, and its owner's name. Its book is locked, so that of two requests the second finds the first's."""
        job = await _whole_book(session, request)
        if found := await _under_way(session, job):
            return Accepted(found.id, found.document_id, JobState(found.state)), ""
        spec = (await pipelines.known(session)).get(_PIPELINE)
        if spec is None:
            raise refused(503, "no_pipelines")
        if await workers.has_engine(session, _ENGINE) is False:
            raise refused(409, "sheets_unavailable")
        document = await session.get(DocumentRow, job.document_id)
        owner = await session.get(UserRow, job.owner_id)
        assert document is not None, "a job's document outlives the job"
        assert owner is not None, "a job's owner outlives the job"
        order = Order(job.owner_id, None, {"job": job.id})
        return await accept_again(session, document, spec, order), owner.name


async def _whole_book(session: AsyncSession, request: Request) -> JobRow:
    who, job_id = actor(request), request.path_params["job_id"]
    if not is_id(job_id) or await locked_document_of(session, job_id) is None:
        raise refused(404, "not_found")
    job = await locked_job(session, job_id)
    if job is None or not may(who, job) or job.pipeline != "sentences":
        raise refused(404, "not_found")
    if job.state != JobState.COMPLETED:
        raise NotPossible(JobState(job.state), _PIPELINE)
    return job


async def _under_way(session: AsyncSession, book: JobRow) -> JobRow | None:
    """The live job that sends this book's sentences already."""
    return await session.scalar(
        select(JobRow).where(
            JobRow.document_id == book.document_id,
            JobRow.pipeline == _PIPELINE,
            JobRow.state.not_in(ENDED),
            JobRow.options["job"].as_string() == book.id,
        )
    )
