"""What happens inside a claimed step: its phase's run, and for a short job the phases after it as well."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog

from service.adapters.blob_store import BlobStore
from service.adapters.database import Database
from service.adapters.dispatch import slots_for
from service.adapters.known_records import KnownRecords
from service.adapters.known_sentences import KnownSentences
from service.adapters.records.steps import Claim, past_work
from service.domain.json import JsonObject
from service.domain.step import runs_on
from service.domain.work import PastWork, StepDone, StepPlan
from workers.advance import Advance, document_facts
from workers.bounded import BoundedBlobs
from workers.engines.toolbox import Toolbox
from workers.failures import StepTimedOut
from workers.pipelines.declaration import AskPerson, Pipeline, StepContext
from workers.report import StepReport
from workers.stored import run_phase
from workers.watch import Watch

_log = structlog.get_logger()


@dataclass(frozen=True)
class Inline:
    """A step of a later phase that was run within the claimed one."""

    phase: int
    number: int
    plan: StepPlan
    done: StepDone


@dataclass
class Worked:
    """The claimed step's result, and those of the steps run with it; phases after the last of them are expected to
    take `later_cost` milliseconds. `took` are the milliseconds of a first step, of whose document nothing was known."""

    done: StepDone
    took: int | None = None
    inline: list[Inline] = field(default_factory=list[Inline])
    later_cost: int = 0


@dataclass(frozen=True)
class _Given:
    """What an attempt has to do, whom it tells, and where it writes down what it wrote."""

    claim: Claim
    report: StepReport
    answers: JsonObject
    placed: list[str]


class Work:
    """Runs a claimed step's phase. Raises what the phase raises; the report knows which phase it was."""

    def __init__(self, db: Database, blobs: BlobStore, tools: Toolbox, advance: Advance) -> None:
        self._db = db
        self._blobs = blobs
        self._tools = tools
        self._advance = advance

    async def run(self, claim: Claim, report: StepReport, answers: JsonObject, placed: list[str]) -> Worked:
        """Does the work and writes its blobs; nothing is recorded yet. Raises StepTimedOut as well.

        The blobs' keys join `placed`, those too that were only about to be written: see `remove`.
        """
        seconds = self._tools.limits.step_seconds
        limit = asyncio.timeout(seconds)
        try:
            async with limit:
                return await self._run(_Given(claim, report, answers, placed))
        except TimeoutError as error:
            if limit.expired():
                raise StepTimedOut(seconds) from error
            raise

    async def remove(self, claim: Claim, placed: Sequence[str]) -> None:
        """Deletes what an attempt wrote for its job that was not recorded, and never will be.

        What was derived from the document stays for others. What can't be deleted now is collected as an orphan.
        """
        try:
            for key in placed:
                if key.startswith(f"{claim.job.id}/"):
                    await self._blobs.delete(key)
        except OSError:
            _log.exception("blobs_left")

    async def _run(self, given: _Given) -> Worked:
        claim = given.claim
        pipeline = self._advance.pipeline(claim.job)
        before = await self._before(claim)
        plan = StepPlan(claim.step.cost, claim.step.input)
        page_count = claim.job.page_count
        key = f"{claim.job.id}/{claim.step.id}/{claim.step.attempt}"
        context = self._context(given, pipeline, plan, before, page_count, key)
        first = claim.document if claim.step.phase == 0 else None
        watch = Watch()
        done = await run_phase(pipeline.phases[claim.step.phase], context, first)
        self._tools.costs.learn(done.spent)
        worked = Worked(done, took=None if first is None else max(1, round(watch.milliseconds)))
        if claim.step.phase == 0 and claim.job.steps_total == 1 and not (done.more or done.to_record):
            before.append(_past(0, claim.step.number, plan, done))
            page_count = done.page_count or page_count
            await self._run_on(given, pipeline, before, page_count, worked)
        return worked

    async def _run_on(
        self,
        given: _Given,
        pipeline: Pipeline,
        before: list[PastWork],
        page_count: int | None,
        worked: Worked,
    ) -> None:
        """Runs all later phases here while the rest is short, and too short to be shared with other slots.

        What needs an engine is a step of its own: it is counted with others of that engine, and waits while it is away.
        So is what comes after a step that has something to record: what became of that is known once it is. And so is a
        phase that asks a person: a job waits in the phase that it has come to.
        """
        claim, report = given.claim, given.report
        facts = document_facts(claim.document)
        async with self._db.reading() as session:
            slots = await slots_for(session, claim.job.id)
        for phase in range(1, len(pipeline.phases)):
            claim.job.page_count = page_count
            following = self._advance.plan(claim.job, facts, before, phase, slots)
            if any(each.engine for each in following.steps):
                return
            costs = [each.cost for each in following.steps]
            if not runs_on(costs, following.later_cost, slots, light=claim.light):
                return
            worked.later_cost = following.later_cost
            report.enter(phase + 1, len(pipeline.phases), pipeline.phases[phase].code)
            report.extend(sum(each.cost for each in following.steps))
            done_before = len(worked.inline)
            for number, plan in enumerate(following.steps):
                key = f"{claim.job.id}/{claim.step.id}/{claim.step.attempt}-{phase}-{number}"
                context = self._context(given, pipeline, plan, before, page_count, key)
                try:
                    done = await run_phase(pipeline.phases[phase], context)
                except AskPerson:
                    # It asks again as a step of its own, with what went before it recorded.
                    del worked.inline[done_before:]
                    return
                self._tools.costs.learn(done.spent)
                before.append(_past(phase, number, plan, done))
                worked.inline.append(Inline(phase, number, plan, done))
            if any(each.done.more or each.done.to_record for each in worked.inline):
                return

    async def _before(self, claim: Claim) -> list[PastWork]:
        if claim.job.steps_total == 1:
            return []
        async with self._db.reading() as session:
            return await past_work(session, claim.job)

    def _context(
        self,
        given: _Given,
        pipeline: Pipeline,
        plan: StepPlan,
        before: list[PastWork],
        page_count: int | None,
        key: str,
    ) -> StepContext:
        claim = given.claim
        return StepContext(
            job_id=claim.job.id,
            step_id=claim.step.id,
            document=document_facts(claim.document),
            options=pipeline.options.model_validate(claim.job.options),
            input=plan.input,
            cost=plan.cost,
            page_count=page_count,
            answers=given.answers,
            before=tuple(before),
            output_key=key,
            report=given.report,
            blobs=BoundedBlobs(self._blobs, self._tools.limits.output_bytes, given.placed),
            tools=self._tools,
            records=KnownRecords(self._db),
            sentences=KnownSentences(self._db, self._blobs),
            failures=claim.step.failures - claim.step.deaths,
            doubts=claim.step.doubts,
        )


def _past(phase: int, number: int, plan: StepPlan, done: StepDone) -> PastWork:
    return PastWork(phase, number, plan.input, done.output, done.output_blob, done.pages)
