"""Who in this process listens to which channel of Redis. A message is parsed once, however many listen."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from service.adapters.event_message import Published, read_message
from service.gateway.tail import Tail

CHECKS_AT_ONCE = 16
CHECK_SECONDS = 1.0
"""A check that takes longer, since what it reads is away, does not keep others from theirs any more."""

_log = structlog.get_logger()


class Heard:
    """One message of a channel; it is parsed when first asked for, once for all listeners."""

    __slots__ = ("_published", "payload")

    def __init__(self, payload: bytes) -> None:
        self.payload = payload
        self._published: Published | None = None

    @property
    def published(self) -> Published:
        """The message of a channel of events."""
        if self._published is None:
            self._published = read_message(self.payload)
        return self._published


class Listener(Protocol):
    """Who listens to channels."""

    def heard(self, message: Heard) -> None:
        """A message of one of them. Must not block."""
        ...

    async def renewed(self) -> None:
        """The link is a new one and nobody knows what was missed: returns when all of it has been made good."""
        ...


@dataclass
class _Channel:
    confirmed: "asyncio.Task[None]"
    listeners: dict[Listener, None] = field(default_factory=dict["Listener", None])


class Hub:
    """Subscribes to a channel while somebody listens. `degraded(since)` and `recovered()` tell of the source."""

    def __init__(self, redis_url: str) -> None:
        self._tail = Tail(redis_url, heard=self._heard, renewed=self._renewed, lost=self._lost)
        self._channels: dict[bytes, _Channel] = {}
        self._last: Heard | None = None
        self._renewals: set[asyncio.Task[None]] = set()
        self.degraded: Callable[[float], None] = lambda _since: None
        self.recovered: Callable[[], None] = lambda: None
        self._degraded_since: float | None = None

    def start(self) -> None:
        """Begins to connect; until that is done readers count as shown old news."""
        self._degraded_since = time.time()
        self._tail.start()

    async def close(self) -> None:
        """Ends the link and what waits on it."""
        await self._tail.close()
        tasks = [*self._renewals, *(each.confirmed for each in self._channels.values())]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @property
    def is_live(self) -> bool:
        """Whether what is published now is heard."""
        return self._tail.is_live

    @property
    def degraded_since(self) -> float | None:
        """Since when readers may be shown old news (seconds since 1970); None while all is well."""
        return self._degraded_since

    @property
    def generation(self) -> int:
        """How many links there have been."""
        return self._tail.generation

    @property
    def channels(self) -> list[str]:
        """What is subscribed to now."""
        return [each.decode() for each in self._channels]

    async def listen(self, name: str, listener: Listener) -> None:
        """Returns once Redis has confirmed the subscription: read snapshots after that, never before."""
        key = name.encode()
        channel = self._channels.get(key)
        if channel is None:
            task = asyncio.get_running_loop().create_task(self._tail.subscribe(key), name=f"subscribe {name}")
            channel = self._channels[key] = _Channel(task)
        channel.listeners[listener] = None
        try:
            await asyncio.shield(channel.confirmed)
        except BaseException:
            self.unlisten(name, listener)
            raise

    def unlisten(self, name: str, listener: Listener) -> None:
        """Ends it; the last one to go takes the subscription along."""
        key = name.encode()
        channel = self._channels.get(key)
        if channel is None:
            return
        channel.listeners.pop(listener, None)
        if not channel.listeners:
            del self._channels[key]
            channel.confirmed.cancel()
            self._tail.unsubscribe(key)

    def _heard(self, name: bytes, payload: bytes) -> None:
        channel = self._channels.get(name)
        if channel is None:
            return
        # The same message comes on the job's, the owner's and everybody's channel, one right after the other.
        if self._last is None or self._last.payload != payload:
            self._last = Heard(payload)
        message = self._last
        for listener in list(channel.listeners):
            try:
                listener.heard(message)
            except Exception:  # noqa: BLE001 - one listener's fault must not deafen the others
                _log.exception("listener_failed", channel=name.decode())

    def _lost(self) -> None:
        if self._degraded_since is None:
            self._degraded_since = self._tail.lost_since or time.time()
            self.degraded(self._degraded_since)

    def _renewed(self) -> None:
        task = asyncio.get_running_loop().create_task(self._check_all(), name="after a new link")
        self._renewals.add(task)
        task.add_done_callback(self._renewals.discard)

    async def _check_all(self) -> None:
        generation = self._tail.generation
        gate = asyncio.Semaphore(CHECKS_AT_ONCE)

        async def check(listener: Listener) -> None:
            async with gate:
                checking = asyncio.ensure_future(listener.renewed())
                try:
                    await asyncio.wait((checking,), timeout=CHECK_SECONDS)
                except asyncio.CancelledError:
                    checking.cancel()
                    raise
            with suppress(asyncio.CancelledError):
                await checking

        listeners = {each for channel in self._channels.values() for each in channel.listeners}
        results = await asyncio.gather(*(check(each) for each in listeners), return_exceptions=True)
        for failed in (each for each in results if isinstance(each, BaseException)):
            _log.error("check_failed", exc_info=failed)
        if self.is_live and self._tail.generation == generation and self._degraded_since is not None:
            self._degraded_since = None
            self.recovered()
