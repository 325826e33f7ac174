"""Lists of jobs and batches from SQL: as many statements for ten rows as for ten thousand."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVarTuple

from sqlalchemy import ColumnElement, Select, Text, and_, case, cast, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.records.rows import row_fields
from service.adapters.tables import ArtifactRow, BatchMemberRow, BatchRow, JobRow, JobSnapshotRow, UserRow
from service.domain.document import folded
from service.domain.job import ENDED, JobState
from service.domain.json import JsonObject
from service.protocol.batch import Member
from service.protocol.snapshot import card
from service.protocol.topics import Filters

Columns = TypeVarTuple("Columns")

_COUNTERS = JobSnapshotRow.value["counters"]


@dataclass(frozen=True)
class Card:
    """A job as a list shows it, as its row said at this revision of this run."""

    job_id: str
    owner_id: str
    run: int
    revision: int
    value: JsonObject


@dataclass(frozen=True)
class Page:
    """Cards, newest first; `next` is the cursor of the page after this one, None when there is none."""

    cards: list[Card]
    next: str | None


async def page(
    session: AsyncSession, filters: Filters, *, text: str | None = None, before: str | None = None
) -> Page:
    """The newest jobs that match and are older than the job `before`. Two statements.

    `text` is looked for in names, whatever the case.
    """
    query = _matching(_job_columns(), filters, text=text)
    if filters.states:
        query = query.where(JobRow.state.in_([str(each) for each in filters.states]))
    if before is not None:
        query = query.where(JobRow.id < before)
    rows = (await session.execute(query.order_by(JobRow.id.desc()).limit(filters.limit + 1))).all()
    cards = await _cards(session, rows[: filters.limit])
    return Page(cards, cards[-1].job_id if len(rows) > filters.limit else None)


async def counts(session: AsyncSession, filters: Filters, *, text: str | None = None) -> dict[str, int]:
    """How many jobs match all filters but `states`, by state, and their `total`. One statement."""
    query = _matching(select(JobRow.state, func.count()), filters, text=text).group_by(JobRow.state)
    found = {str(state): int(number) for state, number in (await session.execute(query)).all()}
    return {"total": sum(found.values()), **{str(each): found.get(str(each), 0) for each in JobState}}


async def live_ids(session: AsyncSession, filters: Filters, *, text: str | None = None) -> list[str]:
    """All jobs that match and have not ended, whatever the limit: those that have begun first, then as they came."""
    states = [str(each) for each in filters.states or JobState if each not in ENDED]
    query = _matching(select(JobRow.id), filters, text=text).where(JobRow.state.in_(states))
    waits = case((JobRow.state == JobState.QUEUED, 1), else_=0)
    return list((await session.scalars(query.order_by(waits, JobRow.id))).all())


async def failed_ids(session: AsyncSession, filters: Filters, *, text: str | None = None) -> list[str]:
    """All jobs that match and failed, or completed without some of their pages, whatever the limit, as they came."""
    query = _matching(select(JobRow.id), filters, text=text).where(
        or_(
            JobRow.state == JobState.FAILED,
            and_(JobRow.state == JobState.COMPLETED, cast(JobRow.warnings, Text) != "{}"),
        )
    )
    if filters.states:
        query = query.where(JobRow.state.in_([str(each) for each in filters.states]))
    return list((await session.scalars(query.order_by(JobRow.id))).all())


async def batch_members(session: AsyncSession, batch_id: str) -> list[Member]:
    """What a batch's summary is made of, in the order in which the jobs came. One statement."""
    rows = await session.scalars(
        select(JobRow)
        .join(BatchMemberRow, BatchMemberRow.job_id == JobRow.id)
        .where(BatchMemberRow.batch_id == batch_id)
        .order_by(BatchMemberRow.added_at, JobRow.id)
    )
    return [
        Member(
            job_id=row.id,
            name=row.name,
            state=JobState(row.state),
            percent=row.percent,
            cost=row.cost_total,
            warnings=len(row.warnings),
            eta_seconds=None,
            run=row.run,
            revision=row.revision,
        )
        for row in rows
    ]


async def owned_batch(session: AsyncSession, batch_id: str) -> BatchRow | None:
    """The batch's row."""
    return await session.get(BatchRow, batch_id)


def _job_columns() -> Select[JobRow, str, Any]:
    return (
        select(JobRow, UserRow.name, _COUNTERS)
        .join(UserRow, UserRow.id == JobRow.owner_id)
        .outerjoin(JobSnapshotRow, JobSnapshotRow.job_id == JobRow.id)
    )


def _matching(query: Select[*Columns], filters: Filters, *, text: str | None) -> Select[*Columns]:
    conditions: list[ColumnElement[bool]] = []
    if filters.pipeline is not None:
        conditions.append(JobRow.pipeline == filters.pipeline)
    if filters.owner is not None:
        conditions.append(JobRow.owner_id == filters.owner)
    if filters.batch is not None:
        conditions.append(
            exists().where(BatchMemberRow.batch_id == filters.batch, BatchMemberRow.job_id == JobRow.id)
        )
    if text:
        conditions.append(JobRow.searched_name.contains(folded(text), autoescape=True))
    return query.where(*conditions)


async def _cards(session: AsyncSession, rows: Any) -> list[Card]:
    artifacts: dict[str, list[ArtifactRow]] = {job.id: [] for job, _owner, _counters in rows}
    for each in await session.scalars(select(ArtifactRow).where(ArtifactRow.job_id.in_(artifacts))):
        artifacts[each.job_id].append(each)
    return [
        Card(
            job.id,
            job.owner_id,
            job.run,
            job.revision,
            _value(job, artifacts[job.id], owner, stored if JobState(job.state) in ENDED else None),
        )
        for job, owner, stored in rows
    ]


def _value(
    job: JobRow, artifacts: list[ArtifactRow], owner: str, stored: Mapping[str, int] | None
) -> JsonObject:
    """What the row says; of an ended job also the pages that its stored snapshot counted."""
    value = row_fields(job, artifacts, owner)
    value["counters"] = {**(stored or {}), **value["counters"]}
    return {name: each for name, each in card(value).items() if each is not None}
