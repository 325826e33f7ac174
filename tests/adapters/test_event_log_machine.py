"""Whatever is appended, seeded, wiped or moved to another server: the log equals its model, and whoever follows its
patches stands where its snapshot stands."""

import asyncio
from functools import reduce
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from redis import Redis

from service.adapters.event_log import EventLog, Outcome
from service.adapters.events import RowPatch, StepFacts
from service.adapters.keys import job_keys
from service.domain.job import JobState
from service.domain.json import JsonObject
from service.protocol.patch import Patch, adopt, apply, fits, merge
from service.protocol.snapshot import MAP_FIELDS, PagesCode, Snapshot
from tests.support.event_log import JOB, facts, row, seed
from tests.support.event_log_model import CLOCKED, EventLogModel
from tests.support.redis_server import connected

at_work = st.sampled_from(["queued", "processing", "processing", "pausing"])
states = at_work | at_work | at_work | st.sampled_from([str(state) for state in JobState])
scalars = st.none() | st.sampled_from([1, 2.5, "a", 'quo"te', "slash/", {"code": "c", "params": {"n": 1}}])
entries = st.dictionaries(st.sampled_from(["a", "b/c", 'd"e', "é"]), st.sampled_from([1, "x", {"size": 2}]))
codes = st.sampled_from([route + state for route in PagesCode.ROUTES for state in PagesCode.STATES])
pages = st.dictionaries(st.integers(1, 5).map(str), codes, max_size=3)
lines = st.lists(st.integers(0, 99), max_size=3) | st.just(list(range(150)))
costs = st.integers(0, 3000)
percents = st.floats(0, 100) | st.just(0.0)
step_names = st.sampled_from(["s1", "s2", "s3"])
plain = st.fixed_dictionaries({}, optional={"detail": scalars, "phase": scalars})
row_fields = st.fixed_dictionaries(
    {},
    optional={
        "state": states,
        "percent": percents,
        "error": scalars,
        "detail": scalars,
        "artifacts": entries,
        "warnings": entries,
        "counters": st.dictionaries(st.sampled_from(["pages_total", "steps_done"]), st.none() | costs),
    },
)


class EventLogMachine(RuleBasedStateMachine):
    """Redis's log beside its model, and a reader who has followed since the log was first seen."""

    given_rows: Bundle[RowPatch] = Bundle("given_rows")
    given_facts: Bundle[StepFacts] = Bundle("given_facts")

    def __init__(self, url: str) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.log = EventLog(url)
        self.redis: Redis = connected(url)
        self.redis.flushall()
        self.model = EventLogModel()
        self.revision = 1
        self.reader: Snapshot | None = None
        self.appends = 0

    def teardown(self) -> None:
        self.runner.run(self.log.close())
        self.runner.close()
        self.redis.close()

    @rule(
        target=given_rows,
        fields=row_fields,
        begins=st.sampled_from([0, 0, 0, 0, 1]),
        total=costs | st.none(),
        done=costs,
        lines=lines,
        pages=pages | st.just({}),
    )
    def row(
        self,
        fields: JsonObject,
        begins: int,
        total: int | None,
        done: int,
        lines: list[int],
        pages: dict[str, str],
    ) -> RowPatch:
        self.revision += 1
        run = max(1, self.model.run) + begins
        given = row(self.revision, run, total or 1000, done, tuple(lines), pages, **fields)
        return self.append_row(given)

    @rule(given=given_rows)
    def row_again(self, given: RowPatch) -> None:
        self.append_row(given)

    @rule(
        target=given_facts,
        done=st.integers(0, 1000),
        step=step_names,
        attempt=st.sampled_from([1, 1, 1, 2, 3]),
        behind=st.sampled_from([0, 0, 0, 0, 1, -1]),
        ended=st.booleans(),
        fields=plain,
        pages=pages,
        lines=lines,
    )
    def facts(self, behind: int, fields: JsonObject, lines: list[int], **facts_of: Any) -> StepFacts:
        given = facts(run=max(1, self.model.run) - behind, log=tuple(lines), **facts_of, **fields)
        return self.append_facts(given)

    @rule(given=given_facts)
    def facts_again(self, given: StepFacts) -> None:
        self.append_facts(given)

    @precondition(lambda self: self.appends >= 6)
    @rule(
        behind=st.sampled_from([0, 0, 1]),
        steps=st.dictionaries(step_names, st.tuples(st.integers(0, 2), st.integers(0, 500), st.booleans())),
        total=costs,
        done=costs,
        percent=percents,
        state=states,
        artifacts=entries,
        pages=pages,
        lines=lines,
    )
    def seed(self, behind: int, lines: list[int], **seed_of: Any) -> None:
        self.revision += 1
        self.appends = 0
        log = {str(number): line for number, line in enumerate(lines, start=3)}
        given = seed(self.revision - behind, max(1, self.model.run), log=log, **seed_of)
        assert self.runner.run(self.log.seed(given)) == self.model.seed(given)

    @initialize(state=at_work)
    def begin(self, state: str) -> None:
        self.seed_anew(state)

    @precondition(lambda self: self.appends >= 6)
    @rule(wiped=st.booleans(), state=at_work, appended_first=st.booleans())
    def lose(self, wiped: bool, state: str, appended_first: bool) -> None:
        """Redis is wiped, or comes back with what another server wrote. Sometimes others append before it is seeded."""
        self.appends = 0
        if wiped:
            self.redis.flushall()
            self.model.wiped()
        else:
            epoch = str(self.redis.hget(job_keys(JOB).main, "_epoch"))
            self.redis.hset(job_keys(JOB).main, "_epoch", epoch.partition(".")[0] + "." + "0" * 40)
            self.model.moved()
        if appended_first:
            self.append_facts(facts(1))
            self.append_row(row(self.revision + 1))
        self.seed_anew(state)

    def seed_anew(self, state: str) -> None:
        given = seed(self.revision, max(1, self.model.run), state=state)
        assert self.runner.run(self.log.seed(given))
        assert self.model.seed(given)

    def append_row(self, given: RowPatch) -> RowPatch:
        self.appends += 1
        assert self.runner.run(self.log.append_row(given)) is self.model.append_row(given)
        return given

    def append_facts(self, given: StepFacts) -> StepFacts:
        self.appends += 1
        outcome = self.runner.run(self.log.append_facts(given))
        assert outcome is self.model.append_facts(given)
        assert outcome is not Outcome.UNCHANGED
        return given

    @invariant()
    def the_log_equals_its_model(self) -> None:
        snapshot = self.snapshot()
        assert (snapshot is not None) == self.model.of_this_server
        if snapshot is None:
            return
        value = {name: each for name, each in snapshot.value.items() if name not in CLOCKED}
        assert value == self.model.value
        assert (snapshot.seq, snapshot.run) == (self.model.seq, self.model.run)
        assert value.keys() >= MAP_FIELDS

    @invariant()
    def who_follows_the_patches_stands_where_the_snapshot_stands(self) -> None:
        snapshot = self.snapshot()
        if snapshot is None:
            return
        known, self.reader = self.reader, adopt(self.reader, snapshot)
        if known is None or known.epoch != snapshot.epoch:
            return
        patches = self.runner.run(self.log.since(JOB, known.epoch, known.seq))
        assert patches is not None
        assert [(each.first, each.last) for each in patches] == [
            (seq, seq) for seq in range(known.seq + 1, snapshot.seq + 1)
        ]
        if patches:
            self.reader = self.followed(known, patches)
            assert (
                self.reader.value.get("percent", 0) >= known.value.get("percent", 0)
                or self.reader.run > known.run
            )
            assert self.reader == adopt(known, snapshot)

    def followed(self, known: Snapshot, patches: list[Patch]) -> Snapshot:
        """One by one, or merged into one: the same."""
        reached = known
        for patch in patches:
            assert fits(reached, patch)
            reached = apply(reached, patch)
        assert apply(known, reduce(merge, patches)) == reached
        return reached

    def snapshot(self) -> Snapshot | None:
        return self.runner.run(self.log.snapshot(JOB))


def test_the_event_log_is_its_model(redis_url: str) -> None:
    class Machine(EventLogMachine):
        def __init__(self) -> None:
            super().__init__(redis_url)

    run_state_machine_as_test(
        Machine, settings=settings(max_examples=30, stateful_step_count=30, deadline=None)
    )
