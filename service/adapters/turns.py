"""Taking turns: who heard a ring claims the step that goes first, whichever the ring was for."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.database import Database
from service.adapters.dispatch import (
    Dispatcher,
    keeps_limits,
    next_light_turn,
    next_turn,
    pick,
    take_from_window,
)
from service.adapters.records import steps
from service.adapters.records.steps import Claim

_MOST_TRIES = 5


class _TooMany(Exception):
    """The claim would have been one more than the limits of running steps allow: its transaction is undone."""


async def claim_next(db: Database, rung_id: str, worker_id: str, lease_seconds: float) -> Claim | None:
    """Claims what goes first now that the ring of `rung_id` was heard; None where nothing is due.

    What has become due since it rang is so not held back by rings that wait to be heard: the last phase of a job
    runs before another job's first.
    """
    for _ in range(_MOST_TRIES):
        try:
            async with db.writing() as session:
                turn = await next_turn(session)
                # Without a turn it may be a first step whose ring is being repeated just now.
                step_id = rung_id if turn is None else turn.step_id
                claim = await _claim(session, step_id, worker_id, lease_seconds)
                if claim is not None and turn is not None and turn.step_id != rung_id and not turn.rung:
                    await take_from_window(session, rung_id)
        except _TooMany:
            continue
        if claim is not None or turn is None:
            return claim
    return None


async def claim_on(
    db: Database, dispatcher: Dispatcher, worker_id: str, lease_seconds: float
) -> Claim | None:
    """Claims what goes first, for a slot that has just become free and heard no ring; None where nothing is due.

    What moves up into the window is rung. But where the claimed step was, its ring is still to be heard, and stands for
    the first of those.
    """
    for _ in range(_MOST_TRIES):
        try:
            async with db.writing() as session:
                turn = await next_turn(session)
                rings = [] if turn else await pick(session)
                if not turn and not rings:
                    return None
                step_id = turn.step_id if turn else rings[0].step_id
                claim = await _claim(session, step_id, worker_id, lease_seconds)
                if claim is not None:
                    rings = rings or await pick(session)
                    rings = rings if turn and not turn.rung else rings[1:]
        except _TooMany:
            continue
        await dispatcher.ring(rings)
        if claim is not None:
            return claim
    return None


async def claim_light(db: Database, worker_id: str, lease_seconds: float) -> Claim | None:
    """Claims the light step that goes first, rung or not; None where there is none.

    A ring of the step is heard for nothing then, or for the next one.
    """
    for _ in range(_MOST_TRIES):
        async with db.reading() as session:
            step_id = await next_light_turn(session)
        if step_id is None:
            return None
        try:
            async with db.writing() as session:
                claim = await _claim(session, step_id, worker_id, lease_seconds)
        except _TooMany:
            continue
        if claim is not None:
            return replace(claim, light=True)
    return None


async def _claim(session: AsyncSession, step_id: str, worker_id: str, lease_seconds: float) -> Claim | None:
    claim = await steps.claim(session, step_id, worker_id, lease_seconds)
    if claim is not None and not await keeps_limits(session, claim.step, claim.job.owner_id):
        raise _TooMany
    return claim
