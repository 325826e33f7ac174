"""One WebSocket: the shell around a Session. No task of its own: what can be written is written at once."""

import asyncio
from collections.abc import Callable
from functools import partial

import structlog

from service.domain.ids import new_id
from service.gateway.counts import COUNTS
from service.gateway.line import Line
from service.gateway.rights import Login
from service.gateway.session import Session, Subscription, Unwatch, Watch
from service.gateway.views.registry import Views
from service.protocol.close_codes import CloseCode
from service.protocol.problems import Problem, Refused
from service.protocol.written import Written

_AT_ONCE_BYTES = 16 * 1024

_log = structlog.get_logger()


class Socket:
    """Listens to a line and speaks for a session, from `begin` until the line has ended."""

    __slots__ = (
        "_is_due",
        "_is_finished",
        "_left",
        "_line",
        "_loop",
        "_progress_at",
        "_unsent",
        "_views",
        "_watches",
        "due_at",
        "login",
        "session",
    )

    def __init__(
        self, session: Session, login: Login, views: Views, left: Callable[["Socket"], None]
    ) -> None:
        self.session = session
        self.login = login
        self._views = views
        self._left = left
        self._loop = asyncio.get_running_loop()
        self._line: Line | None = None
        self._is_due = self._is_finished = False
        self._unsent, self._progress_at = 0, 0.0
        self.due_at = 0.0
        self._watches: dict[Subscription, asyncio.Task[None]] | None = None

    def begin(self, line: Line) -> None:
        """From now on the line carries the session."""
        self._line = line
        self.session.wake = self._wake
        self.session.way = line.way
        self._wake()

    @property
    def unsent(self) -> int:
        """How many bytes wait in this process, written but not taken by the kernel."""
        return 0 if self._line is None else self._line.unsent()

    def heard(self, message: str | bytes) -> None:
        """A message of the client's."""
        self.session.received(message, self._loop.time())
        self._do_what_is_asked()

    def noticed(self) -> None:
        """The client lives."""
        self.session.noticed(self._loop.time())

    def clogged(self) -> None:
        """From now on the send deadline runs."""
        if not self._unsent:
            self._unsent, self._progress_at = self.unsent, self._loop.time()
        self.due_at = 0.0

    def drained(self) -> None:
        """The line is free again."""
        self._unsent = 0
        self._flush()

    def ended(self) -> None:
        """The line is gone: so are the subscriptions."""
        self._line = None
        self._do_what_is_asked()
        for subscription in self.session.subscriptions.values():
            self._unwatch(subscription)
        self._left(self)

    def tick(self, now: float, ping: Written, send_deadline: float) -> None:
        """The heartbeat; and the end for a reader that has not taken a byte for longer than the deadline. Has nothing
        to do before `due_at`."""
        if self._line is None or self._is_finished:
            return
        self.session.tick(now, ping)
        unsent = self.unsent
        if unsent < self._unsent:
            self._progress_at = now
        self._unsent = unsent
        self.due_at = 0.0 if unsent else self.session.due_at
        if unsent and now - self._progress_at > send_deadline:
            self.session.close(CloseCode.TOO_SLOW, abort=True)

    def abort(self) -> None:
        """Ends the connection at once, whatever waits."""
        if self._line is not None:
            self._line.abort()

    def _wake(self) -> None:
        if not self._is_due and self._line is not None:
            self._is_due = True
            self._line.hold()
            self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        """Writes until nothing waits or the line takes no more; `drained` goes on."""
        self._is_due = False
        line = self._line
        if line is None or self._is_finished:
            return
        self._do_what_is_asked()
        while self.session.closing is None and line.is_free:
            frames = self._next_frames()
            if not frames:
                line.release()
                return
            line.write(frames)
            COUNTS.deliveries += len(frames)
        if self.session.closing is not None:
            self._finish(line)

    def _next_frames(self) -> list[Written]:
        frames: list[Written] = []
        size = 0
        while size < _AT_ONCE_BYTES and (frame := self.session.take()) is not None:
            frames.append(frame)
            size += len(frame.frame)
        return frames

    def _finish(self, line: Line) -> None:
        closing = self.session.closing
        assert closing is not None
        self._is_finished = True
        COUNTS.closes[closing.code] += 1
        if closing.abort:
            line.abort()
            return
        last: list[Written] = []
        while (frame := self.session.take_last_words()) is not None:
            last.append(frame)
        if last:
            line.write(last)
        line.close(closing.code, closing.reason)

    def _do_what_is_asked(self) -> None:
        while self.session.asks:
            asks, self.session.asks = self.session.asks, []
            for ask in asks:
                match ask:
                    case Watch(subscription):
                        self._begin_to_watch(subscription)
                    case Unwatch(subscription):
                        self._unwatch(subscription)

    def _begin_to_watch(self, subscription: Subscription) -> None:
        if self._line is None:
            return
        if self._watches is None:
            self._watches = {}
        task = self._loop.create_task(self._watch(subscription), name=f"watch {subscription.name}")
        self._watches[subscription] = task
        task.add_done_callback(partial(self._watching, subscription))

    def _watching(self, subscription: Subscription, _task: asyncio.Task[None]) -> None:
        if self._watches is not None:
            self._watches.pop(subscription, None)
            self._watches = self._watches or None

    def _unwatch(self, subscription: Subscription) -> None:
        if self._watches is not None and (task := self._watches.get(subscription)) is not None:
            task.cancel()
        self._views.unwatch(subscription)

    async def _watch(self, subscription: Subscription) -> None:
        try:
            user = await self.login.now()
            if user is None:
                self.session.close(CloseCode.SIGN_IN)
            else:
                await self._views.watch(user, subscription)
        except Refused as refusal:
            self.session.refuse(subscription, refusal.problem)
        except Exception:  # noqa: BLE001 - the socket has other topics
            support_id = new_id()
            _log.exception("subscribe_failed", topic=subscription.name, support_id=support_id)
            self.session.refuse(subscription, Problem(503, "unavailable", {"seconds": 2}, support_id))
