"""Deciding, as late as possible, which steps arq hears of: a window of twice the live slots."""

from dataclasses import dataclass
from functools import cache

import structlog
from redis.exceptions import RedisError
from sqlalchemy import ColumnElement, Double, Integer, bindparam, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.clock import read_clock
from service.adapters.database import Database, is_sqlite, limits_of
from service.adapters.due import (
    due_steps,
    first_in_line,
    has_begun,
    is_light,
    may_be_rung,
    order_of,
    running_of_job,
    running_of_owner,
    running_on_engine,
    was_rung,
)
from service.adapters.exclusion import alone
from service.adapters.later import Later
from service.adapters.queue import Queue
from service.adapters.tables import JobRow, StepRow, WorkerRow
from service.domain.job import RUNNABLE
from service.domain.limits import RunningLimits
from service.domain.step import StepState

_log = structlog.get_logger()
LIVE_SECONDS = 5.0
"""A worker that was not seen for so long has no live slots."""
LOST_RING_SECONDS = 5.0
"""A ring that led to no claim within this time is repeated."""
SMALLEST_WINDOW = 4
"""What is rung ahead while no worker is known yet, so that the first one finds work at once."""

_MOST_COUNTED = 100
"""Of thousands of steps in the queue nobody needs to know the number before planning."""

_RUNG = (StepRow.state == StepState.QUEUED, StepRow.dispatched_at > 0)


@dataclass(frozen=True)
class Ring:
    """A step to be told to a worker; (attempt, dispatch) makes the arq id new each time."""

    step_id: str
    attempt: int
    dispatch: int


async def live_slots(session: AsyncSession) -> int:
    """How many steps the live workers run side by side."""
    return (await _window(session)).slots


async def slots_for(session: AsyncSession, job_id: str) -> int:
    """On how many live slots the job's steps are worth being run side by side; at least one.

    Those that other jobs' steps wait for don't count: more steps of one job would end nothing sooner.
    """
    now = await read_clock(session)
    asked = {"of": job_id, "now": now, "alive_since": now - LIVE_SECONDS}
    slots, wanted = (await session.execute(_for_one(), asked)).one()
    return max(1, int(slots or 0) - int(wanted))


async def pick(session: AsyncSession) -> list[Ring]:
    """Marks the next due steps as dispatched, in the caller's transaction, and returns them to be rung after it.

    A ring says that there is work, and no more: whoever hears it claims what goes first by then, see `next_turn`.
    """
    now = await read_clock(session)
    window = await _window(session)
    if window.room <= 0:
        return []
    picked = _picked(limits_of(session), is_sqlite=is_sqlite(session))
    ids = (await session.scalars(picked, {"now": now, "room": window.room, "size": window.size})).all()
    if not ids:
        return []
    # What somebody else holds just now is theirs to ring or to claim: nothing is waited for.
    unseen = {"synchronize_session": False}
    marked = await session.execute(_marked(), {"ids": ids, "now": now}, execution_options=unseen)
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
    statement = _first(limits_of(session))
    first = (await session.execute(statement, {"now": await read_clock(session)})).first()
    return None if first is None else Turn(first[0], first[1] is not None)


async def next_light_turn(session: AsyncSession) -> str | None:
    """The light step that goes first just now, whether it was rung or not; None where there is none."""
    statement = _first_light(limits_of(session), is_sqlite=is_sqlite(session))
    return await session.scalar(statement, {"now": await read_clock(session)})


async def keeps_limits(session: AsyncSession, claimed: StepRow, owner_id: str) -> bool:
    """Whether what runs, the step that this transaction has just claimed included, is not more than may.

    Claims of the same job, owner or engine are looked at one after the other, to the end of their transactions; a claim
    locks its job.
    """
    limits, engine = limits_of(session), claimed.engine
    most = claimed.at_once
    if most is not None and (await session.scalar(running_of_job(claimed.job_id)) or 0) > most:
        return False
    if limits.owner is not None:
        await alone(session, f"owner {owner_id}")
        if (await session.scalar(running_of_owner(owner_id)) or 0) > limits.owner:
            return False
    most = limits.of_engine(engine)
    if most is not None and engine is not None:
        await alone(session, f"engine {engine}")
        return (await session.scalar(running_on_engine(engine)) or 0) <= most
    return True


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


async def forget_rings(session: AsyncSession) -> None:
    """Nothing counts as rung any more: what may run again later is rung anew then."""
    free = select(StepRow.id).where(*_RUNG).with_for_update(skip_locked=True)
    await session.execute(
        update(StepRow)
        .where(StepRow.id.in_(free))
        .values(dispatched_at=None)
        .execution_options(synchronize_session=False)
    )


def lost_ring(now: ColumnElement[float] | float) -> ColumnElement[bool]:
    """Whether a ring led to no claim in time. One of the future is of a clock that was set back since."""
    at = StepRow.dispatched_at
    return (at < now - LOST_RING_SECONDS) | (at > now + LOST_RING_SECONDS)


async def forget_lost_rings(session: AsyncSession) -> int:
    """Makes steps that were rung and not claimed due again; returns how many."""
    now = await read_clock(session)
    free = (
        select(StepRow.id)
        .where(StepRow.state == StepState.QUEUED, lost_ring(now))
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

    @property
    def size(self) -> int:
        """How many steps may be rung and not claimed."""
        return max(SMALLEST_WINDOW, 2 * self.slots)

    @property
    def room(self) -> int:
        """How many more."""
        return self.size - self.rung


async def _window(session: AsyncSession) -> _Window:
    """The live slots, and how many steps are rung and not claimed."""
    alive_since = await read_clock(session) - LIVE_SECONDS
    found = (await session.execute(_counted(), {"alive_since": alive_since})).one()
    return _Window(int(found[0] or 0), int(found[1]))


_NOW = bindparam("now", type_=Double())


# Writing these statements in Python costs more than running them, and they are asked for at every step.
@cache
def _picked(limits: RunningLimits, *, is_sqlite: bool):
    """The ids of the due steps that no worker was told of yet, in their order."""
    line = first_in_line(bindparam("size", type_=Integer()), is_sqlite=is_sqlite)
    due = due_steps(_NOW, StepRow.dispatched_at.is_(None), among=(*has_begun(), line), limits=limits)
    picked = select(due.c.id).where(*may_be_rung(due, limits)).order_by(*order_of(due))
    return picked.limit(bindparam("room", type_=Integer()))


@cache
def _marked():
    free = (
        select(StepRow.id)
        .where(
            StepRow.id.in_(bindparam("ids", expanding=True)),
            StepRow.state == StepState.QUEUED,
            StepRow.dispatched_at.is_(None),
        )
        .with_for_update(skip_locked=True)
    )
    return (
        update(StepRow)
        .where(StepRow.id.in_(free))
        .values(dispatched_at=_NOW, dispatches=StepRow.dispatches + 1)
        .returning(StepRow.id, StepRow.attempt, StepRow.dispatches)
    )


def _live():
    seen = WorkerRow.seen_at > bindparam("alive_since", type_=Double())
    return select(func.sum(WorkerRow.slots)).where(seen).scalar_subquery()


@cache
def _for_one():
    others = (
        select(StepRow.id)
        .join(JobRow, JobRow.id == StepRow.job_id)
        .where(
            StepRow.state == StepState.QUEUED,
            StepRow.run_at <= _NOW,
            StepRow.job_id != bindparam("of"),
            JobRow.state.in_(list(RUNNABLE)),
        )
        .limit(_MOST_COUNTED)
        .subquery()
    )
    return select(_live(), select(func.count()).select_from(others).scalar_subquery())


@cache
def _counted():
    rung = select(func.count()).select_from(StepRow).where(*_RUNG)
    return select(_live(), rung.scalar_subquery())


@cache
def _first(limits: RunningLimits):
    due = due_steps(_NOW, among=(was_rung(), *has_begun()), limits=limits)
    return select(due.c.id, due.c.rung).order_by(*order_of(due)).limit(1)


@cache
def _first_light(limits: RunningLimits, *, is_sqlite: bool):
    line = first_in_line(literal(SMALLEST_WINDOW), is_sqlite=is_sqlite)
    due = due_steps(_NOW, is_light(), among=(*has_begun(), line), limits=limits)
    return select(due.c.id).order_by(*order_of(due)).limit(1)


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
        """Rings what fits into the window now; returns how many steps.

        Workers are woken even where none does: a light one of what is new may have a place beside their slots.
        """
        async with self._db.writing() as session:
            rings = await pick(session)
        await self.ring(rings, wake=True)
        return len(rings)

    async def ring(self, rings: list[Ring], *, wake: bool = False) -> None:
        """Rings what `pick` marked in a transaction that has been committed since.

        Redis being away is no error here: the reconciler repeats what was not heard.
        """
        try:
            for each in rings:
                await self._queue.ring(each.step_id, each.attempt, each.dispatch)
            if rings or wake:
                await self._queue.wake()
        except (RedisError, OSError) as lost:
            _log.warning("ring_postponed", steps=len(rings), reason=str(lost))
