"""Pausing and resuming everything: while the queue is paused no worker claims a step, whoever restarts."""

import orjson
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from service.adapters import changes, keys
from service.adapters.applying import Applying
from service.adapters.database import Database
from service.adapters.dispatch import Dispatcher, forget_rings, pick
from service.adapters.echo import Echo
from service.adapters.exclusion import wait_at_most
from service.adapters.records import orders, queue_state
from service.adapters.records.queue_state import QueuePause
from service.adapters.tables import StepRow
from service.domain.account import Actor
from service.domain.step import StepState

_log = structlog.get_logger()
_CLAIMS_END_SECONDS = 3.0
"""A claim is a matter of milliseconds, but its worker may have been stopped in the middle of one."""


class WholeQueue:
    """An admin's commands; who may give them is the caller's to know. Repeating one changes nothing."""

    def __init__(
        self, db: Database, redis: Redis, applying: Applying, echo: Echo, dispatcher: Dispatcher
    ) -> None:
        self._db = db
        self._redis = redis
        self._applying = applying
        self._echo = echo
        self._dispatcher = dispatcher

    async def pause(self, actor: Actor, *, stop: bool = False) -> QueuePause | None:
        """From when this returns nothing is claimed; what runs is let end, or with `stop` is handed back at once."""
        async with self._db.writing(durable=True) as session:
            if await queue_state.pause(session, actor.name):
                await forget_rings(session)
        await self._claims_ended()
        await self._tell()
        if stop:
            async with self._db.reading() as session:
                running = await session.scalars(
                    select(StepRow.job_id).where(StepRow.state == StepState.RUNNING).distinct()
                )
                jobs = list(running)
            everybody = Actor(actor.user_id, actor.name, is_admin=True)
            await self._applying.to_many(jobs, everybody, changes.stop_for_queue)
        return await self.paused()

    async def resume(self) -> None:
        """What is due is claimed again, from where it was."""
        async with self._db.writing(durable=True) as session:
            changed = await queue_state.resume(session)
            waited = await orders.queue_resumed(session) if changed else []
            await session.flush()
            rings = await pick(session)
        await self._tell()
        await self._dispatcher.ring(rings)
        for job_id in waited:
            await self._echo.publish(job_id)

    async def paused(self) -> QueuePause | None:
        """Who paused it and when; None while it is open."""
        async with self._db.reading() as session:
            return await queue_state.pause_of(session)

    async def _claims_ended(self) -> None:
        try:
            async with self._db.writing() as session:
                await wait_at_most(session, _CLAIMS_END_SECONDS)
                await queue_state.claims_ended(session)
        except DBAPIError:
            _log.warning("claim_under_way", seconds=_CLAIMS_END_SECONDS)

    async def _tell(self) -> None:
        """Those who watch look again."""
        try:
            await self._redis.publish(keys.QUEUE_CHANNEL, orjson.dumps({"queue": "changed"}))
        except (RedisError, OSError) as lost:
            _log.warning("queue_untold", reason=str(lost))
