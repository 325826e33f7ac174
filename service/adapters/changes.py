"""What people may ask of a job, each as a change of its rows in a transaction, and what is told after it.

All raise NotPossible, before anything has changed, where the state does not allow it.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.records import orders
from service.adapters.records.ending import LiveSnapshot, closing_lines, end_job, touch
from service.adapters.records.intake import fingerprint
from service.adapters.tables import DocumentRow, JobRow, StepRow
from service.domain.account import Actor
from service.domain.engines import REMOTE_ENGINES
from service.domain.job import ENDED, PRIORITIES, JobEvent, JobState, NotPossible
from service.domain.json import JsonObject
from service.domain.log_line import log_line
from service.domain.pipeline import PipelineSpec
from service.domain.step import StepState


@dataclass(frozen=True)
class Effect:
    """What follows a change: lines of the job's log, and what workers stop: all of the job, or attempts by step."""

    lines: tuple[JsonObject, ...] = ()
    stop_job: bool = False
    stop_steps: dict[str, int] = field(default_factory=dict[str, int])


NONE = Effect()
PRIORITY = "priority"
"""The command that changes how urgent a job is; it leads to no other state."""
OPTIONS = "change options"
"""The command that chooses other options for a staged job."""
Change: TypeAlias = Callable[[AsyncSession, JobRow], Awaitable[Effect]]


def start(actor: Actor) -> Change:
    """A staged job becomes due; a live one stays as it is."""

    async def change(session: AsyncSession, job: JobRow) -> Effect:
        if job.state == JobState.STAGED or job.state in ENDED:
            await orders.start(session, job)
        return _line("start_asked", actor)

    return change


def pause(actor: Actor, *, stop: bool) -> Change:
    """Nothing more is claimed. What runs is let end, or stopped and handed back: that is no failure of its."""

    async def change(session: AsyncSession, job: JobRow) -> Effect:
        stopped: dict[str, int] = {}
        if job.state == JobState.PAUSING and stop:
            stopped = await orders.stop_running(session, job)
        elif job.state not in (JobState.PAUSING, JobState.PAUSED):
            stopped = await orders.pause(session, job, stop=stop)
        return Effect(_line("paused_at_once" if stopped else "paused", actor).lines, stop_steps=stopped)

    return change


def resume(actor: Actor) -> Change:
    """A paused job goes on; one that is not paused stays as it is."""

    async def change(session: AsyncSession, job: JobRow) -> Effect:
        if job.state not in (JobState.QUEUED, JobState.PROCESSING):
            await orders.resume(session, job)
        return _line("resumed", actor)

    return change


def cancel(actor: Actor, live: LiveSnapshot) -> Change:
    """Ends the run; what a remote engine is still asked for is left to itself, which the log says."""

    async def change(session: AsyncSession, job: JobRow) -> Effect:
        if job.state == JobState.CANCELLED:
            return Effect(stop_job=True)
        engines = await session.scalars(
            select(StepRow.engine)
            .where(StepRow.job_id == job.id, StepRow.state == StepState.RUNNING)
            .where(StepRow.engine.in_(REMOTE_ENGINES))
            .distinct()
        )
        left = tuple(
            log_line("remote_abandoned", "warning", engine=REMOTE_ENGINES[engine])
            for engine in engines
            if engine
        )
        await end_job(session, job, JobEvent.CANCEL, live=live, cancelled_by=actor.name, lines=left)
        return Effect((*left, *closing_lines(job)), stop_job=True)

    return change


def retry(actor: Actor) -> Change:
    """A new run of what has no output; a live job stays as it is."""

    async def change(session: AsyncSession, job: JobRow) -> Effect:
        if job.state in ENDED:
            await orders.retry(session, job)
        return _line("retried", actor)

    return change


def prioritise(actor: Actor, priority: str) -> Change:
    """The steps that the job still waits with are ordered anew; those that run are left alone."""

    async def change(session: AsyncSession, job: JobRow) -> Effect:
        if job.state in ENDED:
            raise NotPossible(JobState(job.state), PRIORITY)
        if job.priority != PRIORITIES[priority]:
            await orders.prioritise(session, job, PRIORITIES[priority])
        return _line(f"priority_{priority}", actor)

    return change


def options(actor: Actor, spec: PipelineSpec, chosen: JsonObject) -> Change:
    """A staged job is to be done with these options; what it was expected to take does not hold any more."""

    async def change(session: AsyncSession, job: JobRow) -> Effect:
        if job.state != JobState.STAGED:
            raise NotPossible(JobState(job.state), OPTIONS)
        if job.options == chosen:
            return NONE
        document = await session.get(DocumentRow, job.document_id)
        assert document is not None, "a job's document outlives the job"
        job.options, job.estimate = chosen, None
        job.time_limit = spec.time_limit(chosen)
        job.fingerprint = fingerprint(document.sha256, spec.name, chosen)
        await touch(session, job)
        return _line("options_changed", actor)

    return change


async def stop_for_queue(session: AsyncSession, job: JobRow) -> Effect:
    """The queue is paused at once: what runs of the job is handed back, and the job waits for the queue."""
    if job.state in ENDED:
        return NONE
    stopped = await orders.stop_running(session, job)
    if stopped:
        await orders.wait_for_queue(session, job)
    return Effect((log_line("stopped_by_queue"),) if stopped else (), stop_steps=stopped)


def _line(code: str, actor: Actor) -> Effect:
    return Effect(({**log_line(code), "by": actor.name},))
