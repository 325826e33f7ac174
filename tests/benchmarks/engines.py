"""How fast children start and pages are read, without the service around them.

The peer of reading is bare `get_text("dict")` in the same process.
"""

import statistics
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from tests.benchmarks.measuring import Goal, Plan, Row, percentile
from workers.engines.flow.child import convert
from workers.engines.pdf.child import inspect, render
from workers.engines.pdf.mupdf import pymupdf
from workers.engines.pdf.reading import read_text
from workers.samples.books import long_text_pdf
from workers.sandbox import Sandbox

PAGES = 619
CALLS = 60
READING_GOAL = Goal(at_least=0.85)
INSPECTING_GOAL = Goal(at_most=0.3)


async def measure(plan: Plan) -> AsyncIterator[Row]:
    """Reading and rendering in this process, then children."""
    path = plan.folder / "book.pdf"
    path.write_bytes(long_text_pdf(PAGES))
    for row in [*_reading(str(path)), *_others(plan.folder)]:
        yield row
    for row in await _children(str(path)):
        yield row


def _reading(path: str) -> Iterator[Row]:
    """The best of three, each measured in turn, so that a busy machine disturbs all alike."""
    best: dict[str, float] = {}
    for _ in range(3):
        for what, run in (
            ('bare get_text("dict")', lambda: _bare(path)),
            ("read_text", lambda: sum(1 for _ in read_text(path, range(1, PAGES + 1)))),
            ("inspect", lambda: next(inspect(path))),
        ):
            begun = time.perf_counter()
            run()
            best[what] = min(best.get(what, 1e9), time.perf_counter() - begun)
    for what, seconds in best.items():
        yield _row(f"{what}, {PAGES} pages", PAGES / seconds, "pages/s")
    bare, read = best['bare get_text("dict")'], best["read_text"]
    yield _row("read_text / bare", bare / read, "x", READING_GOAL)
    yield _row("inspect", best["inspect"] / PAGES * 1000, "ms/page", INSPECTING_GOAL)


def _bare(path: str) -> None:
    with pymupdf.open(path) as document:
        for page in document:
            page.get_text("dict")


def _others(folder: Path) -> Iterator[Row]:
    begun = time.perf_counter()
    for _ in render(str(folder / "book.pdf"), range(1, 21), dpi=200):
        pass
    yield _row("render, A5 at 200 dpi, gray", 20 / (time.perf_counter() - begun), "pages/s")
    text = folder / "text.txt"
    text.write_text("Some ordinary words in a paragraph that goes on for a while. " * 8 + "\n\n")
    text.write_text(text.read_text() * 2000)
    begun = time.perf_counter()
    pages = [item["page_count"] for item in convert(str(text), "txt")][-1]
    yield _row("convert, plain text", pages / (time.perf_counter() - begun), "pages/s")


async def _children(path: str) -> list[Row]:
    begun = time.perf_counter()
    sandbox = Sandbox(["workers.engines.pdf.child", "workers.engines.flow.child"])
    await sandbox.start()
    rows = [_row("template ready", time.perf_counter() - begun, "s")]
    first: list[float] = []
    killed: list[float] = []
    for _ in range(CALLS):
        begun = time.perf_counter()
        call = sandbox.call(
            "workers.engines.pdf.child:read_records", {"path": path, "pages": list(range(1, 200))}
        )
        async with call as items:
            await anext(items)
            first.append((time.perf_counter() - begun) * 1000)
            begun = time.perf_counter()
        killed.append((time.perf_counter() - begun) * 1000)
    rows += [
        _row("call to first page, p50", statistics.median(first), "ms"),
        _row("call to first page, p99", percentile(first, 0.99), "ms"),
    ]
    rows += [
        _row("kill in mid-work, p50", statistics.median(killed), "ms"),
        _row("kill in mid-work, p99", percentile(killed, 0.99), "ms"),
    ]
    begun = time.perf_counter()
    call = sandbox.call(
        "workers.engines.pdf.child:read_records", {"path": path, "pages": list(range(1, PAGES + 1))}
    )
    async with call as items:
        count = len([item async for item in items])
    rows.append(_row("read_text through the sandbox", count / (time.perf_counter() - begun), "pages/s"))
    await sandbox.close()
    return rows


def _row(what: str, value: float, unit: str, goal: Goal | None = None) -> Row:
    return Row("engines", what, value, unit, goal)
