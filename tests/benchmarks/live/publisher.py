"""The process that offers events, evenly spread: to Headway's event log, or to a peer by way of the same Redis.

`python -m tests.benchmarks.live.publisher WAY REDIS_URL` does what it is told, line by line.
"""

import asyncio
import itertools
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial

import orjson
import uvloop
from redis.asyncio import Redis

from service.adapters.event_log import EventLog, Outcome
from service.domain.json import JsonObject
from tests.benchmarks.live.by_lines import Asked, answer_lines, asked
from tests.benchmarks.live.events import OfferedJob

Offer = Callable[[OfferedJob], Awaitable[None]]

BARE_PREFIX = "bare:"
"""Two peers that listen at the same time have a channel each for a topic."""


class Publisher:
    """The process, from outside. Jobs are (job, owner)."""

    def __init__(self, process: Asked, jobs: Sequence[tuple[str, str]]) -> None:
        self._process = process
        self._jobs = jobs

    def of_one_job(self) -> "Publisher":
        """The same, for the first of the jobs only."""
        return Publisher(self._process, self._jobs[:1])

    async def offer(self, rate: float, seconds: float) -> int:
        """Offers so many events a second, the jobs taking turns; returns how many, once all are offered."""
        jobs = [list(each) for each in self._jobs]
        told = await self._process.ask("offer", jobs=jobs, rate=rate, seconds=seconds)
        return told["offered"]


@asynccontextmanager
async def publisher(
    way: str, redis_url: str, jobs: Sequence[tuple[str, str]]
) -> AsyncGenerator[Publisher, None]:
    """One for these jobs, by one of WAYS; ended with the block."""
    async with asked("tests.benchmarks.live.publisher", way, redis_url) as process:
        yield Publisher(process, jobs)


def to_headway(redis_url: str) -> Offer:
    """By the event log."""
    log = EventLog(redis_url)

    async def offer(job: OfferedJob) -> None:
        outcome = await log.append_facts(job.facts())
        assert outcome is Outcome.APPENDED, outcome

    return offer


def to_socketio(redis_url: str) -> Offer:
    """As its documentation has it for processes that only emit."""
    from socketio import AsyncRedisManager

    manager = AsyncRedisManager(redis_url, write_only=True)

    async def offer(job: OfferedJob) -> None:
        told = job.frame()
        await manager.emit("patch", told, room=told["topic"])

    return offer


def to_channel(redis_url: str, prefix: str = "") -> Offer:
    """By PUBLISH, a channel for each topic."""
    redis = Redis.from_url(redis_url)

    async def offer(job: OfferedJob) -> None:
        told = job.frame()
        await redis.publish(prefix + told["topic"], orjson.dumps(told))

    return offer


WAYS: dict[str, Callable[[str], Offer]] = {
    "headway": to_headway,
    "socketio": to_socketio,
    "channel": to_channel,
    "bare_channel": partial(to_channel, prefix=BARE_PREFIX),
}


class _Answers:
    def __init__(self, offer: Offer) -> None:
        self._offer = offer
        self._known: dict[str, OfferedJob] = {}

    async def __call__(self, told: JsonObject) -> JsonObject:
        jobs = [
            self._known.setdefault(job_id, OfferedJob(job_id, owner_id)) for job_id, owner_id in told["jobs"]
        ]
        count = round(told["rate"] * told["seconds"])
        loop = asyncio.get_running_loop()
        began = loop.time()
        for number, job in zip(range(count), itertools.cycle(jobs), strict=False):
            await asyncio.sleep(began + number / told["rate"] - loop.time())
            await self._offer(job)
        return {"offered": count}


async def _main() -> None:
    _, way, redis_url = sys.argv
    await answer_lines(_Answers(WAYS[way](redis_url)))


if __name__ == "__main__":
    uvloop.run(_main())
