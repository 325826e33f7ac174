"""Deciding, as late as possible, which steps arq hears of: a window of twice the live slots."""

from dataclasses import dataclass

import structlog
from redis.exceptions import RedisError
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.clock import read_clock
from service.adapters.database import Database
from service.adapters.queue import Queue
from service.adapters.tables import JobRow, StepRow, WorkerRow
from service.domain.job import RUNNABLE
from service.domain.step import StepState

_log = structlog.get_logger()
LIVE_SECONDS = 5.0
"""A worker that was not seen for so long has no live slots."""
LOST_RING_SECONDS = 5.0
"""A ring that led to no claim within this time is repeated."""
SMALLEST_WINDOW = 4
"""What is rung ahead while no worker is known yet, so that the first one finds work at once."""


@dataclass(frozen=True)
class Ring:
    """A step to be told to a worker; (attempt, dispatch) makes the arq id new each time."""

    step_id: str
    attempt: int
    dispatch: int


async def live_slots(session: AsyncSession) -> int:
    """How many steps the live workers run side by side."""
    now = await read_clock(session)
    total = await session.scalar(
        select(func.sum(WorkerRow.slots)).where(WorkerRow.seen_at > now - LIVE_SECONDS)
    )
    return int(total or 0)


async def pick(session: AsyncSession) -> list[Ring]:
    """Marks the next due steps as dispatched, in the caller's transaction, and returns them to be rung after it.

    Order: priority, then each owner's share by expected cost, counting what already runs for that owner.
    """
    now = await read_clock(session)
    room = await _room(session)
    if room <= 0:
        return []
    ranked = _ranked(now)
    chosen = await session.scalars(
        select(ranked.c.id).order_by(ranked.c.priority, ranked.c.share, ranked.c.id).limit(room)
    )
    ids = chosen.all()
    if not ids:
        return []
    # What somebody else holds just now is theirs to ring or to claim: nothing is waited for.
    free = (
        select(StepRow.id)
        .where(StepRow.id.in_(ids), StepRow.state == StepState.QUEUED, StepRow.dispatched_at.is_(None))
        .with_for_update(skip_locked=True)
    )
    marked = await session.execute(
        update(StepRow)
        .where(StepRow.id.in_(free))
        .values(dispatched_at=now, dispatches=StepRow.dispatches + 1)
        .returning(StepRow.id, StepRow.attempt, StepRow.dispatches)
        .execution_options(synchronize_session=False)
    )
    rings = {row[0]: Ring(row[0], row[1], row[2]) for row in marked}
    return [rings[step_id] for step_id in ids if step_id in rings]


async def forget_lost_rings(session: AsyncSession) -> int:
    """Makes steps that were rung and not claimed due again; returns how many."""
    now = await read_clock(session)
    free = (
        select(StepRow.id)
        .where(StepRow.state == StepState.QUEUED, StepRow.dispatched_at < now - LOST_RING_SECONDS)
        .with_for_update(skip_locked=True)
    )
    lost = await session.execute(
        update(StepRow)
        .where(StepRow.id.in_(free))
        .values(dispatched_at=None)
        .returning(StepRow.id)
        .execution_options(synchronize_session=False)
    )
    return len(lost.all())


async def _room(session: AsyncSession) -> int:
    window = max(SMALLEST_WINDOW, 2 * await live_slots(session))
    rung = await session.scalar(
        select(func.count())
        .select_from(StepRow)
        .where(StepRow.state == StepState.QUEUED, StepRow.dispatched_at.is_not(None))
    )
    return window - int(rung or 0)


def _ranked(now: float):
    taken = (
        select(JobRow.owner_id.label("owner_id"), func.sum(StepRow.cost).label("cost"))
        .join(JobRow, JobRow.id == StepRow.job_id)
        .where(
            (StepRow.state == StepState.RUNNING)
            | ((StepRow.state == StepState.QUEUED) & StepRow.dispatched_at.is_not(None))
        )
        .group_by(JobRow.owner_id)
        .subquery()
    )
    share = func.sum(StepRow.cost).over(
        partition_by=JobRow.owner_id, order_by=(JobRow.priority, JobRow.queued_at, JobRow.id, StepRow.number)
    )
    return (
        select(
            StepRow.id.label("id"),
            JobRow.priority.label("priority"),
            (share + func.coalesce(taken.c.cost, 0)).label("share"),
        )
        .join(JobRow, JobRow.id == StepRow.job_id)
        .outerjoin(taken, taken.c.owner_id == JobRow.owner_id)
        .where(
            StepRow.state == StepState.QUEUED,
            StepRow.dispatched_at.is_(None),
            StepRow.run_at <= now,
            JobRow.state.in_(list(RUNNABLE)),
        )
        .subquery()
    )


class Dispatcher:
    """Picks and rings. Safe to call at any time and from any process."""

    def __init__(self, db: Database, queue: Queue) -> None:
        self._db = db
        self._queue = queue

    async def dispatch(self) -> int:
        """Rings what fits into the window now; returns how many steps."""
        async with self._db.writing() as session:
            rings = await pick(session)
        await self.ring(rings)
        return len(rings)

    async def ring(self, rings: list[Ring]) -> None:
        """Rings what `pick` marked in a transaction that has been committed since.

        Redis being away is no error here: the reconciler repeats what was not heard.
        """
        try:
            for each in rings:
                await self._queue.ring(each.step_id, each.attempt, each.dispatch)
            if rings:
                await self._queue.wake()
        except (RedisError, OSError) as lost:
            _log.warning("ring_postponed", steps=len(rings), reason=str(lost))
