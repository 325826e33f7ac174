"""`admin:workers`: what the workers do, read again whenever something says that it changed."""

import asyncio
from collections.abc import Awaitable, Callable

from service.adapters import keys
from service.domain.json import JsonObject
from service.gateway.hub import Heard, Hub
from service.gateway.outbox import ValueOutbox
from service.gateway.views.repair import Repair
from service.gateway.views.value import ShownValue

READ_GAP_SECONDS = 2.0
"""It is the most that is read at a time, so it is read seldom, and only while somebody watches."""
DEAD_AFTER_SECONDS = 5.0
"""A worker that died says nothing: only the clock tells, so the value is read again as often as this."""

_WORDS = (b'"worker"', b'"state"', b'"queue"')


class WorkersView:
    """The workers, what each runs, the queue and what waits in it, and the engines."""

    def __init__(self, hub: Hub, read: Callable[[], Awaitable[JsonObject]]) -> None:
        self._hub = hub
        self._read_value = read
        self._shown = ShownValue("admin:workers")
        self._repair = Repair("read admin:workers", self._read, gap=READ_GAP_SECONDS)
        self._timer: asyncio.TimerHandle | None = None

    async def open(self) -> None:
        """Subscribes, then reads."""
        await self._hub.listen(keys.WORKERS_CHANNEL, self)
        await self._hub.listen(keys.ALL_CHANNEL, self)
        await self._hub.listen(keys.QUEUE_CHANNEL, self)
        await self._repair.done()

    def close(self) -> None:
        """Nobody is told any more."""
        self._hub.unlisten(keys.WORKERS_CHANNEL, self)
        self._hub.unlisten(keys.ALL_CHANNEL, self)
        self._hub.unlisten(keys.QUEUE_CHANNEL, self)
        self._repair.stop()
        if self._timer is not None:
            self._timer.cancel()

    def attach(self, outbox: ValueOutbox) -> None:
        """Shows the workers to one more reader."""
        self._shown.attach(outbox)

    def detach(self, outbox: ValueOutbox) -> None:
        """The reader is not told any more."""
        self._shown.detach(outbox)

    def heard(self, message: Heard) -> None:
        """A worker says that it runs something else, a job changed its state, or the queue was paused or resumed."""
        if any(word in message.payload for word in _WORDS):
            self._repair.ask()

    async def renewed(self) -> None:
        """Reads again, and so finds what was missed."""
        await self._repair.done()

    async def _read(self) -> None:
        self._shown.become(await self._read_value())
        if self._timer is not None:
            self._timer.cancel()
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(DEAD_AFTER_SECONDS, self._repair.ask)
