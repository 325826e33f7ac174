"""A WebSocket client's side of the wire, as cheap as Python can have it: the handshake and whole frames."""

import base64
import os
import zlib
from collections.abc import Mapping

TEXT, CLOSE, PING = 0x1, 0x8, 0x9
_PONG = 0xA
_FINAL, _COMPRESSED = 0x80, 0x40


def handshake(host: str, path: str, headers: Mapping[str, str]) -> bytes:
    """The request that asks for a WebSocket."""
    key = base64.b64encode(os.urandom(16)).decode()
    told = {
        "Host": host,
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": key,
        "Sec-WebSocket-Version": "13",
        **headers,
    }
    return "".join(
        [f"GET {path} HTTP/1.1\r\n", *(f"{name}: {value}\r\n" for name, value in told.items()), "\r\n"]
    ).encode()


def frame(payload: bytes, opcode: int = TEXT) -> bytes:
    """A client's frame. Its mask is zero, which changes no byte."""
    size = len(payload)
    if size < 126:
        head = bytes((_FINAL | opcode, 0x80 | size))
    elif size < 1 << 16:
        head = bytes((_FINAL | opcode, 0x80 | 126)) + size.to_bytes(2, "big")
    else:
        head = bytes((_FINAL | opcode, 0x80 | 127)) + size.to_bytes(8, "big")
    return head + b"\0\0\0\0" + payload


def pong(payload: bytes) -> bytes:
    """The answer to a protocol's ping."""
    return frame(payload, _PONG)


class Incoming:
    """Cuts what a server sends into frames, and inflates those that are compressed."""

    __slots__ = ("_inflating", "_rest")

    def __init__(self) -> None:
        self._rest = b""
        self._inflating = None

    def take(self, received: bytes) -> list[tuple[int, bytes]]:
        """Opcode and payload of each frame that is complete now. Raises ValueError for a part of a message."""
        held = self._rest + received if self._rest else received
        frames: list[tuple[int, bytes]] = []
        at = 0
        while (span := _payload(held, at)) is not None:
            start, end = span
            first = held[at]
            if not first & _FINAL:
                raise ValueError("a message in parts")
            payload = held[start:end]
            frames.append((first & 0xF, self._inflated(payload) if first & _COMPRESSED else payload))
            at = end
        self._rest = held[at:]
        return frames

    def _inflated(self, payload: bytes) -> bytes:
        if self._inflating is None:
            self._inflating = zlib.decompressobj(-15)
        return self._inflating.decompress(payload + b"\0\0\xff\xff")


def _payload(held: bytes, at: int) -> tuple[int, int] | None:
    """Where the payload of the frame at this place begins and ends; None while it is not all there."""
    if len(held) - at < 2:
        return None
    size = held[at + 1] & 0x7F
    start = at + 2
    if size >= 126:
        start += 2 if size == 126 else 8
        if len(held) < start:
            return None
        size = int.from_bytes(held[at + 2 : start], "big")
    return (start, start + size) if len(held) >= start + size else None
