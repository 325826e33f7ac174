"""Worker processes and a gateway beside a house whose commands are given here, so that their moments are known here."""

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx

from service.adapters.dispatch import live_slots
from service.adapters.parent_death import dying_with_parent
from service.client import Client
from tests.support.headway_process import environment
from tests.support.house import House
from tests.support.ports import free_port
from tests.support.waiting import until

TOKEN = "token-of-the-benchmarks"


@asynccontextmanager
async def staff(house: House, workers: int) -> AsyncGenerator[list[int], None]:
    """So many workers, once all live; their pids. Ended with the block."""
    async with AsyncExitStack() as stack:
        pids = [await stack.enter_async_context(_process("workers.main", house)) for _ in range(workers)]

        async def live() -> bool:
            async with house.a.db.reading() as session:
                return await live_slots(session) >= workers * house.settings.slots

        await until(live, "the workers live", seconds=60)
        yield pids


@asynccontextmanager
async def gateway(house: House) -> AsyncGenerator[Client, None]:
    """A gateway, and the subscriber's client of its admin."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"

    async def answers() -> bool:
        try:
            async with httpx.AsyncClient() as http:
                return (await http.get(f"{url}/readyz")).status_code == 200
        except httpx.TransportError:
            return False

    async with _process("service.gateway", house, HEADWAY_PORT=str(port), HEADWAY_TOKEN=TOKEN):
        await until(answers, "the gateway answers", seconds=30)
        yield Client(url, TOKEN, give_up_seconds=10)


@asynccontextmanager
async def _process(module: str, house: House, **settings: str) -> AsyncGenerator[int, None]:
    process = await asyncio.create_subprocess_exec(
        *dying_with_parent([sys.executable, "-P", "-m", module]),
        env=environment(**{**house.settings.environment(), **settings}),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield process.pid
    finally:
        process.terminate()
        await process.wait()
