"""Moving a job on when a phase has no step left, inside the transaction that saw it."""

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.dispatch import slots_for
from service.adapters.records.ending import LiveSnapshot, Whole, complete_whole, end_job
from service.adapters.records.planned import enter_phase
from service.adapters.records.steps import past_work
from service.adapters.tables import DocumentRow, JobRow
from service.domain.job import JobEvent
from service.domain.work import NextPhase, PastWork
from workers.engines.toolbox import Toolbox
from workers.pipelines.declaration import DocumentFacts, Pipeline, PlanContext

_log = structlog.get_logger()


def document_facts(row: DocumentRow) -> DocumentFacts:
    """The document as steps see it."""
    blob = f"{row.owner_id}/{row.id}"
    return DocumentFacts(row.id, row.owner_id, row.name, row.kind, row.size, blob, row.sha256)


class Advance:
    """Plans the next phase that has work, or completes the job."""

    def __init__(self, pipelines: dict[str, Pipeline], tools: Toolbox, live: LiveSnapshot) -> None:
        self._pipelines = pipelines
        self._tools = tools
        self._live = live

    def pipeline(self, job: JobRow) -> Pipeline:
        """The job's pipeline; raises KeyError when this version has none of that name."""
        return self._pipelines[job.pipeline]

    def plan(
        self, job: JobRow, document: DocumentFacts, before: list[PastWork], phase: int, slots: int
    ) -> NextPhase:
        """What a phase has to do, given all done steps."""
        pipeline = self.pipeline(job)
        return pipeline.phases[phase].plan(
            PlanContext(
                document=document,
                options=pipeline.options.model_validate(job.options),
                before=before,
                page_count=job.page_count,
                slots=slots,
                tools=self._tools,
            )
        )

    async def advance(self, session: AsyncSession, job: JobRow, whole: Whole | None = None) -> bool:
        """Enters the next phase that has steps, or completes the job. The caller holds the job's lock and knows that
        the phase has no step left. Returns whether the job ended."""
        if job.phase + 1 == len(job.phases):
            await self.complete(session, job, whole)
            return True
        document = await session.get(DocumentRow, job.document_id)
        assert document is not None, "a job's document outlives the job"
        before = await past_work(session, job)
        slots = await slots_for(session, job.id)
        for phase in range(job.phase + 1, len(job.phases)):
            following = self.plan(job, document_facts(document), before, phase, slots)
            if following.steps:
                await enter_phase(session, job, phase, following, slots)
                return False
        await self.complete(session, job, whole)
        return True

    async def complete(self, session: AsyncSession, job: JobRow, whole: Whole | None = None) -> None:
        """The job's good end, with warnings where there are any."""
        outcome = job.outcome or ("warnings" if job.warnings else "success")
        if whole is None:
            await end_job(session, job, JobEvent.COMPLETE, live=self._live, outcome=outcome)
        else:
            await complete_whole(session, job, whole, live=self._live, outcome=outcome)
