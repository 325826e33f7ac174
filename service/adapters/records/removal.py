"""Deleting what is no longer wanted, in the caller's transaction; what is left to do after it is told."""

from dataclasses import dataclass

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.records.ending import locked_document_of, locked_job, touch
from service.adapters.tables import (
    ArtifactRow,
    DocumentRow,
    IdempotencyRow,
    JobRow,
    JobSnapshotRow,
    StepRow,
)
from service.domain.job import ENDED
from service.domain.step import StepState


@dataclass(frozen=True)
class Removed:
    """What goes with the rows once they are gone: trees of blobs, and the jobs' logs in Redis, as (job, owner)."""

    blobs: tuple[str, ...]
    jobs: tuple[tuple[str, str], ...] = ()


def rests(job: JobRow, since: float | None) -> bool:
    """Whether the job is at its end, and has been since before that time if one is given."""
    return job.state in ENDED and (since is None or (job.ended_at or 0.0) < since)


async def remove_document(
    session: AsyncSession, document: DocumentRow, *, since: float | None = None
) -> Removed | None:
    """Deletes the document with all of its jobs; None, and nothing, where one of them does not rest (see `rests`).

    Steps, runs, artifacts, snapshots and memberships follow by their foreign keys.
    """
    found = await session.scalars(
        select(JobRow).where(JobRow.document_id == document.id).order_by(JobRow.id).with_for_update()
    )
    jobs = found.all()
    if not all(rests(job, since) for job in jobs):
        return None
    if jobs:
        await session.execute(delete(JobRow).where(JobRow.id.in_([job.id for job in jobs])))
    await _delete_document(session, document)
    trees = (*_trees(document), *(job.id for job in jobs))
    return Removed(trees, tuple((job.id, job.owner_id) for job in jobs))


async def remove_job(session: AsyncSession, job_id: str, *, since: float) -> Removed | None:
    """Deletes a job that rests, and its document with the last job; None where there is nothing to delete."""
    document = await locked_document_of(session, job_id)
    job = await locked_job(session, job_id)
    if job is None or not rests(job, since):
        return None
    await session.execute(delete(JobRow).where(JobRow.id == job_id))
    others = await session.scalar(select(func.count()).where(JobRow.document_id == job.document_id))
    await _forget_answers(session, job.owner_id, job_id)
    trees = (job_id,)
    if document is not None and not others:
        await _delete_document(session, document)
        trees = (*_trees(document), job_id)
    return Removed(trees, ((job_id, job.owner_id),))


async def remove_results(session: AsyncSession, job_id: str, *, since: float) -> JobRow | None:
    """Deletes all that a resting job has made; None where it does not rest.

    Should somebody retry it, it begins anew; and whoever uploads the same again gets a new job.
    """
    job = await locked_job(session, job_id)
    if job is None or not rests(job, since):
        return None
    await session.execute(delete(ArtifactRow).where(ArtifactRow.job_id == job_id))
    await session.execute(
        delete(StepRow)
        .where(StepRow.job_id == job_id, (StepRow.phase > 0) | (StepRow.number > 0))
        .execution_options(synchronize_session=False)
    )
    await session.execute(
        update(StepRow)
        .where(StepRow.job_id == job_id)
        .values(state=StepState.CANCELLED, output=None, output_blob=None, pages={})
        .execution_options(synchronize_session=False)
    )
    job.fingerprint = ""
    await touch(session, job)
    return job


async def remove_snapshot(session: AsyncSession, job_id: str, *, since: float) -> None:
    """Deletes the stored snapshot of a resting job: what its rows do not say, such as its log."""
    job = await locked_job(session, job_id)
    if job is not None and rests(job, since):
        await session.execute(delete(JobSnapshotRow).where(JobSnapshotRow.job_id == job_id))


async def _delete_document(session: AsyncSession, document: DocumentRow) -> None:
    await session.execute(delete(DocumentRow).where(DocumentRow.id == document.id))
    await _forget_answers(session, document.owner_id, document.id)


async def _forget_answers(session: AsyncSession, owner_id: str, name: str) -> None:
    """The stored answer to what made it names it: who sends that again is not to be led to what is gone."""
    await session.execute(
        delete(IdempotencyRow).where(
            IdempotencyRow.owner_id == owner_id, IdempotencyRow.answer.contains(name)
        )
    )


def _trees(document: DocumentRow) -> tuple[str, str]:
    return f"{document.owner_id}/{document.id}", f"derived/{document.id}"
