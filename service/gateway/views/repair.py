"""Doing a check again and again until it has been done after the last time that somebody asked for it."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

LONGEST_GAP_SECONDS = 1.0
_PAUSES = (0.05, 0.2, 0.5, 1.0)

_log = structlog.get_logger()


class Repair:
    """Runs `check` at most once at a time; a failure is tried again until it works.

    Between two runs lie at least `gap` seconds, and with a gap four times what the last run took, but not more than
    LONGEST_GAP_SECONDS: a run may have been slow since Redis was away, and who watches waits for the next.
    """

    def __init__(self, name: str, check: Callable[[], Awaitable[None]], *, gap: float = 0.0) -> None:
        self._name = name
        self._check = check
        self._gap = gap
        self._task: asyncio.Task[None] | None = None
        self._wanted = False
        self._waiters: list[asyncio.Future[None]] = []
        self._next_at = float("-inf")

    @property
    def is_running(self) -> bool:
        """Whether a check has been asked for and not been done."""
        return self._task is not None

    def ask(self) -> None:
        """Asks for a check that begins after now."""
        self._wanted = True
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run(), name=self._name)

    async def done(self) -> None:
        """Asks, and waits for one check that began after that, not for quiet: what is asked for meanwhile goes on."""
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        self.ask()
        await waiter

    def stop(self) -> None:
        """Gives up; whoever waits is cancelled."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        for each in self._waiters:
            each.cancel()
        self._waiters.clear()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        failures = 0
        while self._wanted:
            await asyncio.sleep(max(0.0, self._next_at - loop.time()))
            self._wanted = False
            waiting = len(self._waiters)
            began_at = loop.time()
            try:
                await self._check()
                failures = 0
                self._release(waiting)
            except Exception:  # noqa: BLE001 - what cannot be read now is read again
                self._wanted = True
                _log.warning("check_postponed", check=self._name, exc_info=True)
                await asyncio.sleep(_PAUSES[min(failures, len(_PAUSES) - 1)])
                failures += 1
            if self._gap:
                pause = min(LONGEST_GAP_SECONDS, 4 * (loop.time() - began_at))
                self._next_at = loop.time() + max(self._gap, pause)
        self._task = None

    def _release(self, waiting: int) -> None:
        """Lets go those who asked before the check began: the first so many."""
        released, self._waiters = self._waiters[:waiting], self._waiters[waiting:]
        for each in released:
            if not each.done():
                each.set_result(None)
