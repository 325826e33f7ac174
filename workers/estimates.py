"""What a staged job will take: a worker looks into the document before anybody starts the work."""

from service.adapters.blob_store import BlobMissing, BlobStore
from service.adapters.database import Database
from service.adapters.dispatch import live_slots
from service.adapters.echo import Echo
from service.adapters.known_records import KnownRecords
from service.adapters.known_sentences import KnownSentences
from service.adapters.records.ending import locked_job, touch
from service.adapters.tables import DocumentRow, JobRow
from service.domain.job import JobState
from service.domain.json import JsonObject
from service.domain.message import Message
from service.domain.progress import time_side_by_side
from service.domain.work import PastWork
from workers.advance import Advance, document_facts
from workers.engines.failures import DocumentRefused, EngineFailed
from workers.engines.toolbox import Toolbox
from workers.pipelines.declaration import AskPerson, StepContext
from workers.sandbox import ChildFailed


class _Unreported:
    """A report that nobody reads: a staged job has no progress."""

    def began(self, cost: float, takes: float | None = None) -> None:
        del cost, takes

    def worked(self, cost: float) -> None:
        del cost

    def detail(self, detail: Message) -> None:
        del detail

    def pages(self, pages: dict[str, str]) -> None:
        del pages

    def line(self, line: JsonObject) -> None:
        del line


class Estimates:
    """Runs the first phase without recording it and plans the second."""

    def __init__(self, db: Database, blobs: BlobStore, echo: Echo, tools: Toolbox, advance: Advance) -> None:
        self._db = db
        self._blobs = blobs
        self._echo = echo
        self._tools = tools
        self._advance = advance

    async def make(self, job_id: str) -> None:
        """Writes the estimate into the job and publishes it; a job that has started meanwhile is left alone."""
        while await self._in_vain(job_id):
            pass

    async def _in_vain(self, job_id: str) -> bool:
        """Whether it was for nothing, since somebody has chosen other options meanwhile."""
        async with self._db.reading() as session:
            job = await session.get(JobRow, job_id)
            document = await session.get(DocumentRow, job.document_id) if job else None
            slots = max(1, await live_slots(session))
        if job is None or document is None or job.state != JobState.STAGED:
            return False
        estimate = await self._look(job, document, slots)
        async with self._db.writing() as session:
            row = await locked_job(session, job_id)
            if row is None or row.state != JobState.STAGED:
                return False
            if row.options != job.options:
                return True
            row.estimate = estimate
            await touch(session, row)
        await self._echo.publish(job_id)
        return False

    async def _look(self, job: JobRow, document: DocumentRow, slots: int) -> JsonObject:
        """`{pages, steps, seconds}` and what the pipeline foretells: seconds that it takes on all live slots; or
        `{error: failure code}`."""
        pipeline = self._advance.pipeline(job)
        facts = document_facts(document)
        context = StepContext(
            job_id=job.id,
            step_id=job.id,
            document=facts,
            options=pipeline.options.model_validate(job.options),
            input={},
            cost=0,
            page_count=None,
            answers={},
            before=(),
            output_key=f"{job.id}/estimate/0",
            report=_Unreported(),
            blobs=self._blobs,
            tools=self._tools,
            records=KnownRecords(self._db),
            sentences=KnownSentences(self._db, self._blobs),
        )
        try:
            done = await pipeline.phases[0].run(context)
        except AskPerson as asked:
            return {"error": asked.question.code}
        except (ChildFailed, DocumentRefused, EngineFailed) as refused:
            return {"error": refused.code or "broken_document"}
        except BlobMissing:
            return {"error": "storage_unreadable"}
        job.page_count = done.page_count
        past = PastWork(0, 0, {}, done.output, done.output_blob, done.pages)
        following = self._advance.plan(job, facts, [past], 1, slots)
        shared = time_side_by_side([each.cost for each in following.steps], slots)
        return {
            **following.foretold,
            "pages": None if done.page_count is None else done.page_count - done.pages_left_out,
            "steps": len(following.steps),
            "seconds": round((shared + following.later_cost) / 1000, 1),
        }
