"""Running one step: claim it, work, and have it recorded how it ended."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

import structlog
from sqlalchemy.exc import SQLAlchemyError

from service.adapters.blob_store import StorageAway
from service.adapters.database import Database
from service.adapters.dispatch import Dispatcher
from service.adapters.echo import Echo, Truth
from service.adapters.event_log import EventLog
from service.adapters.logs import bound_to_work
from service.adapters.records.leases import SUSPECT_DEATHS
from service.adapters.records.steps import NO_ROOM, STORAGE_AWAY, Claim, LostStep
from service.adapters.secrets import SecretBox
from service.adapters.turns import claim_light, claim_next, claim_on
from service.domain.log_line import log_line
from workers.company import Company, Place
from workers.engine_watch import Admission
from workers.engines.failures import EngineAway
from workers.failures import Past, judge
from workers.pipelines.declaration import AskPerson
from workers.recording import Recording
from workers.report import Attempt, StepReport
from workers.running import RunningStep, RunningSteps, Stop
from workers.slow import SlowAfter
from workers.stored import StorageFull
from workers.work import Work

_log = structlog.get_logger()
_MOST_IN_A_ROW = 100
"""After so many steps a slot is given back to the queue, which has its own things to look after."""
Claiming: TypeAlias = Callable[[], Awaitable[Claim | None]]


@dataclass(frozen=True)
class RunnerParts:
    """What a runner is made of."""

    worker_id: str
    lease_seconds: float
    db: Database
    log: EventLog
    echo: Echo
    dispatcher: Dispatcher
    secrets: SecretBox
    work: Work
    recording: Recording
    running: RunningSteps
    slow_after: SlowAfter


class Runner:
    """Runs steps by id. A step that is not to be had (claimed elsewhere, paused, ended) is left alone."""

    def __init__(self, parts: RunnerParts) -> None:
        self._parts = parts
        self._company = Company()
        self._leaving = False

    async def run(self, step_id: str) -> None:
        """Claims a step, this one or what goes before it, and runs it to one of its ends; raises only cancellation.

        Goes on with what goes first by then, without waiting for a ring, as long as there is something. With the
        database away nothing can be recorded: the lease is not renewed then, and the step runs again.
        """
        parts = self._parts
        mine = (parts.worker_id, parts.lease_seconds)
        goes_on = await self._run(partial(claim_next, parts.db, step_id, *mine))
        for _ in range(_MOST_IN_A_ROW):
            if not goes_on or self._leaving:
                return
            goes_on = await self._run(partial(claim_on, parts.db, parts.dispatcher, *mine))

    def leave(self) -> None:
        """Takes up nothing more."""
        self._leaving = True

    async def run_light(self) -> bool:
        """Runs the light step that goes first, as `run` does; False where there is none."""
        parts = self._parts
        return await self._run(partial(claim_light, parts.db, parts.worker_id, parts.lease_seconds))

    async def _run(self, claiming: Claiming) -> bool:
        """Whether a step was claimed, and not handed back."""
        # Before the claim: who waits for a place has nothing that could be taken for the death of this worker.
        async with self._company.place() as place:
            claim = await self._claim(claiming)
            if claim is None:
                return False
            running = self._enter(claim)
            with bound_to_work(job=claim.job.id, step=claim.step.id, attempt=claim.step.attempt):
                return await self._run_to_its_end(claim, running, place)

    async def _claim(self, claiming: Claiming) -> Claim | None:
        try:
            return await claiming()
        except (SQLAlchemyError, OSError):
            _log.exception("claim_failed")
            return None

    async def _run_to_its_end(self, claim: Claim, running: RunningStep, place: Place) -> bool:
        parts = self._parts
        placed: list[str] = []
        try:
            if claim.step.deaths >= SUSPECT_DEATHS and not await place.alone():
                await parts.recording.handed_back(claim)
                return False
            if not await self._run_claimed(claim, running, placed):
                await parts.work.remove(claim, placed)
        except asyncio.CancelledError:
            if running.stop is Stop.LEAVING:
                await asyncio.shield(parts.recording.handed_back(claim))
            if running.stop is None:
                raise
            # The task goes on: time-outs and groups within a task that counts as cancelled would cancel it again.
            running.task.uncancel()
            await parts.work.remove(claim, placed)
        except LostStep:
            _log.info("step_lost")
            await parts.work.remove(claim, placed)
        except (SQLAlchemyError, OSError):
            _log.exception("step_not_recorded")
        finally:
            parts.running.remove(claim.step.id)
        return True

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
            cost=claim.step.cost,
            engine=claim.step.engine,
            limited=claim.job.time_limit is not None,
        )
        self._parts.running.add(running)
        return running

    async def _tell_news(self, claim: Claim) -> None:
        job, lines = claim.job, [log_line("started")] if claim.first else []
        if job.run == 1 and job.steps_done == 0:  # then it has no artifact yet
            await self._parts.echo.tell(Truth(job, (), claim.owner), *lines)
        else:
            await self._parts.echo.publish(job.id, *lines)

    async def _run_claimed(self, claim: Claim, running: RunningStep, placed: list[str]) -> bool:
        """Whether its result was recorded, and with it what it wrote."""
        parts, job, step = self._parts, claim.job, claim.step
        attempt = Attempt(job.id, job.owner_id, job.run, step.id, step.attempt, step.cost, step.weight)
        report = StepReport(parts.log, parts.echo, attempt, job.phases[step.phase], parts.slow_after)
        if claim.news:
            await self._tell_news(claim)
        admission = await parts.recording.engines.admit(claim)
        if admission is Admission.HELD:
            return False
        try:
            async with report.running():
                worked = await parts.work.run(claim, report, parts.secrets.open(job.secret), placed)
        except AskPerson as asked:
            running.settled = True
            await report.flush()
            await parts.recording.asked(claim, asked.question)
        except EngineAway as away:
            running.settled = True
            await report.flush()
            await parts.recording.engines.away(claim, away)
        except (StorageFull, StorageAway) as error:
            running.settled = True
            await report.flush()
            code = NO_ROOM if isinstance(error, StorageFull) else STORAGE_AWAY
            await parts.recording.no_storage(claim, code, str(error))
        except Exception as error:  # noqa: BLE001 -- whatever a step raises is its own failure, and judged
            running.settled = True
            await report.flush()
            await parts.recording.failed(claim, judge(error, phase=report.phase_code, past=Past.of(step)))
        else:
            running.settled = True
            if admission is Admission.PROBE:
                await parts.recording.engines.answered(claim)
            await report.flush(ended=True)
            await parts.recording.done(claim, worked, report.phase_code)
            return True
        return False
