"""Milliseconds from ringing for a step to a worker's claim of it, while the worker has nothing else to do.

A real `workers.main` process claims in SQL, against arq's own worker that begins a function which does nothing, on the
same Redis, in turn, after pauses of random length. Both clocks count milliseconds, so 1 ms is added to each: the latest
that it can have been.
"""

import asyncio
import hashlib
import random
import sys
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import TypeVar

from arq.connections import ArqRedis
from sqlalchemy import select

from service.adapters.dispatch import Ring, live_slots, pick
from service.adapters.embedded_redis import EmbeddedRedis
from service.adapters.parent_death import dying_with_parent
from service.adapters.records import intake
from service.adapters.records.intake import NewDocument, Order
from service.adapters.tables import StepRow
from service.domain.ids import new_id
from service.domain.job import ENDED
from tests.benchmarks.arq_peer import arq_peer, started_at
from tests.benchmarks.measuring import Goal, Plan, Row, interleaved, percentile
from tests.support.headway_process import environment
from tests.support.house import House, open_house
from tests.support.schema import migrate
from tests.support.waiting import until
from workers.pipelines.text import PIPELINE
from workers.samples.books import long_text_pdf

T = TypeVar("T")

GOALS = {0.5: Goal(at_most=1 / 20), 0.99: Goal(at_most=1 / 10)}
"""Share of the peer's time, by percentile."""

_NAME = "pick_up"
_PAUSE_SECONDS = 0.5
_CLOCK_SECONDS = 0.001


async def measure(plan: Plan) -> AsyncIterator[Row]:
    """Each rings for one job at a time."""
    url = f"sqlite+aiosqlite:///{plan.folder / 'headway.sqlite'}"
    await asyncio.to_thread(migrate, url)
    times = plan.times(150, 8)
    async with (
        EmbeddedRedis(plan.folder) as redis,
        open_house(url, redis.url, plan.folder) as house,
        _worker(house),
        arq_peer(redis.url) as pool,
    ):
        await _claimed_after(house)
        ours, peers = await interleaved(
            times, partial(_paused, _claimed_after, house), partial(_paused, _begun_after, pool)
        )
    for share, goal in GOALS.items():
        name, mine, peer = f"p{share * 100:g} of {times}", percentile(ours, share), percentile(peers, share)
        yield Row(_NAME, f"Headway: {name}", mine * 1000, "ms")
        yield Row(_NAME, f"stock arq: {name}", peer * 1000, "ms")
        yield Row(_NAME, f"Headway / arq: {name}", mine / peer, "x", goal)


async def _paused(run: Callable[[T], Awaitable[float]], what: T) -> float:
    """Pauses first, so that the rings meet a worker that polls at any moment of its pause."""
    await asyncio.sleep(random.uniform(0, _PAUSE_SECONDS))
    return await run(what)


async def _begun_after(pool: ArqRedis) -> float:
    rung = time.time()
    return await started_at(pool) + _CLOCK_SECONDS - rung


async def _claimed_after(house: House) -> float:
    """Accepts a document, rings for its only step, and waits until the job has ended."""
    job_id, rings = await _accepted(house)
    rung = time.time()
    await house.a.dispatcher.ring(rings)

    async def ended() -> bool:
        return (await house.job(job_id)).state in ENDED

    await until(ended, "the job has ended", seconds=30, every=0.05)
    async with house.a.db.reading() as session:
        claimed = await session.scalar(select(StepRow.started_at).where(StepRow.id == rings[0].step_id))
    assert claimed is not None
    return claimed + _CLOCK_SECONDS - rung


async def _accepted(house: House) -> tuple[str, list[Ring]]:
    """The job, and the ring for its first step, which nobody has heard yet."""
    content = long_text_pdf(1)
    document = NewDocument(new_id(), "one.pdf", "pdf", len(content), hashlib.sha256(content).hexdigest())
    await house.a.blobs.put(f"{house.actor.user_id}/{document.id}", content)
    options = {"ocr": "never", "languages": ["en"], "pages": None}
    order = Order(owner_id=house.actor.user_id, batch_id=None, options=options, force=True)
    async with house.a.db.writing(durable=True) as session:
        accepted = await intake.accept(session, document, PIPELINE.spec(), order)
        await session.flush()
        rings = await pick(session)
    await house.a.echo.publish(accepted.job_id)
    assert len(rings) == 1
    return accepted.job_id, rings


@asynccontextmanager
async def _worker(house: House) -> AsyncGenerator[None, None]:
    """One worker process, once it lives; ended with the block."""
    process = await asyncio.create_subprocess_exec(
        *dying_with_parent([sys.executable, "-P", "-m", "workers.main"]),
        env=environment(**house.settings.environment()),
    )

    async def lives() -> bool:
        async with house.a.db.reading() as session:
            return await live_slots(session) > 0

    try:
        await until(lives, "the worker lives", seconds=30)
        yield
    finally:
        process.terminate()
        await process.wait()
