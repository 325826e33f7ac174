"""Carrying out what people ask: committed in SQL, stopped in the workers, told to everybody who watches, rung."""

from collections.abc import Sequence

import orjson
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import select

from service.adapters import keys
from service.adapters.changes import Change, Effect
from service.adapters.database import Database
from service.adapters.dispatch import Dispatcher, Ring, pick
from service.adapters.echo import Echo
from service.adapters.records.ending import locked_job
from service.adapters.tables import JobRow
from service.domain.account import Actor
from service.domain.job import JobState, NotPossible
from service.domain.json import JsonObject

_log = structlog.get_logger()
_AT_ONCE = 20
"""So many jobs are changed in one transaction: the disk is waited for once, and nobody waits long for the lock."""


class JobGone(Exception):
    """There is no such job, batch or document, or it is not the actor's."""


class Applying:
    """Applies changes to one job or to many."""

    def __init__(self, db: Database, redis: Redis, echo: Echo, dispatcher: Dispatcher) -> None:
        self._db = db
        self._redis = redis
        self._echo = echo
        self._dispatcher = dispatcher

    async def to_one(self, job_id: str, actor: Actor, change: Change) -> JobState:
        """The state that it led to. Raises JobGone, and what the change raises."""
        rings: list[Ring] = []
        async with self._db.writing(durable=True) as session:
            job = await locked_job(session, job_id)
            if job is None or not may(actor, job):
                raise JobGone(job_id)
            before = job.revision
            effect = await change(session, job)
            await session.flush()
            if job.revision > before:
                rings = await pick(session)
        await self._tell([(job, before, effect)], rings)
        return JobState(job.state)

    async def to_many(self, job_ids: Sequence[str], actor: Actor, change: Change) -> list[str]:
        """The ids of those that it reached, in their order; what it is not possible for is left out."""
        reached: set[str] = set()
        for some in _in_parts(list(dict.fromkeys(job_ids))):
            done: list[tuple[JobRow, int, Effect]] = []
            async with self._db.writing(durable=True) as session:
                # In the same order everywhere, so that two that do this at once don't lock each other out.
                jobs = await session.scalars(
                    select(JobRow).where(JobRow.id.in_(some)).order_by(JobRow.id).with_for_update()
                )
                for job in jobs.all():
                    before = job.revision
                    if not may(actor, job):
                        continue
                    try:
                        done.append((job, before, await change(session, job)))
                    except NotPossible:
                        continue
                await session.flush()
                rings = await pick(session)
            await self._tell(done, rings)
            reached |= {job.id for job, _, _ in done}
        return [job_id for job_id in job_ids if job_id in reached]

    async def stop(self, what: JsonObject) -> None:
        """Tells all workers to kill what they run of it; their heartbeat is the backstop."""
        try:
            await self._redis.publish(keys.CONTROL_CHANNEL, orjson.dumps({"stop": what}))
        except (RedisError, OSError) as lost:
            _log.warning("stop_postponed", what=what, reason=str(lost))

    async def _tell(self, done: list[tuple[JobRow, int, Effect]], rings: list[Ring]) -> None:
        for job, _, effect in done:
            if effect.stop_job:
                await self.stop({"job_id": job.id})
            if effect.stop_steps:
                await self.stop({"steps": effect.stop_steps})
        for job, before, effect in done:
            if job.revision > before:
                await self._echo.publish(job.id, *effect.lines)
        await self._dispatcher.ring(rings)


def may(actor: Actor, job: JobRow) -> bool:
    """Whether the job is the actor's to change."""
    return actor.is_admin or job.owner_id == actor.user_id


def _in_parts(ids: list[str]) -> list[list[str]]:
    return [ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE)]
