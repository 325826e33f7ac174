"""Leases on the database's clock: renewing, losing, and what happens to steps whose worker is gone."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.clock import db_now, read_clock
from service.adapters.records.ending import LiveSnapshot, locked_job, touch
from service.adapters.records.steps import record_failure, settle_pause
from service.adapters.tables import JobRow, StepRow, WorkerRow
from service.domain.failure import Failure, FailureKind
from service.domain.ids import new_id
from service.domain.job import ENDED
from service.domain.step import StepState

MOST_FAILURES = 3
"""A step that took its worker down so often fails for good."""


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


async def renew(session: AsyncSession, worker_id: str, lease_seconds: float) -> dict[str, int]:
    """Renews the worker's leases; returns the attempts it still owns by step id. What is missing there is lost."""
    await session.execute(
        update(WorkerRow)
        .where(WorkerRow.id == worker_id)
        .values(seen_at=db_now())
        .execution_options(synchronize_session=False)
    )
    rows = await session.execute(
        update(StepRow)
        .where(StepRow.worker == worker_id, StepRow.state == StepState.RUNNING)
        .values(lease_until=db_now() + lease_seconds)
        .returning(StepRow.id, StepRow.attempt)
        .execution_options(synchronize_session=False)
    )
    return {row[0]: row[1] for row in rows}


async def release(session: AsyncSession, worker_id: str, *, live: LiveSnapshot) -> list[str]:
    """Gives back all that a dead worker held; returns the ids of the jobs that changed."""
    changed = await _give_back(session, StepRow.worker == worker_id, live)
    await session.execute(delete(WorkerRow).where(WorkerRow.id == worker_id))
    return changed


async def hand_back(session: AsyncSession, worker_id: str, step_id: str, attempt: int) -> None:
    """A worker that stops returns a step it has not finished; nobody's failures rise."""
    await session.execute(
        update(StepRow)
        .where(
            StepRow.id == step_id,
            StepRow.worker == worker_id,
            StepRow.attempt == attempt,
            StepRow.state == StepState.RUNNING,
        )
        .values(state=StepState.QUEUED, worker=None, lease_until=None, dispatched_at=None, run_at=db_now())
        .execution_options(synchronize_session=False)
    )


async def release_expired(session: AsyncSession, *, live: LiveSnapshot) -> list[str]:
    """Gives back what leases ran out on; returns the ids of the jobs that changed."""
    return await _give_back(session, StepRow.lease_until < await read_clock(session), live)


async def any_expired(session: AsyncSession) -> bool:
    """Whether a lease has run out: asked before a write is worth it."""
    found = await session.scalar(
        select(StepRow.id).where(StepRow.state == StepState.RUNNING, StepRow.lease_until < db_now()).limit(1)
    )
    return found is not None


async def _give_back(session: AsyncSession, which: ColumnElement[bool], live: LiveSnapshot) -> list[str]:
    found = await session.execute(
        select(StepRow.id, StepRow.job_id, StepRow.attempt).where(StepRow.state == StepState.RUNNING, which)
    )
    changed: list[str] = []
    for step_id, job_id, attempt in found.all():
        job = await locked_job(session, job_id)
        step = await session.get(StepRow, step_id)
        if job is None or step is None:
            continue
        await session.refresh(step)
        if step.state != StepState.RUNNING or step.attempt != attempt:
            continue
        await _interrupted(session, job, step, live)
        changed.append(job_id)
    return changed


async def _interrupted(session: AsyncSession, job: JobRow, step: StepRow, live: LiveSnapshot) -> None:
    step.failures += 1
    if job.state in ENDED:
        step.state = StepState.CANCELLED
        return
    if step.failures >= MOST_FAILURES:
        await record_failure(session, job, step, _worker_lost(job, step), live=live)
        return
    step.state = StepState.QUEUED
    step.worker, step.lease_until, step.dispatched_at = None, None, None
    step.run_at = await read_clock(session)
    job.interrupted += 1
    await touch(session, job)
    await session.flush()
    await settle_pause(session, job)


def _worker_lost(job: JobRow, step: StepRow) -> Failure:
    return Failure(
        "worker_lost",
        {"failures": step.failures},
        FailureKind.FATAL,
        phase=job.phases[step.phase],
        support_id=new_id(),
    )
