"""Truth's echo: what SQL says is what everybody sees, also after Redis forgot."""

import asyncio

import pytest
from sqlalchemy import update

from service.adapters.echo import STORED_EPOCH
from service.adapters.events import Outcome, RowPatch, StepFacts
from service.adapters.opened import open_adapters
from service.adapters.records.ending import closing_lines, end_job, locked_job
from service.adapters.tables import JobRow, JobSnapshotRow
from service.domain.job import JobEvent
from service.domain.log_line import log_line
from service.domain.work import NewArtifact
from tests.support.by_hand import ByHand, in_state
from workers import sweep as sweeping

pytestmark = pytest.mark.anyio

TEXT = NewArtifact("text.txt", "job/step/1.0", 5, "text/plain")


def facts(machine_job: JobRow, step_id: str, done: int, **more: object) -> StepFacts:
    return StepFacts(
        job_id=machine_job.id,
        owner_id=machine_job.owner_id,
        run=machine_job.run,
        step_id=step_id,
        attempt=1,
        done=done,
        cost=3000,
        **more,  # pyright: ignore[reportArgumentType]
    )


async def test_an_older_row_never_overwrites_a_newer_one(machine: ByHand) -> None:
    a = machine.house.a
    job_id = await machine.give()
    await machine.claimed(job_id)
    job = await machine.house.job(job_id)
    assert job.revision == 2
    for revision in (1, 2):
        old = RowPatch(job_id, job.owner_id, 1, revision, {"state": "queued"}, 100, 0)
        assert await a.log.append_row(old) is Outcome.REFUSED
    assert (await machine.house.snapshot(job_id)).value["state"] == "processing"
    seq = (await machine.house.snapshot(job_id)).seq
    started = log_line("started")
    for _ in range(2):
        await a.echo.publish(job_id, started)
    snapshot = await machine.house.snapshot(job_id)
    assert (snapshot.seq, snapshot.value["log"]) == (seq + 1, {"1": started}), (
        "the row is no news, its line is once"
    )


async def test_publishing_out_of_order_ends_with_the_newest(machine: ByHand) -> None:
    job_id = await machine.give()
    claim = await machine.claimed(job_id)
    await asyncio.gather(*(machine.house.a.echo.publish(job_id) for _ in range(5)), machine.done(claim))
    value = (await machine.house.snapshot(job_id)).value
    assert (value["phase"]["code"], value["counters"]["steps_done"]) == ("reading", 1)


async def test_a_wiped_redis_is_seeded_with_a_new_epoch_and_no_less_percent(machine: ByHand) -> None:
    a = machine.house.a
    job_id = await machine.give()
    await machine.to_phase(job_id, 1)
    claim = await machine.claimed(job_id)
    await a.log.append_facts(facts(claim.job, claim.step.id, 1500, pages={"1": "td"}))
    before = await machine.house.snapshot(job_id)
    await machine.set_job(job_id, percent=before.value["percent"])
    await a.redis.flushall()
    after = await machine.house.snapshot(job_id)
    assert after.epoch != before.epoch
    assert after.value["percent"] >= before.value["percent"] > 0
    assert after.value["state"] == "processing" and after.value["phase"] == before.value["phase"]
    again = await a.log.append_facts(facts(claim.job, claim.step.id, 1500, pages={"1": "td"}))
    assert again is Outcome.APPENDED, "the worker goes on"
    last = await machine.house.snapshot(job_id)
    assert last.value["percent"] >= after.value["percent"] and last.value["pages"] == {"1": "td"}


async def test_a_wiped_redis_has_not_forgotten_the_fences(machine: ByHand) -> None:
    a = machine.house.a
    job_id = await machine.give()
    lost = await machine.claimed(job_id)
    await machine.expire(lost)
    await machine.sweep.once()
    await machine.claimed(job_id)
    await a.redis.flushall()
    await a.echo.seed(job_id)
    assert await a.log.append_facts(facts(lost.job, lost.step.id, 2000)) is Outcome.REFUSED


async def test_the_line_that_comes_with_a_seed_is_kept(machine: ByHand) -> None:
    job_id = await machine.give()
    await machine.house.a.redis.flushall()
    await machine.house.a.echo.publish(job_id, log_line("resumed"))
    log = (await machine.house.snapshot(job_id)).value["log"]
    assert [line["code"] for line in log.values()] == ["resumed"]


@pytest.mark.parametrize("state", ["completed", "failed", "cancelled"])
async def test_an_ended_job_reads_the_same_from_sql_as_from_redis(machine: ByHand, state: str) -> None:
    a, house = machine.house.a, machine.house
    job_id = await machine.give()
    claim = await machine.claimed(job_id)
    running = {"1": "tr", "2": "tr", "3": "sd"}
    await a.log.append_facts(facts(claim.job, claim.step.id, 900, pages=running, log=[log_line("started")]))
    if state == "completed":
        await machine.done(claim, pages={"1": "td", "2": "tf"}, page_count=3, artifacts=(TEXT,))
        while (await house.job(job_id)).state != "completed":
            await machine.done(await machine.claimed(job_id))
    elif state == "failed":
        await machine.failed(claim)
    else:
        await a.commands.cancel(job_id, house.actor)
    live = await house.snapshot(job_id)
    await a.redis.flushall()
    stored = await house.snapshot(job_id)
    assert (stored.epoch, stored.run, live.run) == (STORED_EPOCH, 1, 1)
    shown = {name: each for name, each in live.value.items() if name != "alive_at"}
    kept = {name: each for name, each in stored.value.items() if each is not None and name != "alive_at"}
    assert kept["counters"].items() >= shown["counters"].items()
    assert {**kept, "counters": {}} == {**shown, "counters": {}}
    assert list(stored.value["log"].values())[-1] == closing_lines(await house.job(job_id))[0]
    if state == "completed":
        assert stored.value["pages"] == {"1": "td", "2": "tf", "3": "sd"}
        assert stored.value["percent"] == 100 and stored.value["artifacts"].keys() == {"text.txt"}
    assert await a.redis.dbsize() == 0, "what has ended is read, not brought back"


async def test_a_new_job_is_told_from_its_rows_as_it_would_be_read(machine: ByHand) -> None:
    a, job_id, line = machine.house.a, await machine.give(), log_line("accepted")
    job, (step,) = await machine.house.job(job_id), await machine.steps(job_id)
    await a.redis.flushall()
    await a.echo.publish(job_id, line)
    read = await machine.house.snapshot(job_id)
    await a.redis.flushall()
    await a.echo.begin(job, step, machine.house.actor.name, line)
    begun = await machine.house.snapshot(job_id)
    assert (begun.value, begun.seq, begun.run) == (read.value, read.seq, read.run)


async def test_a_job_that_a_worker_told_of_first_keeps_what_that_said(machine: ByHand) -> None:
    a, job_id, line = machine.house.a, await machine.give(), log_line("accepted")
    job, (step,) = await machine.house.job(job_id), await machine.steps(job_id)
    await a.redis.flushall()
    await machine.claimed(job_id)
    await a.echo.publish(job_id)
    await a.echo.begin(job, step, machine.house.actor.name, line)
    told = await machine.house.snapshot(job_id)
    assert (told.value["state"], told.value["log"]) == ("processing", {"1": line})


async def test_what_was_published_is_written_back_once(machine: ByHand) -> None:
    a = machine.house.a
    job_id = await machine.give()
    await machine.claimed(job_id)
    await a.echo.write_back()
    job = await machine.house.job(job_id)
    assert job.published_revision == job.revision == 2
    await machine.set_job(job_id, published_revision=9)
    await a.echo.publish(job_id)
    await a.echo.write_back()
    assert (await machine.house.job(job_id)).published_revision == 9, "never backwards"


async def test_writing_back_by_several_processes_at_once_locks_nobody_out(machine: ByHand) -> None:
    jobs = [await machine.give(content=str(number).encode()) for number in range(6)]
    async with open_adapters(machine.house.settings) as other:
        for _ in range(3):
            async with machine.house.a.db.writing() as session:
                await session.execute(update(JobRow).values(published_revision=0))
            for each, order in ((machine.house.a.echo, jobs), (other.echo, jobs[::-1])):
                for job_id in order:
                    await each.publish(job_id)
            await asyncio.gather(machine.house.a.echo.write_back(), other.echo.write_back())
    for job_id in jobs:
        assert (await machine.house.job(job_id)).published_revision == 1


async def test_a_revision_that_was_never_published_is(
    machine: ByHand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "UNPUBLISHED_SECONDS", -1.0)
    job_id = await in_state(machine, "queued")
    await machine.house.a.echo.write_back()
    await machine.set_job(job_id, state="paused", revision=2)
    assert (await machine.house.snapshot(job_id)).value["state"] == "queued"
    await machine.sweep.once()
    assert (await machine.house.snapshot(job_id)).value["state"] == "paused"
    await machine.house.a.echo.write_back()
    assert (await machine.house.job(job_id)).published_revision == 2


async def test_an_ending_that_nobody_told_is_told_with_its_last_line(machine: ByHand) -> None:
    """Its publisher died after the commit: the log on screen ends as the stored one does, also when told twice."""
    job_id = await machine.give()
    async with machine.house.a.db.writing() as session:
        job = await locked_job(session, job_id)
        assert job is not None
        await end_job(session, job, JobEvent.CANCEL, live=machine.house.a.echo.live, cancelled_by="Ada")
    await machine.set_job(job_id, changed_at=1.0)
    for _ in range(2):
        await machine.sweep.once()
    shown = (await machine.house.snapshot(job_id)).value
    assert shown["state"] == "cancelled"
    async with machine.house.a.db.reading() as session:
        stored = await session.get(JobSnapshotRow, job_id)
    assert stored is not None
    assert shown["log"] == stored.value["log"]
    assert [line["code"] for line in shown["log"].values()].count("cancelled") == 1
