"""A person's commands in SQL, each in the caller's transaction.

All raise NotPossible where the state does not allow it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.clock import read_clock
from service.adapters.dispatch import live_slots
from service.adapters.records.chunks import count_anew
from service.adapters.records.ending import touch
from service.adapters.records.history import begin_anew
from service.adapters.records.planned import add_steps
from service.adapters.records.steps import settle_pause, unring
from service.adapters.tables import ArtifactRow, JobRow, RunRow, StepRow
from service.domain.job import RUNNABLE, TRANSITIONS, JobEvent, JobState, NotPossible, after
from service.domain.json import JsonObject
from service.domain.retry import PastStep, RetryPlan, plan_retry
from service.domain.step import StepState
from service.domain.work import StepPlan

QUEUE_PAUSED = "queue_paused"
"""What a job waits for, where all wait."""


async def start(session: AsyncSession, job: JobRow) -> None:
    """A staged job's first step becomes due."""
    now = await read_clock(session)
    job.state = after(JobState(job.state), JobEvent.START)
    job.queued_at = now
    await session.execute(
        update(StepRow)
        .where(StepRow.job_id == job.id, StepRow.state == StepState.PLANNED)
        .values(state=StepState.QUEUED, run_at=now)
        .execution_options(synchronize_session=False)
    )
    await touch(session, job)


async def pause(session: AsyncSession, job: JobRow, *, stop: bool = False) -> dict[str, int]:
    """Nothing more is claimed; what runs is let finish, and then the job is paused.

    With `stop` what runs is handed back first; returns the attempts that were, by step.
    """
    if JobEvent.PAUSE not in TRANSITIONS[JobState(job.state)]:
        raise NotPossible(JobState(job.state), JobEvent.PAUSE)
    stopped = await stop_running(session, job) if stop else {}
    running = await session.scalar(
        select(func.count())
        .select_from(StepRow)
        .where(StepRow.job_id == job.id, StepRow.state == StepState.RUNNING)
    )
    state = JobState(job.state)
    if state == JobState.QUEUED and running:
        # Answered while other steps ran on: it is queued and at work.
        state = after(state, JobEvent.CLAIM)
    job.state = after(state, JobEvent.PAUSE)
    if job.state == JobState.PAUSING and not running:
        job.state = after(JobState.PAUSING, JobEvent.SETTLE)
    await unring(session, job)
    await touch(session, job)
    return stopped


async def stop_running(session: AsyncSession, job: JobRow) -> dict[str, int]:
    """Hands back what runs of the job; nobody's failures rise. Returns the attempts by step: their results are refused.

    A job that was only waiting for that is paused.
    """
    stopped = await session.execute(
        update(StepRow)
        .where(StepRow.job_id == job.id, StepRow.state == StepState.RUNNING)
        .values(
            state=StepState.QUEUED,
            worker=None,
            lease_until=None,
            dispatched_at=None,
            run_at=await read_clock(session),
        )
        .returning(StepRow.id, StepRow.attempt)
        .execution_options(synchronize_session=False)
    )
    attempts = {row[0]: row[1] for row in stopped}
    await settle_pause(session, job)
    return attempts


async def prioritise(session: AsyncSession, job: JobRow, priority: int) -> None:
    """The job's steps are ordered anew, those that were rung as well."""
    job.priority = priority
    await unring(session, job)
    await touch(session, job)


async def wait_for_queue(session: AsyncSession, job: JobRow) -> None:
    """What ran of the job was handed back since the queue is paused; what else it waits for is still said."""
    if job.waits is None:
        job.waits = {"code": QUEUE_PAUSED, "params": {}}
    await touch(session, job)


async def queue_resumed(session: AsyncSession) -> list[str]:
    """No job waits for the queue any more; returns the ids of those that did."""
    jobs = await session.scalars(
        select(JobRow)
        .where(JobRow.state.in_(list(RUNNABLE)), JobRow.waits["code"].as_string() == QUEUE_PAUSED)
        .order_by(JobRow.id)
        .with_for_update()
    )
    resumed: list[str] = []
    for job in jobs:
        job.waits = None
        await touch(session, job)
        resumed.append(job.id)
    return resumed


async def resume(session: AsyncSession, job: JobRow) -> None:
    """The job's queued steps may be claimed again."""
    job.state = after(JobState(job.state), JobEvent.RESUME)
    await touch(session, job)


async def answered(session: AsyncSession, job: JobRow, sealed: bytes) -> None:
    """The question is answered; the step that asked runs again and finds the answers."""
    job.state = after(JobState(job.state), JobEvent.ANSWER)
    job.question = None
    job.secret = sealed
    await session.execute(
        update(StepRow)
        .where(StepRow.job_id == job.id, StepRow.state == StepState.QUEUED)
        .values(dispatched_at=None, run_at=await read_clock(session))
        .execution_options(synchronize_session=False)
    )
    await touch(session, job)


@dataclass(frozen=True)
class NewRun:
    """What a retry began."""

    run: int
    plan: RetryPlan


async def retry(session: AsyncSession, job: JobRow, *, anew: bool = False) -> NewRun:
    """A new run: what is done stays, or nothing where it begins `anew`; the rest is queued again.

    A step may have failed of what earlier phases made and is gone: then it begins there. A completed job without failed
    pages is not possible.
    """
    now = await read_clock(session)
    state = after(JobState(job.state), JobEvent.RETRY)
    rows = {
        each.id: each
        for each in await session.scalars(
            select(StepRow).where(StepRow.job_id == job.id, StepRow.run == job.run)
        )
    }
    plan = plan_retry(
        [_past(each) for each in rows.values()], 0 if anew else _undone_from(job, rows.values())
    )
    if job.state == JobState.COMPLETED and not plan.again:
        raise NotPossible(JobState.COMPLETED, JobEvent.RETRY)
    job.run += 1
    session.add(RunRow(job_id=job.id, number=job.run, started_at=now))
    await _drop(session, job, plan)
    for step_id, row in rows.items():
        if step_id in plan.drop:
            continue
        row.run = job.run
        row.pages = (
            {n: code for n, code in row.pages.items() if code.endswith("d")} if plan.again else row.pages
        )
        if step_id in plan.requeue:
            if row.state == StepState.DONE:
                row.output, row.output_blob, row.pages = None, None, {}
            row.state, row.failures, row.deaths, row.doubts = StepState.QUEUED, 0, 0, 0
            row.run_at, row.dispatched_at, row.error, row.ended_at = now, None, None, None
            row.input, row.engine = _unbound(row.input), None
    kept = [row for step_id, row in rows.items() if step_id not in plan.drop]
    _reset(job, state, plan, kept, now)
    await session.flush()
    again = tuple(StepPlan(each.cost, _unbound(each.input)) for each in plan.again)
    new = await add_steps(session, job, plan.phase, again, slots=max(1, await live_slots(session)))
    job.cost_total = max(job.cost_total, job.cost_done + sum(each.weight for each in new) + 1)
    count_anew(job, [*kept, *new])
    job.percent = float(100 * job.cost_done // job.cost_total)
    await touch(session, job)
    return NewRun(job.run, plan)


def _undone_from(job: JobRow, rows: Iterable[StepRow]) -> int | None:
    """The earliest phase whose work is gone, by what steps have failed of; None where all of it is there."""
    phases = [row.error.get("undone_from") for row in rows if row.error is not None]
    return min((job.phases.index(each) for each in phases if each is not None), default=None)


def _unbound(step_input: JsonObject) -> JsonObject:
    """Within a run a step keeps to its engine; a new one takes whichever is the right one by now."""
    return {name: each for name, each in step_input.items() if name != "engine"}


def _reset(job: JobRow, state: JobState, plan: RetryPlan, kept: list[StepRow], now: float) -> None:
    done = [row for row in kept if row.state == StepState.DONE]
    job.state = state
    job.phase = plan.phase
    job.remaining = len(plan.requeue)
    job.steps_total, job.steps_done = len(kept), len(done)
    job.cost_done = sum(row.weight for row in done)
    job.outcome, job.result, job.error, job.question, job.retry_at, job.waits = (None,) * 6
    job.cancelled_by, job.ended_at, job.started_at = None, None, None
    job.warnings, job.attempt, job.interrupted = {}, 0, 0
    job.queued_at, job.limit_told = now, False
    begin_anew(job)


async def _drop(session: AsyncSession, job: JobRow, plan: RetryPlan) -> None:
    made_by = ArtifactRow.step_id.in_((*plan.drop, *plan.requeue))
    await session.execute(delete(ArtifactRow).where(ArtifactRow.job_id == job.id, made_by))
    if plan.drop:
        await session.execute(
            delete(StepRow).where(StepRow.id.in_(plan.drop)).execution_options(synchronize_session=False)
        )


def _past(row: StepRow) -> PastStep:
    return PastStep(
        id=row.id,
        phase=row.phase,
        number=row.number,
        state=StepState(row.state),
        cost=row.cost,
        input=row.input,
        pages=row.pages,
    )
