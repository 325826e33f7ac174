"""Who hears a ring claims the step whose turn it is: what is nearest to its end, but never at another owner's cost."""

import pytest
from sqlalchemy import select

from service.adapters import dispatch
from service.adapters.queue import STEP_QUEUE
from service.adapters.records.steps import Claim
from service.adapters.tables import StepRow, UserRow
from service.adapters.turns import claim_next, claim_on
from service.domain.account import Actor
from service.domain.ids import new_id
from service.domain.work import StepDone
from tests.support.by_hand import WORKER, ByHand
from tests.support.house import House
from tests.support.small_worker import give, phase, small, small_worker
from workers.pipelines.declaration import StepContext

pytestmark = pytest.mark.anyio


async def heard(machine: ByHand, step_id: str) -> Claim:
    """What a worker claims that heard this step's ring."""
    claim = await claim_next(machine.house.a.db, step_id, WORKER, 60.0)
    assert claim is not None, "there is something to be had"
    return claim


async def heard_any(machine: ByHand) -> Claim:
    """What is claimed on the oldest ring that is still to be heard."""
    async with machine.house.a.db.reading() as session:
        first = await session.scalar(
            select(StepRow.id)
            .where(StepRow.state == "queued", StepRow.dispatched_at.is_not(None))
            .order_by(StepRow.dispatched_at, StepRow.id)
            .limit(1)
        )
    assert first is not None, "something was rung"
    return await heard(machine, first)


async def went_on(machine: ByHand) -> Claim | None:
    """What a slot claims that has just become free."""
    a = machine.house.a
    return await claim_on(a.db, a.dispatcher, WORKER, 60.0)


async def rings_to_hear(machine: ByHand) -> int:
    return await machine.house.a.redis.zcard(STEP_QUEUE)


async def full_window(machine: ByHand, *, beside: int = 0) -> list[str]:
    """New jobs, of which as many are rung as may be."""
    count = dispatch.SMALLEST_WINDOW - beside
    return [await machine.give(content=str(number).encode(), force=True) for number in range(count)]


async def another_owner(machine: ByHand, name: str = "Bea") -> Actor:
    actor = Actor(new_id(), name)
    async with machine.house.a.db.writing() as session:
        session.add(UserRow(id=actor.user_id, name=name, role="user", created_at=0.0))
    return actor


async def test_the_last_phase_does_not_wait_behind_what_was_rung_before_it(machine: ByHand) -> None:
    nearly_done = await machine.give()
    await machine.to_phase(nearly_done, 1)
    readings = [await machine.claimed(nearly_done), await machine.claimed(nearly_done)]
    others = await full_window(machine)
    for reading in readings:
        await machine.done(reading)
    (last,) = await machine.steps(nearly_done, "queued")
    assert last.dispatched_at is None, "the window is full"
    (rung, *_) = await machine.steps(others[0])
    claim = await heard(machine, rung.id)
    assert (claim.job.id, claim.step.phase) == (nearly_done, 2)


async def test_a_step_whose_ring_was_heard_for_another_is_rung_again(machine: ByHand) -> None:
    nearly_done = await machine.give()
    await machine.to_phase(nearly_done, 1)
    readings = [await machine.claimed(nearly_done), await machine.claimed(nearly_done)]
    others = await full_window(machine)
    for reading in readings:
        await machine.done(reading)
    (passed_over,) = await machine.steps(others[-1])
    claim = await heard(machine, passed_over.id)
    assert passed_over.id not in await machine.rung()
    await machine.done(claim)
    assert await went_on(machine) is not None
    assert passed_over.id in await machine.rung(), "who goes on lets it in again"


async def test_who_goes_on_without_a_ring_leaves_it_to_the_next_in_line(machine: ByHand) -> None:
    """As many rings are to be heard as steps are told of, however many steps a slot runs."""
    jobs = [*await full_window(machine), *await full_window(machine)]
    rings = await rings_to_hear(machine)
    assert rings == len(await machine.rung()) == dispatch.SMALLEST_WINDOW
    for job in jobs[:2]:
        claim = await went_on(machine)
        assert claim is not None
        assert claim.job.id == job, "the first in line"
        assert await rings_to_hear(machine) == rings == len(await machine.rung())


async def test_who_goes_on_takes_what_nobody_was_told_of(machine: ByHand) -> None:
    """Where a ring was lost, or there was no window yet."""
    job = await machine.give()
    async with machine.house.a.db.writing() as session:
        await dispatch.forget_rings(session)
    claim = await went_on(machine)
    assert claim is not None
    assert claim.job.id == job
    assert await went_on(machine) is None, "there is nothing else"


async def test_jobs_that_have_begun_go_before_those_that_have_not(machine: ByHand) -> None:
    """Though the others came first and there is room for all."""
    waiting = [await machine.give(content=str(number).encode()) for number in range(2)]
    begun = await machine.give(content=b"begun")
    await machine.to_phase(begun, 1)
    order = [(await heard_any(machine)).job.id for _ in range(4)]
    assert order == [begun, begun, *waiting]


async def test_a_job_of_one_phase_has_not_begun_though_that_is_its_last(machine: ByHand) -> None:
    await give(machine.house, small(phase("only"), name="single"), b"single")
    begun = await machine.give(content=b"begun")
    await machine.to_phase(begun, 1)
    assert (await heard_any(machine)).job.id == begun


async def test_a_last_step_does_not_pay_for_what_its_job_has_just_had(machine: ByHand) -> None:
    nearly_done = await machine.give()
    machine.house.actor = await another_owner(machine)
    await full_window(machine, beside=1)
    await machine.to_phase(nearly_done, 2)
    (last,) = await machine.steps(nearly_done, "queued")
    await machine.set_step(last.id, cost=last.cost // 2)
    assert (await heard_any(machine)).job.id == nearly_done


async def test_of_two_jobs_the_one_that_lacks_less_goes_first(machine: ByHand) -> None:
    first, second = [await machine.give(content=str(number).encode()) for number in range(2)]
    for job_id in (first, second):
        await machine.to_phase(job_id, 1)
    await machine.done(await machine.claimed(second))
    assert (await heard_any(machine)).job.id == second


async def test_the_last_step_of_a_less_urgent_job_waits(machine: ByHand) -> None:
    low = await machine.give(priority="low")
    await machine.to_phase(low, 2)
    (urgent,) = await full_window(machine, beside=dispatch.SMALLEST_WINDOW - 1)
    assert (await heard_any(machine)).job.id == urgent


async def test_one_slot_goes_round_among_owners(machine: ByHand) -> None:
    """An owner with many documents cannot keep a newcomer's only one from its end."""
    for number in range(8):
        await machine.give(content=f"ada{number}".encode())
    for _ in range(6):
        await machine.done(await heard_any(machine))
    machine.house.actor = await another_owner(machine)
    newcomer = await machine.give(content=b"bea")
    turns = 0
    while (await machine.house.job(newcomer)).state != "completed":
        await machine.done(await heard_any(machine))
        turns += 1
    assert turns <= 8, "its four steps took at most every other turn"


async def test_many_cheap_steps_leave_room_for_one_that_is_dear(machine: ByHand) -> None:
    """By count the cheap ones would always come first; by cost they do not."""
    ada, bea = machine.house.actor, await another_owner(machine)
    machine.house.actor = bea
    (dear,) = await machine.steps(await machine.give(content=b"dear"))
    await machine.set_step(dear.id, cost=20 * dear.cost)
    machine.house.actor = ada
    for number in range(30):
        await machine.give(content=f"cheap{number}".encode())
    for _ in range(25):
        claim = await heard_any(machine)
        await machine.done(claim)
        if claim.step.id == dear.id:
            return
    pytest.fail("the dear step never had its turn")


async def test_a_ring_for_nothing_claims_nothing(machine: ByHand) -> None:
    job_id = await machine.give()
    claim = await machine.claimed(job_id)
    assert await claim_next(machine.house.a.db, claim.step.id, WORKER, 60.0) is None
    await machine.done(claim)
    await machine.house.a.commands.pause(job_id, machine.house.actor)
    (reading, _) = await machine.steps(job_id, "queued")
    assert await claim_next(machine.house.a.db, reading.id, WORKER, 60.0) is None
    assert await claim_next(machine.house.a.db, "no such step", WORKER, 60.0) is None


async def test_a_worker_ends_what_it_has_begun(machine: ByHand) -> None:
    """Three jobs on one slot end one after another, not all at the end."""
    ran: list[str] = []

    async def work(context: StepContext) -> StepDone:
        ran.append(context.job_id)
        return StepDone()

    house: House = machine.house
    pipeline = small(phase("inspecting", work), phase("reading", work, steps=2), phase("assembling", work))
    jobs = [await give(house, pipeline, str(number).encode()) for number in range(3)]
    async with small_worker(house, pipeline, slots=1):
        for job_id in jobs:
            await house.state(job_id, "completed")
    assert ran == [job_id for job_id in jobs for _ in range(4)]
