"""What has been kept for as long as it was to be."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.tables import (
    ArtifactRow,
    BatchMemberRow,
    BatchRow,
    DocumentRow,
    JobRow,
    JobSnapshotRow,
    StepRow,
)
from service.domain.job import ENDED

_IDLE_BATCH_SECONDS = 24 * 3600.0
"""A batch without jobs may be one that jobs are still to join."""


@dataclass(frozen=True)
class Keep:
    """Days after a job's end for which things are kept; None is for good."""

    documents: float | None = None
    jobs: float | None = None
    artifacts: float | None = None
    snapshots: float | None = None


async def due_documents(session: AsyncSession, since: float, limit: int) -> Sequence[str]:
    """Documents all of whose jobs rest since before then; one without jobs counts from its upload."""
    recent = exists().where(
        JobRow.document_id == DocumentRow.id,
        JobRow.state.not_in(list(ENDED)) | JobRow.ended_at.is_(None) | (JobRow.ended_at >= since),
    )
    due = select(DocumentRow.id).where(DocumentRow.created_at < since, ~recent).limit(limit)
    return (await session.scalars(due)).all()


async def due_jobs(session: AsyncSession, since: float, limit: int) -> Sequence[str]:
    """Jobs that rest since before then."""
    return (await session.scalars(_resting(since).limit(limit))).all()


async def due_results(session: AsyncSession, since: float, limit: int) -> Sequence[str]:
    """Jobs that rest since before then and still have what they made."""
    artifacts = exists().where(ArtifactRow.job_id == JobRow.id)
    outputs = exists().where(StepRow.job_id == JobRow.id, StepRow.output_blob.is_not(None))
    return (await session.scalars(_resting(since).where(artifacts | outputs).limit(limit))).all()


async def due_snapshots(session: AsyncSession, since: float, limit: int) -> Sequence[str]:
    """Jobs that rest since before then and still have their log."""
    stored = exists().where(JobSnapshotRow.job_id == JobRow.id)
    return (await session.scalars(_resting(since).where(stored).limit(limit))).all()


async def remove_idle_batches(session: AsyncSession, now: float) -> None:
    """Deletes batches whose jobs are all gone."""
    members = exists().where(BatchMemberRow.batch_id == BatchRow.id)
    old = BatchRow.created_at < now - _IDLE_BATCH_SECONDS
    await session.execute(delete(BatchRow).where(old, ~members).execution_options(synchronize_session=False))


def _resting(since: float):
    return select(JobRow.id).where(JobRow.state.in_(list(ENDED)), JobRow.ended_at < since).order_by(JobRow.id)
