"""The reconciler: what SQL says must run, runs. In every worker, each second, with no leader.

It reads first and writes only where something must change; doing a repair twice changes nothing.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from functools import partial

import structlog
from sqlalchemy import select

from service.adapters.clock import db_now
from service.adapters.database import Database
from service.adapters.dispatch import Dispatcher, forget_lost_rings, lost_ring
from service.adapters.echo import Echo
from service.adapters.records import leases
from service.adapters.records.ending import closing_lines, locked_job
from service.adapters.records.queue_state import queue_open
from service.adapters.tables import JobRow, StepRow
from service.domain.job import RUNNABLE
from service.domain.step import StepState
from workers.advance import Advance

_log = structlog.get_logger()
UNPUBLISHED_SECONDS = 2.0
"""A revision that was not published for so long is published again."""
_AT_ONCE = 200


class Sweep:
    """One pass repairs everything that a crash can leave behind."""

    def __init__(self, db: Database, echo: Echo, dispatcher: Dispatcher, advance: Advance) -> None:
        self._db = db
        self._echo = echo
        self._dispatcher = dispatcher
        self._advance = advance

    async def run(self) -> None:
        """Passes once a second, jittered so that workers don't march in step, until cancelled."""
        while True:
            await self.once()
            await asyncio.sleep(random.uniform(0.8, 1.2))

    async def once(self) -> None:
        """One pass. A repair that fails is logged and tried again at the next."""
        for repair in (self._leases, self._advances, self._rings, self._echoes):
            await self._safely(repair)

    async def _safely(self, repair: Callable[[], Awaitable[None]]) -> None:
        try:
            await repair()
        except Exception:  # noqa: BLE001 -- the next pass tries again
            _log.exception("repair_failed", repair=str(repair))

    async def _leases(self) -> None:
        async with self._db.reading() as session:
            if not await leases.any_expired(session):
                return
        async with self._db.writing() as session:
            changed = await leases.release_expired(session, live=self._echo.live)
        for job in changed:
            await self._echo.publish(job.id, *leases.interrupted_lines(job))

    async def _advances(self) -> None:
        async with self._db.reading() as session:
            stuck = await session.scalars(
                select(JobRow.id)
                .where(JobRow.state.in_(list(RUNNABLE)), JobRow.remaining == 0)
                .limit(_AT_ONCE)
            )
            ids = stuck.all()
        for job_id in ids:
            await self._safely(partial(self._advance_one, job_id))

    async def _advance_one(self, job_id: str) -> None:
        async with self._db.writing(durable=True) as session:
            job = await locked_job(session, job_id)
            if job is None or job.state not in RUNNABLE or job.remaining != 0:
                return
            await self._advance.advance(session, job)
        await self._echo.publish(job_id, *closing_lines(job))

    async def _rings(self) -> None:
        async with self._db.reading() as session:
            due = await session.scalar(
                select(StepRow.id)
                .join(JobRow, JobRow.id == StepRow.job_id)
                .where(
                    StepRow.state == StepState.QUEUED,
                    StepRow.run_at <= db_now(),
                    JobRow.state.in_(list(RUNNABLE)),
                    queue_open(),
                    StepRow.dispatched_at.is_(None) | lost_ring(db_now()),
                )
                .limit(1)
            )
        if due is None:
            return
        async with self._db.writing() as session:
            await forget_lost_rings(session)
        await self._dispatcher.dispatch()

    async def _echoes(self) -> None:
        async with self._db.reading() as session:
            behind = await session.scalars(
                select(JobRow)
                .where(
                    JobRow.published_revision < JobRow.revision,
                    JobRow.changed_at < db_now() - UNPUBLISHED_SECONDS,
                )
                .order_by(JobRow.changed_at)
                .limit(_AT_ONCE)
            )
            jobs = behind.all()
        for job in jobs:
            if not await self._echoed(job):
                return

    async def _echoed(self, job: JobRow) -> bool:
        """Whether Redis is there. What cannot be told of one job keeps no other waiting."""
        try:
            # Who should have told of an ending may have died: its last line is known from the row.
            return await self._echo.publish(job.id, *closing_lines(job))
        except Exception:  # noqa: BLE001 -- the next pass tries again
            _log.exception("repair_failed", repair="echo", job_id=job.id)
            return True
