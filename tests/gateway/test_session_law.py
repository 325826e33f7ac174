"""However slow a reader is and whatever it asks for meanwhile: what it ends with is the truth."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from service.gateway.outbox import JobOutbox, ListOutbox, Outbox, ValueOutbox
from service.gateway.pace import Pace
from service.gateway.session import Session, Unwatch, Watch
from service.gateway.views.fan import Fan
from service.gateway.views.value import ShownValue
from service.protocol import written
from service.protocol.patch import Patch, apply, card_patch
from service.protocol.snapshot import Snapshot, card
from service.protocol.values import without_nulls
from service.protocol.written import Written
from tests.support.reader import Reader

JOBS = [f"00000000-0000-7000-8000-00000000000{n}" for n in range(4)]
LIST, BATCH = "jobs", f"batch:{JOBS[0]}"

_scalars = st.one_of(st.integers(0, 9), st.text("ab", max_size=2))
_changes = st.fixed_dictionaries(
    {},
    optional={
        "state": st.sampled_from(["queued", "processing", "failed", "completed"]),
        "detail": st.one_of(st.none(), st.dictionaries(st.sampled_from("xy"), _scalars)),
        "percent": st.integers(0, 100),
        "pages": st.dictionaries(st.sampled_from("123"), st.one_of(st.none(), _scalars), max_size=3),
        "warnings": st.dictionaries(st.sampled_from("12"), st.one_of(st.none(), _scalars), max_size=2),
    },
)
_steps = st.one_of(
    st.tuples(st.just("change"), st.sampled_from(JOBS), _changes),
    st.tuples(st.just("change"), st.just(JOBS[0]), _changes),
    st.tuples(st.just("new_run"), st.sampled_from(JOBS), st.integers(0, 50)),
    st.tuples(st.just("new_epoch"), st.sampled_from(JOBS)),
    st.tuples(st.just("enter"), st.sampled_from(JOBS)),
    st.tuples(st.just("leave"), st.sampled_from(JOBS)),
    st.tuples(st.just("batch"), st.dictionaries(st.sampled_from("ab"), st.one_of(st.none(), _scalars))),
    st.tuples(st.just("read"), st.sampled_from([1, 2, 3, 100])),
    st.tuples(st.just("quick"), st.booleans()),
    st.tuples(st.just("time"), st.sampled_from([0.02, 0.2])),
    st.tuples(st.just("again"), st.sampled_from([*(f"job:{each}" for each in JOBS), LIST, BATCH])),
    st.tuples(st.just("stop"), st.sampled_from([*(f"job:{each}" for each in JOBS), LIST, BATCH])),
)


class World:
    """The truth, views as plain as can be, one session, and the reader at its other end, whose line may take frames at
    once."""

    def __init__(self) -> None:
        self.now = 0.0
        self.truth = {
            each: Snapshot(each, "e0", 0, 1, {"state": "queued", "percent": 0, "pages": {}}) for each in JOBS
        }
        self.listed = {JOBS[0], JOBS[2]}
        self.paces = {"job": Pace(), "list": Pace()}
        self.value = ShownValue(BATCH)
        self.batch: dict[str, Any] = {"jobs": {}}
        self.fans = {each: Fan() for each in JOBS}
        self.session = Session(0.0, 10.0, 1000, 600)
        self.session.wake, self.session.put = self._hold, self._put
        self.is_quick, self.is_held = False, True
        self.outboxes: dict[str, Outbox] = {}
        self.reader = Reader()
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
        self.is_quick = is_quick

    def _hold(self) -> None:
        self.is_held = True

    def _put(self, frame: Written) -> bool:
        if self.is_held or not self.is_quick:
            return False
        self.reader.take(orjson.loads(frame.payload))
        return True

    def read(self, frames: int) -> None:
        for _ in range(frames):
            frame = self.session.take()
            if frame is None:
                self.is_held = False
                return
            self.reader.take(orjson.loads(frame.payload))

    def subscribe(self, topic: str) -> None:
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
                    outbox = self.outboxes.pop(subscription.name)
                    if isinstance(outbox, ValueOutbox):
                        self.value.detach(outbox)
                    elif isinstance(outbox, JobOutbox):
                        self.fans[subscription.name.removeprefix("job:")].leave(outbox)
                case Watch(subscription):
                    outbox = self.outboxes[subscription.name] = subscription.outbox
                    self._begin(outbox, subscription.name, subscription.since)

    def _begin(self, outbox: Outbox, topic: str, since: tuple[str, int] | None) -> None:
        match outbox:
            case JobOutbox():
                known = self.truth[topic.removeprefix("job:")]
                if since == (known.epoch, known.seq):
                    outbox.resume(known.epoch, known.seq, None)
                else:
                    outbox.begin(known, self._job_frame(known.job_id))
                self.fans[known.job_id].join(outbox)
            case ListOutbox():
                frame = written.list_snapshot(LIST, {"total": 0}, more=False)
                outbox.begin(self, frame, sorted(self.listed, reverse=True))
            case ValueOutbox():
                self.value.attach(outbox)
            case _:
                raise AssertionError(outbox)

    def _job_frame(self, job_id: str) -> Written:
        return written.job_snapshot(f"job:{job_id}", self.truth[job_id], "first")

    def _pass_on_job(self, patch: Patch) -> None:
        frame = written.job_patch(f"job:{patch.job_id}", patch)
        assert self.fans[patch.job_id].pass_on(patch, frame) == []

    def _pass_on_list(self, patch: Patch) -> None:
        if isinstance(outbox := self.outboxes.get(LIST), ListOutbox):
            outbox.offer(patch, written.job_patch(LIST, patch))


def walk(world: World, steps: list[tuple[Any, ...]]) -> None:
    for name, *given_ in steps:
        match name:
            case "again":
                world.subscribe(*given_)
            case "stop":
                world.unsubscribe(*given_)
            case "batch":
                world.change_batch(*given_)
            case _:
                getattr(world, name)(*given_)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([0, 5, 100]), st.lists(_steps, max_size=60))
def test_a_reader_ends_with_the_truth_and_never_sees_a_gap(begin: int, steps: list[tuple[Any, ...]]) -> None:
    world = World()
    topics = [*(f"job:{each}" for each in JOBS), LIST, BATCH]
    for topic in topics:
        world.subscribe(topic)
    world.read(begin)
    walk(world, steps)
    for topic in topics:
        if topic not in world.session.subscriptions:
            world.subscribe(topic)
    world.time(1.0)
    world.read(10_000)

    assert world.reader.gaps == []
    for job_id in JOBS:
        known, truth = world.reader.job(f"job:{job_id}"), world.truth[job_id]
        assert known and (known.epoch, known.run, known.value) == (truth.epoch, truth.run, truth.value)
    assert world.reader.lists[LIST] == sorted(world.listed, reverse=True)
    assert world.reader.shown(LIST) == {
        each: card(world.truth[each].value) for each in world.reader.lists[LIST]
    }
    assert world.reader.values[BATCH] == world.batch or world.batch == {"jobs": {}}


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.just("change"), st.sampled_from(JOBS), _changes), min_size=50, max_size=120))
def test_what_waits_for_a_reader_that_does_not_read_does_not_grow(steps: list[tuple[Any, ...]]) -> None:
    """A snapshot and one patch a job, one card or patch a job of the list: whatever happened meanwhile."""
    world = World()
    for topic in (*(f"job:{each}" for each in JOBS), LIST):
        world.subscribe(topic)
    for step in steps:
        walk(world, [step, ("time", 0.2)])
    frames = 0
    while world.session.take() is not None:
        frames += 1
    assert frames <= 1 + 2 * len(JOBS) + 1 + len(world.listed)
