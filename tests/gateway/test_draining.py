"""A gateway that is told to stop sends its sockets away one after the other, and is gone when it said it would be."""

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import orjson
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from service.protocol.frames import SUBPROTOCOL
from tests.support.headway_process import environment
from tests.support.ports import free_port
from tests.support.waiting import until

pytestmark = pytest.mark.anyio

TOKEN = "token-of-the-local-user"
WINDOW = 3.0
SLACK = 2.0
"""For a machine that is busy with other tests, on top of the second that is promised."""
SOCKETS = 40


@dataclass
class Leaver:
    """One socket, what it was told last, and when."""

    link: ClientConnection
    bye: int | None = None
    at: float = 0.0
    code: int | None = None

    async def stay(self) -> None:
        """Until the server ends it."""
        try:
            while True:
                frame = orjson.loads(await self.link.recv())
                if frame["type"] == "bye":
                    self.bye, self.at = frame["after_ms"], time.monotonic()
        except ConnectionClosed as closed:
            self.code = closed.rcvd.code if closed.rcvd else None


@dataclass
class Process:
    """A gateway in a process of its own."""

    process: "subprocess.Popen[bytes]"
    port: int

    async def ready(self) -> httpx.Response | None:
        """What `/readyz` says, None while nobody answers."""
        try:
            async with httpx.AsyncClient() as client:
                return await client.get(f"http://127.0.0.1:{self.port}/readyz")
        except httpx.TransportError:
            return None

    async def is_ready(self) -> bool:
        """Whether it may be sent sockets."""
        answer = await self.ready()
        return answer is not None and answer.status_code == 200

    async def connect(self) -> Leaver:
        """A socket that has been greeted, or sent away."""
        link = await connect(
            f"ws://127.0.0.1:{self.port}/ws",
            additional_headers={"Authorization": f"Bearer {TOKEN}"},
            subprotocols=[SUBPROTOCOL],  # pyright: ignore[reportArgumentType] - a NewType of str
        )
        return Leaver(link)


@pytest.fixture
async def gateway(
    request: pytest.FixtureRequest, sqlite_url: str, redis_url: str, tmp_path: Path
) -> AsyncIterator[Process]:
    port = free_port()
    settings = environment(
        HEADWAY_REDIS_URL=redis_url,
        HEADWAY_DATABASE_URL=sqlite_url,
        HEADWAY_DATA_DIR=str(tmp_path / "data"),
        HEADWAY_TOKEN=TOKEN,
        HEADWAY_PORT=str(port),
        HEADWAY_BYE_SECONDS=str(getattr(request, "param", WINDOW)),
    )
    process = subprocess.Popen([sys.executable, "-m", "service.gateway"], env=settings)
    one = Process(process, port)
    try:
        await until(one.is_ready, "the gateway is ready")
        yield one
    finally:
        process.kill()
        process.wait()


async def test_sockets_leave_spread_over_the_window_and_the_process_ends_a_second_after_it(
    gateway: Process,
) -> None:
    leavers = [await gateway.connect() for _ in range(SOCKETS)]
    stalled = await gateway.connect()
    stalled.link.transport.pause_reading()
    staying = [asyncio.create_task(each.stay()) for each in leavers]
    gateway.process.send_signal(signal.SIGTERM)
    began = time.monotonic()
    answer = await until(gateway.ready, "it still answers")
    while answer is not None and answer.status_code == 200 and time.monotonic() - began < WINDOW / 3:
        answer = await gateway.ready()
    assert answer is not None and answer.status_code == 503
    late = await gateway.connect()
    await late.stay()
    assert late.code == 4200 and late.bye is not None

    await until(lambda: gateway.process.poll() is not None, "it has ended")
    took = time.monotonic() - began
    await asyncio.gather(*staying)
    assert gateway.process.returncode == 0
    assert WINDOW * 0.8 < took < WINDOW + 1 + SLACK
    assert {each.code for each in leavers} == {4200}
    assert all(each.bye is not None and 0 <= each.bye <= 500 for each in leavers)
    assert len({each.bye for each in leavers}) > SOCKETS / 4, "each has a moment of its own"
    bins = [int((each.at - began) * 2) for each in leavers]
    assert max(bins.count(each) for each in bins) <= 2.5 * SOCKETS / (WINDOW * 2), sorted(bins)
    stalled.link.transport.abort()


@pytest.mark.parametrize("gateway", [60.0], indirect=True)
async def test_without_sockets_it_does_not_wait_for_its_window(gateway: Process) -> None:
    gateway.process.send_signal(signal.SIGTERM)
    await until(lambda: gateway.process.poll() is not None, "it has ended")
    assert gateway.process.returncode == 0


async def test_a_request_may_take_what_is_left_of_the_window(gateway: Process) -> None:
    """It began before the stop and ends after it; without sockets the gateway waits for nothing else."""

    async def body() -> AsyncIterator[bytes]:
        yield b'{"name":'
        gateway.process.send_signal(signal.SIGTERM)
        await until(stops, "it stops")
        yield b'"late"}'

    async def stops() -> bool:
        return not await gateway.is_ready()

    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(headers=headers) as client:
        answer = await client.post(f"http://127.0.0.1:{gateway.port}/api/batches", content=body())
    assert answer.status_code == 201
    await until(lambda: gateway.process.poll() == 0, "it has ended")
