"""The peer of picking up work: arq's own worker, as it comes, with a function that does nothing.

`python -m tests.benchmarks.arq_peer REDIS_URL` works until it is killed.
"""

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from arq.connections import ArqRedis
from arq.worker import Worker
from redis.asyncio import ConnectionPool

from service.adapters.parent_death import dying_with_parent
from tests.support.waiting import until

FUNCTION = "nothing"


@asynccontextmanager
async def arq_peer(redis_url: str) -> AsyncGenerator[ArqRedis, None]:
    """The pool that enqueues for it, once it has done a first job; ended with the block."""
    process = await asyncio.create_subprocess_exec(
        *dying_with_parent([sys.executable, "-m", "tests.benchmarks.arq_peer", redis_url])
    )
    pool = _pool(redis_url)
    try:
        await started_at(pool)
        yield pool
    finally:
        await pool.aclose()
        process.kill()
        await process.wait()


async def started_at(pool: ArqRedis) -> float:
    """Enqueues a job, waits for its result and returns when the worker began with it, by arq's own clock that counts
    milliseconds: seconds since 1970."""
    job = await pool.enqueue_job(FUNCTION)
    assert job is not None
    found = await until(job.result_info, "arq's worker has done a job", every=0.05)
    assert found is not None
    assert found.success
    return found.start_time.timestamp()


async def nothing(ctx: dict[Any, Any]) -> None:
    """The function."""


def _pool(redis_url: str) -> ArqRedis:
    return ArqRedis(ConnectionPool.from_url(redis_url))


async def _work(redis_url: str) -> None:
    await Worker([nothing], redis_pool=_pool(redis_url), handle_signals=False).main()


if __name__ == "__main__":
    asyncio.run(_work(sys.argv[1]))
