"""Subscribers that stop reading, and what the kernel tells of their connections."""

import asyncio
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from service.domain.json import JsonObject
from tests.benchmarks.live.audience import Subscriber
from tests.benchmarks.live.dialects import subscribing

_ESTABLISHED = "01"
_LOOK_SECONDS = 0.1
_STUCK_SECONDS = 0.5
_FILL_SECONDS = 20.0
_ASKS_A_LOOK = 4
_RECEIVE_BYTES = 16 * 1024


@dataclass
class _Stalled:
    """One of them. `port` is its own; `grew_at` is when the other side's kernel last took a byte for it."""

    member: Subscriber
    port: int
    unsent: int = 0
    unread: int = 0
    grew_at: float = 0.0
    closed_at: float | None = None

    def is_stuck(self, now: float) -> bool:
        return bool(self.unsent) and now - self.grew_at >= _STUCK_SECONDS


class Stalling:
    """Subscribers that read nothing from now on."""

    def __init__(self, members: Sequence[Subscriber]) -> None:
        self._stalled = [_Stalled(member, _stop(member)) for member in members]

    async def fill(self, heavy: str) -> JsonObject:
        """Asks for the snapshot of a heavy topic again and again, until no connection takes a byte more: without that
        it would be minutes until the kernel's buffers are full. Returns how many are `stuck`, and how many bytes a
        connection has in the kernel: `unsent` on the service's side, `unread` on the reader's."""
        ask = subscribing([heavy])[0]
        until = time.monotonic() + _FILL_SECONDS
        while True:
            self._look()
            now = time.monotonic()
            moving = [each for each in self._stalled if each.closed_at is None and not each.is_stuck(now)]
            if not moving or now > until:
                break
            for each in moving:
                for _ in range(_ASKS_A_LOOK):
                    each.member.say(ask)
            await asyncio.sleep(_LOOK_SECONDS)
        count = len(self._stalled)
        return {
            "stuck": count - len(moving),
            "unsent": sum(each.unsent for each in self._stalled) / count,
            "unread": sum(each.unread for each in self._stalled) / count,
        }

    async def cut_off(self, within: float) -> JsonObject:
        """Waits until the service has let go of all of them, for so many seconds at most. Returns how many are
        `closed`, and the `seconds` from the last byte that each one's connection took to its end."""
        until = time.monotonic() + within
        while time.monotonic() < until and any(each.closed_at is None for each in self._stalled):
            await asyncio.sleep(_LOOK_SECONDS)
            self._look()
        took = [each.closed_at - each.grew_at for each in self._stalled if each.closed_at is not None]
        return {"closed": len(took), "seconds": took}

    def _look(self) -> None:
        now = time.monotonic()
        queues = _queues()
        for each in self._stalled:
            if each.closed_at is not None:
                continue
            far = queues.far.get(each.port)
            if far is None:
                each.closed_at = now
                continue
            if far > each.unsent:
                each.unsent, each.grew_at = far, now
            each.unread = queues.near.get(each.port, 0)


def _stop(member: Subscriber) -> int:
    link = member.stop_reading()
    link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BYTES)
    return link.getsockname()[1]


@dataclass(frozen=True)
class _Queues:
    """Of open connections on loopback, by port: bytes that wait to be read there (`near`), and bytes that wait to be
    sent to there (`far`)."""

    near: dict[int, int]
    far: dict[int, int]


def _queues(table: str = "/proc/net/tcp") -> _Queues:
    near: dict[int, int] = {}
    far: dict[int, int] = {}
    for line in Path(table).read_text().splitlines()[1:]:
        _, local, remote, state, queues, *_ = line.split()
        if state == _ESTABLISHED:
            unsent, unread = (int(each, 16) for each in queues.split(":"))
            near[int(local[-4:], 16)] = unread
            far[int(remote[-4:], 16)] = unsent
    return _Queues(near, far)
