"""Seconds from the start of a long book to its first rows, and to its last.

A novel of 619 pages lies there, its plan shown, and is started. Over the socket, the first rows are there when a chunk
was told to be done and `GET /api/jobs/<id>/sentences` has answered with them. On the page, Chromium has the book open,
Start is pressed, and the page itself takes the time until rows are in its document, and until a frame that shows them
has been made. Two workers, cut by the rules.
"""

import os
import time
from collections.abc import AsyncIterator

from tests.benchmarks.measuring import Goal, Plan, Row, median_row
from tests.benchmarks.sentences.books import SEED, give
from tests.benchmarks.sentences.on_the_page import FirstRows, OpenBrowser, open_browser
from tests.benchmarks.served import Served, served
from tests.support.novel_files import novel_pdf
from tests.support.novels import novel

FIRST = Goal(at_most=3)

_NAME = "sentences.first_rows"
_PAGES, _QUICK_PAGES = 619, 120


async def measure(plan: Plan) -> AsyncIterator[Row]:
    """Several books, one after the other."""
    content = novel_pdf(novel(_QUICK_PAGES if plan.quick else _PAGES, SEED))
    async with served(plan.folder / "up", workers=len(os.sched_getaffinity(0))) as up:
        await _through(up, content)  # loads what is loaded once
        runs = [await _through(up, content) for _ in range(plan.times(7))]
        async with open_browser(up) as browser:
            await _on_the_page(up, browser, content)
            seen = [await _on_the_page(up, browser, content) for _ in range(plan.times(7))]
    first, last, rows = zip(*runs, strict=True)
    yield median_row(_NAME, "start to the first rows", first, "s", note=f"{rows[0]} rows at once.")
    yield median_row(_NAME, "start to the end", last, "s")
    note = f"{seen[0].rows} rows at once."
    yield median_row(
        _NAME, "on the page: press to the first rows", [each.drawn for each in seen], "s", note=note
    )
    yield median_row(
        _NAME, "on the page: press to the frame with them", [each.painted for each in seen], "s", goal=FIRST
    )


async def _through(up: Served, content: bytes) -> tuple[float, float, int]:
    """When the first rows were there, when the job had ended, and how many the first ones were."""
    job_id = await give(up, content, start=False, engine="rules")
    first, rows, state = 0.0, 0, ""
    async with up.http() as http:
        began = time.monotonic()
        (await http.post(f"/api/jobs/{job_id}/start")).raise_for_status()
        async for job in up.watching().watch(job_id):
            state, chunks = job.state, job.value.get("chunks") or {}
            if not rows and any(each.startswith("d") for each in chunks.values()):
                answer = await http.get(f"/api/jobs/{job_id}/sentences?limit=200")
                rows = len(answer.raise_for_status().json()["items"])
                first = time.monotonic() - began
    assert state == "completed" and rows
    return first, time.monotonic() - began, rows


async def _on_the_page(up: Served, browser: OpenBrowser, content: bytes) -> FirstRows:
    """A book that is started on its page, and ends before the next."""
    job_id = await give(up, content, start=False, engine="rules")
    seen, state = await browser.start(job_id), ""
    async for job in up.watching().watch(job_id):
        state = job.state
    assert state == "completed"
    return seen
