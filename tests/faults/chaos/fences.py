"""Written down in each process: which writes of old attempts were refused, in SQL and in Lua, and which were not."""

import time
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, cast

from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.event_log import EventLog
from service.adapters.events import Outcome, StepFacts
from service.adapters.keys import job_keys
from service.adapters.records import leases, steps
from service.adapters.records.steps import LostStep
from service.adapters.tables import JobRow, StepRow
from tests.faults.chaos.evidence import Evidence

REFUSED_SQL = "refused in SQL"
REFUSED_LUA = "refused in Lua"
TOLD = "facts accepted"

Owned = Callable[[AsyncSession, str, int], Awaitable[tuple[JobRow, StepRow]]]


def watch(evidence: Evidence) -> None:
    """Looks at both fences from now on."""
    for module in (steps, leases):
        setattr(module, "owned", _owned(getattr(module, "owned"), evidence))  # noqa: B009, B010 - a missing one is loud
    EventLog.append_facts = _append_facts(EventLog.append_facts, evidence)


def _owned(inner: Owned, evidence: Evidence) -> Owned:
    @wraps(inner)
    async def owned(session: AsyncSession, step_id: str, attempt: int) -> tuple[JobRow, StepRow]:
        try:
            return await inner(session, step_id, attempt)
        except LostStep:
            step = await session.get(StepRow, step_id)
            if step is not None and step.attempt > attempt:
                evidence.note(REFUSED_SQL, of=step_id, old=attempt, new=step.attempt)
            raise

    return owned


def _append_facts(inner: Any, evidence: Evidence) -> Any:
    @wraps(inner)
    async def append_facts(self: EventLog, facts: StepFacts) -> Outcome:
        began = time.monotonic()
        outcome: Outcome = await inner(self, facts)
        if outcome is Outcome.APPENDED:
            evidence.note(TOLD, of=facts.step_id, attempt_told=facts.attempt, began=began)
        elif outcome is Outcome.REFUSED:
            stored = await self._redis.hget(job_keys(facts.job_id).steps, facts.step_id)  # pyright: ignore[reportPrivateUsage, reportGeneralTypeIssues, reportUnknownVariableType] - its own link
            newer = int(cast("bytes", stored).split()[0]) if stored else 0
            if newer > facts.attempt:
                evidence.note(REFUSED_LUA, of=facts.step_id, old=facts.attempt, new=newer)
        return outcome

    return append_facts
