"""Ten thousand documents of one owner do not keep another's only one waiting, and limits hold whoever claims."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from service.adapters import dispatch
from service.adapters.applying import JobGone
from service.adapters.commands import HighForAdmins
from service.adapters.records.steps import add_steps
from service.adapters.tables import JobRow, StepRow, UserRow
from service.adapters.turns import claim_next
from service.domain.account import Actor
from service.domain.ids import new_id
from service.domain.job import NotPossible
from service.domain.limits import RunningLimits
from service.domain.work import StepPlan
from tests.support.by_hand import WORKER, ByHand, in_state
from tests.support.counting import statements
from tests.support.house import open_house
from tests.support.many_jobs import add_jobs
from tests.support.small_worker import phase, small

pytestmark = pytest.mark.anyio


@pytest.fixture
async def machine(database_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[ByHand]:
    async with open_house(database_url, redis_url, tmp_path) as house:
        yield ByHand(house, small(phase("inspecting"), phase("reading", steps=2), phase("assembling")))


async def owner(machine: ByHand, name: str) -> Actor:
    actor = Actor(new_id(), name)
    async with machine.house.a.db.writing() as session:
        session.add(UserRow(id=actor.user_id, name=name, role="user", created_at=0.0))
    return actor


async def test_a_newcomer_is_next_behind_ten_thousand_and_picking_stays_fast(machine: ByHand) -> None:
    db = machine.house.a.db
    crowd, newcomer = await owner(machine, "Ada"), await owner(machine, "Bea")
    await add_jobs(db, crowd.user_id, 10_000)
    async with db.writing() as session:
        running = await dispatch.pick(session)
    for each in running:
        await machine.set_step(each.step_id, state="running", worker=WORKER, lease_until=4e9)
    (job_id,) = await add_jobs(db, newcomer.user_id, 1)
    (step,) = await machine.steps(job_id)
    times: list[float] = []
    for _ in range(5):
        async with db.writing() as session:
            began = time.perf_counter()
            rings = await dispatch.pick(session)
            times.append(time.perf_counter() - began)
            await dispatch.forget_rings(session)
        assert rings[0].step_id == step.id, "the last to come is the next to run"
    print(f"\npicking among 10,000: {min(times) * 1000:.1f} ms at best, {max(times) * 1000:.1f} at worst")
    assert min(times) < 0.1


async def test_an_owner_runs_no_more_than_its_limit_whoever_claims_at_once(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    async with open_house(database_url, redis_url, tmp_path, owner_steps=2) as house:
        machine = ByHand(house, small(phase("only")))
        steps = [(await machine.steps(await machine.give(bytes([n]), force=True)))[0] for n in range(6)]
        claims = await asyncio.gather(*(claim_next(house.a.db, each.id, WORKER, 60.0) for each in steps))
        running = [each for each in claims if each is not None]
        assert len(running) == 2
        assert len(await machine.rung()) <= 2, "what could not be claimed is not rung"
        await machine.done(running[0])
        assert await claim_next(house.a.db, steps[-1].id, WORKER, 60.0) is not None, (
            "there is room for one more"
        )
        assert await claim_next(house.a.db, steps[-1].id, WORKER, 60.0) is None


async def test_an_engine_runs_no_more_than_its_limit_and_others_go_on(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    limits = (("rapidocr", 1),)
    async with open_house(database_url, redis_url, tmp_path, engine_steps=limits) as house:
        assert house.a.db.limits == RunningLimits(None, limits)
        machine = ByHand(house, small(phase("only")))
        scans = [await machine.give(bytes([n]), force=True) for n in range(3)]
        for job_id in scans:
            (step,) = await machine.steps(job_id)
            await machine.set_step(step.id, engine="rapidocr")
        text = await machine.give(b"text")
        claims = [await claim_next(house.a.db, step.id, WORKER, 60.0) for step in await machine.steps(text)]
        claims += [
            await claim_next(house.a.db, step.id, WORKER, 60.0)
            for job_id in scans
            for step in await machine.steps(job_id)
        ]
        jobs = [each.job.id for each in claims if each is not None]
        assert text in jobs
        assert len(jobs) == 2


async def limited(machine: ByHand, at_once: int | None) -> str:
    """A job whose phase of four steps has begun, of which so many may run at once."""
    job_id = await machine.give(force=True)
    await machine.to_phase(job_id, 1)
    for step in await machine.steps(job_id, "queued"):
        await machine.set_step(step.id, at_once=at_once, dispatched_at=None)
    return job_id


@pytest.fixture
def wide(machine: ByHand) -> ByHand:
    pipeline = small(phase("inspecting"), phase("reading", steps=4), phase("assembling"))
    return ByHand(machine.house, pipeline)


async def claims_of(machine: ByHand, steps: list[StepRow]) -> list[str]:
    """The jobs of the claims that all these steps' rings lead to at the same time."""
    db = machine.house.a.db
    claims = await asyncio.gather(*(claim_next(db, each.id, WORKER, 60.0) for each in steps))
    return [each.job.id for each in claims if each is not None]


async def test_a_job_runs_no_more_at_once_than_it_may_and_others_go_on(wide: ByHand) -> None:
    job_id, other = await limited(wide, 2), await limited(wide, None)
    waiting = await wide.steps(job_id, "queued")
    jobs = await claims_of(wide, waiting + await wide.steps(other, "queued"))
    assert sorted(jobs) == sorted([job_id] * 2 + [other] * 4)
    assert await claims_of(wide, waiting) == []
    running = (await wide.steps(job_id, "running"))[0]
    await wide.set_step(running.id, state="done", worker=None)
    assert await claims_of(wide, waiting) == [job_id]


async def test_what_a_job_may_not_run_yet_takes_no_place_in_the_window(wide: ByHand) -> None:
    job_id = await limited(wide, 2)
    first = {step.id for step in (await wide.steps(job_id, "queued"))[:2]}
    await wide.house.a.dispatcher.dispatch()
    assert await wide.rung() == first
    other = await wide.give(force=True)
    await wide.house.a.dispatcher.dispatch()
    assert await wide.rung() == first | {step.id for step in await wide.steps(other)}


async def test_steps_that_may_not_all_run_at_once_weigh_what_they_take_longer(machine: ByHand) -> None:
    async def weight(plan: StepPlan) -> int:
        async with machine.house.a.db.writing() as session:
            job = await session.get(JobRow, job_id)
            assert job is not None
            rows = await add_steps(session, job, 1, (plan,) * 8, slots=4)
        return sum(row.weight for row in rows)

    job_id = await machine.give()
    assert await weight(StepPlan(1000)) == 2000
    assert await weight(StepPlan(1000, {"at_once": 2})) == 4000


async def test_only_a_job_with_a_limit_pays_for_it(wide: ByHand) -> None:
    asked: list[int] = []
    for at_once in (None, 2):
        job_id = await limited(wide, at_once)
        (step, *_) = await wide.steps(job_id, "queued")
        with statements() as seen:
            assert await claim_next(wide.house.a.db, step.id, WORKER, 60.0) is not None
        await wide.house.a.commands.cancel(job_id, wide.house.actor)
        asked.append(len(seen))
    assert asked[1] - asked[0] == 1


async def test_a_job_that_waits_can_be_made_more_urgent(machine: ByHand) -> None:
    jobs = [await machine.give(content=str(number).encode()) for number in range(3)]
    commands, boss = machine.house.a.commands, Actor(new_id(), "Bo", is_admin=True)
    assert await commands.prioritise(jobs[-1], boss, "high") == "queued"
    assert (await machine.house.snapshot(jobs[-1])).value["priority"] == "high"
    await machine.house.a.dispatcher.dispatch()
    (rung, *_) = await machine.steps(jobs[0])
    claim = await claim_next(machine.house.a.db, rung.id, WORKER, 60.0)
    assert claim is not None
    assert claim.job.id == jobs[-1]


async def test_only_admins_say_high_and_nobody_of_what_has_ended(machine: ByHand) -> None:
    commands, actor = machine.house.a.commands, machine.house.actor
    job_id = await machine.give()
    with pytest.raises(HighForAdmins):
        await commands.prioritise(job_id, actor, "high")
    assert await commands.prioritise(job_id, actor, "low") == "queued"
    with pytest.raises(JobGone):
        await commands.prioritise(job_id, await owner(machine, "Bea"), "low")
    with pytest.raises(NotPossible):
        await commands.prioritise(await in_state(machine, "completed"), actor, "low")
