"""`queue`: one's own places in the queue, worked out for those who look, at most every two seconds."""

import asyncio
from collections.abc import Awaitable, Callable

from service.adapters import keys
from service.adapters.records.places import Line
from service.domain.json import JsonObject
from service.gateway.hub import Heard, Hub
from service.gateway.outbox import ValueOutbox
from service.gateway.views.repair import Repair
from service.gateway.views.value import ShownValue

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


class QueueView:
    """An owner's places. While none of the owner's jobs waits, it is read only when one changes its state."""

    def __init__(self, owner_id: str, hub: Hub, line: SharedLine) -> None:
        self._owner_id = owner_id
        self._hub = hub
        self._line = line
        self._shown = ShownValue("queue")
        self._repair = Repair(f"read queue of {owner_id}", self._read, gap=READ_GAP_SECONDS)
        self._timer: asyncio.TimerHandle | None = None

    async def open(self) -> None:
        """Subscribes, then reads."""
        await self._hub.listen(keys.owner_channel(self._owner_id), self)
        await self._hub.listen(keys.QUEUE_CHANNEL, self)
        await self._repair.done()

    def close(self) -> None:
        """Nobody is told any more."""
        self._hub.unlisten(keys.owner_channel(self._owner_id), self)
        self._hub.unlisten(keys.QUEUE_CHANNEL, self)
        self._repair.stop()
        if self._timer is not None:
            self._timer.cancel()

    def attach(self, outbox: ValueOutbox) -> None:
        """Shows the places to one more reader."""
        self._shown.attach(outbox)

    def detach(self, outbox: ValueOutbox) -> None:
        """The reader is not told any more."""
        self._shown.detach(outbox)

    def heard(self, message: Heard) -> None:
        """One of the owner's jobs changed its state, or the queue was paused or resumed."""
        if b'"queue"' in message.payload:
            self._line.forget()
            self._repair.ask()
        elif b'"state"' in message.payload or b'"priority"' in message.payload:
            self._repair.ask()

    async def renewed(self) -> None:
        """Reads again, and so finds what was missed."""
        await self._repair.done()

    async def _read(self) -> None:
        value = queue_value(await self._line.now(), self._owner_id)
        self._shown.become(value)
        if self._timer is not None:
            self._timer.cancel()
        # Whoever waits moves up as others go, of whom this owner does not hear.
        waits = bool(value["jobs"])
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(READ_GAP_SECONDS, self._repair.ask) if waits else None


def queue_value(line: Line, owner_id: str) -> JsonObject:
    """`jobs` by id, each with `place` and `expected_start_at`, of so many in all; `paused` by whom and since when."""
    own = [(job_id, each) for job_id, each in line.places.items() if each.owner_id == owner_id]
    return {
        "of": line.of,
        "jobs": {job_id: each.json() for job_id, each in own[:MOST_SHOWN]},
        "paused": line.paused.json() if line.paused else None,
    }
