"""Other orders for a document that is there: other options for its staged job, and one more job over it."""

import orjson
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from service.adapters.applying import may
from service.adapters.commands import Commands, JobGone
from service.adapters.database import Database
from service.adapters.dispatch import pick
from service.adapters.echo import Echo
from service.adapters.records import pipelines
from service.adapters.records.ending import locked_document_of
from service.adapters.records.intake import Accepted, NewDocument, Order, accept_again, accepted_before
from service.adapters.records.taken_files import FileOfUpload
from service.adapters.tables import DocumentRow, JobRow, UserRow
from service.domain.account import Actor
from service.domain.ids import is_id
from service.domain.job import HIGH, PRIORITIES, JobState, NotPossible
from service.domain.json import JsonObject
from service.domain.log_line import log_line
from service.domain.pipeline import PipelineSpec
from service.gateway.announcer import Announcer, Begun
from service.gateway.answers import json_answer, json_body
from service.gateway.models import AcceptedFile, Again, JobAnswer, JobChange
from service.gateway.multipart import Digest
from service.gateway.operation import Answer, Operation, actor
from service.gateway.options import completed
from service.gateway.repeating import HEADER, Repeating
from service.protocol.problems import refused
from service.protocol.snapshot import body

_REPEAT = "repeat"


class Reordering:
    """The operations `PATCH /api/jobs/{job_id}` and `POST /api/jobs/{job_id}/repeat`."""

    def __init__(self, db: Database, echo: Echo, commands: Commands, announcer: Announcer) -> None:
        self._db = db
        self._echo = echo
        self._commands = commands
        self._announcer = announcer
        self._repeating = Repeating(db, _digest)

    def operations(self) -> list[Operation]:
        """For the routes."""
        one = "/api/jobs/{job_id}"
        return [
            Operation(
                "PATCH",
                one,
                self.change,
                "Chooses other options for a staged job, which is then estimated anew.",
                (Answer(200, JobAnswer),),
                body=JobChange,
                problems=(400, 404, 409, 413, 422),
            ),
            Operation(
                "POST",
                f"{one}/repeat",
                self.repeat,
                "Makes a new job over the same document, with the same options or others; safe with Idempotency-Key.",
                (Answer(202, AcceptedFile),),
                body=Again,
                problems=(400, 404, 409, 413, 422),
            ),
        ]

    async def change(self, request: Request) -> Response:
        """The job with its new options."""
        given = await json_body(request, JobChange)
        who = actor(request)
        async with self._db.reading() as session:
            job = await _job(session, request, who)
            if job.state != JobState.STAGED:
                raise NotPossible(JobState(job.state), "change options")
            spec = await _spec(session, job)
        options = completed(spec, {**_kept(job, spec), **given.options})
        await self._commands.change_options(job.id, spec, options, who)
        snapshot = await self._echo.snapshot(job.id)
        if snapshot is None:
            raise JobGone(job.id)
        return json_answer(body(snapshot))

    async def repeat(self, request: Request) -> Response:
        """The new job, as an upload answers for a file.

        It joins no batch: a batch is what was uploaded together, and its ending has been told, its results may have
        been fetched. One more job would begin it anew, and put a second file of the same name among them.
        """

        async def first(digest: Digest | None) -> tuple[Response, bool]:
            wanted = await _digest(request, digest)
            return json_answer(await self._repeat(request, wanted), 202), True

        return await self._repeating.answer(request, actor(request).user_id, first)

    async def _repeat(self, request: Request, wanted: Again) -> JsonObject:
        who, key = actor(request), request.headers.get(HEADER)
        async with self._db.writing(durable=True) as session:
            job_id = request.path_params["job_id"]
            # A document that is being deleted takes this job with it, or this job keeps it.
            document = await locked_document_of(session, job_id) if is_id(job_id) else None
            job = await _job(session, request, who)
            assert document is not None, "a job's document outlives the job"
            spec = await _spec(session, job)
            order = Order(
                owner_id=job.owner_id,
                batch_id=None,
                options=completed(spec, {**_kept(job, spec), **wanted.options}),
                start=wanted.start,
                priority=_priority(job, who),
                file=FileOfUpload(who.user_id, key, 1) if key else None,
            )
            known = await accepted_before(session, _as_new(document), spec, order)
            accepted = known or await accept_again(session, document, spec, order)
            owner = await session.get(UserRow, job.owner_id)
            await session.flush()
            rings = await pick(session) if accepted.made else []
        if accepted.made is not None:
            assert owner is not None, "a job's owner outlives the job"
            by = {**log_line("accepted"), "by": who.name}
            self._announcer.announce(Begun(*accepted.made, owner.name), by, rings=rings)
        return _told(accepted, document)


async def _job(session: AsyncSession, request: Request, who: Actor) -> JobRow:
    """The job, if it is there for who asks."""
    job_id = request.path_params["job_id"]
    job = await session.get(JobRow, job_id) if is_id(job_id) else None
    if job is None or not may(who, job):
        raise JobGone(job_id)
    return job


async def _spec(session: AsyncSession, job: JobRow) -> PipelineSpec:
    known = await pipelines.known(session)
    spec = known.get(job.pipeline)
    if spec is None:
        raise refused(422, "unknown_pipeline", pipeline=job.pipeline, known=", ".join(known))
    if not spec.takes_uploads:
        raise NotPossible(JobState(job.state), _REPEAT)
    return spec


def _kept(job: JobRow, spec: PipelineSpec) -> JsonObject:
    """The job's options that there still are."""
    properties: JsonObject = spec.options_schema.get("properties", {})
    return {name: each for name, each in job.options.items() if name in properties}


def _priority(job: JobRow, who: Actor) -> str:
    """The job's, but for what only an admin may choose."""
    name = next(name for name, number in PRIORITIES.items() if number == job.priority)
    return name if name != HIGH or who.is_admin else "normal"


async def _digest(request: Request, digest: Digest | None) -> Again:
    """The body; what it asks for is put into the digest, however it is written down."""
    wanted = await json_body(request, Again)
    if digest is not None:
        digest.update(orjson.dumps(wanted.model_dump(), option=orjson.OPT_SORT_KEYS))
    return wanted


def _as_new(document: DocumentRow) -> NewDocument:
    return NewDocument(document.id, document.name, document.kind, document.size, document.sha256)


def _told(accepted: Accepted, document: DocumentRow) -> JsonObject:
    return {
        "name": document.name,
        "document_id": document.id,
        "job_id": accepted.job_id,
        "topic": f"job:{accepted.job_id}",
        "state": str(accepted.state),
        "size": document.size,
        "duplicate_of": None,
    }
