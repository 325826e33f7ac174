"""Seconds from a newcomer's upload to its first progress, while another owner's documents hold all slots.

Two worker processes are full of long text documents or of scans that RapidOCR reads. The newcomer has one page of text.
Under OCR it is measured with and without the light slot beside the workers' slots.
"""

import asyncio
import time
from collections.abc import AsyncIterator

from sqlalchemy import func, select

from service.adapters.embedded_redis import EmbeddedRedis
from service.adapters.tables import StepRow, UserRow
from service.domain.account import Actor
from service.domain.ids import new_id
from service.domain.step import LIGHT_MS
from tests.benchmarks.measuring import Goal, Plan, Row, percentile
from tests.benchmarks.staff import staff
from tests.support.house import House, open_house
from tests.support.pdf_files import scanned_pdf, words
from tests.support.schema import migrate
from tests.support.waiting import until
from workers.samples.books import long_text_pdf

_NAME = "newcomer"
_WORKERS = 2
SOON = Goal(at_most=1.0)


async def measure(plan: Plan) -> AsyncIterator[Row]:
    """A few newcomers for each kind of load."""
    text = await asyncio.to_thread(long_text_pdf, 2400)
    scans = await asyncio.to_thread(_scans, 40)
    times = plan.times(10, 2)
    for load, content, light in (("text", text, 1), ("OCR", scans, 1), ("OCR", scans, 0)):
        seconds = await _load(plan, f"{load}{light}", content, times, light=light)
        how = load if light else f"{load}, without the light slot"
        for share in (0.5, 1.0):
            which = "median" if share == 0.5 else "worst"
            goal = SOON if light else None
            yield Row(_NAME, f"under {how}: {which} of {times}", percentile(seconds, share), "s", goal)


async def _load(plan: Plan, name: str, content: bytes, times: int, *, light: int) -> list[float]:
    folder = plan.folder / name
    folder.mkdir()
    url = f"sqlite+aiosqlite:///{folder / 'headway.sqlite'}"
    await asyncio.to_thread(migrate, url)
    async with (
        EmbeddedRedis(folder) as redis,
        open_house(url, redis.url, folder, light_slots=light) as house,
        staff(house, _WORKERS),
    ):
        crowd, newcomer = house.actor, await _another(house)
        found: list[float] = []
        jobs: list[str] = []
        for number in range(times):
            jobs = await _held(house, jobs, content)
            house.actor = newcomer
            found.append(await _first_progress(house, f"A letter, number {number}.".encode()))
            house.actor = crowd
        await house.a.many.cancel(jobs, crowd)
    return found


async def _held(house: House, jobs: list[str], content: bytes) -> list[str]:
    """The crowd's jobs, with more of them where few are left; by then its long steps hold all slots."""
    live = [each for each in jobs if (await house.job(each)).ended_at is None]
    while len(live) < _WORKERS:
        live.append((await house.accept("long.pdf", "pdf", content, force=True)).job_id)
    long = (StepRow.cost > LIGHT_MS) | StepRow.engine.is_not(None)

    async def all_slots() -> bool:
        async with house.a.db.reading() as session:
            held = select(func.count()).select_from(StepRow).where(StepRow.state == "running", long)
            return (await session.scalar(held) or 0) >= _WORKERS

    await until(all_slots, "all slots are held", seconds=60)
    return live


async def _first_progress(house: House, content: bytes) -> float:
    began = time.perf_counter()
    one = await house.accept("letter.txt", "txt", content, force=True)

    async def makes_headway() -> bool:
        return bool((await house.snapshot(one.job_id)).value.get("percent"))

    await until(makes_headway, "it makes headway", seconds=60, every=0.005)
    return time.perf_counter() - began


async def _another(house: House) -> Actor:
    actor = Actor(new_id(), "Bea")
    async with house.a.db.writing() as session:
        session.add(UserRow(id=actor.user_id, name=actor.name, role="user", created_at=0.0))
    return actor


def _scans(pages: int) -> bytes:
    return scanned_pdf(*(words(150, seed=number) for number in range(pages)))
