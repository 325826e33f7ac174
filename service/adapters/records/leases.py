"""Leases on the database's clock: renewing, losing, and what happens to steps whose worker is gone."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.clock import db_now, read_clock
from service.adapters.records.chunks import is_of_chunk
from service.adapters.records.ending import LiveSnapshot, closing_lines, locked_job, touch
from service.adapters.records.history import leave_out
from service.adapters.records.steps import LostStep, owned, record_failure, settle_pause
from service.adapters.tables import JobRow, StepRow, WorkerRow
from service.domain.failure import Failure, FailureKind
from service.domain.ids import new_id
from service.domain.job import ENDED
from service.domain.json import JsonObject
from service.domain.log_line import log_line
from service.domain.step import StepState

MOST_DEATHS = 3
"""A step that took its worker or its child down so often fails for good."""
SUSPECT_DEATHS = MOST_DEATHS - 1
"""A step that has done so that often runs alone in its worker, so that no other can be taken for the cause."""


@dataclass(frozen=True)
class WorkerFacts:
    """What a worker says of itself."""

    id: str
    host: str
    pid: int
    slots: int
    engines: dict[str, str | None]


async def announce(session: AsyncSession, worker: WorkerFacts) -> None:
    """Enters the worker into the table, or says that it is still there."""
    now = await read_clock(session)
    row = await session.get(WorkerRow, worker.id)
    if row is None:
        row = WorkerRow(id=worker.id, started_at=now)
        session.add(row)
    row.host, row.pid, row.slots = worker.host, worker.pid, worker.slots
    row.engines, row.seen_at = worker.engines, now


async def renew(
    session: AsyncSession, worker_id: str, running: dict[str, int], lease_seconds: float
) -> dict[str, int]:
    """Renews the leases of what the worker runs; returns the attempts it still owns by step id.

    What is missing there is lost. What it owns and does not run is not renewed, so that others get it. A step that
    somebody holds just now is left out of the renewal: nothing is waited for.
    """
    await session.execute(
        update(WorkerRow)
        .where(WorkerRow.id == worker_id)
        .values(seen_at=db_now())
        .execution_options(synchronize_session=False)
    )
    rows = await session.execute(
        select(StepRow.id, StepRow.attempt).where(
            StepRow.worker == worker_id, StepRow.state == StepState.RUNNING
        )
    )
    owned = {row[0]: row[1] for row in rows}
    free = (
        select(StepRow.id)
        .where(
            StepRow.id.in_(
                [step_id for step_id, attempt in running.items() if owned.get(step_id) == attempt]
            ),
            StepRow.worker == worker_id,
            StepRow.state == StepState.RUNNING,
        )
        .with_for_update(skip_locked=True)
    )
    await session.execute(
        update(StepRow)
        .where(StepRow.id.in_(free))
        .values(lease_until=db_now() + lease_seconds)
        .execution_options(synchronize_session=False)
    )
    return owned


async def release(session: AsyncSession, worker_id: str, *, live: LiveSnapshot) -> list[JobRow]:
    """Gives back all that a dead worker held; returns the jobs that changed."""
    changed = await _give_back(session, StepRow.worker == worker_id, live)
    await session.execute(delete(WorkerRow).where(WorkerRow.id == worker_id))
    return changed


async def hand_back(session: AsyncSession, worker_id: str, step_id: str, attempt: int) -> None:
    """A worker that stops returns a step it has not finished; nobody's failures rise. Raises LostStep."""
    job, step = await owned(session, step_id, attempt)
    if step.worker != worker_id:
        raise LostStep(step_id)
    await _queue_again(session, step)
    if is_of_chunk(step):
        await touch(session, job)
    await session.flush()
    await settle_pause(session, job)


async def release_expired(session: AsyncSession, *, live: LiveSnapshot) -> list[JobRow]:
    """Gives back what leases ran out on; returns the jobs that changed."""
    return await _give_back(session, StepRow.lease_until < await read_clock(session), live)


async def any_expired(session: AsyncSession) -> bool:
    """Whether a lease has run out: asked before a write is worth it."""
    found = await session.scalar(
        select(StepRow.id).where(StepRow.state == StepState.RUNNING, StepRow.lease_until < db_now()).limit(1)
    )
    return found is not None


async def _give_back(session: AsyncSession, which: ColumnElement[bool], live: LiveSnapshot) -> list[JobRow]:
    # In the same order everywhere, so that two that do this at once don't lock each other out.
    found = await session.execute(
        select(StepRow.id, StepRow.job_id, StepRow.attempt, StepRow.worker)
        .where(StepRow.state == StepState.RUNNING, which)
        .order_by(StepRow.job_id, StepRow.id)
    )
    rows = found.all()
    ran = await _how_many_ran(session, {row.worker for row in rows})
    alive = await _last_lease(session, {row.job_id for row in rows})
    now = await read_clock(session)
    changed: dict[str, JobRow] = {}
    for step_id, job_id, attempt, worker in rows:
        job = await locked_job(session, job_id)
        step = await session.get(StepRow, step_id)
        if job is None or step is None:
            continue
        await session.refresh(step)
        if step.state != StepState.RUNNING or step.attempt != attempt:
            continue
        if job_id not in changed:
            leave_out(job, alive.get(job_id, now), now)
        await _interrupted(session, job, step, live, alone=ran.get(worker, 1) == 1)
        changed[job_id] = job
    return list(changed.values())


async def _how_many_ran(session: AsyncSession, workers: set[str | None]) -> dict[str | None, int]:
    """How many steps each of the workers was running."""
    if not workers:
        return {}
    rows = await session.execute(
        select(StepRow.worker, func.count())
        .where(StepRow.state == StepState.RUNNING, StepRow.worker.in_(workers))
        .group_by(StepRow.worker)
    )
    return {row[0]: row[1] for row in rows}


async def _last_lease(session: AsyncSession, jobs: set[str]) -> dict[str, float]:
    """Until when somebody works on each of the jobs, or did."""
    if not jobs:
        return {}
    rows = await session.execute(
        select(StepRow.job_id, func.max(StepRow.lease_until))
        .where(StepRow.state == StepState.RUNNING, StepRow.job_id.in_(jobs))
        .group_by(StepRow.job_id)
    )
    return {job_id: until for job_id, until in rows if until is not None}


async def _interrupted(
    session: AsyncSession, job: JobRow, step: StepRow, live: LiveSnapshot, *, alone: bool
) -> None:
    step.failures += 1
    # Of several that ran in one worker it is not known which took it down: the last death that a step is allowed
    # counts only when it ran alone, see the runner.
    step.deaths = step.deaths + 1 if alone else min(step.deaths + 1, SUSPECT_DEATHS)
    if job.state in ENDED:
        step.state = StepState.CANCELLED
        return
    if step.deaths >= MOST_DEATHS:
        await record_failure(session, job, step, _worker_lost(job, step), live=live)
        return
    await _queue_again(session, step)
    job.interrupted += 1
    await touch(session, job)
    await session.flush()
    await settle_pause(session, job)


async def _queue_again(session: AsyncSession, step: StepRow) -> None:
    step.state = StepState.QUEUED
    step.worker, step.lease_until, step.dispatched_at = None, None, None
    step.run_at = await read_clock(session)


def interrupted_lines(job: JobRow) -> list[JsonObject]:
    """What the log says of a job that lost its worker."""
    return closing_lines(job) or [log_line("interrupted", "warning")]


def _worker_lost(job: JobRow, step: StepRow) -> Failure:
    return Failure(
        "worker_lost",
        {"failures": step.deaths},
        FailureKind.FATAL,
        phase=job.phases[step.phase],
        support_id=new_id(),
    )
