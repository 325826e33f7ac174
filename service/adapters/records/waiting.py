"""The jobs of which nothing runs, in the order in which their turn comes, and why each waits. From SQL.

No statement joins one reading of all steps with another: PostgreSQL, which learns late how many there are, would then
compare each with each.
"""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from service.adapters.due import due_steps, order_of
from service.adapters.tables import JobRow, StepRow, UserRow
from service.domain.job import RUNNABLE, JobState
from service.domain.json import JsonObject
from service.domain.message import Message
from service.domain.step import StepState
from service.domain.waiting import Pool, Turn, why_later, why_no_turn

MOST_SHOWN = 30
"""So many of those that wait for their turn are told by name, as many that wait for a time, and for an answer."""


@dataclass
class _Waits:
    """Reasons by job, and how many wait in all."""

    total: int = 0
    jobs: dict[str, JsonObject] = field(default_factory=dict[str, JsonObject])

    def tell(self, job_id: str, reason: Message, **more: Any) -> None:
        self.jobs[job_id] = {"waits_for": reason.json(), **more}


async def waits(session: AsyncSession, now: float, pool: Pool) -> JsonObject:
    """`jobs` by id, each with its reason, and how many `more` there are. Four statements, however many wait."""
    found = _Waits()
    await _turns(session, now, pool, found)
    await _later(session, now, found)
    await _asking(session, found)
    named = await session.execute(
        select(JobRow.id, JobRow.name, UserRow.name, func.coalesce(JobRow.queued_at, JobRow.created_at))
        .join(UserRow, UserRow.id == JobRow.owner_id)
        .where(JobRow.id.in_(found.jobs))
    )
    for job_id, name, owner, since in named:
        found.jobs[job_id] |= {"name": name, "owner": owner, "since": since}
    return {"jobs": found.jobs, "more": found.total - len(found.jobs)}


async def _turns(session: AsyncSession, now: float, pool: Pool, found: _Waits) -> None:
    """Those that could run now, each by that of its steps whose turn comes first."""
    due = due_steps(now, even_if_paused=True)
    turn = func.row_number().over(partition_by=due.c.job_id, order_by=order_of(due))
    steps = select(due, turn.label("turn")).where(due.c.job_id.not_in(_running())).subquery()
    came = (steps.c.priority, steps.c.queued_at, steps.c.job_id)
    places = (
        select(
            steps.c.job_id,
            func.row_number().over(order_by=order_of(steps)).label("place"),
            func.row_number().over(order_by=came).label("came"),
            (func.rank().over(order_by=steps.c.priority) - 1).label("higher"),
            func.count().over().label("total"),
        )
        .where(steps.c.turn == 1)
        .subquery()
    )
    rows = (await session.execute(select(places).where(places.c.place <= MOST_SHOWN))).all()
    for job_id, place, of_coming, higher, _total in rows:
        found.tell(job_id, why_no_turn(Turn(place, of_coming, higher), pool), place=place)
    found.total += rows[0].total if rows else 0


async def _later(session: AsyncSession, now: float, found: _Waits) -> None:
    """Those that are to be tried again, each by that of its steps which is due first."""
    ready = aliased(StepRow)
    turn = func.row_number().over(partition_by=StepRow.job_id, order_by=(StepRow.run_at, StepRow.id))
    steps = (
        select(StepRow.job_id, StepRow.run_at, StepRow.error, StepRow.held, JobRow.waits, turn.label("turn"))
        .join(JobRow, JobRow.id == StepRow.job_id)
        .where(
            StepRow.state == StepState.QUEUED,
            StepRow.run_at > now,
            JobRow.state.in_(list(RUNNABLE)),
            StepRow.job_id.not_in(_running()),
            ~exists().where(
                ready.job_id == StepRow.job_id, ready.state == StepState.QUEUED, ready.run_at <= now
            ),
        )
        .subquery()
    )
    first = (
        select(steps, func.count().over().label("total"))
        .where(steps.c.turn == 1)
        .order_by(steps.c.run_at, steps.c.job_id)
        .limit(MOST_SHOWN)
    )
    rows = (await session.execute(first)).all()
    for row in rows:
        blamed = row.waits if row.held else row.error
        engine = ((blamed or {}).get("params") or {}).get("engine")
        found.tell(row.job_id, why_later(engine), due_at=row.run_at)
    found.total += rows[0].total if rows else 0


async def _asking(session: AsyncSession, found: _Waits) -> None:
    """Those that asked a person something."""
    first = (
        select(JobRow.id, func.count().over().label("total"))
        .where(JobRow.state == JobState.WAITING)
        .order_by(JobRow.id)
        .limit(MOST_SHOWN)
    )
    rows = (await session.execute(first)).all()
    for job_id, _total in rows:
        found.tell(job_id, Message("waits", "answer"))
    found.total += rows[0].total if rows else 0


def _running():
    return select(StepRow.job_id).where(StepRow.state == StepState.RUNNING)
