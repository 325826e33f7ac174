"""`python -m tests.support.gated_worker`: a real worker process with a pipeline whose steps wait for a file.

Each attempt leaves a mark in the folder $GATED_FOLDER; all go on once the file `open` is there.
"""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from unittest.mock import patch

import workers.main
from service.domain.work import StepDone
from tests.support.house import House
from tests.support.small_worker import phase, small
from workers.pipelines.declaration import Pipeline, StepContext


def gated(folder: Path) -> Pipeline:
    """Two steps of the second phase wait; the third phase follows."""

    async def wait(context: StepContext) -> StepDone:
        attempt = context.output_key.rpartition("/")[2]
        (folder / f"{context.input['number']}.{attempt}.{os.getpid()}").touch()
        while not (folder / "open").exists():
            await asyncio.sleep(0.01)
        return StepDone(pages={str(context.input["number"] + 1): "td"})

    return small(phase("inspecting"), phase("reading", wait, steps=2), phase("assembling"), name="gated")


def marks(folder: Path) -> list[tuple[str, str]]:
    """Step number and attempt of all that began, in order."""
    found = [each.name.split(".") for each in folder.iterdir() if each.name != "open"]
    return sorted((number, attempt) for number, attempt, _ in found)


@asynccontextmanager
async def worker_process(
    house: House, folder: Path, **changes: object
) -> AsyncGenerator[asyncio.subprocess.Process]:
    """A worker process of the house; killed at the end of the block if it still runs."""
    changed = house.settings.model_copy(update={"drain_seconds": 0.0, "log_level": "error", **changes})
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.support.gated_worker"),
        env={**os.environ, **changed.environment(), "GATED_FOLDER": str(folder)},
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def main() -> None:
    """What `python -m workers.main` does, with this pipeline beside its own."""
    pipeline = gated(Path(os.environ["GATED_FOLDER"]))
    with patch.object(workers.main, "all_pipelines", lambda: {pipeline.name: pipeline}):
        workers.main.main()


if __name__ == "__main__":
    main()
