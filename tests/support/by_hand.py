"""The step machine worked by hand: claims and their ends as workers make them, without any worker."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

from sqlalchemy import select, update

from service.adapters.dispatch import Ring
from service.adapters.records import leases, steps
from service.adapters.records.leases import WorkerFacts
from service.adapters.records.steps import Again, Claim
from service.adapters.tables import JobRow, RunRow, StepRow
from service.domain.failure import Failure, FailureKind
from service.domain.question import Field, Question
from service.domain.work import StepDone
from tests.support.house import House
from tests.support.small_worker import give
from workers.advance import Advance
from workers.engines.toolbox import Toolbox
from workers.failures import Verdict
from workers.pipelines.declaration import Pipeline
from workers.recording import Recording, RecordingParts
from workers.sweep import Sweep
from workers.work import Worked

WORKER = "worker-1"
PASSWORD = Question("", "password_required", {}, (Field("password", "secret"),))


@dataclass
class ByHand:
    """A house without workers, a pipeline, and what a worker would do with its steps."""

    house: House
    pipeline: Pipeline
    advance: Advance = field(init=False)
    sweep: Sweep = field(init=False)

    def __post_init__(self) -> None:
        a = self.house.a
        tools = cast("Toolbox", SimpleNamespace())
        self.advance = Advance({self.pipeline.name: self.pipeline}, tools, a.echo.live)
        self.sweep = Sweep(a.db, a.echo, a.dispatcher, self.advance)

    def recording(self, worker: str = WORKER) -> Recording:
        """What writes down the ends of this worker's steps."""
        a = self.house.a
        return Recording(RecordingParts(worker, a.db, a.echo, a.dispatcher, a.commands, self.advance, a.news))

    async def give(self, content: bytes = b"words", **order: Any) -> str:
        """A new job; returns its id."""
        return await give(self.house, self.pipeline, content, **order)

    async def announce(self, slots: int = 2, worker: str = WORKER) -> None:
        """A live worker with so many slots."""
        async with self.house.a.db.writing() as session:
            await leases.announce(session, WorkerFacts(worker, "host", 1, slots, {}))

    async def steps(self, job_id: str, *states: str) -> list[StepRow]:
        """The job's steps by phase and number, in these states or all."""
        async with self.house.a.db.reading() as session:
            found = await session.scalars(
                select(StepRow).where(StepRow.job_id == job_id).order_by(StepRow.phase, StepRow.number)
            )
            return [each for each in found if not states or each.state in states]

    async def claim(self, step_id: str, worker: str = WORKER, lease: float = 60.0) -> Claim | None:
        """One claim, as a worker makes it."""
        async with self.house.a.db.writing() as session:
            claim = await steps.claim(session, step_id, worker, lease)
        if claim is not None and claim.news:
            await self.house.a.echo.publish(claim.job.id)
        return claim

    async def claimed(self, job_id: str, worker: str = WORKER, lease: float = 60.0) -> Claim:
        """Claims the job's first queued step, which must be there to be had."""
        claim = await self.claim((await self.steps(job_id, "queued"))[0].id, worker, lease)
        assert claim is not None, "the step is not to be had"
        return claim

    async def done(self, claim: Claim, **done: Any) -> None:
        """The step succeeded."""
        await self.recording().done(claim, Worked(StepDone(**done)), "first")

    async def failed(
        self, claim: Claim, *, again_after: float | None = None, undone_from: str | None = None
    ) -> None:
        """The step failed, for good or to be tried again after so many seconds."""
        failure = Failure("internal", {}, FailureKind.FATAL, "first", "support", undone_from)
        again = None if again_after is None else Again(again_after, 5)
        await self.recording().failed(claim, Verdict(failure, again))

    async def asked(self, claim: Claim, question: Question = PASSWORD) -> None:
        """The step asks a person."""
        await self.recording().asked(claim, question)

    async def expire(self, claim: Claim) -> None:
        """The claim's lease runs out."""
        async with self.house.a.db.writing() as session:
            await session.execute(
                update(StepRow).where(StepRow.id == claim.step.id).values(lease_until=StepRow.run_at - 1.0)
            )

    async def to_phase(self, job_id: str, phase: int) -> None:
        """Finishes steps until the job is in this phase."""
        while (await self.house.job(job_id)).phase < phase:
            await self.done(await self.claimed(job_id))

    async def set_step(self, step_id: str, **values: Any) -> None:
        """Writes into the row."""
        async with self.house.a.db.writing() as session:
            await session.execute(update(StepRow).where(StepRow.id == step_id).values(**values))

    async def set_job(self, job_id: str, **values: Any) -> None:
        """Writes into the row."""
        async with self.house.a.db.writing() as session:
            await session.execute(update(JobRow).where(JobRow.id == job_id).values(**values))

    async def endings(self, job_id: str) -> list[tuple[int, str | None]]:
        """Run and ending, of all runs."""
        async with self.house.a.db.reading() as session:
            runs = await session.scalars(
                select(RunRow).where(RunRow.job_id == job_id).order_by(RunRow.number)
            )
            return [(run.number, run.ending) for run in runs]

    async def rung(self) -> set[str]:
        """The ids of the steps that were rung and not claimed."""
        async with self.house.a.db.reading() as session:
            found = await session.scalars(
                select(StepRow.id).where(StepRow.state == "queued", StepRow.dispatched_at.is_not(None))
            )
            return set(found)


def ring_ids(rings: list[Ring]) -> list[str]:
    """The steps that are rung, in order."""
    return [each.step_id for each in rings]


async def in_state(machine: ByHand, state: str) -> str:
    """A new job that came to this state as jobs do; returns its id."""
    commands, actor = machine.house.a.commands, machine.house.actor
    job_id = await machine.give(start=state != "staged", force=True)
    if state in ("staged", "queued"):
        return job_id
    if state == "paused":
        await commands.pause(job_id, actor)
    elif state == "cancelled":
        await commands.cancel(job_id, actor)
    else:
        claim = await machine.claimed(job_id)
        if state == "pausing":
            await commands.pause(job_id, actor)
        elif state == "waiting":
            await machine.asked(claim)
        elif state == "failed":
            await machine.failed(claim)
        elif state == "completed":
            await machine.done(claim)
            while (await machine.house.job(job_id)).state != "completed":
                await machine.done(await machine.claimed(job_id))
    found = (await machine.house.job(job_id)).state
    assert found == state, f"the job is {found}"
    return job_id
