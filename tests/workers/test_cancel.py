"""A cancel ends the job at once and once, and kills what works on it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from service.adapters.commands import Commands
from service.adapters.tables import RunRow, StepRow
from service.domain.work import StepDone
from tests.support.house import House, open_house
from tests.support.processes import exists, is_alive
from tests.support.small_worker import LIMITS, Gate, give, phase, small, small_worker
from tests.support.waiting import until
from workers.engines.source import step_limits
from workers.pipelines.declaration import StepContext

pytestmark = pytest.mark.anyio

PRELOAD = ("tests.workers.targets",)


@pytest.fixture
async def house(sqlite_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(sqlite_url, redis_url, tmp_path / "data") as opened:
        yield opened


class Hanging:
    """Steps whose child hangs in one long C call; the children's pids by job."""

    def __init__(self) -> None:
        self.pids: dict[str, int] = {}

    async def __call__(self, context: StepContext) -> StepDone:
        call = context.tools.sandbox.call("tests.workers.targets:hang_in_c", {}, step_limits(LIMITS))
        async with call as items:
            async for _ in items:
                assert call.pid is not None
                self.pids[context.job_id] = call.pid
        return StepDone()


async def ended_once(house: House, job_id: str) -> bool:
    async with house.a.db.reading() as session:
        endings = list(await session.scalars(select(RunRow.ending).where(RunRow.job_id == job_id)))
        states = set(await session.scalars(select(StepRow.state).where(StepRow.job_id == job_id)))
    return endings == ["cancelled"] and states <= {"done", "cancelled"}


async def test_a_child_that_hangs_in_c_is_dead_at_once_and_others_live(house: House) -> None:
    hanging = Hanging()
    pipeline = small(phase("inspecting", hanging))
    async with small_worker(house, pipeline, preload=PRELOAD, slots=2) as worker:
        jobs = [await give(house, pipeline, content=str(number).encode()) for number in range(2)]
        await until(lambda: len(hanging.pids) == 2, "both children hang")
        assert await house.a.commands.cancel(jobs[0], house.actor) == "cancelled"
        pid, other = hanging.pids[jobs[0]], hanging.pids[jobs[1]]
        await until(lambda: not exists(pid), "the child is dead and reaped")
        assert is_alive(other)
        assert await ended_once(house, jobs[0])
        value = (await house.snapshot(jobs[0])).value
        assert (value["state"], value["cancelled_by"]) == ("cancelled", "Ada")
        assert [line["code"] for line in value["log"].values()] == ["started", "cancelled"]
        assert await house.a.commands.cancel(jobs[0], house.actor) == "cancelled"
        assert await ended_once(house, jobs[0])
        assert (await house.job(jobs[1])).state == "processing"
        await house.a.commands.cancel(jobs[1], house.actor)
        await until(lambda: not exists(other), "the other child is dead too")
        assert worker is not None


async def test_what_a_slot_does_next_is_not_taken_for_cancelled(house: House) -> None:
    """Time-outs and task groups ask whether their task is cancelled."""
    begun: list[str] = []
    cancellings: list[int] = []

    async def first_hangs(context: StepContext) -> StepDone:
        begun.append(context.job_id)
        if len(begun) == 1:
            await asyncio.Event().wait()
        task = asyncio.current_task()
        assert task is not None
        cancellings.append(task.cancelling())
        return StepDone()

    pipeline = small(phase("inspecting", first_hangs))
    async with small_worker(house, pipeline):
        first = await give(house, pipeline, content=b"first")
        await until(lambda: begun, "the first has begun")
        second = await give(house, pipeline, content=b"second")
        await house.a.commands.cancel(first, house.actor)
        await house.state(second, "completed")
    assert begun == [first, second]
    assert cancellings == [0]


async def test_the_slot_is_free_for_the_next_job(house: House) -> None:
    hanging = Hanging()
    stuck, quick = small(phase("inspecting", hanging)), small(phase("inspecting"), name="quick")
    async with small_worker(house, stuck, quick, preload=PRELOAD, slots=1):
        job_id = await give(house, stuck)
        await until(lambda: hanging.pids, "the child hangs")
        waiting = await give(house, quick)
        await house.a.commands.cancel(job_id, house.actor)
        await house.state(waiting, "completed")


async def test_every_worker_of_the_job_stops(house: House) -> None:
    hanging = Hanging()
    gate = Gate()
    pipeline = small(phase("inspecting"), phase("reading", gate, steps=4))
    assert not hanging.pids
    async with (
        small_worker(house, pipeline, slots=2) as first,
        small_worker(house, pipeline, slots=2) as second,
    ):
        job_id = await give(house, pipeline)
        await until(lambda: gate.arrived == 4, "two steps run on each worker")
        assert len(first.running.all()) == len(second.running.all()) == 2
        await house.a.commands.cancel(job_id, house.actor)
        await until(lambda: not first.running.all() and not second.running.all(), "nothing runs any more")
    assert await ended_once(house, job_id)


async def test_a_cancel_that_no_worker_heard_is_noticed_by_the_heartbeat(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unheard(_commands: Commands, _job_id: str) -> None:
        return

    monkeypatch.setattr(Commands, "stop", unheard)
    hanging = Hanging()
    pipeline = small(phase("inspecting", hanging))
    async with small_worker(house, pipeline, preload=PRELOAD, heartbeat_seconds=0.1):
        job_id = await give(house, pipeline)
        await until(lambda: hanging.pids, "the child hangs")
        await house.a.commands.cancel(job_id, house.actor)
        await until(lambda: not exists(hanging.pids[job_id]), "the child is dead")
    assert await ended_once(house, job_id)


async def test_a_cancelled_job_can_be_started_again(house: House) -> None:
    hanging = Hanging()
    runs: list[int] = []

    async def hang_once(context: StepContext) -> StepDone:
        runs.append(len(runs))
        return await hanging(context) if len(runs) == 1 else StepDone()

    pipeline = small(phase("inspecting"), phase("reading", hang_once))
    async with small_worker(house, pipeline, preload=PRELOAD):
        job_id = await give(house, pipeline)
        await until(lambda: hanging.pids, "the child hangs")
        await house.a.commands.cancel(job_id, house.actor)
        assert await house.a.commands.retry(job_id, house.actor) == "queued"
        job = await house.state(job_id, "completed")
    assert (job.run, job.cancelled_by) == (2, None)
