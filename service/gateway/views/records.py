"""`records`: one's own ships and certificates in a few numbers, read again whenever one of them changed."""

import asyncio
from collections.abc import Awaitable, Callable

from service.adapters import keys
from service.domain.json import JsonObject
from service.gateway.hub import Heard, Hub
from service.gateway.outbox import ValueOutbox
from service.gateway.views.repair import Repair
from service.gateway.views.value import ShownValue

READ_GAP_SECONDS = 0.25
READ_AGAIN_SECONDS = 60.0
"""Nobody tells that a day has begun, on which other certificates are overdue: only the clock does."""


class RecordsView:
    """An owner's numbers, read only while somebody watches."""

    def __init__(self, owner_id: str, hub: Hub, read: Callable[[], Awaitable[JsonObject]]) -> None:
        self._channel = keys.records_channel(owner_id)
        self._hub = hub
        self._read_value = read
        self._shown = ShownValue("records")
        self._repair = Repair(f"read records of {owner_id}", self._read, gap=READ_GAP_SECONDS)
        self._timer: asyncio.TimerHandle | None = None

    async def open(self) -> None:
        """Subscribes, then reads."""
        await self._hub.listen(self._channel, self)
        await self._repair.done()

    def close(self) -> None:
        """Nobody is told any more."""
        self._hub.unlisten(self._channel, self)
        self._repair.stop()
        if self._timer is not None:
            self._timer.cancel()

    def attach(self, outbox: ValueOutbox) -> None:
        """Shows the numbers to one more reader."""
        self._shown.attach(outbox)

    def detach(self, outbox: ValueOutbox) -> None:
        """The reader is not told any more."""
        self._shown.detach(outbox)

    def heard(self, message: Heard) -> None:
        """Something changed, whatever the message says."""
        self._repair.ask()

    async def renewed(self) -> None:
        """Reads again, and so finds what was missed."""
        await self._repair.done()

    async def _read(self) -> None:
        self._shown.become(await self._read_value())
        if self._timer is not None:
            self._timer.cancel()
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(READ_AGAIN_SECONDS, self._repair.ask)
