"""The step machine in SQL: one claim wins, results are fenced, a job ends once."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from service.adapters.records import steps
from service.adapters.records.steps import LostStep
from service.domain.work import NextPhase, StepPlan
from tests.support.by_hand import ByHand
from tests.support.house import House, open_house
from tests.support.small_worker import LONG_MS, nothing, phase, small
from workers.pipelines.declaration import Phase, PlanContext

pytestmark = pytest.mark.anyio


async def test_of_ten_claims_at_once_one_wins(machine: ByHand) -> None:
    job_id = await machine.give()
    step = (await machine.steps(job_id))[0]
    claims = await asyncio.gather(*(machine.claim(step.id, f"worker-{n}") for n in range(10)))
    won = [claim for claim in claims if claim is not None]
    assert len(won) == 1
    assert won[0].first and won[0].step.attempt == 1
    assert (await machine.house.job(job_id)).state == "processing"


async def test_a_second_delivery_finds_nothing_to_claim(machine: ByHand) -> None:
    job_id = await machine.give()
    claim = await machine.claimed(job_id)
    assert await machine.claim(claim.step.id) is None
    await machine.done(claim)
    assert await machine.claim(claim.step.id) is None
    assert await machine.claim("no such step") is None


async def test_a_result_of_an_older_attempt_is_refused_with_all_it_brought(machine: ByHand) -> None:
    job_id = await machine.give()
    old = await machine.claimed(job_id)
    await machine.expire(old)
    await machine.sweep.once()
    new = await machine.claimed(job_id, "worker-2")
    assert new.step.attempt == 2
    for ended in (machine.done(old, page_count=7), machine.failed(old), machine.asked(old)):
        with pytest.raises(LostStep):
            await ended
    job = await machine.house.job(job_id)
    assert (job.state, job.page_count, job.steps_done) == ("processing", None, 0)
    await machine.done(new)
    with pytest.raises(LostStep):
        await machine.done(new)
    assert (await machine.house.job(job_id)).steps_done == 1


async def test_a_step_that_is_not_yet_due_cannot_be_claimed(machine: ByHand) -> None:
    job_id = await machine.give()
    claim = await machine.claimed(job_id)
    await machine.failed(claim, again_after=60.0)
    job = await machine.house.job(job_id)
    assert (job.state, job.attempt) == ("processing", 1) and job.retry_at is not None
    assert await machine.claim(claim.step.id) is None
    await machine.set_step(claim.step.id, run_at=0.0)
    again = await machine.claim(claim.step.id)
    assert again is not None and again.news and not again.first
    assert (await machine.house.job(job_id)).retry_at is None


@pytest.mark.parametrize("state", ["staged", "paused", "waiting", "cancelled", "failed", "completed"])
async def test_a_job_that_may_not_run_has_no_step_to_claim(machine: ByHand, state: str) -> None:
    job_id = await machine.give(start=state != "staged")
    step = (await machine.steps(job_id))[0]
    await machine.set_job(job_id, state=state)
    assert await machine.claim(step.id) is None


async def test_the_last_step_of_a_phase_moves_the_job_on(machine: ByHand) -> None:
    job_id = await machine.give()
    await machine.to_phase(job_id, 1)
    assert (await machine.house.job(job_id)).remaining == 2
    await machine.done(await machine.claimed(job_id))
    job = await machine.house.job(job_id)
    assert (job.phase, job.remaining, len(await machine.steps(job_id))) == (1, 1, 3)
    await machine.done(await machine.claimed(job_id))
    job = await machine.house.job(job_id)
    assert (job.phase, job.remaining, len(await machine.steps(job_id))) == (2, 1, 4)
    await machine.done(await machine.claimed(job_id))
    assert await machine.endings(job_id) == [(1, "completed")]
    assert (await machine.house.job(job_id)).percent == 100


async def test_two_last_steps_that_end_at_the_same_time_advance_the_job_once(machine: ByHand) -> None:
    for round_ in range(3):
        job_id = await machine.give(force=True, content=str(round_).encode())
        await machine.to_phase(job_id, 1)
        claims = [await machine.claimed(job_id) for _ in range(2)]
        await asyncio.gather(*(machine.done(claim) for claim in claims))
        assert [each.phase for each in await machine.steps(job_id)] == [0, 1, 1, 2]
        job = await machine.house.job(job_id)
        assert (job.phase, job.remaining, job.steps_done) == (2, 1, 3)


async def test_an_ending_happens_once_whoever_comes_first(machine: ByHand) -> None:
    for round_ in range(3):
        job_id = await machine.give(content=str(round_).encode())
        await machine.to_phase(job_id, 2)
        claim = await machine.claimed(job_id)
        results = await asyncio.gather(
            machine.done(claim),
            machine.house.a.commands.cancel(job_id, machine.house.actor),
            return_exceptions=True,
        )
        ending = (await machine.house.job(job_id)).state
        assert await machine.endings(job_id) == [(1, ending)]
        assert [isinstance(each, Exception) for each in results] == [
            ending == "cancelled",
            ending == "completed",
        ]


async def test_claims_and_cancels_at_the_same_time_never_lock_each_other_out(machine: ByHand) -> None:
    jobs = [await machine.give(content=str(number).encode()) for number in range(4)]
    for job_id in jobs:
        await machine.to_phase(job_id, 1)
    waiting = [each.id for job_id in jobs for each in await machine.steps(job_id, "queued")]
    results = await asyncio.gather(
        *(machine.claim(step_id) for step_id in waiting),
        *(machine.house.a.commands.cancel(job_id, machine.house.actor) for job_id in jobs),
        *(machine.house.a.dispatcher.dispatch() for _ in range(4)),
        return_exceptions=True,
    )
    assert [each for each in results if isinstance(each, BaseException)] == []
    for job_id in jobs:
        assert await machine.endings(job_id) == [(1, "cancelled")]
        assert await machine.steps(job_id, "queued", "running") == []


async def test_a_growing_plan_keeps_the_phase_open(machine: ByHand) -> None:
    job_id = await machine.give()
    await machine.to_phase(job_id, 1)
    first, second = [await machine.claimed(job_id) for _ in range(2)]
    before = (await machine.house.job(job_id)).cost_total
    await machine.done(first, more=(StepPlan(500, {"route": "ocr"}), StepPlan(700)))
    await machine.done(second)
    job = await machine.house.job(job_id)
    assert (job.phase, job.remaining, job.cost_total) == (1, 2, before + 1200)
    assert [each.number for each in await machine.steps(job_id) if each.phase == 1] == [0, 1, 2, 3]
    await machine.to_phase(job_id, 2)


async def test_a_failure_ends_the_job_and_its_other_steps(machine: ByHand) -> None:
    job_id = await machine.give()
    await machine.to_phase(job_id, 1)
    failing, running = [await machine.claimed(job_id) for _ in range(2)]
    await machine.failed(failing)
    assert [each.state for each in await machine.steps(job_id)] == ["done", "failed", "cancelled"]
    with pytest.raises(LostStep):
        await machine.done(running)
    assert await machine.endings(job_id) == [(1, "failed")]


async def test_a_second_step_that_asks_waits_for_the_first_answer(machine: ByHand) -> None:
    job_id = await machine.give()
    await machine.to_phase(job_id, 1)
    claims = [await machine.claimed(job_id) for _ in range(2)]
    await machine.asked(claims[0])
    question = (await machine.house.job(job_id)).question
    assert question is not None
    await machine.asked(claims[1])
    job = await machine.house.job(job_id)
    assert (job.state, job.question) == ("waiting", question)
    answer = {"password": "x"}
    await machine.house.a.commands.answer(job_id, question["id"], answer, machine.house.actor)
    assert len(await machine.steps(job_id, "queued")) == 2
    await machine.to_phase(job_id, 2)


async def test_an_answer_outlives_a_step_that_had_not_heard_of_it(machine: ByHand) -> None:
    job_id = await machine.give()
    await machine.to_phase(job_id, 1)
    claims = [await machine.claimed(job_id) for _ in range(2)]
    await machine.asked(claims[0])
    question = (await machine.house.job(job_id)).question
    assert question is not None
    await machine.house.a.commands.answer(job_id, question["id"], {"password": "x"}, machine.house.actor)
    await machine.asked(claims[1])
    assert (await machine.house.job(job_id)).state == "queued"
    await machine.to_phase(job_id, 2)


async def test_a_step_that_fails_while_another_asks_fails_the_job(machine: ByHand) -> None:
    job_id = await machine.give()
    await machine.to_phase(job_id, 1)
    claims = [await machine.claimed(job_id) for _ in range(2)]
    await machine.asked(claims[0])
    await machine.failed(claims[1])
    job = await machine.house.job(job_id)
    assert (job.state, job.question) == ("failed", None)


@pytest.fixture
async def broken_plan(sqlite_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[ByHand]:
    def plan(_context: PlanContext) -> NextPhase:
        raise ValueError("cannot be planned")

    pipeline = small(phase("inspecting"), Phase("reading", plan, nothing))
    async with open_house(sqlite_url, redis_url, tmp_path / "data") as house:
        yield ByHand(house, pipeline)


async def test_a_plan_that_raises_fails_the_job(broken_plan: ByHand) -> None:
    job_id = await broken_plan.give()
    await broken_plan.done(await broken_plan.claimed(job_id))
    job = await broken_plan.house.job(job_id)
    assert job.state == "failed" and job.error is not None
    assert (job.error["code"], job.error["phase"]) == ("internal", "first")
    assert await broken_plan.endings(job_id) == [(1, "failed")]


async def test_phases_without_steps_are_passed_over(sqlite_url: str, redis_url: str, tmp_path: Path) -> None:
    pipeline = small(phase("inspecting"), phase("reading", steps=0), phase("assembling"))
    async with open_house(sqlite_url, redis_url, tmp_path / "data") as house:
        machine = ByHand(house, pipeline)
        job_id = await machine.give()
        await machine.done(await machine.claimed(job_id))
        assert (await house.job(job_id)).phase == 2
        await machine.done(await machine.claimed(job_id))
        assert (await house.job(job_id)).state == "completed"


async def test_a_reading_session_sees_one_moment(machine: ByHand) -> None:
    job_id = await machine.give()
    house: House = machine.house
    async with house.a.db.reading() as session:
        before = await steps.past_work(session, await house.job(job_id))
        await machine.done(await machine.claimed(job_id))
        assert await steps.past_work(session, await house.job(job_id)) == before == []
    async with house.a.db.reading() as session:
        assert len(await steps.past_work(session, await house.job(job_id))) == 1
    assert LONG_MS > 1000
