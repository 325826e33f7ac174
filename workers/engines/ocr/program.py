"""Running a program once, bounded, in a process group of its own that never outlives its need."""

import asyncio
import contextlib
import math
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping, Sequence
from typing import Literal

from workers.children.outcome import Limits
from workers.children.spawn import Lifeline
from workers.engines.ocr import held_program

_DETAIL_BYTES = 2000
_NICENESS = 5
_SPARE_CPU_SECONDS = 1
# What programs say when they are given no more memory: C++, the C library, image libraries.
_RAN_OUT = (b"bad_alloc", b"annot allocate memory", b"malloc fail", b"alloc fail", b"out of memory")


class ProgramFailed(Exception):
    """The program ended with another code than 0; the text is the end of what it said.

    `kind`: it ran out of memory or of computing time, or else crashed.
    """

    def __init__(self, code: int, said: bytes) -> None:
        super().__init__(f"exit code {code}: {said[-_DETAIL_BYTES:].decode('utf-8', 'replace').strip()}")
        self.kind: Literal["crashed", "out_of_memory", "out_of_cpu"] = "crashed"
        if code == -signal.SIGXCPU:
            self.kind = "out_of_cpu"
        elif any(words in said for words in _RAN_OUT):
            self.kind = "out_of_memory"


async def output_of(
    command: Sequence[str], stdin: bytes, *, limits: Limits, environment: Mapping[str, str]
) -> bytes:
    """What the program writes to its standard output; the command begins with a path.

    Raises ProgramFailed, TimeoutError after `item_seconds`, OSError where it can't be started. Its memory limit is of
    all that it maps, itself included. Cancelled, late or failed, its whole process group is killed and reaped; the
    group dies with this process as well, however that ends.
    """
    lifeline = Lifeline()
    try:
        process = await _started(_held(command, limits, lifeline), lifeline, environment)
        try:
            async with asyncio.timeout(limits.item_seconds):
                output, said = await process.communicate(stdin)
        finally:
            await _end(process)
    finally:
        lifeline.cut()
    if process.returncode:
        raise ProgramFailed(process.returncode, said)
    return output


async def _started(held: Sequence[str], lifeline: Lifeline, environment: Mapping[str, str]) -> Process:
    """Cancelled, asyncio itself would kill the program alone and wait until all that it started ends by itself."""
    starting = asyncio.ensure_future(
        asyncio.create_subprocess_exec(
            *held,
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            env=dict(environment),
            start_new_session=True,
            pass_fds=(lifeline.read_end,),
        )
    )
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        await asyncio.wait([starting])
        if starting.exception() is None:
            await _end(starting.result())
        raise


def _held(command: Sequence[str], limits: Limits, lifeline: Lifeline) -> list[str]:
    cpu_seconds = math.ceil(limits.cpu_seconds) + _SPARE_CPU_SECONDS
    bounds = (lifeline.read_end, limits.memory_bytes, cpu_seconds, _NICENESS)
    return [sys.executable, "-I", "-S", held_program.__file__, *map(str, bounds), *command]


async def _end(process: Process) -> None:
    # Also after a good end: a helper of its own may have stayed behind.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    waiting = asyncio.ensure_future(process.wait())
    try:
        await asyncio.shield(waiting)
    except asyncio.CancelledError:
        await asyncio.wait([waiting])
        raise
