"""A step that can do nothing for now, through no fault of its own: it waits, and no failures rise."""

from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.clock import read_clock
from service.adapters.records.ending import touch
from service.adapters.records.steps import settle_pause
from service.adapters.tables import JobRow, StepRow
from service.domain.job import ENDED
from service.domain.step import StepState


async def wait_for_storage(
    session: AsyncSession, job: JobRow, step: StepRow, code: str, seconds: float
) -> bool:
    """The running step is queued again, due after so many seconds, and its job says what it waits for.

    Returns whether the job had not said so yet. The caller holds its lock.
    """
    step.state, step.run_at = StepState.QUEUED, await read_clock(session) + seconds
    step.worker, step.lease_until, step.dispatched_at = None, None, None
    said = job.waits is not None and job.waits["code"] == code
    if job.state not in ENDED:
        job.waits = {"code": code, "params": {}}
        await touch(session, job)
    await session.flush()
    await settle_pause(session, job)
    return not said
