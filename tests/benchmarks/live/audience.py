"""Subscribers in numbers: raw sockets that read what comes, count it, and note when."""

import asyncio
import contextlib
import socket
import time
from array import array
from collections.abc import Callable
from typing import cast

from tests.benchmarks.live.dialects import Dialect, Heard, events_in, offered_at
from tests.benchmarks.live.raw_socket import CLOSE, PING, TEXT, Incoming, frame, handshake, pong

HOST = "127.0.0.1"
_AT_ONCE = 50


class Group:
    """Subscribers of one kind, and what they have heard."""

    def __init__(self, snapshots_each: int) -> None:
        self.members: list[Subscriber] = []
        self.snapshots_each = snapshots_each
        self.deliveries = 0
        self.bytes = 0
        self.nanoseconds = array("q")

    @property
    def complete(self) -> int:
        """How many have been shown every topic."""
        return sum(each.snapshots >= self.snapshots_each for each in self.members)

    @property
    def closed(self) -> int:
        """How many are not connected any more."""
        return sum(each.closed_at is not None for each in self.members)

    def begin(self) -> None:
        """Counts from zero."""
        self.deliveries = self.bytes = 0
        self.nanoseconds = array("q")

    def delivered(self, text: bytes, now: int) -> None:
        """An event has come, or several as one, at this moment of the clock in which events are marked."""
        self.deliveries += events_in(text)
        self.bytes += len(text)
        at = offered_at(text)
        if at is not None:
            self.nanoseconds.append(now - at)


class Subscriber(asyncio.Protocol):
    """One socket."""

    def __init__(self, dialect: Dialect, group: Group, port: int, *, deflate: bool = False) -> None:
        self.snapshots = 0
        self.closed_at: float | None = None
        self.lost: Callable[[], None] = lambda: None
        self._dialect = dialect
        self._group = group
        self._port = port
        self._deflate = deflate
        self._incoming: Incoming | None = None
        self._head = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Asks for a WebSocket."""
        self._transport = link = cast("asyncio.Transport", transport)  # uvloop's are no subclass
        offer = (
            {"Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits"}
            if self._deflate
            else {}
        )
        headers = {**self._dialect.headers(), **offer}
        link.write(handshake(f"{HOST}:{self._port}", self._dialect.path, headers))

    def data_received(self, data: bytes) -> None:
        """Whole frames, each at the moment in which its last byte came."""
        now = time.monotonic_ns()
        if self._incoming is None:
            self._head += data
            head, end, data = self._head.partition(b"\r\n\r\n")
            if not end:
                return
            if b" 101 " not in head.partition(b"\r\n")[0]:
                raise ConnectionError(head.decode(errors="replace"))
            self._incoming = Incoming()
        for opcode, payload in self._incoming.take(data):
            if opcode == TEXT:
                self._heard(payload, now)
            elif opcode == PING:
                self._write(pong(payload))
            elif opcode == CLOSE:
                self._write(frame(payload[:2], CLOSE))

    def connection_lost(self, exc: Exception | None) -> None:
        """Notes when."""
        self.closed_at = time.monotonic()
        self.lost()

    def say(self, text: bytes) -> None:
        """Sends one message."""
        self._write(frame(text))

    def stop_reading(self) -> socket.socket:
        """From now on only the kernel takes what comes. Returns the socket, to look at."""
        assert self._transport is not None
        self._transport.pause_reading()
        found = self._transport.get_extra_info("socket")
        assert found is not None
        return found

    def leave(self) -> None:
        """Ends the connection at once."""
        if self._transport is not None:
            self._transport.abort()

    def _heard(self, text: bytes, now: int) -> None:
        kind, answers = self._dialect.hear(text)
        if kind is Heard.DELIVERY:
            self._group.delivered(text, now)
        elif kind is Heard.SNAPSHOT:
            self.snapshots += 1
        for answer in answers:
            self.say(answer)

    def _write(self, data: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)


async def come(
    group: Group, count: int, port: int, dialect: Callable[[], Dialect], *, deflate: bool = False
) -> None:
    """Connects so many, some at a time, each as soon as there is room for it."""
    room = asyncio.Semaphore(_AT_ONCE)

    async def one() -> None:
        member = Subscriber(dialect(), group, port, deflate=deflate)
        async with room:
            await asyncio.get_running_loop().create_connection(lambda: member, HOST, port)
            group.members.append(member)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(30):
                    while member.snapshots < group.snapshots_each and member.closed_at is None:
                        await asyncio.sleep(0.002)

    await asyncio.gather(*(one() for _ in range(count)))
