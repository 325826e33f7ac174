"""What is refused before anybody reads it is refused like everything else: as a problem, on a real port."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest
import uvicorn
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from service.gateway.requests import LONGEST_ADDRESS, Requests
from tests.support.waiting import until

pytestmark = pytest.mark.anyio


async def answering(scope: Any, receive: Any, send: Any) -> None:
    """Answers with how long the address was."""
    request = Request(scope)
    await PlainTextResponse(str(len(request.url.path) + len(request.url.query)))(scope, receive, send)


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """uvicorn as Headway runs it."""
    config = uvicorn.Config(answering, port=0, http=Requests, lifespan="off", log_level="critical")
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve())
    await until(lambda: server.started, "it listens")
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await running


async def asked(port: int, request: bytes, *, step: int = 1 << 20) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of the last answer before the connection ends."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for at in range(0, len(request), step):
        writer.write(request[at : at + step])
        await writer.drain()
    answer = await asyncio.wait_for(reader.read(), 20)
    writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    return int(first.split()[1]), headers, body


def get(address: str) -> bytes:
    return f"GET {address} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n".encode()


def is_problem(told: tuple[int, dict[str, str], bytes], status: int, code: str) -> None:
    problem = orjson.loads(told[2])
    assert (told[0], problem["status"], problem["code"]) == (status, status, code)
    assert problem["support_id"] and problem["detail"]
    headers = told[1]
    assert headers["content-type"] == "application/problem+json"
    assert headers["content-length"] == str(len(told[2])) and headers["connection"] == "close"


@pytest.mark.parametrize("step", [1 << 20, 7001])
async def test_an_address_that_is_too_long_is_a_problem_however_it_comes(port: int, step: int) -> None:
    for more in (1, 5000, 3 << 20):
        for address in (
            "/" + "a" * (LONGEST_ADDRESS - 1 + more),
            "/?q=" + "%20" * ((LONGEST_ADDRESS + more) // 3 + 1),
        ):
            try:
                told = await asked(port, get(address), step=step)
            except ConnectionError:
                assert more == 3 << 20, "it may break off what goes on to send after the answer"
                continue
            if told[0]:
                is_problem(told, 414, "address_too_long")


async def test_an_address_as_long_as_may_be_is_answered(port: int) -> None:
    assert (await asked(port, get("/" + "a" * (LONGEST_ADDRESS - 1))))[0] == 200


@pytest.mark.parametrize(
    "request_",
    [b"\x00\x01\x02\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/1.1\r\nbad header\r\n\r\n", b"\x16\x03\x01" * 9],
)
async def test_what_is_no_request_is_a_problem(port: int, request_: bytes) -> None:
    is_problem(await asked(port, request_), 400, "bad_request")
