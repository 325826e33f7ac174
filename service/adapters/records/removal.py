"""Deleting a document with all that was made of it."""

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.tables import DocumentRow, JobRow


def blobs_of(document: DocumentRow, jobs: list[JobRow]) -> list[str]:
    """The blob trees that go with the rows: the upload, what was derived from it, each job's outputs."""
    return [f"{document.owner_id}/{document.id}", f"derived/{document.id}", *(job.id for job in jobs)]


async def remove_document(session: AsyncSession, document: DocumentRow, jobs: list[JobRow]) -> None:
    """Deletes the rows; steps, runs, artifacts, snapshots and memberships follow by their foreign keys."""
    if jobs:
        await session.execute(delete(JobRow).where(JobRow.id.in_([job.id for job in jobs])))
    await session.execute(delete(DocumentRow).where(DocumentRow.id == document.id))
