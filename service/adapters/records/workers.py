"""What the workers do, what they did of late, and what waits for them, from SQL."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.clock import read_clock
from service.adapters.dispatch import LIVE_SECONDS
from service.adapters.records.breakers import engines_away
from service.adapters.records.queue_state import pause_of
from service.adapters.records.throughput import throughput
from service.adapters.records.waiting import waits
from service.adapters.tables import JobRow, StepRow, WorkerRow
from service.domain.breaker import Away
from service.domain.job import JobState
from service.domain.json import JsonObject
from service.domain.step import StepState
from service.domain.waiting import Pool

_AT_WORK = (JobState.PROCESSING, JobState.PAUSING)


async def workers_value(session: AsyncSession) -> JsonObject:
    """The value of `admin:workers` and of `GET /api/admin/workers`. Twelve statements, however much there is."""
    now = await read_clock(session)
    live = list(await session.scalars(select(WorkerRow).where(WorkerRow.seen_at > now - LIVE_SECONDS)))
    running = await _running(session, [each.id for each in live])
    taken = sum(map(len, running.values()))
    pause = await pause_of(session)
    pool = Pool(len(live), sum(each.slots for each in live), taken, paused=pause is not None)
    return {
        "workers": {
            each.id: {
                "host": each.host,
                "pid": each.pid,
                "started_at": each.started_at,
                "slots": each.slots,
                "running": running.get(each.id, {}),
                "engines": sorted(name for name, wrong in each.engines.items() if wrong is None),
            }
            for each in live
        },
        "queue": {**await _queue(session, now), "paused": pause.json() if pause else None},
        "waits": await waits(session, now, pool),
        "throughput": await throughput(session, now),
        "engines": _engines(live) | _away(await engines_away(session), now),
    }


async def has_engine(session: AsyncSession, engine: str) -> bool | None:
    """Whether a live worker has the engine, in order or not; None where no worker lives that could tell."""
    live = WorkerRow.seen_at > await read_clock(session) - LIVE_SECONDS
    engines = list(await session.scalars(select(WorkerRow.engines).where(live)))
    return any(engine in each for each in engines) if engines else None


async def _running(session: AsyncSession, workers: list[str]) -> dict[str, JsonObject]:
    rows = await session.execute(
        select(StepRow.worker, StepRow.id, StepRow.phase, StepRow.started_at, JobRow)
        .join(JobRow, JobRow.id == StepRow.job_id)
        .where(StepRow.state == StepState.RUNNING, StepRow.worker.in_(workers))
    )
    running: dict[str, JsonObject] = {}
    for worker, step_id, phase, since, job in rows:
        running.setdefault(str(worker), {})[step_id] = {
            "job_id": job.id,
            "name": job.name,
            "pipeline": job.pipeline,
            "phase": job.phases[phase] if phase < len(job.phases) else None,
            "since": since,
        }
    return running


async def _queue(session: AsyncSession, now: float) -> JsonObject:
    live = (JobState.QUEUED, JobState.WAITING, *_AT_WORK)
    rows = await session.execute(
        select(JobRow.state, func.count(), func.min(JobRow.queued_at))
        .where(JobRow.state.in_([str(each) for each in live]))
        .group_by(JobRow.state)
    )
    found: dict[str, Any] = {state: (number, oldest) for state, number, oldest in rows}
    oldest = found.get(JobState.QUEUED, (0, None))[1]
    return {
        "queued": found.get(JobState.QUEUED, (0, None))[0],
        "running": sum(found.get(state, (0, None))[0] for state in _AT_WORK),
        "waiting": found.get(JobState.WAITING, (0, None))[0],
        "oldest_wait_seconds": None if oldest is None else round(max(0.0, now - oldest), 1),
    }


def _engines(workers: list[WorkerRow]) -> JsonObject:
    """An engine is `ok` where one worker has it; else what the last one said is wrong with it."""
    engines: JsonObject = {}
    for worker in workers:
        for name, wrong in worker.engines.items():
            if wrong is None:
                engines[name] = {"state": "ok", "detail": None}
            else:
                engines.setdefault(name, {"state": "unavailable", "detail": wrong})
    return engines


def _away(engines: list[Away], now: float) -> JsonObject:
    """Those that workers have, and that do not answer: since when, and when they are asked again."""
    return {
        each.engine: {
            "state": "unavailable",
            "detail": each.failure().text,
            "since": round(each.since, 3),
            "next_try": round(max(each.next_try, now), 3),
        }
        for each in engines
    }
