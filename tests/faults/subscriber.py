"""A client of the storm: it keeps the law, comes back after every loss, and does on request what bad clients do."""

import asyncio
import contextlib
import random
import socket
import struct
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from service.protocol.frames import SUBPROTOCOL
from tests.faults.law import Law

_RESET = struct.pack("ii", 1, 0)
_SMALL_BUFFER = 8192


class Subscriber:
    """Watches topics over whichever gateway takes it. Its loop runs until `close`."""

    def __init__(
        self, name: str, urls: Callable[[], list[str]], token: str, law: Law, dice: random.Random
    ) -> None:
        self.name = name
        self.law = law
        self.topics: dict[str, None] = {}
        self.is_linked = False
        self.url = ""
        self.troubled_until = 0.0
        self.problems: list[str] = []
        self._urls = urls
        self._headers = {"Authorization": f"Bearer {token}"}
        self._dice = dice
        self._link: ClientConnection | None = None
        self._socket: socket.socket | None = None
        self._reads = asyncio.Event()
        self._reads.set()
        self._comes_back = asyncio.Event()
        self._comes_back.set()
        self._requests = 0
        self._task = asyncio.create_task(self._live(), name=name)

    @property
    def is_troubled(self) -> bool:
        """Whether this client is itself the fault just now, or was a moment ago."""
        is_held = not (self._reads.is_set() and self._comes_back.is_set())
        return is_held or asyncio.get_running_loop().time() < self.troubled_until

    async def watch(self, topic: str) -> None:
        """One more topic."""
        self.topics[topic] = None
        await self._subscribe(topic)

    async def leave(self, topic: str) -> None:
        """One topic less; what is known of it is forgotten."""
        del self.topics[topic]
        self.law.forgets(topic)
        await self._send({"type": "unsubscribe", "topic": topic})

    def reset(self, *, stays_away: bool = False) -> None:
        """The connection breaks off with an RST. One that stays away comes back when `returns` is called."""
        if stays_away:
            self._comes_back.clear()
        if self._link is not None and self._socket is not None and self._socket.fileno() >= 0:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            self._link.transport.abort()

    def returns(self) -> None:
        """It may come back."""
        self._comes_back.set()

    def stalls(self) -> None:
        """Reads nothing any more."""
        self._reads.clear()

    def reads_on(self) -> None:
        """Reads what has gathered."""
        self._reads.set()

    async def close(self) -> None:
        """Leaves for good."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _live(self) -> None:
        tries = 0
        while True:
            await self._comes_back.wait()
            began = asyncio.get_running_loop().time()
            try:
                await self._hold_a_link()
            except (OSError, TimeoutError, InvalidHandshake) as lost:
                self.law.note_closed(type(lost).__name__)
            except ConnectionClosed as closed:
                self.law.note_closed(str(closed.rcvd.code if closed.rcvd else 1006))
            finally:
                self.is_linked = False
                self._link = self._socket = None
            tries = 0 if asyncio.get_running_loop().time() - began > 1 else tries + 1
            await asyncio.sleep(self._dice.uniform(0, min(20.0, 0.5 * 2 ** min(tries, 6))))

    async def _hold_a_link(self) -> None:
        url = self.url = await self._connected()
        async with connect(
            url.replace("http", "ws", 1) + "/ws",
            sock=self._socket,
            additional_headers=self._headers,
            subprotocols=[SUBPROTOCOL],  # pyright: ignore[reportArgumentType] - a NewType of str
            compression=None,
            max_size=2**26,
            ping_interval=None,
            open_timeout=5,
            close_timeout=0.5,
        ) as link:
            self._link = link
            beat = 10.0
            while True:
                await self._reads.wait()
                async with asyncio.timeout(2 * beat):
                    frame = orjson.loads(await link.recv())
                beat = float(frame.get("heartbeat_seconds") or beat)
                await self._take(frame)

    async def _connected(self) -> str:
        """Connects to one of the gateways that accept, as behind a balancer, and returns its URL."""
        urls = self._urls()
        self._dice.shuffle(urls)
        for url in urls:
            self._socket = socket.socket()
            # A small buffer, so that who does not read is felt at the other end soon.
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _SMALL_BUFFER)
            self._socket.setblocking(False)
            address = urlsplit(url)
            try:
                await asyncio.get_running_loop().sock_connect(self._socket, (address.hostname, address.port))
            except OSError:
                self._socket.close()
            else:
                return url
        raise ConnectionRefusedError("no gateway accepts")

    async def _take(self, frame: dict[str, Any]) -> None:
        match frame["type"]:
            case "hello":
                self.is_linked = True
                self.law.degraded = False
                for topic in list(self.topics):
                    await self._subscribe(topic)
            case "ping":
                await self._send({"type": "pong"})
            case "error":
                await self._refused(frame)
            case _ if frame.get("topic") in (None, *self.topics):
                self.law.take(frame)
                while self.law.again:
                    topic = self.law.again.pop()
                    self.law.forgets(topic)
                    await self._subscribe(topic)
            case _:
                pass  # of a topic that was left meanwhile

    async def _refused(self, frame: dict[str, Any]) -> None:
        problem, topic = frame["problem"], frame.get("topic")
        if problem["status"] < 500:
            self.problems.append(orjson.dumps(frame).decode())
        elif topic in self.topics:
            self.law.note_closed("unavailable")
            await asyncio.sleep(self._dice.uniform(0.1, 1) * float(problem["params"].get("seconds") or 1))
            await self._subscribe(topic)

    async def _subscribe(self, topic: str) -> None:
        if not self.is_linked:
            return
        self._requests += 1
        told = {"type": "subscribe", "id": self._requests, "topic": topic}
        since = self.law.asks(topic)
        await self._send({**told, "since": since} if since else told)

    async def _send(self, frame: Mapping[str, object]) -> None:
        if self._link is not None and self.is_linked:
            with contextlib.suppress(ConnectionClosed, OSError):
                await self._link.send(orjson.dumps(frame).decode())
