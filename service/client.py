"""Watch Headway's jobs from Python. One module; besides the standard library it needs only `websockets`.

    async for job in Client("https://headway.example", token).watch(job_id):
        print(job.state, job.percent)

The loop ends by itself after the job's ending. A lost link comes back with full jitter and goes on where it was. What
is shown was true at some moment, in order; percent never goes down within a run. A slow loop is then shown the newest.
"""

import asyncio
import json
import random
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any, Generic, Protocol, TypeVar
from urllib.parse import urlsplit, urlunsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

SUBPROTOCOL = "headway.v1"
ENDED = frozenset({"completed", "failed", "cancelled"})
MAP_FIELDS = frozenset({"counters", "pages", "chunks", "log", "artifacts", "warnings"})
HIGHEST_PAGE = 100_000
LARGEST_FRAME = 64 * 1024 * 1024
FIRST_BEAT_SECONDS = 10.0

T = TypeVar("T")
Shown_co = TypeVar("Shown_co", covariant=True)


class HeadwayError(Exception):
    """The server does not let this be watched, cannot be reached, or says what is not of this protocol."""


class SignInNeeded(HeadwayError):
    """The token is missing, wrong or expired."""


class Refused(HeadwayError):
    """The request was answered with a problem (RFC 9457); `code` and `status` are its members."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(str(problem.get("detail") or problem.get("title") or problem.get("code")))
        self.problem = problem
        self.code, self.status = str(problem.get("code")), int(problem.get("status") or 0)


class Unreachable(HeadwayError):
    """No link for longer than the client was told to try."""


@dataclass(frozen=True)
class Snapshot:
    """A job at (epoch, seq). `value` has every field, as `GET /api/jobs/{id}` has them."""

    job_id: str
    epoch: str
    seq: int
    run: int
    value: dict[str, Any]

    @property
    def state(self) -> str:
        """staged, queued, processing, pausing, paused, waiting, completed, failed or cancelled."""
        return str(self.value.get("state"))

    @property
    def percent(self) -> float:
        """0 to 100; 100 only when completed."""
        return float(self.value.get("percent") or 0.0)

    @property
    def has_ended(self) -> bool:
        """Whether this run is over."""
        return self.state in ENDED


@dataclass(frozen=True)
class Jobs:
    """A list of jobs, newest first, with the counts by state and `total`; `more` exist beyond the list's limit."""

    jobs: tuple[Snapshot, ...]
    counts: dict[str, int]
    more: bool


def apply(snapshot: Snapshot, patch: dict[str, Any]) -> Snapshot:
    """The snapshot after an `unpacked` patch. Maps merge by key; percent never goes down within a run."""
    value = dict(snapshot.value)
    for name, new in patch["set"].items():
        if name in MAP_FIELDS:
            both = {**(value.get(name) or {}), **new}
            value[name] = {key: each for key, each in both.items() if each is not None}
        elif new is None:
            value.pop(name, None)
        elif name == "percent" and patch["run"] <= snapshot.run:
            value[name] = max(new, value.get(name) or 0)
        else:
            value[name] = new
    seq, run = max(snapshot.seq, patch["seq"][1]), max(snapshot.run, patch["run"])
    return replace(snapshot, epoch=patch["epoch"], seq=seq, run=run, value=value)


def apply_value(value: dict[str, Any], changed: dict[str, Any]) -> dict[str, Any]:
    """The value of a topic that is one value after a patch, a JSON merge patch (RFC 7396)."""
    after = dict(value)
    for key, new in changed.items():
        old = after.get(key)
        after[key] = apply_value(old if isinstance(old, dict) else {}, new) if isinstance(new, dict) else new
    return {key: each for key, each in after.items() if each is not None}


def unpacked(frame: dict[str, Any]) -> dict[str, Any]:
    """The frame with its pages one by one, which come as ranges: `{"1-310": "td"}`. Raises HeadwayError."""
    part = "set" if "set" in frame else "value"
    ranges = (frame.get(part) or {}).get("pages") if "job_id" in frame else None
    pages: dict[str, Any] = {}
    for key, each in (ranges or {}).items():
        match = re.fullmatch(r"([0-9]{1,9})(?:-([0-9]{1,9}))?", key)
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
        if not 0 < first <= last <= HIGHEST_PAGE:
            raise HeadwayError(f"the server sent what is no range of pages: {key[:40]}")
        pages |= dict.fromkeys(map(str, range(first, last + 1)), each)
    return {**frame, part: {**frame[part], "pages": pages}} if ranges else frame


def backoff(tries: int) -> float:
    """Seconds before try `tries` (0 is the first): any part, by chance, of what doubles from 0.5 to 20."""
    return random.uniform(0, min(20.0, 0.5 * 2.0 ** min(tries, 10)))


class _Gap(Exception):
    """Something is missing before this frame: ask for the topic from its start."""


class _Known(Protocol[Shown_co]):
    """What the frames of a topic add up to; `take` says whether a frame changed it."""

    @property
    def since(self) -> str | None: ...
    def take(self, frame: dict[str, Any]) -> bool: ...
    def shown(self) -> Shown_co: ...


class Client:
    """Watches topics of one server; each `watch…` holds a connection of its own while it is iterated.

    `url` is the server's (http, https, ws or wss). `give_up_seconds`: raise Unreachable after so long without a link;
    None never gives up. All of them raise SignInNeeded and Refused.
    """

    def __init__(self, url: str, token: str | None = None, *, give_up_seconds: float | None = None) -> None:
        self.url = _socket_url(url)
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._give_up_seconds = give_up_seconds

    async def watch(self, job_id: str) -> AsyncGenerator[Snapshot, None]:
        """The job as it is, then whenever it has changed; ends after its ending."""
        async with aclosing(self._follow(f"job:{job_id}", _Job())) as changes:
            async for snapshot in changes:
                yield snapshot
                if snapshot.has_ended:
                    return

    async def watch_batch(self, batch_id: str) -> AsyncGenerator[dict[str, Any], None]:
        """The batch's value, then whenever it has changed; ends once it has jobs and all of them have ended."""
        async with aclosing(self._follow(f"batch:{batch_id}", _Value())) as changes:
            async for value in changes:
                yield value
                counts = value.get("counts") or {}
                if 0 < (value.get("total") or 0) <= sum(counts.get(state) or 0 for state in ENDED):
                    return

    def watch_topic(self, topic: str) -> AsyncGenerator[Jobs, None]:
        """A list (`jobs?state=failed`, `admin:jobs`) as it is, then whenever it has changed; never ends by itself."""
        return self._follow(topic, _List())

    def watch_workers(self) -> AsyncGenerator[dict[str, Any], None]:
        """The workers, the queue and the engines, for admins; never ends by itself."""
        return self._follow("admin:workers", _Value())

    def watch_records(self) -> AsyncGenerator[dict[str, Any], None]:
        """One's ships and certificates in numbers; `changed` is another after any change. Never ends by itself."""
        return self._follow("records", _Value())

    async def _follow(self, topic: str, known: _Known[T]) -> AsyncGenerator[T, None]:
        loop = asyncio.get_running_loop()
        tries, linked_at = 0, loop.time()
        while True:
            link, pause = _Link(self.url, self._headers, topic, known), 0.0
            try:
                async with aclosing(link.changes()) as changes:
                    async for shown in changes:
                        yield shown
            except (OSError, TimeoutError, InvalidHandshake, ConnectionClosed) as lost:
                _raise_if_final(lost)
                limit = self._give_up_seconds
                if limit is not None and not link.greeted and loop.time() - linked_at >= limit:
                    raise Unreachable(f"no link to {self.url} for {limit:g} s: {lost}") from lost
                pause = link.come_back_in(lost, 0 if link.lasted else tries)
            linked_at = loop.time() if link.greeted else linked_at
            tries = 1 if link.lasted else tries + 1
            await asyncio.sleep(pause)


class _Link(Generic[T]):
    """One connection to its end."""

    def __init__(self, url: str, headers: dict[str, str], topic: str, known: _Known[T]) -> None:
        self._url, self._headers = url, headers
        self._topic, self._known = topic, known
        self._beat, self._requests = FIRST_BEAT_SECONDS, 0
        self._bye_seconds: float | None = None
        self._told = asyncio.Event()
        self._is_news = self._awaits_all = self.greeted = self.lasted = False

    async def changes(self) -> AsyncGenerator[T, None]:
        """What is known, whenever it has changed, until what ended the link is raised; heartbeats do not wait."""
        reading = asyncio.create_task(self._read())
        reading.add_done_callback(lambda _: self._told.set())
        try:
            while True:
                if self._is_news:
                    self._is_news = False
                    yield self._known.shown()
                elif reading.done():
                    reading.result()
                else:
                    self._told.clear()
                    await self._told.wait()
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    async def _read(self) -> None:
        options: dict[str, Any] = {"subprotocols": [SUBPROTOCOL], "additional_headers": self._headers}
        options |= {"compression": None, "max_size": LARGEST_FRAME, "ping_interval": None, "close_timeout": 1}
        async with connect(self._url, **options) as socket:
            while True:
                async with asyncio.timeout(2 * self._beat):
                    text = await socket.recv()
                if await self._take(socket, json.loads(text)):
                    self._is_news = True
                    self._told.set()

    def come_back_in(self, lost: BaseException, tries: int) -> float:
        """Seconds to wait: what `bye` said, nothing where the server asks for that, else full jitter."""
        if self._bye_seconds is not None:
            return self._bye_seconds
        at_once = isinstance(lost, ConnectionClosed) and lost.rcvd and 4200 <= lost.rcvd.code < 4300
        return 0.0 if at_once and tries == 0 else backoff(tries)

    async def _take(self, socket: ClientConnection, frame: dict[str, Any]) -> bool:
        match frame.get("type"):
            case "hello":
                self.greeted = True
                self._beat = float(frame.get("heartbeat_seconds") or FIRST_BEAT_SECONDS)
                await self._subscribe(socket, self._known.since)
            case "ping":
                self.lasted = True
                await socket.send('{"type":"pong"}')
            case "bye":
                self._bye_seconds = float(frame.get("after_ms") or 0) / 1000
                await socket.close()
            case "error":
                problem = Refused(frame.get("problem") or {})
                # A problem of the server's own is one to come back from.
                raise problem if problem.status < 500 else ConnectionError(str(problem))
            case kind:  # perhaps of a later version
                if frame.get("topic") != self._topic or (self._awaits_all and kind != "snapshot"):
                    return False  # what was on its way before the answer
                self._awaits_all = False
                try:
                    return self._known.take(unpacked(frame))
                except _Gap:
                    await self._subscribe(socket, None)
        return False

    async def _subscribe(self, socket: ClientConnection, since: str | None) -> None:
        self._requests, self._awaits_all = self._requests + 1, since is None
        told: dict[str, Any] = {"type": "subscribe", "id": self._requests, "topic": self._topic}
        await socket.send(json.dumps({**told, "since": since} if since else told))


class _Job:
    """`job:`"""

    _snapshot: Snapshot | None = None

    @property
    def since(self) -> str | None:
        return f"{self._snapshot.epoch}:{self._snapshot.seq}" if self._snapshot else None

    def take(self, frame: dict[str, Any]) -> bool:
        if frame["type"] == "snapshot":
            self._snapshot = _adopted(self._snapshot, frame, frame["seq"])
            return True
        after = _patched(self._snapshot, frame) if frame["type"] == "patch" else None
        self._snapshot = after or self._snapshot
        return after is not None

    def shown(self) -> Snapshot:
        assert self._snapshot is not None
        return self._snapshot


class _Value:
    """`batch:`, `admin:workers` and `records`, always told from the beginning."""

    since: str | None = None
    _value: dict[str, Any] | None = None

    def take(self, frame: dict[str, Any]) -> bool:
        if frame["type"] == "snapshot":
            self._value = frame["value"]
        elif frame["type"] == "patch" and self._value is not None:
            self._value = apply_value(self._value, frame["set"])
        else:
            return False
        return True

    def shown(self) -> dict[str, Any]:
        return self._value or {}


class _List:
    """`jobs?…` and `admin:jobs?…`, always told from the beginning."""

    since: str | None = None

    def __init__(self) -> None:
        self._jobs: dict[str, Snapshot] = {}
        self._before: dict[str, Snapshot] = {}
        self._order: list[str] = []
        self._counts: dict[str, int] = {}
        self._more = False

    def take(self, frame: dict[str, Any]) -> bool:
        job_id = str(frame.get("job_id"))
        match frame["type"]:
            case "snapshot":
                self._before, self._jobs, self._order = self._jobs, {}, []
                self._counts, self._more = frame["counts"], bool(frame.get("more"))
            case "card":
                known = self._jobs.get(job_id) or self._before.pop(job_id, None)
                self._jobs[job_id] = _adopted(known, frame, frame["seq"][1])
                self._order = [each for each in self._order if each != job_id]
                self._order.insert(int(frame.get("place") or 0), job_id)
            case "patch":
                after = _patched(self._jobs.get(job_id), frame)
                self._jobs |= {job_id: after} if after else {}
                return after is not None
            case "gone" if job_id in self._jobs:
                del self._jobs[job_id]
                self._order.remove(job_id)
            case "counts":
                self._counts, self._more = frame["counts"], bool(frame.get("more", self._more))
            case _:
                return False
        return True

    def shown(self) -> Jobs:
        return Jobs(tuple(self._jobs[each] for each in self._order), self._counts, self._more)


def _adopted(known: Snapshot | None, frame: dict[str, Any], seq: int) -> Snapshot:
    """The frame's snapshot. Within a run percent stays where it was at least, also across snapshots and epochs."""
    fresh = Snapshot(frame["job_id"], frame["epoch"], seq, frame["run"], frame["value"])
    if known is None or known.run != fresh.run or known.percent <= fresh.percent:
        return fresh
    return replace(fresh, value={**fresh.value, "percent": known.value["percent"]})


def _patched(known: Snapshot | None, frame: dict[str, Any]) -> Snapshot | None:
    """The job after the frame; None for one that is known already. Raises _Gap when it does not follow."""
    first, last = frame["seq"]
    if known is None or frame["epoch"] != known.epoch or first > known.seq + 1:
        raise _Gap
    return apply(known, frame) if last > known.seq else None


def _socket_url(url: str) -> str:
    parts = urlsplit(url if "://" in url else f"http://{url}")
    scheme = {"http": "ws", "https": "wss"}.get(parts.scheme, parts.scheme)
    return urlunsplit((scheme, parts.netloc, parts.path.rstrip("/").removesuffix("/ws") + "/ws", "", ""))


def _raise_if_final(lost: BaseException) -> None:
    """Raises where coming back would lead to the same."""
    closed = lost.rcvd if isinstance(lost, ConnectionClosed) else None
    if closed and closed.code == 4001:
        raise SignInNeeded(closed.reason) from lost
    if closed and 4000 <= closed.code < 4100:
        raise Refused({"code": f"closed_{closed.code}", "detail": closed.reason}) from lost
    status = lost.response.status_code if isinstance(lost, InvalidStatus) else 500
    if status in (401, 403, 404):
        raise Refused({"code": f"http_{status}", "status": status, "detail": str(lost)}) from lost
