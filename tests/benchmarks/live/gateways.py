"""The servers under measurement, each a process of its own: Headway's gateway and its peers."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from service.adapters.parent_death import dying_with_parent
from service.settings import LISTEN_FD
from tests.benchmarks.live.audience import HOST
from tests.benchmarks.live.stage import Stage
from tests.support.headway_process import environment
from tests.support.waiting import until


@dataclass(frozen=True)
class Server:
    """A running one."""

    port: int
    process: asyncio.subprocess.Process

    @property
    def pid(self) -> int:
        """Its process id."""
        return self.process.pid


@asynccontextmanager
async def headway(stage: Stage, **settings: str) -> AsyncGenerator[Server, None]:
    """`headway serve` on the stage, once it is ready: the same module, told of its socket as `headway up` tells it."""
    told = _log(stage, "gateway")
    with socket.create_server((HOST, 0)) as listening, told.open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *dying_with_parent([sys.executable, "-P", "-m", "service.gateway"]),
            env=environment(
                **stage.house.settings.environment(), **settings, **{LISTEN_FD: str(listening.fileno())}
            ),
            pass_fds=(listening.fileno(),),
            stdout=log,
            stderr=log,
        )
        port = listening.getsockname()[1]
    server = Server(port, process)
    try:
        async with httpx.AsyncClient(base_url=f"http://{HOST}:{port}") as http:
            await until(lambda: _ready(server, http, told), "the gateway is ready", seconds=30, every=0.05)
        yield server
    finally:
        await _end(process)


@asynccontextmanager
async def peer(name: str, stage: Stage, *arguments: str) -> AsyncGenerator[Server, None]:
    """One of this folder's `…_peer` programs, which prints its port."""
    command: Sequence[str] = [sys.executable, "-m", f"tests.benchmarks.live.{name}_peer", *arguments]
    with _log(stage, name).open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *dying_with_parent(command), stdout=asyncio.subprocess.PIPE, stderr=log, env=os.environ
        )
    try:
        assert process.stdout is not None
        yield Server(int(await process.stdout.readline()), process)
    finally:
        await _end(process)


def _log(stage: Stage, name: str) -> Path:
    return stage.folder / f"{name}.log"


async def _ready(server: Server, http: httpx.AsyncClient, told: Path) -> bool:
    assert server.process.returncode is None, f"the gateway ended:\n{told.read_text()[-2000:]}"
    try:
        return (await http.get("/readyz")).status_code == 200
    except httpx.TransportError:
        return False


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.kill()
    await process.wait()
