"""`GET /ws`: who may come in, the clock of all sockets, and how they leave."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

import structlog
from starlette.requests import HTTPConnection
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from service.adapters import keys
from service.adapters.database import Database
from service.domain.account import Actor
from service.gateway.errors import as_refusal, problem_response
from service.gateway.hub import Hub
from service.gateway.session import Bounds, Session, Subscription
from service.gateway.socket import Socket
from service.gateway.views.registry import Views
from service.gateway.views.source import History, Snapshots
from service.protocol import written
from service.protocol.close_codes import MEANING, CloseCode
from service.protocol.frames import SUBPROTOCOL
from service.protocol.problems import Problem, refused
from service.protocol.written import Written

_log = structlog.get_logger()


class WhoAsks(Protocol):
    """Who is at the other end, and whether the page there may speak for them."""

    async def who(self, connection: HTTPConnection) -> Actor | None:
        """The user of valid credentials."""
        ...

    def allows_origin(self, connection: HTTPConnection) -> bool:
        """Whether the page that opened the connection may act."""
        ...


@dataclass(frozen=True)
class Pulse:
    """Seconds between heartbeats; how long a frame may wait for a reader; how often rights are looked at again."""

    heartbeat_seconds: float = 10.0
    send_deadline_seconds: float = 10.0
    rights_seconds: float = 60.0
    bounds: Bounds = field(default_factory=Bounds)
    sockets_a_user: int = 100


class Live:
    """All sockets of this process."""

    def __init__(self, hub: Hub, views: Views, auth: WhoAsks, pulse: Pulse) -> None:
        self.hub = hub
        self.views = views
        self._auth = auth
        self._pulse = pulse
        self.connected: dict[Session, Socket] = {}
        self._of_user: Counter[str] = Counter()
        self._rights_at: dict[Socket, float] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.is_draining = False
        hub.degraded = lambda since: self._tell_all(written.degraded(since))
        hub.recovered = lambda: self._tell_all(written.recovered())
        views.ended = self._ended

    @property
    def sockets(self) -> int:
        """How many are connected."""
        return len(self.connected)

    @property
    def is_ready(self) -> bool:
        """Whether what is shown here is true and newcomers are welcome."""
        return self.hub.degraded_since is None and self.hub.is_live and not self.is_draining

    def route(self) -> WebSocketRoute:
        """The route for the application."""
        return WebSocketRoute("/ws", self._connected)

    async def drain(self, window_seconds: float) -> None:
        """Asks every socket to come back elsewhere, spread evenly over the window, and closes it."""
        self.is_draining = True
        leaving = list(self.connected)
        random.shuffle(leaving)
        for left, session in enumerate(leaving):
            session.say(written.bye(random.randint(0, 500)))
            session.close(CloseCode.GOING_AWAY)
            await asyncio.sleep(window_seconds / len(leaving) if left + 1 < len(leaving) else 0)

    async def keep_time(self) -> None:
        """Heartbeats, deadlines and rights, until cancelled."""
        loop = asyncio.get_running_loop()
        pause = min(0.5, self._pulse.heartbeat_seconds / 4, self._pulse.send_deadline_seconds / 4)
        while True:
            await asyncio.sleep(pause)
            now = loop.time()
            ping = written.ping(time.time())
            for socket in list(self.connected.values()):
                socket.tick(now, ping, self._pulse.send_deadline_seconds)
                if now >= self._rights_at.get(socket, now + 1):
                    self._rights_at[socket] = now + self._pulse.rights_seconds
                    self._spawn(socket)

    async def _connected(self, websocket: WebSocket) -> None:
        if "origin" in websocket.headers and not self._auth.allows_origin(websocket):
            await websocket.send_denial_response(problem_response(refused(403, "bad_origin")))
            return
        if self.is_draining:
            await websocket.send_denial_response(problem_response(refused(503, "not_ready", seconds=2)))
            return
        try:
            user = await self._auth.who(websocket)
        except Exception as error:
            refusal = as_refusal(error, "GET")
            if refusal is None:
                raise
            await websocket.send_denial_response(problem_response(refusal))
            return
        offered = SUBPROTOCOL in websocket.scope.get("subprotocols", [])
        await websocket.accept(SUBPROTOCOL if offered else None)
        code = self._refusal(user, offered=offered)
        if code is not None or user is None:
            code = code or CloseCode.SIGN_IN
            await websocket.close(code, MEANING[code])
            return
        await self._converse(websocket, user)

    def _refusal(self, user: Actor | None, *, offered: bool) -> CloseCode | None:
        if not offered:
            return CloseCode.BAD_FRAME
        if user is None:
            return CloseCode.SIGN_IN
        if self._of_user[user.user_id] >= self._pulse.sockets_a_user:
            return CloseCode.TOO_MANY
        return None

    async def _converse(self, websocket: WebSocket, user: Actor) -> None:
        now = asyncio.get_running_loop().time()
        session = Session(
            now, self._pulse.heartbeat_seconds, keys.RESUME_PATCHES, keys.RESUME_SECONDS, self._pulse.bounds
        )
        if self.hub.degraded_since is not None:
            session.say(written.degraded(self.hub.degraded_since))
        socket = self.connected[session] = Socket(websocket, session, user, self.views)
        self._rights_at[socket] = now + random.uniform(0.5, 1.0) * self._pulse.rights_seconds
        self._of_user[user.user_id] += 1
        try:
            await socket.run()
        finally:
            del self.connected[session], self._rights_at[socket]
            self._of_user[user.user_id] -= 1

    def _tell_all(self, frame: Written) -> None:
        for session in list(self.connected):
            session.say(frame)

    def _ended(self, subscription: Subscription, problem: Problem) -> None:
        for session in list(self.connected):
            if session.subscriptions.get(subscription.name) is subscription:
                session.refuse(subscription, problem)

    def _spawn(self, socket: Socket) -> None:
        task = asyncio.create_task(self._look_at_rights(socket), name="rights")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _look_at_rights(self, socket: Socket) -> None:
        try:
            user = await self._auth.who(socket.websocket)
        except Exception:  # noqa: BLE001 - a database that is away changes nobody's rights
            _log.warning("rights_unknown", user_id=socket.user.user_id, exc_info=True)
            return
        if user is None:
            socket.session.close(CloseCode.SIGN_IN)
        elif user.is_admin != socket.user.is_admin:
            # With other rights other topics may be watched: the client comes back at once and asks again.
            socket.session.close(CloseCode.GOING_AWAY)


@asynccontextmanager
async def open_live(
    redis_url: str,
    db: Database,
    snapshots: Snapshots,
    history: History,
    auth: WhoAsks,
    pulse: Pulse | None = None,
) -> AsyncGenerator[Live]:
    """The live side of a gateway, from its link to Redis to its sockets: `live.route()` goes into the application.

    `snapshots` is the echo, `history` the event log. Leaving closes what is still open.
    """
    hub = Hub(redis_url)
    views = Views(hub, db, snapshots, history)
    live = Live(hub, views, auth, pulse or Pulse())
    hub.start()
    clock = asyncio.create_task(live.keep_time(), name="the sockets' clock")
    try:
        yield live
    finally:
        clock.cancel()
        await live.drain(0.0)
        views.close()
        await hub.close()
        await asyncio.gather(clock, return_exceptions=True)
