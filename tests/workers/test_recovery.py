"""Whatever is killed, wiped or lost: every accepted job ends, and once."""

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from service.adapters import dispatch, queue
from service.adapters.dispatch import Ring
from service.adapters.echo import Echo, Truth
from service.adapters.tables import RunRow, StepRow, WorkerRow
from service.domain.json import JsonObject
from tests.support.by_hand import ByHand
from tests.support.gated_worker import gated, marks, worker_process
from tests.support.house import House, open_house
from tests.support.small_worker import Gate, give, phase, small, small_worker
from tests.support.waiting import until
from workers import sweep

pytestmark = pytest.mark.anyio

START_SECONDS = 40.0
"""A worker process imports a lot; on a busy machine that takes a while."""


@pytest.fixture
async def house(sqlite_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(sqlite_url, redis_url, tmp_path / "data") as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "marks"
    made.mkdir()
    return made


async def endings(house: House, job_id: str) -> list[str | None]:
    async with house.a.db.reading() as session:
        return list(await session.scalars(select(RunRow.ending).where(RunRow.job_id == job_id)))


async def steps_of(house: House, job_id: str) -> list[tuple[str, int, int]]:
    """State, attempt and failures of the job's steps."""
    async with house.a.db.reading() as session:
        rows = await session.scalars(
            select(StepRow).where(StepRow.job_id == job_id).order_by(StepRow.phase, StepRow.number)
        )
        return [(row.state, row.attempt, row.failures) for row in rows]


async def test_what_a_killed_worker_had_ends_elsewhere_and_once(house: House, folder: Path) -> None:
    pipeline = gated(folder)
    quick: dict[str, Any] = {"lease_seconds": 0.8, "heartbeat_seconds": 0.2}
    async with worker_process(house, folder, slots=2, **quick) as process:
        job_id = await give(house, pipeline)
        both = [("0", "1"), ("1", "1")]
        await until(lambda: marks(folder) == both, "both steps run in the process", seconds=START_SECONDS)
        async with small_worker(house, pipeline, slots=2, **quick):
            process.send_signal(signal.SIGKILL)
            again = sorted([*both, ("0", "2"), ("1", "2")])
            await until(lambda: marks(folder) == again, "both run again elsewhere")
            (folder / "open").touch()
            await house.state(job_id, "completed")
    assert await endings(house, job_id) == ["completed"]
    assert await steps_of(house, job_id) == [("done", 1, 0), ("done", 2, 1), ("done", 2, 1), ("done", 1, 0)]
    value = (await house.snapshot(job_id)).value
    assert (value["percent"], value["pages"]) == (100, {"1": "td", "2": "td"})
    codes = [line["code"] for line in value["log"].values()]
    assert "interrupted" in codes and codes[-1] == "completed"


async def test_a_worker_that_is_told_to_stop_hands_back_and_leaves_no_trace(
    house: House, folder: Path
) -> None:
    pipeline = gated(folder)
    async with worker_process(house, folder, slots=2) as process:
        job_id = await give(house, pipeline)
        await until(lambda: len(marks(folder)) == 2, "both steps run in the process", seconds=START_SECONDS)
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 10) == 0
    assert await steps_of(house, job_id) == [("done", 1, 0), ("queued", 1, 0), ("queued", 1, 0)]
    async with house.a.db.reading() as session:
        assert await session.scalar(select(func.count()).select_from(WorkerRow)) == 0
    (folder / "open").touch()
    async with small_worker(house, pipeline):
        await house.state(job_id, "completed")
    assert await steps_of(house, job_id) == [("done", 1, 0), ("done", 2, 0), ("done", 2, 0), ("done", 1, 0)]


async def test_a_worker_may_finish_its_step_within_the_drain(house: House) -> None:
    gate = Gate()
    pipeline = small(phase("inspecting", gate), phase("reading"))
    async with small_worker(house, pipeline, drain_seconds=10.0):
        job_id = await give(house, pipeline)
        await until(lambda: gate.arrived == 1, "the step runs")
        asyncio.get_running_loop().call_later(0.1, gate.open)
    assert await steps_of(house, job_id) == [("done", 1, 0), ("queued", 0, 0)], "and takes no other one"


async def test_a_wiped_redis_loses_no_job(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "LOST_RING_SECONDS", 0.3)
    gate = Gate()
    pipeline = small(phase("inspecting"), phase("reading", gate, steps=3), phase("assembling"))
    async with small_worker(house, pipeline, slots=1):
        jobs = [await give(house, pipeline, content=str(number).encode()) for number in range(3)]
        await until(lambda: gate.arrived == 1, "a step runs and others are rung")
        before = {job_id: (await house.snapshot(job_id)).value["percent"] for job_id in jobs}
        await house.a.redis.flushall()
        gate.open()
        for job_id in jobs:
            await house.state(job_id, "completed")
            assert await endings(house, job_id) == ["completed"]
            value = (await house.snapshot(job_id)).value
            assert value["percent"] == 100 >= before[job_id]
            assert value["counters"]["steps_done"] == value["counters"]["steps_total"] == 5
            assert {(state, attempt) for state, attempt, _ in await steps_of(house, job_id)} == {("done", 1)}


async def test_a_ring_that_was_lost_is_repeated_by_the_sweep(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatch, "LOST_RING_SECONDS", 0.1)
    ring, lost = queue.Queue.ring, [True, True]

    async def sometimes(self: queue.Queue, step_id: str, attempt: int, number: int) -> None:
        if lost:
            lost.pop()
            return
        await ring(self, step_id, attempt, number)

    monkeypatch.setattr(queue.Queue, "ring", sometimes)
    pipeline = small(phase("inspecting"), phase("reading"))
    async with small_worker(house, pipeline):
        await house.state(await give(house, pipeline), "completed")
    assert not lost


async def test_a_crash_between_commit_and_ring_is_healed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The step was never marked as rung: whoever committed it died at once."""
    monkeypatch.setattr(dispatch.Dispatcher, "dispatch", lambda _self: asyncio.sleep(0, result=0))
    pipeline = small(phase("inspecting"))
    job_id = await give(house, pipeline)
    monkeypatch.undo()
    async with small_worker(house, pipeline):
        await house.state(job_id, "completed")


async def test_a_crash_between_commit_and_publish_is_healed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "UNPUBLISHED_SECONDS", 0.1)
    tell, dropped = Echo.tell, [0]

    async def drop_the_ending(self: Echo, truth: Truth, *lines: JsonObject) -> bool:
        if not dropped[0] and any(line["code"] == "completed" for line in lines):
            dropped[0] += 1
            return True
        return await tell(self, truth, *lines)

    monkeypatch.setattr(Echo, "tell", drop_the_ending)
    pipeline = small(phase("inspecting"))
    async with small_worker(house, pipeline):
        job_id = await give(house, pipeline)
        await house.state(job_id, "completed")
    assert dropped == [1]


async def test_a_job_that_cannot_be_told_of_keeps_no_other_waiting(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one that has waited longest is tried first, again and again."""
    monkeypatch.setattr(sweep, "UNPUBLISHED_SECONDS", 0.0)
    machine = ByHand(house, small(phase("inspecting")))
    broken, sound = [await machine.give(content=each) for each in (b"broken", b"sound")]
    publish, told = Echo.publish, list[str]()

    async def breaks(self: Echo, job_id: str, *lines: JsonObject) -> bool:
        if job_id == broken:
            raise ValueError
        told.append(job_id)
        return await publish(self, job_id, *lines)

    monkeypatch.setattr(Echo, "publish", breaks)
    for age, job_id in ((2.0, broken), (1.0, sound)):
        changed_at = (await house.job(job_id)).changed_at - age
        await machine.set_job(job_id, revision=50, changed_at=changed_at)
    await machine.sweep.once()
    assert told == [sound]


async def test_rings_for_what_is_done_or_gone_do_nothing(house: House) -> None:
    ran = Gate()
    ran.open()
    pipeline = small(phase("inspecting", ran))
    async with small_worker(house, pipeline):
        job_id = await give(house, pipeline)
        await house.state(job_id, "completed")
        async with house.a.db.reading() as session:
            step_id = await session.scalar(select(StepRow.id).where(StepRow.job_id == job_id))
        assert step_id is not None
        await house.a.dispatcher.ring([Ring(step_id, 0, 77), Ring("no such step", 0, 1)])
        await house.state(await give(house, pipeline, content=b"another"), "completed")
    assert ran.arrived == 2
    assert await steps_of(house, job_id) == [("done", 1, 0)]


async def test_with_redis_away_nothing_is_lost_and_work_goes_on_when_it_is_back(
    sqlite_url: str, tmp_path: Path
) -> None:
    from service.adapters.embedded_redis import EmbeddedRedis

    gate = Gate()
    pipeline = small(phase("inspecting", gate), phase("reading", steps=2))
    async with EmbeddedRedis(tmp_path) as own, open_house(sqlite_url, own.url, tmp_path / "data") as house:
        async with small_worker(house, pipeline, lease_seconds=30.0):
            job_id = await give(house, pipeline)
            await until(lambda: gate.arrived == 1, "the step runs")
            await own.stop()
            gate.open()

            async def recorded() -> bool:
                return (await house.job(job_id)).phase == 1

            await until(recorded, "the result is recorded without Redis")
            await own.start()
            await house.state(job_id, "completed")
        assert await endings(house, job_id) == ["completed"]
