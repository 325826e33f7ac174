"""uvicorn as Headway runs it: sockets are sent away before it stops, and it ends with a code, not by a signal."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from types import FrameType
from typing import cast

import structlog
import uvicorn
from starlette.applications import Starlette

from service.gateway.requests import Requests
from service.gateway.wire import server_options

Drain = Callable[[float], Awaitable[None]]

_LEAST_GRACE_SECONDS = 0.5
# For requests that are still answered when the window is over.

_log = structlog.get_logger()


class DrainingServer(uvicorn.Server):
    """The first signal drains, then stops, within the window and a second; the second stops at once.

    Sockets are sent away over the window, sooner where they are few; requests may take what is left of it.
    """

    def __init__(self, config: uvicorn.Config, drain: Drain, window: float) -> None:
        super().__init__(config)
        self._drain = drain
        self._window = window
        self._loop: asyncio.AbstractEventLoop | None = None
        self._leaves = False
        self._leaving: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Also learns the loop, which a signal's handler is outside of."""
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets=sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """In place of uvicorn's, which closes all sockets in one moment and then dies of the signal."""
        del sig, frame
        if self._loop is not None and self.started and not self._leaves:
            self._leaves = True
            self._loop.call_soon_threadsafe(self._leave)
        else:
            self.force_exit = self.should_exit = True

    def _leave(self) -> None:
        self._leaving = asyncio.create_task(self._drain_then_stop())

    async def _drain_then_stop(self) -> None:
        loop = asyncio.get_running_loop()
        over_at = loop.time() + self._window
        try:
            await self._drain(self._window)
        except Exception:  # noqa: BLE001 -- logged; whatever happened, the server is to stop
            _log.exception("drain_failed")
        left = max(_LEAST_GRACE_SECONDS, over_at - loop.time())
        # Declared as whole seconds, but handed to asyncio as it is.
        self.config.timeout_graceful_shutdown = cast("int", left)
        self.should_exit = True


def serve(app: Starlette, listening: socket.socket, window_seconds: float) -> int:
    """Runs until a signal; the exit code. `app.state.live` is who sends its sockets away, over the window."""
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http=Requests,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        **server_options(),
    )

    async def drain(window: float) -> None:
        # The lifespan puts it there, so it is looked up when it is needed.
        await app.state.live.drain(window)

    server = DrainingServer(config, drain, window_seconds)
    server.run(sockets=[listening])
    return 0 if server.started else 1
