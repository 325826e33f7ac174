"""Workers that run pipelines which a test declares, with light children and no OCR."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, cast
from unittest.mock import patch

from pydantic import BaseModel, ConfigDict

import workers.main
from service.domain.pipeline import FirstStep
from service.domain.work import NextPhase, StepDone, StepPlan
from tests.support.house import House
from tests.support.no_archive import no_archive
from workers.engines.ocr.choice import OcrEngines
from workers.engines.reading_limits import ReadingLimits
from workers.engines.toolbox import Toolbox
from workers.main import WorkerProcess
from workers.pipelines.declaration import Phase, Pipeline, PlanContext, StepContext
from workers.sandbox import Sandbox

LONG_MS = 3000
"""A step of this cost is run by itself; shorter ones run together in the first."""

LIMITS = ReadingLimits(
    page_seconds=30.0,
    step_seconds=30.0,
    memory_bytes=256 << 20,
    max_pages=100,
    page_megapixels=10,
    ocr_dpi=100,
)
Run = Callable[[StepContext], Awaitable[StepDone]]


class SmallOptions(BaseModel):
    """None, or what a test wants to say."""

    model_config = ConfigDict(extra="allow")


class _NoOcr:
    async def states(self) -> dict[str, Any]:
        return {}


async def nothing(_context: StepContext) -> StepDone:
    """A step that does nothing."""
    return StepDone()


def phase(code: str, run: Run = nothing, *, steps: int = 1, cost: int = LONG_MS, later: int = 0) -> Phase:
    """A phase of so many steps; their input is their number."""

    def plan(_context: PlanContext) -> NextPhase:
        return NextPhase(tuple(StepPlan(cost, {"number": number}) for number in range(steps)), later)

    return Phase(code, plan, run)


def small(*phases: Phase, name: str = "small") -> Pipeline:
    """A pipeline of these phases."""
    return Pipeline(name, SmallOptions, ("txt",), FirstStep(LONG_MS, LONG_MS * len(phases), 0), phases)


class Gate:
    """Steps arrive and wait until it is opened."""

    def __init__(self) -> None:
        self._open = asyncio.Event()
        self.arrived = 0

    async def __call__(self, _context: StepContext) -> StepDone:
        self.arrived += 1
        await self._open.wait()
        return StepDone()

    def open(self) -> None:
        """Lets all go on, and whoever comes later."""
        self._open.set()


@asynccontextmanager
async def small_worker(
    house: House, *pipelines: Pipeline, preload: tuple[str, ...] = (), **changes: Any
) -> AsyncGenerator[WorkerProcess, None]:
    """A worker of these pipelines, in this process, until the block ends."""
    settings = house.settings.model_copy(update={"drain_seconds": 0.6, **changes})
    tools = Toolbox(Sandbox(preload), cast("OcrEngines", _NoOcr()), LIMITS, archive=no_archive())
    with patch.object(workers.main, "all_pipelines", lambda: {each.name: each for each in pipelines}):
        process = WorkerProcess(settings, house.a, tools)
    try:
        async with run_until_left(process):
            yield process
    finally:
        await tools.sandbox.close()


@asynccontextmanager
async def run_until_left(process: WorkerProcess) -> AsyncGenerator[None, None]:
    """The worker works until the block ends, and has stopped in good order then."""
    stop = asyncio.Event()
    task = asyncio.create_task(process.run(stop))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(task, 15)


async def give(house: House, pipeline: Pipeline, content: bytes = b"words", **order: Any) -> str:
    """Uploads a small text for the pipeline; returns the job's id."""
    accepted = await house.accept("a.txt", "txt", content, spec=pipeline.spec(), **order)
    return accepted.job_id
