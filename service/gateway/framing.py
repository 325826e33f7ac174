"""What a client's bytes say (RFC 6455, without extensions), and what they may not; without any socket."""

from collections.abc import Iterator
from enum import IntEnum

LARGEST_MESSAGE = 65536
_LONGEST_CONTROL = 125


class Kind(IntEnum):
    """Kinds of frames, by their opcode."""

    PART = 0x0
    TEXT = 0x1
    BINARY = 0x2
    CLOSE = 0x8
    PING = 0x9
    PONG = 0xA


_KINDS = {int(each): each for each in Kind}


class Violation(Exception):
    """The client broke the rules of WebSockets. `code` is what to close with."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class FrameReader:
    """Takes bytes as they come and gives whole messages and control frames. Keeps nothing between messages."""

    __slots__ = ("_kind", "_message", "_needed", "_rest")

    def __init__(self) -> None:
        self._rest: bytearray | None = None
        self._needed = 0
        self._message: bytearray | None = None
        self._kind = Kind.TEXT

    def feed(self, data: bytes) -> Iterator[tuple[Kind, bytes]]:
        """Each whole message and control frame, unmasked; PART, with nothing, for a piece of a message that goes on.

        Raises Violation, after which nothing more can be understood.
        """
        if self._rest is not None:
            self._rest += data
            if len(self._rest) < self._needed:
                return
            data, self._rest = bytes(self._rest), None
        at = 0
        while at < len(data):
            end = self._end_of_frame(data, at)
            if end > len(data):
                self._rest, self._needed = bytearray(data[at:]), end - at
                return
            yield self._frame(data, at, end)
            at = end

    def _end_of_frame(self, data: bytes, at: int) -> int:
        """Where the frame ends, or, when not all of its header is there, where the header does."""
        if len(data) < at + 2:
            return at + 2
        self._check_header(data[at], data[at + 1])
        length = data[at + 1] & 0x7F
        header = at + 2 + _LENGTH_BYTES.get(length, 0)
        if len(data) < header:
            return header
        if header > at + 2:
            length = int.from_bytes(data[at + 2 : header], "big")
        if data[at] & 0x0F < Kind.CLOSE and length + len(self._message or b"") > LARGEST_MESSAGE:
            raise Violation(1009, f"a message is longer than {LARGEST_MESSAGE} bytes")
        return header + 4 + length

    def _check_header(self, first: int, second: int) -> None:
        kind = first & 0x0F
        if first & 0x70:
            raise Violation(1002, "reserved bits are set")
        if kind not in _KINDS:
            raise Violation(1002, "unknown opcode")
        if not second & 0x80:
            raise Violation(1002, "the frame is not masked")
        if kind >= Kind.CLOSE:
            if not first & 0x80 or second & 0x7F > _LONGEST_CONTROL:
                raise Violation(1002, "a control frame is split or too long")
        elif (kind == Kind.PART) != (self._message is not None):
            raise Violation(1002, "a piece of a message in the wrong place")

    def _frame(self, data: bytes, at: int, end: int) -> tuple[Kind, bytes]:
        is_last, kind = bool(data[at] & 0x80), _KINDS[data[at] & 0x0F]
        mask = at + 2 + _LENGTH_BYTES.get(data[at + 1] & 0x7F, 0)
        payload = unmasked(data[mask + 4 : end], data[mask : mask + 4])
        if kind >= Kind.CLOSE or (is_last and self._message is None):
            return kind, payload
        if self._message is None:
            self._kind, self._message = kind, bytearray()
        self._message += payload
        if not is_last:
            return Kind.PART, b""
        whole, self._message = bytes(self._message), None
        return self._kind, whole


_LENGTH_BYTES = {126: 2, 127: 8}


def unmasked(payload: bytes, mask: bytes) -> bytes:
    """The payload, each byte xor one of the mask's four in turn; masking is the same."""
    length = len(payload)
    stretched = (mask * (length // 4 + 1))[:length]
    return (int.from_bytes(payload, "little") ^ int.from_bytes(stretched, "little")).to_bytes(
        length, "little"
    )


def control_frame(kind: Kind, payload: bytes = b"") -> bytes:
    """A control frame of the server's; the payload has at most 125 bytes."""
    return bytes((0x80 | kind, len(payload))) + payload


def close_frame(code: int, reason: str = "") -> bytes:
    """A close frame. A reason that is too long is cut."""
    told = reason.encode()[: _LONGEST_CONTROL - 2].decode(errors="ignore").encode()
    return control_frame(Kind.CLOSE, code.to_bytes(2, "big") + told)


def close_code(payload: bytes) -> int | None:
    """The code in a client's close frame, None if it says none. Raises Violation."""
    if not payload:
        return None
    code = int.from_bytes(payload[:2], "big")
    if len(payload) < 2 or not (1000 <= code <= 1003 or 1007 <= code <= 1014 or 3000 <= code <= 4999):
        raise Violation(1002, "no such close code")
    text(payload[2:])
    return code


def text(payload: bytes) -> str:
    """The text of a message; raises Violation when it is not UTF-8."""
    try:
        return payload.decode()
    except UnicodeDecodeError:
        raise Violation(1007, "the text is not UTF-8") from None
