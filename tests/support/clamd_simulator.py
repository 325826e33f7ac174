"""A clamd that speaks its protocol and knows one virus, the industry's harmless test file; it misbehaves on request."""

import asyncio
import struct
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal

# In two pieces, so that no scanner takes this file for one that is infected.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-" + b"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"

Mood = Literal["well", "silent", "hangs_up", "babbles"]


@dataclass
class ClamdSimulator:
    """What it was asked, and how it behaves. `most_bytes` is its StreamMaxLength."""

    mood: Mood = "well"
    most_bytes: int = 1 << 20
    scanned: list[bytes] = field(default_factory=list[bytes])
    address: str = ""

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection: a command, and its answer."""
        try:
            command = await reader.readuntil(b"\0")
            said = await self._said(command, reader)
            if said is not None:
                writer.write(said + b"\0")
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _said(self, command: bytes, reader: asyncio.StreamReader) -> bytes | None:
        if self.mood == "silent":
            await reader.read()
            return None
        if self.mood == "hangs_up":
            return None
        if self.mood == "babbles":
            return b"x" * 100_000
        if command == b"zVERSION\0":
            return b"ClamAV 1.4.1/27800/simulated"
        assert command == b"zINSTREAM\0", command
        heard = bytearray()
        while size := struct.unpack(">I", await reader.readexactly(4))[0]:
            if len(heard) + size > self.most_bytes:
                return b"INSTREAM size limit exceeded. ERROR"
            heard += await reader.readexactly(size)
        self.scanned.append(bytes(heard))
        return b"stream: Eicar-Test-Signature FOUND" if EICAR in heard else b"stream: OK"


@asynccontextmanager
async def clamd(socket: str | None = None) -> AsyncGenerator[ClamdSimulator, None]:
    """A simulator at a Unix socket of this path, else at a free port."""
    one = ClamdSimulator()
    if socket is None:
        server = await asyncio.start_server(one.answer, "127.0.0.1", 0)
        one.address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    else:
        server = await asyncio.start_unix_server(one.answer, socket)
        one.address = socket
    try:
        yield one
    finally:
        server.close()
