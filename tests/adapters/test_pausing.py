"""Pausing one job, a batch, or the whole queue: nothing is claimed meanwhile, and nobody's failures rise."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from service.adapters.records.steps import LostStep
from service.adapters.tables import BatchMemberRow, BatchRow, JobSnapshotRow, StepRow
from service.adapters.turns import claim_light, claim_next
from service.domain.account import Actor
from service.domain.ids import new_id
from service.domain.work import StepDone
from tests.support.by_hand import WORKER, ByHand, in_state
from tests.support.house import open_house
from tests.support.small_worker import Gate, give, phase, small, small_worker
from tests.support.waiting import until
from workers.pipelines.declaration import StepContext

pytestmark = pytest.mark.anyio

BOSS = Actor(new_id(), "Bo", is_admin=True)


@pytest.fixture
async def machine(database_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[ByHand]:
    async with open_house(database_url, redis_url, tmp_path) as house:
        yield ByHand(house, small(phase("inspecting"), phase("reading", steps=2), phase("assembling")))


async def test_a_pause_at_once_hands_back_what_runs_and_counts_no_failure(machine: ByHand) -> None:
    job_id = await machine.give()
    await machine.to_phase(job_id, 1)
    claim = await machine.claimed(job_id)
    commands, actor = machine.house.a.commands, machine.house.actor
    assert await commands.pause(job_id, actor, stop=True) == "paused"
    (step, _) = await machine.steps(job_id, "queued")
    assert (step.failures, step.deaths, step.worker) == (0, 0, None)
    with pytest.raises(LostStep):
        await machine.done(claim)
    assert await commands.resume(job_id, actor) == "queued"
    again = await machine.claimed(job_id)
    assert again.step.attempt == claim.step.attempt + 1
    log = (await machine.house.snapshot(job_id)).value["log"].values()
    assert [each["by"] for each in log if each["code"] == "paused_at_once"] == [actor.name]


async def test_a_job_that_is_pausing_can_be_stopped_after_all(machine: ByHand) -> None:
    job_id = await in_state(machine, "pausing")
    assert await machine.house.a.commands.pause(job_id, machine.house.actor, stop=True) == "paused"
    assert await machine.steps(job_id, "running") == []


async def test_a_batch_is_paused_and_resumed_as_a_whole(machine: ByHand) -> None:
    many, actor = machine.house.a.many, machine.house.actor
    states = ("queued", "processing", "paused", "completed", "waiting")
    jobs = {state: await in_state(machine, state) for state in states}
    batch_id = new_id()
    async with machine.house.a.db.writing() as session:
        session.add(BatchRow(id=batch_id, owner_id=actor.user_id, name=None, created_at=0.0))
        await session.flush()
        session.add_all(BatchMemberRow(batch_id=batch_id, job_id=job, added_at=0.0) for job in jobs.values())
    assert set(await many.pause_batch(batch_id, actor, stop=True)) == {
        jobs["queued"],
        jobs["processing"],
        jobs["paused"],
    }
    assert (await machine.house.job(jobs["processing"])).state == "paused"
    assert len(await many.resume_batch(batch_id, actor)) == 3
    assert await many.resume_batch(batch_id, actor) == []
    assert (await machine.house.job(jobs["processing"])).state == "queued"


async def test_nothing_is_claimed_while_the_queue_is_paused_whoever_asks(machine: ByHand) -> None:
    job_id = await machine.give()
    (step,) = await machine.steps(job_id)
    paused = await machine.house.a.whole_queue.pause(BOSS)
    assert paused is not None
    assert paused.by == "Bo"
    assert await machine.claim(step.id) is None, "not even who asks for the step itself"
    db = machine.house.a.db
    assert await claim_next(db, step.id, WORKER, 60.0) is None
    assert await claim_light(db, WORKER, 60.0) is None
    await machine.give(content=b"another")
    await machine.sweep.once()
    assert await machine.rung() == set()
    await machine.house.a.whole_queue.resume()
    assert step.id in await machine.rung(), "what is due is rung at once"
    assert await machine.claim(step.id) is not None


async def test_pausing_the_queue_twice_keeps_who_did_it_first(machine: ByHand) -> None:
    queue = machine.house.a.whole_queue
    first = await queue.pause(BOSS)
    assert await queue.pause(Actor(new_id(), "Cy", is_admin=True)) == first
    await queue.resume()
    await queue.resume()
    assert await queue.paused() is None


async def test_what_runs_while_the_queue_is_paused_ends_and_its_job_goes_no_further(machine: ByHand) -> None:
    job_id = await machine.give()
    claim = await machine.claimed(job_id)
    await machine.house.a.whole_queue.pause(BOSS)
    await machine.done(claim)
    (step, _) = await machine.steps(job_id, "queued")
    assert step.phase == 1
    assert await machine.claim(step.id) is None


async def test_a_queue_paused_at_once_hands_everything_back(machine: ByHand) -> None:
    jobs = [await machine.give(content=str(number).encode()) for number in range(2)]
    claims = [await machine.claimed(job_id) for job_id in jobs]
    await machine.house.a.whole_queue.pause(BOSS, stop=True)
    for job_id, claim in zip(jobs, claims, strict=True):
        (step,) = await machine.steps(job_id, "queued")
        assert step.failures == 0
        with pytest.raises(LostStep):
            await machine.done(claim)
        assert (await machine.house.snapshot(job_id)).value["waits_for"]["code"] == "queue_paused"
    await machine.house.a.whole_queue.resume()
    for job_id in jobs:
        assert (await machine.house.snapshot(job_id)).value.get("waits_for") is None
        assert await machine.claimed(job_id)


async def test_claims_and_a_pause_at_the_same_time(machine: ByHand) -> None:
    """Whoever claims while the pause is on its way has done so when it is there."""
    steps = [(await machine.steps(await machine.give(content=bytes([n]), force=True)))[0] for n in range(12)]
    queue = machine.house.a.whole_queue

    async def pause() -> int:
        await queue.pause(BOSS)
        async with machine.house.a.db.reading() as session:
            running = select(func.count()).select_from(StepRow).where(StepRow.state == "running")
            return await session.scalar(running) or 0

    claims = [machine.claim(step.id) for step in steps]
    results = await asyncio.gather(*claims[:6], pause(), *claims[6:])
    at_pause = results.pop(6)
    assert sum(each is not None for each in results) == at_pause


async def test_a_worker_stops_its_step_and_does_it_again_after_the_resume(machine: ByHand) -> None:
    gate, ran = Gate(), list[str]()

    async def work(context: StepContext) -> StepDone:
        ran.append(context.job_id)
        return await gate(context)

    house, pipeline = machine.house, small(phase("only", work))
    job_id = await give(house, pipeline)
    async with small_worker(house, pipeline) as worker:
        await until(lambda: gate.arrived == 1, "it runs")
        assert await house.a.commands.pause(job_id, house.actor, stop=True) == "paused"
        await until(lambda: not worker.running.all(), "it was stopped", seconds=2)
        await house.a.commands.resume(job_id, house.actor)
        await until(lambda: gate.arrived == 2, "it runs again")
        gate.open()
        await house.state(job_id, "completed")
    (step,) = await machine.steps(job_id)
    assert (step.failures, step.attempt) == (0, 2)


async def test_a_cancel_says_that_a_remote_engine_is_left_to_itself(machine: ByHand) -> None:
    job_id = await in_state(machine, "processing")
    (step,) = await machine.steps(job_id, "running")
    await machine.set_step(step.id, engine="documentai")
    await machine.house.a.commands.cancel(job_id, machine.house.actor)
    async with machine.house.a.db.reading() as session:
        stored = await session.get(JobSnapshotRow, job_id)
    assert stored is not None
    for log in (stored.value["log"], (await machine.house.snapshot(job_id)).value["log"]):
        last = [log[number]["code"] for number in sorted(log, key=int)][-2:]
        assert last == ["remote_abandoned", "cancelled"]
