"""One socket's conversation, without any socket: what came in, what it asks for, what goes out next.

The shell tells `received` and `tick`, drains `take` as fast as the reader reads, does what stands in `asks`, and
closes once `closing` is set. Where nothing waits a frame may go out past `take`, by the short way. Nothing that waits
grows with the number of patches: see outbox.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import orjson
from pydantic import ValidationError

from service.gateway.counts import COUNTS
from service.gateway.outbox import NOBODY, JobOutbox, ListOutbox, Outbox, ValueOutbox
from service.gateway.short_way import NO_WAY, ShortWay
from service.protocol import written
from service.protocol.close_codes import MEANING, CloseCode
from service.protocol.frames import UP, Pong, Subscribe, Unsubscribe
from service.protocol.problems import Problem
from service.protocol.topics import (
    BatchTopic,
    JobTopic,
    ListTopic,
    QueueTopic,
    RecordsTopic,
    Topic,
    UnknownTopic,
    WorkersTopic,
    parse_topic,
)
from service.protocol.written import Written


@dataclass(frozen=True)
class Bounds:
    """What one socket may do. `frames` may come at once, then `frames_a_second`; past that it is closed."""

    frame_characters: int = 4096
    subscriptions: int = 256
    frames: int = 600
    frames_a_second: float = 20.0
    mistakes: int = 10
    replies: int = 300


class Subscription:
    """One topic that the reader of a session wants. `since` is what it has, for a job."""

    __slots__ = ("name", "outbox", "request", "session", "since", "topic")

    def __init__(
        self,
        session: "Session",
        frame: Subscribe,
        topic: Topic,
        outbox: Outbox,
        since: tuple[str, int] | None,
    ) -> None:
        self.session = session
        self.request = frame.id
        self.name = frame.topic
        self.topic = topic
        self.outbox = outbox
        self.since = since


@dataclass(frozen=True, slots=True)
class Watch:
    """The shell checks the permission and lets a view fill the subscription's outbox, or refuses."""

    subscription: Subscription


@dataclass(frozen=True, slots=True)
class Unwatch:
    """The shell takes the subscription from its view."""

    subscription: Subscription


@dataclass(frozen=True, slots=True)
class Closing:
    """Close with this code; `abort` where the other side does not read any more."""

    code: CloseCode
    abort: bool = False

    @property
    def reason(self) -> str:
        """What the close frame says."""
        return MEANING[self.code]


Ask: TypeAlias = Watch | Unwatch


class Session:
    """Times are seconds of any clock that only goes up, but for `greeted_at`, which is since 1970.

    `wake` is called when `take` or `closing` has something new. The short `way` may write frames at once: it must do
    so only while nothing that `take` would give has been waiting since `wake`.
    """

    __slots__ = (
        "_asked_at",
        "_filled_at",
        "_heard_at",
        "_missed",
        "_mistakes",
        "_pinged_at",
        "_ready",
        "_recovered",
        "_replies",
        "_tokens",
        "_unsent_ping",
        "asks",
        "bounds",
        "closing",
        "heartbeat_seconds",
        "subscriptions",
        "wake",
        "way",
    )

    def __init__(
        self,
        now: float,
        heartbeat_seconds: float,
        resume_patches: int,
        resume_seconds: int,
        bounds: Bounds | None = None,
        greeted_at: float | None = None,
    ) -> None:
        self.bounds = bounds or _USUAL
        self.heartbeat_seconds = heartbeat_seconds
        self.wake: Callable[[], None] = _nobody
        self.way: ShortWay = NO_WAY
        self.subscriptions: dict[str, Subscription] = {}
        self.asks: list[Ask] = []
        self.closing: Closing | None = None
        self._replies: list[Written] = []
        self._ready: dict[Outbox, None] = {}
        self._heard_at = self._pinged_at = self._asked_at = self._filled_at = now
        self._unsent_ping: Written | None = None
        self._recovered: Written | None = None
        self._missed: dict[Outbox, int] = {}
        self._tokens = float(self.bounds.frames)
        self._mistakes = 0
        at = time.time() if greeted_at is None else greeted_at
        self.say(written.hello(heartbeat_seconds, at=at, patches=resume_patches, seconds=resume_seconds))

    def received(self, text: str | bytes, now: float) -> None:
        """A frame of the client. Whatever it holds, the answer is a subscription, an error frame or a close code."""
        if self.closing:
            return
        self._heard_at = now
        if not self._may_speak(now):
            self.close(CloseCode.TOO_MANY)
        elif isinstance(text, bytes) or len(text) > self.bounds.frame_characters:
            self.close(CloseCode.BAD_FRAME)
        else:
            self._read(text)

    def noticed(self, now: float) -> None:
        """A sign of life that says nothing, such as a control frame. It counts as a frame all the same."""
        if self.closing:
            return
        self._heard_at = now
        if not self._may_speak(now):
            self.close(CloseCode.TOO_MANY)

    @property
    def due_at(self) -> float:
        """When `tick` has something to do, if nothing is heard until then."""
        return min(self._pinged_at + self.heartbeat_seconds, self._given_up_at)

    def tick(self, now: float, ping: Written) -> None:
        """Sends the heartbeat when it is due, and gives up on a reader that was silent for two beats, of which one
        since it was asked: this process may have stood still meanwhile."""
        if self.closing:
            return
        if now > self._given_up_at:
            self.close(CloseCode.TOO_SLOW, abort=True)
        elif now - self._pinged_at >= self.heartbeat_seconds:
            if self._asked_at <= self._heard_at:
                self._asked_at = now
            self._pinged_at = now
            if self.way.put(ping):
                COUNTS.deliveries += 1
            else:
                self._unsent_ping = ping
                self.wake()

    @property
    def _given_up_at(self) -> float:
        if self._asked_at <= self._heard_at:
            return math.inf
        return max(self._heard_at + 2 * self.heartbeat_seconds, self._asked_at + self.heartbeat_seconds)

    def take(self) -> Written | None:
        """The next frame to send, or None until `wake` is called. Topics take turns."""
        if self._replies:
            return self._replies.pop(0)
        if self._unsent_ping is not None:
            frame, self._unsent_ping = self._unsent_ping, None
            return frame
        while self._ready and (self._missed or self._recovered is None):
            outbox = next(iter(self._ready))
            del self._ready[outbox]
            frame = outbox.take()
            self._count_off(outbox)
            if outbox.waits:
                self._ready[outbox] = None
            if frame is not None:
                return frame
        frame, self._recovered = self._recovered, None
        return frame

    def take_last_words(self) -> Written | None:
        """What still goes out before the close frame: answers and the farewell, but nothing of a topic."""
        return self._replies.pop(0) if self._replies else None

    def say(self, frame: Written) -> None:
        """Sends a frame that belongs to no topic, before all others."""
        if len(self._replies) >= self.bounds.replies:
            self.close(CloseCode.TOO_MANY)
            return
        self._replies.append(frame)
        self.wake()

    def degraded(self, frame: Written) -> None:
        """Says that the source is lost."""
        self._recovered = None
        self._missed.clear()
        self.say(frame)

    def recovered(self, frame: Written) -> None:
        """Says that the source is back, once all that was missed has been taken: what waits now, not what follows."""
        self._recovered = frame
        self._missed = {each: each.waits for each in self._ready}
        self.wake()

    def ready(self, outbox: Outbox) -> None:
        """Something begins to wait in the outbox."""
        self._ready[outbox] = None
        self.wake()

    def refuse(self, subscription: Subscription, problem: Problem) -> None:
        """Ends a subscription that may not be, or is no more, and says why."""
        if self.subscriptions.get(subscription.name) is subscription:
            self._drop(subscription)
            self.say(written.error(subscription.request, subscription.name, problem))

    def close(self, code: CloseCode, *, abort: bool = False) -> None:
        """Ends the conversation; the first reason stays."""
        if self.closing is None:
            self.closing = Closing(code, abort)
            self.wake()

    def _count_off(self, outbox: Outbox) -> None:
        left = min(self._missed.pop(outbox, 0) - 1, outbox.waits)
        if left > 0:
            self._missed[outbox] = left

    def _may_speak(self, now: float) -> bool:
        refilled = self._tokens + (now - self._filled_at) * self.bounds.frames_a_second
        self._tokens = min(float(self.bounds.frames), refilled) - 1
        self._filled_at = now
        return self._tokens >= 0

    def _read(self, text: str) -> None:
        if text == _USUAL_PONG:
            return
        try:
            told = orjson.loads(text)
        except orjson.JSONDecodeError:
            self.close(CloseCode.BAD_FRAME)
            return
        if not isinstance(told, dict):
            self.close(CloseCode.BAD_FRAME)
            return
        try:
            frame = UP.validate_python(told)
        except ValidationError as wrong:
            self._mistaken(told.get("id"), told.get("topic"), wrong)
            return
        match frame:
            case Subscribe():
                self._subscribe(frame)
            case Unsubscribe():
                if subscription := self.subscriptions.get(frame.topic):
                    self._drop(subscription)
            case Pong():
                pass

    def _subscribe(self, frame: Subscribe) -> None:
        try:
            topic = parse_topic(frame.topic)
        except UnknownTopic:
            self._answer(frame, Problem(404, "unknown_topic", {"topic": frame.topic}))
            return
        name = str(topic)
        if name != frame.topic:
            self._answer(frame, Problem(400, "topic_spelling", {"topic": name}))
            return
        if name in self.subscriptions:
            self._drop(self.subscriptions[name])
        elif len(self.subscriptions) >= self.bounds.subscriptions:
            limit = self.bounds.subscriptions
            self._answer(frame, Problem(429, "too_many_subscriptions", {"limit": limit}))
            return
        since = _since(frame.since) if isinstance(topic, JobTopic) else None
        subscription = Subscription(self, frame, topic, self._outbox(topic, name), since)
        self.subscriptions[name] = subscription
        self.asks.append(Watch(subscription))

    def _outbox(self, topic: Topic, name: str) -> Outbox:
        match topic:
            case JobTopic():
                return JobOutbox(name, self)
            case ListTopic():
                return ListOutbox(name, self)
            case BatchTopic() | WorkersTopic() | QueueTopic() | RecordsTopic():
                return ValueOutbox(name, self)

    def _drop(self, subscription: Subscription) -> None:
        del self.subscriptions[subscription.name]
        subscription.outbox.reader = NOBODY
        self._ready.pop(subscription.outbox, None)
        self._missed.pop(subscription.outbox, None)
        self.asks.append(Unwatch(subscription))
        self.wake()

    def _mistaken(self, request: object, topic: object, wrong: ValidationError) -> None:
        self._mistakes += 1
        if self._mistakes > self.bounds.mistakes:
            self.close(CloseCode.BAD_FRAME)
            return
        first = wrong.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(each) for each in first["loc"]) or "frame"
        problem = Problem(400, "bad_frame", {"reason": f"{where}: {first['msg']}"})
        self.say(
            written.error(
                request if type(request) is int else None,
                topic[:200] if isinstance(topic, str) else None,
                problem,
            )
        )

    def _answer(self, frame: Subscribe, problem: Problem) -> None:
        self.say(written.error(frame.id, frame.topic, problem))


def _since(text: str | None) -> tuple[str, int] | None:
    if text is None:
        return None
    epoch, _, seq = text.rpartition(":")
    return epoch, int(seq)


def _nobody() -> None:
    """Nobody is to be woken yet."""


_USUAL = Bounds()
_USUAL_PONG = '{"type":"pong"}'
# Most of what idle clients ever say, spelt as all of them do: not worth a parser.
