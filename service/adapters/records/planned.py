"""Steps that a phase is planned as, in the caller's transaction, under the job's lock."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.clock import read_clock
from service.adapters.records.chunks import plan_chunks
from service.adapters.records.ending import touch
from service.adapters.tables import JobRow, StepRow
from service.domain.ids import new_id
from service.domain.progress import weights
from service.domain.step import StepState
from service.domain.work import NextPhase, StepPlan


async def add_steps(
    session: AsyncSession,
    job: JobRow,
    phase: int,
    plans: tuple[StepPlan, ...],
    *,
    slots: int,
) -> list[StepRow]:
    """Makes steps of a phase, numbered after those it has, and counts them in. They share the slots, or as many as may
    run at once."""
    now = await read_clock(session)
    numbers = await session.scalars(
        select(StepRow.number).where(StepRow.job_id == job.id, StepRow.phase == phase, StepRow.run == job.run)
    )
    start = max(numbers, default=-1) + 1
    shared = min([slots, *(plan.at_once for plan in plans if plan.at_once is not None)])
    weighed = weights([plan.cost for plan in plans], shared)
    rows = [
        StepRow(
            id=new_id(),
            job_id=job.id,
            run=job.run,
            phase=phase,
            number=start + offset,
            state=StepState.QUEUED,
            run_at=now,
            cost=plan.cost,
            weight=weight,
            input=plan.input,
            engine=plan.engine,
            at_once=plan.at_once,
            pages={},
            attempt=0,
            failures=0,
            dispatches=0,
        )
        for offset, (plan, weight) in enumerate(zip(plans, weighed, strict=True))
    ]
    session.add_all(rows)
    job.remaining += len(rows)
    job.steps_total += len(rows)
    await session.flush()
    return rows


async def enter_phase(
    session: AsyncSession, job: JobRow, phase: int, following: NextPhase, slots: int
) -> None:
    """Moves the job on: the new phase's steps are queued, and the expected whole is what is known now."""
    job.phase = phase
    job.remaining = 0
    plan_chunks(job, phase, following.steps)
    rows = await add_steps(session, job, phase, following.steps, slots=slots)
    job.cost_total = job.cost_done + sum(each.weight for each in rows) + following.later_cost
    await touch(session, job)
