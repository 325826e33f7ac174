"""What is kept of a run: how long it was worked on, without its pauses, and when it was in which phase."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from service.domain.json import JsonObject
from tests.support.by_hand import ByHand
from tests.support.house import open_house
from tests.support.small_worker import phase, small

pytestmark = pytest.mark.anyio


@pytest.fixture
async def machine(database_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[ByHand]:
    async with open_house(database_url, redis_url, tmp_path) as house:
        yield ByHand(house, small(phase("planning"), phase("reading", steps=2), phase("finishing")))


async def told(machine: ByHand, job_id: str) -> JsonObject:
    return (await machine.house.snapshot(job_id)).value


async def earlier(machine: ByHand, job_id: str, seconds: float) -> None:
    """As if its present stretch of work had begun so long ago."""
    since = (await machine.house.job(job_id)).working_since
    assert since is not None
    await machine.set_job(job_id, working_since=since - seconds)


async def test_the_clock_runs_only_while_somebody_works(machine: ByHand) -> None:
    job_id, commands, actor = await machine.give(), machine.house.a.commands, machine.house.actor
    assert (await told(machine, job_id)).keys().isdisjoint({"working_since", "worked_seconds", "phase_times"})
    claim = await machine.claimed(job_id)
    value = await told(machine, job_id)
    assert value["working_since"] == value["started_at"]
    await earlier(machine, job_id, 100)
    await commands.pause(job_id, actor)
    assert "working_since" in await told(machine, job_id), "what runs is let end"
    await machine.done(claim)
    value = await told(machine, job_id)
    assert value["worked_seconds"] == pytest.approx(100, abs=5) and "working_since" not in value
    await commands.resume(job_id, actor)
    await machine.claimed(job_id)
    await earlier(machine, job_id, 50)
    await commands.cancel(job_id, actor)
    value = await told(machine, job_id)
    assert value["worked_seconds"] == pytest.approx(150, abs=10)
    assert (value["cancelled_by"], "working_since" in value) == (actor.name, False)
    await machine.house.a.redis.flushall()
    kept = (await told(machine, job_id))["worked_seconds"]
    assert kept == value["worked_seconds"], "it stays with the ending"


async def test_while_everything_was_down_nobody_worked(machine: ByHand) -> None:
    """Its time ends with the last lease, however late that is noticed; another's lease that holds keeps it going."""
    job_id = await machine.give()
    await machine.to_phase(job_id, 1)
    one, other = [await machine.claimed(job_id) for _ in range(2)]
    await earlier(machine, job_id, 100)
    now = (await machine.steps(job_id, "running"))[0].started_at or 0.0
    await machine.set_step(one.step.id, lease_until=now - 60)
    await machine.sweep.once()
    assert (await machine.house.job(job_id)).working_since == pytest.approx(now - 100, abs=10)
    await machine.set_step(other.step.id, lease_until=now - 70)
    await machine.sweep.once()
    await machine.house.a.commands.cancel(job_id, machine.house.actor)
    assert (await told(machine, job_id))["worked_seconds"] == pytest.approx(30, abs=10)


async def test_phases_keep_their_times_with_the_ending_and_what_is_done_in_the_next_run(
    machine: ByHand,
) -> None:
    job_id = await machine.give()
    await machine.to_phase(job_id, 1)
    times = (await told(machine, job_id))["phase_times"]
    assert set(times) == {"planning", "reading"}
    assert times["planning"]["ended_at"] == times["reading"]["started_at"] >= times["planning"]["started_at"]
    assert times["reading"]["ended_at"] is None
    await machine.failed(await machine.claimed(job_id))
    value = await told(machine, job_id)
    assert value["phase_times"]["reading"]["ended_at"] == value["ended_at"]
    cards = await machine.house.a.log.cards([job_id])
    assert cards[job_id].snapshot.value["phase_times"] == value["phase_times"]
    await machine.house.a.commands.retry(job_id, machine.house.actor)
    again = await told(machine, job_id)
    assert again["phase_times"] == {"planning": times["planning"]} and "worked_seconds" not in again
    while (await machine.house.job(job_id)).state != "completed":
        await machine.done(await machine.claimed(job_id))
    value = await told(machine, job_id)
    ends = [value["phase_times"][code]["ended_at"] for code in ("planning", "reading", "finishing")]
    assert ends == sorted(ends) and ends[-1] == value["ended_at"]
