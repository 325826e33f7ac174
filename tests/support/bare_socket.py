"""A WebSocket client that sends whatever bytes a test likes, and shows frames as they came."""

import asyncio
import base64
import os
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from service.protocol.frames import SUBPROTOCOL

TEXT, BINARY, CLOSE, PING, PONG = 0x1, 0x2, 0x8, 0x9, 0xA
FINAL, MASKED = 0x80, 0x80


def frame(
    opcode: int, payload: bytes = b"", *, first: int = FINAL, mask: bytes = b"\x01\x02\x03\x04"
) -> bytes:
    """A client's frame; `first` holds the bits beside the opcode."""
    size = len(payload)
    length, more = size, b""
    if size >= 126:
        length, more = (126, size.to_bytes(2, "big")) if size < 1 << 16 else (127, size.to_bytes(8, "big"))
    masked = bytes(byte ^ mask[place % 4] for place, byte in enumerate(payload))
    return bytes((first | opcode, MASKED | length)) + more + mask + masked


@dataclass
class BareSocket:
    """One connection after its handshake."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    def send(self, data: bytes) -> None:
        """Bytes as they are."""
        self.writer.write(data)

    async def next(self, seconds: float = 10.0) -> tuple[int, bytes] | None:
        """The next frame's opcode and payload, None at the end of the stream, however it came."""
        try:
            async with asyncio.timeout(seconds):
                first, second = await self.reader.readexactly(2)
                size = second & 0x7F
                if size >= 126:
                    size = int.from_bytes(await self.reader.readexactly(2 if size == 126 else 8), "big")
                return first & 0x0F, await self.reader.readexactly(size)
        except (asyncio.IncompleteReadError, ConnectionError):
            return None

    async def rest(self) -> list[tuple[int, bytes]]:
        """All frames to the end of the stream."""
        frames: list[tuple[int, bytes]] = []
        while (one := await self.next()) is not None:
            frames.append(one)
        return frames

    async def close_code(self) -> int | None:
        """What the server closes with, after which it must send nothing more; None if it just goes away."""
        frames = await self.rest()
        codes = [payload for opcode, payload in frames if opcode == CLOSE]
        assert len(codes) <= 1 and (not codes or frames[-1] == (CLOSE, codes[0]))
        return int.from_bytes(codes[0][:2], "big") if codes else None

    def abort(self) -> None:
        """Gone without a word."""
        self.writer.transport.abort()


async def bare_socket(url: str, token: str, *, receive_buffer: int | None = None) -> BareSocket:
    """Connects to `/ws` of the server; with a small receive buffer the kernel holds little for it."""
    where = urlsplit(url)
    one = socket.socket()
    if receive_buffer is not None:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    one.setblocking(False)
    await asyncio.get_running_loop().sock_connect(one, (where.hostname, where.port))
    limit = receive_buffer or 1 << 16
    reader, writer = await asyncio.open_connection(sock=one, limit=limit)
    key = base64.b64encode(os.urandom(16)).decode()
    writer.write(
        f"GET /ws HTTP/1.1\r\nHost: {where.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: {SUBPROTOCOL}\r\n"
        f"Authorization: Bearer {token}\r\n\r\n".encode()
    )
    answer = await reader.readuntil(b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 101 "), answer
    return BareSocket(reader, writer)
