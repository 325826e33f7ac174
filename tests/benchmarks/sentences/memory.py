"""What a worker holds in memory while a long book becomes sentences, and whether a longer one takes more.

Novels of 619 and of 1,238 pages in turn through one worker with one slot. *Itself* is the worker's process: the most
that was resident since the upload (VmHWM), over what was resident before it had any work. *With its children* adds what
they hold of their own (RssAnon), looked at every 20 ms: pages are read in them. Flat means that twice the pages take at
most 15 MiB more.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from functools import partial

from tests.benchmarks.measuring import Goal, Plan, Row, forget_peak, interleaved, median_row, memory_bytes
from tests.benchmarks.sentences.books import SEED, through
from tests.benchmarks.served import served
from tests.support.headway_process import descendants
from tests.support.novel_files import novel_pdf
from tests.support.novels import novel

BOUND, FLAT = Goal(at_most=300), Goal(at_most=15)

_NAME = "sentences.memory"
_MIB = 1 << 20
_PAGES, _QUICK_PAGES = 619, 60
_EVERY = 0.02


async def measure(plan: Plan) -> AsyncIterator[Row]:
    """The book, and one twice as long."""
    pages = _QUICK_PAGES if plan.quick else _PAGES
    books = {each: await asyncio.to_thread(_book, each) for each in (pages, 2 * pages)}
    held: dict[int, list[tuple[float, float]]] = {each: [] for each in books}
    async with served(plan.folder / "up", workers=1) as up:
        (worker,) = up.up.pids("workers.main")
        idle, idle_all = memory_bytes(worker), _all(worker)

        async def one(pages: int) -> None:
            forget_peak(worker)
            seen = [idle_all]
            watching = asyncio.create_task(_watch(worker, seen))
            await through(up, books[pages], engine="rules")
            watching.cancel()
            most = memory_bytes(worker, "VmHWM")
            held[pages].append(((most - idle) / _MIB, (seen[0] - idle_all) / _MIB))

        await one(pages)
        held[pages].clear()  # what is loaded once was loaded then
        await interleaved(plan.times(3), *(partial(one, each) for each in books))
    for row in _told(held):
        yield row


async def _watch(worker: int, seen: list[int]) -> None:
    """Keeps in `seen` the most that the worker and its children hold, until it is cancelled."""
    while True:
        seen[0] = max(seen[0], _all(worker))
        await asyncio.sleep(_EVERY)


def _all(worker: int) -> int:
    total = 0
    for pid in (worker, *descendants(worker)):
        with suppress(FileNotFoundError, ProcessLookupError, ValueError):
            total += memory_bytes(pid, "RssAnon")
    return total


def _book(pages: int) -> bytes:
    return novel_pdf(novel(pages, SEED))


def _told(held: dict[int, list[tuple[float, float]]]) -> Iterator[Row]:
    short, long = held.values()
    for at, who in enumerate(("the worker itself", "the worker with its children")):
        for pages, most in held.items():
            what = f"{who}, {pages} pages: over idle"
            yield median_row(_NAME, what, [each[at] for each in most], "MiB", goal=BOUND)
        more = [twice[at] - once[at] for once, twice in zip(short, long, strict=True)]
        yield median_row(_NAME, f"{who}: more for twice the pages", more, "MiB", goal=FLAT)
