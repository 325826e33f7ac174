"""Documents that crash, exhaust memory, hang or fork, and what they cost others.

A hundred of them, ten kinds in turn, go to a real worker of two slots among honest documents: each must fail by the
name of what it did, and no neighbour may lose even a try. Then, each time after a child was crashed, a fresh one parses
a page, from the call to what it found. At last a worker is killed while three of its children hang in C.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

from service.adapters.embedded_redis import EmbeddedRedis
from tests.benchmarks.measuring import Goal, Plan, Row, percentile
from tests.support.hostile_worker import worker_process
from tests.support.house import open_house
from tests.support.isolation import give_hostile, seconds_until_nobody_is_left, wrong_ends
from tests.support.pdf_files import text_pdf, words
from tests.support.schema import migrate
from workers.sandbox import ChildFailed, Limits, Sandbox

_NAME = "isolation"
_CRASH, _PARSE = "tests.workers.targets:segfault", "workers.engines.pdf.child:read_records"


async def measure(plan: Plan) -> AsyncIterator[Row]:
    """One after the other, so that none disturbs the next."""
    url = f"sqlite+aiosqlite:///{plan.folder / 'headway.sqlite'}"
    await asyncio.to_thread(migrate, url)
    files = plan.times(100, 10)
    async with EmbeddedRedis(plan.folder) as redis, open_house(url, redis.url, plan.folder) as house:
        began = time.perf_counter()
        async with worker_process(house, slots=2):
            given = await give_hostile(house, files)
            wrong = await wrong_ends(house, given, seconds=60 + 2 * files)
        took = time.perf_counter() - began
        paid = wrong.pop("neighbours that paid for it", 0)
        typed = files - wrong.total()
        note = f"{dict(wrong)}" if wrong else ""
        yield Row(
            _NAME, f"typed failures of {files} hostile documents", typed, "", Goal(at_least=files), note=note
        )
        yield Row(_NAME, f"neighbours that lost a try, of {len(given.neighbours)}", paid, "", Goal(at_most=0))
        yield Row(_NAME, "all of them together", took, "s")
        for row in await _fresh_children(plan):
            yield row
        processes, seconds = await seconds_until_nobody_is_left(house, give_up=10)
        yield Row(
            _NAME,
            f"until the last of {processes} processes of a killed worker ended",
            seconds,
            "s",
            Goal(at_most=1),
        )


async def _fresh_children(plan: Plan) -> list[Row]:
    path = plan.folder / "page.pdf"
    path.write_bytes(text_pdf(words(300)))
    sandbox = Sandbox(["workers.engines.pdf.child", "tests.workers.targets"])
    try:
        await _parsed(sandbox, path)
        times: list[float] = []
        for _ in range(plan.times(200, 3)):
            await _crashed(sandbox)
            times.append(await _parsed(sandbox, path))
    finally:
        await sandbox.close()
    count = len(times)
    return [
        Row(_NAME, f"a fresh child after a crash, p50 of {count}", percentile(times, 0.5) * 1000, "ms"),
        Row(
            _NAME,
            f"a fresh child after a crash, p99 of {count}",
            percentile(times, 0.99) * 1000,
            "ms",
            Goal(at_most=25),
        ),
    ]


async def _parsed(sandbox: Sandbox, path: Path) -> float:
    """Seconds from the call to the page that it found."""
    began = time.perf_counter()
    async with sandbox.call(_PARSE, {"path": str(path), "pages": [1]}, Limits()) as items:
        await items.only()
        return time.perf_counter() - began


async def _crashed(sandbox: Sandbox) -> None:
    try:
        async with sandbox.call(_CRASH, {}, Limits()) as items:
            async for _ in items:
                pass
    except ChildFailed as failed:
        if failed.kind == "crashed":
            return
    raise AssertionError("the child did not crash")
