"""What people ask of one job: committed in SQL, then stopped or rung, and echoed to everybody who watches."""

from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters import changes
from service.adapters.applying import Applying, JobGone, may
from service.adapters.blob_store import BlobStore
from service.adapters.changes import Effect
from service.adapters.clearing import clear
from service.adapters.database import Database
from service.adapters.echo import Echo
from service.adapters.queue import Queue
from service.adapters.record_news import RecordNews
from service.adapters.records import orders, sentence_edits
from service.adapters.records.removal import remove_document
from service.adapters.records.sentence_edits import Wanted
from service.adapters.secrets import SecretBox
from service.adapters.tables import DocumentRow, JobRow
from service.domain.account import Actor
from service.domain.job import HIGH, JobEvent, JobState, NotPossible
from service.domain.json import JsonObject
from service.domain.log_line import log_line
from service.domain.pipeline import PipelineSpec
from service.domain.question import check_answer

__all__ = ["Commands", "DocumentInUse", "HighForAdmins", "JobGone", "allow_priority"]


class DocumentInUse(Exception):
    """A job still works on the document."""


class HighForAdmins(Exception):
    """Only admins may give a job the priority `high`."""


def allow_priority(actor: Actor, priority: str) -> None:
    """Raises HighForAdmins where the actor may not give this priority."""
    if priority == HIGH and not actor.is_admin:
        raise HighForAdmins


class Commands:
    """Each command returns the state that it led to. Repeating one that has had its effect is safe."""

    def __init__(
        self,
        db: Database,
        applying: Applying,
        echo: Echo,
        queue: Queue,
        blobs: BlobStore,
        secrets: SecretBox,
        news: RecordNews,
    ) -> None:
        self._db = db
        self._applying = applying
        self._echo = echo
        self._queue = queue
        self._blobs = blobs
        self._secrets = secrets
        self._news = news

    async def start(self, job_id: str, actor: Actor) -> JobState:
        """A staged job becomes due; a live one stays as it is. Raises NotPossible for a job that has ended."""
        return await self._applying.to_one(job_id, actor, changes.start(actor))

    async def pause(self, job_id: str, actor: Actor, *, stop: bool = False) -> JobState:
        """Lets what runs end, or with `stop` hands it back. Raises NotPossible for a job that has ended or waits."""
        return await self._applying.to_one(job_id, actor, changes.pause(actor, stop=stop))

    async def resume(self, job_id: str, actor: Actor) -> JobState:
        """Raises NotPossible for a job that was never paused and has ended."""
        return await self._applying.to_one(job_id, actor, changes.resume(actor))

    async def cancel(self, job_id: str, actor: Actor) -> JobState:
        """Ends the run at once and kills what runs. Raises NotPossible for a completed or failed job."""
        return await self._applying.to_one(job_id, actor, changes.cancel(actor, self._echo.live))

    async def retry(self, job_id: str, actor: Actor) -> JobState:
        """A new run of what has no output. Raises NotPossible where nothing failed; a live job stays as it is."""
        return await self._applying.to_one(job_id, actor, changes.retry(actor))

    async def prioritise(self, job_id: str, actor: Actor, priority: str) -> JobState:
        """Changes how urgent the job is, by name. Raises NotPossible for a job that has ended.

        What is high goes before all that is not, whosesoever that is: so only admins may say it, see HighForAdmins.
        """
        allow_priority(actor, priority)
        return await self._applying.to_one(job_id, actor, changes.prioritise(actor, priority))

    async def answer(self, job_id: str, question_id: str, answer: JsonObject, actor: Actor) -> JobState:
        """Raises AnswerRefused where the answer does not fit, and NotPossible where nothing is asked."""

        async def change(session: AsyncSession, job: JobRow) -> Effect:
            if job.question is None:
                raise NotPossible(JobState(job.state), JobEvent.ANSWER)
            given = check_answer(job.question, question_id, answer)
            if job.question["choices"]:
                # With what it was about: the next question of this code may be about something else.
                given = {**given, "asked": job.question["params"]}
            kept = {**self._secrets.open(job.secret), job.question["code"]: given}
            await orders.answered(session, job, self._secrets.seal(kept))
            return Effect(({**log_line("answered"), "by": actor.name},))

        return await self._applying.to_one(job_id, actor, change)

    async def edit_sentence(self, job_id: str, run: int, wanted: Wanted, actor: Actor) -> JsonObject:
        """The row as it stands then. Raises ChangedMeanwhile, and NotPossible where the job is in another run."""
        row: JsonObject = {}

        async def change(session: AsyncSession, job: JobRow) -> Effect:
            if job.run != run:
                raise NotPossible(JobState(job.state), "edit")
            row.update(await sentence_edits.change(session, job, wanted, actor.name))
            return Effect()

        await self._applying.to_one(job_id, actor, change)
        return row

    async def delete_document(self, document_id: str, actor: Actor) -> None:
        """Deletes the document with its jobs and results; raises DocumentInUse while a job is not at its end."""
        async with self._db.writing(durable=True) as session:
            document = await session.get(DocumentRow, document_id, with_for_update=True)
            if document is None or not (actor.is_admin or document.owner_id == actor.user_id):
                raise JobGone(document_id)
            removed = await remove_document(session, document)
            if removed is None:
                raise DocumentInUse(document_id)
        await clear(removed, self._blobs, self._echo, self._news)

    async def estimate(self, job_id: str, actor: Actor) -> JsonObject | None:
        """`{pages, steps, seconds}` or `{error}` once a worker has looked; None while it is asked to.

        Raises NotPossible for a job that has started: its snapshot tells more.
        """
        async with self._db.reading() as session:
            job = await session.get(JobRow, job_id)
        if job is None or not may(actor, job):
            raise JobGone(job_id)
        if job.estimate is not None:
            return job.estimate
        if job.state != JobState.STAGED:
            raise NotPossible(JobState(job.state), JobEvent.START)
        await self._queue.ask_for_estimate(job_id)
        return None

    async def change_options(
        self, job_id: str, spec: PipelineSpec, options: JsonObject, actor: Actor
    ) -> None:
        """A staged job is to be done with these options, all of them, and is estimated anew; NotPossible for others."""
        await self._applying.to_one(job_id, actor, changes.options(actor, spec, options))
        await self._queue.ask_for_estimate(job_id)

    async def stop(self, job_id: str) -> None:
        """Tells all workers to kill what they run of the job; their heartbeat is the backstop."""
        await self._applying.stop({"job_id": job_id})
