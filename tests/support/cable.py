"""The network between a browser and its server, which can be cut: what is on its way then never comes."""

import asyncio
import threading
from collections.abc import Coroutine, Generator
from contextlib import contextmanager, suppress
from typing import Any

_CHUNK = 1 << 16


class Cable:
    """Carries bytes both ways until it is cut; then nobody hears anything, not even that it was cut."""

    def __init__(self, target_port: int) -> None:
        self.port = 0
        self._target_port = target_port
        self._loop = asyncio.new_event_loop()
        self._is_whole = True
        self._flows: set[asyncio.Task[None]] = set()

    def cut(self) -> None:
        """Whatever is sent from now on is lost; connections stay, and new ones are not answered."""
        self._is_whole = False

    def mend(self) -> None:
        """New connections get through; those that lost something end."""
        self.run(self._end_all())
        self._is_whole = True

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Runs it where the cable is."""
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    def serve(self, ready: threading.Event) -> None:
        """Carries until stopped, in a thread of its own."""
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._connect, "127.0.0.1", 0))
        self.port = int(server.sockets[0].getsockname()[1])
        ready.set()
        self._loop.run_forever()
        server.close()
        self._loop.run_until_complete(self._end_all())
        self._loop.close()

    def stop(self) -> None:
        """Ends `serve`."""
        self._loop.call_soon_threadsafe(self._loop.stop)

    async def _end_all(self) -> None:
        for flow in self._flows:
            flow.cancel()
        await asyncio.gather(*self._flows, return_exceptions=True)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back, forth = await asyncio.open_connection("127.0.0.1", self._target_port)
        for flow in (self._flow(reader, forth), self._flow(back, writer)):
            task = asyncio.create_task(flow)
            self._flows.add(task)
            task.add_done_callback(self._flows.discard)

    async def _flow(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(ConnectionError):
                while chunk := await reader.read(_CHUNK):
                    if self._is_whole:
                        writer.write(chunk)
                        await writer.drain()
        finally:
            writer.transport.abort()


@contextmanager
def cable_to(target_port: int) -> Generator[Cable]:
    """A cable to a port of this machine, from `port` of the same; gone with the block."""
    cable, ready = Cable(target_port), threading.Event()
    thread = threading.Thread(target=cable.serve, args=(ready,), daemon=True)
    thread.start()
    assert ready.wait(10), "the cable is not there"
    try:
        yield cable
    finally:
        cable.stop()
        thread.join(10)
