"""Steps that need an engine which is away wait together; one of them asks it when its time has come."""

from enum import Enum

import structlog

from service.adapters.clock import read_clock
from service.adapters.database import Database
from service.adapters.dispatch import Dispatcher, pick
from service.adapters.echo import Echo
from service.adapters.records import breakers, steps
from service.adapters.records.steps import Claim
from service.domain import breaker
from service.domain.breaker import Probe
from service.domain.json import JsonObject
from service.domain.log_line import log_line
from workers.engines.failures import EngineAway

_log = structlog.get_logger()
_AT_ONCE = 100
"""So many jobs are told in one transaction, so that others get their turn to write."""


class Admission(Enum):
    """What a claimed step may do: run, run and find out for all others whether its engine is back, or not run yet."""

    FREE = "free"
    PROBE = "probe"
    HELD = "held"


class EngineWatch:
    """Asks and tells what all workers know of the engines. All raise LostStep as Recording does."""

    def __init__(self, db: Database, echo: Echo, dispatcher: Dispatcher) -> None:
        self._db = db
        self._echo = echo
        self._dispatcher = dispatcher

    async def admit(self, claim: Claim) -> Admission:
        """Whether a step that was just claimed may run. One that is HELD has been given back."""
        engine = claim.step.engine
        if engine is None:
            return Admission.FREE
        async with self._db.reading() as session:
            is_away = await breakers.is_away(session, engine)
        if not is_away:
            # Who was to tell this job that its engine is back may have died before.
            if claim.job.waits is not None:
                await self._follow(engine, [claim.job.id])
            return Admission.FREE
        async with self._db.writing() as session:
            job, step = await steps.owned(session, claim.step.id, claim.step.attempt)
            before = job.waits
            found = await breakers.admit(session, job, step, engine)
            rings = [] if found is None else await pick(session)
        if found is None:
            _log.info("engine_probed", engine=engine)
            return Admission.PROBE
        await self._echo.publish(job.id, *_lines(before, found.name))
        await self._dispatcher.ring(rings)
        return Admission.HELD

    async def away(self, claim: Claim, failed: EngineAway) -> None:
        """The step found its engine away: it waits until that is asked again, and so do all that need it."""
        async with self._db.writing() as session:
            job, step = await steps.owned(session, claim.step.id, claim.step.attempt)
            before, now = job.waits, await read_clock(session)
            seen = breaker.away(
                failed.engine, failed.engine_shown, failed.code, failed.params, now, failed.retry_after
            )
            found = await breakers.gone(session, job, step, seen, asked=failed.retry_after, sure=failed.sure)
            rings = await pick(session)
        _log.warning(
            "engine_away",
            engine=found.engine,
            code=failed.code,
            rounds=found.rounds,
            seconds=round(found.next_try - now, 1),
            reason=failed.detail,
        )
        await self._echo.publish(job.id, *_lines(before, found.name))
        await self._dispatcher.ring(rings)
        await self._let_follow(found.engine)
        self._dispatcher.dispatch_after(max(0.0, found.next_try - now))

    async def answered(self, claim: Claim) -> None:
        """The engine answered its probe: all that waited for it may run."""
        engine = claim.step.engine
        assert engine is not None, "only a step that needs an engine is its probe"
        async with self._db.writing() as session:
            back = await breakers.answered(session, engine, Probe(claim.step.id, claim.step.attempt))
        if back:
            _log.info("engine_back", engine=engine)
            await self._let_follow(engine)
            await self._dispatcher.dispatch()

    async def _let_follow(self, engine: str) -> None:
        async with self._db.reading() as session:
            jobs = await breakers.jobs_needing(session, engine)
        for start in range(0, len(jobs), _AT_ONCE):
            await self._follow(engine, jobs[start : start + _AT_ONCE])

    async def _follow(self, engine: str, job_ids: list[str]) -> None:
        async with self._db.writing() as session:
            changed = await breakers.follow(session, engine, job_ids)
        for job_id in changed:
            await self._echo.publish(job_id)


def _lines(before: JsonObject | None, engine: str) -> list[JsonObject]:
    """A job says once that it waits, not at every try."""
    if before is not None and before["params"].get("engine") == engine:
        return []
    return [log_line("engine_away", "warning", engine=engine)]
