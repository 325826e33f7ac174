"""A run's one ending: states, run, steps and the full snapshot, in the caller's transaction."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Double, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.clock import read_clock
from service.adapters.records.chunks import chunks_of
from service.adapters.records.history import note_time
from service.adapters.records.rows import row_fields, stored_pages
from service.adapters.tables import ArtifactRow, DocumentRow, JobRow, JobSnapshotRow, RunRow, StepRow, UserRow
from service.domain.failure import Failure
from service.domain.job import JobEvent, JobState, after
from service.domain.json import JsonObject
from service.domain.message import Message
from service.domain.step import OPEN, StepState
from service.protocol.snapshot import LOG_LINES, Snapshot, page_counters

# Written once: in Python that costs more than the statement does in the database, and every step asks for it.
_JOB_OF_STEP = (
    select(JobRow)
    .join(StepRow, StepRow.job_id == JobRow.id)
    .where(StepRow.id == bindparam("step_id"))
    .with_for_update(of=JobRow)
)

_ARTIFACTS = select(ArtifactRow).where(ArtifactRow.job_id == bindparam("of"))
_STEPS = select(StepRow).where(StepRow.job_id == bindparam("of"))
_NOW = bindparam("now", type_=Double())
_STEPS_CANCELLED = (
    update(StepRow)
    .where(StepRow.job_id == bindparam("of"), StepRow.state.in_(list(OPEN)))
    .values(
        state=StepState.CANCELLED,
        worker=None,
        lease_until=None,
        ended_at=_NOW,
        dispatched_at=None,
        held=False,
    )
)
_RUN_ENDED = (
    update(RunRow)
    .where(RunRow.job_id == bindparam("of"), RunRow.number == bindparam("in_run"), RunRow.ending.is_(None))
    .values(ended_at=_NOW, ending=bindparam("as_what"))
)
_UNSEEN = {"synchronize_session": False}


@dataclass
class Whole:
    """All rows of a job in its first run whose only step was claimed, as the transaction that ends that step has them:
    nothing else is there to be read or changed. `pages` are those of its ending.
    """

    owner: str
    steps: list[StepRow]
    artifacts: list[ArtifactRow] = field(default_factory=list[ArtifactRow])
    pages: dict[str, str] = field(default_factory=dict[str, str])


LiveSnapshot = Callable[[str], Awaitable[Snapshot | None]]
"""Reads a job's live snapshot from Redis; None when it has none or Redis is away."""


async def locked_job(session: AsyncSession, job_id: str) -> JobRow | None:
    """The job's row, locked until the transaction ends (SQLite's transaction already excludes other writers)."""
    return await session.scalar(select(JobRow).where(JobRow.id == job_id).with_for_update())


async def locked_document_of(session: AsyncSession, job_id: str) -> DocumentRow | None:
    """The row of a job's document, locked as `locked_job` does: nobody deletes it meanwhile. Who locks both locks it
    before the job."""
    return await session.scalar(
        select(DocumentRow)
        .join(JobRow, JobRow.document_id == DocumentRow.id)
        .where(JobRow.id == job_id)
        .with_for_update(of=DocumentRow)
    )


async def job_of_step(session: AsyncSession, step_id: str) -> JobRow | None:
    """The row of a step's job, locked as `locked_job` does."""
    return await session.scalar(_JOB_OF_STEP, {"step_id": step_id})


async def touch(session: AsyncSession, job: JobRow) -> None:
    """Marks a change that a person sees."""
    job.revision += 1
    job.changed_at = await read_clock(session)
    note_time(job, job.changed_at)


async def end_job(
    session: AsyncSession,
    job: JobRow,
    event: JobEvent,
    *,
    live: LiveSnapshot,
    failure: Failure | None = None,
    outcome: str | None = None,
    cancelled_by: str | None = None,
    lines: Sequence[JsonObject] = (),
) -> None:
    """Ends the run: COMPLETE, FAIL or CANCEL. Open steps are cancelled; secrets and questions are erased.

    The lines join the stored log before its last.
    """
    job.error = failure.json() if failure else None
    job.cancelled_by = cancelled_by
    await _end(session, job, event, outcome)
    cancelled = {"of": job.id, "now": job.ended_at}
    await session.execute(_STEPS_CANCELLED, cancelled, execution_options=_UNSEEN)
    await session.flush()
    value = await stored_value(session, job)
    await _store_snapshot(session, job, value, await live(job.id), lines)


async def complete_whole(
    session: AsyncSession, job: JobRow, whole: Whole, *, live: LiveSnapshot, outcome: str
) -> None:
    """As `end_job` does for COMPLETE, with nothing read that is at hand; the caller flushes."""
    job.error, job.cancelled_by = None, None
    await _end(session, job, JobEvent.COMPLETE, outcome)
    value = value_of(job, whole.artifacts, whole.steps, whole.owner)
    await _store_snapshot(session, job, value, await live(job.id), ())
    whole.pages = value["pages"]


async def _end(session: AsyncSession, job: JobRow, event: JobEvent, outcome: str | None) -> None:
    now = await read_clock(session)
    job.state = after(JobState(job.state), event)
    job.outcome = outcome
    job.ended_at = now
    job.question = None
    job.secret = None
    job.retry_at, job.waits = None, None
    job.remaining = 0
    if event is JobEvent.COMPLETE:
        job.percent = 100.0
    await touch(session, job)
    ended = {"of": job.id, "in_run": job.run, "now": now, "as_what": job.state}
    await session.execute(_RUN_ENDED, ended, execution_options=_UNSEEN)


async def _store_snapshot(
    session: AsyncSession,
    job: JobRow,
    value: JsonObject,
    live: Snapshot | None,
    lines: Sequence[JsonObject],
) -> None:
    if live is not None and live.run == job.run:
        value["log"] = live.value.get("log") or {}
        # What a step's end recorded is newer than what it reported on its way.
        value["pages"] = {**(live.value.get("pages") or {}), **value["pages"]}
        value["counters"] |= page_counters(value["pages"])
        value["percent"] = max(value["percent"], live.value.get("percent") or 0.0)
        job.percent = value["percent"]
    value["log"] = with_lines(value["log"], [*lines, *closing_lines(job)])
    # A first run ends for the first time.
    row = await session.get(JobSnapshotRow, job.id) if job.run > 1 else None
    if row is None:
        session.add(JobSnapshotRow(job_id=job.id, run=job.run, value=value))
    else:
        row.run, row.value = job.run, value


async def stored_value(session: AsyncSession, job: JobRow) -> JsonObject:
    """A job's snapshot value from SQL alone: no log, and only the pages of steps that ended."""
    artifacts = list(await session.scalars(_ARTIFACTS, {"of": job.id}))
    steps = list(await session.scalars(_STEPS, {"of": job.id}))
    owner = await session.get(UserRow, job.owner_id)
    return value_of(job, artifacts, steps, owner.name if owner else "")


def value_of(
    job: JobRow, artifacts: Sequence[ArtifactRow], steps: Sequence[StepRow], owner: str
) -> JsonObject:
    """What `stored_value` reads, from these rows."""
    value = row_fields(job, artifacts, owner)
    value["pages"] = stored_pages(steps)
    value["chunks"] = chunks_of(job, steps)
    value["log"] = {}
    value["counters"] |= page_counters(value["pages"])
    return value


def closing_lines(job: JobRow) -> list[JsonObject]:
    """The last line of an ended job's log, the same whenever it is asked for; none while the job lives."""
    match JobState(job.state):
        case JobState.COMPLETED:
            code, level = "completed_with_warnings" if job.warnings else "completed", "info"
        case JobState.FAILED:
            code, level = "failed", "error"
        case JobState.CANCELLED:
            code, level = "cancelled", "info"
        case _:
            return []
    line: JsonObject = {"at": round(job.ended_at or 0.0, 3), "level": level, **Message("log", code).json()}
    return [line if job.cancelled_by is None else {**line, "by": job.cancelled_by}]


def with_lines(log: JsonObject, lines: list[JsonObject]) -> JsonObject:
    """The log with these lines after its last; only the newest LOG_LINES stay."""
    last = max(map(int, log), default=0)
    grown = {**log, **{str(last + offset): line for offset, line in enumerate(lines, start=1)}}
    return {number: grown[number] for number in sorted(grown, key=int)[-LOG_LINES:]}
