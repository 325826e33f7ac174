"""Which engines are away, in the row that all workers share, and what that does to the steps that need them.

A step's job is locked before an engine's row, and nothing is waited for while that is locked. So what an engine's state
means for the jobs that need it is done in transactions of its own, by `follow`.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, null, or_, select, update
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
    return await _state(session, engine) is not None


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
        await _hold_steps(session, now + VERDICT_SECONDS, *_queued(engine))
        return None
    until = max(found.next_try, now + VERDICT_SECONDS) if asking else found.next_try
    await _hold(session, job, step, found, until)
    return found


async def gone(
    session: AsyncSession, job: JobRow, step: StepRow, found_so: Away, *, asked: float | None, sure: bool
) -> Away:
    """A running step found its engine away just now: it waits, and no failures rise.

    `asked` are the seconds for which the engine asked to be left alone; `sure` says that it cannot be the step's own
    fault. What only comes late of an engine that is known to be away makes no one wait longer. The caller holds the
    job's lock, and lets all others `follow`.
    """
    engine = found_so.engine
    now = await read_clock(session)
    before = await _locked(session, engine)
    mine = before is not None and before.probe == Probe(step.id, step.attempt)
    if before is None:
        after = found_so
    elif mine or (before.probe is None and now >= before.next_try):
        after = before.again(found_so, asked)
    else:
        after = before
    if after is not before:
        await _keep(session, engine, after)
    step.engine = engine
    step.doubts += 0 if sure else 1
    await _hold(session, job, step, after, after.next_try + _LATER_SECONDS)
    return after


async def answered(session: AsyncSession, engine: str, probe: Probe) -> bool:
    """The engine answered its probe: it is not away any more, and what waits for it is to `follow`.

    False where that attempt is not its probe.
    """
    found = await _locked(session, engine)
    if found is None or found.probe != probe:
        return False
    await _keep(session, engine, None)
    return True


async def jobs_needing(session: AsyncSession, engine: str) -> list[str]:
    """The jobs that have steps for the engine, by id."""
    needing = select(StepRow.job_id).where(
        StepRow.engine == engine, StepRow.state.in_([StepState.QUEUED, StepState.RUNNING])
    )
    return list(await session.scalars(needing.distinct().order_by(StepRow.job_id)))


async def follow(session: AsyncSession, engine: str, job_ids: Sequence[str]) -> list[str]:
    """What the engine's state means for these jobs, which are in order: their steps wait or are due, and they say so.

    Returns those that changed for who watches. Doing it twice changes nothing.
    """
    await session.execute(
        select(JobRow.id).where(JobRow.id.in_(job_ids)).order_by(JobRow.id).with_for_update()
    )
    found = await _state(session, engine)
    now = await read_clock(session)
    queued = (*_queued(engine), StepRow.job_id.in_(job_ids))
    if found is None:
        due = {"run_at": now, "held": False, "dispatched_at": None}
        await _change_steps(session, due, *queued, StepRow.held.is_(True))
        return await _change_jobs(session, null(), JobRow.id.in_(job_ids), is_told)
    await _hold_steps(session, found.next_try, *queued)
    waits = _waits(found)
    said = JobRow.waits["params"]["at"].as_float()
    return await _change_jobs(
        session,
        waits,
        JobRow.id.in_(select(StepRow.job_id).where(*queued)),
        JobRow.ended_at.is_(None),
        or_(JobRow.waits.is_(None), ~is_told, said != waits["params"]["at"]),
    )


is_told = JobRow.waits["code"].as_string() == "engine_unavailable"
"""Of a job: whether it says that it waits for an engine."""


async def _hold(session: AsyncSession, job: JobRow, step: StepRow, found: Away, until: float) -> None:
    step.state, step.held, step.run_at = StepState.QUEUED, True, until
    step.worker, step.lease_until, step.dispatched_at = None, None, None
    if job.state not in ENDED:
        job.waits = _waits(found)
        await touch(session, job)
    await session.flush()
    await settle_pause(session, job)


async def _hold_steps(session: AsyncSession, until: float, *which: ColumnElement[bool]) -> None:
    # What waits longer for a reason of its own does so all the same, and who has just asked comes after the others.
    held_for_longer = and_(StepRow.held.is_(True), StepRow.run_at > until + 2 * _LATER_SECONDS)
    out_of_step = or_(StepRow.run_at < until, held_for_longer)
    changed = {"run_at": until, "held": True, "dispatched_at": None}
    await _change_steps(session, changed, *which, out_of_step)


async def _change_jobs(session: AsyncSession, waits: Any, *which: ColumnElement[bool]) -> list[str]:
    now = await read_clock(session)
    changed = await session.execute(
        update(JobRow)
        .where(*which)
        .values(waits=waits, revision=JobRow.revision + 1, changed_at=now)
        .returning(JobRow.id)
        .execution_options(synchronize_session=False)
    )
    return [row[0] for row in changed]


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


async def _state(session: AsyncSession, engine: str) -> Away | None:
    value = await session.scalar(select(QueueStateRow.value).where(QueueStateRow.name == _PREFIX + engine))
    return breaker.away_from(engine, value) if value else None


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
