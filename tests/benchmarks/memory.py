"""What the processes of a whole Headway hold in memory while ten thousand documents go through them.

Documents of one page come by the hundred; after each thousand all are waited for, and what each process holds of its
own (RssAnon: resident, and not a file's) is read. A worker's own memory is flat when it holds as much after the last
thousand as after the second: the first ones load what is loaded once. Templates of the children are processes apart,
and counted with no worker; the gateway, which has streamed all uploads, is printed beside.
"""

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from tests.benchmarks.measuring import Goal, Plan, Row, memory_bytes
from tests.benchmarks.served import File, Served, served
from tests.support.waiting import until
from workers.samples.books import long_text_pdf

GROWTH = Goal(at_most=10)

_NAME = "memory"
_MIB = 1 << 20
_FILES_A_REQUEST = 100
_SETTLED = 2
"""After so many rounds all that is loaded once is loaded."""


async def measure(plan: Plan) -> AsyncIterator[Row]:
    """Ten rounds of a thousand documents."""
    rounds, count = plan.times(10, 3), plan.times(1000, 20)
    content = long_text_pdf(1)
    held: dict[str, list[float]] = {}
    async with served(plan.folder / "up", workers=len(os.sched_getaffinity(0))) as up:
        processes = _processes(up)
        for _ in range(rounds):
            await _through(up, content, count)
            for name, pid in processes.items():
                held.setdefault(name, []).append(memory_bytes(pid, "RssAnon") / _MIB)
    for name, values in held.items():
        for row in _rows(name, values, count):
            yield row


def _processes(up: Served) -> dict[str, int]:
    workers = sorted(up.up.pids("workers.main"))
    named = {f"worker {number}": pid for number, pid in enumerate(workers, start=1)}
    (gateway,) = up.up.pids("service.gateway")
    return {**named, "gateway": gateway}


def _rows(name: str, values: list[float], count: int) -> Iterator[Row]:
    jobs = count * len(values)
    every = ", ".join(f"{value:.1f}" for value in values)
    yield Row(_NAME, f"{name}: after {jobs} jobs", values[-1], "MiB", note=f"each {count}: {every}")
    goal = GROWTH if name != "gateway" else None
    grown = values[-1] - values[_SETTLED - 1]
    yield Row(_NAME, f"{name}: more than after {count * _SETTLED} jobs", grown, "MiB", goal)


async def _through(up: Served, content: bytes, count: int) -> None:
    files = [File(f"{number}.pdf", [content]) for number in range(min(count, _FILES_A_REQUEST))]
    uploads = [up.upload(*files) for _ in range(count // len(files))]
    await asyncio.gather(*uploads)
    database = up.up.data_dir / "headway.sqlite"
    await until(lambda: not _living(database), "all have ended", seconds=600, every=0.2)


def _living(path: Path) -> int:
    connection = sqlite3.connect(path, timeout=30)
    try:
        ((living,),) = connection.execute("SELECT count(*) FROM jobs WHERE ended_at IS NULL")
        return living
    finally:
        connection.close()
