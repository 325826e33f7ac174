"""A session in a world without sockets: the truth and its views, and a reader whose link is slow, quick or lost."""

import math
from collections.abc import Iterator
from functools import reduce
from itertools import count
from typing import Any

import orjson

from service.gateway.outbox import JobOutbox, ListOutbox, Outbox, ValueOutbox
from service.gateway.pace import Pace
from service.gateway.session import Session, Unwatch, Watch
from service.gateway.views.fan import Fan
from service.gateway.views.value import ShownValue
from service.protocol import written
from service.protocol.patch import Patch, apply, card_patch, merge
from service.protocol.snapshot import Snapshot, card
from service.protocol.values import without_nulls
from service.protocol.written import Written
from tests.support.memory_line import Kernel, MemoryLine
from tests.support.reader import Reader

JOBS = [f"00000000-0000-7000-8000-00000000000{n}" for n in range(4)]
LIST, BATCH = "jobs", f"batch:{JOBS[0]}"
TOPICS = [*(f"job:{each}" for each in JOBS), LIST, BATCH]
KEPT = 6
"""So many patches of a job can be had one by one."""


class SessionWorld:
    """The truth, views as plain as can be, one session after the other, and the reader at its end, whose line takes so
    many bytes at once as there is room for, and may be lost with all that is on its way."""

    def __init__(self) -> None:
        self.now = 0.0
        self.truth = {
            each: Snapshot(each, "e0", 0, 1, {"state": "queued", "percent": 0, "pages": {}}) for each in JOBS
        }
        self.listed = {JOBS[0], JOBS[2]}
        self.paces = {"job": Pace(), "list": Pace()}
        self.value = ShownValue(BATCH)
        self.batch: dict[str, Any] = {"jobs": {}}
        self.kernel = Kernel()
        self.fans = {each: Fan(self.kernel.write) for each in JOBS}
        self.history: dict[str, list[Patch]] = {each: [] for each in JOBS}
        self.room: float = 0
        self.reader = Reader()
        self.asked_again = False
        self.session = self._linked()
        self.outboxes: dict[str, Outbox] = {}
        self.epochs: Iterator[int] = count(1)
        self.requests: Iterator[int] = count(1)

    def shown(self, job_id: str) -> Snapshot | None:
        if job_id not in self.listed:
            return None
        truth = self.truth[job_id]
        return Snapshot(job_id, truth.epoch, truth.seq, truth.run, card(truth.value))

    def card_frame(self, job_id: str, place: int) -> Written:
        known = self.shown(job_id)
        assert known is not None
        return written.card(LIST, known, place)

    def change(self, job_id: str, changed: dict[str, Any], *, run: int | None = None) -> None:
        known = self.truth[job_id]
        patch = Patch(job_id, known.epoch, known.seq + 1, known.seq + 1, run or known.run, changed)
        self.truth[job_id] = apply(known, patch)
        self.history[job_id] = [*self.history[job_id], patch][-KEPT:]
        if ready := self.paces["job"].offer(patch, self.now):
            self._pass_on_job(ready)
        if job_id in self.listed:
            shown = card_patch(patch)
            if ready := self.paces["list"].offer(shown, self.now, worth_showing=bool(shown.set)):
                self._pass_on_list(ready)

    def new_run(self, job_id: str, percent: int) -> None:
        self.change(job_id, {"percent": percent, "state": "queued"}, run=self.truth[job_id].run + 1)

    def new_epoch(self, job_id: str) -> None:
        known = self.truth[job_id]
        self.truth[job_id] = Snapshot(job_id, f"e{next(self.epochs)}", 1, known.run, known.value)
        self.history[job_id].clear()
        for pace in self.paces.values():
            pace.forget(job_id)
        for outbox in self.fans[job_id]:
            outbox.begin(self.truth[job_id], self._job_frame(job_id))
        if job_id in self.listed and isinstance(outbox := self.outboxes.get(LIST), ListOutbox):
            outbox.enter(job_id)

    def enter(self, job_id: str) -> None:
        self.listed.add(job_id)
        if isinstance(outbox := self.outboxes.get(LIST), ListOutbox):
            outbox.enter(job_id)

    def leave(self, job_id: str) -> None:
        self.listed.discard(job_id)
        self.paces["list"].forget(job_id)
        if isinstance(outbox := self.outboxes.get(LIST), ListOutbox):
            outbox.leave(job_id)

    def change_batch(self, changed: dict[str, Any]) -> None:
        self.batch = without_nulls({**self.batch, **changed, "jobs": {**self.batch["jobs"], **changed}})
        self.value.become(self.batch)

    def time(self, seconds: float) -> None:
        self.now += seconds
        for patch in self.paces["job"].due(self.now):
            self._pass_on_job(patch)
        for patch in self.paces["list"].due(self.now):
            self._pass_on_list(patch)

    def quick(self, is_quick: bool) -> None:
        self.tight(math.inf if is_quick else 0)

    def tight(self, room: float) -> None:
        """So many bytes go out from one reading to the next."""
        self.room = self.line.room = room

    def read(self, frames: int) -> None:
        self.line.read_kept()
        self.line.room = self.room
        for _ in range(frames):
            frame = self.session.take()
            if frame is None:
                self.line.is_held = False
                return
            self.reader.take(orjson.loads(frame.payload))

    def lose(self, on_their_way: int) -> None:
        """The link breaks, and so many frames with it that were sent; the reader comes back with what it has."""
        for _ in range(on_their_way):
            if self.session.take() is None:
                break
        topics = list(self.session.subscriptions)
        self.line.end()
        for topic, outbox in self.outboxes.items():
            self._forget(topic, outbox)
        self.outboxes.clear()
        self.session = self._linked()
        for topic in topics:
            self.subscribe(topic)

    def say(self, text: str) -> None:
        """The reader sends this, whatever it is; a session that it ends is followed by another."""
        self.session.received(text, self.now)
        self._do_what_is_asked()
        self._come_back_if_closed()

    def beat(self, seconds: float) -> None:
        """So much time passes for the heart."""
        self.now += seconds
        self.session.tick(self.now, written.ping(self.now))
        self._come_back_if_closed()

    def _come_back_if_closed(self) -> None:
        if self.session.closing is not None:
            self.lose(0)

    def _linked(self) -> Session:
        session = Session(self.now, 10.0, 1000, 600)
        self.line = MemoryLine(self.kernel, self.reader)
        self.line.room = self.room
        session.wake, session.way = self.line.hold, self.line
        return session

    def subscribe(self, topic: str) -> None:
        """Also to what the reader is subscribed to: it may then be told again what is on its way to it."""
        self.asked_again = self.asked_again or topic in self.session.subscriptions
        told = {"type": "subscribe", "id": next(self.requests), "topic": topic}
        if since := self.reader.since(topic):
            told["since"] = since
        self.session.received(orjson.dumps(told).decode(), self.now)
        self._do_what_is_asked()

    def unsubscribe(self, topic: str) -> None:
        self.session.received(orjson.dumps({"type": "unsubscribe", "topic": topic}).decode(), self.now)
        self._do_what_is_asked()

    def _do_what_is_asked(self) -> None:
        while self.session.asks:
            match self.session.asks.pop(0):
                case Unwatch(subscription):
                    self._forget(subscription.name, self.outboxes.pop(subscription.name))
                case Watch(subscription):
                    outbox = self.outboxes[subscription.name] = subscription.outbox
                    self._begin(outbox, subscription.name, subscription.since)

    def _forget(self, topic: str, outbox: Outbox) -> None:
        if isinstance(outbox, ValueOutbox):
            self.value.detach(outbox)
        elif isinstance(outbox, JobOutbox):
            self.fans[topic.removeprefix("job:")].leave(outbox)

    def _begin(self, outbox: Outbox, topic: str, since: tuple[str, int] | None) -> None:
        match outbox:
            case JobOutbox():
                known = self.truth[topic.removeprefix("job:")]
                if not self._resumed(outbox, known, since):
                    outbox.begin(known, self._job_frame(known.job_id))
                self.fans[known.job_id].join(outbox)
            case ListOutbox():
                frame = written.list_snapshot(LIST, {"total": 0}, more=False)
                outbox.begin(self, frame, sorted(self.listed, reverse=True))
            case ValueOutbox():
                self.value.attach(outbox)
            case _:
                raise AssertionError(outbox)

    def _resumed(self, outbox: JobOutbox, known: Snapshot, since: tuple[str, int] | None) -> bool:
        if since is None or since[0] != known.epoch:
            return False
        missed = [each for each in self.history[known.job_id] if each.first > since[1]]
        if len(missed) != known.seq - since[1]:
            return False
        outbox.resume(*since, reduce(merge, missed) if missed else None)
        return True

    def _job_frame(self, job_id: str) -> Written:
        return written.job_snapshot(f"job:{job_id}", self.truth[job_id], "first")

    def _pass_on_job(self, patch: Patch) -> None:
        frame = written.job_patch(f"job:{patch.job_id}", patch)
        assert self.fans[patch.job_id].pass_on(patch, frame) == []

    def _pass_on_list(self, patch: Patch) -> None:
        if isinstance(outbox := self.outboxes.get(LIST), ListOutbox):
            outbox.offer(patch, written.job_patch(LIST, patch))

    def faults(self) -> list[str]:
        """Once all has been read: what the reader shows otherwise than it is, of what it is subscribed to."""
        found: list[str] = []
        for job_id in JOBS:
            known, truth = self.reader.job(f"job:{job_id}"), self.truth[job_id]
            if f"job:{job_id}" in self.session.subscriptions and _shown(known) != _shown(truth):
                found.append(f"{known} is not {truth}")
        if LIST in self.session.subscriptions:
            wanted = {each: card(self.truth[each].value) for each in sorted(self.listed, reverse=True)}
            if list(shown := self.reader.shown(LIST)) != list(wanted) or shown != wanted:
                found.append(f"{shown} is not {wanted}")
        shown = self.reader.values.get(BATCH)
        if BATCH in self.session.subscriptions and self.batch not in (shown, {"jobs": {}}):
            found.append(f"{shown} is not {self.batch}")
        return found


def _shown(snapshot: Snapshot | None) -> tuple[Any, ...] | None:
    """All but seq: a change that shows nothing is told with the next."""
    return None if snapshot is None else (snapshot.epoch, snapshot.run, snapshot.value)
