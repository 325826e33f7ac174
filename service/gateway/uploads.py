"""Taking documents in: a multipart request of one file or many, each of them safe before the next is looked at."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from service.adapters.blob_store import BlobStore
from service.adapters.clock import read_clock
from service.adapters.database import Database
from service.adapters.dispatch import pick
from service.adapters.records.intake import Accepted, NewDocument, Order, accept, accepted_before
from service.adapters.records.taken_files import FileOfUpload
from service.adapters.tables import BatchRow
from service.domain.document import display_name
from service.domain.ids import new_id
from service.domain.json import JsonObject
from service.domain.log_line import log_line
from service.gateway.announcer import Announcer, Begun
from service.gateway.answers import json_answer
from service.gateway.errors import as_refusal, is_away, problem_response
from service.gateway.metrics import Metrics
from service.gateway.models import UploadAnswer
from service.gateway.multipart import BrokenBody, Digest, Part, Parts
from service.gateway.operation import Answer, Operation, Parameter, actor
from service.gateway.options import complete_options
from service.gateway.orders import UploadOrder, upload_order
from service.gateway.patience import BodyStopped
from service.gateway.receiving import Limits, Received, Receiving, Scanning
from service.gateway.repeating import HEADER, Repeating
from service.protocol.problems import Problem, Refused, refused

_log = structlog.get_logger()

_LONGEST_OPTIONS = 64 * 1024
_MOST_REJECTED = 1000


@dataclass
class _Taken:
    """What has become of the files so far."""

    batch_id: str | None
    key: str | None
    options: JsonObject | None = None
    files: int = 0
    whole: bool = False
    accepted: list[JsonObject] = field(default_factory=list[JsonObject])
    rejected: list[JsonObject] = field(default_factory=list[JsonObject])

    @property
    def is_final(self) -> bool:
        """Whether the same request would lead to the same: all of it was read, and no file failed for our sake."""
        return self.whole and all(each["problem"]["status"] < 500 for each in self.rejected)

    @property
    def refusal(self) -> Refused:
        """Why no file was accepted: where none was at fault, what it was that is away."""
        problems: list[JsonObject] = [each["problem"] for each in self.rejected]
        if any(each["status"] != 503 for each in problems):
            return refused(422, "all_rejected")
        first = problems[0]
        return refused(503, first["code"], **first["params"])

    def json(self) -> JsonObject:
        return {
            "batch_id": self.batch_id,
            "topic": f"batch:{self.batch_id}" if self.batch_id else None,
            "accepted": self.accepted,
            "rejected": self.rejected,
        }


class Uploads:
    """The operation `POST /api/uploads`."""

    def __init__(
        self,
        db: Database,
        blobs: BlobStore,
        announcer: Announcer,
        limits: Limits,
        metrics: Metrics,
        scanning: Scanning | None = None,
    ) -> None:
        self._db = db
        self._blobs = blobs
        self._announcer = announcer
        self._limits = limits
        self._metrics = metrics
        self._receiving = Receiving(blobs, limits, scanning)
        self._repeating = Repeating(db)

    def operations(self) -> list[Operation]:
        """For the routes."""
        return [
            Operation(
                "POST",
                "/api/uploads",
                self.upload,
                "Uploads files in parts named `files`, after an optional JSON field `options`; each becomes a job.",
                (Answer(202, UploadAnswer),),
                parameters=(
                    Parameter("pipeline", "what is done with the files"),
                    Parameter("batch", "the batch that they join; without it one is made"),
                    Parameter("start", "false: stage the jobs, to be started later", "boolean"),
                    Parameter("force", "true: make a new job also of what was uploaded before", "boolean"),
                    Parameter("priority", "high, normal or low"),
                ),
                body_media_type="multipart/form-data",
                problems=(400, 404, 409, 422),
            )
        ]

    async def upload(self, request: Request) -> Response:
        """Answers 202 when at least one file was accepted, else 422, or 503 where that was none's fault; all name
        every file.

        408 names those that came before the body stopped, too.
        """
        order = await upload_order(self._db, actor(request), request)

        async def first(digest: Digest | None) -> tuple[Response, bool]:
            taken = _Taken(order.batch_id, request.headers.get(HEADER))
            answer = await self._upload(request, order, taken, digest)
            return answer, taken.is_final

        return await self._repeating.answer(request, order.owner.user_id, first)

    async def _upload(
        self, request: Request, order: UploadOrder, taken: _Taken, digest: Digest | None
    ) -> Response:
        try:
            await self._take_all(request, order, taken, digest)
        except Refused as refusal:
            if not taken.files:
                raise
            return problem_response(refusal, taken.json())
        if not taken.files:
            raise refused(422, "no_files")
        if not taken.accepted:
            return problem_response(taken.refusal, taken.json())
        return json_answer(taken.json(), 202)

    async def _take_all(
        self, request: Request, order: UploadOrder, taken: _Taken, digest: Digest | None
    ) -> None:
        raw_options = b""
        try:
            parts = Parts(request.stream(), request.headers.get("content-type"), digest)
            async for part in parts:
                if part.name == "files":
                    if taken.options is None:
                        taken.options = complete_options(order.spec, raw_options)
                    await self._take(part, parts.content(), order, taken)
                    if len(taken.rejected) >= _MOST_REJECTED:
                        return
                elif part.name == "options":
                    if taken.files:
                        raise refused(422, "options_after_files")
                    raw_options = await _small(parts.content())
            taken.whole = True
        except BrokenBody as broken:
            if not taken.files:
                raise refused(400, "bad_request", reason=str(broken)) from None

    async def _take(
        self, part: Part, content: AsyncIterator[bytes], order: UploadOrder, taken: _Taken
    ) -> None:
        """Accepts or rejects one file; raises BrokenBody or BodyStopped when the body broke off or stopped in it."""
        name = display_name(part.filename)
        taken.files += 1
        try:
            if taken.files > self._limits.files_per_request:
                raise refused(413, "too_many_files", limit=self._limits.files_per_request)
            document_id = new_id()
            key = f"{order.owner.user_id}/{document_id}"
            received = await self._receiving.receive(content, name, key, order.spec)
            accepted = await self._accept(received, document_id, name, key, order, taken)
        except BrokenBody:
            self._reject(name, Problem(400, "upload_cut_off"), taken)
            raise
        except BodyStopped as stopped:
            self._reject(name, stopped.problem, taken)
            raise
        except ClientDisconnect:
            raise
        except Exception as error:  # noqa: BLE001 - the files before this one are safe, and the answer must say so
            refusal = as_refusal(error, "POST")
            self._reject(name, refusal.problem if refusal else self._trouble(error), taken)
        else:
            self._metrics.accepted(received.size)
            taken.accepted.append(
                {
                    "name": name,
                    "document_id": accepted.document_id,
                    "job_id": accepted.job_id,
                    "topic": f"job:{accepted.job_id}",
                    "state": str(accepted.state),
                    "size": received.size,
                    "duplicate_of": accepted.duplicate_of,
                }
            )

    async def _accept(
        self,
        received: Received,
        document_id: str,
        name: str,
        key: str,
        order: UploadOrder,
        taken: _Taken,
    ) -> Accepted:
        """The file's transaction; its blob stays only if a document refers to it."""
        batch_id = taken.batch_id or new_id()
        document = NewDocument(document_id, name, str(received.kind), received.size, received.sha256)
        what = Order(
            owner_id=order.owner.user_id,
            batch_id=batch_id,
            options=taken.options or {},
            start=order.start,
            force=order.force,
            priority=order.priority,
            file=FileOfUpload(order.owner.user_id, taken.key, taken.files) if taken.key else None,
        )
        try:
            async with self._db.writing(durable=True) as session:
                known = await accepted_before(session, document, order.spec, what)
                if known is None and taken.batch_id is None:
                    now = await read_clock(session)
                    session.add(
                        BatchRow(id=batch_id, owner_id=order.owner.user_id, name=None, created_at=now)
                    )
                    await session.flush()
                accepted = known or await accept(session, document, order.spec, what)
                await session.flush()
                has_work = accepted.started or accepted.made is not None
                rings = await pick(session) if has_work else []
        except BaseException as error:
            # Where the database went away the row may be committed, and needs its blob; else that is collected.
            if not is_away(error):
                await self._blobs.delete(key)
            raise
        taken.batch_id = accepted.batch_id or batch_id
        if accepted.made is not None:
            unseen = [log_line("not_scanned", "warning")] if received.unseen else []
            begun = Begun(*accepted.made, order.owner.name)
            self._announcer.announce(begun, log_line("accepted"), *unseen, rings=rings)
        else:
            await self._blobs.delete(key)
            await self._announcer.joined(accepted.job_id, order.owner.user_id)
            if accepted.started:
                line = {**log_line("start_asked"), "by": order.owner.name}
                self._announcer.announce(accepted.job_id, line, rings=rings)
        return accepted

    def _reject(self, name: str, problem: Problem, taken: _Taken) -> None:
        self._metrics.rejected(problem.code)
        _log.info("file_rejected", code=problem.code, support_id=problem.support_id)
        taken.rejected.append({"name": name, "problem": problem.json()})

    def _trouble(self, error: Exception) -> Problem:
        support_id = new_id()
        _log.error("file_failed", support_id=support_id, exc_info=error)
        return Problem(500, "internal", support_id=support_id)


async def _small(content: AsyncIterator[bytes]) -> bytes:
    gathered = bytearray()
    async for piece in content:
        gathered += piece
        if len(gathered) > _LONGEST_OPTIONS:
            raise refused(
                422, "options_invalid", option="options", reason=f"more than {_LONGEST_OPTIONS} bytes"
            )
    return bytes(gathered)
