"""Sending a book's sentences to Google Sheets: a job of its own, over the same document."""

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from service.adapters.applying import may
from service.adapters.database import Database
from service.adapters.dispatch import pick
from service.adapters.records import orders, pipelines, workers
from service.adapters.records.ending import locked_document_of, locked_job, touch
from service.adapters.records.intake import Order, accept_again
from service.adapters.tables import DocumentRow, JobRow, UserRow
from service.domain.ids import is_id
from service.domain.job import ENDED, JobState, NotPossible
from service.domain.log_line import log_line
from service.domain.pipeline import PipelineSpec
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
                "Makes a new Google Sheet of the sentences, as corrected by now; a job of its own says where it is. "
                "One that failed or was cancelled begins anew.",
                (Answer(202, CommandAnswer),),
                body=Nothing,
                problems=(400, 404, 409, 413, 422),
            )
        ]

    async def send(self, request: Request) -> Response:
        """Answers with the job that does it: the one that is at it already, one that did not get to its end and
        begins anew, else a new one."""
        await json_body(request, Nothing)
        async with self._db.writing(durable=True) as session:
            book = await _whole_book(session, request)
            last = None if book.sheet_id is None else await locked_job(session, book.sheet_id)
            if last is not None and last.state not in ENDED:
                return _answer(last.id, JobState(last.state))
            spec = await _ready(session)
            if last is not None and last.state != JobState.COMPLETED:
                await orders.retry(session, last, anew=True)
                sent: Begun | str = last.id
                line = {**log_line("retried"), "by": actor(request).name}
                answer = _answer(last.id, JobState(last.state))
            else:
                sent, line = await _begun(session, book, spec, last), log_line("accepted")
                answer = _answer(sent.job.id, JobState(sent.job.state))
            await session.flush()
            rings = await pick(session)
        self._announcer.announce(sent, line, rings=rings)
        if isinstance(sent, Begun):
            self._announcer.announce(book.id, rings=[])
        return answer


async def _ready(session: AsyncSession) -> PipelineSpec:
    """What sends sentences; a problem where nobody can."""
    spec = (await pipelines.known(session)).get(_PIPELINE)
    if spec is None:
        raise refused(503, "no_pipelines")
    if await workers.has_engine(session, _ENGINE) is False:
        raise refused(409, "sheets_unavailable")
    return spec


async def _begun(session: AsyncSession, book: JobRow, spec: PipelineSpec, last: JobRow | None) -> Begun:
    """A new job that sends the book's sentences, of which the book knows; it says where the `last` one has put them."""
    document = await session.get(DocumentRow, book.document_id)
    owner = await session.get(UserRow, book.owner_id)
    assert document is not None, "a job's document outlives the job"
    assert owner is not None, "a job's owner outlives the job"
    before = None if last is None or last.result is None else last.result["url"]
    order = Order(book.owner_id, None, {"job": book.id, "before": before})
    accepted = await accept_again(session, document, spec, order)
    assert accepted.made is not None, "over a document that is there a job is always made"
    book.sheet_id = accepted.job_id
    await touch(session, book)
    return Begun(*accepted.made, owner.name)


def _answer(job_id: str, state: JobState) -> Response:
    return json_answer({"job_id": job_id, "state": str(state)}, 202)


async def _whole_book(session: AsyncSession, request: Request) -> JobRow:
    """The book, locked, so that of two requests the second finds what the first has made."""
    who, job_id = actor(request), request.path_params["job_id"]
    if not is_id(job_id) or await locked_document_of(session, job_id) is None:
        raise refused(404, "not_found")
    job = await locked_job(session, job_id)
    if job is None or not may(who, job) or job.pipeline != "sentences":
        raise refused(404, "not_found")
    if job.state != JobState.COMPLETED:
        raise NotPossible(JobState(job.state), _PIPELINE)
    return job
