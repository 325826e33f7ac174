"""A gateway that has as many sockets as it can hold still answers everybody: newcomers are told to wait."""

import subprocess
import sys
from functools import partial
from pathlib import Path

import httpx
import pytest

from tests.support.bare_socket import CLOSE, TEXT, bare_socket
from tests.support.headway_process import environment
from tests.support.ports import free_port
from tests.support.waiting import until

pytestmark = pytest.mark.anyio

TOKEN = "token-of-the-local-user"
SOFT, HARD = 64, 128
ROOM = 96
"""Of 128 descriptors a quarter is kept back."""


async def test_it_holds_what_its_descriptors_allow_and_asks_others_to_come_back(
    sqlite_url: str, redis_url: str, tmp_path: Path
) -> None:
    port = free_port()
    settings = environment(
        HEADWAY_REDIS_URL=redis_url,
        HEADWAY_DATABASE_URL=sqlite_url,
        HEADWAY_DATA_DIR=str(tmp_path / "data"),
        HEADWAY_TOKEN=TOKEN,
        HEADWAY_PORT=str(port),
    )
    few = f'ulimit -S -n {SOFT} && ulimit -H -n {HARD} && exec "$0" -m service.gateway'
    process = subprocess.Popen(["sh", "-c", few, sys.executable], env=settings)
    url = f"http://127.0.0.1:{port}"

    async def answers(path: str) -> bool:
        try:
            async with httpx.AsyncClient() as client:
                return (await client.get(f"{url}{path}")).status_code == 200
        except httpx.TransportError:
            return False

    try:
        await until(partial(answers, "/readyz"), "the gateway is ready")
        inside = [await bare_socket(url, TOKEN) for _ in range(ROOM)]
        assert [await each.next() is not None for each in inside] == [True] * ROOM
        for _ in range(3):
            late = await bare_socket(url, TOKEN)
            opcode, payload = await late.next() or (None, b"")
            assert (opcode, payload[:2]) == (CLOSE, (4100).to_bytes(2, "big"))
            late.abort()
        assert await answers("/readyz")
        inside.pop().abort()

        async def let_in() -> bool:
            one = await bare_socket(url, TOKEN)
            opcode, _ = await one.next() or (None, b"")
            if opcode == TEXT:
                inside.append(one)
            else:
                one.abort()
            return opcode == TEXT

        await until(let_in, "who leaves makes room")
        for each in inside:
            each.abort()
    finally:
        process.kill()
        process.wait()
