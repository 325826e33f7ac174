"""Milliseconds from a cancel to the death of the child that works on the job, and to `cancelled` at a subscriber.

A child reads a long PDF, in PyMuPDF's C code nearly all of the time; its worker and the subscriber's gateway are
processes of their own, and the child's end is what the kernel says of it. The cancel is given here: what precedes the
message to the workers is told apart, as the commit with the disk that it waits for. One machine, one clock.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

from service.adapters import keys
from service.adapters.embedded_redis import EmbeddedRedis
from service.client import Client
from tests.benchmarks.measuring import Goal, Plan, Row, percentile
from tests.benchmarks.staff import gateway, staff
from tests.support.headway_process import descendants
from tests.support.house import House, open_house
from tests.support.schema import migrate
from tests.support.waiting import until
from workers.samples.books import long_text_pdf

_NAME = "cancel"
_PAGES = 2400
DEAD, SHOWN = Goal(at_most=50), Goal(at_most=150)


@dataclass(frozen=True)
class _Times:
    commit: float
    dead: float
    shown: float


async def measure(plan: Plan) -> AsyncIterator[Row]:
    """One job at a time, cancelled while it is read."""
    url = f"sqlite+aiosqlite:///{plan.folder / 'headway.sqlite'}"
    await asyncio.to_thread(migrate, url)
    content = await asyncio.to_thread(long_text_pdf, _PAGES)
    times = plan.times(100, 3)
    async with (
        EmbeddedRedis(plan.folder) as redis,
        open_house(url, redis.url, plan.folder) as house,
        staff(house, 1) as workers,
        gateway(house) as client,
    ):
        await _one(house, client, workers[0], content)
        found = [await _one(house, client, workers[0], content) for _ in range(times)]
    for share in (0.5, 0.99):
        which = f"p{share * 100:g} of {times}"
        yield _row(f"the commit itself: {which}", [each.commit for each in found], share)
        yield _row(f"commit → dead child: {which}", [each.dead for each in found], share, DEAD)
        yield _row(
            f"commit → cancelled at a subscriber: {which}", [each.shown for each in found], share, SHOWN
        )


def _row(what: str, seconds: list[float], share: float, goal: Goal | None = None) -> Row:
    return Row(_NAME, what, percentile(seconds, share) * 1000, "ms", goal if share > 0.9 else None)


async def _one(house: House, client: Client, worker: int, content: bytes) -> _Times:
    idle = set(descendants(worker))
    accepted = await house.accept("long.pdf", "pdf", content, options={"ocr": "never"}, force=True)
    child = await _reading_child(house, accepted.job_id, worker, idle)
    watching, listening = asyncio.Event(), asyncio.Event()
    shown = asyncio.create_task(_shown_cancelled(client, accepted.job_id, watching))
    dead = asyncio.create_task(_ended(child))
    told = asyncio.create_task(_told(house, listening))
    await asyncio.gather(watching.wait(), listening.wait())
    began = time.perf_counter()
    await house.a.commands.cancel(accepted.job_id, house.actor)
    committed = await told
    return _Times(committed - began, await dead - committed, await shown - committed)


async def _reading_child(house: House, job_id: str, worker: int, idle: set[int]) -> int:
    """The child that reads the job's pages by now."""

    async def reads() -> int | None:
        value = (await house.snapshot(job_id)).value
        if (value.get("counters") or {}).get("pages_done", 0) < 1:
            return None
        return next(iter(set(descendants(worker)) - idle), None)

    found = await until(reads, "a child reads", seconds=30, every=0.01)
    assert found is not None
    return found


async def _ended(pid: int) -> float:
    """When the process ended, as the kernel told."""
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[float] = loop.create_future()
    handle = os.pidfd_open(pid)
    try:
        loop.add_reader(handle, lambda: ended.done() or ended.set_result(time.perf_counter()))
        return await asyncio.wait_for(ended, 10)
    finally:
        loop.remove_reader(handle)
        os.close(handle)


async def _told(house: House, listening: asyncio.Event) -> float:
    """When the workers are told, which is the first thing after the commit."""
    async with house.a.redis.pubsub() as pubsub:
        await pubsub.subscribe(keys.CONTROL_CHANNEL)
        async for message in pubsub.listen():
            if message["type"] == "message":
                break
            listening.set()
        return time.perf_counter()


async def _shown_cancelled(client: Client, job_id: str, watching: asyncio.Event) -> float:
    async for job in client.watch(job_id):
        watching.set()
        if job.state == "cancelled":
            return time.perf_counter()
    raise AssertionError("the job was watched to its end, and it was no cancel")
