"""A job's own time limit: told before it is reached, kept whatever the job does just then, and fresh after a retry."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from service.adapters.database import Database
from service.adapters.sentence_table import SentenceTables, read_table
from service.domain.json import JsonObject
from service.domain.work import StepDone
from tests.support.by_hand import ByHand
from tests.support.certificate_jobs import steps
from tests.support.house import House, open_house
from tests.support.small_book import SmallBook
from tests.support.small_worker import give, phase, small, small_worker
from workers import overtime
from workers.overtime import Overtime
from workers.pipelines import all_pipelines
from workers.pipelines.declaration import Pipeline, StepContext
from workers.pipelines.sentences.merging import merge
from workers.pipelines.sentences.options import SentencesOptions
from workers.running import RunningStep, RunningSteps

pytestmark = pytest.mark.anyio
CHUNKS = (["Un vieux meunier vivait là."], ["La rivière passait."], ["Rien ne changeait."])


@pytest.fixture
async def house(database_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(database_url, redis_url, tmp_path / "data", drain_seconds=0.6) as opened:
        yield opened


@pytest.fixture
async def machine(house: House) -> ByHand:
    """The step machine, on both databases, with steps that run side by side after the first."""
    return ByHand(house, small(phase("inspecting"), phase("reading", steps=4), phase("assembling")))


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers look so often that no second of a limit is missed."""
    monkeypatch.setattr(overtime, "_EVERY_SECONDS", 0.05)


def looking(house: House, *job_ids: str, job_seconds: float | None = None) -> Overtime:
    """What a worker has that runs steps of these jobs, which have limits."""
    running, task = RunningSteps(), asyncio.current_task()
    assert task is not None
    for job_id in job_ids:
        running.add(RunningStep(job_id, 1, job_id, "", "small", "reading", task, 1, None, limited=True))
    return Overtime(house.a.db, house.a.echo, house.a.commands, running, job_seconds)


async def limited(house: House, pipeline: Pipeline, seconds: float) -> str:
    """A started job that may work for so long."""
    job_id = await give(
        house, pipeline, start=False, options=SentencesOptions().model_dump(mode="json"), force=True
    )
    await ByHand(house, pipeline).set_job(job_id, time_limit=seconds)
    await house.a.commands.start(job_id, house.actor)
    return job_id


async def worked(machine: ByHand, job_id: str, *spans: tuple[float, float | None]) -> None:
    """As if the running steps had begun and ended so many seconds ago; those without an end run on."""
    now = time.time()
    await machine.set_job(job_id, queued_at=now - 100_000)
    running = await machine.steps(job_id, "running")
    for step, (begun, ended) in zip(running, spans, strict=True):
        over = {} if ended is None else {"state": "done", "ended_at": now - ended}
        await machine.set_step(step.id, started_at=now - begun, **over)


async def at_work(machine: ByHand, minutes: float, running: int = 2) -> str:
    """A job with so many steps of its phase running, that may work so many minutes."""
    job_id = await machine.give(force=True)
    await machine.set_job(job_id, time_limit=minutes * 60)
    await machine.to_phase(job_id, 1)
    await machine.set_step((await machine.steps(job_id, "done"))[0].id, started_at=0.0, ended_at=1.0)
    for _ in range(running):
        await machine.claimed(job_id)
    return job_id


async def log_of(house: House, job_id: str) -> list[JsonObject]:
    log: dict[str, JsonObject] = (await house.snapshot(job_id)).value["log"]
    return [log[number] for number in sorted(log, key=int)]


async def texts(house: House, job_id: str) -> list[str]:
    """What the table has by now."""
    async with house.a.db.reading() as session:
        table = await read_table(session, await house.job(job_id))
    assert table is not None
    return [row["text"] for row in await SentenceTables(house.a.blobs).some(table, 0, 100)]


@pytest.mark.usefixtures("often")
async def test_a_job_is_warned_and_stopped_once_by_two_workers_and_a_retry_does_the_rest(
    house: House,
) -> None:
    book = SmallBook(CHUNKS)
    pipeline = book.pipeline()
    book.let(1)
    async with small_worker(house, pipeline, slots=1), small_worker(house, pipeline, slots=1):
        job_id = await limited(house, pipeline, 6.0)
        job = await house.state(job_id, "failed")
        assert job.error is not None
        assert (job.error["code"], job.error["phase"]) == ("job_timed_out", "rewriting")
        said = [line["code"] for line in await log_of(house, job_id)]
        assert said.count("time_limit_near") == said.count("failed") == 1
        assert said.index("time_limit_near") < said.index("failed")
        assert await texts(house, job_id) == CHUNKS[0], "what is done stays, and can be read"
        assert (await house.snapshot(job_id)).value["chunks"]["1"] == "d1"
        [first] = [step for step in await steps(house, job_id) if step.output_blob]
        book.let()
        await house.a.commands.retry(job_id, house.actor)
        job = await house.state(job_id, "completed")
    assert (job.run, job.outcome, job.limit_told) == (2, "success", False)
    assert await texts(house, job_id) == [text for chunk in CHUNKS for text in chunk]
    again = next(step for step in await steps(house, job_id) if step.id == first.id)
    assert (again.attempt, again.output_blob) == (first.attempt, first.output_blob)


@pytest.mark.usefixtures("often")
async def test_a_limit_that_is_reached_while_merging_costs_the_merging_alone(house: House) -> None:
    hold = True

    async def held(context: StepContext) -> StepDone:
        await asyncio.sleep(60 if hold else 0)
        return await merge(context)

    book = SmallBook(CHUNKS)
    book.let()
    plain = book.pipeline()
    phases = tuple(replace(each, run=held) if each.code == "merging" else each for each in plain.phases)
    pipeline = replace(plain, phases=phases)
    async with small_worker(house, pipeline):
        job_id = await limited(house, pipeline, 1.5)
        job = await house.state(job_id, "failed")
        assert job.error is not None and job.error["phase"] == "merging"
        every = [text for chunk in CHUNKS for text in chunk]
        assert await texts(house, job_id) == every
        hold = False
        await house.a.commands.retry(job_id, house.actor)
        await house.state(job_id, "completed")
        assert await texts(house, job_id) == every
    rewritten = [step.attempt for step in await steps(house, job_id) if step.phase == 1]
    assert rewritten == [1, 1, 1]


@pytest.mark.parametrize("how", ["the job", "the operator"])
async def test_steps_side_by_side_count_once_and_gaps_not_at_all(machine: ByHand, how: str) -> None:
    job_id = await at_work(machine, 30 if how == "the job" else 24 * 60, running=4)
    look = looking(machine.house, job_id, job_seconds=None if how == "the job" else 1800.0)
    await worked(machine, job_id, (5000, 4100), (4900, 4800), (4400, 3600), (1000, 640))
    await look.once()
    assert (await machine.house.job(job_id)).state == "processing", "40 s less than half an hour"
    last = (await machine.steps(job_id, "done"))[-1]
    assert last.started_at is not None
    await machine.set_step(last.id, started_at=last.started_at - 60)
    await look.once()
    job = await machine.house.job(job_id)
    assert job.error is not None and (job.error["code"], job.error["params"]) == (
        "job_timed_out",
        {"minutes": 30},
    )


async def test_it_is_told_once_a_run_that_the_limit_is_near(machine: ByHand) -> None:
    job_id = await at_work(machine, 30)
    look = looking(machine.house, job_id)
    await worked(machine, job_id, (24.9 * 60, None), (10, None))
    await look.once()
    assert "time_limit_near" not in [line["code"] for line in await log_of(machine.house, job_id)]
    await worked(machine, job_id, (26 * 60, None), (10, None))
    others = [looking(machine.house, job_id) for _ in range(3)]
    await asyncio.gather(*(each.once() for each in (look, *others)))
    [line] = [each for each in await log_of(machine.house, job_id) if each["code"] == "time_limit_near"]
    assert (line["level"], line["params"]) == ("warning", {"minutes": 26, "limit": 30})
    assert (await machine.house.job(job_id)).state == "processing"


async def test_several_workers_who_see_it_at_once_end_the_job_once(machine: ByHand) -> None:
    job_id = await at_work(machine, 1)
    await worked(machine, job_id, (90, None), (80, None))
    await asyncio.gather(*(looking(machine.house, job_id).once() for _ in range(4)))
    assert await machine.endings(job_id) == [(1, "failed")]
    assert [line["code"] for line in await log_of(machine.house, job_id)].count("failed") == 1


async def test_a_job_that_is_pausing_still_works_and_one_that_is_paused_does_not(machine: ByHand) -> None:
    house = machine.house
    pausing, paused = await at_work(machine, 1), await at_work(machine, 1)
    for job_id in (pausing, paused):
        await worked(machine, job_id, (90, None), (80, None))
    await house.a.commands.pause(pausing, house.actor)
    await house.a.commands.pause(paused, house.actor, stop=True)
    await looking(house, pausing, paused).once()
    assert (await house.job(pausing)).state == "failed"
    assert (await house.job(paused)).state == "paused"
    await house.a.commands.resume(paused, house.actor)
    await machine.claimed(paused)
    await looking(house, paused).once()
    assert (await house.job(paused)).state == "processing", "what was handed back is not held against it"


async def test_a_job_that_waits_for_a_person_is_not_ended_meanwhile(machine: ByHand) -> None:
    house = machine.house
    job_id = await at_work(machine, 1)
    running = await machine.steps(job_id, "running")
    claim = SimpleNamespace(step=running[0], job=await house.job(job_id))
    await worked(machine, job_id, (5, None), (5, None))
    await machine.asked(cast("Any", claim))
    await machine.set_step(
        running[1].id, started_at=time.time() - 50, ended_at=time.time() - 40, state="done"
    )
    await looking(house, job_id).once()
    job = await house.job(job_id)
    assert job.state == "waiting" and job.question is not None
    await house.a.commands.answer(job_id, job.question["id"], {"password": "x"}, house.actor)
    await machine.claimed(job_id)
    await looking(house, job_id).once()
    assert (await house.job(job_id)).state == "processing", "a minute of waiting is none of work"


async def test_a_retry_has_all_of_the_time_again(machine: ByHand) -> None:
    house = machine.house
    job_id = await at_work(machine, 1)
    await worked(machine, job_id, (90, 70), (60, None))
    await looking(house, job_id).once()
    assert (await house.job(job_id)).state == "failed"
    await house.a.commands.retry(job_id, house.actor)
    await machine.claimed(job_id)
    await looking(house, job_id, job_seconds=60.0).once()
    assert (await house.job(job_id)).state == "processing"


async def test_the_operators_limit_holds_whatever_a_person_wants(machine: ByHand) -> None:
    job_id = await at_work(machine, 60)
    await worked(machine, job_id, (1900, None), (10, None))
    await looking(machine.house, job_id, job_seconds=1800.0).once()
    job = await machine.house.job(job_id)
    assert job.error is not None and job.error["params"] == {"minutes": 30}


async def test_where_no_job_has_a_limit_the_database_is_asked_nothing(house: House) -> None:
    away = cast("Database", SimpleNamespace())
    await Overtime(away, house.a.echo, house.a.commands, RunningSteps(), None).once()
    with pytest.raises(AttributeError):
        await Overtime(away, house.a.echo, house.a.commands, RunningSteps(), 60.0).once()


async def test_the_option_becomes_the_jobs_and_goes_with_other_options(house: House) -> None:
    spec = all_pipelines()["sentences"].spec()
    options = SentencesOptions(time_limit=30).model_dump(mode="json")
    accepted = await house.accept("n.txt", "txt", b"Rien.", spec=spec, options=options, start=False)
    assert (await house.job(accepted.job_id)).time_limit == 1800.0
    without = {**options, "time_limit": None}
    await house.a.commands.change_options(accepted.job_id, spec, without, house.actor)
    assert (await house.job(accepted.job_id)).time_limit is None
    text = await house.accept("n.txt", "txt", b"Rien.", start=False)
    assert (await house.job(text.job_id)).time_limit is None
