"""Running a program once, in a process group of its own that never outlives its need."""

import asyncio
import contextlib
import os
import signal
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping, Sequence

from service.adapters.parent_death import dying_with_parent

_DETAIL_BYTES = 2000


class ProgramFailed(Exception):
    """The program ended with another code than 0; the text is the end of what it said."""


async def output_of(
    command: Sequence[str], stdin: bytes, *, seconds: float, environment: Mapping[str, str]
) -> bytes:
    """What the program writes to its standard output; the command begins with a path.

    Raises ProgramFailed, TimeoutError after so many seconds, OSError where it can't be started. Cancelled, late or
    failed, its whole process group is killed and reaped; it also dies with this process.
    """
    process = await asyncio.create_subprocess_exec(
        *dying_with_parent(command),
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
        env=dict(environment),
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(seconds):
            output, said = await process.communicate(stdin)
    finally:
        await _end(process)
    if process.returncode:
        detail = said[-_DETAIL_BYTES:].decode("utf-8", "replace").strip()
        raise ProgramFailed(f"exit code {process.returncode}: {detail}")
    return output


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
