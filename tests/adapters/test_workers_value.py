"""What an admin sees of the workers: what they run and did, what waits and why, at a cost that does not grow."""

from typing import Any

import pytest
from sqlalchemy import update

from service.adapters.records.waiting import MOST_SHOWN
from service.adapters.records.workers import workers_value
from service.adapters.tables import StepRow, UserRow
from service.domain.account import Actor
from service.domain.ids import new_id
from tests.support.by_hand import ByHand, in_state
from tests.support.counting import statements
from tests.support.many_jobs import add_jobs

pytestmark = pytest.mark.anyio


async def value(machine: ByHand) -> dict[str, Any]:
    async with machine.house.a.db.reading() as session:
        return await workers_value(session)


async def reasons(machine: ByHand) -> dict[str, str]:
    """Why each job waits, by its id, in the order of their places."""
    jobs = (await value(machine))["waits"]["jobs"]
    return {
        job_id: each["waits_for"]["code"]
        for job_id, each in sorted(jobs.items(), key=lambda each: each[1].get("place", 0))
    }


async def one_of(machine: ByHand, owner: Actor, content: str, **order: Any) -> str:
    before, machine.house.actor = machine.house.actor, owner
    try:
        return await machine.give(content.encode(), **order)
    finally:
        machine.house.actor = before


async def another_owner(machine: ByHand) -> Actor:
    actor = Actor(new_id(), "Bea")
    async with machine.house.a.db.writing() as session:
        session.add(UserRow(id=actor.user_id, name="Bea", role="user", created_at=0.0))
    return actor


async def forget_rings(machine: ByHand) -> None:
    async with machine.house.a.db.writing() as session:
        await session.execute(update(StepRow).values(dispatched_at=None))


async def test_without_a_worker_all_wait_for_one(machine: ByHand) -> None:
    jobs = [await machine.give(b"one"), await machine.give(b"two")]
    assert await reasons(machine) == dict.fromkeys(jobs, "no_worker")


async def test_one_is_about_to_start_where_a_slot_is_free_and_the_next_finds_all_busy(
    machine: ByHand,
) -> None:
    await machine.announce(slots=2)
    runs, first, second = [await machine.give(content) for content in (b"one", b"two", b"three")]
    await machine.claimed(runs)
    assert await reasons(machine) == {first: "pick_up", second: "busy"}
    told = (await value(machine))["waits"]["jobs"][second]
    assert (told["place"], told["owner"]) == (2, "Ada")
    assert told["waits_for"]["text"] == "all slots are busy (2)"


async def test_a_job_that_runs_does_not_wait_though_steps_of_it_do(machine: ByHand) -> None:
    await machine.announce(slots=1)
    job = await machine.give()
    await machine.to_phase(job, 1)
    await machine.claimed(job)
    assert await machine.steps(job, "queued")
    assert (await value(machine))["waits"] == {"jobs": {}, "more": 0}


async def test_who_is_behind_jobs_of_higher_priority_is_told_so(machine: ByHand) -> None:
    await machine.announce(slots=1)
    await machine.claimed(await machine.give(b"runs"))
    low, high = await machine.give(b"low", priority="low"), await machine.give(b"high", priority="high")
    await forget_rings(machine)
    assert await reasons(machine) == {high: "busy", low: "priority"}
    told = (await value(machine))["waits"]["jobs"][low]["waits_for"]
    assert told["params"] == {"jobs": 1}


async def test_whose_owner_has_had_a_turn_waits_for_those_of_others(machine: ByHand) -> None:
    await machine.announce(slots=1)
    bea = await another_owner(machine)
    await machine.claimed(await machine.give(b"runs"))
    second, third = await machine.give(b"second"), await machine.give(b"third")
    beas = await one_of(machine, bea, "first of hers")
    await forget_rings(machine)
    assert await reasons(machine) == {beas: "busy", second: "share", third: "share"}


async def test_who_waits_for_a_time_or_for_a_person_is_told_so(machine: ByHand) -> None:
    await machine.announce(slots=2)
    again, engine = await machine.give(b"again"), await machine.give(b"engine")
    for job in (again, engine):
        await machine.failed(await machine.claimed(job), again_after=60)
    (step,) = await machine.steps(engine)
    await machine.set_step(step.id, error={"code": "ocr_busy", "params": {"engine": "Document AI"}})
    asked = await in_state(machine, "waiting")
    told = (await value(machine))["waits"]["jobs"]
    assert {job: told[job]["waits_for"]["code"] for job in told} == {
        again: "retry",
        engine: "engine",
        asked: "answer",
    }
    assert told[engine]["waits_for"]["text"] == "Document AI is unavailable"
    assert told[again]["due_at"] > told[again]["since"]
    assert "place" not in told[again] and "due_at" not in told[asked]


async def test_what_waits_for_a_person_or_is_staged_or_over_does_not_wait_for_a_worker(
    machine: ByHand,
) -> None:
    for state in ("staged", "paused", "completed", "failed", "cancelled"):
        await in_state(machine, state)
    assert (await value(machine))["waits"] == {"jobs": {}, "more": 0}


async def test_throughput_counts_what_ended_in_the_last_minutes(machine: ByHand) -> None:
    await machine.announce()
    job = await machine.give()
    await machine.to_phase(job, 1)
    await machine.done(await machine.claimed(job), pages={"1": "td", "2": "of", "3": "od", "5": "sd"})
    await machine.done(await machine.claimed(job), pages={"4": "td"})
    await in_state(machine, "completed")
    made = (await value(machine))["throughput"]
    assert made == {"minutes": 5, "steps_a_minute": 1.4, "pages_a_minute": 0.6, "jobs_a_minute": 0.2}
    async with machine.house.a.db.writing() as session:
        await session.execute(update(StepRow).values(ended_at=StepRow.ended_at - 301))
    assert (await value(machine))["throughput"]["steps_a_minute"] == 0


async def test_ten_thousand_that_wait_cost_the_statements_of_ten(machine: ByHand) -> None:
    """And the first of them are told by name, the others as a number."""
    await machine.announce(slots=1)
    owner = machine.house.actor.user_id
    seen: list[int] = []
    for number in (10, 9_990):
        await add_jobs(machine.house.a.db, owner, number)
        async with machine.house.a.db.reading() as session:
            with statements() as asked:
                told = await workers_value(session)
        seen.append(len(asked))
    assert seen[0] == seen[1] <= 12
    assert (len(told["waits"]["jobs"]), told["waits"]["more"]) == (MOST_SHOWN, 10_000 - MOST_SHOWN)
    assert told["queue"]["queued"] == 10_000
    assert sorted(each["place"] for each in told["waits"]["jobs"].values()) == [*range(1, MOST_SHOWN + 1)]
