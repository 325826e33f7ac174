"""The parent's end of the wire to a child: what came, in order, taken as fast as it is wanted."""

import asyncio
import socket
from collections import deque
from typing import cast

from service.domain.json import JsonObject
from workers.children import frames
from workers.children.frames import BadFrame
from workers.children.outcome import ChildFailed

_READ_AHEAD_BYTES = 256 << 10
_REST_SECONDS = 0.005
"""After whole frames the next ones are given time to gather: waking up costs more than copying a page."""


class ParentEnd(asyncio.Protocol):
    """While much waits to be taken, nothing more is read, and the child is held back."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._frames: deque[tuple[bytes, bytes]] = deque()
        self._waiting_bytes = 0
        self._resting = False
        self._broken: Exception | None = None
        self._waiter: asyncio.Future[None] | None = None

    @classmethod
    async def over(cls, wire: socket.socket) -> "ParentEnd":
        """Takes the socket, which `abort` closes."""
        return (await asyncio.get_running_loop().create_unix_connection(cls, sock=wire))[1]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        try:
            self._split()
        except BadFrame as error:
            self._end(error)
        if self._frames:
            self._wake()
            enough = not self._buffer or self._waiting_bytes > _READ_AHEAD_BYTES
            if enough and not self._resting and self._transport is not None:
                self._resting = True
                self._transport.pause_reading()
                self._loop.call_later(_REST_SECONDS, self._rested)

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(ConnectionResetError("the child closed its wire"))

    def send(self, *parts: bytes) -> None:
        """Writes in the background."""
        if self._transport is not None:
            self._transport.writelines(parts)

    def abort(self) -> None:
        """Closes the wire at once."""
        if self._transport is not None:
            self._transport.abort()

    async def items(self, latest: float) -> list[JsonObject]:
        """All items that are here, waiting for the first; none at their end.

        Raises ChildFailed if the child says so, TimeoutError at `latest` (of the loop's clock), BadFrame,
        ConnectionError; what came before an error is returned before.
        """
        while True:
            items = self._whole_items()
            if items or self._at_end():
                return items
            if self._broken is not None:
                raise self._broken
            await self._more(latest)

    def _whole_items(self) -> list[JsonObject]:
        items: list[JsonObject] = []
        try:
            while (item := self._whole_item()) is not None:
                items.append(item)
        except BadFrame:
            if not items:
                raise  # else the next call finds it again
        self._read_on()
        return items

    def _whole_item(self) -> JsonObject | None:
        if not self._frames:
            return None
        kind, payload = self._frames[0]
        if kind == frames.ITEM:
            item = frames.parse_object(payload)
        elif kind == frames.ITEM_WITH_BLOB and len(self._frames) > 1 and self._frames[1][0] == frames.BLOB:
            item = frames.parse_object(payload)
            item["blob"] = self._frames[1][1]
            self._taken()
        else:
            return None
        self._taken()
        return item

    def _at_end(self) -> bool:
        """Whether the child has said that there are no more; raises ChildFailed and BadFrame."""
        if not self._frames:
            return False
        kind, payload = self._frames[0]
        if kind == frames.END:
            return True
        if kind == frames.FAILURE:
            self._taken()
            raise _failure(frames.parse_object(payload))
        if kind == frames.BLOB:
            raise BadFrame("bytes that it did not announce")
        if len(self._frames) > 1:
            raise BadFrame("no bytes where it promised some")
        return False

    def _taken(self) -> None:
        self._waiting_bytes -= len(self._frames.popleft()[1])

    def _rested(self) -> None:
        self._resting = False
        self._read_on()

    def _read_on(self) -> None:
        """Unless enough waits to be taken."""
        if self._resting or self._transport is None or self._waiting_bytes > _READ_AHEAD_BYTES // 2:
            return
        if not self._transport.is_reading() and not self._transport.is_closing():
            self._transport.resume_reading()

    async def _more(self, latest: float) -> None:
        waiter = self._waiter = self._loop.create_future()
        timer = self._loop.call_at(latest, _too_late, waiter)
        try:
            await waiter
        finally:
            timer.cancel()
            self._waiter = None

    def _split(self) -> None:
        """Whole frames, out of what has come so far."""
        buffer, at = self._buffer, 0
        while (found := frames.split_frame(buffer, at)) is not None:
            kind, start, at = found
            self._frames.append((kind, bytes(memoryview(buffer)[start:at])))
            self._waiting_bytes += at - start
        del buffer[:at]

    def _end(self, why: Exception) -> None:
        if self._broken is None:
            self._broken = why
            self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


def _too_late(waiter: "asyncio.Future[None]") -> None:
    if not waiter.done():
        waiter.set_exception(TimeoutError())


def _failure(said: JsonObject) -> ChildFailed:
    kind, code, params = said.get("kind"), said.get("code"), said.get("params")
    if kind not in ("out_of_memory", "timed_out"):
        kind = "error"
    return ChildFailed(
        kind,
        str(said.get("detail")),
        code if isinstance(code, str) else None,
        params if isinstance(params, dict) else None,
    )
