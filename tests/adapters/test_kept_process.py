"""A kept program comes back when it dies, ends when told to, and never outlives its keeper."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from service.adapters.kept_process import CannotRun, KeptProcess, Program, describe_exit
from tests.support.processes import is_alive
from tests.support.waiting import until

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[2]
WAITS = "tests.support.waits_for_signal"


@pytest.fixture(autouse=True)
def _find_tests(monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction] -- autouse
    """Kept programs find installed modules only; the tests are none."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


async def started(process: KeptProcess) -> int:
    """Its pid, once it runs."""
    return await until(lambda: process.pid, "the program runs") or 0


@asynccontextmanager
async def kept(process: KeptProcess) -> AsyncGenerator[int]:
    """Runs it; yields the first pid."""
    running = asyncio.create_task(process.run())
    try:
        yield await started(process)
    finally:
        process.kill()
        await running


async def test_a_program_that_is_killed_comes_back_at_once_and_its_keeper_is_told() -> None:
    died: list[Program] = []

    async def on_death(program: Program) -> None:
        died.append(program)

    process = KeptProcess(lambda: Program("sleeper", WAITS), died=on_death)
    async with kept(process) as first:
        os.kill(first, signal.SIGKILL)
        await until(lambda: process.pid not in (None, first), "another one runs", seconds=5)
        assert [program.name for program in died] == ["sleeper"]


async def test_each_start_is_made_anew() -> None:
    names = iter(f"sleeper {number}" for number in range(10))
    made: list[str] = []

    def make() -> Program:
        made.append(next(names))
        return Program(made[-1], WAITS)

    process = KeptProcess(make)
    async with kept(process) as first:
        os.kill(first, signal.SIGKILL)
        await until(lambda: process.pid not in (None, first), "another one runs", seconds=5)
    assert made == ["sleeper 0", "sleeper 1"]


async def test_a_terminated_program_is_not_started_again() -> None:
    process = KeptProcess(lambda: Program("sleeper", WAITS))
    running = asyncio.create_task(process.run())
    pid = await started(process)
    process.terminate()
    await asyncio.wait_for(running, 5)
    assert process.pid is None
    assert not is_alive(pid)


async def test_a_program_that_cannot_start_is_given_up_with_the_reason() -> None:
    process = KeptProcess(lambda: Program("nothing", "no.such.module"), tries=2)
    with pytest.raises(CannotRun, match="nothing cannot run: it ended with code 1"):
        await asyncio.wait_for(process.run(), 20)


async def test_a_program_that_says_it_is_useless_is_not_tried_again(tmp_path: Path) -> None:
    starts = tmp_path / "starts"

    def make() -> Program:
        starts.open("a").write("x")
        return Program("wrong", "tests.support.ends_with", {"ENDS_WITH": "2"})

    with pytest.raises(CannotRun, match="code 2"):
        await asyncio.wait_for(KeptProcess(make).run(), 20)
    assert starts.read_text() == "x"


async def test_settings_of_the_keeper_do_not_reach_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADWAY_REDIS_URL", "redis://elsewhere")
    out = tmp_path / "out"
    process = KeptProcess(
        lambda: Program("teller", "tests.support.tells_settings", {"HEADWAY_PORT": "1"}, output=out)
    )
    async with kept(process):
        await until(lambda: out.exists() and "end" in out.read_text(), "it has told them")
    assert out.read_text().splitlines()[0] == "HEADWAY_PORT=1"


async def test_a_program_dies_with_its_keeper_however_that_ends() -> None:
    keeper = subprocess.Popen(
        [sys.executable, "-m", "tests.support.keeps_one", WAITS], stdout=subprocess.PIPE, text=True
    )
    assert keeper.stdout is not None
    pid = int(keeper.stdout.readline())
    assert is_alive(pid)
    began = time.monotonic()
    keeper.kill()
    keeper.wait()
    await until(lambda: not is_alive(pid), "the program is gone")
    assert time.monotonic() - began < 2
    keeper.stdout.close()


def test_an_exit_is_told_in_words() -> None:
    assert describe_exit(3) == "ended with code 3"
    assert describe_exit(-9) == "was killed by SIGKILL"
    assert describe_exit(-250) == "was killed by signal 250"
