"""A relay of bytes in front of a server: it can break all connections, or fall silent on those that it has."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import cast

MakeProtocol = Callable[[], asyncio.Protocol]
Connect = Callable[[MakeProtocol], Awaitable[tuple[asyncio.BaseTransport, asyncio.Protocol]]]
"""Makes one connection to the server behind, for the protocol that the factory gives."""


def to_unix_socket(path: str) -> Connect:
    """The server behind listens on this socket."""

    async def connect(make: MakeProtocol) -> tuple[asyncio.BaseTransport, asyncio.Protocol]:
        return await asyncio.get_running_loop().create_unix_connection(make, path)

    return connect


class Relay:
    """Listens on a loopback port. A connection that was silenced stays open and never carries a byte again: what a
    link is to which a cable was cut."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.ends: set[_End] = set()
        self.refuses = False
        """Whether new connections end at once."""

    async def start(self) -> None:
        """Listens on a free port."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _End(self, self._reach), "127.0.0.1", 0)

    @property
    def port(self) -> int:
        """Where it listens."""
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    def silence(self) -> int:
        """Nothing passes on the present connections any more, and neither side is told; how many there are."""
        for end in self.ends:
            end.is_silent = True
        return len(self.ends) // 2

    def cut(self) -> None:
        """All present connections end at once."""
        for end in list(self.ends):
            end.abort()

    async def close(self) -> None:
        """Ends everything."""
        if self._server is not None:
            self._server.close()
        self.cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _reach(self, front: "_End") -> None:
        task = asyncio.get_running_loop().create_task(self._reached(front))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _reached(self, front: "_End") -> None:
        if self.refuses:
            front.abort()
            return
        try:
            _, back = await self._connect(lambda: _End(self, None))
        except OSError:
            front.abort()
            return
        front.join(cast("_End", back))


class _End(asyncio.Protocol):
    """One of the two connections of a pair; what it reads, the other writes."""

    def __init__(self, relay: Relay, reach: "Callable[[_End], None] | None") -> None:
        self._relay = relay
        self._reach = reach
        self._other: _End | None = None
        self._early: list[bytes] = []
        self._transport: asyncio.Transport | None = None
        self.is_silent = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._relay.ends.add(self)
        if self._reach is not None:
            self._reach(self)

    def join(self, other: "_End") -> None:
        """From now on the two are a pair."""
        self._other, other._other = other, self
        other.is_silent = other.is_silent or self.is_silent
        for data in self._early:
            self.data_received(data)
        if self._transport is None or self._transport.is_closing():
            other.abort()

    def data_received(self, data: bytes) -> None:
        if self._other is None:
            self._early.append(data)
        elif not self.is_silent and self._other._transport is not None:
            self._other._transport.write(data)

    def pause_writing(self) -> None:
        if self._other is not None and self._other._transport is not None:
            self._other._transport.pause_reading()

    def resume_writing(self) -> None:
        if self._other is not None and self._other._transport is not None:
            self._other._transport.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        self._relay.ends.discard(self)
        if self._other is not None:
            self._other.abort()

    def abort(self) -> None:
        """Ends the connection, and with it the other one."""
        if self._transport is not None:
            self._transport.abort()
