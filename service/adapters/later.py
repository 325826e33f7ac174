"""Doing something at set times in this process. What one that dies would have done, others must find by themselves."""

import asyncio
import heapq
from collections.abc import Awaitable, Callable

import structlog

_log = structlog.get_logger()
_TOGETHER_SECONDS = 0.02


class Later:
    """Does one thing whenever a time has come; times that are close together make it be done once."""

    def __init__(self, act: Callable[[], Awaitable[object]]) -> None:
        self._act = act
        self._times: list[float] = []
        self._sooner = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def after(self, seconds: float) -> None:
        """Once more when so much time has passed. Returns at once."""
        heapq.heappush(self._times, asyncio.get_running_loop().time() + seconds + _TOGETHER_SECONDS)
        self._sooner.set()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """What is still to come is forgotten."""
        self._times.clear()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while self._times:
            self._sooner.clear()
            try:
                async with asyncio.timeout_at(self._times[0]):
                    await self._sooner.wait()
            except TimeoutError:
                now = loop.time()
                while self._times and self._times[0] <= now:
                    heapq.heappop(self._times)
                await self._safely()

    async def _safely(self) -> None:
        try:
            await self._act()
        except Exception as error:  # noqa: BLE001 -- whatever it is, the times after this one must be kept
            _log.warning("later_failed", reason=repr(error))
