"""A worker that is gone loses its steps: they run elsewhere, and what kills workers fails."""

import pytest

from service.adapters.records import leases
from service.adapters.records.steps import LostStep
from tests.support.by_hand import WORKER, ByHand

pytestmark = pytest.mark.anyio


async def test_an_expired_lease_puts_the_step_back_with_one_failure_more(machine: ByHand) -> None:
    job_id = await machine.give()
    claim = await machine.claimed(job_id)
    await machine.sweep.once()
    assert (await machine.steps(job_id))[0].state == "running", "a lease that holds is left alone"
    await machine.expire(claim)
    await machine.sweep.once()
    (step,) = await machine.steps(job_id)
    assert (step.state, step.failures, step.worker, step.lease_until) == ("queued", 1, None, None)
    assert (await machine.house.job(job_id)).interrupted == 1
    assert await machine.rung() == {step.id}
    log = (await machine.house.snapshot(job_id)).value["log"]
    assert [line["code"] for line in log.values()] == ["interrupted"]


async def test_a_step_that_lost_three_workers_fails_its_job(machine: ByHand) -> None:
    job_id = await machine.give()
    for _ in range(3):
        await machine.expire(await machine.claimed(job_id))
        await machine.sweep.once()
    job = await machine.house.job(job_id)
    assert job.state == "failed" and job.error is not None
    assert (job.error["code"], job.error["params"], job.error["phase"]) == (
        "worker_lost",
        {"failures": 3},
        "inspecting",
    )
    assert await machine.endings(job_id) == [(1, "failed")]
    snapshot = await machine.house.snapshot(job_id)
    assert snapshot.value["state"] == "failed"
    assert [line["code"] for line in snapshot.value["log"].values()][-1] == "failed"


async def test_three_lost_workers_fail_a_job_that_waits_for_a_person_too(machine: ByHand) -> None:
    job_id = await machine.give()
    await machine.to_phase(job_id, 1)
    asking, dying = [await machine.claimed(job_id) for _ in range(2)]
    await machine.set_step(dying.step.id, failures=2, deaths=2)
    await machine.asked(asking)
    await machine.expire(dying)
    await machine.sweep.once()
    assert (await machine.house.job(job_id)).state == "failed"


async def test_handing_back_raises_no_failures(machine: ByHand) -> None:
    job_id = await machine.give()
    claim = await machine.claimed(job_id)
    await machine.recording().handed_back(claim)
    (step,) = await machine.steps(job_id)
    assert (step.state, step.failures, step.worker) == ("queued", 0, None)
    assert await machine.rung() == {step.id}, "others are told at once"
    again = await machine.claimed(job_id, "worker-2")
    await machine.recording().handed_back(claim)
    with pytest.raises(LostStep):
        async with machine.house.a.db.writing() as session:
            await leases.hand_back(session, "worker-3", again.step.id, again.step.attempt)
    assert (await machine.steps(job_id))[0].worker == "worker-2"


async def test_a_job_that_is_about_to_pause_is_paused_when_its_worker_leaves(machine: ByHand) -> None:
    job_id = await machine.give()
    claim = await machine.claimed(job_id)
    assert await machine.house.a.commands.pause(job_id, machine.house.actor) == "pausing"
    await machine.recording().handed_back(claim)
    assert (await machine.house.job(job_id)).state == "paused"
    assert (await machine.house.snapshot(job_id)).value["state"] == "paused"


async def test_a_dead_workers_steps_are_released_at_once_and_only_its(machine: ByHand) -> None:
    await machine.announce(worker="dead")
    await machine.announce(worker="alive")
    lost = [await machine.give(content=b"1"), await machine.give(content=b"2")]
    kept = await machine.give(content=b"3")
    for job_id in lost:
        await machine.claimed(job_id, "dead")
    await machine.claimed(kept, "alive")
    async with machine.house.a.db.writing() as session:
        changed = await leases.release(session, "dead", live=machine.house.a.echo.live)
    assert sorted(job.id for job in changed) == sorted(lost)
    for job_id in lost:
        (step,) = await machine.steps(job_id)
        assert (step.state, step.failures) == ("queued", 1)
    assert (await machine.steps(kept))[0].state == "running"


async def test_renewing_keeps_what_runs_and_tells_what_is_lost(machine: ByHand) -> None:
    held = await machine.claimed(await machine.give(content=b"1"), lease=1.0)
    lost = await machine.claimed(await machine.give(content=b"2"), lease=1.0)
    stuck = await machine.claimed(await machine.give(content=b"3"), lease=1.0)
    await machine.house.a.commands.cancel(lost.job.id, machine.house.actor)
    running = {held.step.id: 1, lost.step.id: 1}
    async with machine.house.a.db.writing() as session:
        owned = await leases.renew(session, WORKER, running, 100.0)
    assert owned == {held.step.id: 1, stuck.step.id: 1}
    now = {claim: (await machine.steps(claim.job.id))[0].lease_until for claim in (held, stuck)}
    assert (now[held] or 0) > (held.step.lease_until or 0) + 50
    assert now[stuck] == stuck.step.lease_until, (
        "what it does not run any more runs out, so that others get it"
    )


async def test_several_sweeps_at_once_repair_once(machine: ByHand) -> None:
    jobs = [await machine.give(content=str(number).encode()) for number in range(3)]
    for job_id in jobs:
        await machine.expire(await machine.claimed(job_id))
    import asyncio

    await asyncio.gather(*(machine.sweep.once() for _ in range(4)))
    for job_id in jobs:
        (step,) = await machine.steps(job_id)
        assert (step.state, step.failures) == ("queued", 1)
