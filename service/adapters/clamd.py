"""A client of clamd, the virus scanner's daemon: its command INSTREAM, over TCP or a Unix socket."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import suppress

_CONNECT_SECONDS = 5.0
_SEND_SECONDS = 30.0
_VERDICT_SECONDS = 120.0
_CHUNK = 128 * 1024
_LONGEST_ANSWER = 4096
_END = b"\0"


class ScannerAway(Exception):
    """The scanner does not answer, or did not look at all of it. Its text says why, for the log."""


class Clamd:
    """The scanner at `host:port` or at the path of a socket. A connection a question."""

    def __init__(self, address: str) -> None:
        self.address = address

    async def scan(self, content: AsyncIterator[bytes]) -> str | None:
        """The name of what was found in the content, or None; raises ScannerAway."""
        said = await self._ask(b"zINSTREAM\0", content)
        verdict = said.removeprefix("stream: ")
        if verdict == "OK":
            return None
        if verdict.endswith(" FOUND"):
            return verdict.removesuffix(" FOUND")
        raise ScannerAway(f"clamd says: {said}")

    async def version(self) -> str:
        """What it says of itself; raises ScannerAway."""
        return await self._ask(b"zVERSION\0", None)

    async def _ask(self, command: bytes, content: AsyncIterator[bytes] | None) -> str:
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                reader, writer = await self._connect()
        except (OSError, TimeoutError) as error:
            raise ScannerAway(f"no connection to {self.address}: {_told(error)}") from error
        try:
            # It may answer before it has heard all, and hang up: what it said then is what counts.
            with suppress(ConnectionError):
                await _send(writer, command, content)
            async with asyncio.timeout(_VERDICT_SECONDS):
                said = await reader.readuntil(_END)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
            raise ScannerAway(f"{self.address} broke off: {_told(error)}") from error
        finally:
            writer.transport.abort()
        return said.rstrip(_END).decode("utf-8", "replace").strip()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self.address.startswith("/"):
            return await asyncio.open_unix_connection(self.address, limit=_LONGEST_ANSWER)
        host, _, port = self.address.rpartition(":")
        return await asyncio.open_connection(host.strip("[]"), int(port), limit=_LONGEST_ANSWER)


async def _send(writer: asyncio.StreamWriter, command: bytes, content: AsyncIterator[bytes] | None) -> None:
    writer.write(command)
    if content is not None:
        async for piece in content:
            for start in range(0, len(piece), _CHUNK):
                part = piece[start : start + _CHUNK]
                writer.write(struct.pack(">I", len(part)) + part)
            async with asyncio.timeout(_SEND_SECONDS):
                await writer.drain()
        writer.write(struct.pack(">I", 0))
    async with asyncio.timeout(_SEND_SECONDS):
        await writer.drain()


def _told(error: Exception) -> str:
    return "timed out" if isinstance(error, TimeoutError) else str(error)
