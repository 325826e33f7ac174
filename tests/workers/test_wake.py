"""Workers are woken: they do not poll for work."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from service.adapters import queue
from tests.support.house import House, open_house
from tests.support.small_worker import Gate, give, phase, small, small_worker
from tests.support.waiting import until
from workers import wake

pytestmark = pytest.mark.anyio

NEVER = 3600.0


@pytest.fixture
async def house(sqlite_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(sqlite_url, redis_url, tmp_path / "data") as opened:
        yield opened


class Looks:
    """How often the queue of steps was looked into."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        look = wake.WakeWorker._poll_iteration  # pyright: ignore[reportPrivateUsage]

        async def counted(worker: wake.WakeWorker) -> None:
            self.count += worker.queue_name == queue.STEP_QUEUE
            await look(worker)

        monkeypatch.setattr(wake.WakeWorker, "_poll_iteration", counted)

    async def settled(self) -> None:
        """Waits until the worker has looked and then left it."""
        seen = [-1]

        def unchanged() -> bool:
            before, seen[0] = seen[0], self.count
            return before == self.count > 0

        await until(unchanged, "the worker waits", every=0.1)


async def test_an_idle_worker_does_not_look_and_is_woken_by_a_ring(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wake, "SAFETY_POLL_SECONDS", NEVER)
    looks = Looks(monkeypatch)
    pipeline = small(phase("inspecting"))
    async with small_worker(house, pipeline):
        await looks.settled()
        idle = looks.count
        job_id = await give(house, pipeline)
        await house.state(job_id, "completed")
        await looks.settled()
        assert looks.count - idle <= 3, "woken by the ring, and by the slot that was free again"


async def test_a_slot_that_is_free_again_takes_the_next_step_without_a_poll(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wake, "SAFETY_POLL_SECONDS", NEVER)
    gate = Gate()
    pipeline = small(phase("inspecting", gate))
    async with small_worker(house, pipeline, slots=1):
        jobs = [await give(house, pipeline, content=str(number).encode()) for number in range(3)]
        await until(lambda: gate.arrived == 1, "the first one runs")
        gate.open()
        for job_id in jobs:
            await house.state(job_id, "completed")


async def test_what_takes_long_is_not_begun_again_beside_itself(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(wake, "SAFETY_POLL_SECONDS", 0.02)
    monkeypatch.setattr(wake, "IN_PROGRESS_SECONDS", 0.02)
    looks, gate = Looks(monkeypatch), Gate()
    pipeline = small(phase("inspecting", gate))
    async with small_worker(house, pipeline, slots=2):
        job_id = await give(house, pipeline)
        await until(lambda: gate.arrived == 1, "it runs")
        seen = looks.count
        await until(lambda: looks.count > seen + 10, "the queue was looked into while it ran")
        gate.open()
        await house.state(job_id, "completed")
    assert [
        each.message for each in caplog.records if each.name == "arq.worker" and each.levelname == "ERROR"
    ] == []


async def test_every_phase_is_picked_up_without_a_poll(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wake, "SAFETY_POLL_SECONDS", NEVER)
    pipeline = small(phase("inspecting"), phase("reading", steps=3), phase("assembling"))
    async with small_worker(house, pipeline, slots=2):
        await house.state(await give(house, pipeline), "completed")


async def test_a_wake_up_that_was_lost_is_made_good_by_the_slow_poll(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost(_queue: queue.Queue) -> None:
        return

    monkeypatch.setattr(queue.Queue, "wake", lost)
    monkeypatch.setattr(wake, "SAFETY_POLL_SECONDS", 0.2)
    pipeline = small(phase("inspecting"))
    async with small_worker(house, pipeline):
        await house.state(await give(house, pipeline), "completed")


async def test_work_that_came_before_the_worker_is_found_at_its_start(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wake, "SAFETY_POLL_SECONDS", NEVER)
    pipeline = small(phase("inspecting"))
    jobs = [await give(house, pipeline, content=str(number).encode()) for number in range(6)]
    async with small_worker(house, pipeline, slots=1):
        for job_id in jobs:
            await house.state(job_id, "completed")
