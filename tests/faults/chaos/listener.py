"""A witness of the event stream: hears all that is published, past all gateways, and holds it against the law."""

import asyncio

import orjson
from redis.asyncio import Redis
from redis.exceptions import RedisError

from service.adapters.keys import ALL_CHANNEL
from service.domain.job import ENDED
from service.domain.json import JsonObject
from tests.faults.chaos.ledger import Ledger

_AGAIN_SECONDS = 0.02


class Listener:
    """Hears until cancelled. While Redis is away nothing is published; each new link begins to count anew."""

    def __init__(self, redis_url: str, ledger: Ledger) -> None:
        self._url = redis_url
        self._ledger = ledger
        self._seq: dict[tuple[str, str], int] = {}
        self._percent: dict[tuple[str, str, int], float] = {}
        self.endings: dict[tuple[str, int], str] = {}

    async def run(self) -> None:
        """Listens again and again."""
        while True:
            try:
                await self._listen()
            except (RedisError, OSError):
                await asyncio.sleep(_AGAIN_SECONDS)

    async def _listen(self) -> None:
        async with Redis.from_url(self._url) as redis, redis.pubsub(ignore_subscribe_messages=True) as heard:
            await heard.subscribe(ALL_CHANNEL)
            self._seq.clear()
            async for message in heard.listen():
                told: JsonObject = orjson.loads(message["data"])
                if told["epoch"]:
                    self._take(told)

    def _take(self, told: JsonObject) -> None:
        self._ledger.counts["events"] += 1
        job_id, epoch, run = str(told["job_id"]), str(told["epoch"]), int(told["run"])
        first, last = told["seq"]
        about = f"job {job_id[-6:]} run {run} at {epoch[:6]}:{first}"
        known = self._seq.get((job_id, epoch))
        if known is not None and first != known + 1:
            self._ledger.note("seq", f"{about} after {known}")
        self._seq[job_id, epoch] = last
        percent = told["set"].get("percent")
        if percent is not None:
            before = self._percent.get((job_id, epoch, run), 0.0)
            if percent < before:
                self._ledger.note("percent back", f"{about}: {before} to {percent}")
            self._percent[job_id, epoch, run] = percent
        state = told["set"].get("state")
        if state is not None:
            self._ending(job_id, run, str(state), about)

    def _ending(self, job_id: str, run: int, state: str, about: str) -> None:
        ended = self.endings.get((job_id, run))
        if ended is not None and state != ended:
            self._ledger.note("endings", f"{about}: {state} was published after {ended}")
        elif state in ENDED:
            self.endings[job_id, run] = state
