"""What kills its worker fails after three times, and none of those that ran beside it is taken for the cause."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from service.adapters.records import leases
from service.adapters.records.leases import MOST_DEATHS, SUSPECT_DEATHS
from service.adapters.records.steps import Claim
from service.adapters.tables import StepRow
from service.domain.failure import FailureKind
from tests.support.by_hand import ByHand
from tests.support.house import House, open_house
from tests.support.small_worker import Gate, give, phase, small, small_worker
from tests.support.waiting import until
from workers.company import Company
from workers.engines.failures import EngineFailed
from workers.failures import MOST_TRIES, Past, judge
from workers.sandbox import ChildFailed

pytestmark = pytest.mark.anyio


@pytest.fixture
async def house(database_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(database_url, redis_url, tmp_path / "data") as opened:
        yield opened


@pytest.fixture
def machine(house: House) -> ByHand:
    return ByHand(house, small(phase("inspecting"), phase("reading", steps=2)))


async def dies(machine: ByHand, *claims: Claim, supervised: bool) -> None:
    """The worker of these claims is gone; its supervisor says so, or nobody does."""
    if supervised:
        async with machine.house.a.db.writing() as session:
            await leases.release(session, str(claims[0].step.worker), live=machine.house.a.echo.live)
        return
    for each in claims:
        await machine.expire(each)
    await machine.sweep.once()


@pytest.mark.parametrize("supervised", [True, False])
async def test_alone_it_fails_the_third_time_by_whichever_way_the_death_is_heard_of(
    machine: ByHand, *, supervised: bool
) -> None:
    job_id = await machine.give()
    for death in range(1, MOST_DEATHS + 1):
        await dies(machine, await machine.claimed(job_id, f"worker-{death}"), supervised=supervised)
        (step,) = await machine.steps(job_id)
        assert step.deaths == death
    job = await machine.house.job(job_id)
    assert job.state == "failed" and job.error is not None
    assert (job.error["code"], job.error["params"]) == ("worker_lost", {"failures": MOST_DEATHS})


@pytest.mark.parametrize("supervised", [True, False])
async def test_of_several_in_one_worker_none_fails_for_its_death(
    machine: ByHand, *, supervised: bool
) -> None:
    jobs = [await machine.give(content) for content in (b"poison", b"innocent")]
    for death in range(5):
        claims = [await machine.claimed(job_id, f"worker-{death}") for job_id in jobs]
        await dies(machine, *claims, supervised=supervised)
    for job_id in jobs:
        (step,) = await machine.steps(job_id)
        assert (step.state, step.deaths) == ("queued", SUSPECT_DEATHS)
    poison, innocent = jobs
    await machine.done(await machine.claimed(innocent))
    await dies(machine, await machine.claimed(poison, "last"), supervised=supervised)
    assert (await machine.house.job(poison)).state == "failed"
    assert (await machine.house.job(innocent)).state == "processing"


async def test_deaths_and_passing_failures_are_counted_apart() -> None:
    busy = EngineFailed("ocr_busy", {}, kind="transient")
    crashed = ChildFailed("crashed", "signal 11")
    assert judge(busy, phase="reading", past=Past(failures=MOST_TRIES, deaths=2)).again is not None
    assert judge(busy, phase="reading", past=Past(failures=MOST_TRIES - 1, deaths=0)).again is None
    again = judge(crashed, phase="reading", past=Past(failures=4, deaths=1)).again
    assert again is not None and again.died and again.of == MOST_DEATHS
    last = judge(crashed, phase="reading", past=Past(failures=2, deaths=2))
    assert last.again is None and last.failure.code == "crashed"
    assert last.failure.kind is FailureKind.FATAL


async def test_a_suspect_runs_alone_in_its_worker(house: House) -> None:
    other, suspect = Gate(), Gate()
    first, second = small(phase("inspecting", other)), small(phase("inspecting", suspect), name="suspect")
    async with small_worker(house, first, second, slots=2):
        await give(house, first, b"1")
        await until(lambda: other.arrived == 1, "the other one runs")
        job_id = await give(house, second, b"2", start=False)
        async with house.a.db.writing() as session:
            await session.execute(
                update(StepRow).where(StepRow.job_id == job_id).values(deaths=SUSPECT_DEATHS)
            )
        await house.a.commands.start(job_id, house.actor)

        async def claimed() -> bool:
            async with house.a.db.reading() as session:
                state = await session.scalar(select(StepRow.state).where(StepRow.job_id == job_id))
            return state == "running"

        await until(claimed, "the suspect is claimed")
        assert suspect.arrived == 0, "it waits until the other one has left"
        later = await give(house, first, b"3")
        other.open()
        await until(lambda: suspect.arrived == 1, "it runs when the other one has left")
        assert (await house.job(later)).state == "queued", "nobody comes in while it runs"
        suspect.open()
        await house.state(job_id, "completed")
        await house.state(later, "completed")


async def test_of_two_that_want_to_be_alone_one_gives_way() -> None:
    company = Company()
    entered = asyncio.Event()

    async with company.place() as one, company.place() as two:
        waiting = asyncio.create_task(one.alone())
        await asyncio.wait({waiting}, timeout=0.05)
        assert not waiting.done(), "it waits for the other one to leave"
        assert not await two.alone()

        async def third() -> None:
            async with company.place():
                entered.set()

        late = asyncio.create_task(third())
        await asyncio.wait({late}, timeout=0.05)
        assert not entered.is_set(), "and lets nobody in"
        waiting.cancel()
    await asyncio.wait_for(late, 5)
    assert entered.is_set()
