"""Seconds from the start of a long book to its first rows, and to its last.

A novel of 619 pages lies there, its plan shown, and is started. The first rows are there when a chunk was told to be
done over the socket, and `GET /api/jobs/<id>/sentences` has answered with them. Two workers, cut by the rules.
"""

import os
import time
from collections.abc import AsyncIterator

from tests.benchmarks.measuring import Goal, Plan, Row, median_row
from tests.benchmarks.sentences.books import SEED, give
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
    first, last, rows = zip(*runs, strict=True)
    note = f"{rows[0]} rows at once."
    yield median_row(_NAME, "start to the first rows", first, "s", goal=FIRST, note=note)
    yield median_row(_NAME, "start to the end", last, "s")


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
