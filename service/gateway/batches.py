"""Batches: documents uploaded together, watched, retried, cancelled and downloaded together."""

from collections.abc import Awaitable, Callable

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from service.adapters.blob_store import BlobStore
from service.adapters.clock import read_clock
from service.adapters.database import Database
from service.adapters.many_jobs import ManyJobs
from service.adapters.records import listing
from service.adapters.tables import ArtifactRow, BatchMemberRow, BatchRow, JobRow
from service.domain.account import Actor
from service.domain.document import display_name
from service.domain.ids import is_id, new_id
from service.gateway.answers import json_answer, json_body
from service.gateway.archive import Entry, zipped
from service.gateway.cards import Cards
from service.gateway.files import disposition
from service.gateway.models import BatchAnswer, BatchMade, HowToPause, JobsDone, NewBatch, Nothing
from service.gateway.operation import Answer, Operation, actor
from service.gateway.security import CONTENT_POLICY
from service.protocol.batch import batch_value
from service.protocol.problems import refused

Command = Callable[[str, Actor], Awaitable[list[str]]]


class Batches:
    """The operations under `/api/batches`. A batch of somebody else is not there."""

    def __init__(self, db: Database, blobs: BlobStore, many: ManyJobs, cards: Cards) -> None:
        self._db = db
        self._blobs = blobs
        self._many = many
        self._cards = cards

    def operations(self) -> list[Operation]:
        """For the routes."""
        one = "/api/batches/{batch_id}"
        commands: dict[str, tuple[Command, str]] = {
            "cancel": (self._many.cancel_batch, "Cancels what has not ended."),
            "resume": (self._many.resume_batch, "Goes on with what is paused."),
            "retry-failed": (self._many.retry_failed, "Retries failed jobs and failed pages."),
        }
        return [
            Operation(
                "POST",
                "/api/batches",
                self.make,
                "Makes a batch; sending the same id again changes nothing.",
                (Answer(201, BatchMade),),
                body=NewBatch,
                problems=(400, 409, 413, 422),
            ),
            Operation(
                "GET", one, self.show, "A batch and its jobs.", (Answer(200, BatchAnswer),), problems=(404,)
            ),
            *(
                Operation(
                    "POST",
                    f"{one}/{name}",
                    self._commanding(command),
                    text,
                    (Answer(202, JobsDone),),
                    body=Nothing,
                    problems=(400, 404, 413, 422),
                )
                for name, (command, text) in commands.items()
            ),
            Operation(
                "POST",
                f"{one}/pause",
                self.pause,
                "Pauses what has not ended; what runs is let end, or stopped and handed back.",
                (Answer(202, JobsDone),),
                body=HowToPause,
                problems=(400, 404, 413, 422),
            ),
            Operation(
                "GET",
                f"{one}/artifacts.zip",
                self.archive,
                "All results of a batch.",
                (Answer(media_type="application/zip"),),
                problems=(404,),
            ),
        ]

    async def make(self, request: Request) -> Response:
        """A batch of one's own."""
        wanted = await json_body(request, NewBatch)
        batch_id, owner_id = wanted.id or new_id(), actor(request).user_id
        name = display_name(wanted.name) if wanted.name else None
        try:
            async with self._db.writing(durable=True) as session:
                row = await listing.owned_batch(session, batch_id)
                if row is None:
                    now = await read_clock(session)
                    session.add(BatchRow(id=batch_id, owner_id=owner_id, name=name, created_at=now))
        except IntegrityError:
            # The same id at the same moment: whose it became is looked at like any other.
            async with self._db.reading() as session:
                row = await listing.owned_batch(session, batch_id)
        if row is not None and row.owner_id != owner_id:
            raise refused(409, "batch_taken")
        return json_answer({"batch_id": batch_id, "topic": f"batch:{batch_id}"}, 201)

    async def show(self, request: Request) -> Response:
        """Counts, weighted percentage, and each job's state."""
        row = await self._batch(request)
        members = await self._cards.members(row.id)
        return json_answer(batch_value(row.id, row.name, row.created_at, members))

    async def pause(self, request: Request) -> Response:
        """Pauses its jobs."""
        row = await self._batch(request)
        how = await json_body(request, HowToPause)
        return json_answer({"jobs": await self._many.pause_batch(row.id, actor(request), stop=how.stop)}, 202)

    async def archive(self, request: Request) -> Response:
        """A ZIP file with a folder a document."""
        row = await self._batch(request)
        async with self._db.reading() as session:
            found = await session.execute(
                select(JobRow.name, ArtifactRow.name, ArtifactRow.blob)
                .join(ArtifactRow, ArtifactRow.job_id == JobRow.id)
                .join(BatchMemberRow, BatchMemberRow.job_id == JobRow.id)
                .where(BatchMemberRow.batch_id == row.id)
                .order_by(BatchMemberRow.added_at, JobRow.id, ArtifactRow.name)
            )
            entries = [Entry(document, name, blob) for document, name, blob in found]
        return StreamingResponse(
            zipped(self._blobs, entries),
            media_type="application/zip",
            headers={
                "Content-Disposition": disposition(f"{row.name or 'headway'}.zip"),
                "Content-Security-Policy": CONTENT_POLICY,
                "Cache-Control": "no-store",
            },
        )

    def _commanding(self, command: Command) -> Callable[[Request], Awaitable[Response]]:
        async def run(request: Request) -> Response:
            row = await self._batch(request)
            await json_body(request, Nothing)
            return json_answer({"jobs": await command(row.id, actor(request))}, 202)

        return run

    async def _batch(self, request: Request) -> BatchRow:
        batch_id = request.path_params["batch_id"]
        row = None
        if is_id(batch_id):
            async with self._db.reading() as session:
                row = await listing.owned_batch(session, batch_id)
        who = actor(request)
        if row is None or not (who.is_admin or row.owner_id == who.user_id):
            raise refused(404, "not_found")
        return row
