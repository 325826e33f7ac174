"""`python -m tests.support.hostile_worker`: a real worker whose steps run what the tests' targets do in children."""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from unittest.mock import patch

import workers.main
from service.domain.work import StepDone
from tests.support.house import House
from tests.support.small_worker import phase, small
from workers.pipelines.declaration import StepContext
from workers.sandbox import Limits

TIGHT = Limits(memory_bytes=64 << 20, item_seconds=0.5, total_seconds=20)
TARGETS = "tests.workers.targets"


async def _misbehave(context: StepContext) -> StepDone:
    """The document's content names the target."""
    target, _, argument = (
        (await context.blobs.read(context.document.blob)).decode().partition("#")[0].partition(" ")
    )
    arguments = {"leave": {"code": 3}, "start_another": {"how": argument}, "count": {"numbers": 3}}
    limits = Limits(item_seconds=600) if argument == "patiently" else TIGHT
    call = context.tools.sandbox.call(f"{TARGETS}:{target}", arguments.get(target, {}), limits)
    async with call as items:
        async for _ in items:
            pass
    return StepDone()


HOSTILE = small(phase("inspecting"), phase("reading", _misbehave), name="hostile")


@asynccontextmanager
async def worker_process(house: House, **changes: object) -> AsyncGenerator[asyncio.subprocess.Process]:
    """A worker process of the house; killed at the end of the block if it still runs."""
    changed = house.settings.model_copy(update={"drain_seconds": 0.0, "log_level": "error", **changes})
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.support.hostile_worker"),
        env={**os.environ, **changed.environment()},
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def main() -> None:
    """What `python -m workers.main` does, with this pipeline instead of its own."""
    with (
        patch.object(workers.main, "all_pipelines", lambda: {HOSTILE.name: HOSTILE}),
        patch("workers.failures._FIRST_WAIT_SECONDS", 0.05),
    ):
        workers.main.main()


if __name__ == "__main__":
    main()
