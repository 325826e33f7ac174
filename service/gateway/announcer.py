"""Tells the world of accepted jobs after their commit: their watchers, then the workers."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import structlog

from service.adapters.dispatch import Dispatcher
from service.adapters.echo import Echo
from service.domain.json import JsonObject

_log = structlog.get_logger()


class Announcer:
    """One task announces what has gathered while it announced the last: thirty uploads at once are few dispatches.

    What it fails to do, the reconciler does.
    """

    def __init__(self, echo: Echo, dispatcher: Dispatcher) -> None:
        self._echo = echo
        self._dispatcher = dispatcher
        self._waiting: list[tuple[str, tuple[JsonObject, ...]]] = []
        self._something = asyncio.Event()
        self._ending = False

    def announce(self, job_id: str, *lines: JsonObject) -> None:
        """The job has been accepted or started, which the lines tell in its log; returns at once."""
        self._waiting.append((job_id, lines))
        self._something.set()

    async def joined(self, job_id: str, owner_id: str) -> None:
        """An upload led to a job that is known: its batch shows one more."""
        await self._echo.joined(job_id, owner_id)

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None, None]:
        """Announces while the block runs, and at its end what is left."""
        task = asyncio.create_task(self._run())
        try:
            yield
        finally:
            self._ending = True
            self._something.set()
            await task

    async def _run(self) -> None:
        while not self._ending or self._waiting:
            await self._something.wait()
            await self._announce()

    async def _announce(self) -> None:
        self._something.clear()
        jobs, self._waiting = self._waiting, []
        if not jobs:
            return
        try:
            await asyncio.gather(*(self._echo.publish(job_id, *lines) for job_id, lines in jobs))
            await self._dispatcher.dispatch()
        except Exception as error:  # noqa: BLE001 - whatever it is, the task must live, and the reconciler repairs
            _log.warning("announcing_postponed", jobs=len(jobs), reason=repr(error))
