"""Which files of an upload with an Idempotency-Key have become jobs, while the upload has no answer yet.

Its gateway may die after a file's job was committed. Whoever sends the upload again is told of that job: a job that has
failed since, or one that was wanted even if there is another, would be made twice by its content alone.
"""

from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.clock import read_clock
from service.adapters.exclusion import alone
from service.adapters.tables import JobRow, TakenFileRow


@dataclass(frozen=True)
class FileOfUpload:
    """The file of that number in the owner's upload with this key."""

    owner_id: str
    key: str
    number: int


async def job_of(session: AsyncSession, file: FileOfUpload, fingerprint: str) -> JobRow | None:
    """The job that this file has become, if it was the same work; nobody else takes the upload's files meanwhile."""
    await alone(session, f"upload {file.owner_id} {file.key}")
    return await session.scalar(
        select(JobRow)
        .join(TakenFileRow, TakenFileRow.job_id == JobRow.id)
        .where(*_is(file), TakenFileRow.fingerprint == fingerprint)
    )


async def remember(session: AsyncSession, file: FileOfUpload, fingerprint: str, job_id: str) -> None:
    """The file has become this job; what was known of the number before was of another upload with this key."""
    await session.execute(delete(TakenFileRow).where(*_is(file)))
    row = TakenFileRow(
        owner_id=file.owner_id, key=file.key, number=file.number, fingerprint=fingerprint, job_id=job_id,
        created_at=await read_clock(session),
    )  # fmt: skip
    session.add(row)


async def forget(session: AsyncSession, owner_id: str, key: str) -> None:
    """The upload has its answer, which names its jobs."""
    await session.execute(
        delete(TakenFileRow).where(TakenFileRow.owner_id == owner_id, TakenFileRow.key == key)
    )


async def forget_older(session: AsyncSession, than: float) -> None:
    """Uploads that were never sent again."""
    await session.execute(delete(TakenFileRow).where(TakenFileRow.created_at < than))


def _is(file: FileOfUpload):
    return (
        TakenFileRow.owner_id == file.owner_id,
        TakenFileRow.key == file.key,
        TakenFileRow.number == file.number,
    )
