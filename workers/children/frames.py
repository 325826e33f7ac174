"""The wire between a child and its parent: length-prefixed JSON and raw bytes, never pickle.

Child to parent: `kind` (1 byte), length (4 bytes, big endian), payload.
  J an item; j an item whose bytes follow in a frame B; E the end; X a failure.
Parent to child: two lengths (4 bytes each), the call as JSON, its bytes.
"""

import socket
import struct

import orjson

from service.domain.json import JsonObject

ITEM, ITEM_WITH_BLOB, BLOB, END, FAILURE = b"J", b"j", b"B", b"E", b"X"
JSON_BYTES_LIMIT = 16 << 20
BLOB_BYTES_LIMIT = 64 << 20

_SENT_TOGETHER = 64 << 10
_HEAD = struct.Struct(">cI")
_CALL = struct.Struct(">II")


class BadFrame(Exception):
    """The other side sent what no honest child sends."""


class OutputTooLarge(Exception):
    """An item is larger than a frame may be."""


def frame(kind: bytes, payload: bytes = b"") -> bytes:
    """A whole frame, ready to send."""
    return _HEAD.pack(kind, len(payload)) + payload


def call_frame(call: JsonObject, blob: bytes = b"") -> bytes:
    """The head and the JSON of a call; the blob itself is to be sent after it."""
    text = orjson.dumps(call)
    return _CALL.pack(len(text), len(blob)) + text


def split_frame(buffer: bytearray, at: int) -> tuple[bytes, int, int] | None:
    """The frame that begins there: its kind, where its payload begins and ends; None while it is not all there.

    Raises BadFrame for an unknown kind or an excessive length.
    """
    start = at + _HEAD.size
    if len(buffer) < start:
        return None
    kind, length = _HEAD.unpack_from(buffer, at)
    if kind not in (ITEM, ITEM_WITH_BLOB, BLOB, END, FAILURE):
        raise BadFrame(f"a frame of unknown kind {kind!r}")
    if length > (BLOB_BYTES_LIMIT if kind == BLOB else JSON_BYTES_LIMIT):
        raise BadFrame(f"a frame of {length} bytes")
    return (kind, start, start + length) if len(buffer) >= start + length else None


def parse_object(payload: bytes) -> JsonObject:
    """The JSON object in a payload; raises BadFrame for anything else."""
    try:
        value = orjson.loads(payload)
    except ValueError as error:
        raise BadFrame("a frame that is not JSON") from error
    if not isinstance(value, dict):
        raise BadFrame("a frame that is not a JSON object")
    return value  # pyright: ignore[reportUnknownVariableType]  # JSON keys are strings


class ChildEnd:
    """The child's end of the wire; blocking."""

    def __init__(self, wire: socket.socket) -> None:
        self._wire = wire

    def receive(self) -> tuple[JsonObject, bytes] | None:
        """The next call and its bytes, or None when the parent is gone."""
        head = self._read(_CALL.size)
        if len(head) < _CALL.size:
            return None
        text_bytes, blob_bytes = _CALL.unpack(head)
        text, blob = self._read(text_bytes), self._read(blob_bytes)
        if len(text) < text_bytes or len(blob) < blob_bytes:
            return None
        return orjson.loads(text), blob

    def send_item(self, item: JsonObject) -> None:
        """Sends an item, and the bytes under its key "blob" raw; raises OutputTooLarge."""
        blob = item.pop("blob", None)
        payload = orjson.dumps(item)
        if len(payload) > JSON_BYTES_LIMIT or (blob is not None and len(blob) > BLOB_BYTES_LIMIT):
            raise OutputTooLarge
        if blob is None:
            self._wire.sendall(frame(ITEM, payload))
        else:
            head = frame(ITEM_WITH_BLOB, payload) + _HEAD.pack(BLOB, len(blob))
            if len(blob) <= _SENT_TOGETHER:
                self._wire.sendall(head + blob)
            else:
                self._wire.sendall(head)
                self._wire.sendall(blob)

    def send(self, ready_frame: bytes) -> None:
        self._wire.sendall(ready_frame)

    def _read(self, length: int) -> bytes:
        if not length:
            return b""
        buffer = bytearray(length)
        view, have = memoryview(buffer), 0
        while have < length:
            got = self._wire.recv_into(view[have:])
            if not got:
                return bytes(buffer[:have])
            have += got
        return bytes(buffer)
