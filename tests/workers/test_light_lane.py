"""A short step does not wait for a slot that longer ones hold; another long one does."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from service.domain.pipeline import FirstStep
from tests.support.house import House, open_house
from tests.support.small_worker import Gate, SmallOptions, give, nothing, phase, small, small_worker
from tests.support.waiting import until
from workers.pipelines.declaration import Phase, Pipeline

pytestmark = pytest.mark.anyio


@pytest.fixture
async def house(database_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(database_url, redis_url, tmp_path) as opened:
        yield opened


def short(*phases: Phase) -> Pipeline:
    """A pipeline whose first step is light."""
    return Pipeline("short", SmallOptions, ("txt",), FirstStep(30, 30, 0), phases)


async def test_a_newcomer_runs_beside_a_slot_that_is_held_long(house: House) -> None:
    gate = Gate()
    long, quick = small(phase("only", gate), name="long"), short(phase("inspecting", nothing))
    held = await give(house, long)
    async with small_worker(house, long, quick, slots=1):
        await until(lambda: gate.arrived == 1, "the slot is held")
        await house.state(await give(house, quick, b"newcomer"), "completed")
        assert (await house.job(held)).state == "processing"
        gate.open()
        await house.state(held, "completed")


async def test_without_light_slots_the_newcomer_waits(house: House) -> None:
    gate = Gate()
    long, quick = small(phase("only", gate), name="long"), short(phase("inspecting", nothing))
    held = await give(house, long)
    async with small_worker(house, long, quick, slots=1, light_slots=0) as worker:
        await until(lambda: gate.arrived == 1, "the slot is held")
        newcomer = await give(house, quick, b"newcomer")
        gate.open()
        await house.state(held, "completed")
        await house.state(newcomer, "completed")
        await until(lambda: not worker.running.all(), "nothing runs any more")
    ended, began = await house.job(held), await house.job(newcomer)
    assert ended.ended_at is not None
    assert began.started_at is not None
    assert began.started_at >= ended.ended_at - 0.05


async def test_a_long_step_has_no_place_beside_the_slots(house: House) -> None:
    first, second = Gate(), Gate()
    long, other = small(phase("only", first), name="long"), small(phase("only", second), name="other")
    quick = short(phase("inspecting", nothing))
    held = await give(house, long)
    async with small_worker(house, long, other, quick, slots=1):
        await until(lambda: first.arrived == 1, "the slot is held")
        waiting = await give(house, other, b"also long")
        await house.state(await give(house, quick, b"newcomer"), "completed")
        assert second.arrived == 0, "the light slot has just been looked at, and it was no place for this one"
        first.open()
        second.open()
        for job_id in (held, waiting):
            await house.state(job_id, "completed")
