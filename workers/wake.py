"""An arq worker that does not poll: a published wake-up or a freed slot makes it look; its own poll repairs."""

import asyncio
import contextlib
from typing import Any

import orjson
from arq.worker import Worker
from redis.exceptions import RedisError

from workers.outage import Outage

SAFETY_POLL_SECONDS = 2.0
"""How long a lost wake-up can go unnoticed."""
IN_PROGRESS_SECONDS = 15.0
"""How long arq keeps an id from others; claims are fenced in SQL, so a second delivery finds nothing."""


class WakeWorker(Worker):
    """`wake()` makes it read its queue now. Redis being away is waited out."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(
            *args,
            handle_signals=False,
            job_serializer=orjson.dumps,
            job_deserializer=orjson.loads,
            retry_jobs=False,
            max_tries=1_000_000,
            keep_result=0,
            job_timeout=24 * 3600,
            log_results=False,
            health_check_interval=3600,
            **settings,
        )
        self.in_progress_timeout_s = IN_PROGRESS_SECONDS
        self._awake = asyncio.Event()
        self._outage = Outage(f"redis, for the queue {self.queue_name}")

    def wake(self) -> None:
        """There may be something in the queue."""
        self._awake.set()

    async def main(self) -> None:
        """Runs until cancelled or `allow_pick_jobs` is false and nothing is left."""
        self.ctx["redis"] = self.pool
        while True:
            self._awake.clear()
            try:
                await self._poll_iteration()
                self._outage.back()
            except (RedisError, OSError) as away:
                self._outage.away(away)
                await asyncio.sleep(0.2)
            if not self.allow_pick_jobs and not self.tasks:
                return
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(SAFETY_POLL_SECONDS):
                    await self._awake.wait()

    async def start_jobs(self, job_ids: list[bytes]) -> None:
        """What runs here is not begun again, however long ago arq has forgotten that somebody has it."""
        await super().start_jobs([each for each in job_ids if each.decode() not in self.tasks])

    def leave(self) -> None:
        """Picks up nothing more; `main` returns when what runs has ended."""
        self.allow_pick_jobs = False
        self.wake()

    def _release_sem_dec_counter_on_complete(self) -> None:
        super()._release_sem_dec_counter_on_complete()
        self.wake()
