"""Jobs: their lists, snapshots, commands, results and pages."""

from collections.abc import Awaitable, Callable
from contextlib import suppress

import orjson
from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import Response

from service.adapters.blob_store import BlobMissing, BlobStore
from service.adapters.commands import Commands, JobGone
from service.adapters.database import Database
from service.adapters.echo import Echo
from service.adapters.many_jobs import ManyJobs
from service.adapters.records.places import Line, read_line
from service.adapters.tables import ArtifactRow, StepRow
from service.domain.account import Actor
from service.domain.document import HIGHEST_PAGE
from service.domain.ids import is_id
from service.domain.job import JobState
from service.domain.json import JsonObject
from service.gateway.answers import json_answer, json_body
from service.gateway.cards import LIST_PARAMETERS, Cards
from service.gateway.files import FILE, file_answer
from service.gateway.list_commands import ListCommands
from service.gateway.models import (
    AnswerToQuestion,
    CommandAnswer,
    EstimateAnswer,
    HowToPause,
    JobAnswer,
    JobsAnswer,
    NewPriority,
    Nothing,
    PageAnswer,
    Pending,
    PlaceAnswer,
)
from service.gateway.operation import Answer, Operation, Parameter, actor
from service.gateway.views.queue import SharedLine
from service.protocol.page_record import BadRecord, page_records
from service.protocol.problems import refused
from service.protocol.snapshot import Snapshot, body

_INLINE = ("text/plain", "application/json")
_PAGES = "pages.json"

Command = Callable[[str, Actor], Awaitable[JobState]]


class Jobs:
    """The operations under `/api/jobs`. A job of somebody else is not there."""

    def __init__(
        self,
        db: Database,
        blobs: BlobStore,
        echo: Echo,
        commands: Commands,
        many: ManyJobs,
        cards: Cards,
    ) -> None:
        self._db = db
        self._many = many
        self._line = SharedLine(self._read_line)
        self._blobs = blobs
        self._echo = echo
        self._commands = commands
        self._cards = cards

    def operations(self) -> list[Operation]:
        """For the routes."""
        one = "/api/jobs/{job_id}"
        says: dict[str, tuple[Command, str]] = {
            "start": (self._commands.start, "Starts a staged job."),
            "cancel": (self._commands.cancel, "Ends a job and kills what runs of it."),
            "resume": (self._commands.resume, "Goes on with a paused job."),
            "retry": (self._commands.retry, "Starts a new run of what has no output."),
        }
        return [
            # Before the commands to one job, for whose id `all` would pass.
            *ListCommands(self._many).operations(),
            Operation(
                "GET",
                "/api/jobs",
                self.list,
                "One's own jobs, newest first.",
                (Answer(200, JobsAnswer),),
                parameters=LIST_PARAMETERS,
                problems=(422,),
            ),
            Operation("GET", one, self.show, "A job's snapshot.", (Answer(200, JobAnswer),), problems=(404,)),
            Operation(
                "GET",
                f"{one}/place",
                self.place,
                "Where a job stands in the queue, and when it is expected to begin; nulls for one that does not wait.",
                (Answer(200, PlaceAnswer),),
                problems=(404,),
            ),
            Operation(
                "GET",
                f"{one}/estimate",
                self.estimate,
                "What a staged job will take; 202 until a worker has looked.",
                (Answer(200, EstimateAnswer), Answer(202, Pending)),
                problems=(404, 409),
            ),
            *(
                Operation(
                    "POST",
                    f"{one}/{name}",
                    self._commanding(command),
                    text,
                    (Answer(202, CommandAnswer),),
                    body=Nothing,
                    problems=(400, 404, 409, 413, 422),
                )
                for name, (command, text) in says.items()
            ),
            Operation(
                "POST",
                f"{one}/pause",
                self.pause,
                "Starts no more of a job; what runs is let end, or stopped and handed back.",
                (Answer(202, CommandAnswer),),
                body=HowToPause,
                problems=(400, 404, 409, 413, 422),
            ),
            Operation(
                "POST",
                f"{one}/priority",
                self.prioritise,
                "Changes how urgent a job is; `high` goes before everybody's others and is for admins.",
                (Answer(202, CommandAnswer),),
                body=NewPriority,
                problems=(400, 403, 404, 409, 413, 422),
            ),
            Operation(
                "POST",
                f"{one}/answer",
                self.answer,
                "Answers the job's question.",
                (Answer(202, CommandAnswer),),
                body=AnswerToQuestion,
                problems=(400, 404, 409, 413, 422),
            ),
            Operation(
                "GET",
                f"{one}/artifacts/{{name}}",
                self.artifact,
                "A result file.",
                FILE,
                parameters=(Parameter("inline", "1: text and JSON not as an attachment", "boolean"),),
                problems=(404, 416),
            ),
            Operation(
                "GET",
                f"{one}/pages/{{number}}",
                self.page,
                "A page as it was read.",
                (Answer(200, PageAnswer),),
                problems=(404,),
            ),
        ]

    async def list(self, request: Request) -> Response:
        """A page of cards."""
        return json_answer(await self._cards.page(request, actor(request).user_id))

    async def show(self, request: Request) -> Response:
        """The snapshot with its place in the log."""
        return json_answer(body(await self._job(request)))

    async def place(self, request: Request) -> Response:
        """As of two seconds ago at most."""
        job = await self._job(request)
        line = (await self._line.now()).line
        found = line.places.get(job.job_id)
        where = found.json() if found else {"place": None, "expected_start_at": None}
        return json_answer({"job_id": job.job_id, **where, "of": line.of})

    async def estimate(self, request: Request) -> Response:
        """What the staged job is expected to be."""
        job_id = _job_id(request)
        estimate = await self._commands.estimate(job_id, actor(request))
        if estimate is None:
            return json_answer({"job_id": job_id}, 202, {"Retry-After": "1"})
        return json_answer(estimate)

    async def answer(self, request: Request) -> Response:
        """Gives a person's answer to the job."""
        job_id = _job_id(request)
        given = await json_body(request, AnswerToQuestion)
        state = await self._commands.answer(job_id, given.question_id, given.answer, actor(request))
        return json_answer({"job_id": job_id, "state": str(state)}, 202)

    async def pause(self, request: Request) -> Response:
        """Pauses the job."""
        job_id = _job_id(request)
        how = await json_body(request, HowToPause)
        state = await self._commands.pause(job_id, actor(request), stop=how.stop)
        return json_answer({"job_id": job_id, "state": str(state)}, 202)

    async def prioritise(self, request: Request) -> Response:
        """Changes the job's priority."""
        job_id = _job_id(request)
        wanted = await json_body(request, NewPriority)
        state = await self._commands.prioritise(job_id, actor(request), wanted.priority)
        return json_answer({"job_id": job_id, "state": str(state)}, 202)

    async def artifact(self, request: Request) -> Response:
        """The file; inline only where a browser shows nothing but text."""
        job = await self._job(request)
        name = request.path_params["name"]
        if "\x00" in name:
            # PostgreSQL has no such text, so that asking for it would fail.
            raise refused(404, "not_found")
        async with self._db.reading() as session:
            row = await session.get(ArtifactRow, (job.job_id, name))
        if row is None:
            raise refused(404, "not_found")
        inline = "inline" in request.query_params and row.media_type.split(";")[0] in _INLINE
        return await file_answer(request, self._blobs, row.blob, row.name, row.media_type, inline=inline)

    async def page(self, request: Request) -> Response:
        """The page model of one page."""
        job = await self._job(request)
        raw = request.path_params["number"]
        number = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 8 else 0
        if not 1 <= number <= HIGHEST_PAGE:
            raise refused(404, "not_found")
        found = await self._from_steps(job, number) or await self._from_artifact(job, number)
        if found is None:
            raise refused(404, "page_not_read")
        return json_answer(found)

    def _commanding(self, command: Command) -> Callable[[Request], Awaitable[Response]]:
        async def run(request: Request) -> Response:
            job_id = _job_id(request)
            await json_body(request, Nothing)
            state = await command(job_id, actor(request))
            return json_answer({"job_id": job_id, "state": str(state)}, 202)

        return run

    async def _read_line(self) -> Line:
        async with self._db.reading() as session:
            return await read_line(session)

    async def _job(self, request: Request) -> Snapshot:
        snapshot = await self._echo.snapshot(_job_id(request))
        who = actor(request)
        if snapshot is None or not (who.is_admin or snapshot.value.get("owner_id") == who.user_id):
            raise refused(404, "not_found")
        return snapshot

    async def _from_steps(self, job: Snapshot, number: int) -> JsonObject | None:
        async with self._db.reading() as session:
            steps = await session.execute(
                select(StepRow.output_blob, StepRow.pages)
                .where(StepRow.job_id == job.job_id, StepRow.output_blob.is_not(None))
                .order_by(StepRow.phase.desc(), StepRow.number)
            )
            blobs = [blob for blob, pages in steps if blob is not None and str(number) in pages]
        for blob in blobs:
            try:
                found = _page(await self._blobs.read(blob), number)
            except BlobMissing:
                continue
            if found is not None:
                return found
        return None

    async def _from_artifact(self, job: Snapshot, number: int) -> JsonObject | None:
        async with self._db.reading() as session:
            row = await session.get(ArtifactRow, (job.job_id, _PAGES))
        if row is None:
            return None
        try:
            pages = orjson.loads(await self._blobs.read(row.blob))["pages"]
        except BlobMissing:
            return None
        return next((each for each in pages if each.get("number") == number), None)


def _job_id(request: Request) -> str:
    job_id = request.path_params["job_id"]
    if not is_id(job_id):
        raise JobGone(job_id)
    return job_id


def _page(content: bytes, number: int) -> JsonObject | None:
    """The page of this number in a step's output; None too when the output is no such thing."""
    with suppress(BadRecord):
        for record in page_records(content):
            if record.number == number:
                return record.page()
    return None
