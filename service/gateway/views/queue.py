"""`queue`: one's own places in the queue, worked out for those who look, at most every two seconds."""

import asyncio
from collections.abc import Awaitable, Callable

from service.adapters import keys
from service.adapters.records.places import Line
from service.domain.json import JsonObject
from service.gateway.hub import Hub
from service.gateway.views.read import Reading, ReadView

READ_GAP_SECONDS = 2.0
MOST_SHOWN = 100
"""So many of one's own places are told, those that come first."""


class SharedLine:
    """The line, read once for all who ask within READ_GAP_SECONDS."""

    def __init__(self, read: Callable[[], Awaitable[Line]]) -> None:
        self._read = read
        self._line: Line | None = None
        self._read_at = float("-inf")
        self._reading: asyncio.Task[Line] | None = None

    async def now(self) -> Line:
        """As of two seconds ago at most."""
        loop = asyncio.get_running_loop()
        if self._line is not None and loop.time() - self._read_at < READ_GAP_SECONDS * 0.9:
            return self._line
        if self._reading is None:
            self._reading = loop.create_task(self._fresh(), name="read the queue")
        return await asyncio.shield(self._reading)

    def forget(self) -> None:
        """What was read is known to be old."""
        self._line = None

    async def _fresh(self) -> Line:
        try:
            line = await self._read()
            self._line, self._read_at = line, asyncio.get_running_loop().time()
            return line
        finally:
            self._reading = None


def queue_view(owner_id: str, hub: Hub, line: SharedLine) -> ReadView:
    """An owner's places. While none of the owner's jobs waits, it is read only when one changes its state."""

    async def read() -> JsonObject:
        return queue_value(await line.now(), owner_id)

    def concerns(payload: bytes) -> bool:
        """One of the owner's jobs changed its state, or the queue was paused or resumed."""
        if b'"queue"' in payload:
            line.forget()
            return True
        return b'"state"' in payload or b'"priority"' in payload

    def again_after(value: JsonObject) -> float | None:
        """Whoever waits moves up as others go, of whom this owner does not hear."""
        return READ_GAP_SECONDS if value["jobs"] else None

    channels = keys.owner_channel(owner_id), keys.QUEUE_CHANNEL
    return ReadView("queue", hub, Reading(channels, read, READ_GAP_SECONDS, concerns, again_after))


def queue_value(line: Line, owner_id: str) -> JsonObject:
    """`jobs` by id, each with `place` and `expected_start_at`, of so many in all; `paused` by whom and since when."""
    own = [(job_id, each) for job_id, each in line.places.items() if each.owner_id == owner_id]
    return {
        "of": line.of,
        "jobs": {job_id: each.json() for job_id, each in own[:MOST_SHOWN]},
        "paused": line.paused.json() if line.paused else None,
    }
