"""Readers of one job, quick and slow ones in any mixture: each reads every patch, once, in order."""

import math
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.gateway.outbox import JobOutbox, Outbox
from service.gateway.views.fan import Fan
from service.protocol import written
from service.protocol.patch import Patch, apply, merge
from service.protocol.snapshot import Snapshot
from service.protocol.written import Written
from tests.support.memory_line import Kernel, MemoryLine
from tests.support.reader import Reader

JOB = "00000000-0000-7000-8000-000000000000"
TOPIC = f"job:{JOB}"
READERS = 3

_who = st.integers(0, READERS - 1)
_steps = st.one_of(
    st.tuples(st.just("change"), st.integers(1, 3), st.integers(0, 100)),
    st.tuples(st.just("change"), st.integers(1, 3), st.integers(0, 100)),
    st.tuples(st.just("miss"), st.integers(1, 2), st.integers(0, 100)),
    st.tuples(st.just("again"), st.just(0), st.just(0)),
    st.tuples(st.just("epoch"), st.just(0), st.just(0)),
    st.tuples(st.just("tight"), _who, st.sampled_from([0, 1, 300, 1000, math.inf])),
    st.tuples(st.just("read"), _who, st.just(0)),
    st.tuples(st.just("leave"), _who, st.just(0)),
    st.tuples(st.just("join"), _who, st.just(0)),
)


class Watcher:
    """One reader, its outbox and its line."""

    def __init__(self, kernel: Kernel) -> None:
        self.reader = Reader()
        self.outbox = JobOutbox(TOPIC, self)
        self.way = MemoryLine(kernel, self.reader)
        self.room: float = math.inf

    def ready(self, outbox: Outbox) -> None:
        self.way.hold()

    def read(self) -> None:
        self.way.read_kept()
        self.way.room = self.room
        while (frame := self.outbox.take()) is not None:
            self.reader.take(orjson.loads(frame.payload))
        self.way.is_held = False


class Job:
    """The truth, the fan and its watchers."""

    def __init__(self, kernel: Kernel | None = None) -> None:
        kernel = kernel or Kernel()
        self.truth = Snapshot(JOB, "e0", 0, 1, {"state": "queued", "percent": 0, "pages": {}})
        self.fan = Fan(kernel.write)
        self.watchers = [Watcher(kernel) for _ in range(READERS)]
        self.inside = set(range(READERS))
        self.last: Patch | None = None
        for each in self.watchers:
            self._join(each)

    def change(self, patches: int, value: int) -> None:
        """So many patches, merged, as the pace merges them."""
        whole: Patch | None = None
        for number in range(patches):
            seq = self.truth.seq + 1
            changed = {"eta_seconds": value, "pages": {str(1 + value % 7): f"{number}"}}
            patch = Patch(JOB, self.truth.epoch, seq, seq, 1, changed)
            self.truth = apply(self.truth, patch)
            whole = patch if whole is None else merge(whole, patch)
        assert whole is not None
        self.last = whole
        self._pass_on(whole)

    def miss(self, patches: int, value: int) -> None:
        """Patches that nobody was given, then one that follows them: all must begin again."""
        self.truth = Snapshot(
            JOB, self.truth.epoch, self.truth.seq + patches, 1, {"state": f"missed {value}", "percent": 0}
        )
        self.change(1, value)

    def again(self, *_: Any) -> None:
        if self.last is not None and self.last.epoch == self.truth.epoch:
            self._pass_on(self.last)

    def epoch(self, *_: Any) -> None:
        self.truth = Snapshot(JOB, f"{self.truth.epoch}+", 1, 1, self.truth.value)
        for outbox in self.fan:
            outbox.begin(self.truth, self._frame())

    def tight(self, who: int, room: float) -> None:
        """So many bytes go out from one reading to the next."""
        self.watchers[who].room = self.watchers[who].way.room = room

    def read(self, who: int, *_: Any) -> None:
        self.watchers[who].read()

    def leave(self, who: int, *_: Any) -> None:
        self.fan.leave(self.watchers[who].outbox)
        self.inside.discard(who)

    def join(self, who: int, *_: Any) -> None:
        if who not in self.inside:
            self.inside.add(who)
            self._join(self.watchers[who])

    def _join(self, watcher: Watcher) -> None:
        watcher.outbox = JobOutbox(TOPIC, watcher)
        watcher.outbox.begin(self.truth, self._frame())
        self.fan.join(watcher.outbox)

    def _pass_on(self, patch: Patch) -> None:
        before = self._told_outside()
        for outbox in self.fan.pass_on(patch, written.job_patch(TOPIC, patch)):
            outbox.begin(self.truth, self._frame())
        assert self._told_outside() == before, "who left is told nothing"

    def _told_outside(self) -> list[int]:
        return [each.reader.patches for who, each in enumerate(self.watchers) if who not in self.inside]

    def _frame(self) -> Written:
        return written.job_snapshot(TOPIC, self.truth, "first")


@settings(max_examples=300, deadline=None)
@given(st.lists(_steps, max_size=50))
def test_every_reader_ends_with_the_truth_without_a_gap_or_a_repetition(steps: list[tuple[Any, ...]]) -> None:
    job = Job()
    for name, *given_ in steps:
        getattr(job, name)(*given_)
    for number in range(READERS):
        job.join(number)
        job.read(number)
    for each in job.watchers:
        assert each.reader.gaps == each.reader.repeated == []
        assert each.reader.job(TOPIC) == job.truth


def test_who_has_read_all_is_written_to_at_once_and_who_has_not_gets_one_merged_patch() -> None:
    job = Job()
    job.read(0)
    job.read(1)
    for value in range(1, 20):
        job.change(1, value)
    assert job.watchers[0].reader.patches == job.watchers[1].reader.patches == 19
    job.tight(1, 0)
    for value in range(20, 30):
        job.change(1, value)
    job.read(1)
    job.read(2)
    assert [each.reader.patches for each in job.watchers] == [29, 21, 1], (
        "one was on its way, the rest merged"
    )
    assert all(each.reader.job(TOPIC) == job.truth for each in job.watchers)
    assert all(each.reader.reasons == ["first"] for each in job.watchers)


@pytest.mark.parametrize("room", [0, 1, 150])
def test_what_the_kernel_does_not_take_goes_first_and_the_next_patch_waits(room: int) -> None:
    job = Job()
    for number in range(READERS):
        job.read(number)
    job.change(1, 1)
    assert job.fan.in_step == READERS
    job.tight(1, room)
    job.change(1, 2)
    assert job.fan.in_step == READERS - 1
    job.change(1, 3)
    assert [each.reader.patches for each in job.watchers] == [3, 1, 3]
    job.tight(1, math.inf)
    job.read(1)
    assert [each.reader.patches for each in job.watchers] == [3, 3, 3]
    job.change(1, 4)
    assert job.fan.in_step == READERS, "it has caught up"
    assert all(each.reader.job(TOPIC) == job.truth for each in job.watchers)


def test_the_descriptor_of_a_line_that_has_ended_is_not_written_to_any_more() -> None:
    kernel = Kernel()
    jobs = [Job(kernel), Job(kernel)]
    line = jobs[1].watchers[0].way = jobs[0].watchers[0].way
    for job in jobs:
        job.read(0)
        job.change(1, 1)
        assert job.fan.in_step == 1
    line.end()
    another = MemoryLine(kernel, Reader())
    another.is_held = False
    assert another.descriptor == line.descriptor
    for job in jobs:
        job.change(1, 2)
        assert job.fan.in_step == 0
    assert not another.companies


def test_a_line_that_has_no_descriptor_is_written_to_all_the_same() -> None:
    job = Job()
    job.watchers[0].way.is_wrapped = True
    for number in range(READERS):
        job.read(number)
    for value in range(1, 5):
        job.change(1, value)
    assert job.fan.in_step == READERS - 1
    assert [each.reader.patches for each in job.watchers] == [4, 4, 4]
