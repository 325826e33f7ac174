"""`GET /ws`: who may come in, the clock of all sockets, and how they leave."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from service.adapters import keys
from service.adapters.database import Database
from service.domain.account import Actor
from service.gateway.counts import COUNTS
from service.gateway.errors import as_refusal, problem_response
from service.gateway.hub import Hub
from service.gateway.line import AsgiLine
from service.gateway.rights import Login, Logins, WhoAsks
from service.gateway.session import Bounds, Session, Subscription
from service.gateway.socket import Socket
from service.gateway.views.registry import Views
from service.gateway.views.source import History, Snapshots
from service.gateway.wire import take_over
from service.protocol import written
from service.protocol.close_codes import MEANING, CloseCode
from service.protocol.frames import SUBPROTOCOL
from service.protocol.problems import Problem, refused
from service.protocol.written import Written

LONGEST_GAP_SECONDS = 0.1
"""Between two sockets that are sent away: few of them do not make a stop wait for its window."""

_LAST_WORDS_SECONDS = 0.3
_TURNS = 4
# The clock comes to a quarter of all sockets at a time, so that thousands of idle ones never hold up the others.


@dataclass(frozen=True)
class Pulse:
    """Seconds between heartbeats; how long a reader may take no byte; how often rights are looked at again; and how
    many sockets there may be, of a user and in all."""

    heartbeat_seconds: float = 10.0
    send_deadline_seconds: float = 10.0
    rights_seconds: float = 60.0
    bounds: Bounds = field(default_factory=Bounds)
    sockets_a_user: int = 100
    sockets: int = 768


class Live:
    """All sockets of this process."""

    def __init__(self, hub: Hub, views: Views, auth: WhoAsks, pulse: Pulse) -> None:
        self.hub = hub
        self.views = views
        self._auth = auth
        self._pulse = pulse
        self.logins = Logins(auth, pulse.rights_seconds, self._rights_changed)
        self.connected: dict[Session, Socket] = {}
        self._turns: list[dict[Socket, None]] = [{} for _ in range(_TURNS)]
        self._of_user: Counter[str] = Counter()
        self._newcomer = 0
        self.is_draining = False
        self._all_left: asyncio.Future[None] | None = None
        hub.degraded = self._degraded
        hub.recovered = self._recovered
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
        """Asks every socket to come back elsewhere, spread evenly over the window, and closes it.

        Newcomers are sent away at once. Whoever has not left a moment after the window is cut off.
        """
        self.is_draining = True
        loop = asyncio.get_running_loop()
        leaving = list(self.connected.values())
        random.shuffle(leaving)
        gap = min(window_seconds / max(1, len(leaving)), LONGEST_GAP_SECONDS)
        began = loop.time()
        for left, socket in enumerate(leaving):
            await asyncio.sleep(began + left * gap - loop.time())
            socket.session.say(_bye())
            socket.session.close(CloseCode.GOING_AWAY)
        if self.connected:
            self._all_left = loop.create_future()
            await asyncio.wait((self._all_left,), timeout=_LAST_WORDS_SECONDS)
        for socket in list(self.connected.values()):
            socket.abort()

    async def keep_time(self) -> None:
        """Heartbeats and deadlines, until cancelled."""
        loop = asyncio.get_running_loop()
        beat, deadline = self._pulse.heartbeat_seconds, self._pulse.send_deadline_seconds
        pause = min(0.5, beat / 4, deadline / 4) / _TURNS
        while True:
            for sockets in self._turns:
                await asyncio.sleep(pause)
                now = loop.time()
                due = [each for each in sockets if each.due_at <= now]
                ping = written.ping(time.time())
                for socket in due:
                    socket.tick(now, ping, deadline)

    async def _connected(self, websocket: WebSocket) -> None:
        if "origin" in websocket.headers and not self._auth.allows_origin(websocket):
            await websocket.send_denial_response(problem_response(refused(403, "bad_origin")))
            return
        offered = SUBPROTOCOL if SUBPROTOCOL in websocket.scope.get("subprotocols", []) else None
        try:
            user = None if self.is_draining else await self._auth.who(websocket)
        except Exception as error:
            refusal = as_refusal(error, "GET")
            if refusal is None:
                raise
            await websocket.send_denial_response(problem_response(refusal))
            return
        await websocket.accept(offered)
        if self.is_draining:
            # A browser cannot read a refused handshake, so it would not know when to come back.
            await websocket.send_text(_bye().text)
            await _close(websocket, CloseCode.GOING_AWAY)
        elif offered is None:
            await _close(websocket, CloseCode.BAD_FRAME)
        elif user is None:
            await _close(websocket, CloseCode.SIGN_IN)
        elif self.sockets >= self._pulse.sockets:
            await _close(websocket, CloseCode.OVERLOADED)
        elif self._of_user[user.user_id] >= self._pulse.sockets_a_user:
            await _close(websocket, CloseCode.TOO_MANY)
        else:
            await self._converse(websocket, user)

    async def _converse(self, websocket: WebSocket, user: Actor) -> None:
        """Returns at the end of the conversation, or at once where the server lets the connection be taken over."""
        socket = self._socket(self.logins.join(websocket, user))
        wire = take_over(websocket, socket)
        if wire is not None:
            socket.begin(wire)
            return
        line = AsgiLine(websocket, socket)
        socket.begin(line)
        await line.run()

    def _socket(self, login: Login) -> Socket:
        pulse = self._pulse
        now = asyncio.get_running_loop().time()
        session = Session(
            now, pulse.heartbeat_seconds, keys.RESUME_PATCHES, keys.RESUME_SECONDS, pulse.bounds
        )
        if self.hub.degraded_since is not None:
            session.degraded(written.degraded(self.hub.degraded_since))
        socket = self.connected[session] = Socket(session, login, self.views, self._left)
        self._turns[self._newcomer % _TURNS][socket] = None
        self._newcomer += 1
        self._of_user[login.user.user_id] += 1
        return socket

    def _left(self, socket: Socket) -> None:
        del self.connected[socket.session]
        for sockets in self._turns:
            sockets.pop(socket, None)
        user_id = socket.login.user.user_id
        self._of_user[user_id] -= 1
        if not self._of_user[user_id]:
            del self._of_user[user_id]
        self.logins.leave(socket.login)
        if not self.connected and self._all_left is not None and not self._all_left.done():
            self._all_left.set_result(None)

    def _degraded(self, since: float) -> None:
        frame = written.degraded(since)
        for session in list(self.connected):
            session.degraded(frame)

    def _recovered(self) -> None:
        frame = written.recovered()
        for session in list(self.connected):
            session.recovered(frame)

    def _ended(self, subscription: Subscription, problem: Problem) -> None:
        subscription.session.refuse(subscription, problem)

    def _rights_changed(self, login: Login, user: Actor | None) -> None:
        # With other rights other topics may be watched: the client comes back at once and asks again.
        code = CloseCode.SIGN_IN if user is None else CloseCode.GOING_AWAY
        for session, socket in self.connected.items():
            if socket.login is login:
                session.close(code)


def _bye() -> Written:
    return written.bye(random.randint(0, 500))


async def _close(websocket: WebSocket, code: CloseCode) -> None:
    COUNTS.closes[code] += 1
    await websocket.close(code, MEANING[code])


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
    clocks = [
        asyncio.create_task(live.keep_time(), name="the sockets' clock"),
        asyncio.create_task(live.logins.keep_looking(), name="the sockets' rights"),
    ]
    try:
        yield live
    finally:
        for clock in clocks:
            clock.cancel()
        await live.drain(0.0)
        views.close()
        await hub.close()
        await asyncio.gather(*clocks, return_exceptions=True)
