"""Truth's echo: what SQL says of a job is put into the event log, as often as needed."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import structlog
from redis.exceptions import RedisError
from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.database import Database
from service.adapters.event_log import EventLog
from service.adapters.events import Outcome, RowPatch, Seed
from service.adapters.records.chunks import read_chunks
from service.adapters.records.ending import stored_value, value_of, with_lines
from service.adapters.records.rows import row_fields
from service.adapters.tables import ArtifactRow, JobRow, JobSnapshotRow, StepRow, UserRow
from service.domain.job import ENDED
from service.domain.json import JsonObject
from service.domain.step import StepState
from service.protocol.snapshot import Snapshot, page_counters

_log = structlog.get_logger()
STORED_EPOCH = "stored"
"""The epoch of a snapshot that is served from SQL; its seq is the row's revision."""


_OWNED_JOB = (
    select(JobRow, UserRow.name)
    .outerjoin(UserRow, UserRow.id == JobRow.owner_id)
    .where(JobRow.id == bindparam("job_id"))
)
_PUBLISHED = (
    update(JobRow)
    .where(JobRow.id == bindparam("of"), JobRow.published_revision < bindparam("told"))
    .values(published_revision=bindparam("told"))
)
_ARTIFACTS = select(ArtifactRow).where(ArtifactRow.job_id == bindparam("job_id"))


@dataclass(frozen=True)
class Truth:
    """A job as SQL has it: its row, its artifacts, its owner's name, its chunks and, once it has ended, its pages."""

    job: JobRow
    artifacts: Sequence[ArtifactRow]
    owner: str
    pages: Mapping[str, str] = field(default_factory=dict[str, str])
    chunks: Mapping[str, str] = field(default_factory=dict[str, str])


class Echo:
    """Publishes jobs' rows, seeds the log where Redis lost it, and reads snapshots from wherever they are."""

    def __init__(self, db: Database, log: EventLog) -> None:
        self._db = db
        self._log = log
        self._published: dict[str, int] = {}

    async def begin(self, job: JobRow, step: StepRow, owner: str, *lines: JsonObject) -> None:
        """Publishes a new job, whose rows these are, without reading them again; otherwise as `publish`."""
        value = value_of(job, (), (step,), owner)
        value["log"] = with_lines({}, list(lines))
        try:
            written = await self._log.seed(_seed(job, (step,), value))
        except (TimeoutError, RedisError, OSError) as lost:
            _log.warning("publish_postponed", job_id=job.id, reason=str(lost))
            return
        if written:
            self._published[job.id] = max(job.revision, self._published.get(job.id, 0))
        else:
            await self.publish(job.id, *lines)

    async def publish(self, job_id: str, *lines: JsonObject) -> bool:
        """Publishes the job as its row stands now; the lines join the job's log, once.

        Redis being away is no error here: the reconciler publishes again what lags. Returns whether Redis was there.
        """
        truth = await self._truth(job_id)
        return True if truth is None else await self.tell(truth, *lines)

    async def tell(self, truth: Truth, *lines: JsonObject) -> bool:
        """As `publish`, by whoever has just committed these rows and need not read them again.

        Should somebody have changed the job since, that revision is later, and stays what is known.
        """
        job_id = truth.job.id
        try:
            outcome = await self._log.append_row(_row_patch(truth, lines))
            if outcome is Outcome.SEED_NEEDED:
                await self.seed(job_id, *lines)
        except (TimeoutError, RedisError, OSError) as lost:
            _log.warning("publish_postponed", job_id=job_id, reason=str(lost))
            return False
        self._published[job_id] = max(truth.job.revision, self._published.get(job_id, 0))
        return True

    async def seed(self, job_id: str, *lines: JsonObject) -> None:
        """Writes the log of a job anew from SQL, if Redis has none of this server or an older one."""
        async with self._db.reading() as session:
            job = await session.get(JobRow, job_id)
            if job is None:
                return
            steps = list(await session.scalars(select(StepRow).where(StepRow.job_id == job_id)))
            value = await self._value(session, job)
        if job.state not in ENDED:  # an ended job's stored log has its last line
            value["log"] = with_lines(value["log"], list(lines))
        await self._log.seed(_seed(job, steps, value))

    async def snapshot(self, job_id: str) -> Snapshot | None:
        """The job's snapshot: live where Redis has it, stored for an ended job, seeded for any other.

        None if there is no such job.
        """
        live = await self.live(job_id)
        if live is not None:
            return live
        async with self._db.reading() as session:
            job = await session.get(JobRow, job_id)
            if job is None:
                return None
            value = await self._value(session, job)
        stored = Snapshot(job.id, STORED_EPOCH, job.revision, job.run, value)
        if job.state in ENDED:
            return stored
        try:
            await self.seed(job_id)
        except (TimeoutError, RedisError, OSError):
            return stored
        return await self.live(job_id) or stored

    async def live(self, job_id: str) -> Snapshot | None:
        """The snapshot in Redis; None where there is none or Redis is away."""
        try:
            return await self._log.snapshot(job_id)
        except (TimeoutError, RedisError, OSError):
            return None

    async def forget(self, job_id: str, owner_id: str) -> None:
        """Removes a deleted job's log and tells who watches."""
        self._published.pop(job_id, None)
        try:
            await self._log.forget(job_id, owner_id)
        except (TimeoutError, RedisError, OSError) as lost:
            _log.warning("forget_postponed", job_id=job_id, reason=str(lost))

    async def joined(self, job_id: str, owner_id: str) -> None:
        """A job that is known joined one more batch."""
        try:
            await self._log.joined(job_id, owner_id)
        except (RedisError, OSError, TimeoutError) as lost:
            _log.warning("joined_untold", job_id=job_id, reason=str(lost))

    async def write_back(self) -> None:
        """Records in SQL what has been published since the last call."""
        published, self._published = self._published, {}
        if not published:
            return
        async with self._db.writing() as session:
            # In the same order everywhere, so that two that do this at once don't lock each other out.
            told = [{"of": job_id, "told": revision} for job_id, revision in sorted(published.items())]
            await (await session.connection()).execute(_PUBLISHED, told)

    @asynccontextmanager
    async def writing_back(self) -> AsyncGenerator[None, None]:
        """Calls `write_back` once a second while the block runs, and once more at its end."""
        task = asyncio.create_task(self._every_second())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await self.write_back()

    async def _every_second(self) -> None:
        while True:
            await asyncio.sleep(1.0)
            try:
                await self.write_back()
            except Exception:  # noqa: BLE001 -- the next second tries again
                _log.exception("write_back_failed")

    async def _truth(self, job_id: str) -> Truth | None:
        async with self._db.reading() as session:
            row = (await session.execute(_OWNED_JOB, {"job_id": job_id})).one_or_none()
            if row is None:
                return None
            job, owner = row
            artifacts = list(await session.scalars(_ARTIFACTS, {"job_id": job_id}))
            chunks = await read_chunks(session, job)
            # What workers told of pages on their way may be lost; an ending tells them all.
            ending = await session.get(JobSnapshotRow, job_id) if job.state in ENDED else None
        if ending is None or ending.run != job.run:
            return Truth(job, artifacts, owner or "", chunks=chunks)
        told = {**(ending.value.get("chunks") or {}), **chunks}
        return Truth(job, artifacts, owner or "", ending.value["pages"], told)

    async def _value(self, session: AsyncSession, job: JobRow) -> JsonObject:
        value = await stored_value(session, job)
        ending = await session.get(JobSnapshotRow, job.id)
        if ending is not None:
            value["log"] = ending.value.get("log") or {}
            if ending.run == job.run:
                value["pages"] = {**(ending.value.get("pages") or {}), **value["pages"]}
                value["chunks"] = {**(ending.value.get("chunks") or {}), **value["chunks"]}
                value["counters"] |= page_counters(value["pages"])
        return value


def _row_patch(truth: Truth, lines: tuple[JsonObject, ...]) -> RowPatch:
    job = truth.job
    return RowPatch(
        job_id=job.id,
        owner_id=job.owner_id,
        run=job.run,
        revision=job.revision,
        fields={**row_fields(job, truth.artifacts, truth.owner), "chunks": truth.chunks},
        total_cost=job.cost_total,
        done_cost=job.cost_done,
        log=list(lines),
        pages=truth.pages,
    )


def _seed(job: JobRow, steps: Sequence[StepRow], value: JsonObject) -> Seed:
    return Seed(
        job_id=job.id,
        owner_id=job.owner_id,
        run=job.run,
        revision=job.revision,
        value=value,
        steps={each.id: _seed_step(each) for each in steps},
        total=job.cost_total,
        done=job.cost_done,
        percent=job.percent,
    )


def _seed_step(step: StepRow) -> tuple[int, int, bool]:
    ended = step.state not in (StepState.PLANNED, StepState.QUEUED, StepState.RUNNING)
    return step.attempt, step.weight if step.state == StepState.DONE else 0, ended
