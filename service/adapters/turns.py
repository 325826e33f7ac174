"""Taking turns: who heard a ring claims the step that goes first, whichever the ring was for."""

from service.adapters.database import Database
from service.adapters.dispatch import next_turn, take_from_window
from service.adapters.records import steps
from service.adapters.records.steps import Claim

_MOST_TRIES = 5


async def claim_next(db: Database, rung_id: str, worker_id: str, lease_seconds: float) -> Claim | None:
    """Claims what goes first now that the ring of `rung_id` was heard; None where nothing is due.

    What has become due since it rang is so not held back by rings that wait to be heard: the last phase of a job
    runs before another job's first. Raises LostStep as `steps.claim` does.
    """
    for _ in range(_MOST_TRIES):
        async with db.writing() as session:
            turn = await next_turn(session)
            if turn is None:  # a first step whose ring is being repeated just now
                return await steps.claim(session, rung_id, worker_id, lease_seconds)
            claim = await steps.claim(session, turn.step_id, worker_id, lease_seconds)
            if claim is not None:
                if turn.step_id != rung_id and not turn.rung:
                    await take_from_window(session, rung_id)
                return claim
    return None
