"""Jobs and steps under whatever order of events: claims, ends, losses and commands at random, and what always holds."""

import asyncio
import os
import shutil
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from service.adapters.records import intake
from service.adapters.records.intake import NewDocument, Order
from service.adapters.records.steps import Claim, LostStep
from service.adapters.tables import JobRow, RunRow, StepRow
from service.domain.account import Actor
from service.domain.ids import new_id
from service.domain.job import ENDED, RUNNABLE, TRANSITIONS, JobEvent, JobState, NotPossible
from service.domain.step import OPEN, StepState
from service.domain.step import TRANSITIONS as STEP_TRANSITIONS
from service.domain.work import StepPlan
from service.protocol.snapshot import Snapshot
from tests.support.by_hand import ByHand
from tests.support.house import open_house
from tests.support.small_worker import phase, small

T = TypeVar("T")
E = JobEvent
MAY_HAPPEN: dict[str, set[JobEvent]] = {
    "claim": {E.CLAIM},
    "done": {E.COMPLETE, E.SETTLE},
    "fail": {E.FAIL},
    "fail_for_now": {E.SETTLE},
    "ask": {E.ASK},
    "hand_back": {E.SETTLE},
    "expire": {E.FAIL, E.SETTLE},
    "start": {E.START},
    "pause": {E.CLAIM, E.PAUSE, E.SETTLE},
    "pause_now": {E.CLAIM, E.PAUSE, E.SETTLE},
    "stop_queue": {E.SETTLE},
    "resume": {E.RESUME},
    "cancel": {E.CANCEL},
    "retry": {E.RETRY},
    "answer": {E.ANSWER},
}
"""The ways of TRANSITIONS that each event may take, one after the other."""
BOSS = Actor(new_id(), "Bo", is_admin=True)


class World:
    """A step machine on an event loop of its own, for all examples of a test."""

    def __init__(self, database_url: str, redis_url: str, folder: Path) -> None:
        self._loop = asyncio.new_event_loop()
        self._stack = AsyncExitStack()
        self._where = (database_url, redis_url, folder)
        self.jobs = 0

    def open(self) -> None:
        house = self.run(self._stack.enter_async_context(open_house(*self._where)))
        pipeline = small(phase("inspecting"), phase("reading", steps=2), phase("assembling"))
        self.machine = ByHand(house, pipeline)

    def close(self) -> None:
        self.run(self._stack.aclose())
        self._loop.close()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self._loop.run_until_complete(coroutine)

    async def accept(self, *, start: bool) -> str:
        """A new job for a document whose bytes nobody looks at; returns its id."""
        house, self.jobs = self.machine.house, self.jobs + 1
        document = NewDocument(new_id(), "a.txt", "txt", 5, f"{self.jobs:064x}")
        order = Order(house.actor.user_id, None, {}, start=start)
        async with house.a.db.writing() as session:
            accepted = await intake.accept(session, document, self.machine.pipeline.spec(), order)
        await house.a.echo.publish(accepted.job_id)
        await house.a.dispatcher.dispatch()
        return accepted.job_id


class Life(RuleBasedStateMachine):
    """One job, in the hands of several workers and a person."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.run = self.world.run
        self.machine = self.world.machine
        self.claims: list[Claim] = []
        self.lost: list[Claim] = []
        self.done_steps: dict[str, tuple[int, Any]] = {}
        self.step_states: dict[str, StepState] = {}
        self.state = JobState.STAGED
        self.queue_paused = False
        self.event = ""

    @initialize(at=st.sampled_from(["staged", "queued", "reading", "half read"]))
    def upload(self, at: str) -> None:
        start = at != "staged"
        self.job_id = self.run(self.world.accept(start=start))
        self.state = JobState.QUEUED if start else JobState.STAGED
        for _ in range({"reading": 1, "half read": 2}.get(at, 0)):
            self.work_one("td")
            self.it_holds_together()

    # What workers do ------------------------------------------------------------------------------------------

    @rule(which=st.integers(0, 3))
    def claim_one(self, which: int) -> None:
        self.claim(which)

    def claim(self, which: int) -> None:
        self.event = "claim"
        queued = self.run(self.machine.steps(self.job_id, "queued", "planned"))
        if not queued:
            return
        step = queued[which % len(queued)]
        claim = self.run(self.machine.claim(step.id))
        may = step.state == "queued" and self.state in RUNNABLE and not self.queue_paused
        assert (claim is not None) == may
        if claim is not None:
            assert claim.step.attempt == step.attempt + 1
            self.claims.append(claim)

    @precondition(lambda self: self.state in RUNNABLE)
    @rule(which=st.integers(0, 3))
    def claim_what_is_due(self, which: int) -> None:
        self.claim(which)

    @precondition(lambda self: self.claims)
    @rule(grows=st.sampled_from([0, 0, 0, 1]), page=st.sampled_from(["td", "tf"]))
    def end_well(self, grows: int, page: str) -> None:
        self.done(grows, page)

    def done(self, grows: int, page: str) -> None:
        self.event = "done"
        claim = self.claims.pop(0)
        more = tuple(StepPlan(1000) for _ in range(grows))
        pages = {str(claim.step.number + 1): page} if claim.step.phase == 1 else {}
        self.run(self.machine.done(claim, more=more, pages=pages, output={"attempt": claim.step.attempt}))

    @precondition(lambda self: self.state in RUNNABLE and not self.claims)
    @rule(pages=st.lists(st.sampled_from(["td", "td", "tf"]), min_size=1, max_size=4))
    def work(self, pages: list[str]) -> None:
        """Claims and their good ends, so that jobs get far enough."""
        for page in pages:
            self.work_one(page)
            self.it_holds_together()

    def work_one(self, page: str) -> None:
        self.claim(0)
        self.it_holds_together()
        if self.claims:
            self.done(0, page)

    @precondition(lambda self: self.claims)
    @rule()
    def fail(self) -> None:
        self.event = "fail"
        self.run(self.machine.failed(self.claims.pop(0)))
        self.lose_claims()

    @precondition(lambda self: self.claims)
    @rule()
    def fail_for_now(self) -> None:
        self.event = "fail_for_now"
        self.run(self.machine.failed(self.claims.pop(0), again_after=0.0))

    @precondition(lambda self: self.claims)
    @rule()
    def ask(self) -> None:
        self.event = "ask"
        self.run(self.machine.asked(self.claims.pop(0)))

    @precondition(lambda self: self.claims)
    @rule()
    def hand_back(self) -> None:
        self.event = "hand_back"
        claim = self.claims.pop(0)
        self.run(self.machine.recording().handed_back(claim))
        self.lost.append(claim)

    @precondition(lambda self: self.claims)
    @rule()
    def expire(self) -> None:
        self.event = "expire"
        claim = self.claims.pop()
        self.run(self.machine.expire(claim))
        self.run(self.machine.sweep.once())
        self.lost.append(claim)
        if self.run(self.machine.house.job(self.job_id)).state == JobState.FAILED:
            self.lose_claims()

    @precondition(lambda self: self.lost)
    @rule(good=st.booleans())
    def a_lost_attempt_ends_late(self, good: bool) -> None:
        self.event = ""
        claim = self.lost.pop()
        with pytest.raises(LostStep):
            self.run(self.machine.done(claim) if good else self.machine.failed(claim))

    # What a person does ---------------------------------------------------------------------------------------

    @rule(command=st.sampled_from(["pause", "resume", "pause", "retry", "cancel", "start"]))
    def any_command(self, command: str) -> None:
        self.command(command)

    @precondition(lambda self: self.state in (JobState.PAUSED, JobState.PAUSING, JobState.STAGED))
    @rule()
    def go_on(self) -> None:
        self.command("start" if self.state is JobState.STAGED else "resume")

    @precondition(lambda self: self.state in ENDED)
    @rule()
    def start_again(self) -> None:
        self.command("retry")

    def command(self, command: str) -> None:
        self.event = command
        asked = getattr(self.machine.house.a.commands, command)
        try:
            self.run(asked(self.job_id, self.machine.house.actor))
        except NotPossible:
            assert JobEvent(command) not in TRANSITIONS[self.state] or command == "retry"
            self.event = ""
        if command == "cancel":
            self.lose_claims()

    @rule()
    def pause_now(self) -> None:
        """What runs is handed back: its results are refused from then on, and no failure is counted."""
        self.event = "pause_now"
        before = self.failures()
        pause = self.machine.house.a.commands.pause
        try:
            self.run(pause(self.job_id, self.machine.house.actor, stop=True))
        except NotPossible:
            assert E.PAUSE not in TRANSITIONS[self.state]
            self.event = ""
            return
        assert self.failures() == before
        if self.state != JobState.PAUSED:
            self.take_claims_away()

    @rule(urgent=st.booleans())
    def change_the_priority(self, urgent: bool) -> None:
        self.event = ""
        priority = "normal" if urgent else "low"
        prioritise = self.machine.house.a.commands.prioritise
        try:
            self.run(prioritise(self.job_id, self.machine.house.actor, priority))
        except NotPossible:
            assert self.state in ENDED
        else:
            assert self.state not in ENDED

    @rule(stop=st.booleans())
    def pause_the_queue(self, stop: bool) -> None:
        self.event = "stop_queue" if stop else ""
        before = self.failures()
        self.run(self.machine.house.a.whole_queue.pause(BOSS, stop=stop))
        self.queue_paused = True
        assert self.failures() == before
        if stop:
            self.take_claims_away()

    @precondition(lambda self: self.queue_paused)
    @rule()
    def resume_the_queue(self) -> None:
        self.event = ""
        self.run(self.machine.house.a.whole_queue.resume())
        self.queue_paused = False

    def failures(self) -> list[int]:
        return [step.failures for step in self.run(self.machine.steps(self.job_id))]

    def take_claims_away(self) -> None:
        self.lost += self.claims
        self.claims = []

    @precondition(lambda self: self.state == JobState.WAITING)
    @rule()
    def answer(self) -> None:
        self.event = "answer"
        question = self.run(self.machine.house.job(self.job_id)).question
        assert question is not None
        answer = self.machine.house.a.commands.answer
        self.run(answer(self.job_id, question["id"], {"password": "x"}, self.machine.house.actor))

    def lose_claims(self) -> None:
        if self.run(self.machine.house.job(self.job_id)).state in ENDED:
            self.lost += self.claims
            self.claims = []

    # What always holds ----------------------------------------------------------------------------------------

    @invariant()
    def it_holds_together(self) -> None:
        job, steps, runs, shown = self.run(self._all())
        state = JobState(job.state)
        assert state in self._reachable(), f"{self.state} became {state} by {self.event}"
        self._check_runs(state, job, runs)
        self._check_steps(state, job, steps)
        assert (job.question is not None) == (state is JobState.WAITING)
        assert (job.percent == 100) == (state is JobState.COMPLETED)
        assert (shown.state, shown.run) == (state, job.run), "what is shown is what is"
        self.state = state

    async def _all(self) -> tuple[JobRow, list[StepRow], list[RunRow], Snapshot]:
        async with self.machine.house.a.db.reading() as session:
            job = await session.get(JobRow, self.job_id)
            assert job is not None
            steps = await session.scalars(select(StepRow).where(StepRow.job_id == self.job_id))
            runs = await session.scalars(
                select(RunRow).where(RunRow.job_id == self.job_id).order_by(RunRow.number)
            )
            return job, list(steps), list(runs), await self.machine.house.snapshot(self.job_id)

    def _reachable(self) -> set[JobState]:
        reached, new = {self.state}, {self.state}
        while new:
            ways = [TRANSITIONS[state] for state in new]
            new = {way[e] for way in ways for e in MAY_HAPPEN.get(self.event, set()) if e in way} - reached
            reached |= new
        return reached

    def _check_runs(self, state: JobState, job: JobRow, runs: list[RunRow]) -> None:
        assert [run.number for run in runs] == list(range(1, job.run + 1))
        assert all(run.ending is not None for run in runs[:-1]), "a run ends before the next begins"
        assert runs[-1].ending == (state if state in ENDED else None), "one ending, and the job's"

    def _check_steps(self, state: JobState, job: JobRow, steps: list[StepRow]) -> None:
        assert {step.run for step in steps} == {job.run}
        open_ = [step for step in steps if step.state in OPEN]
        running = [step for step in steps if step.state == StepState.RUNNING]
        assert job.remaining == len(open_) and all(step.phase == job.phase for step in open_)
        assert bool(open_) == (state not in ENDED), "a live job has something to do, an ended one has not"
        assert {step.id for step in running} == {claim.step.id for claim in self.claims}
        if state in (JobState.PAUSED, JobState.STAGED):
            assert not running
        if state is JobState.PAUSING:
            assert running, "a pause settles when the last running step has ended"
        done = {step.id: (step.attempt, step.output) for step in steps if step.state == StepState.DONE}
        assert job.steps_done == len(done) and job.steps_total == len(steps)
        assert self.done_steps.keys() <= done.keys() or self.event == "retry", (
            "only a retry drops what is done"
        )
        again = self.done_steps.keys() & done.keys()
        assert {key: done[key] for key in again} == {key: self.done_steps[key] for key in again}, "done once"
        self.done_steps = done
        for step in steps:
            before, now = self.step_states.get(step.id, StepState(step.state)), StepState(step.state)
            assert now is before or now in STEP_TRANSITIONS[before], f"a step went from {before} to {now}"
        self.step_states = {step.id: StepState(step.state) for step in steps}

    def teardown(self) -> None:
        self.run(self.machine.house.a.whole_queue.resume())
        if hasattr(self, "job_id") and self.state not in ENDED:
            self.run(self.machine.house.a.commands.cancel(self.job_id, self.machine.house.actor))


def live(url: str, redis_url: str, folder: Path, *, examples: int, steps: int) -> None:
    world = World(url, redis_url, folder)
    world.open()
    try:
        run_state_machine_as_test(  # pyright: ignore[reportUnknownMemberType]
            type("Life", (Life,), {"world": world}),
            settings=settings(
                max_examples=examples,
                stateful_step_count=steps,
                deadline=None,
                database=None,
                suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
            ),
        )
    finally:
        world.close()


def test_it_holds_on_sqlite(sqlite_url: str, redis_url: str) -> None:
    """In memory where that can be: what the disk does is not looked at here, and would take most of the time."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        shutil.copy(sqlite_url.removeprefix("sqlite+aiosqlite:///"), f"{folder}/quick.db")
        live(f"sqlite+aiosqlite:///{folder}/quick.db", redis_url, Path(folder), examples=25, steps=30)


def test_it_holds_on_postgresql(postgres_url: str, redis_url: str, tmp_path: Path) -> None:
    live(postgres_url, redis_url, tmp_path / "data", examples=6, steps=30)
