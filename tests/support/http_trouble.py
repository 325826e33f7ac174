"""A proxy before an HTTP server of this machine that gives clients every kind of trouble."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal, TypeAlias
from urllib.parse import urlsplit

Trouble: TypeAlias = Literal["cut request", "cut answer", "lose answer", "hang"] | int
"""Cut in the middle of the request's body, of the answer's; carried out and not answered; never answered; a status."""


@dataclass
class HttpTrouble:
    """One request a connection; `seen` has their methods and targets in order."""

    target: str
    seen: list[str] = field(default_factory=list[str])
    hung: asyncio.Event = field(default_factory=asyncio.Event)
    _plan: list[tuple[Callable[[str], bool], Trouble, int]] = field(default_factory=list)
    _server: asyncio.Server | None = None
    _flows: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    @property
    def endpoint(self) -> str:
        """To be used instead of the target."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def trouble(self, what: Trouble, begins: str = "", *, times: int = 1_000_000, has: str = "") -> None:
        """The next so many requests whose first line begins so, and has this in it, come to this."""
        self._plan.append((lambda line: line.startswith(begins) and has in line, what, times))

    def peace(self) -> None:
        """From now on all goes well."""
        self._plan.clear()

    async def open(self) -> None:
        """Begins to listen."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=1 << 20)

    async def close(self) -> None:
        """Ends all connections."""
        assert self._server is not None
        self._server.close()
        for each in self._flows:
            each.cancel()
        await asyncio.gather(*self._flows, return_exceptions=True)

    def _next(self, line: str) -> Trouble | None:
        for at, (meets, what, times) in enumerate(self._plan):
            if times and meets(line):
                self._plan[at] = (meets, what, times - 1)
                return what
        return None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._flows.add(task)
        task.add_done_callback(self._flows.discard)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await self._one(reader, writer)
        writer.transport.abort()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        line = head.split(b"\r\n", 1)[0].decode().removesuffix(" HTTP/1.1")
        self.seen.append(line)
        trouble = self._next(line)
        length = _length(head)
        if trouble == "cut request":
            await reader.readexactly(length // 2)
            return
        if trouble == "hang":
            self.hung.set()
            await asyncio.Event().wait()
        body = await reader.readexactly(length)
        if isinstance(trouble, int):
            code = b"<Error><Code>Trouble</Code></Error>"
            said = b"HTTP/1.1 %d Trouble\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % (
                trouble,
                len(code),
            )
            writer.write(said + (b"" if line.startswith("HEAD") else code))
        else:
            answer = await self._carried_out(head, body)
            if trouble == "lose answer":
                return
            writer.write(answer[: len(answer) - 100] if trouble == "cut answer" else answer)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    async def _carried_out(self, head: bytes, body: bytes) -> bytes:
        where = urlsplit(self.target)
        back, forth = await asyncio.open_connection(where.hostname, where.port)
        first, rest = head.split(b"\r\n", 1)
        forth.write(first + b"\r\nConnection: close\r\n" + rest + body)
        answer = await back.read()
        forth.close()
        return answer


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


@asynccontextmanager
async def trouble_before(target: str) -> AsyncGenerator[HttpTrouble, None]:
    """A proxy before the server at this URL, without trouble as yet."""
    proxy = HttpTrouble(target)
    await proxy.open()
    try:
        yield proxy
    finally:
        await proxy.close()
