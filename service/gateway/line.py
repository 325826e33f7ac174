"""What carries a conversation: one connection, whoever serves it."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect

from service.gateway.short_way import NO_WAY, ShortWay
from service.protocol.written import Written

CLOSE_SECONDS = 5.0
"""How long a client may take to answer a close frame, or to read what was written before it."""

_log = structlog.get_logger()


class Listener(Protocol):
    """Who is told what happens on a line. None of it may block."""

    def heard(self, message: str | bytes) -> None:
        """A whole message of the client's."""
        ...

    def noticed(self) -> None:
        """A sign of life that says nothing: a control frame, or a piece of a message."""
        ...

    def clogged(self) -> None:
        """What was written waits in this process: `drained` follows when it has left."""
        ...

    def drained(self) -> None:
        """What was written has left this process, so that more may be written."""
        ...

    def ended(self) -> None:
        """The connection is gone; nothing more is told."""
        ...


class Line(Protocol):
    """Frames go out in the order of the calls. After `close` and `abort` nothing more does."""

    @property
    def is_free(self) -> bool:
        """Whether nothing that was written waits in this process: only then should more be written."""
        ...

    @property
    def way(self) -> ShortWay:
        """For what need not wait, while the line is free and not held."""
        ...

    def hold(self) -> None:
        """Something waits elsewhere that must go first: nothing goes the short way until `release`."""
        ...

    def release(self) -> None:
        """Nothing waits elsewhere."""
        ...

    def write(self, frames: Sequence[Written]) -> None:
        """Writes frames, whether the line is free or not."""
        ...

    def unsent(self) -> int:
        """How many bytes wait in this process."""
        ...

    def close(self, code: int, reason: str) -> None:
        """Says so after what was written, and ends the connection soon, answered or not."""
        ...

    def abort(self) -> None:
        """Ends the connection at once."""
        ...


class AsgiLine:
    """A line over plain ASGI, for servers that offer no other: one task receives, one sends."""

    def __init__(self, websocket: WebSocket, listener: Listener) -> None:
        self._websocket = websocket
        self._listener = listener
        self._waiting: list[Written] = []
        self._closing: tuple[int, str] | None = None
        self._work = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Carries until either side ends it."""
        self._tasks = {asyncio.create_task(self._receive()), asyncio.create_task(self._send())}
        try:
            await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self.abort()
            for outcome in await asyncio.gather(*self._tasks, return_exceptions=True):
                if isinstance(outcome, Exception) and not isinstance(outcome, WebSocketDisconnect | OSError):
                    _log.error("socket_failed", exc_info=outcome)
            self._listener.ended()

    @property
    def is_free(self) -> bool:
        return not self._waiting and self._closing is None

    @property
    def way(self) -> ShortWay:
        """None: every frame waits for the task that sends."""
        return NO_WAY

    def hold(self) -> None:
        """Everything waits anyway."""

    def release(self) -> None:
        """Everything waits anyway."""

    def write(self, frames: Sequence[Written]) -> None:
        self._waiting.extend(frames)
        self._work.set()
        self._listener.clogged()

    def unsent(self) -> int:
        return sum(len(each.frame) for each in self._waiting)

    def close(self, code: int, reason: str) -> None:
        self._closing = (code, reason)
        self._work.set()
        asyncio.get_running_loop().call_later(CLOSE_SECONDS, self.abort)

    def abort(self) -> None:
        for task in self._tasks:
            task.cancel()

    async def _receive(self) -> None:
        while True:
            message = await self._websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
            text = message.get("text")
            self._listener.heard(message.get("bytes") or b"" if text is None else text)

    async def _send(self) -> None:
        while True:
            await self._work.wait()
            self._work.clear()
            while self._waiting:
                await self._websocket.send({"type": "websocket.send", "text": self._waiting[0].text})
                del self._waiting[0]
            if self._closing is not None:
                await self._websocket.close(*self._closing)
                return
            self._listener.drained()
