"""Milliseconds from the SIGKILL of a worker to another worker's claim of its step.

Real supervisors with real workers, whose steps wait until they are let go on. With a slot free somewhere, with all
slots taken (then the step waits for the worker that its supervisor starts instead), and with the supervisor killed as
well, so that nobody is left but the lease. A claim's time is what SQL says, in whole milliseconds, so 1 ms is added:
the latest that it can have been. The first of a supervisor's life, which loads its database then, is left out. One
machine, one clock.
"""

import asyncio
import os
import signal
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from service.adapters.embedded_redis import EmbeddedRedis
from service.adapters.tables import StepRow, WorkerRow
from tests.benchmarks.measuring import Goal, Plan, Row, percentile
from tests.support.gated_worker import gated
from tests.support.headway_process import descendants
from tests.support.house import House, open_house
from tests.support.processes import is_alive
from tests.support.schema import migrate
from tests.support.server_process import ServerProcess
from tests.support.small_worker import give
from tests.support.waiting import until

_NAME = "recovery"
_CLOCK_SECONDS = 0.001
_CALM_SECONDS = 1.0
HALF, MOST, ALONE = Goal(at_most=50), Goal(at_most=250), Goal(at_most=4000)


@dataclass(frozen=True)
class _Site:
    house: House
    gate: Path
    supervisors: list[ServerProcess]
    workers_each: int

    async def all_live(self) -> None:
        """Every supervisor runs, and all of its workers are known and have come to rest."""
        for each in self.supervisors:
            if not each.is_running:
                each.start()

        async def live() -> bool:
            async with self.house.a.db.reading() as session:
                known = set(await session.scalars(select(WorkerRow.pid)))
            living = {pid for each in self.supervisors for pid in descendants(each.pid)}
            return len(known & living) == len(self.supervisors) * self.workers_each

        await until(live, "all workers live", seconds=60, every=0.05)
        await asyncio.sleep(_CALM_SECONDS)

    async def running(self, number: int) -> dict[str, tuple[int, int]]:
        """Pid of the worker and attempt, by the id of the step, once so many wait at the gate."""

        async def found() -> dict[str, tuple[int, int]]:
            async with self.house.a.db.reading() as session:
                rows = await session.execute(
                    select(StepRow.id, WorkerRow.pid, StepRow.attempt)
                    .join(WorkerRow, WorkerRow.id == StepRow.worker)
                    .where(StepRow.state == "running", StepRow.phase == 1)
                )
                running = {row[0]: (row[1], row[2]) for row in rows if is_alive(row[1])}
            return running if len(running) == number else {}

        return await until(found, f"{number} steps run", seconds=30)

    async def claimed(self, step_id: str, attempt: int) -> float:
        """When the step was claimed again."""

        async def again() -> float | None:
            async with self.house.a.db.reading() as session:
                step = await session.get(StepRow, step_id)
            assert step is not None
            return step.started_at if step.attempt > attempt and step.state == "running" else None

        at = await until(again, "another worker has the step", seconds=30, every=0.02)
        assert at is not None
        return at + _CLOCK_SECONDS

    async def let_go(self) -> None:
        """All jobs end."""
        (self.gate / "open").touch()

        async def none_left() -> bool:
            async with self.house.a.db.reading() as session:
                left = await session.scalar(
                    select(func.count()).where(StepRow.state.in_(("queued", "running", "planned")))
                )
            return left == 0

        await until(none_left, "all jobs have ended", seconds=30)
        (self.gate / "open").unlink()


async def measure(plan: Plan) -> AsyncIterator[Row]:
    """A job has two steps at the gate; each loses its worker once at most."""
    url = f"sqlite+aiosqlite:///{plan.folder / 'headway.sqlite'}"
    await asyncio.to_thread(migrate, url)
    async with _site(plan.folder, url, supervisors=1, workers=3) as site:
        await _killed(site, jobs=1, running=2)  # the first also waits for what its supervisor has yet to load
        free = [await _killed(site, jobs=1, running=2) for _ in range(plan.times(60, 2))]
    async with _site(plan.folder / "loaded", url, supervisors=1, workers=2) as site:
        loaded = [await _killed(site, jobs=1, running=2) for _ in range(plan.times(20, 1))]
    async with _site(plan.folder / "alone", url, supervisors=2, workers=2) as site:
        alone = [
            await _killed(site, jobs=1, running=2, with_supervisor=True) for _ in range(plan.times(15, 1))
        ]
    yield _row("worker killed, a slot is free", free, 0.5, HALF)
    yield _row("worker killed, a slot is free", free, 0.99, MOST)
    yield _row("worker killed, all slots taken", loaded, 0.5)
    yield _row("worker killed, all slots taken", loaded, 0.99)
    yield _row("supervisor killed with its workers", alone, 0.5)
    yield _row("supervisor killed with its workers", alone, 1.0, ALONE)


def _row(what: str, seconds: list[float], share: float, goal: Goal | None = None) -> Row:
    which = "most" if share == 1 else f"p{share * 100:g}"
    return Row(_NAME, f"{what}: {which} of {len(seconds)}", percentile(seconds, share) * 1000, "ms", goal)


async def _killed(site: _Site, *, jobs: int, running: int, with_supervisor: bool = False) -> float:
    await site.all_live()
    for number in range(jobs):
        await give(site.house, gated(site.gate), f"{number} {time.time_ns()}".encode())
    step_id, (pid, attempt) = next(iter((await site.running(running)).items()))
    if with_supervisor:
        struck = next(each for each in site.supervisors if pid in descendants(each.pid))
        began = time.time()
        await struck.kill()
    else:
        began = time.time()
        os.kill(pid, signal.SIGKILL)
    seconds = await site.claimed(step_id, attempt) - began
    await site.let_go()
    return seconds


@asynccontextmanager
async def _site(folder: Path, url: str, *, supervisors: int, workers: int) -> AsyncGenerator[_Site, None]:
    gate = folder / "gate"
    gate.mkdir(parents=True)
    async with AsyncExitStack() as stack:
        redis = await stack.enter_async_context(EmbeddedRedis(folder))
        house = await stack.enter_async_context(open_house(url, redis.url, folder / "data", workers=workers))
        kept = [
            ServerProcess(
                folder / f"supervisor-{number}",
                ("tests.support.supervisor_of", "tests.support.gated_worker"),
                {**house.settings.environment(), "GATED_FOLDER": str(gate)},
            )
            for number in range(supervisors)
        ]
        for each in kept:
            stack.push_async_callback(each.kill)
        yield _Site(house, gate, kept, workers)
