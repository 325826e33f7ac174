"""Releasing what a dead worker held, at once rather than when its lease runs out."""

import asyncio
import importlib
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Self

import structlog

if TYPE_CHECKING:
    from service.adapters.opened import Adapters, AdapterSettings

# The database's library takes long to load; at first its time belongs to the workers that start.
_WARM_UP_AFTER_SECONDS = 5.0

_log = structlog.get_logger()


class Releasing:
    """Opens the database when first needed, and a while after the start at the latest."""

    def __init__(self, settings: "AdapterSettings") -> None:
        self._settings = settings
        self._opened = AsyncExitStack()
        self._opening = asyncio.Lock()
        self._adapters: Adapters | None = None
        self._warming: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._warming = asyncio.create_task(self._warm_up())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._warming is not None:
            self._warming.cancel()
            await asyncio.wait({self._warming})
        await self._opened.aclose()

    async def release(self, worker_id: str) -> None:
        """Gives back the worker's steps and has others told. Never raises: its leases run out by themselves too."""
        try:
            adapters = await self._ready()
            from service.adapters.records import leases

            async with adapters.db.writing() as session:
                changed = await leases.release(session, worker_id, live=adapters.echo.live)
            for job in changed:
                await adapters.echo.publish(job.id, *leases.interrupted_lines(job))
            await adapters.dispatcher.dispatch()
        except Exception:  # noqa: BLE001 -- logged; leases run out by themselves
            _log.exception("release_failed", worker=worker_id)
        else:
            _log.info("worker_released", worker=worker_id, jobs=[job.id for job in changed])

    async def _warm_up(self) -> None:
        await asyncio.sleep(_WARM_UP_AFTER_SECONDS)
        try:
            await self._ready()
        except Exception:  # noqa: BLE001 -- logged; leases run out by themselves
            _log.exception("database_not_ready")

    async def _ready(self) -> "Adapters":
        async with self._opening:
            if self._adapters is None:
                self._adapters = await self._open()
            return self._adapters

    async def _open(self) -> "Adapters":
        # In a thread, since this process must hear of deaths and signals meanwhile.
        opened = await asyncio.to_thread(importlib.import_module, "service.adapters.opened")
        return await self._opened.enter_async_context(opened.open_adapters(self._settings))
