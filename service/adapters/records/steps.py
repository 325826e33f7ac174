"""The step machine in SQL: claim, finish, fail, ask. Each is one transaction of the caller's."""

from dataclasses import dataclass

from sqlalchemy import Double, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.clock import db_now, read_clock
from service.adapters.dispatch import live_slots
from service.adapters.records.chunks import count_chunk, is_of_chunk, plan_chunks
from service.adapters.records.ending import LiveSnapshot, Whole, end_job, job_of_step, touch
from service.adapters.records.planned import add_steps
from service.adapters.records.queue_state import claiming, queue_open
from service.adapters.records.recorded import carry_out
from service.adapters.tables import ArtifactRow, DocumentRow, JobRow, StepRow, UserRow
from service.domain.failure import Failure
from service.domain.ids import new_id
from service.domain.job import RUNNABLE, TRANSITIONS, JobEvent, JobState, after
from service.domain.question import Question
from service.domain.step import StepState
from service.domain.work import NewArtifact, PastWork, StepDone, StepPlan

SECONDS_WORTH_TELLING = 1.0
"""Who waits less than this for the next try is not told of it."""
_RETRY = "retry_of"
NO_ROOM = "disk_full"
"""What a job waits for whose step found no room for what it writes."""
STORAGE_AWAY = "storage_away"
"""What a job waits for whose step could not reach its files."""


@dataclass(frozen=True)
class Claim:
    """A step that this worker owns until its lease ends, with what is needed to run it.

    `owner` is the name of the job's; `first`: the job left the queue with it; `news`: the job's row has something new
    to publish; `light`: it runs beside its worker's slots.
    """

    step: StepRow
    job: JobRow
    document: DocumentRow
    owner: str
    first: bool
    news: bool
    light: bool = False


_JOB_TO_CLAIM = (
    select(JobRow, DocumentRow, UserRow.name)
    .join(StepRow, StepRow.job_id == JobRow.id)
    .join(DocumentRow, DocumentRow.id == JobRow.document_id)
    .join(UserRow, UserRow.id == JobRow.owner_id)
    .where(StepRow.id == bindparam("step_id"))
    .with_for_update(of=JobRow)
)
_CLAIMED = (
    update(StepRow)
    .where(
        StepRow.id == bindparam("of"),
        StepRow.state == StepState.QUEUED,
        StepRow.run_at <= db_now(),
        StepRow.run == bindparam("in_run"),
        queue_open(),
    )
    .values(
        state=StepState.RUNNING,
        attempt=StepRow.attempt + 1,
        worker=bindparam("by"),
        lease_until=db_now() + bindparam("seconds", type_=Double()),
        started_at=db_now(),
        dispatched_at=None,
        held=False,
    )
    .returning(StepRow)
)


async def claim(session: AsyncSession, step_id: str, worker_id: str, lease_seconds: float) -> Claim | None:
    """One compare-and-set: queued, due, its job neither paused nor ended, the queue open. None where that is not so.

    The job is locked first, as everywhere: steps before their job would make deadlocks with a cancel.
    """
    found = (await session.execute(_JOB_TO_CLAIM, {"step_id": step_id})).one_or_none()
    if found is None or found[0].state not in RUNNABLE:
        return None
    job, document, owner = found
    await claiming(session)
    binds = {"of": step_id, "in_run": job.run, "by": worker_id, "seconds": lease_seconds}
    step = await session.scalar(_CLAIMED, binds, execution_options={"synchronize_session": False})
    if step is None:
        return None
    first = job.state == JobState.QUEUED
    retried = job.retry_at is not None and step.failures > 0
    news = first or retried or is_of_chunk(step)
    if news:
        job.state = after(JobState(job.state), JobEvent.CLAIM)
        job.started_at = job.started_at or await read_clock(session)
        if retried:
            _no_retry(job)
        await touch(session, job)
    return Claim(step, job, document, owner, first, news)


class LostStep(Exception):
    """The step is no longer this attempt's: its result is refused, and the transaction with it."""


_COUNTED = (
    update(DocumentRow)
    .where(DocumentRow.id == bindparam("of"), DocumentRow.page_count.is_(None))
    .values(page_count=bindparam("pages"))
)
_ARTIFACTS_NAMED = select(ArtifactRow).where(
    ArtifactRow.job_id == bindparam("of"), ArtifactRow.name.in_(bindparam("names", expanding=True))
)


async def owned(session: AsyncSession, step_id: str, attempt: int) -> tuple[JobRow, StepRow]:
    """The locked job and the step, if this attempt still runs it; raises LostStep."""
    # The step is read once the job is locked: before, somebody else may be ending it.
    job = await job_of_step(session, step_id)
    step = await session.get(StepRow, step_id)
    if job is None or step is None:
        raise LostStep(step_id)
    if step.state != StepState.RUNNING or step.attempt != attempt or step.run != job.run:
        raise LostStep(step_id)
    return job, step


async def record_done(
    session: AsyncSession,
    job: JobRow,
    step: StepRow,
    done: StepDone,
    took: int | None = None,
    whole: Whole | None = None,
) -> None:
    """Writes a step's result and counts it off its phase. Advancing is the caller's, under the same lock.

    A step weighs the milliseconds that it `took` where those are given, else what was expected of it.
    """
    now = await read_clock(session)
    step.weight = step.weight if took is None else took
    step.state = StepState.DONE
    step.output, step.output_blob, step.pages = done.output, done.output_blob, done.pages
    step.ended_at, step.worker, step.lease_until, step.error = now, None, None, None
    job.remaining -= 1
    await _take_result(session, job, step, done, whole)


async def _take_result(
    session: AsyncSession, job: JobRow, step: StepRow, done: StepDone, whole: Whole | None
) -> None:
    """The job has what a step of it made, and its owner the records."""
    if done.to_record is not None:
        recorded = await carry_out(session, job, done.to_record)
        step.output = {**done.output, "recorded": recorded.json()}
        if job.result is not None:
            job.result = {**job.result, "records": recorded.json()["ids"]}
    if done.result is not None:
        job.result = done.result
    job.cost_done += step.weight
    job.steps_done += 1
    count_chunk(job, step)
    if done.more:
        more = await add_steps(session, job, step.phase, done.more, slots=await live_slots(session))
        job.cost_total += sum(each.weight for each in more)
    if done.page_count is not None:
        job.page_count = done.page_count
        job.pages_total = done.page_count - done.pages_left_out
        counted = {"of": job.document_id, "pages": done.page_count}
        await session.execute(_COUNTED, counted, execution_options={"synchronize_session": False})
    if done.warnings:
        job.warnings = {**job.warnings, **done.warnings}
    if done.outcome is not None:
        job.outcome = done.outcome
    if job.waits is not None and job.waits["code"] in (NO_ROOM, STORAGE_AWAY):
        job.waits = None
    await put_artifacts(session, job, step.id, done.artifacts, whole)
    await touch(session, job)


async def put_artifacts(
    session: AsyncSession,
    job: JobRow,
    step_id: str,
    artifacts: tuple[NewArtifact, ...],
    whole: Whole | None = None,
) -> None:
    """Adds result files; one of the same name takes the place of the old."""
    if not artifacts:
        return
    there: dict[str, ArtifactRow] = {}
    if whole is None:
        named = {"of": job.id, "names": [each.name for each in artifacts]}
        there = {row.name: row for row in await session.scalars(_ARTIFACTS_NAMED, named)}
    for each in artifacts:
        row = there.get(each.name)
        if row is None:
            row = ArtifactRow(job_id=job.id, name=each.name)
            session.add(row)
            if whole is not None:
                whole.artifacts.append(row)
        row.step_id, row.blob, row.size, row.media_type = step_id, each.blob, each.size, each.media_type


async def record_failure(
    session: AsyncSession, job: JobRow, step: StepRow, failure: Failure, *, live: LiveSnapshot
) -> None:
    """The step failed for good, and its job with it."""
    step.state = StepState.FAILED
    step.error = {**failure.json(), "undone_from": failure.undone_from}
    step.ended_at = await read_clock(session)
    step.worker, step.lease_until = None, None
    await session.flush()
    await end_job(session, job, JobEvent.FAIL, live=live, failure=failure)


@dataclass(frozen=True)
class Again:
    """A step that failed is tried again, after so many seconds; `of` tries in all. `died`: its child did."""

    after_seconds: float
    of: int
    died: bool = False


async def record_retry(
    session: AsyncSession, job: JobRow, step: StepRow, failure: Failure, again: Again
) -> None:
    """The step failed for now: it is queued again, due later."""
    now = await read_clock(session)
    step.state = StepState.QUEUED
    step.failures += 1
    step.deaths += 1 if again.died else 0
    step.error = failure.json()
    step.run_at = now + again.after_seconds
    step.worker, step.lease_until, step.dispatched_at = None, None, None
    job.attempt = max(job.attempt, step.failures)
    if again.after_seconds >= SECONDS_WORTH_TELLING:
        tries = step.deaths if again.died else step.failures - step.deaths
        job.retry_at = step.run_at
        job.waits = {"code": _RETRY, "params": {"attempt": tries + 1, "tries": again.of}}
    else:
        _no_retry(job)
    await touch(session, job)


def _no_retry(job: JobRow) -> None:
    job.retry_at = None
    if job.waits is not None and job.waits["code"] == _RETRY:
        job.waits = None


async def record_question(session: AsyncSession, job: JobRow, step: StepRow, question: Question) -> None:
    """The job waits for a person and holds no worker; the step runs again after the answer.

    A job that waits already keeps its question, and one that was answered meanwhile has no new one: the step runs
    again with the answer, and asks again if that was not enough.
    """
    step.state = StepState.QUEUED
    step.worker, step.lease_until, step.dispatched_at = None, None, None
    if JobEvent.ASK not in TRANSITIONS[JobState(job.state)]:
        return
    job.state = after(JobState(job.state), JobEvent.ASK)
    job.question = question.json()
    await session.flush()
    await unring(session, job)
    await touch(session, job)


async def unring(session: AsyncSession, job: JobRow) -> None:
    """The job's steps that were rung and not claimed leave the window; they are rung anew when they may run."""
    await session.execute(
        update(StepRow)
        .where(StepRow.job_id == job.id, StepRow.state == StepState.QUEUED)
        .values(dispatched_at=None)
        .execution_options(synchronize_session=False)
    )


async def settle_pause(session: AsyncSession, job: JobRow) -> None:
    """`pausing` becomes `paused` when the job's last running step has ended."""
    if job.state != JobState.PAUSING:
        return
    running = await session.scalar(
        select(StepRow.id).where(StepRow.job_id == job.id, StepRow.state == StepState.RUNNING).limit(1)
    )
    if running is None:
        job.state = after(JobState(job.state), JobEvent.SETTLE)
        await touch(session, job)


async def past_work(session: AsyncSession, job: JobRow) -> list[PastWork]:
    """The job's done steps, by phase and number."""
    rows = await session.scalars(
        select(StepRow)
        .where(StepRow.job_id == job.id, StepRow.run == job.run, StepRow.state == StepState.DONE)
        .order_by(StepRow.phase, StepRow.number)
    )
    return [
        PastWork(row.phase, row.number, row.input, row.output or {}, row.output_blob, row.pages)
        for row in rows
    ]


async def add_done_step(
    session: AsyncSession,
    job: JobRow,
    place: tuple[int, int],
    plan: StepPlan,
    done: StepDone,
    whole: Whole | None = None,
) -> None:
    """A step that was run together with an earlier one: it is entered with its result, at its phase and number."""
    now = await read_clock(session)
    row = StepRow(
        id=new_id(),
        job_id=job.id,
        run=job.run,
        phase=place[0],
        number=place[1],
        state=StepState.DONE,
        attempt=1,
        failures=0,
        dispatches=0,
        run_at=now,
        ended_at=now,
        cost=plan.cost,
        weight=plan.cost,
        input=plan.input,
        engine=plan.engine,
        output=done.output,
        output_blob=done.output_blob,
        pages=done.pages,
    )
    session.add(row)
    if whole is not None:
        whole.steps.append(row)
    job.steps_total += 1
    plan_chunks(job, place[0], (plan,))
    if done.more:
        await session.flush()  # they are numbered after it
    await _take_result(session, job, row, done, whole)
