"""Passing patches on at their pace: one timer a view, whatever waits."""

import asyncio
from collections.abc import Callable

from service.gateway.pace import Pace
from service.protocol.patch import Patch


class Paced:
    """Calls `pass_on` for each patch whose turn has come."""

    def __init__(self, pass_on: Callable[[Patch], None]) -> None:
        self._pass_on = pass_on
        self._pace = Pace()
        self._timer: asyncio.TimerHandle | None = None

    def offer(self, patch: Patch, *, worth_showing: bool = True) -> None:
        """Passes it on now, or merged with what follows. See Pace."""
        ready = self._pace.offer(patch, asyncio.get_running_loop().time(), worth_showing=worth_showing)
        if ready is not None:
            self._pass_on(ready)
        else:
            self._set_timer()

    def forget(self, job_id: str) -> None:
        """Drops what waits for a job."""
        self._pace.forget(job_id)

    def stop(self) -> None:
        """Nothing that waits is passed on by the clock any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _set_timer(self) -> None:
        due = self._pace.next_at()
        if due is not None and self._timer is None:
            self._timer = asyncio.get_running_loop().call_at(due, self._flush, due)

    def _flush(self, due: float) -> None:
        self._timer = None
        # A loop whose timers count whole milliseconds calls a moment early.
        for patch in self._pace.due(max(due, asyncio.get_running_loop().time())):
            self._pass_on(patch)
        self._set_timer()
