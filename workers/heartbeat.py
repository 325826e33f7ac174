"""Once a second: renew the leases, drop what is no longer ours, say what runs."""

import asyncio
import time
from dataclasses import replace

import orjson
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import select, update

from service.adapters import keys
from service.adapters.database import Database
from service.adapters.event_log import EventLog
from service.adapters.records import leases
from service.adapters.records.leases import WorkerFacts
from service.adapters.tables import JobRow
from workers.outage import Outage
from workers.running import RunningSteps

_log = structlog.get_logger()


class Heartbeat:
    """Keeps one worker's leases. Raises nothing: a beat that fails is followed by the next."""

    def __init__(
        self,
        worker: WorkerFacts,
        db: Database,
        redis: Redis,
        log: EventLog,
        running: RunningSteps,
        *,
        lease_seconds: float,
        every_seconds: float,
    ) -> None:
        self._worker = worker
        self._db = db
        self._redis = redis
        self._log = log
        self._running = running
        self._lease_seconds = lease_seconds
        self._every_seconds = every_seconds

    async def announce(self, engines: dict[str, str | None]) -> None:
        """Enters the worker into SQL, so that its slots count; engines by name, with why one is not usable."""
        self._worker = replace(self._worker, engines=engines)
        async with self._db.writing() as session:
            await leases.announce(session, self._worker)

    async def run(self) -> None:
        """Beats until cancelled."""
        while True:
            try:
                await self.beat()
            except Exception:  # noqa: BLE001 -- the next beat tries again
                _log.exception("heartbeat_failed")
            await asyncio.sleep(self._every_seconds)

    async def beat(self) -> None:
        """Renews, kills what was lost, and stores the percentages as high-water marks."""
        asked = time.time()
        percents = await self._percents()
        async with self._db.writing() as session:
            owned = await leases.renew(
                session, self._worker.id, self._running.attempts(), self._lease_seconds
            )
            for job_id, (run, percent) in percents.items():
                free = (
                    select(JobRow.id)
                    .where(
                        JobRow.id == job_id,
                        JobRow.run == run,
                        JobRow.percent < percent,
                        JobRow.ended_at.is_(None),
                    )
                    .with_for_update(skip_locked=True)
                )
                await session.execute(
                    update(JobRow)
                    .where(JobRow.id.in_(free))
                    .values(percent=percent)
                    .execution_options(synchronize_session=False)
                )
        self._running.keep_only(owned, claimed_before=asked)

    async def tell(self) -> None:
        """Publishes what runs here whenever that changes, until cancelled."""
        outage = Outage("redis, for what workers run")
        while True:
            await self._running.changed.wait()
            self._running.changed.clear()
            try:
                await self._redis.publish(keys.WORKERS_CHANNEL, orjson.dumps(self._told()))
                outage.back()
            except (RedisError, OSError) as away:
                outage.away(away)
            await asyncio.sleep(0.1)

    def _told(self) -> dict[str, object]:
        return {
            "worker": self._worker.id,
            "host": self._worker.host,
            "pid": self._worker.pid,
            "slots": self._worker.slots,
            "engines": self._worker.engines,
            "running": {each.step_id: each.json() for each in self._running.all()},
        }

    async def _percents(self) -> dict[str, tuple[int, float]]:
        """Run and percent of the jobs that this worker works on."""
        try:
            found = await self._log.snapshots(self._running.job_ids())
        except (RedisError, OSError, TimeoutError):
            return {}
        return {job_id: (each.run, each.value.get("percent") or 0.0) for job_id, each in found.items()}
