"""The wire between a child and its parent: length-prefixed JSON and raw bytes, never pickle.

Child to parent: `kind` (1 byte), two lengths (4 bytes each, big endian), JSON, raw bytes.
  J an item; j an item with bytes; E the end; X a failure.
Parent to child: two lengths (4 bytes each), the call as JSON, its bytes.
"""

import socket
import struct

import orjson

from service.domain.json import JsonObject

ITEM, ITEM_WITH_BLOB, END, FAILURE = b"J", b"j", b"E", b"X"
JSON_BYTES_LIMIT = 16 << 20
BLOB_BYTES_LIMIT = 64 << 20

_SENT_TOGETHER = 64 << 10
_HEAD = struct.Struct(">cII")
_KINDS = frozenset((ITEM, ITEM_WITH_BLOB, END, FAILURE))
_CALL = struct.Struct(">II")


class BadFrame(Exception):
    """The other side sent what no honest child sends."""


class OutputTooLarge(Exception):
    """An item is larger than a frame may be."""


def frame(kind: bytes, payload: bytes = b"") -> bytes:
    """A whole frame without bytes, ready to send."""
    return _HEAD.pack(kind, len(payload), 0) + payload


def call_frame(call: JsonObject, blob: bytes = b"") -> bytes:
    """The head and the JSON of a call; the blob itself is to be sent after it."""
    text = orjson.dumps(call)
    return _CALL.pack(len(text), len(blob)) + text


def split_frame(buffer: bytearray, at: int, end: int) -> tuple[bytes, int, int, int] | None:
    """The frame that begins there: its kind, where its JSON begins, where its bytes do, and where it ends; None while
    its head is not there yet. What comes of it may end before the frame does.

    Raises BadFrame for an unknown kind, an excessive length, and bytes of what has none.
    """
    start = at + _HEAD.size
    if end < start:
        return None
    kind, length, blob_length = _HEAD.unpack_from(buffer, at)
    if kind not in _KINDS:
        raise BadFrame(f"a frame of unknown kind {kind!r}")
    if length > JSON_BYTES_LIMIT or blob_length > (BLOB_BYTES_LIMIT if kind == ITEM_WITH_BLOB else 0):
        raise BadFrame(f"a frame {kind!r} of {length} and {blob_length} bytes")
    return kind, start, start + length, start + length + blob_length


def parse_object(payload: memoryview) -> JsonObject:
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
            head = _HEAD.pack(ITEM_WITH_BLOB, len(payload), len(blob)) + payload
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
