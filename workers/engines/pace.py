"""Keeping within what an outside service allows: requests in flight, and requests a minute."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

_WINDOW_SECONDS = 60.0


class Pace:
    """At most `in_flight` requests at a time, and at most `per_window` begun within any `window_seconds`.

    First come, first served. The window slides: a full one frees a place when its oldest request leaves it.
    """

    def __init__(self, in_flight: int, per_window: int, window_seconds: float = _WINDOW_SECONDS) -> None:
        self._places = asyncio.Semaphore(in_flight)
        self._turn = asyncio.Lock()
        self._begun: deque[float] = deque(maxlen=per_window)
        self._per_window = per_window
        self._window_seconds = window_seconds

    @asynccontextmanager
    async def request(self) -> AsyncGenerator[None]:
        """Waits for a place, and holds it for the body."""
        async with self._places:
            async with self._turn:
                if len(self._begun) == self._per_window:
                    await asyncio.sleep(self._begun[0] + self._window_seconds - time.monotonic())
                # The oldest falls out by itself.
                self._begun.append(time.monotonic())
            yield
