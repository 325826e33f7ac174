"""Tells the world of accepted jobs after their commit: their watchers, then the workers."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog

from service.adapters.dispatch import Dispatcher, Ring
from service.adapters.echo import Echo
from service.adapters.tables import JobRow, StepRow
from service.domain.json import JsonObject

_log = structlog.get_logger()


@dataclass(frozen=True)
class Begun:
    """A new job: its row, that of its first step, and its owner's name."""

    job: JobRow
    step: StepRow
    owner: str


@dataclass(frozen=True)
class _News:
    of: Begun | str
    lines: tuple[JsonObject, ...]
    rings: list[Ring]


class Announcer:
    """One task announces what has gathered while it announced the last.

    What it fails to do, the reconciler does.
    """

    def __init__(self, echo: Echo, dispatcher: Dispatcher) -> None:
        self._echo = echo
        self._dispatcher = dispatcher
        self._waiting: list[_News] = []
        self._something = asyncio.Event()
        self._ending = False

    def announce(self, of: Begun | str, *lines: JsonObject, rings: list[Ring]) -> None:
        """A job has been accepted, or one that is known by its id was started; the lines join its log. Returns at once.

        `rings`: what was picked in the same transaction.
        """
        self._waiting.append(_News(of, lines, rings))
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
        news, self._waiting = self._waiting, []
        if not news:
            return
        told = await asyncio.gather(*map(self._tell, news), return_exceptions=True)
        ringing = self._dispatcher.ring([ring for each in news for ring in each.rings], wake=True)
        told += await asyncio.gather(ringing, return_exceptions=True)
        # Whatever it is, the task must live, no job waits for another's trouble, and the reconciler repairs.
        for error in (each for each in told if isinstance(each, BaseException)):
            _log.warning("announcing_postponed", jobs=len(news), reason=repr(error))

    async def _tell(self, news: _News) -> None:
        if isinstance(news.of, Begun):
            await self._echo.begin(news.of.job, news.of.step, news.of.owner, *news.lines)
        else:
            await self._echo.publish(news.of, *news.lines)
