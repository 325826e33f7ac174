"""Rows against blobs: blobs that no row knows, and rows whose blob is gone or another than it was."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from sqlalchemy import select

from service.adapters.blob_store import BlobDamaged, BlobMissing, BlobStore
from service.adapters.database import Database
from service.adapters.tables import ArtifactRow, DocumentRow, JobRow, StepRow

ORPHAN_SECONDS = 3600.0
"""A blob may be older than its row by the length of an upload or a step; after so long it is an orphan."""
_AT_ONCE = 400


@dataclass(frozen=True)
class Loss:
    """A row whose blob cannot be read as it was written; `name` is the document's, for a person."""

    what: Literal["document", "result", "step output"]
    key: str
    name: str
    wrong: Literal["missing", "damaged"]
    detail: str


@dataclass(frozen=True)
class _Expected:
    what: Literal["document", "result", "step output"]
    key: str
    name: str
    size: int | None
    sha256: str | None = None


async def orphans(
    db: Database, blobs: BlobStore, older_than: float = ORPHAN_SECONDS
) -> AsyncIterator[list[str]]:
    """Keys of blobs without a row that were written more than so many seconds ago, some at a time."""
    async for keys in _chunks(blobs.keys(older_than)):
        known = await _known(db, keys)
        unknown = [key for key in keys if key not in known]
        if unknown:
            yield unknown


async def losses(db: Database, blobs: BlobStore, *, sums: bool) -> AsyncIterator[Loss]:
    """Every row whose blob is gone or of another size; with `sums` documents are read and their SHA-256 compared."""
    async for each in _expected(db):
        sha256 = each.sha256 if sums else None
        try:
            await blobs.verify(each.key, each.size, sha256)
        except BlobDamaged as damaged:
            yield Loss(each.what, each.key, each.name, "damaged", damaged.reason)
        except BlobMissing:
            # Deleted meanwhile, it is no loss.
            if each.key in await _known(db, [each.key]):
                yield Loss(each.what, each.key, each.name, "missing", "")


async def _known(db: Database, keys: list[str]) -> set[str]:
    """Those of the keys that a row lives by: `owner/document`, `derived/document/…`, or a job's `job/step/…`."""
    uploads = {key: key.split("/")[1] for key in keys if key.count("/") == 1}
    derived = {key: key.split("/")[1] for key in keys if key.startswith("derived/") and key not in uploads}
    made = [key for key in keys if key not in uploads and key not in derived]
    jobs = {key.split("/", 1)[0] for key in made}
    documents = {*uploads.values(), *derived.values()}
    async with db.reading() as session:
        rows = await session.scalars(select(DocumentRow).where(DocumentRow.id.in_(documents)))
        owners = {row.id: row.owner_id for row in rows}
        outputs = await session.scalars(
            select(StepRow.output_blob).where(StepRow.job_id.in_(jobs), StepRow.output_blob.in_(made))
        )
        results = await session.scalars(
            select(ArtifactRow.blob).where(ArtifactRow.job_id.in_(jobs), ArtifactRow.blob.in_(made))
        )
        known = {key for key in (*outputs, *results) if key is not None}
    known |= {key for key, document in uploads.items() if key == f"{owners.get(document)}/{document}"}
    return known | {key for key, document in derived.items() if document in owners}


async def _expected(db: Database) -> AsyncIterator[_Expected]:
    async for documents in _pages(db, DocumentRow):
        for row in documents:
            yield _Expected("document", f"{row.owner_id}/{row.id}", row.name, row.size, row.sha256)
    async for jobs in _pages(db, JobRow):
        for each in await _made_by(db, {row.id: row.name for row in jobs}):
            yield each


async def _made_by(db: Database, names: dict[str, str]) -> list[_Expected]:
    """Results and outputs of these jobs, whose names are given by id."""
    async with db.reading() as session:
        artifacts = await session.scalars(select(ArtifactRow).where(ArtifactRow.job_id.in_(names)))
        outputs = await session.execute(
            select(StepRow.job_id, StepRow.output_blob).where(
                StepRow.job_id.in_(names), StepRow.output_blob.is_not(None)
            )
        )
        results = [
            _Expected("result", row.blob, f"{names[row.job_id]}: {row.name}", row.size) for row in artifacts
        ]
        return results + [
            _Expected("step output", blob, names[job_id], None) for job_id, blob in outputs if blob
        ]


R = TypeVar("R", DocumentRow, JobRow)


async def _pages(db: Database, table: type[R]) -> AsyncIterator[Sequence[R]]:
    """All rows, some at a time and none of them held open: others write meanwhile."""
    last = ""
    while True:
        async with db.reading() as session:
            statement = select(table).where(table.id > last).order_by(table.id).limit(_AT_ONCE)
            rows = (await session.scalars(statement)).all()
        if not rows:
            return
        yield rows
        last = rows[-1].id


async def _chunks(keys: AsyncIterator[str]) -> AsyncIterator[list[str]]:
    chunk: list[str] = []
    async for key in keys:
        chunk.append(key)
        if len(chunk) == _AT_ONCE:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
