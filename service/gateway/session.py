"""One socket's conversation, without any socket: what came in, what it asks for, what goes out next.

The shell tells `received` and `tick`, drains `take` as fast as the reader reads, does what stands in `asks`, and
closes once `closing` is set. Nothing that waits grows with the number of patches: see outbox.
"""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

import orjson
from pydantic import ValidationError

from service.gateway.outbox import JobOutbox, ListOutbox, Outbox, ValueOutbox
from service.protocol import written
from service.protocol.close_codes import MEANING, CloseCode
from service.protocol.frames import UP, Pong, Subscribe, Unsubscribe
from service.protocol.problems import Problem
from service.protocol.topics import (
    BatchTopic,
    JobTopic,
    ListTopic,
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


@dataclass(eq=False)
class Subscription:
    """One topic that the reader wants. `since` is what it has, for a job."""

    request: int
    topic: Topic
    name: str
    since: tuple[str, int] | None
    outbox: Outbox


@dataclass(frozen=True)
class Watch:
    """The shell checks the permission and lets a view fill the subscription's outbox, or refuses."""

    subscription: Subscription


@dataclass(frozen=True)
class Unwatch:
    """The shell takes the subscription from its view."""

    subscription: Subscription


@dataclass(frozen=True)
class Closing:
    """Close with this code; `abort` where the other side does not read any more."""

    code: CloseCode
    abort: bool = False

    @property
    def reason(self) -> str:
        """What the close frame says."""
        return MEANING[self.code]


Ask: TypeAlias = Watch | Unwatch


@dataclass(eq=False)
class Session:
    """Times are seconds of any clock that only goes up, but for `greeted_at`, which is since 1970.

    `wake` is called when `take` or `closing` has something new.
    """

    now: float
    heartbeat_seconds: float
    resume_patches: int
    resume_seconds: int
    bounds: Bounds = field(default_factory=Bounds)
    greeted_at: float = field(default_factory=time.time)
    wake: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        self.subscriptions: dict[str, Subscription] = {}
        self.asks: deque[Ask] = deque()
        self.closing: Closing | None = None
        self._replies: deque[Written] = deque()
        self._ready: dict[Outbox, None] = {}
        self._heard_at = self._pinged_at = self._filled_at = self.now
        self._unsent_ping: Written | None = None
        self._tokens = float(self.bounds.frames)
        self._mistakes = 0
        self.say(
            written.hello(
                self.heartbeat_seconds,
                at=self.greeted_at,
                patches=self.resume_patches,
                seconds=self.resume_seconds,
            )
        )

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

    def tick(self, now: float, ping: Written) -> None:
        """Sends the heartbeat when it is due and gives up on a reader that was silent for two of them."""
        if self.closing:
            return
        if now - self._heard_at > 2 * self.heartbeat_seconds:
            self.close(CloseCode.TOO_SLOW, abort=True)
        elif now - self._pinged_at >= self.heartbeat_seconds:
            self._pinged_at = now
            self._unsent_ping = ping
            self.wake()

    def take(self) -> Written | None:
        """The next frame to send, or None until `wake` is called. Topics take turns."""
        if self._replies:
            return self._replies.popleft()
        if self._unsent_ping is not None:
            frame, self._unsent_ping = self._unsent_ping, None
            return frame
        while self._ready:
            outbox = next(iter(self._ready))
            del self._ready[outbox]
            frame = outbox.take()
            if outbox.waits:
                self._ready[outbox] = None
            if frame is not None:
                return frame
        return None

    def take_last_words(self) -> Written | None:
        """What still goes out before the close frame: answers and the farewell, but nothing of a topic."""
        return self._replies.popleft() if self._replies else None

    def say(self, frame: Written) -> None:
        """Sends a frame that belongs to no topic, before all others."""
        if len(self._replies) >= self.bounds.replies:
            self.close(CloseCode.TOO_MANY)
            return
        self._replies.append(frame)
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

    def _may_speak(self, now: float) -> bool:
        refilled = self._tokens + (now - self._filled_at) * self.bounds.frames_a_second
        self._tokens = min(float(self.bounds.frames), refilled) - 1
        self._filled_at = now
        return self._tokens >= 0

    def _read(self, text: str) -> None:
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
        subscription = Subscription(frame.id, topic, name, since, self._outbox(topic))
        self.subscriptions[name] = subscription
        self.asks.append(Watch(subscription))

    def _outbox(self, topic: Topic) -> Outbox:
        match topic:
            case JobTopic():
                outbox: Outbox = JobOutbox(str(topic))
            case ListTopic():
                outbox = ListOutbox(str(topic))
            case BatchTopic() | WorkersTopic():
                outbox = ValueOutbox(str(topic))

        def ready() -> None:
            self._ready[outbox] = None
            self.wake()

        outbox.ready = ready
        return outbox

    def _drop(self, subscription: Subscription) -> None:
        del self.subscriptions[subscription.name]
        subscription.outbox.ready = lambda: None
        self._ready.pop(subscription.outbox, None)
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
