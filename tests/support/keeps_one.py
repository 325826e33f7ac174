"""A keeper of the one module that it is told: prints the program's pid, then waits."""

import asyncio
import sys

from service.adapters.kept_process import KeptProcess, Program
from tests.support.waiting import until


async def keep(module: str) -> None:
    process = KeptProcess(lambda: Program("kept", module))
    running = asyncio.create_task(process.run())
    print(await until(lambda: process.pid, "the program runs"), flush=True)
    await running


asyncio.run(keep(sys.argv[1]))
