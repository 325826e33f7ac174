"""However slow a reader is, whatever it asks for and however often its link is lost: what it shows once it has read all
is the truth, and on the way it never sees a gap."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.support.examples import examples
from tests.support.session_world import JOBS, LIST, TOPICS, SessionWorld

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
_jobs = st.sampled_from([*JOBS, JOBS[0], JOBS[0]])
_topics = st.sampled_from(TOPICS)
_hostile = st.one_of(
    st.sampled_from(
        [
            '{"type":"pong"}',
            '{"type":"subscribe"}',
            '{"type":"subscribe","id":1,"topic":"job:","since":"x"}',
            '{"type":"subscribe","id":1,"topic":"jobs?limit=50"}',
            '{"type":"unsubscribe","topic":"jobs?limit=1"}',
            '{"type":"what"}',
            "[]",
            "{",
            "x" * 5000,
        ]
    ),
    st.text(max_size=20),
)


class SessionMachine(RuleBasedStateMachine):
    """Any interleaving of what the service tells, what the reader sends and reads, and what the link loses."""

    def __init__(self) -> None:
        super().__init__()
        self.world = SessionWorld()

    @initialize(topics=st.sets(_topics), frames=st.sampled_from([0, 5, 100, 100]), is_quick=st.booleans())
    def begin(self, topics: set[str], frames: int, is_quick: bool) -> None:
        for topic in sorted(topics):
            self.world.subscribe(topic)
        self.world.read(frames)
        self.world.quick(is_quick)

    @rule(job=_jobs, changed=_changes)
    def change(self, job: str, changed: dict[str, Any]) -> None:
        self.world.change(job, changed)

    @rule(job=_jobs, changes=st.lists(_changes, min_size=2, max_size=9))
    def change_much(self, job: str, changes: list[dict[str, Any]]) -> None:
        for changed in changes:
            self.world.change(job, changed)

    @rule(job=_jobs, percent=st.integers(0, 50))
    def new_run(self, job: str, percent: int) -> None:
        self.world.new_run(job, percent)

    @rule(job=_jobs)
    def new_epoch(self, job: str) -> None:
        self.world.new_epoch(job)

    @rule(job=_jobs)
    def enter(self, job: str) -> None:
        self.world.enter(job)

    @rule(job=_jobs)
    def leave(self, job: str) -> None:
        self.world.leave(job)

    @rule(changed=st.dictionaries(st.sampled_from("ab"), st.one_of(st.none(), _scalars)))
    def change_batch(self, changed: dict[str, Any]) -> None:
        self.world.change_batch(changed)

    @rule(frames=st.sampled_from([1, 2, 3, 100]))
    def read(self, frames: int) -> None:
        self.world.read(frames)

    @rule(is_quick=st.booleans())
    def quick(self, is_quick: bool) -> None:
        self.world.quick(is_quick)

    @rule(room=st.sampled_from([1, 100, 1000]))
    def tight(self, room: int) -> None:
        self.world.tight(room)

    @rule(job=_jobs, changes=st.lists(_changes, min_size=2, max_size=4), is_quick=st.booleans())
    def flow(self, job: str, changes: list[dict[str, Any]], is_quick: bool) -> None:
        """The reader has read all, and gets what follows at once, until it is slow again."""
        self.world.quick(True)
        self.world.read(10_000)
        for changed in changes:
            self.world.change(job, changed)
            self.world.time(0.2)
        self.world.quick(is_quick)

    @rule(seconds=st.sampled_from([0.02, 0.2]))
    def time(self, seconds: float) -> None:
        self.world.time(seconds)

    @rule(topic=_topics)
    def subscribe(self, topic: str) -> None:
        self.world.subscribe(topic)

    @rule(topic=_topics)
    def unsubscribe(self, topic: str) -> None:
        self.world.unsubscribe(topic)

    @rule(on_their_way=st.sampled_from([0, 1, 3, 100]))
    def lose(self, on_their_way: int) -> None:
        self.world.lose(on_their_way)

    @rule(text=_hostile)
    def say(self, text: str) -> None:
        self.world.say(text)

    @rule(seconds=st.sampled_from([0.5, 11.0, 21.0]))
    def beat(self, seconds: float) -> None:
        self.world.beat(seconds)

    @rule()
    def settle(self) -> None:
        self.world.time(1.0)
        self.world.read(10_000)
        assert self.world.faults() == []

    @invariant()
    def nothing_was_missed(self) -> None:
        assert self.world.reader.gaps == []
        assert self.world.reader.repeated == [] or self.world.asked_again

    def teardown(self) -> None:
        for topic in TOPICS:
            if topic not in self.world.session.subscriptions:
                self.world.subscribe(topic)
        self.settle()
        self.nothing_was_missed()


def test_a_reader_ends_with_the_truth_and_never_sees_a_gap() -> None:
    run_state_machine_as_test(
        SessionMachine, settings=settings(max_examples=examples(60), stateful_step_count=40, deadline=None)
    )


@settings(max_examples=examples(25), deadline=None)
@given(st.lists(st.tuples(st.sampled_from(JOBS), _changes), min_size=50, max_size=120))
def test_what_waits_for_a_reader_that_does_not_read_does_not_grow(
    changes: list[tuple[str, dict[str, Any]]],
) -> None:
    """A snapshot and one patch a job, one card or patch a job of the list: whatever happened meanwhile."""
    world = SessionWorld()
    for topic in (*(f"job:{each}" for each in JOBS), LIST):
        world.subscribe(topic)
    for job, changed in changes:
        world.change(job, changed)
        world.time(0.2)
    frames = 0
    while world.session.take() is not None:
        frames += 1
    assert frames <= 1 + 2 * len(JOBS) + 1 + len(world.listed)
