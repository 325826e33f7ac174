"""Asking an outside service until it answers, as often and as long as is worth it."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Self, TypeVar

from workers.engines.failures import EngineAway, EngineFailed, EngineFailureKind, RemoteEngine
from workers.engines.pace import Pace

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Trouble:
    """What went wrong with a request, as a failure code with its kind.

    `retry_after` is in seconds, where the service named it. `sure` says that what may pass cannot be this request's
    fault; `timed_out`, that the words of the code name the seconds of one try.
    """

    code: str
    kind: EngineFailureKind
    detail: str
    retry_after: float | None = None
    sure: bool = False
    timed_out: bool = False

    @property
    def may_pass(self) -> bool:
        """Whether the same request may work in a moment."""
        return self.kind == "transient"


@dataclass(frozen=True, slots=True)
class Persistence:
    """How long one try may take, and how it is tried again: `tries` in all, none begun after `total_seconds`."""

    call_seconds: float = 120.0
    total_seconds: float = 300.0
    tries: int = 4
    first_wait_seconds: float = 1.0
    longest_wait_seconds: float = 30.0

    @classmethod
    def within(cls, step_seconds: float) -> Self:
        """So that a step which may take no longer than this always lives to see how it ends."""
        usual = cls()
        return cls(
            call_seconds=min(usual.call_seconds, step_seconds / 5),
            total_seconds=min(usual.total_seconds, step_seconds / 2),
        )

    def wait_before(self, another_try: int) -> float:
        """Seconds before the second (1), third (2) … try."""
        most = min(self.longest_wait_seconds, self.first_wait_seconds * 2 ** (another_try - 1))
        return random.uniform(most / 4, most)


async def answer_of(
    engine: RemoteEngine,
    ask: Callable[[], Awaitable[Answer]],
    trouble_of: Callable[[Exception], Trouble | None],
    pace: Pace,
    persistence: Persistence,
) -> Answer:
    """The answer, after as many tries as allowed, each at the service's pace.

    Raises EngineAway for what may pass, EngineFailed for other troubles; what is no trouble of the service passes.
    """
    another_try = 0
    last_begin = asyncio.get_running_loop().time() + persistence.total_seconds
    while True:
        try:
            async with pace.request():
                return await ask()
        except Exception as error:
            trouble = trouble_of(error)
            if trouble is None:
                raise
            another_try += 1
            wait = max(persistence.wait_before(another_try), trouble.retry_after or 0.0)
            # A wait that is long holds up the step, and with it a slot: all who need the engine wait elsewhere.
            is_late = (
                wait > persistence.longest_wait_seconds
                or asyncio.get_running_loop().time() + wait > last_begin
            )
            if not trouble.may_pass or another_try >= persistence.tries or is_late:
                raise _failure(engine, trouble, persistence) from error
        await asyncio.sleep(wait)


def _failure(engine: RemoteEngine, trouble: Trouble, persistence: Persistence) -> EngineFailed:
    seconds = {"seconds": round(persistence.call_seconds)} if trouble.timed_out else {}
    params = {"engine": engine.shown_name, **seconds}
    if not trouble.may_pass:
        return EngineFailed(trouble.code, params, kind=trouble.kind, detail=trouble.detail)
    return EngineAway(
        engine,
        trouble.code,
        params,
        sure=trouble.sure,
        retry_after=trouble.retry_after,
        detail=trouble.detail,
    )
