"""Chunks of a long document: what a snapshot says of each, told from the rows whatever happens to its steps."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from service.domain.json import JsonObject
from service.domain.work import NextPhase, StepPlan
from tests.support.by_hand import ByHand
from tests.support.house import open_house
from tests.support.small_worker import LONG_MS, nothing, phase, small
from workers.pipelines.declaration import Phase, PlanContext

pytestmark = pytest.mark.anyio

CHUNKS = 3


def planned(_context: PlanContext) -> NextPhase:
    """Three chunks of two pages."""
    inputs: list[JsonObject] = [
        {"chunk": chunk, "chunks": CHUNKS, "pages": [2 * chunk - 1, 2 * chunk]}
        for chunk in range(1, CHUNKS + 1)
    ]
    return NextPhase(tuple(StepPlan(LONG_MS, each) for each in inputs))


@pytest.fixture
async def machine(database_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[ByHand]:
    async with open_house(database_url, redis_url, tmp_path) as house:
        yield ByHand(house, small(phase("planning"), Phase("rewriting", planned, nothing), phase("merging")))


async def at_work(machine: ByHand) -> str:
    """A job that has just planned its chunks."""
    job_id = await machine.give()
    assert (await machine.house.snapshot(job_id)).value["chunks"] == {}
    await machine.to_phase(job_id, 1)
    return job_id


async def told(machine: ByHand, job_id: str) -> str:
    """The codes in order, the same from Redis and from SQL alone, with their counters."""
    house = machine.house
    live = (await house.snapshot(job_id)).value
    await house.a.redis.flushall()
    stored = (await house.snapshot(job_id)).value
    counted = ("chunks_done", "chunks_failed", "chunks_total")
    assert live["chunks"] == stored["chunks"]
    assert [live["counters"].get(name) for name in counted] == [
        stored["counters"].get(name) for name in counted
    ]
    by_number: dict[str, str] = live["chunks"]
    assert by_number.keys() == {str(each) for each in range(1, len(by_number) + 1)}
    codes = [by_number[number] for number in sorted(by_number, key=int)]
    letters = "".join(code[0] for code in codes)
    assert live["counters"]["chunks_done"] == letters.count("d")
    assert live["counters"]["chunks_failed"] == letters.count("f")
    return " ".join(codes)


async def fail_chunk(machine: ByHand, job_id: str) -> None:
    """The next chunk ends without a result."""
    claim = await machine.claimed(job_id)
    chunk, pages = claim.step.input["chunk"], claim.step.input["pages"]
    await machine.done(
        claim,
        output={"chunk": chunk, "failed": "language_refused"},
        pages={str(page): "tf" for page in pages},
        warnings={f"chunk-{chunk}": {"code": "chunk_failed", "params": {"chunk": chunk}}},
    )


async def test_all_chunks_are_there_once_planned_and_follow_their_steps(machine: ByHand) -> None:
    job_id = await at_work(machine)
    assert await told(machine, job_id) == "p0 p0 p0"
    claim = await machine.claimed(job_id)
    assert await told(machine, job_id) == "r1 p0 p0"
    await machine.failed(claim, again_after=0.0)
    assert await told(machine, job_id) == "w1 p0 p0"
    again = await machine.claimed(job_id)
    assert await told(machine, job_id) == "r2 p0 p0"
    await machine.done(again, output={"chunk": 1})
    assert await told(machine, job_id) == "d2 p0 p0"
    value = (await machine.house.snapshot(job_id)).value
    assert value["counters"]["chunks_total"] == CHUNKS


async def test_a_chunk_that_is_handed_back_is_not_shown_as_if_somebody_worked_on_it(machine: ByHand) -> None:
    job_id = await at_work(machine)
    claim = await machine.claimed(job_id)
    await machine.recording().handed_back(claim)
    assert await told(machine, job_id) == "p0 p0 p0"
    await machine.claimed(job_id)
    await machine.house.a.commands.pause(job_id, machine.house.actor, stop=True)
    assert await told(machine, job_id) == "p0 p0 p0"


async def test_a_chunk_whose_worker_died_is_tried_again_later(machine: ByHand) -> None:
    job_id = await at_work(machine)
    await machine.expire(await machine.claimed(job_id))
    await machine.sweep.once()
    assert await told(machine, job_id) == "w1 p0 p0"


async def test_a_retry_keeps_what_is_done_and_plans_what_failed(machine: ByHand) -> None:
    job_id = await at_work(machine)
    await machine.done(await machine.claimed(job_id), output={"chunk": 1})
    await fail_chunk(machine, job_id)
    assert await told(machine, job_id) == "d1 f1 p0"
    await machine.done(await machine.claimed(job_id), output={"chunk": 3})
    await machine.done(await machine.claimed(job_id))
    assert (await machine.house.job(job_id)).state == "completed"
    assert await told(machine, job_id) == "d1 f1 d1"
    await machine.house.a.commands.retry(job_id, machine.house.actor)
    assert await told(machine, job_id) == "d1 p0 d1"
    await machine.done(await machine.claimed(job_id), output={"chunk": 2})
    assert await told(machine, job_id) == "d1 d1 d1"


async def test_a_retry_from_the_beginning_has_no_chunks_before_they_are_planned(machine: ByHand) -> None:
    job_id = await machine.give()
    await machine.done(await machine.claimed(job_id), pages={"1": "tf"})
    await machine.done(await machine.claimed(job_id), output={"chunk": 1})
    await machine.house.a.commands.cancel(job_id, machine.house.actor)
    assert await told(machine, job_id) == "d1 p0 p0"
    await machine.house.a.commands.retry(job_id, machine.house.actor)
    value = (await machine.house.snapshot(job_id)).value
    assert value["chunks"] == {} and "chunks_total" not in value["counters"]
    await machine.to_phase(job_id, 1)
    assert await told(machine, job_id) == "p0 p0 p0"


async def test_a_card_counts_chunks_and_a_document_without_any_has_none(machine: ByHand) -> None:
    job_id = await at_work(machine)
    cards = await machine.house.a.log.cards([job_id])
    value = cards[job_id].snapshot.value
    assert "chunks" not in value and value["counters"]["chunks_total"] == CHUNKS
    other = ByHand(machine.house, small(phase("planning"), name="other"))
    plain = (await machine.house.snapshot(await other.give(force=True))).value
    assert plain["chunks"] == {} and "chunks_total" not in plain["counters"]
