"""What a subscriber says and hears: Headway's protocol, which the plain peers speak too, and that of Socket.IO."""

import re
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Protocol

import orjson

from service.protocol.frames import SUBPROTOCOL

SENT = "sent"
"""Names the moment in which an event was offered: nanoseconds of the clock that all processes of a machine share."""

_MARK = re.compile(rb'"%s":(\d+)' % SENT.encode())
_SEQ = re.compile(rb'"seq":\[(\d+),(\d+)\]')


class Heard(Enum):
    """What a message is."""

    DELIVERY = "an event"
    SNAPSHOT = "the state of a topic"
    OTHER = "something else"


class Dialect(Protocol):
    """One subscriber's conversation."""

    path: str

    def headers(self) -> Mapping[str, str]:
        """What the handshake brings along."""
        ...

    def hear(self, text: bytes) -> tuple[Heard, Sequence[bytes]]:
        """What the message is, and what is to be answered."""
        ...


class Headway:
    """`hello`, subscribe, snapshots, patches, a pong for each ping."""

    path = "/ws"

    def __init__(self, topics: Sequence[str], token: str) -> None:
        self._topics = topics
        self._token = token

    def headers(self) -> Mapping[str, str]:
        """Credentials and subprotocol."""
        return {"Authorization": f"Bearer {self._token}", "Sec-WebSocket-Protocol": SUBPROTOCOL}

    def hear(self, text: bytes) -> tuple[Heard, Sequence[bytes]]:
        """Patches are known by how they begin, where they do, so that reading costs little."""
        kind = "patch" if text.startswith(b'{"type":"patch"') else orjson.loads(text)["type"]
        match kind:
            case "patch":
                return Heard.DELIVERY, ()
            case "snapshot":
                return Heard.SNAPSHOT, ()
            case "hello":
                return Heard.OTHER, subscribing(self._topics)
            case "ping":
                return Heard.OTHER, (b'{"type":"pong"}',)
            case "error":
                raise ValueError(text.decode())
            case _:
                return Heard.OTHER, ()


class SocketIO:
    """Engine.IO 4 on its WebSocket transport: `40` connects, `42` is an event, `3` answers `2`."""

    path = "/socket.io/?EIO=4&transport=websocket"

    def __init__(self, topics: Sequence[str]) -> None:
        self._topics = topics

    def headers(self) -> Mapping[str, str]:
        """Nothing."""
        return {}

    def hear(self, text: bytes) -> tuple[Heard, Sequence[bytes]]:
        """Events are named `patch` and `snapshot`, as Headway's frames are."""
        if text.startswith(b'42["patch"'):
            return Heard.DELIVERY, ()
        if text.startswith(b'42["snapshot"'):
            return Heard.SNAPSHOT, ()
        match text[:1], text[:2]:
            case b"0", _:
                return Heard.OTHER, (b"40",)
            case b"2", _:
                return Heard.OTHER, (b"3",)
            case _, b"40":
                return Heard.OTHER, [
                    b"42" + orjson.dumps(["subscribe", {"topic": topic}]) for topic in self._topics
                ]
            case _:
                raise ValueError(text.decode())


def subscribing(topics: Sequence[str], since: str | None = None) -> list[bytes]:
    """The frames that ask for these topics."""
    return [
        orjson.dumps(
            {"type": "subscribe", "id": number, "topic": topic, **({"since": since} if since else {})}
        )
        for number, topic in enumerate(topics, 1)
    ]


def events_in(text: bytes) -> int:
    """How many events a delivery tells of: a gateway may have merged some that came close together."""
    found = _SEQ.search(text)
    return 1 + int(found[2]) - int(found[1]) if found else 1


def offered_at(text: bytes) -> int | None:
    """When the event was offered, by its mark; None where there is none."""
    found = _MARK.search(text)
    return int(found[1]) if found else None
