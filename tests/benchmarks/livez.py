"""How long `/livez` takes to answer while 30 documents come in at once and all workers are busy with them.

It is asked on one connection, again and again, from before the first upload until the last job has ended.
"""

import asyncio
import http.client
import os
import threading
import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from itertools import pairwise
from urllib.parse import urlsplit

from tests.benchmarks.measuring import Goal, Plan, Row, percentile
from tests.benchmarks.served import File, Served, served
from workers.samples.books import long_text_pdf

GOAL = Goal(at_most=100.0)

_NAME = "livez"
_FILES, _PAGES = 30, 200
_QUICK_FILES, _QUICK_PAGES = 6, 20
_PAUSE_SECONDS = 0.01


class Asking(threading.Thread):
    """Asks from a thread of its own, so that what the benchmark does otherwise does not delay it."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self._address = urlsplit(url)
        self._enough = threading.Event()
        self.milliseconds: list[float] = []
        self.error: Exception | None = None

    def run(self) -> None:
        """Until told that it is enough."""
        connection = http.client.HTTPConnection(str(self._address.hostname), self._address.port, timeout=30)
        try:
            while not self._enough.is_set():
                began = time.perf_counter()
                connection.request("GET", "/livez")
                answer = connection.getresponse()
                answer.read()
                assert answer.status == 200, answer.status
                self.milliseconds.append((time.perf_counter() - began) * 1000)
                self._enough.wait(_PAUSE_SECONDS)
        except Exception as error:  # noqa: BLE001 -- told by `end`
            self.error = error
        finally:
            connection.close()

    def end(self) -> list[float]:
        """What each answer took; raises what went wrong."""
        self._enough.set()
        self.join()
        if self.error is not None:
            raise self.error
        return self.milliseconds


async def measure(plan: Plan) -> AsyncIterator[Row]:
    """One run of uploads; quick or not, the workers have something to do all the time."""
    content = long_text_pdf(_QUICK_PAGES if plan.quick else _PAGES)
    count = _QUICK_FILES if plan.quick else _FILES
    workers = len(os.sched_getaffinity(0))
    async with served(plan.folder / "up", workers=workers) as up:
        busy = _Busy(up, workers)
        watching = asyncio.create_task(busy.watch())
        asking = Asking(up.up.url)
        asking.start()
        try:
            await asyncio.gather(*(_to_its_end(up, content) for _ in range(count)))
        finally:
            milliseconds = asking.end()
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
    note = f"{len(milliseconds)} answers; all {workers} slots busy {busy.share:.0%} of the time"
    for what, value, goal in (
        ("p50", percentile(milliseconds, 0.5), None),
        ("p99", percentile(milliseconds, 0.99), GOAL),
        ("the slowest", max(milliseconds), None),
    ):
        yield Row(_NAME, f"/livez during {count} uploads: {what}", value, "ms", goal, note=note)


async def _to_its_end(up: Served, content: bytes) -> None:
    sent = await up.upload(File("long.pdf", [content]))
    async with aclosing(up.watching().watch(sent.answer["accepted"][0]["job_id"])) as changes:
        states = [job.state async for job in changes]
    assert states[-1] == "completed", states


class _Busy:
    """How much of the time all slots had a step, from the first one that began to the last that ended."""

    def __init__(self, up: Served, slots: int) -> None:
        self._up = up
        self._slots = slots
        self._changes: list[tuple[float, int]] = []

    @property
    def share(self) -> float:
        """0 to 1."""
        began = next((at for at, running in self._changes if running), 0.0)
        spans = [(a, b, running) for (a, running), (b, _) in pairwise(self._changes) if a >= began]
        busy = sum(b - a for a, b, running in spans if running >= self._slots)
        ended = max((b for _, b, running in spans if running), default=0.0)
        return busy / (ended - began) if ended > began else 0.0

    async def watch(self) -> None:
        """Until cancelled."""
        async for value in self._up.watching().watch_workers():
            running = sum(len(each["running"]) for each in value["workers"].values())
            self._changes.append((time.monotonic(), running))
