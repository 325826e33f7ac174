"""Accepting a document: one transaction makes document, job, run and first step."""

import hashlib
from dataclasses import dataclass

import orjson
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.clock import read_clock
from service.adapters.database import is_sqlite
from service.adapters.records import orders, taken_files
from service.adapters.records.ending import locked_job
from service.adapters.records.taken_files import FileOfUpload
from service.adapters.tables import (
    BatchMemberRow,
    DocumentRow,
    JobInputRow,
    JobRow,
    RunRow,
    StepRow,
    UserRow,
)
from service.domain.ids import new_id
from service.domain.job import PRIORITIES, JobState
from service.domain.json import JsonObject
from service.domain.pipeline import PipelineSpec
from service.domain.step import StepState

_NOT_A_DUPLICATE_OF = (JobState.FAILED, JobState.CANCELLED)


@dataclass(frozen=True)
class NewDocument:
    """A document whose blob is durable. `sha256` is lower-case hex; `size` is bytes."""

    id: str
    name: str
    kind: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Order:
    """What is to be done with a document. Options are complete: defaults filled in.

    With `file` it is made a job once, however often the upload is sent.
    """

    owner_id: str
    batch_id: str | None
    options: JsonObject
    start: bool = True
    force: bool = False
    priority: str = "normal"
    file: FileOfUpload | None = None


@dataclass(frozen=True)
class Accepted:
    """The job that the document led to; with `duplicate_of` the document was not kept and nothing was made.

    `started`: the job was staged until now; `made`: the new job's row and that of its first step; `batch_id`: where it
    has been since the same upload was sent before.
    """

    job_id: str
    document_id: str
    state: JobState
    duplicate_of: str | None = None
    started: bool = False
    made: tuple[JobRow, StepRow] | None = None
    batch_id: str | None = None


def fingerprint(sha256: str, pipeline: str, options: JsonObject) -> str:
    """Same content, pipeline and options give the same fingerprint."""
    order = orjson.dumps([sha256, pipeline, options], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(order).hexdigest()


async def accept(session: AsyncSession, document: NewDocument, spec: PipelineSpec, order: Order) -> Accepted:
    """Makes the job in the caller's transaction, or finds the owner's live or completed job for the same work.

    An owner's documents are accepted one after the other, so that of two equal ones the second finds the first. One
    that was only staged is started where this order says so.
    """
    if not is_sqlite(session):  # whose one writer is alone anyway
        await session.scalar(
            select(UserRow.id).where(UserRow.id == order.owner_id).with_for_update(key_share=True)
        )
    now = await read_clock(session)
    mark = fingerprint(document.sha256, spec.name, order.options)
    if not order.force and (twin := await _twin(session, order.owner_id, mark)):
        await _join_batch(session, order.batch_id, twin.id, now)
        started = order.start and await _start(session, twin.id)
        return Accepted(
            twin.id, twin.document_id, JobState(twin.state), duplicate_of=twin.id, started=started
        )
    session.add(
        DocumentRow(
            id=document.id,
            owner_id=order.owner_id,
            name=document.name,
            kind=document.kind,
            size=document.size,
            sha256=document.sha256,
            created_at=now,
        )
    )
    return await _add_job(session, document, spec, order, mark=mark, now=now)


async def accept_again(
    session: AsyncSession, document: DocumentRow, spec: PipelineSpec, order: Order
) -> Accepted:
    """Makes a new job over a document that is there, in the caller's transaction."""
    known = NewDocument(document.id, document.name, document.kind, document.size, document.sha256)
    mark = fingerprint(document.sha256, spec.name, order.options)
    return await _add_job(session, known, spec, order, mark=mark, now=await read_clock(session))


async def _add_job(
    session: AsyncSession,
    document: NewDocument,
    spec: PipelineSpec,
    order: Order,
    *,
    mark: str,
    now: float,
) -> Accepted:
    job_id = new_id()
    state = JobState.QUEUED if order.start else JobState.STAGED
    job = _job(job_id, document, spec, order, mark=mark, state=state, now=now)
    session.add(job)
    await session.flush()
    session.add(JobInputRow(job_id=job_id, role="document", document_id=document.id))
    session.add(RunRow(job_id=job_id, number=1, started_at=now))
    if order.file is not None:
        await taken_files.remember(session, order.file, mark, job_id)
    step = StepRow(
        id=new_id(),
        job_id=job_id,
        run=1,
        phase=0,
        number=0,
        state=StepState.QUEUED if order.start else StepState.PLANNED,
        attempt=0,
        run_at=now,
        cost=spec.first.cost,
        input={},
        pages={},
    )
    session.add(step)
    if order.batch_id is not None:
        session.add(BatchMemberRow(batch_id=order.batch_id, job_id=job_id, added_at=now))
    return Accepted(job_id, document.id, state, made=(job, step))


async def accepted_before(
    session: AsyncSession, document: NewDocument, spec: PipelineSpec, order: Order
) -> Accepted | None:
    """What the file led to when its upload was sent before and came to no answer; None where that was nothing."""
    if order.file is None:
        return None
    mark = fingerprint(document.sha256, spec.name, order.options)
    job = await taken_files.job_of(session, order.file, mark)
    if job is None:
        return None
    return Accepted(job.id, job.document_id, JobState(job.state), batch_id=job.batch_id)


def _job(
    job_id: str,
    document: NewDocument,
    spec: PipelineSpec,
    order: Order,
    *,
    mark: str,
    state: JobState,
    now: float,
) -> JobRow:
    return JobRow(
        id=job_id,
        owner_id=order.owner_id,
        batch_id=order.batch_id,
        document_id=document.id,
        name=document.name,
        kind=document.kind,
        size=document.size,
        pipeline=spec.name,
        options=order.options,
        time_limit=spec.time_limit(order.options),
        fingerprint=mark,
        priority=PRIORITIES[order.priority],
        state=state,
        revision=1,
        published_revision=0,
        run=1,
        phases=list(spec.phases),
        phase=0,
        remaining=1,
        steps_done=0,
        steps_total=1,
        cost_done=0,
        percent=0.0,
        attempt=0,
        interrupted=0,
        cost_total=spec.first.whole(document.size),
        warnings={},
        created_at=now,
        changed_at=now,
        queued_at=now if order.start else None,
    )


async def _twin(session: AsyncSession, owner_id: str, mark: str) -> JobRow | None:
    return await session.scalar(
        select(JobRow)
        .where(
            JobRow.owner_id == owner_id, JobRow.fingerprint == mark, JobRow.state.not_in(_NOT_A_DUPLICATE_OF)
        )
        .order_by(JobRow.id.desc())
        .limit(1)
    )


async def _start(session: AsyncSession, job_id: str) -> bool:
    """Starts the job if it is staged; whether it was."""
    job = await locked_job(session, job_id)
    if job is None:
        return False
    await session.refresh(job)
    if job.state != JobState.STAGED:
        return False
    await orders.start(session, job)
    return True


async def _join_batch(session: AsyncSession, batch_id: str | None, job_id: str, now: float) -> None:
    if batch_id is None:
        return
    member = await session.get(BatchMemberRow, (batch_id, job_id))
    if member is None:
        session.add(BatchMemberRow(batch_id=batch_id, job_id=job_id, added_at=now))
