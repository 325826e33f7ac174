"""The jobs of the storm: a worker's own code without queue and children, and people who interfere.

What becomes of each job is thrown by dice when it is given, so that the end of every run is known beforehand.
"""

import asyncio
import random
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import cast

from sqlalchemy import select

from service.adapters.clock import db_now
from service.adapters.echo import Echo, Truth
from service.adapters.records.leases import WorkerFacts
from service.adapters.tables import BatchRow, JobRow, StepRow
from service.domain.ids import new_id
from service.domain.job import ENDED, RUNNABLE, JobState, NotPossible
from service.domain.json import JsonObject
from service.domain.log_line import log_line
from service.domain.message import Message
from service.domain.pipeline import FirstStep
from service.domain.question import Field, Question
from service.domain.work import NextPhase, StepDone, StepPlan
from tests.faults.side_by_side import side_by_side
from tests.support.house import House
from tests.support.no_archive import no_archive
from tests.support.small_worker import LIMITS, SmallOptions
from workers.advance import Advance
from workers.engines.failures import DocumentRefused, EngineFailed
from workers.engines.ocr.choice import OcrEngines
from workers.engines.toolbox import Toolbox
from workers.heartbeat import Heartbeat
from workers.pipelines.declaration import AskPerson, Phase, Pipeline, PlanContext, StepContext
from workers.recording import Recording, RecordingParts
from workers.report import StepReport
from workers.runner import Runner, RunnerParts
from workers.running import RunningSteps
from workers.sandbox import Sandbox
from workers.slow import SlowAfter
from workers.sweep import Sweep
from workers.work import Work

WORKER = "the storm's worker"
LEASE_SECONDS = 120.0
_COST = 2000
_STEPS, _PAGES, _MORE = 4, 12, 101
_FATES = {
    "completes": 6,
    "warns": 2,
    "grows": 2,
    "stumbles": 2,
    "refused": 2,
    "tried again": 2,
    "cancelled": 2,
    "paused": 2,
    "asks": 2,
}
_PASSWORD = Question("", "password_required", {}, (Field("password", "secret"),))


@dataclass
class Life:
    """A job, what is to become of it, and how far it is."""

    job_id: str
    fate: str
    pages: int = 0
    tries: int = 0
    burst: int = 0
    last_state: str | None = None
    has_burst: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def ends(self) -> tuple[str, ...]:
        """The states that its last run may end in."""
        match self.fate:
            case "refused":
                return ("failed",)
            case "cancelled" | "cut short":
                return ("cancelled",)
            case _:
                return ("completed",)


class DyingEcho(Echo):
    """Publishes, but for the times when the process is said to have died right after its commit."""

    died: "asyncio.Future[str] | None" = None

    async def tell(self, truth: Truth, *lines: JsonObject) -> bool:
        """As it does, unless somebody waits for its death."""
        if self.died is not None:
            self.died.set_result(truth.job.id)
            self.died = None
            return False
        return await super().tell(truth, *lines)


class Jobs:
    """Keeps so many jobs at work until `wind_up`."""

    def __init__(self, house: House, dice: random.Random, *, at_once: int, page_seconds: float) -> None:
        self.lives: dict[str, Life] = {}
        self.batches: list[str] = []
        self.all: dict[str, Life] = {}
        self._house = house
        self._dice = dice
        self._at_once = at_once
        self._page_seconds = page_seconds
        self._is_winding_up = False
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._steering: set[asyncio.Task[None]] = set()
        self._running = RunningSteps()
        a = house.a
        self.echo = DyingEcho(a.db, a.log)
        self.pipeline = Pipeline(
            "small",
            SmallOptions,
            ("txt",),
            FirstStep(_COST, _COST * (_STEPS + 2), 0),
            (
                Phase("inspecting", self._plan_one, self._inspect),
                Phase("reading", self._plan_reading, self._read),
                Phase("assembling", self._plan_one, self._assemble),
            ),
        )
        # Nothing here opens a file: neither children nor engines are asked for.
        tools = Toolbox(Sandbox(()), cast("OcrEngines", None), LIMITS, archive=no_archive())
        self._advance = Advance({"small": self.pipeline}, tools, a.echo.live)
        recording = Recording(
            RecordingParts(WORKER, a.db, self.echo, a.dispatcher, a.commands, self._advance, a.news)
        )
        self._runner = Runner(
            RunnerParts(
                worker_id=WORKER,
                lease_seconds=LEASE_SECONDS,
                db=a.db,
                log=a.log,
                echo=self.echo,
                dispatcher=a.dispatcher,
                secrets=a.secrets,
                work=Work(a.db, a.blobs, tools, self._advance),
                recording=recording,
                running=self._running,
                slow_after=SlowAfter(),
            )
        )

    @asynccontextmanager
    async def at_work(self) -> AsyncGenerator[None, None]:
        """Works until the block ends: steps, heartbeat, sweep and what writes published revisions back."""
        a = self._house.a
        heartbeat = Heartbeat(
            WorkerFacts(WORKER, "host", 1, 64, {}),
            a.db,
            a.redis,
            a.log,
            self._running,
            lease_seconds=LEASE_SECONDS,
            every_seconds=1.0,
        )
        await heartbeat.announce({})
        sweep = Sweep(a.db, a.echo, a.dispatcher, self._advance)
        async with (
            self.echo.writing_back(),
            side_by_side(self._run_steps(), self._give_jobs(), heartbeat.run(), sweep.run()),
        ):
            try:
                yield
            finally:
                tasks = [*self._steering, *self._tasks.values()]
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    def wind_up(self) -> None:
        """No more jobs are given."""
        self._is_winding_up = True

    @property
    def busy(self) -> list[str]:
        """The jobs that run steps at this moment, newest first."""
        return sorted(set(self._running.job_ids()) & self.lives.keys(), reverse=True)

    @property
    def in_the_middle(self) -> list[str]:
        """Those of them that have begun and will not end soon."""
        return [each for each in self.busy if _PAGES <= self.all[each].pages <= 2 * _PAGES]

    async def state(self, job_id: str) -> JobRow | None:
        """The row."""
        async with self._house.a.db.reading() as session:
            return await session.get(JobRow, job_id)

    async def cut_short(self, job_id: str) -> None:
        """A person cancels the job, which is told at once."""
        life = self.all[job_id]
        with suppress(NotPossible):
            await self._house.a.commands.cancel(job_id, self._house.actor)
            life.fate = "cut short"
            self._running.stop_job(job_id)

    def burst(self, job_id: str, events: int) -> asyncio.Event:
        """Makes the job say so much that its older history is lost; the event is set when it has."""
        life = self.all[job_id]
        life.burst, life.has_burst = events, asyncio.Event()
        return life.has_burst

    def pages_of(self, life: Life) -> dict[str, str]:
        """What the pages of the job must be once it is completed."""
        numbers = [*range(1, _STEPS * _PAGES + 1)]
        if life.fate == "grows":
            numbers += range(_MORE, _MORE + _PAGES)
        return {str(page): self._page(life, page) for page in numbers}

    async def _give_jobs(self) -> None:
        while True:
            for task in [task for task in self._steering if task.done()]:
                self._steering.discard(task)
                task.result()
            for job_id in list(self.lives):
                row = await self.state(job_id)
                if row is not None and self._is_over(row):
                    self.lives.pop(job_id).last_state = row.state
            while len(self.lives) < self._at_once and not self._is_winding_up:
                await self._give()
            await asyncio.sleep(0.1)

    def _is_over(self, row: JobRow) -> bool:
        life = self.lives[row.id]
        return row.state in ENDED and not (life.fate == "tried again" and row.run == 1)

    async def _give(self) -> None:
        fate = self._dice.choices(list(_FATES), list(_FATES.values()))[0]
        if len(self.all) % 10 == 0:
            await self._new_batch()
        accepted = await self._house.accept(
            f"{len(self.all)} {fate}.txt",
            "txt",
            fate.encode(),
            spec=self.pipeline.spec(),
            force=True,
            batch_id=self.batches[-1],
        )
        life = self.lives[accepted.job_id] = self._life(accepted.job_id, fate)
        if fate in ("cancelled", "paused", "asks", "tried again"):
            self._steering.add(asyncio.create_task(self._steer(life)))

    def _life(self, job_id: str, fate: str) -> Life:
        return self.all.setdefault(job_id, Life(job_id, fate))

    def _life_in(self, context: StepContext) -> Life:
        """A worker may be at a job before its giver has heard that it was accepted: the document's name tells."""
        return self._life(context.job_id, context.document.name.partition(" ")[2].removesuffix(".txt"))

    async def _new_batch(self) -> None:
        batch_id = new_id()
        async with self._house.a.db.writing() as session:
            session.add(BatchRow(id=batch_id, owner_id=self._house.actor.user_id, name="B", created_at=1.0))
        self.batches.append(batch_id)

    async def _steer(self, life: Life) -> None:
        """What a person does to this job, sooner or later."""
        commands, actor, job_id = self._house.a.commands, self._house.actor, life.job_id
        with suppress(NotPossible):
            match life.fate:
                case "cancelled":
                    await self._until(life, lambda row: life.pages >= 5 or row.state in ENDED)
                    await commands.cancel(job_id, actor)
                    self._running.stop_job(job_id)
                case "paused":
                    await self._until(life, lambda _row: life.pages >= 5)
                    await commands.pause(job_id, actor)
                    await self._until(life, lambda row: row.state != JobState.PAUSING)
                    await asyncio.sleep(self._dice.uniform(0, 1))
                    await commands.resume(job_id, actor)
                case "asks":
                    row = await self._until(life, lambda row: row.question is not None)
                    if row.question is not None:
                        await commands.answer(job_id, row.question["id"], {"password": "x"}, actor)
                case _:
                    await self._until(life, lambda row: row.state in ENDED)
                    await asyncio.sleep(self._dice.uniform(0, 0.5))
                    if life.fate == "tried again":
                        await commands.retry(job_id, actor)

    async def _until(self, life: Life, holds: Callable[[JobRow], bool]) -> JobRow:
        while True:
            row = await self.state(life.job_id)
            assert row is not None
            if holds(row) or (row.state in ENDED and life.fate != "tried again"):
                return row
            await asyncio.sleep(0.05)

    async def _run_steps(self) -> None:
        while True:
            async with self._house.a.db.reading() as session:
                due = await session.scalars(
                    select(StepRow.id)
                    .join(JobRow, JobRow.id == StepRow.job_id)
                    .where(
                        StepRow.state == "queued",
                        StepRow.run_at <= db_now(),
                        JobRow.state.in_(list(RUNNABLE)),
                    )
                )
                for step_id in due:
                    if step_id not in self._tasks:
                        self._tasks[step_id] = asyncio.create_task(self._runner.run(step_id))
            for step_id in [each for each, task in self._tasks.items() if task.done()]:
                task = self._tasks.pop(step_id)
                if not task.cancelled():
                    task.result()
            await asyncio.sleep(0.03)

    def _plan_one(self, _context: PlanContext) -> NextPhase:
        return NextPhase((StepPlan(_COST, {"first": 0}),), 0)

    def _plan_reading(self, _context: PlanContext) -> NextPhase:
        plans = (StepPlan(_COST, {"first": number * _PAGES + 1}) for number in range(_STEPS))
        return NextPhase(tuple(plans), _COST)

    async def _inspect(self, context: StepContext) -> StepDone:
        context.report.detail(Message("detail", "opening"))
        if self._life_in(context).fate == "asks" and not context.answers:
            raise AskPerson(_PASSWORD)
        return StepDone(page_count=_STEPS * _PAGES)

    async def _read(self, context: StepContext) -> StepDone:
        life, first = self._life_in(context), int(context.input["first"])
        pages: dict[str, str] = {}
        warnings: dict[str, JsonObject] = {}
        for page in range(first, first + _PAGES):
            self._say(context, {str(page): "tr"}, page)
            await asyncio.sleep(self._dice.uniform(0, 2 * self._page_seconds))
            pages[str(page)] = self._page(life, page)
            if pages[str(page)] == "tf":
                warnings[f"page-{page}"] = {"code": "page_unreadable", "params": {"page": page}}
                context.report.line(log_line("page_failed", "warning", page=page))
            context.report.pages({str(page): pages[str(page)]})
            context.report.worked(context.cost // _PAGES)
            life.pages += 1
            self._may_fail(life, page)
            await self._burst(life, context, page)
        more = (StepPlan(_COST, {"first": _MORE}),) if life.fate == "grows" and first == 1 else ()
        return StepDone(pages=pages, warnings=warnings, more=more)

    def _page(self, life: Life, page: int) -> str:
        return "tf" if life.fate == "warns" and page % 7 == 0 else "td"

    def _say(self, context: StepContext, pages: dict[str, str], page: int) -> None:
        context.report.began(context.cost // _PAGES)
        context.report.pages(pages)
        context.report.detail(Message("detail", "page", {"page": page, "total": _STEPS * _PAGES}))

    def _may_fail(self, life: Life, page: int) -> None:
        if page != _PAGES + 3 or life.tries:
            return
        if life.fate == "stumbles":
            life.tries += 1
            raise EngineFailed("engine_error", kind="transient", retry_after=0.2)
        if life.fate == "tried again":
            life.tries += 1
        if life.fate in ("refused", "tried again"):
            raise DocumentRefused("encrypted")

    async def _burst(self, life: Life, context: StepContext, page: int) -> None:
        while life.burst > 0:
            life.burst -= 1
            self._say(context, {str(page): "tr" if life.burst % 2 else "td"}, page + life.burst)
            await cast("StepReport", context.report).flush()
            if not life.burst:
                life.has_burst.set()

    async def _assemble(self, context: StepContext) -> StepDone:
        context.report.detail(Message("detail", "writing"))
        return StepDone()
