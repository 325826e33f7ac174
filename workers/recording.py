"""Writing down how a step ended: its result, a failure, a question, or that it goes back to the queue.

Each is one transaction under the job's lock; what it means for the job is told and rung after the commit.
"""

from dataclasses import dataclass

import structlog
from sqlalchemy.exc import SQLAlchemyError

from service.adapters.commands import Commands
from service.adapters.database import Database
from service.adapters.dispatch import Dispatcher, Ring, pick
from service.adapters.echo import Echo, Truth
from service.adapters.record_news import RecordNews
from service.adapters.records import leases, steps
from service.adapters.records.chunks import chunks_of
from service.adapters.records.ending import Whole, closing_lines
from service.adapters.records.postponing import wait_for_storage
from service.adapters.records.recorded import SameThere
from service.adapters.records.steps import Claim, LostStep
from service.adapters.tables import JobRow
from service.domain.ids import new_id
from service.domain.job import RUNNABLE, JobState
from service.domain.json import JsonObject
from service.domain.log_line import log_line
from service.domain.question import Question
from workers.advance import Advance
from workers.engine_watch import EngineWatch
from workers.failures import Past, Verdict, judge
from workers.work import Worked

_log = structlog.get_logger()
NO_ROOM_SECONDS = 10.0
"""How long a step waits that found the disk full or the storage away, before it looks again."""


@dataclass(frozen=True)
class RecordingParts:
    """What a recording is made of."""

    worker_id: str
    db: Database
    echo: Echo
    dispatcher: Dispatcher
    commands: Commands
    advance: Advance
    news: RecordNews


class Recording:
    """Records the ends of claimed steps. All raise LostStep when the step is no longer this attempt's.

    `engines` records that a step has to wait for its engine.
    """

    def __init__(self, parts: RecordingParts) -> None:
        self._parts = parts
        self.engines = EngineWatch(parts.db, parts.echo, parts.dispatcher)

    async def done(self, claim: Claim, worked: Worked, phase_code: str) -> None:
        """Records a result and moves the job on; what goes wrong in planning the next phase fails the step.

        A step whose records somebody else has made meanwhile goes back to the queue.
        """
        try:
            await self._done(claim, worked)
        except (LostStep, SQLAlchemyError, OSError):
            raise
        except SameThere:
            # Something that the step looked for has come since: it looks again.
            await self.handed_back(claim)
        except Exception as error:  # noqa: BLE001 -- whatever a pipeline's plan raises is judged as its run is
            await self.failed(claim, judge(error, phase=phase_code, past=Past.of(claim.step)))

    async def _done(self, claim: Claim, worked: Worked) -> None:
        parts = self._parts
        last = claim.step.phase + len({each.phase for each in worked.inline}) >= len(claim.job.phases) - 1
        async with parts.db.writing(durable=last) as session:
            # Flushed where it is read again, not before every read: the row is written twice then, not six times.
            session.autoflush = False
            job, step = await steps.owned(session, claim.step.id, claim.step.attempt)
            before, total = job.phase, job.cost_total
            whole = Whole(claim.owner, [step]) if job.run == 1 and job.steps_total == 1 else None
            await steps.record_done(session, job, step, worked.done, worked.took, whole)
            for each in worked.inline:
                job.phase = each.phase
                await steps.add_done_step(
                    session, job, (each.phase, each.number), each.plan, each.done, whole
                )
            if worked.inline:
                # What was expected of a document that nobody had opened is no longer of interest.
                job.cost_total += job.cost_done + worked.later_cost - total
            if whole is None or job.phase + 1 < len(job.phases):
                await session.flush()
            if job.remaining == 0 and job.state in (*RUNNABLE, JobState.PAUSING):
                await parts.advance.advance(session, job, whole)
            await steps.settle_pause(session, job)
            await session.flush()
            # A slot that goes on from a job's end picks as it claims: see `claim_on`.
            rings = await pick(session) if claim.light or job.ended_at is None else []
        await self._tell(job, rings, before, whole)
        if any(each.to_record for each in (worked.done, *(each.done for each in worked.inline))):
            await parts.news.changed([job.owner_id])

    async def failed(self, claim: Claim, verdict: Verdict) -> None:
        """Records a failure: the step is queued again for later, or the job ends."""
        parts, again = self._parts, verdict.again
        async with parts.db.writing(durable=again is None) as session:
            job, step = await steps.owned(session, claim.step.id, claim.step.attempt)
            if again is None:
                await steps.record_failure(session, job, step, verdict.failure, live=parts.echo.live)
            else:
                await steps.record_retry(session, job, step, verdict.failure, again)
                await session.flush()
                await steps.settle_pause(session, job)
            rings = await pick(session)
        lines = closing_lines(job)
        if again is not None:
            lines = lines or [log_line("step_retried", "warning", failures=step.failures, tries=again.of)]
        await parts.echo.publish(job.id, *lines)
        await parts.dispatcher.ring(rings)
        if again is None:
            await parts.commands.stop(job.id)
        else:
            parts.dispatcher.dispatch_after(again.after_seconds)

    async def no_storage(self, claim: Claim, code: str, reason: str) -> None:
        """Records that the disk is full or the storage away: the step waits, however long that takes."""
        parts = self._parts
        async with parts.db.writing() as session:
            job, step = await steps.owned(session, claim.step.id, claim.step.attempt)
            is_news = await wait_for_storage(session, job, step, code, NO_ROOM_SECONDS)
            rings = await pick(session)
        _log.error(code, reason=reason, again_after=NO_ROOM_SECONDS)
        await parts.echo.publish(job.id, *([log_line(code, "warning")] if is_news else []))
        await parts.dispatcher.ring(rings)
        parts.dispatcher.dispatch_after(NO_ROOM_SECONDS)

    async def asked(self, claim: Claim, question: Question) -> None:
        """Records that a person must answer first."""
        parts = self._parts
        new = Question(new_id(), question.code, question.params, question.fields, question.choices)
        async with parts.db.writing() as session:
            job, step = await steps.owned(session, claim.step.id, claim.step.attempt)
            await steps.record_question(session, job, step, new)
            await session.flush()
            rings = await pick(session)
        await parts.echo.publish(job.id, log_line("waiting"))
        await parts.dispatcher.ring(rings)

    async def _tell(self, job: JobRow, rings: list[Ring], phase: int, whole: Whole | None) -> None:
        lines: list[JsonObject] = []
        if job.phase != phase:
            code = job.phases[job.phase]
            line = log_line("phase", index=job.phase + 1, total=len(job.phases), phase=code)
            # A job that ran on to its end came to the phase before it ended, not as it is told.
            lines.append(line if job.ended_at is None else {**line, "at": round(job.ended_at, 3)})
        lines += closing_lines(job)
        if whole is None or (job.chunks is not None and job.ended_at is None):  # whose steps are not at hand
            await self._parts.echo.publish(job.id, *lines)
        else:
            chunks = chunks_of(job, whole.steps)
            truth = Truth(job, whole.artifacts, whole.owner, whole.pages, chunks)
            await self._parts.echo.tell(truth, *lines)
        await self._parts.dispatcher.ring(rings)

    async def handed_back(self, claim: Claim) -> None:
        """Records that the step is not done, through no fault of its own, and may run again at once."""
        parts = self._parts
        try:
            async with parts.db.writing() as session:
                await leases.hand_back(session, parts.worker_id, claim.step.id, claim.step.attempt)
        except LostStep:
            return
        await parts.echo.publish(claim.job.id)
        await parts.dispatcher.dispatch()
