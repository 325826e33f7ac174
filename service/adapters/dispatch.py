"""Deciding, as late as possible, which steps arq hears of: a window of twice the live slots."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import structlog
from redis.exceptions import RedisError
from sqlalchemy import ColumnElement, Double, Integer, Subquery, bindparam, case, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.clock import read_clock
from service.adapters.database import Database
from service.adapters.later import Later
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
SHARE_SECONDS = 10.0
"""What ended within this time still counts towards its owner's share."""


@dataclass(frozen=True)
class Ring:
    """A step to be told to a worker; (attempt, dispatch) makes the arq id new each time."""

    step_id: str
    attempt: int
    dispatch: int


async def live_slots(session: AsyncSession) -> int:
    """How many steps the live workers run side by side."""
    return (await _window(session)).slots


async def pick(session: AsyncSession) -> list[Ring]:
    """Marks the next due steps as dispatched, in the caller's transaction, and returns them to be rung after it.

    A ring says that there is work, and no more: whoever hears it claims what goes first by then, see `next_turn`.
    """
    now = await read_clock(session)
    room = await _room(session)
    if room <= 0:
        return []
    ids = (await session.scalars(_picked(), {"now": now, "room": room})).all()
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


@dataclass(frozen=True)
class Turn:
    """The step that goes first, and whether a ring for it is still to be heard."""

    step_id: str
    rung: bool


async def next_turn(session: AsyncSession) -> Turn | None:
    """Whose turn it is just now: of what was rung and of what jobs have ready that have begun; None where nothing is.

    First steps that were not rung wait for room in the window: there may be thousands, and `pick` has compared them.
    """
    first = (await session.execute(_first(), {"now": await read_clock(session)})).first()
    return None if first is None else Turn(first[0], first[1] is not None)


async def take_from_window(session: AsyncSession, step_id: str) -> None:
    """The step's ring was heard for another one, so it is to be rung again once there is room."""
    free = (
        select(StepRow.id)
        .where(StepRow.id == step_id, StepRow.state == StepState.QUEUED)
        .with_for_update(skip_locked=True)
    )
    await session.execute(
        update(StepRow)
        .where(StepRow.id.in_(free))
        .values(dispatched_at=None)
        .execution_options(synchronize_session=False)
    )


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


@dataclass(frozen=True)
class _Window:
    slots: int
    rung: int


async def _window(session: AsyncSession) -> _Window:
    """The live slots, and how many steps are rung and not claimed."""
    alive_since = await read_clock(session) - LIVE_SECONDS
    found = (await session.execute(_counted(), {"alive_since": alive_since})).one()
    return _Window(int(found[0] or 0), int(found[1]))


async def _room(session: AsyncSession) -> int:
    window = await _window(session)
    return max(SMALLEST_WINDOW, 2 * window.slots) - window.rung


def order_of(steps: Subquery) -> tuple[ColumnElement[Any], ...]:
    """By what `due_steps` are ordered: who comes first, goes first."""
    return steps.c.priority, steps.c.share, steps.c.id


_NOW = bindparam("now", type_=Double())


# Writing these statements in Python costs more than running them, and they are asked for at every step.
@cache
def _picked():
    """The ids of the due steps that no worker was told of yet, in their order."""
    due = due_steps(_NOW, StepRow.dispatched_at.is_(None))
    return select(due.c.id).order_by(*order_of(due)).limit(bindparam("room", type_=Integer()))


@cache
def _counted():
    slots = select(func.sum(WorkerRow.slots)).where(
        WorkerRow.seen_at > bindparam("alive_since", type_=Double())
    )
    rung = (
        select(func.count())
        .select_from(StepRow)
        .where(StepRow.state == StepState.QUEUED, StepRow.dispatched_at.is_not(None))
    )
    return select(slots.scalar_subquery(), rung.scalar_subquery())


@cache
def _first():
    due = due_steps(_NOW, StepRow.dispatched_at.is_not(None) | (StepRow.phase > 0))
    return select(due.c.id, due.c.rung).order_by(*order_of(due)).limit(1)


def due_steps(now: float | ColumnElement[float], *only: ColumnElement[bool]):
    """The steps that may run now: `id`, `rung` (when a worker was told, if ever), and by what they are ordered.

    `priority` goes before all. Owners then take turns: a step's `share` is where its cost ends among its owner's,
    counted from what the owner has running and what of it ended a moment ago; but the one step that keeps a job from
    its end does not pay for what that job has just had. Among one owner's, jobs that have begun go before those that
    have not, and of them whatever is nearest to its end.
    """
    running = _cost_by_owner(StepRow.state == StepState.RUNNING)
    ended = _cost_by_owner(StepRow.ended_at > now - SHARE_SECONDS)
    phases_left = func.json_array_length(JobRow.phases) - StepRow.phase
    is_last = (StepRow.phase > 0) & (phases_left == 1) & (JobRow.remaining == 1)
    not_begun = case((StepRow.phase == 0, 1), else_=0)
    own_order = (
        JobRow.priority,
        not_begun,
        phases_left,
        JobRow.remaining,
        JobRow.queued_at,
        JobRow.id,
        StepRow.number,
    )
    share = func.sum(StepRow.cost).over(partition_by=JobRow.owner_id, order_by=own_order)
    just_had = case((is_last, 0), else_=func.coalesce(ended.c.cost, 0))
    return (
        select(
            StepRow.id.label("id"),
            StepRow.job_id.label("job_id"),
            StepRow.dispatched_at.label("rung"),
            JobRow.queued_at.label("queued_at"),
            JobRow.priority.label("priority"),
            (share + func.coalesce(running.c.cost, 0) + just_had).label("share"),
        )
        .join(JobRow, JobRow.id == StepRow.job_id)
        .outerjoin(running, running.c.owner_id == JobRow.owner_id)
        .outerjoin(ended, ended.c.owner_id == JobRow.owner_id)
        .where(
            StepRow.state == StepState.QUEUED,
            StepRow.run_at <= now,
            JobRow.state.in_(list(RUNNABLE)),
            *only,
        )
        .subquery()
    )


def _cost_by_owner(which: ColumnElement[bool]) -> Subquery:
    return (
        select(JobRow.owner_id.label("owner_id"), func.sum(StepRow.cost).label("cost"))
        .join(JobRow, JobRow.id == StepRow.job_id)
        .where(which)
        .group_by(JobRow.owner_id)
        .subquery()
    )


class Dispatcher:
    """Picks and rings. Safe to call at any time and from any process."""

    def __init__(self, db: Database, queue: Queue) -> None:
        self._db = db
        self._queue = queue
        self._later = Later(self.dispatch)

    async def close(self) -> None:
        """Nothing more is dispatched later."""
        await self._later.close()

    def dispatch_after(self, seconds: float) -> None:
        """Dispatches when so much time has passed, for steps that are due then; the reconciler is behind it."""
        self._later.after(seconds)

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
