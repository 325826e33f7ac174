"""What was paused stays so, whoever is killed and started again meanwhile, and goes on when it is let."""

import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from service.adapters.tables import BatchMemberRow, BatchRow, RunRow, StepRow, WorkerRow
from service.domain.account import Actor
from service.domain.ids import new_id
from tests.support.gated_worker import gated, marks, worker_process
from tests.support.house import House, open_house
from tests.support.small_worker import give
from tests.support.waiting import until

pytestmark = pytest.mark.anyio

BOSS = Actor(new_id(), "Bo", is_admin=True)
QUICK: dict[str, Any] = {"lease_seconds": 0.8, "heartbeat_seconds": 0.2, "slots": 2}
START_SECONDS = 60.0
"""A worker process imports a lot; on a busy machine that takes a while."""
LOOKED_FOR_SECONDS = 2.5
"""In that time a worker has swept at least twice, and every lease of a dead one has run out."""


@pytest.fixture
async def house(database_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(database_url, redis_url, tmp_path / "data") as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "marks"
    made.mkdir()
    return made


async def steps_of(house: House, *job_ids: str) -> dict[str, tuple[str, int, int]]:
    """State, attempt and failures by step id."""
    async with house.a.db.reading() as session:
        rows = await session.scalars(select(StepRow).where(StepRow.job_id.in_(job_ids)))
        return {row.id: (row.state, row.attempt, row.failures) for row in rows}


async def attempts(house: House, *job_ids: str) -> dict[str, int]:
    """How often each step was claimed."""
    return {step: attempt for step, (_, attempt, _) in (await steps_of(house, *job_ids)).items()}


async def looked(house: House, pids: set[int]) -> bool:
    """Whether workers of these pids live and have looked for work for a while."""
    async with house.a.db.reading() as session:
        rows = (await session.scalars(select(WorkerRow).where(WorkerRow.pid.in_(pids)))).all()
    return len(rows) == len(pids) and all(row.seen_at - row.started_at > LOOKED_FOR_SECONDS for row in rows)


async def end_once(house: House, *job_ids: str) -> None:
    """All complete, each run once."""
    for job_id in job_ids:
        await house.state(job_id, "completed")
    async with house.a.db.reading() as session:
        endings = await session.execute(
            select(RunRow.job_id, RunRow.ending).where(RunRow.job_id.in_(job_ids))
        )
        assert sorted((job, ending) for job, ending in endings) == sorted(
            (job, "completed") for job in job_ids
        )


async def test_a_paused_queue_outlasts_workers_and_redis(house: House, folder: Path) -> None:
    """Killed workers' steps come back to the queue and wait there; so does what is given meanwhile."""
    pipeline = gated(folder)
    async with worker_process(house, folder, **QUICK) as first:
        begun = await give(house, pipeline)
        await until(lambda: len(marks(folder)) == 2, "both steps run", seconds=START_SECONDS)
        await house.a.whole_queue.pause(BOSS)
        first.send_signal(signal.SIGKILL)
        await first.wait()
    await house.a.redis.flushall()
    given = await give(house, pipeline, content=b"given meanwhile")
    before = await attempts(house, begun, given)
    async with (
        worker_process(house, folder, **QUICK) as second,
        worker_process(house, folder, **QUICK) as third,
    ):
        await until(lambda: looked(house, {second.pid, third.pid}), "new workers look", seconds=START_SECONDS)
        assert await attempts(house, begun, given) == before
        assert {state for state, _, _ in (await steps_of(house, begun, given)).values()} == {"done", "queued"}
        assert len(marks(folder)) == 2
        paused = await house.a.whole_queue.paused()
        assert paused is not None and paused.by == "Bo"
        (folder / "open").touch()
        await house.a.whole_queue.resume()
        await end_once(house, begun, given)


async def test_paused_jobs_and_batches_outlast_workers_and_redis(house: House, folder: Path) -> None:
    """Others go on beside them; what was paused runs only when it is let, and no failure is counted."""
    pipeline, commands, many = gated(folder), house.a.commands, house.a.many
    batch_id = new_id()
    async with house.a.db.writing() as session:
        session.add(BatchRow(id=batch_id, owner_id=house.actor.user_id, name=None, created_at=0.0))
    async with worker_process(house, folder, **QUICK) as first:
        stopped = await give(house, pipeline)
        await until(lambda: len(marks(folder)) == 2, "its steps run", seconds=START_SECONDS)
        batch = [await give(house, pipeline, content=bytes([number])) for number in range(2)]
        async with house.a.db.writing() as session:
            session.add_all(BatchMemberRow(batch_id=batch_id, job_id=job, added_at=0.0) for job in batch)
        assert await commands.pause(stopped, house.actor, stop=True) == "paused"
        assert set(await many.pause_batch(batch_id, house.actor, stop=True)) == set(batch)
        first.send_signal(signal.SIGKILL)
        await first.wait()
    await house.a.redis.flushall()
    before = await attempts(house, stopped, *batch)
    other = await give(house, pipeline, content=b"other")
    (folder / "open").touch()
    async with (
        worker_process(house, folder, **QUICK) as second,
        worker_process(house, folder, **QUICK) as third,
    ):
        await until(lambda: looked(house, {second.pid, third.pid}), "new workers look", seconds=START_SECONDS)
        await end_once(house, other)
        assert await attempts(house, stopped, *batch) == before
        for job_id in (stopped, *batch):
            shown = (await house.snapshot(job_id)).value["state"]
            assert ((await house.job(job_id)).state, shown) == ("paused", "paused")
        assert await commands.resume(stopped, house.actor) == "queued"
        assert set(await many.resume_batch(batch_id, house.actor)) == set(batch)
        await end_once(house, stopped, *batch)
    assert {failures for _, _, failures in (await steps_of(house, stopped, *batch)).values()} == {0}
