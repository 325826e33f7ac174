"""This process's one link to what Redis publishes: subscribed to what somebody here watches, and itself watched.

Its own protocol over hiredis, since reading a message this way costs a tenth of what a general client takes, and
since a half-open link must be found: a PING with a nonce goes out each second and must come back within three.
"""

import asyncio
import random
import secrets
import ssl
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any, cast

import hiredis
import structlog
from redis.asyncio.connection import parse_url

PING_SECONDS = 1.0
PONG_SECONDS = 3.0
CONNECT_SECONDS = 3.0
LONGEST_PAUSE_SECONDS = 1.0
_AT_ONCE = 500

_log = structlog.get_logger()


class LinkLost(Exception):
    """The link to Redis broke, or was given up."""


class Tail:
    """Calls `heard(channel, payload)` for each message, `renewed()` after each (re)connection once all channels are
    confirmed again, and `lost()` when the link is gone. What is published while it is lost is lost."""

    def __init__(
        self,
        url: str,
        *,
        heard: Callable[[bytes, bytes], None],
        renewed: Callable[[], None],
        lost: Callable[[], None],
    ) -> None:
        self._where = _Where(url)
        self._heard = heard
        self._renewed = renewed
        self._lost = lost
        self._channels: set[bytes] = set()
        self._link: _Link | None = None
        self._live = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.generation = 0
        self.lost_since: float | None = time.time()

    @property
    def is_live(self) -> bool:
        """Whether what is published now is heard."""
        return self._live.is_set()

    def start(self) -> None:
        """Begins to connect, and goes on until `close`."""
        self._task = asyncio.get_running_loop().create_task(self._run(), name="tail")

    async def close(self) -> None:
        """Ends the link."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def subscribe(self, channel: bytes) -> None:
        """Returns once Redis has confirmed it: from then on all is heard. Waits while the link is lost."""
        self._channels.add(channel)
        link = self._link
        if link is not None:
            try:
                await link.subscribed([channel])
            except LinkLost as reason:
                if self._link is link:
                    # Whoever holds the link has not been told yet, and it is not live any more.
                    self._note_loss(reason)
            else:
                return
        await self._live.wait()

    def unsubscribe(self, channel: bytes) -> None:
        """Nothing of the channel is heard any more."""
        self._channels.discard(channel)
        if self._link is not None:
            with suppress(LinkLost):
                self._link.send(b"UNSUBSCRIBE", channel)

    async def _run(self) -> None:
        tries = 0
        while True:
            try:
                await self._hold_a_link()
                tries = 0
            except (OSError, LinkLost, TimeoutError, hiredis.HiredisError) as reason:
                tries = 0 if self._live.is_set() else tries + 1
                self._note_loss(reason)
            except Exception as fault:  # noqa: BLE001 - a gateway without a tail would be deaf, and not know it
                tries += 1
                _log.exception("tail_failed")
                self._note_loss(fault)
            await asyncio.sleep(random.uniform(0, min(LONGEST_PAUSE_SECONDS, 0.05 * 2 ** min(tries, 10))))

    async def _hold_a_link(self) -> None:
        async with asyncio.timeout(CONNECT_SECONDS):
            link = await self._where.connect(self._heard)
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await link.greet(self._where)
            self._link = link
            async with asyncio.timeout(PONG_SECONDS + len(self._channels) / 1000):
                await link.subscribed(list(self._channels))
            self.generation += 1
            self.lost_since = None
            self._live.set()
            self._renewed()
            while True:
                await link.alive()
        finally:
            self._link = None
            link.abort()

    def _note_loss(self, reason: BaseException) -> None:
        if self._live.is_set():
            self._live.clear()
            self.lost_since = time.time()
            _log.warning("tail_lost", reason=str(reason) or type(reason).__name__)
            self._lost()


class _Where:
    """Where Redis is and how to sign in there, from its URL."""

    def __init__(self, url: str) -> None:
        told = cast("dict[str, Any]", dict(parse_url(url)))
        self._path: str | None = told.get("path")
        self._host: str = told.get("host", "localhost")
        self._port: int = told.get("port", 6379)
        self._secure = url.startswith("rediss:")
        user, password = told.get("username"), told.get("password")
        self.credentials = [each.encode() for each in (user, password) if each] if password else []

    async def connect(self, heard: Callable[[bytes, bytes], None]) -> "_Link":
        loop = asyncio.get_running_loop()
        if self._path:
            return (await loop.create_unix_connection(lambda: _Link(heard), self._path))[1]
        context = ssl.create_default_context() if self._secure else None
        return (await loop.create_connection(lambda: _Link(heard), self._host, self._port, ssl=context))[1]


class _Link(asyncio.Protocol):
    """One connection. Whoever waits on it gets LinkLost when it ends."""

    def __init__(self, heard: Callable[[bytes, bytes], None]) -> None:
        self._heard = heard
        self._reader = hiredis.Reader()
        self._transport: asyncio.Transport | None = None
        self._ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._answer: asyncio.Future[Any] | None = None
        self._awaited: Counter[bytes] = Counter()
        self._confirmed = asyncio.Event()
        self._nonce = b""
        self._ponged = asyncio.Event()
        self._data_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._ended.done():
            self._ended.set_result(None)

    def data_received(self, data: bytes) -> None:
        self._data_at = time.monotonic()
        try:
            self._reader.feed(data)
            while (reply := self._reader.gets()) is not False:
                self._take(reply)
        except hiredis.ProtocolError:
            self.abort()

    def send(self, *words: bytes) -> None:
        """Writes one command; raises LinkLost when the connection has ended."""
        # Not every event loop takes what is written to a connection that has ended: uvloop raises RuntimeError.
        if self._transport is None or self._transport.is_closing():
            raise LinkLost("the connection ended")
        parts = [b"*%d\r\n" % len(words), *(b"$%d\r\n%b\r\n" % (len(each), each) for each in words)]
        self._transport.write(b"".join(parts))

    def abort(self) -> None:
        """Ends the connection at once."""
        if self._transport is not None:
            self._transport.abort()

    async def greet(self, where: _Where) -> None:
        """Signs in where that is asked for; raises LinkLost when Redis refuses."""
        if where.credentials:
            await self._asked(b"AUTH", *where.credentials)

    async def subscribed(self, channels: list[bytes]) -> None:
        """Subscribes and returns when Redis has confirmed every one; raises LinkLost."""
        for start in range(0, len(channels), _AT_ONCE):
            some = channels[start : start + _AT_ONCE]
            self._awaited.update(some)
            self.send(b"SUBSCRIBE", *some)
        while any(self._awaited[each] for each in channels):
            self._confirmed.clear()
            await self._unless_ended(self._confirmed.wait())

    async def alive(self) -> None:
        """Waits out one beat and proves that Redis still answers; raises LinkLost."""
        await self._unless_ended(asyncio.sleep(PING_SECONDS))
        self._nonce = secrets.token_hex(8).encode()
        self._ponged.clear()
        self.send(b"PING", self._nonce)
        while True:
            asked_at = time.monotonic()
            try:
                async with asyncio.timeout(PONG_SECONDS):
                    await self._unless_ended(self._ponged.wait())
                return
            except TimeoutError:
                # The answer may stand behind a long queue of messages; a link on which nothing comes is dead.
                if self._data_at < asked_at:
                    raise LinkLost(f"no answer within {PONG_SECONDS:g} s") from None

    async def _asked(self, *words: bytes) -> None:
        self._answer = asyncio.get_running_loop().create_future()
        self.send(*words)
        await self._unless_ended(self._answer)
        reply = self._answer.result()
        self._answer = None
        if isinstance(reply, hiredis.ReplyError):
            raise LinkLost(str(reply))

    async def _unless_ended(self, awaited: Any) -> None:
        task = asyncio.ensure_future(awaited)
        try:
            await asyncio.wait((task, self._ended), return_when=asyncio.FIRST_COMPLETED)
        finally:
            if not task.done():
                task.cancel()
        if not task.done() or task.cancelled():
            raise LinkLost("the connection ended")

    def _take(self, reply: Any) -> None:
        if isinstance(reply, list):
            kind = reply[0]
            if kind == b"message":
                self._heard(reply[1], reply[2])
            elif kind == b"subscribe":
                self._awaited[reply[1]] -= 1
                if self._awaited[reply[1]] <= 0:
                    del self._awaited[reply[1]]
                    self._confirmed.set()
            elif kind == b"pong" and reply[1] == self._nonce:
                self._ponged.set()
        elif self._answer is not None and not self._answer.done():
            self._answer.set_result(reply)
        elif reply == self._nonce:
            self._ponged.set()
        elif isinstance(reply, hiredis.ReplyError):
            _log.error("tail_refused", reason=str(reply))
            self.abort()
