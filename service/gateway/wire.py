"""uvicorn's WebSocket class, with what ASGI does not offer: the connection itself.

uvicorn shakes hands; then the application may take the connection over and return. From then on a socket is one small
object instead of an ASGI application under way: no task, no queue, nothing between a frame that was built once for
all sockets and the transport, and what comes in is told at once.
"""

import asyncio
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, cast

from starlette.websockets import WebSocket
from uvicorn._types import ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from service.gateway.framing import (
    LARGEST_MESSAGE,
    FrameReader,
    Kind,
    Violation,
    close_code,
    close_frame,
    control_frame,
    text,
)
from service.gateway.line import CLOSE_SECONDS, Listener
from service.gateway.short_way import Company, ShortWay
from service.protocol.written import Written

EXTENSION = "headway.wire"
_UNSENT_IN_KERNEL = 16 * 1024
# Linux: how much the kernel takes beyond what is on its way to the client. What waits here is merged; what waits there
# grows old, and megabytes of it.


class Wire(asyncio.Protocol):
    """One connection after its handshake: a Line. The transport keeps nothing unless the kernel takes no more."""

    __slots__ = (
        "_busy",
        "_companies",
        "_connections",
        "_descriptor",
        "_ending",
        "_frames",
        "_held",
        "_is_over",
        "_listener",
        "_paused",
        "_transport",
        "_write",
    )

    def __init__(self, transport: asyncio.Transport, connections: set[Any], listener: Listener) -> None:
        self._transport = transport
        self._write = transport.write
        self._connections = connections
        self._listener = listener
        self._frames = FrameReader()
        self._busy = self._held = self._paused = self._is_over = False
        self._companies: list[Company] = []
        self._ending: asyncio.TimerHandle | None = None
        connections.add(self)
        link: socket.socket = transport.get_extra_info("socket")
        with suppress(OSError, AttributeError):
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, _UNSENT_IN_KERNEL)
        # What TLS has to wrap must not get past its transport.
        self._descriptor = link.fileno() if transport.get_extra_info("sslcontext") is None else None
        transport.set_protocol(self)
        # Whatever the kernel does not take at once pauses, and an empty buffer resumes: so what waits, waits merged.
        transport.set_write_buffer_limits(high=0)

    @property
    def is_free(self) -> bool:
        return not (self._paused or self._is_over)

    @property
    def way(self) -> ShortWay:
        return self

    def put(self, frame: Written) -> bool:
        if self._busy:
            return False
        self._write(frame.frame)
        return True

    def join(self, company: Company) -> int | None:
        if self._busy or self._descriptor is None:
            return None
        self._companies.append(company)
        return self._descriptor

    def leave(self, company: Company) -> None:
        self._companies.remove(company)

    def overflow(self, rest: bytes) -> None:
        if not self._is_over:
            self._write(rest)

    def hold(self) -> None:
        self._held = True
        self._block()

    def release(self) -> None:
        self._held = False
        self._busy = self._paused or self._is_over

    def write(self, frames: Sequence[Written]) -> None:
        if not self._is_over:
            self._write(frames[0].frame if len(frames) == 1 else b"".join([each.frame for each in frames]))

    def unsent(self) -> int:
        return self._transport.get_write_buffer_size() if self._paused else 0

    def close(self, code: int, reason: str) -> None:
        if not self._is_over:
            self._write(close_frame(code, reason))
            self._end_soon()

    def abort(self) -> None:
        self._end()
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """Bytes of the client. After the end they are thrown away, but for the answer to a close frame."""
        try:
            for kind, payload in self._frames.feed(data):
                self._take(kind, payload)
        except Violation as broken:
            self.close(broken.code, broken.reason)
            # Nothing more can be understood, not even an answer: this side is done, and the client sees that.
            self._frames = _Deaf()
            if self._transport.can_write_eof():
                self._transport.write_eof()

    def eof_received(self) -> None:
        """The client sends nothing more: the transport closes itself."""

    def pause_writing(self) -> None:
        """The kernel takes no more."""
        self._paused = True
        self._block()
        self._listener.clogged()

    def resume_writing(self) -> None:
        """It took all."""
        self._paused = False
        self._busy = self._held or self._is_over
        if not self._is_over:
            self._listener.drained()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone, whoever ended it."""
        del exc
        self._end()
        self._connections.discard(self)
        if self._ending is not None:
            self._ending.cancel()
        self._listener.ended()

    def shutdown(self) -> None:
        """uvicorn stops."""
        self.close(1012, "")
        if self._paused:
            self._transport.abort()
        else:
            self._transport.close()

    def _take(self, kind: Kind, payload: bytes) -> None:
        if kind is Kind.CLOSE:
            self._closed_by_client(payload)
        elif self._is_over:
            return
        elif kind is Kind.TEXT:
            self._listener.heard(text(payload))
        elif kind is Kind.BINARY:
            self._listener.heard(payload)
        else:
            if kind is Kind.PING and not self._paused:
                self._write(control_frame(Kind.PONG, payload))
            self._listener.noticed()

    def _closed_by_client(self, payload: bytes) -> None:
        code = close_code(payload)
        if not self._is_over:
            self._write(control_frame(Kind.CLOSE) if code is None else close_frame(code))
            self._end_soon()
        self._transport.close()

    def _end_soon(self) -> None:
        self._end()
        self._ending = asyncio.get_running_loop().call_later(CLOSE_SECONDS, self._transport.abort)

    def _end(self) -> None:
        self._is_over = True
        self._block()

    def _block(self) -> None:
        """Nothing goes the short way: above all, nothing to a descriptor that may soon be another connection's."""
        self._busy = True
        while self._companies:
            self._companies.pop().fall_out(cast("int", self._descriptor))


class _Deaf(FrameReader):
    """Understands nothing any more."""

    def feed(self, data: bytes):
        """Throws it away."""
        del data
        return iter(())


class LiveProtocol(WebSocketsSansIOProtocol):
    """Shakes hands, and offers in the scope's extensions to hand the connection over as a Wire."""

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if not self.close_sent:
            # Who may come in is not known yet: until it is, nothing is listened to.
            self.transport.pause_reading()
            extensions: dict[str, Any] = self.scope.setdefault("extensions", {}) or {}
            extensions[EXTENSION] = self._hand_over

    async def send(self, message: ASGISendEvent) -> None:
        """As uvicorn's, which takes a handshake that was answered by a response for one that never was."""
        await super().send(message)
        if message["type"] == "websocket.accept":
            self.transport.resume_reading()
        if message["type"] == "websocket.http.response.body" and not message.get("more_body", False):
            self.handshake_complete = True

    def _hand_over(self, listener: Listener) -> Wire:
        """The connection, for an application that has just accepted it; `receive` and `send` are over."""
        if not self.queue.empty() or not self.handshake_complete:
            raise RuntimeError("a connection is handed over right after it was accepted")
        cast("dict[str, Any]", self.scope.get("extensions")).pop(EXTENSION)
        transport, self.transport = self.transport, cast("asyncio.Transport", _HandedOver())
        self.connections.discard(self)
        self.stop_keepalive()
        return Wire(transport, self.connections, listener)


class _HandedOver:
    """What uvicorn's own class has left: it closes its transport when the application returns."""

    def close(self) -> None:
        """Another's matter."""

    def is_closing(self) -> bool:
        """For uvicorn's class it is over."""
        return True


def take_over(websocket: WebSocket, listener: Listener) -> Wire | None:
    """The connection of a WebSocket that was accepted a moment ago, which must not be used any more after this.

    None under a server that offers none: Starlette's test client, or another class of uvicorn's.
    """
    offer: Callable[[Listener], Wire] | None = websocket.scope.get("extensions", {}).get(EXTENSION)
    return None if offer is None else offer(listener)


def server_options() -> dict[str, Any]:
    """What uvicorn must be started with. No deflate, so that a frame built once fits all; the heartbeat is ours."""
    return {
        "ws": LiveProtocol,
        "ws_max_size": LARGEST_MESSAGE,
        "ws_per_message_deflate": False,
        "ws_ping_interval": None,
        "ws_ping_timeout": None,
    }
