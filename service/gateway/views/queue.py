"""`queue`: one's own places in the queue, worked out for those who look, at most every two seconds."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from service.adapters import keys
from service.adapters.records.places import Line
from service.domain.json import JsonObject
from service.gateway.hub import Hub
from service.gateway.views.read import Reading, ReadView

READ_GAP_SECONDS = 2.0
MOST_SHOWN = 100
"""So many of one's own places are told, those that come first."""

_WORDS = (b'"state"', b'"priority"', b'"seeded"', b'"gone"')


@dataclass(frozen=True)
class KnownLine:
    """The line, and when its reading began, on the loop's clock: what happened later may not be in it."""

    line: Line
    began_at: float


class SharedLine:
    """The line, read once for all who ask within READ_GAP_SECONDS."""

    def __init__(self, read: Callable[[], Awaitable[Line]]) -> None:
        self._read = read
        self._known: KnownLine | None = None
        self._reading: asyncio.Task[KnownLine] | None = None

    async def now(self) -> KnownLine:
        """As of two seconds ago at most, or as it is being read."""
        loop = asyncio.get_running_loop()
        if self._known is not None and loop.time() - self._known.began_at < READ_GAP_SECONDS * 0.9:
            return self._known
        if self._reading is None:
            self._reading = loop.create_task(self._fresh(), name="read the queue")
        return await asyncio.shield(self._reading)

    def forget(self) -> None:
        """What was read, or is being read, is known to be old."""
        self._known = self._reading = None

    async def _fresh(self) -> KnownLine:
        task, began_at = asyncio.current_task(), asyncio.get_running_loop().time()
        try:
            known = KnownLine(await self._read(), began_at)
            if self._reading is task:
                self._known = known
            return known
        finally:
            if self._reading is task:
                self._reading = None


class _OwnPlaces:
    """What an owner is shown of the line."""

    def __init__(self, owner_id: str, line: SharedLine) -> None:
        self._owner_id = owner_id
        self._line = line
        self._changed_at: float | None = None
        self._is_behind = False

    async def read(self) -> JsonObject:
        """The value."""
        if self._changed_at is None:
            # Of what happened before it was listened to nothing was heard.
            self._changed_at = self._now()
        known = await self._line.now()
        self._is_behind = known.began_at <= self._changed_at
        return queue_value(known.line, self._owner_id)

    def concerns(self, payload: bytes) -> bool:
        """One of the owner's jobs came, went or changed its state, or the queue was paused or resumed."""
        if b'"queue"' in payload:
            self._line.forget()
        elif not any(word in payload for word in _WORDS):
            return False
        self._changed_at = self._now()
        return True

    def again_after(self, value: JsonObject) -> float | None:
        """Whoever waits moves up as others go, of whom this owner does not hear; and a line that was read for
        somebody else may not know yet what this owner has just heard."""
        return READ_GAP_SECONDS if value["jobs"] or self._is_behind else None

    def _now(self) -> float:
        return asyncio.get_running_loop().time()


def queue_view(owner_id: str, hub: Hub, line: SharedLine) -> ReadView:
    """An owner's places. While none of the owner's jobs waits, it is read only when one comes or changes its state."""
    places = _OwnPlaces(owner_id, line)

    channels = keys.owner_channel(owner_id), keys.QUEUE_CHANNEL
    how = Reading(channels, places.read, READ_GAP_SECONDS, places.concerns, places.again_after)
    return ReadView("queue", hub, how)


def queue_value(line: Line, owner_id: str) -> JsonObject:
    """`jobs` by id, each with `place` and `expected_start_at`, of so many in all; `paused` by whom and since when."""
    own = [(job_id, each) for job_id, each in line.places.items() if each.owner_id == owner_id]
    return {
        "of": line.of,
        "jobs": {job_id: each.json() for job_id, each in own[:MOST_SHOWN]},
        "paused": line.paused.json() if line.paused else None,
    }
