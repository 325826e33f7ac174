"""The queue as those who wait in it see it: everybody's places, read from SQL at once."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.clock import read_clock
from service.adapters.dispatch import live_slots
from service.adapters.due import due_steps, order_of
from service.adapters.records.queue_state import QueuePause, pause_of
from service.adapters.tables import JobRow, StepRow
from service.domain.json import JsonObject
from service.domain.places import AtWork, Waiting, expected_waits
from service.domain.step import StepState

MOST_PLACES = 10_000
"""Who stands behind so many is told no place, only how many there are."""


@dataclass(frozen=True)
class Place:
    """Where a job stands, from 1, and when it is expected to begin (seconds since 1970), if that can be said."""

    owner_id: str
    place: int
    expected_start_at: float | None

    def json(self) -> JsonObject:
        """As it is shown."""
        return {"place": self.place, "expected_start_at": self.expected_start_at}


@dataclass(frozen=True)
class Line:
    """All that wait for their turn; `of` so many in all."""

    of: int
    places: dict[str, Place]
    paused: QueuePause | None


async def read_line(session: AsyncSession) -> Line:
    """Five statements, however long the line is."""
    now = await read_clock(session)
    paused, slots = await pause_of(session), await live_slots(session)
    at_work = await _at_work(session, now, slots)
    due = due_steps(now, even_if_paused=True)
    turn = func.row_number().over(partition_by=due.c.job_id, order_by=order_of(due))
    running = select(StepRow.job_id).where(StepRow.state == StepState.RUNNING)
    steps = select(due, turn.label("turn")).where(due.c.job_id.not_in(running)).subquery()
    first = (
        select(
            steps.c.job_id,
            steps.c.owner_id,
            steps.c.priority,
            JobRow.cost_total - JobRow.cost_done,
            JobRow.phase,
            func.count().over(),
        )
        .join(JobRow, JobRow.id == steps.c.job_id)
        .where(steps.c.turn == 1)
        .order_by(*order_of(steps))
        .limit(MOST_PLACES)
    )
    rows = (await session.execute(first)).all()
    # What a job that has not begun costs is counted as if it ran alone, of one that has, as long as it takes.
    line = [
        Waiting(job_id, owner_id, priority, rest / 1000 / (max(1, slots) if phase == 0 else 1))
        for job_id, owner_id, priority, rest, phase, _ in rows
    ]
    known = slots > 0 and paused is None
    waits = expected_waits(line, at_work) if known else [None] * len(line)
    places = {
        each.job_id: Place(each.owner_id, number, None if wait is None else round(now + wait, 1))
        for number, (each, wait) in enumerate(zip(line, waits, strict=True), start=1)
    }
    return Line(rows[0][5] if rows else 0, places, paused)


async def _at_work(session: AsyncSession, now: float, slots: int) -> AtWork:
    rows = await session.execute(
        select(
            JobRow.id,
            JobRow.owner_id,
            JobRow.cost_total - JobRow.cost_done,
            StepRow.cost,
            StepRow.started_at,
        )
        .join(JobRow, JobRow.id == StepRow.job_id)
        .where(StepRow.state == StepState.RUNNING)
    )
    rest: dict[str, tuple[str, float]] = {}
    ends: list[float] = []
    for job_id, owner_id, left, cost, started_at in rows:
        rest[job_id] = (owner_id, max(0.0, left / 1000))
        ends.append(max(0.0, (started_at or now) + cost / 1000 - now))
    by_owner: dict[str, float] = {}
    for owner_id, seconds in rest.values():
        by_owner[owner_id] = by_owner.get(owner_id, 0.0) + seconds
    return AtWork(by_owner, min(ends) if len(ends) >= slots and ends else 0.0)
