"""The parent's end of the wire to a child: what came, in order, taken as fast as it is wanted."""

import asyncio
import socket
from typing import cast

from service.domain.json import JsonObject
from workers.children import frames
from workers.children.frames import BadFrame
from workers.children.outcome import ChildFailed

_BUFFER_BYTES = 256 << 10
_READ_AHEAD_BYTES = 256 << 10
_FIRST_REST_SECONDS, _LONGEST_REST_SECONDS = 0.005, 0.01
"""After whole frames the next ones are given time to gather: waking up costs more than copying a page."""


class ParentEnd(asyncio.BufferedProtocol):
    """While much waits to be taken, nothing more is read, and the child is held back."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray(_BUFFER_BYTES)
        self._filled = 0
        self._items: list[JsonObject] = []
        self._waiting_bytes = 0
        self._rest_seconds = _FIRST_REST_SECONDS
        self._resting = False
        self._is_over = False
        self._failed: ChildFailed | None = None
        self._broken: Exception | None = None
        self._waiter: asyncio.Future[None] | None = None

    @classmethod
    async def over(cls, wire: socket.socket) -> "ParentEnd":
        """Takes the socket, which `abort` closes."""
        return (await asyncio.get_running_loop().create_unix_connection(cls, sock=wire))[1]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def get_buffer(self, sizehint: int) -> memoryview:
        return memoryview(self._buffer)[self._filled :]

    def buffer_updated(self, nbytes: int) -> None:
        self._filled += nbytes
        try:
            self._split()
        except BadFrame as error:
            self._end(error)
            self.abort()
        if self._items or self._is_over or self._failed is not None:
            self._wake()
            enough = not self._filled or self._waiting_bytes > _READ_AHEAD_BYTES
            if enough and not self._resting and self._transport is not None:
                self._resting = True
                self._transport.pause_reading()
                self._loop.call_later(self._rest_seconds, self._rested)
                self._rest_seconds = _LONGEST_REST_SECONDS

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
        while not self._items:
            if self._failed is not None:
                failed, self._failed = self._failed, None
                raise failed
            if self._is_over:
                return []
            if self._broken is not None:
                raise self._broken
            await self._more(latest)
        items, self._items, self._waiting_bytes = self._items, [], 0
        self._read_on()
        return items

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
        buffer, at, filled = self._buffer, 0, self._filled
        view = memoryview(buffer)
        while (found := frames.split_frame(buffer, at, filled)) is not None:
            kind, start, blob_start, end = found
            if end > filled:
                self._make_room(end - at)
                break
            self._take(kind, view[start:blob_start], view[blob_start:end])
            at = end
        self._filled = filled - at
        memoryview(self._buffer)[: self._filled] = view[at:filled]

    def _make_room(self, size: int) -> None:
        """For a frame of this size: as it comes, not when it is announced."""
        if size > len(self._buffer) and 2 * self._filled > len(self._buffer):
            self._buffer = bytearray(min(size, 2 * len(self._buffer)))

    def _take(self, kind: bytes, payload: memoryview, blob: memoryview) -> None:
        if kind == frames.END:
            self._is_over = True
        elif kind == frames.FAILURE:
            self._failed = _failure(frames.parse_object(payload))
        else:
            item = frames.parse_object(payload)
            if kind == frames.ITEM_WITH_BLOB:
                item["blob"] = bytes(blob)
            self._items.append(item)
            self._waiting_bytes += len(payload) + len(blob)

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
