"""What people ask of jobs: committed in SQL, then echoed to everybody who watches, then rung or stopped."""

from collections.abc import Awaitable, Callable

import orjson
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters import keys
from service.adapters.blob_store import BlobStore
from service.adapters.clearing import clear
from service.adapters.database import Database
from service.adapters.dispatch import Dispatcher, Ring, pick
from service.adapters.echo import Echo
from service.adapters.queue import Queue
from service.adapters.records import orders
from service.adapters.records.ending import closing_lines, end_job, locked_job
from service.adapters.records.removal import remove_document
from service.adapters.secrets import SecretBox
from service.adapters.tables import BatchMemberRow, DocumentRow, JobRow
from service.domain.account import Actor
from service.domain.job import ENDED, JobEvent, JobState, NotPossible
from service.domain.json import JsonObject
from service.domain.log_line import log_line
from service.domain.question import check_answer

_log = structlog.get_logger()


class JobGone(Exception):
    """There is no such job, batch or document, or it is not the actor's."""


class DocumentInUse(Exception):
    """A job still works on the document."""


class Commands:
    """Each command returns the state that it led to. Repeating one that has had its effect is safe."""

    def __init__(
        self,
        db: Database,
        redis: Redis,
        echo: Echo,
        dispatcher: Dispatcher,
        queue: Queue,
        blobs: BlobStore,
        secrets: SecretBox,
    ) -> None:
        self._db = db
        self._redis = redis
        self._echo = echo
        self._dispatcher = dispatcher
        self._queue = queue
        self._blobs = blobs
        self._secrets = secrets

    async def start(self, job_id: str, actor: Actor) -> JobState:
        """A staged job becomes due; a live one stays as it is. Raises NotPossible for a job that has ended."""

        async def change(session: AsyncSession, job: JobRow) -> None:
            if job.state == JobState.STAGED or job.state in ENDED:
                await orders.start(session, job)

        return await self._change(job_id, actor, change, log_line("start_asked"))

    async def pause(self, job_id: str, actor: Actor) -> JobState:
        """Raises NotPossible for a job that has ended or waits."""

        async def change(session: AsyncSession, job: JobRow) -> None:
            if job.state not in (JobState.PAUSING, JobState.PAUSED):
                await orders.pause(session, job)

        return await self._change(job_id, actor, change, log_line("paused"))

    async def resume(self, job_id: str, actor: Actor) -> JobState:
        """Raises NotPossible for a job that was never paused and has ended."""

        async def change(session: AsyncSession, job: JobRow) -> None:
            if job.state not in (JobState.QUEUED, JobState.PROCESSING):
                await orders.resume(session, job)

        return await self._change(job_id, actor, change, log_line("resumed"))

    async def cancel(self, job_id: str, actor: Actor) -> JobState:
        """Ends the run at once and kills what runs. Raises NotPossible for a completed or failed job."""

        async def change(session: AsyncSession, job: JobRow) -> None:
            if job.state != JobState.CANCELLED:
                await end_job(session, job, JobEvent.CANCEL, live=self._echo.live, cancelled_by=actor.name)

        state = await self._change(job_id, actor, change)
        await self.stop(job_id)
        return state

    async def retry(self, job_id: str, actor: Actor) -> JobState:
        """A new run of what has no output. Raises NotPossible where nothing failed; a live job stays as it is."""

        async def change(session: AsyncSession, job: JobRow) -> None:
            if job.state in ENDED:
                await orders.retry(session, job)

        return await self._change(job_id, actor, change, log_line("retried"))

    async def answer(self, job_id: str, question_id: str, answer: JsonObject, actor: Actor) -> JobState:
        """Raises AnswerRefused where the answer does not fit, and NotPossible where nothing is asked."""

        async def change(session: AsyncSession, job: JobRow) -> None:
            if job.question is None:
                raise NotPossible(JobState(job.state), JobEvent.ANSWER)
            given = check_answer(job.question, question_id, answer)
            kept = {**self._secrets.open(job.secret), job.question["code"]: given}
            await orders.answered(session, job, self._secrets.seal(kept))

        return await self._change(job_id, actor, change, log_line("answered"))

    async def cancel_batch(self, batch_id: str, actor: Actor) -> list[str]:
        """Cancels what still runs or waits in the batch; returns the jobs' ids."""
        return await self._for_each(batch_id, actor, lambda job: job.state not in ENDED, self.cancel)

    async def retry_failed(self, batch_id: str, actor: Actor) -> list[str]:
        """Retries the batch's failed jobs and those with failed pages; returns their ids."""

        def failed(job: JobRow) -> bool:
            return job.state == JobState.FAILED or (job.state == JobState.COMPLETED and bool(job.warnings))

        return await self._for_each(batch_id, actor, failed, self.retry)

    async def delete_document(self, document_id: str, actor: Actor) -> None:
        """Deletes the document with its jobs and results; raises DocumentInUse while a job is not at its end."""
        async with self._db.writing(durable=True) as session:
            document = await session.get(DocumentRow, document_id)
            if document is None or not (actor.is_admin or document.owner_id == actor.user_id):
                raise JobGone(document_id)
            removed = await remove_document(session, document)
            if removed is None:
                raise DocumentInUse(document_id)
        await clear(removed, self._blobs, self._echo)

    async def estimate(self, job_id: str, actor: Actor) -> JsonObject | None:
        """`{pages, steps, seconds}` or `{error}` once a worker has looked; None while it is asked to.

        Raises NotPossible for a job that has started: its snapshot tells more.
        """
        async with self._db.reading() as session:
            job = await session.get(JobRow, job_id)
        if job is None or not (actor.is_admin or job.owner_id == actor.user_id):
            raise JobGone(job_id)
        if job.estimate is not None:
            return job.estimate
        if job.state != JobState.STAGED:
            raise NotPossible(JobState(job.state), JobEvent.START)
        await self._queue.ask_for_estimate(job_id)
        return None

    async def stop(self, job_id: str) -> None:
        """Tells all workers to kill what they run of the job; their heartbeat is the backstop."""
        try:
            await self._redis.publish(keys.CONTROL_CHANNEL, orjson.dumps({"stop": {"job_id": job_id}}))
        except (RedisError, OSError) as lost:
            _log.warning("stop_postponed", job_id=job_id, reason=str(lost))

    async def _change(
        self,
        job_id: str,
        actor: Actor,
        change: Callable[[AsyncSession, JobRow], Awaitable[None]],
        line: JsonObject | None = None,
    ) -> JobState:
        rings: list[Ring] = []
        async with self._db.writing(durable=True) as session:
            job = await locked_job(session, job_id)
            if job is None or not (actor.is_admin or job.owner_id == actor.user_id):
                raise JobGone(job_id)
            before = job.revision
            await change(session, job)
            await session.flush()
            if job.revision > before:
                rings = await pick(session)
        if job.revision > before:
            await self._echo.publish(job_id, *([{**line, "by": actor.name}] if line else closing_lines(job)))
            await self._dispatcher.ring(rings)
        return JobState(job.state)

    async def _for_each(
        self,
        batch_id: str,
        actor: Actor,
        wanted: Callable[[JobRow], bool],
        command: Callable[[str, Actor], Awaitable[JobState]],
    ) -> list[str]:
        async with self._db.reading() as session:
            jobs = await session.scalars(
                select(JobRow)
                .join(BatchMemberRow, BatchMemberRow.job_id == JobRow.id)
                .where(BatchMemberRow.batch_id == batch_id)
                .order_by(JobRow.id)
            )
            chosen = [
                job.id for job in jobs if wanted(job) and (actor.is_admin or job.owner_id == actor.user_id)
            ]
        done: list[str] = []
        for job_id in chosen:
            try:
                await command(job_id, actor)
                done.append(job_id)
            except (NotPossible, JobGone):
                continue
        return done
