"""Which engines are away, in the row that all workers share, and what that does to the steps that need them.

A step's job is locked before an engine's row, and nothing is waited for after that: what somebody else holds then is
left out, and finds out by itself when it is claimed.
"""

from typing import Any

from sqlalchemy import ColumnElement, null, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.clock import read_clock
from service.adapters.records.ending import touch
from service.adapters.records.steps import settle_pause
from service.adapters.tables import JobRow, QueueStateRow, StepRow
from service.domain import breaker
from service.domain.breaker import VERDICT_SECONDS, Away, Probe
from service.domain.job import ENDED
from service.domain.json import JsonObject
from service.domain.step import StepState

_PREFIX = "engine:"
_LATER_SECONDS = 0.5
"""A step that has found its engine away lets another be the next to ask, should it be the step that is the trouble."""


async def is_away(session: AsyncSession, engine: str) -> bool:
    """Whether the engine was found away and nobody has heard from it since."""
    found = await session.scalar(select(QueueStateRow.value).where(QueueStateRow.name == _PREFIX + engine))
    return bool(found)


async def engines_away(session: AsyncSession) -> list[Away]:
    """All that are away, by code. One statement."""
    rows = await session.execute(
        select(QueueStateRow.name, QueueStateRow.value)
        .where(QueueStateRow.name.startswith(_PREFIX, autoescape=True))
        .order_by(QueueStateRow.name)
    )
    return [breaker.away_from(name.removeprefix(_PREFIX), value) for name, value in rows if value]


async def admit(session: AsyncSession, job: JobRow, step: StepRow, engine: str) -> Away | None:
    """Whether a running step may ask its engine; if not, it is queued again and what it waits for is returned.

    Once its time has come, one attempt may ask an engine that is away: it is its probe until `answered`, `gone` or the
    attempt's end, whichever way. The caller holds the job's lock.
    """
    found = await _locked(session, engine)
    if found is None:
        return None
    now = await read_clock(session)
    if found.probe == Probe(step.id, step.attempt):
        return None
    asking = found.probe is not None and await _runs(session, found.probe)
    if now >= found.next_try and not asking:
        await _keep(session, engine, found.probed(Probe(step.id, step.attempt)))
        await _hold_steps(session, engine, now + VERDICT_SECONDS)
        return None
    until = max(found.next_try, now + VERDICT_SECONDS) if asking else found.next_try
    await _hold(session, job, step, found, until)
    return found


async def gone(
    session: AsyncSession, job: JobRow, step: StepRow, found_so: Away, *, asked: float | None, sure: bool
) -> Away:
    """A running step found its engine away: it waits, and with it all that need the engine; nobody's failures rise.

    `asked` are the seconds for which the engine asked to be left alone; `sure` says that it cannot be the step's own
    fault. What only comes late of an engine that is known to be away makes no one wait longer. The caller holds the
    job's lock.
    """
    engine = found_so.engine
    now = await read_clock(session)
    before = await _locked(session, engine)
    mine = before is not None and before.probe == Probe(step.id, step.attempt)
    if before is None:
        after = breaker.away(engine, found_so.name, found_so.code, now, asked)
    elif mine or (before.probe is None and now >= before.next_try):
        after = before.again(found_so.code, now, asked)
    else:
        after = before
    if after is not before:
        await _keep(session, engine, after)
        await _tell_jobs(session, engine, after, besides=job.id)
        await _hold_steps(session, engine, after.next_try)
    step.engine = engine
    step.doubts += 0 if sure else 1
    await _hold(session, job, step, after, after.next_try + _LATER_SECONDS)
    return after


async def answered(session: AsyncSession, engine: str, probe: Probe) -> bool:
    """The engine answered its probe: what waited for it is due. False where that attempt is not its probe."""
    found = await _locked(session, engine)
    if found is None or found.probe != probe:
        return False
    now = await read_clock(session)
    await _keep(session, engine, None)
    needs = select(StepRow.job_id).where(
        StepRow.engine == engine, StepRow.state.in_([StepState.QUEUED, StepState.RUNNING])
    )
    await _change_jobs(session, now, {"waits": null()}, JobRow.id.in_(needs), JobRow.waits.is_not(None))
    await _change_steps(
        session,
        {"run_at": now, "held": False, "dispatched_at": None},
        *_queued(engine),
        StepRow.held.is_(True),
    )
    return True


async def _hold(session: AsyncSession, job: JobRow, step: StepRow, found: Away, until: float) -> None:
    step.state, step.held, step.run_at = StepState.QUEUED, True, until
    step.worker, step.lease_until, step.dispatched_at = None, None, None
    if job.state not in ENDED:
        job.waits = _waits(found)
        await touch(session, job)
    await session.flush()
    await settle_pause(session, job)


async def _hold_steps(session: AsyncSession, engine: str, until: float) -> None:
    changed = {"run_at": until, "held": True, "dispatched_at": None}
    # What waits longer for a reason of its own does so all the same.
    not_later = or_(StepRow.held.is_(True), StepRow.run_at < until)
    await _change_steps(session, changed, *_queued(engine), not_later)


async def _tell_jobs(session: AsyncSession, engine: str, found: Away, besides: str) -> None:
    needs = select(StepRow.job_id).where(*_queued(engine))
    now = await read_clock(session)
    changed = {"waits": _waits(found)}
    await _change_jobs(
        session, now, changed, JobRow.id.in_(needs), JobRow.id != besides, JobRow.ended_at.is_(None)
    )


async def _change_jobs(
    session: AsyncSession, now: float, changed: dict[str, Any], *which: ColumnElement[bool]
) -> None:
    free = select(JobRow.id).where(*which).with_for_update(skip_locked=True)
    await session.execute(
        update(JobRow)
        .where(JobRow.id.in_(free))
        .values(**changed, revision=JobRow.revision + 1, changed_at=now)
        .execution_options(synchronize_session=False)
    )


async def _change_steps(session: AsyncSession, changed: dict[str, Any], *which: ColumnElement[bool]) -> None:
    free = select(StepRow.id).where(*which).with_for_update(skip_locked=True)
    await session.execute(
        update(StepRow)
        .where(StepRow.id.in_(free))
        .values(**changed)
        .execution_options(synchronize_session=False)
    )


def _queued(engine: str) -> tuple[ColumnElement[bool], ...]:
    return StepRow.engine == engine, StepRow.state == StepState.QUEUED


def _waits(found: Away) -> JsonObject:
    message = found.waits_for()
    return {"code": message.code, "params": message.params}


async def _runs(session: AsyncSession, probe: Probe) -> bool:
    found = await session.scalar(
        select(StepRow.id).where(
            StepRow.id == probe.step_id,
            StepRow.attempt == probe.attempt,
            StepRow.state == StepState.RUNNING,
        )
    )
    return found is not None


async def _locked(session: AsyncSession, engine: str) -> Away | None:
    """The engine's state, locked until the transaction ends, so that what follows is one compare-and-set."""
    insert = (sqlite if session.get_bind().dialect.name == "sqlite" else postgresql).insert
    await session.execute(
        insert(QueueStateRow).values(name=_PREFIX + engine, value={}).on_conflict_do_nothing()
    )
    value = await session.scalar(
        select(QueueStateRow.value).where(QueueStateRow.name == _PREFIX + engine).with_for_update()
    )
    return breaker.away_from(engine, value) if value else None


async def _keep(session: AsyncSession, engine: str, found: Away | None) -> None:
    await session.execute(
        update(QueueStateRow)
        .where(QueueStateRow.name == _PREFIX + engine)
        .values(value={} if found is None else found.json())
        .execution_options(synchronize_session=False)
    )
