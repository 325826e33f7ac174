"""The limit of a job, where one is set: work that has taken longer in all is stopped."""

import asyncio

import structlog
from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.clock import db_now
from service.adapters.commands import Commands
from service.adapters.database import Database
from service.adapters.echo import Echo
from service.adapters.records.ending import closing_lines, end_job, locked_job
from service.adapters.tables import JobRow, StepRow
from service.domain.failure import Failure, FailureKind
from service.domain.ids import new_id
from service.domain.job import JobEvent, JobState
from service.domain.step import StepState

_log = structlog.get_logger()
_EVERY_SECONDS = 1.0
_TIMES_EXPECTED = 3.0
"""A job may always take so many times what it is expected to."""
_AT_WORK = (JobState.PROCESSING, JobState.PAUSING)


class Overtime:
    """What steps took counts, and what those that run have taken so far: neither pauses nor waits do."""

    def __init__(self, db: Database, echo: Echo, commands: Commands, job_seconds: float) -> None:
        self._db = db
        self._echo = echo
        self._commands = commands
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
        """Fails the jobs that have taken longer than they may."""
        async with self._db.reading() as session:
            late = (await session.execute(self._late())).all()
        for job_id, limit in late:
            if await self._end(job_id, limit):
                await self._commands.stop(job_id)

    async def _end(self, job_id: str, limit: float) -> bool:
        async with self._db.writing(durable=True) as session:
            job = await locked_job(session, job_id)
            if job is None or not await self._is_late(session, job_id):
                return False
            support_id = new_id()
            phase = job.phases[job.phase]
            failure = Failure(
                "job_timed_out", {"seconds": round(limit)}, FailureKind.FATAL, phase, support_id
            )
            await end_job(session, job, JobEvent.FAIL, live=self._echo.live, failure=failure)
        _log.error("job_timed_out", job=job_id, support_id=support_id, seconds=round(limit))
        await self._echo.publish(job_id, *closing_lines(job))
        return True

    async def _is_late(self, session: AsyncSession, job_id: str) -> bool:
        return (await session.execute(self._late(JobRow.id == job_id))).first() is not None

    def _late(self, *which: ColumnElement[bool]):
        """The jobs at work that took longer than their limit, with that limit in seconds."""
        until = case((StepRow.state == StepState.RUNNING, db_now()), else_=StepRow.ended_at)
        taken = func.sum(until - StepRow.started_at)
        expected = JobRow.cost_total * (_TIMES_EXPECTED / 1000)
        limit = case((expected > self._job_seconds, expected), else_=self._job_seconds)
        return (
            select(JobRow.id, limit)
            .join(StepRow, StepRow.job_id == JobRow.id)
            .where(
                JobRow.state.in_(_AT_WORK),
                StepRow.run == JobRow.run,
                StepRow.started_at.is_not(None),
                StepRow.state.in_([StepState.RUNNING, StepState.DONE]),
                *which,
            )
            .group_by(JobRow.id)
            .having(taken > limit)
        )
