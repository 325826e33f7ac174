"""A program that reads a page is bounded like any child, and leaves nobody behind."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from tests.support.headway_process import descendants
from tests.support.processes import is_alive
from tests.support.waiting import PATIENCE, until, wait_for
from workers.children.outcome import Limits
from workers.engines.ocr.program import ProgramFailed, output_of

pytestmark = pytest.mark.anyio

LIMITS = Limits(memory_bytes=1 << 30, item_seconds=30, cpu_seconds=7)
HELPER = "sleep 600 & wait"
_RUNS = """
import asyncio
from workers.children.outcome import Limits
from workers.engines.ocr.program import output_of
command = ["/bin/sh", "-c", "sleep 600 & wait"]
asyncio.run(output_of(command, b"", limits=Limits(), environment={"PATH": "/usr/bin:/bin"}))
"""


async def shell(script: str, limits: Limits = LIMITS, stdin: bytes = b"") -> str:
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
    return (
        await output_of(["/bin/sh", "-c", script], stdin, limits=limits, environment=environment)
    ).decode()


async def test_it_has_the_limits_of_other_children() -> None:
    """Memory, computing time with a second to spare, no files, no core, less of the processor, nothing inherited."""
    said = await shell("ulimit -v; ulimit -t; ulimit -f; ulimit -Hc; nice; env")
    *limits, niceness = said.split()[:5]
    assert limits == ["1048576", "8", "0", "0"]
    assert int(niceness) == min(19, os.nice(0) + 5)
    assert {line.partition("=")[0] for line in said.split()[5:]} <= {
        "PATH",
        "LC_ALL",
        "PWD",
        "OLDPWD",
        "_",
        "SHLVL",
    }


async def test_it_gets_its_input_and_all_of_its_output_is_taken() -> None:
    assert await shell("cat", stdin=b"x" * 3_000_000) == "x" * 3_000_000


async def test_it_can_write_into_no_file(tmp_path: Path) -> None:
    with pytest.raises(ProgramFailed):
        await shell(f"echo much > {tmp_path}/file")
    assert (tmp_path / "file").read_bytes() == b""


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        ("kill -SEGV $$", "crashed"),
        ("exit 3", "crashed"),
        ("kill -XCPU $$", "out_of_cpu"),
        ("echo std::bad_alloc >&2; kill -ABRT $$", "out_of_memory"),
    ],
)
async def test_how_it_failed_is_told_apart(script: str, kind: str) -> None:
    with pytest.raises(ProgramFailed) as failed:
        await shell(script)
    assert failed.value.kind == kind


async def test_what_takes_more_memory_than_is_allowed_gets_none() -> None:
    hungry = f"{sys.executable} -I -S -c 'x = bytes(500 << 20)'"
    await shell(hungry)
    with pytest.raises(ProgramFailed):
        await shell(hungry, Limits(memory_bytes=300 << 20))


async def test_cancelling_kills_the_whole_group() -> None:
    """Neither the program nor what it started goes on."""
    before = set(descendants(os.getpid()))
    running = asyncio.create_task(shell(HELPER))
    started = await _started(os.getpid(), before)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await until(lambda: not any(map(is_alive, started)), "the end of the program and of its helper")


async def test_cancelling_what_is_just_starting_kills_the_whole_group() -> None:
    """The program and its helper run already, but the loop was too busy to be told so."""
    before = set(descendants(os.getpid()))
    running = asyncio.create_task(shell(HELPER))
    while not set(descendants(os.getpid())) - before:
        await asyncio.sleep(0)
    started = wait_for(lambda: _two(os.getpid(), before), "the program and its helper run")
    running.cancel()
    assert (await asyncio.wait([running], timeout=PATIENCE))[0], "it does not wait for the helper"
    assert running.cancelled()
    await until(lambda: not any(map(is_alive, started)), "the end of the program and of its helper")


async def test_the_group_dies_with_a_worker_that_is_killed() -> None:
    """Also what the program started itself: there is no orphan a second later."""
    worker = await asyncio.create_subprocess_exec(sys.executable, "-c", _RUNS)
    try:
        started = await _started(worker.pid, set())
    finally:
        worker.kill()
        await worker.wait()
    await until(lambda: not any(map(is_alive, started)), "nobody outlives the worker", seconds=1)


async def _started(pid: int, before: set[int]) -> set[int]:
    """The shell and its helper, once both run."""
    return await until(lambda: _two(pid, before), "the program and its helper run")


def _two(pid: int, before: set[int]) -> set[int]:
    found = set(descendants(pid)) - before
    return found if len(found) == 2 and all(map(_runs_its_own, found)) else set()


def _runs_its_own(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/comm") as name:
            return name.read().strip() in ("sh", "dash", "bash", "sleep")
    except (FileNotFoundError, ProcessLookupError):
        return False
