"""Pages, steps and jobs that take too long: first it is said, then they end, and nothing else does."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from service.domain.message import Message
from service.domain.pipeline import FirstStep
from service.domain.work import StepDone
from tests.support.house import House, open_house
from tests.support.small_worker import LONG_MS, Gate, give, phase, small, small_worker
from tests.support.waiting import until
from workers.overtime import Overtime
from workers.pipelines.declaration import Pipeline, StepContext
from workers.running import RunningSteps
from workers.sandbox import ChildFailed, Limits, Sandbox
from workers.warm import WarmChild

pytestmark = pytest.mark.anyio
QUICK = FirstStep(10, 20, 0)


@pytest.fixture
async def house(database_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(database_url, redis_url, tmp_path / "data") as opened:
        yield opened


def quick(pipeline: Pipeline) -> Pipeline:
    """Expected to take hundredths of a second."""
    return replace(pipeline, first=QUICK)


def detail(house: House, job_id: str) -> Callable[[], object]:
    async def code() -> object:
        return ((await house.snapshot(job_id)).value.get("detail") or {}).get("text")

    return code


async def test_a_slow_page_and_a_slow_step_say_so_once_and_go_on(house: House) -> None:
    page_done, step_done = asyncio.Event(), asyncio.Event()

    async def slow(context: StepContext) -> StepDone:
        context.report.detail(Message("detail", "page", {"page": 7, "total": 9}))
        context.report.began(1)
        await page_done.wait()
        context.report.detail(Message("detail", "page", {"page": 8, "total": 9}))
        context.report.began(1)
        await step_done.wait()
        return StepDone()

    pipeline = quick(small(phase("inspecting", slow)))
    async with small_worker(house, pipeline, slow_page_seconds=0.3, slow_step_seconds=1.5):
        job_id = await give(house, pipeline)

        async def says(words: str) -> bool:
            return ((await house.snapshot(job_id)).value.get("detail") or {}).get("text") == words

        await until(lambda: says("page 7 takes unusually long"), "it says so of the page")
        page_done.set()
        await until(lambda: says("this takes unusually long"), "it says so of the step")
        step_done.set()
        job = await house.state(job_id, "completed")
    assert job.outcome == "success"
    lines = [
        line for line in (await house.snapshot(job_id)).value["log"].values() if line["level"] == "warning"
    ]
    said = [(line["code"], line["params"].get("page")) for line in lines]
    assert said.count(("page_slow", 7)) == 1 and said.count(("step_slow", None)) == 1
    assert len(said) <= 3, "each once"


async def test_what_is_expected_to_take_long_is_not_unusual(house: House) -> None:
    gate = Gate()

    async def slow(context: StepContext) -> StepDone:
        context.report.detail(Message("detail", "page", {"page": 1, "total": 1}))
        context.report.began(LONG_MS)
        return await gate(context)

    pipeline = small(phase("inspecting", slow))
    async with small_worker(house, pipeline, slow_page_seconds=0.05, slow_step_seconds=0.05):
        job_id = await give(house, pipeline)
        await until(lambda: gate.arrived, "it runs")

        async def alive() -> bool:
            value = (await house.snapshot(job_id)).value
            return (value.get("alive_at") or 0) > (value.get("started_at") or 1e12) + 0.8

        await until(alive, "it has said for a while that it is alive")
        assert (await house.snapshot(job_id)).value["detail"]["code"] == "page"
        gate.open()
        await house.state(job_id, "completed")


async def test_a_step_that_takes_longer_than_any_may_fails_and_says_what_to_do(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.support import small_worker as support

    monkeypatch.setattr(support, "LIMITS", replace(support.LIMITS, step_seconds=0.3))
    gate = Gate()
    pipeline = small(phase("inspecting"), phase("reading", gate))
    async with small_worker(house, pipeline):
        job_id = await give(house, pipeline)
        await house.state(job_id, "failed")
    error = (await house.snapshot(job_id)).value["error"]
    assert (error["code"], error["phase"]) == ("step_timed_out", "reading")
    assert error["advice"] and error["support_id"]


async def test_a_job_that_takes_longer_than_its_limit_fails_and_is_stopped(house: House) -> None:
    gate, stopped = Gate(), asyncio.Event()

    async def hang(context: StepContext) -> StepDone:
        try:
            return await gate(context)
        except asyncio.CancelledError:
            stopped.set()
            raise

    pipeline = quick(small(phase("inspecting", hang)))
    async with small_worker(house, pipeline, job_seconds=0.5):
        job_id = await give(house, pipeline)
        job = await house.state(job_id, "failed")
        await asyncio.wait_for(stopped.wait(), 10)
    assert job.error is not None
    assert (job.error["code"], job.error["phase"], job.error["params"]) == (
        "job_timed_out",
        "inspecting",
        {"minutes": 0.1},
    )


async def test_a_job_may_take_three_times_what_is_expected_and_waits_do_not_count(house: House) -> None:
    gate = Gate()
    long, brief = small(phase("inspecting", gate)), quick(small(phase("inspecting", gate), name="brief"))
    async with small_worker(house, long, brief, slots=2):
        expected_long = await give(house, long)
        paused = await give(house, brief, start=False)
        await until(lambda: gate.arrived == 1, "the long one runs")
        overtime = Overtime(house.a.db, house.a.echo, house.a.commands, RunningSteps(), 0.001)
        await overtime.once()
        assert (await house.job(expected_long)).state == "processing"
        assert (await house.job(paused)).state == "staged"
        gate.open()
        await house.state(expected_long, "completed")


async def test_computing_time_is_limited_whatever_the_clock_says(sandbox: Sandbox) -> None:
    limits = Limits(item_seconds=30.0, cpu_seconds=0.2)

    async def hang() -> None:
        async with sandbox.call("tests.workers.targets:hang", {}, limits) as items:
            async for _ in items:
                pass

    with pytest.raises(ChildFailed) as failed:
        await hang()
    assert failed.value.kind == "out_of_cpu"


async def test_a_warm_child_has_its_computing_time_anew_for_each_request() -> None:
    child = WarmChild("tests.workers.targets:serve_spinning", limits=Limits(cpu_seconds=1.0))
    try:
        for _ in range(8):
            assert (await child.request({"seconds": 0.5}))["spun"] >= 0.5
        with pytest.raises(ChildFailed) as failed:
            await child.request({"seconds": 20.0})
        assert failed.value.kind == "out_of_cpu"
        assert (await child.request({"seconds": 0.0}))["spun"] >= 0.0, "a new child answers"
    finally:
        await child.close()
