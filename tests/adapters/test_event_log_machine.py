"""Whatever is appended, seeded, wiped or moved to another server: the log equals its model, and whoever follows its
patches stands where its snapshot stands."""

import asyncio
from collections.abc import Coroutine, Iterator, Sequence
from functools import reduce
from itertools import count
from typing import Any, TypeAlias

import pytest
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

from service.adapters import redis_link
from service.adapters.event_log import EventLog, Outcome
from service.adapters.events import RowPatch, Seed, StepFacts
from service.adapters.keys import job_keys
from service.domain.job import JobState
from service.domain.json import JsonObject
from service.protocol.patch import Patch, adopt, apply, fits, merge
from service.protocol.snapshot import MAP_FIELDS, PagesCode, Snapshot
from tests.support.event_log import JOB, facts, row, seed
from tests.support.event_log_model import CLOCKED, EventLogModel
from tests.support.examples import examples
from tests.support.redis_server import connected

Report: TypeAlias = tuple[str, int, bool, dict[str, str]]

at_work = st.sampled_from(["queued", "processing", "processing", "pausing"])
states = at_work | at_work | at_work | st.sampled_from([str(state) for state in JobState])
scalars = st.none() | st.sampled_from([1, 2.5, "a", 'quo"te', "slash/", {"code": "c", "params": {"n": 1}}])
entries = st.dictionaries(st.sampled_from(["a", "b/c", 'd"e', "é"]), st.sampled_from([1, "x", {"size": 2}]))
codes = st.sampled_from([route + state for route in PagesCode.ROUTES for state in PagesCode.STATES])
pages = st.dictionaries(st.integers(1, 5).map(str), codes, max_size=3)
chunks = st.dictionaries(st.integers(1, 3).map(str), st.sampled_from(["p0", "r1", "w1", "r2", "d2", "f3"]))
lines = st.lists(st.integers(0, 99), max_size=3) | st.just(list(range(150)))
costs = st.integers(0, 3000)
percents = st.floats(0, 100) | st.just(0.0)
step_names = st.sampled_from(["s1", "s2", "s3"])
several = st.lists(
    st.tuples(step_names, st.integers(0, 1000), st.booleans(), pages),
    min_size=2,
    max_size=3,
    unique_by=lambda report: report[0],
)
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
        "chunks": chunks,
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
        self.lines: Iterator[int] = count(10_000)

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

    @rule(reports=several, total=costs | st.none(), done=costs)
    def side_by_side(self, reports: list[Report], total: int | None, done: int) -> None:
        """Workers report steps of the job at once, and its plan may grow meanwhile."""
        before = self.snapshot()
        calls: list[RowPatch | StepFacts] = [self.report(each) for each in reports]
        if total is not None:
            self.revision += 1
            given = row(self.revision, max(1, self.model.run), total, done, (next(self.lines),))
            calls.append(given)
        self.appends += len(calls)
        outcomes = self.runner.run(self.at_once([self.append(each) for each in calls]))
        self.model_in_order(calls, outcomes, before.seq if before is not None else 0)

    @precondition(lambda self: self.appends >= 6)
    @rule(reports=several, state=at_work)
    def wiped_among_workers(self, reports: list[Report], state: str) -> None:
        """Redis is wiped while workers report: each finds that out by itself and seeds, and one of them does it."""
        self.appends = 0
        self.redis.flushall()
        self.model.wiped()
        given = seed(self.revision, max(1, self.model.run), state=state)
        calls = [self.report(each) for each in reports]
        outcomes = self.runner.run(self.at_once([self.seed_and_append(given, each) for each in calls]))
        assert self.model.seed(given)
        self.model_in_order(calls, outcomes, 1)

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

    def report(self, given: Report) -> StepFacts:
        """The facts, with a line that no others have: it tells where in the log they came."""
        step, done, ended, numbers = given
        return facts(done, step, 1, max(1, self.model.run), ended, numbers, (next(self.lines),))

    async def at_once(self, calls: list[Coroutine[Any, Any, Outcome]]) -> list[Outcome]:
        return await asyncio.gather(*calls)

    async def append(self, given: RowPatch | StepFacts) -> Outcome:
        if isinstance(given, RowPatch):
            return await self.log.append_row(given)
        return await self.log.append_facts(given)

    async def seed_and_append(self, seeded: Seed, given: StepFacts) -> Outcome:
        outcome = await self.log.append_facts(given)
        if outcome is not Outcome.SEED_NEEDED:
            return outcome
        await self.log.seed(seeded)
        return await self.log.append_facts(given)

    def model_in_order(
        self, calls: Sequence[RowPatch | StepFacts], outcomes: list[Outcome], seq: int
    ) -> None:
        """The same calls in the order in which the log took them. Those that it refused it would have refused at any
        time: each is of a step of its own."""
        by_line = {given.log[0]: (given, outcome) for given, outcome in zip(calls, outcomes, strict=True)}
        taken: list[tuple[RowPatch | StepFacts, Outcome]] = []
        snapshot = self.snapshot()
        if snapshot is not None:
            patches = self.runner.run(self.log.since(JOB, snapshot.epoch, seq))
            assert patches is not None
            for patch in patches:
                taken += [by_line.pop(line) for line in patch.set["log"].values() if line in by_line]
        for given, outcome in [*taken, *by_line.values()]:
            is_row = isinstance(given, RowPatch)
            expected = self.model.append_row(given) if is_row else self.model.append_facts(given)
            assert outcome is expected

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


def test_the_event_log_is_its_model(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # What is asked again since an answer was late is answered as what was done already.
    monkeypatch.setattr(redis_link, "ANSWER_SECONDS", 60.0)

    class Machine(EventLogMachine):
        def __init__(self) -> None:
            super().__init__(redis_url)

    run_state_machine_as_test(
        Machine, settings=settings(max_examples=examples(30), stateful_step_count=30, deadline=None)
    )
