"""Subscribers that stop reading, and what the kernel tells of their connections."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from service.domain.json import JsonObject
from tests.benchmarks.live.audience import Subscriber
from tests.benchmarks.live.dialects import subscribing

_ESTABLISHED = "01"
_LOOK_SECONDS = 0.1
_SELDOM_LOOK_SECONDS = 1.0
_SOON_SECONDS = 8.0
_STUCK_SECONDS = 0.5
_FILL_SECONDS = 20.0
_ASKS_A_LOOK = 4
_WARM_ASKS = 20


@dataclass
class _Stalled:
    """One of them. `port` is its own; `grew_at` is when the kernel last took a byte for it, on either side."""

    member: Subscriber
    port: int
    unsent: int = 0
    unread: int = 0
    most: int = 0
    grew_at: float = 0.0
    closed_at: float | None = None

    def is_stuck(self, now: float) -> bool:
        return self.most > 0 and now - self.grew_at >= _STUCK_SECONDS


class Stalling:
    """Subscribers that read nothing from now on."""

    def __init__(self, members: Sequence[Subscriber]) -> None:
        self._stalled = [_Stalled(member, _stop(member)) for member in members]

    async def fill(self, heavy: str) -> JsonObject:
        """Asks for the snapshot of a heavy topic again and again, until no connection takes a byte more: without that
        it would be minutes until the kernel's buffers are full. Returns how many are `stuck`, and how many bytes a
        connection has in the kernel: `unsent` on the service's side, `unread` on the reader's."""
        until = time.monotonic() + _FILL_SECONDS
        while True:
            self._look()
            now = time.monotonic()
            moving = [each.member for each in self._stalled if not each.closed_at and not each.is_stuck(now)]
            if not moving or now > until:
                break
            await asking(moving, heavy, _ASKS_A_LOOK)
        count = len(self._stalled)
        return {
            "stuck": sum(each.is_stuck(now) for each in self._stalled),
            "unsent": sum(each.unsent for each in self._stalled) / count,
            "unread": sum(each.unread for each in self._stalled) / count,
        }

    async def cut_off(self, within: float) -> JsonObject:
        """Waits until the service has let go of all of them, for so many seconds at most. Returns how many are
        `closed`, the `seconds` from the last byte that each one's connection took to its end, and how many bytes the
        kernel still has to send on average (`left`)."""
        until = time.monotonic() + within
        while time.monotonic() < until and (held := [each for each in self._stalled if not each.closed_at]):
            # Each look goes through all connections of the machine, and is felt by those whose times are taken.
            is_soon = time.monotonic() - min(each.grew_at for each in held) > _SOON_SECONDS
            await asyncio.sleep(_LOOK_SECONDS if is_soon else _SELDOM_LOOK_SECONDS)
            self._look()
        took = [each.closed_at - each.grew_at for each in self._stalled if each.closed_at is not None]
        unsent = connections().unsent
        left = sum(unsent.get(each.port, 0) for each in self._stalled) / len(self._stalled)
        return {"closed": len(took), "seconds": took, "left": left}

    def _look(self) -> None:
        now = time.monotonic()
        known = connections()
        for each in self._stalled:
            if each.closed_at is not None:
                continue
            if each.port not in known.open:
                each.closed_at = now
                continue
            each.unsent, each.unread = known.unsent[each.port], known.unread.get(each.port, 0)
            if each.unsent + each.unread > each.most:
                each.most, each.grew_at = each.unsent + each.unread, now


async def asking(members: Sequence[Subscriber], topic: str, times: int = _WARM_ASKS) -> None:
    """All of them ask for the topic so often. Asking faster would be answered less often: what waits is told once."""
    for _ in range(times):
        for member in members:
            member.say(subscribing([topic])[0])
        await asyncio.sleep(_LOOK_SECONDS / _ASKS_A_LOOK)


def _stop(member: Subscriber) -> int:
    return member.stop_reading().getsockname()[1]


@dataclass(frozen=True)
class Connections:
    """Of loopback, by port: bytes that wait to be read at a port, bytes that wait to be sent to a port, and the
    ports whose other side still holds the connection open."""

    unread: dict[int, int]
    unsent: dict[int, int]
    open: set[int]


def connections() -> Connections:
    """As they are now."""
    found = Connections({}, {}, set())
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, local, remote, state, queues, *_ = line.split()
        unsent, unread = (int(each, 16) for each in queues.split(":"))
        here, there = int(local[-4:], 16), int(remote[-4:], 16)
        found.unread[here], found.unsent[there] = unread, unsent
        if state == _ESTABLISHED:
            found.open.add(there)
    return found
