"""Running one step: claim it, work, record the result, advance the job."""

import asyncio
from dataclasses import dataclass

import structlog
from sqlalchemy.exc import SQLAlchemyError

from service.adapters.commands import Commands
from service.adapters.database import Database
from service.adapters.dispatch import Dispatcher, Ring, pick
from service.adapters.echo import Echo
from service.adapters.event_log import EventLog
from service.adapters.records import leases, steps
from service.adapters.records.ending import closing_lines
from service.adapters.records.steps import Claim, LostStep
from service.adapters.secrets import SecretBox
from service.adapters.tables import JobRow
from service.domain.ids import new_id
from service.domain.job import RUNNABLE, JobState
from service.domain.json import JsonObject
from service.domain.log_line import log_line
from service.domain.question import Question
from workers.advance import Advance
from workers.failures import Verdict, judge
from workers.pipelines.declaration import AskPerson
from workers.report import Attempt, StepReport
from workers.running import RunningStep, RunningSteps, Stop
from workers.work import Work, Worked

_log = structlog.get_logger()


@dataclass(frozen=True)
class RunnerParts:
    """What a runner is made of."""

    worker_id: str
    lease_seconds: float
    db: Database
    log: EventLog
    echo: Echo
    dispatcher: Dispatcher
    commands: Commands
    secrets: SecretBox
    advance: Advance
    work: Work
    running: RunningSteps


class Runner:
    """Runs steps by id. A step that is not to be had (claimed elsewhere, paused, ended) is left alone."""

    def __init__(self, parts: RunnerParts) -> None:
        self._parts = parts

    async def run(self, step_id: str) -> None:
        """Claims and runs the step to one of its ends; nothing is raised but cancellation.

        With the database away nothing can be recorded: the lease is not renewed then, and the step runs again.
        """
        parts = self._parts
        try:
            async with parts.db.writing() as session:
                claim = await steps.claim(session, step_id, parts.worker_id, parts.lease_seconds)
        except LostStep:
            return
        except (SQLAlchemyError, OSError):
            _log.exception("claim_failed", step=step_id)
            return
        if claim is None:
            return
        running = self._enter(claim)
        with structlog.contextvars.bound_contextvars(
            job=claim.job.id, step=claim.step.id, attempt=claim.step.attempt
        ):
            try:
                await self._run_claimed(claim)
            except asyncio.CancelledError:
                if running.stop is Stop.LEAVING:
                    await asyncio.shield(self._hand_back(claim))
                if running.stop is None:
                    raise
            except LostStep:
                _log.info("step_lost")
            except (SQLAlchemyError, OSError):
                _log.exception("step_not_recorded")
            finally:
                parts.running.remove(step_id)

    def _enter(self, claim: Claim) -> RunningStep:
        task = asyncio.current_task()
        assert task is not None
        running = RunningStep(
            step_id=claim.step.id,
            attempt=claim.step.attempt,
            job_id=claim.job.id,
            name=claim.job.name,
            pipeline=claim.job.pipeline,
            phase=claim.job.phases[claim.step.phase],
            task=task,
        )
        self._parts.running.add(running)
        return running

    async def _run_claimed(self, claim: Claim) -> None:
        parts, job, step = self._parts, claim.job, claim.step
        attempt = Attempt(job.id, job.owner_id, job.run, step.id, step.attempt, step.cost)
        report = StepReport(parts.log, parts.echo, attempt, job.phases[step.phase])
        if claim.news:
            await parts.echo.publish(job.id, *([log_line("started")] if claim.first else []))
        try:
            async with report.running():
                worked = await parts.work.run(claim, report, parts.secrets.open(job.secret))
        except AskPerson as asked:
            await report.flush()
            await self._ask(claim, asked.question)
        except Exception as error:  # noqa: BLE001 -- whatever a step raises is its own failure, and judged
            await report.flush()
            await self._failed(claim, judge(error, phase=report.phase_code, failures=step.failures))
        else:
            await report.flush(ended=True)
            await self._finish(claim, worked, report)

    async def _finish(self, claim: Claim, worked: Worked, report: StepReport) -> None:
        """Records the result; what goes wrong in planning the phase after it fails the step."""
        try:
            await self._done(claim, worked)
        except (LostStep, SQLAlchemyError, OSError):
            raise
        except Exception as error:  # noqa: BLE001 -- whatever a pipeline's plan raises is judged as its run is
            await self._failed(claim, judge(error, phase=report.phase_code, failures=claim.step.failures))

    async def _done(self, claim: Claim, worked: Worked) -> None:
        parts = self._parts
        last = claim.step.phase + len({each.phase for each in worked.inline}) >= len(claim.job.phases) - 1
        async with parts.db.writing(durable=last) as session:
            job, step = await steps.owned(session, claim.step.id, claim.step.attempt)
            before = job.phase
            await steps.record_done(session, job, step, worked.done)
            for each in worked.inline:
                job.phase = each.phase
                await steps.add_done_step(session, job, each.phase, each.plan, each.done)
            if worked.inline:
                job.cost_total = max(job.cost_done, job.cost_total)
            await session.flush()
            if job.remaining == 0 and job.state in (*RUNNABLE, JobState.PAUSING):
                await parts.advance.advance(session, job)
            await steps.settle_pause(session, job)
            rings = await pick(session)
        await self._tell(job, rings, before)

    async def _failed(self, claim: Claim, verdict: Verdict) -> None:
        parts = self._parts
        async with parts.db.writing(durable=verdict.again_after is None) as session:
            job, step = await steps.owned(session, claim.step.id, claim.step.attempt)
            if verdict.again_after is None:
                await steps.record_failure(session, job, step, verdict.failure, live=parts.echo.live)
            else:
                await steps.record_retry(
                    session, job, step, verdict.failure, after_seconds=verdict.again_after
                )
                await session.flush()
                await steps.settle_pause(session, job)
            rings = await pick(session)
        retried = [log_line("step_retried", "warning", failures=job.attempt, tries=verdict.tries)]
        await parts.echo.publish(job.id, *(closing_lines(job) or retried))
        await parts.dispatcher.ring(rings)
        if verdict.again_after is None:
            await parts.commands.stop(job.id)

    async def _ask(self, claim: Claim, question: Question) -> None:
        parts = self._parts
        asked = Question(new_id(), question.code, question.params, question.fields, question.choices)
        async with parts.db.writing() as session:
            job, step = await steps.owned(session, claim.step.id, claim.step.attempt)
            await steps.record_question(session, job, step, asked)
            await session.flush()
            rings = await pick(session)
        await parts.echo.publish(job.id, log_line("waiting"))
        await parts.dispatcher.ring(rings)

    async def _tell(self, job: JobRow, rings: list[Ring], phase: int) -> None:
        lines: list[JsonObject] = []
        if job.phase != phase:
            code = job.phases[job.phase]
            lines.append(log_line("phase", index=job.phase + 1, total=len(job.phases), phase=code))
        await self._parts.echo.publish(job.id, *lines, *closing_lines(job))
        await self._parts.dispatcher.ring(rings)

    async def _hand_back(self, claim: Claim) -> None:
        parts = self._parts
        try:
            async with parts.db.writing() as session:
                await leases.hand_back(session, parts.worker_id, claim.step.id, claim.step.attempt)
        except LostStep:
            return
        await parts.echo.publish(claim.job.id)
        await parts.dispatcher.dispatch()
