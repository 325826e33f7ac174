"""Waiting for the end of a child process."""

import asyncio
import os
import subprocess


async def exit_code(process: subprocess.Popen[bytes]) -> int:
    """Waits for the end by the kernel's word, and reaps; negative: the signal."""
    try:
        handle = os.pidfd_open(process.pid)
    except ProcessLookupError:
        return process.wait()
    loop = asyncio.get_running_loop()
    gone = asyncio.Event()
    loop.add_reader(handle, gone.set)
    try:
        await gone.wait()
    finally:
        loop.remove_reader(handle)
        os.close(handle)
    return process.wait()
