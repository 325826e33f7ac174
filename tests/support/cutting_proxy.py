"""A TCP proxy that can cut a connection in the middle of what flows back."""

import asyncio
import contextlib

_CHUNK = 1 << 16


class CuttingProxy:
    """Passes bytes both ways until told to cut."""

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._left: int | None = None
        self._server: asyncio.Server
        self._flows: set[asyncio.Task[None]] = set()

    @classmethod
    async def before(cls, target_port: int) -> "CuttingProxy":
        """A running proxy in front of a port of this machine."""
        proxy = cls(target_port)
        proxy._server = await asyncio.start_server(proxy._connect, "127.0.0.1", 0)
        return proxy

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.sockets[0].getsockname()[1])

    def cut_after(self, count: int) -> None:
        """The next connection that carries so many more bytes back is aborted, once."""
        self._left = count

    async def close(self) -> None:
        """Ends all connections."""
        self._server.close()
        for flow in self._flows:
            flow.cancel()
        await asyncio.gather(*self._flows, return_exceptions=True)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back, forth = await asyncio.open_connection("127.0.0.1", self._target_port)
        for flow in (self._flow(reader, forth, back=False), self._flow(back, writer, back=True)):
            task = asyncio.create_task(flow)
            self._flows.add(task)
            task.add_done_callback(self._flows.discard)

    async def _flow(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, back: bool) -> None:
        try:
            with contextlib.suppress(ConnectionError):
                while chunk := await reader.read(_CHUNK):
                    if back and self._is_cut(len(chunk)):
                        return
                    writer.write(chunk)
                    await writer.drain()
        finally:
            writer.transport.abort()

    def _is_cut(self, count: int) -> bool:
        if self._left is None:
            return False
        self._left -= count
        if self._left > 0:
            return False
        self._left = None
        return True
