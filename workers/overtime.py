"""Limits of time: a job whose steps have worked longer than it may is stopped, and told of that before."""

import asyncio

import structlog
from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.clock import db_now
from service.adapters.commands import Commands
from service.adapters.database import Database
from service.adapters.echo import Echo
from service.adapters.records.ending import closing_lines, end_job, locked_job, touch
from service.adapters.tables import JobRow, StepRow
from service.domain.failure import Failure, FailureKind
from service.domain.ids import new_id
from service.domain.job import AT_WORK, JobEvent
from service.domain.log_line import log_line
from service.domain.step import StepState
from workers.running import RunningSteps

_log = structlog.get_logger()
_EVERY_SECONDS = 1.0
_TIMES_EXPECTED = 3.0
"""Where only the operator sets a limit, a job may always take so many times what it is expected to."""
_NEAR = 5 / 6
"""So much of a job's own limit may be used up before that is told: of 30 minutes 25."""


class Overtime:
    """What counts is the time in which at least one of a run's steps ran that are done or still run: neither pauses nor
    waits, nor tries that came to nothing; steps side by side count once.

    A job has the limit that its options name, and no more than the operator's `job_seconds`, if that is set. Every
    worker looks after the jobs that it works on, so jobs without a limit cost nothing; with the operator's after all.
    """

    def __init__(
        self, db: Database, echo: Echo, commands: Commands, running: RunningSteps, job_seconds: float | None
    ) -> None:
        self._db = db
        self._echo = echo
        self._commands = commands
        self._running = running
        self._job_seconds = job_seconds

    async def run(self) -> None:
        """Looks once a second, until cancelled."""
        while True:
            try:
                await self.once()
            except Exception:  # noqa: BLE001 -- the next look tries again
                _log.exception("overtime_failed")
            await asyncio.sleep(_EVERY_SECONDS)

    async def once(self) -> None:
        """Fails the jobs that have taken longer than they may, and tells of those that are about to."""
        limited = self._running.limited_job_ids()
        if self._job_seconds is None and not limited:
            return
        which = [JobRow.id.in_(limited)] if self._job_seconds is None else []
        async with self._db.reading() as session:
            found = (await session.execute(_worked(*which))).all()
        for job, worked in found:
            if worked > self._limit(job):
                if await self._end(job.id):
                    await self._commands.stop(job.id)
            elif _is_near(job, worked):
                await self._tell(job.id)

    def _limit(self, job: JobRow) -> float:
        """In seconds."""
        own = job.time_limit
        if self._job_seconds is None:
            return float("inf") if own is None else own
        most = max(self._job_seconds, job.cost_total * _TIMES_EXPECTED / 1000)
        return most if own is None else min(own, most)

    async def _end(self, job_id: str) -> bool:
        async with self._db.writing(durable=True) as session:
            job, worked = await _locked(session, job_id)
            if job is None or worked <= self._limit(job):
                return False
            limit, support_id = self._limit(job), new_id()
            phase = job.phases[job.phase]
            failure = Failure(
                "job_timed_out", {"minutes": _minutes(limit)}, FailureKind.FATAL, phase, support_id
            )
            await end_job(session, job, JobEvent.FAIL, live=self._echo.live, failure=failure)
        _log.error("job_timed_out", job=job_id, support_id=support_id, seconds=round(limit))
        await self._echo.publish(job_id, *closing_lines(job))
        return True

    async def _tell(self, job_id: str) -> None:
        async with self._db.writing() as session:
            job, worked = await _locked(session, job_id)
            if job is None or job.time_limit is None or not _is_near(job, worked):
                return
            job.limit_told = True
            await touch(session, job)
        used, limit = _minutes(worked), _minutes(job.time_limit)
        await self._echo.publish(job_id, log_line("time_limit_near", "warning", minutes=used, limit=limit))


def _is_near(job: JobRow, worked: float) -> bool:
    return job.time_limit is not None and not job.limit_told and worked > job.time_limit * _NEAR


def _minutes(seconds: float) -> float:
    """As a person reads them."""
    minutes = max(0.1, round(seconds / 60, 1))
    return int(minutes) if minutes.is_integer() else minutes


async def _locked(session: AsyncSession, job_id: str) -> tuple[JobRow | None, float]:
    """The job if it is at work, locked, and how many seconds it has worked by then."""
    job = await locked_job(session, job_id)
    found = (await session.execute(_worked(JobRow.id == job_id))).one_or_none()
    return (None, 0.0) if found is None else (job, found[1])


def _worked(*which: ColumnElement[bool]):
    """Jobs at work, and for how many seconds at least one of their steps ran in this run.

    Steps that an earlier run did were begun before this one was asked for.
    """
    begins, ends = (
        StepRow.started_at,
        case((StepRow.state == StepState.RUNNING, db_now()), else_=StepRow.ended_at),
    )
    spans = (
        select(
            StepRow.job_id.label("job_id"),
            begins.label("begins"),
            ends.label("ends"),
            func.max(ends)
            .over(partition_by=StepRow.job_id, order_by=begins, rows=(None, -1))
            .label("covered"),
        )
        .join(JobRow, JobRow.id == StepRow.job_id)
        .where(
            JobRow.state.in_(list(AT_WORK)),
            StepRow.run == JobRow.run,
            StepRow.started_at >= JobRow.queued_at,
            StepRow.state.in_([StepState.RUNNING, StepState.DONE]),
            *which,
        )
        .subquery()
    )
    new = case(
        (or_(spans.c.covered.is_(None), spans.c.covered <= spans.c.begins), spans.c.ends - spans.c.begins),
        (spans.c.ends > spans.c.covered, spans.c.ends - spans.c.covered),
        else_=0.0,
    )
    worked = select(spans.c.job_id, func.sum(new).label("seconds")).group_by(spans.c.job_id).subquery()
    return select(JobRow, worked.c.seconds).join(worked, worked.c.job_id == JobRow.id)
