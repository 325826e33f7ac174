"""Short steps beside a worker's slots, while longer ones hold all of those: so a newcomer need not wait for them."""

import asyncio
import contextlib

import structlog

from service.domain.step import is_light
from workers.runner import Runner
from workers.running import RunningSteps

_log = structlog.get_logger()
LOOK_AGAIN_SECONDS = 0.5
"""Newcomers wake the worker; what becomes due in another way is found after this."""


class LightLane:
    """One of a worker's light slots. It costs nothing while the worker has a slot free, or none that is held long."""

    def __init__(self, runner: Runner, running: RunningSteps, slots: int) -> None:
        self._runner = runner
        self._running = running
        self._slots = slots
        self._awake = asyncio.Event()
        self._leaving = False

    def wake(self) -> None:
        """There may be something to do."""
        self._awake.set()

    def leave(self) -> None:
        """Takes up nothing more; `run` returns when what runs has ended."""
        self._leaving = True
        self.wake()

    async def run(self) -> None:
        """Runs light steps one after another, until cancelled or told to leave."""
        while not self._leaving:
            self._awake.clear()
            if self._is_open() and await self._runner.run_light():
                continue
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_AGAIN_SECONDS):
                    await self._awake.wait()

    def _is_open(self) -> bool:
        long = [each for each in self._running.all() if not is_light(each.cost, each.engine)]
        return len(long) >= self._slots
