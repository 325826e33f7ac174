"""arq hears of few steps at a time, chosen late: by priority, then by each owner's share."""

from unittest.mock import patch

import pytest
from sqlalchemy import update

from service.adapters import dispatch
from service.adapters.queue import STEP_QUEUE
from service.adapters.tables import StepRow, UserRow
from service.domain.account import Actor
from service.domain.ids import new_id
from tests.support.by_hand import WORKER, ByHand

pytestmark = pytest.mark.anyio


async def forget_rings(machine: ByHand) -> None:
    async with machine.house.a.db.writing() as session:
        await session.execute(update(StepRow).values(dispatched_at=None))


async def picked(machine: ByHand) -> list[str]:
    """The jobs that would be rung now, in order."""
    async with machine.house.a.db.writing() as session:
        rings = await dispatch.pick(session)
    found = {}
    async with machine.house.a.db.reading() as session:
        for each in rings:
            row = await session.get(StepRow, each.step_id)
            assert row is not None
            found[each.step_id] = row.job_id
    return [found[each.step_id] for each in rings]


async def another_owner(machine: ByHand) -> Actor:
    actor = Actor(new_id(), "Bea")
    async with machine.house.a.db.writing() as session:
        session.add(UserRow(id=actor.user_id, name="Bea", role="user", created_at=0.0))
    return actor


async def test_twice_the_live_slots_are_rung_and_no_more(machine: ByHand) -> None:
    await machine.announce(slots=3)
    jobs = [await machine.give(content=str(number).encode()) for number in range(9)]
    assert len(await machine.rung()) == 6
    assert await machine.house.a.redis.zcard(STEP_QUEUE) == 6
    assert await machine.house.a.dispatcher.dispatch() == 0
    claim = await machine.claimed(jobs[0])
    await machine.done(claim)
    assert len(await machine.rung()) == 6, "a step's end lets the next in"


async def test_a_job_counts_on_the_slots_that_no_other_waits_for(machine: ByHand) -> None:
    async def slots(of: str) -> int:
        async with machine.house.a.db.reading() as session:
            return await dispatch.slots_for(session, of)

    await machine.announce(slots=4)
    first = await machine.give()
    assert await slots(first) == 4
    second = await machine.give(content=b"second")
    assert await slots(first) == 3
    await machine.house.a.commands.pause(second, machine.house.actor)
    assert await slots(first) == 4, "it does not wait for one now"
    await machine.house.a.commands.resume(second, machine.house.actor)
    assert await slots(first) == 3
    await machine.claimed(second)
    assert await slots(first) == 4, "what runs will end"
    for number in range(5):
        await machine.give(content=str(number).encode())
    assert await slots(first) == 1, "its own"


async def test_a_silent_worker_has_no_slots(machine: ByHand) -> None:
    await machine.announce(slots=50, worker="silent")
    with patch.object(dispatch, "LIVE_SECONDS", -1.0):
        for number in range(dispatch.SMALLEST_WINDOW + 2):
            await machine.give(content=str(number).encode())
        assert len(await machine.rung()) == dispatch.SMALLEST_WINDOW


async def test_priority_goes_first(machine: ByHand) -> None:
    jobs = {
        priority: await machine.give(content=priority.encode(), priority=priority)
        for priority in ("low", "normal", "high")
    }
    await forget_rings(machine)
    assert await picked(machine) == [jobs["high"], jobs["normal"], jobs["low"]]


async def test_owners_take_turns_by_what_their_steps_cost(machine: ByHand) -> None:
    house = machine.house
    ada, bea = house.actor, await another_owner(machine)
    many = [await machine.give(content=f"ada{number}".encode()) for number in range(3)]
    house.actor = bea
    few = [await machine.give(content=f"bea{number}".encode()) for number in range(2)]
    house.actor = ada
    await forget_rings(machine)
    order = await picked(machine)
    assert set(order[:2]) == {many[0], few[0]} and set(order[2:4]) == {many[1], few[1]}


async def test_what_an_owner_has_running_counts(machine: ByHand) -> None:
    house = machine.house
    ada, bea = house.actor, await another_owner(machine)
    first, second = [await machine.give(content=f"ada{number}".encode()) for number in range(2)]
    await machine.claimed(first)
    house.actor = bea
    others = await machine.give(content=b"bea")
    house.actor = ada
    await forget_rings(machine)
    assert await picked(machine) == [others, second]


async def test_cheap_steps_do_not_wait_behind_another_owners_dear_ones(machine: ByHand) -> None:
    house = machine.house
    ada, bea = house.actor, await another_owner(machine)
    dear = [await machine.give(content=f"ada{number}".encode()) for number in range(2)]
    for job_id in dear:
        await machine.set_step((await machine.steps(job_id))[0].id, cost=60_000)
    house.actor = bea
    cheap = [await machine.give(content=f"bea{number}".encode()) for number in range(2)]
    house.actor = ada
    await forget_rings(machine)
    assert await picked(machine) == [*cheap, *dear]


@pytest.mark.parametrize("set_back", [False, True])
async def test_a_ring_that_was_not_heard_is_repeated_under_another_id(
    machine: ByHand, *, set_back: bool
) -> None:
    """Also where the database's clock was set back since: nobody waits until it is there again."""
    job_id = await machine.give()
    (step,) = await machine.steps(job_id)
    await machine.house.a.redis.flushall()
    await machine.sweep.once()
    assert await machine.house.a.redis.zcard(STEP_QUEUE) == 0, "it may still be heard"
    rung = step.dispatched_at or 0
    await machine.set_step(
        step.id, dispatched_at=rung + (3600 if set_back else -dispatch.LOST_RING_SECONDS - 1)
    )
    await machine.sweep.once()
    assert await machine.house.a.redis.zrange(STEP_QUEUE, 0, -1) == [f"{step.id}:0:2".encode()]


async def test_a_paused_job_leaves_the_window_and_is_rung_at_once_when_it_goes_on(machine: ByHand) -> None:
    commands, actor = machine.house.a.commands, machine.house.actor
    jobs = [await machine.give(content=str(n).encode()) for n in range(dispatch.SMALLEST_WINDOW + 1)]
    waiting = (await machine.steps(jobs[-1]))[0].id
    assert waiting not in await machine.rung()
    await commands.pause(jobs[0], actor)
    assert waiting in await machine.rung()
    await machine.done(await machine.claimed(jobs[1]))
    for job_id in jobs[2:]:
        await commands.cancel(job_id, actor)
    await commands.resume(jobs[0], actor)
    assert (await machine.steps(jobs[0]))[0].id in await machine.rung()


async def test_a_step_that_asks_lets_the_next_in(machine: ByHand) -> None:
    jobs = [await machine.give(content=str(n).encode()) for n in range(dispatch.SMALLEST_WINDOW + 1)]
    await machine.asked(await machine.claimed(jobs[0], WORKER))
    assert len(await machine.rung()) == dispatch.SMALLEST_WINDOW
