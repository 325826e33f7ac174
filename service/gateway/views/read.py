"""A topic whose value is read from SQL as a whole: again whenever something says that it changed, and by the clock."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from service.domain.json import JsonObject
from service.gateway.hub import Heard, Hub
from service.gateway.outbox import ValueOutbox
from service.gateway.views.repair import Repair
from service.gateway.views.value import ShownValue


@dataclass(frozen=True)
class Reading:
    """How a value is read: at most once in `gap` seconds, and after as many as `again_after` says of what was read
    (None: when something is heard). `concerns` says whether a message of the channels may change it."""

    channels: Sequence[str]
    value: Callable[[], Awaitable[JsonObject]]
    gap: float
    concerns: Callable[[bytes], bool]
    again_after: Callable[[JsonObject], float | None]


class ReadView:
    """Read only while somebody watches."""

    def __init__(self, topic: str, hub: Hub, reading: Reading) -> None:
        self._hub = hub
        self._reading = reading
        self._shown = ShownValue(topic)
        self._repair = Repair(f"read {topic}", self._read, gap=reading.gap)
        self._timer: asyncio.TimerHandle | None = None

    async def open(self) -> None:
        """Subscribes, then reads."""
        for channel in self._reading.channels:
            await self._hub.listen(channel, self)
        await self._repair.done()

    def close(self) -> None:
        """Nobody is told any more."""
        for channel in self._reading.channels:
            self._hub.unlisten(channel, self)
        self._repair.stop()
        if self._timer is not None:
            self._timer.cancel()

    def attach(self, outbox: ValueOutbox) -> None:
        """Shows the value to one more reader."""
        self._shown.attach(outbox)

    def detach(self, outbox: ValueOutbox) -> None:
        """The reader is not told any more."""
        self._shown.detach(outbox)

    def heard(self, message: Heard) -> None:
        """Something happened."""
        if self._reading.concerns(message.payload):
            self._repair.ask()

    async def renewed(self) -> None:
        """Reads again, and so finds what was missed."""
        await self._repair.done()

    async def _read(self) -> None:
        value = await self._reading.value()
        self._shown.become(value)
        if self._timer is not None:
            self._timer.cancel()
        seconds = self._reading.again_after(value)
        loop = asyncio.get_running_loop()
        self._timer = None if seconds is None else loop.call_later(seconds, self._repair.ask)
