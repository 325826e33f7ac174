"""One WebSocket: the shell around a Session. One task always receives, one sends, and neither waits for the other."""

import asyncio
from contextlib import suppress
from functools import partial

import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect

from service.domain.account import Actor
from service.domain.ids import new_id
from service.gateway.session import Session, Subscription, Unwatch, Watch
from service.gateway.views.registry import Views
from service.gateway.wire import wire_end
from service.protocol.close_codes import CloseCode
from service.protocol.problems import Problem, Refused
from service.protocol.written import Written

_log = structlog.get_logger()


class Socket:
    """Lives until either side ends it. `tick` is called every so often, with seconds of the event loop's clock."""

    def __init__(self, websocket: WebSocket, session: Session, user: Actor, views: Views) -> None:
        self.websocket = websocket
        self.session = session
        self.user = user
        self._views = views
        self._work = asyncio.Event()
        self._watches: dict[Subscription, asyncio.Task[None]] = {}
        self._sending_since: float | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        session.wake = self._work.set

    async def run(self) -> None:
        """Returns when the conversation is over; the subscriptions are gone then."""
        self._tasks = {asyncio.create_task(self._receive()), asyncio.create_task(self._send())}
        try:
            await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in self._tasks:
                task.cancel()
            for outcome in await asyncio.gather(*self._tasks, return_exceptions=True):
                if isinstance(outcome, Exception) and not isinstance(outcome, WebSocketDisconnect | OSError):
                    _log.error("socket_failed", exc_info=outcome)
            for subscription in list(self._watches):
                self._unwatch(subscription)

    def tick(self, now: float, ping: Written, send_deadline: float) -> None:
        """The heartbeat; and the end for a reader that has not taken a frame for longer than the deadline."""
        self.session.tick(now, ping)
        stuck = self._sending_since is not None and now - self._sending_since > send_deadline
        if stuck:
            self.session.close(CloseCode.TOO_SLOW, abort=True)
        if stuck or (self.session.closing is not None and self.session.closing.abort):
            self.abort()

    def abort(self) -> None:
        """Ends the connection at once, whatever waits."""
        end = wire_end(self.websocket)
        if end is not None:
            end.abort()
        for task in self._tasks:
            task.cancel()

    async def _receive(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            message = await self.websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
            text = message.get("text")
            self.session.received(message.get("bytes") or b"" if text is None else text, loop.time())
            self._do_what_is_asked()

    async def _send(self) -> None:
        while True:
            self._do_what_is_asked()
            if self.session.closing is not None:
                await self._close()
                return
            frame = self.session.take()
            if frame is None:
                self._work.clear()
                await self._work.wait()
            else:
                await self._put(frame)

    async def _put(self, frame: Written) -> None:
        self._sending_since = asyncio.get_running_loop().time()
        await self.websocket.send({"type": "websocket.send", "text": frame.text})
        self._sending_since = None

    async def _close(self) -> None:
        closing = self.session.closing
        assert closing is not None
        if closing.abort:
            self.abort()
            return
        while (frame := self.session.take_last_words()) is not None:
            await self._put(frame)
        self._sending_since = asyncio.get_running_loop().time()
        await self.websocket.close(closing.code, closing.reason[:120])

    def _do_what_is_asked(self) -> None:
        asks = self.session.asks
        while asks:
            match asks.popleft():
                case Watch(subscription):
                    task = asyncio.create_task(self._watch(subscription), name=f"watch {subscription.name}")
                    self._watches[subscription] = task
                case Unwatch(subscription):
                    self._unwatch(subscription)

    def _unwatch(self, subscription: Subscription) -> None:
        task = self._watches.pop(subscription, None)
        if task is not None and not task.done():
            task.cancel()
        self._views.unwatch(subscription)

    async def _watch(self, subscription: Subscription) -> None:
        refuse = partial(self.session.refuse, subscription)
        with suppress(asyncio.CancelledError):
            try:
                await self._views.watch(self.user, subscription)
            except Refused as refusal:
                refuse(refusal.problem)
            except Exception:  # noqa: BLE001 - the socket has other topics
                support_id = new_id()
                _log.exception("subscribe_failed", topic=subscription.name, support_id=support_id)
                refuse(Problem(503, "unavailable", {"seconds": 2}, support_id))
