"""A client that stops sending in the middle keeps neither its connection nor the file in flight."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import orjson
import pytest
from sqlalchemy import select
from starlette.types import Message, Receive, Scope, Send

from service.adapters.tables import DocumentRow, IdempotencyRow
from service.gateway.patience import Patience
from tests.support import http_gateway
from tests.support.http_gateway import LOCAL_TOKEN, PDF, Gateway, multipart
from tests.support.live_gateway import serving

pytestmark = [pytest.mark.anyio, pytest.mark.keys_may_stay("headway:steps", "headway:images")]

IDLE_SECONDS = 0.4


@pytest.fixture
async def hasty(sqlite_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[Gateway]:
    """A gateway with little patience."""
    settings = http_gateway.settings_for(sqlite_url, redis_url, tmp_path, upload_idle_seconds=IDLE_SECONDS)
    async with http_gateway.gateway(settings) as one:
        yield one


class Sender:
    """A request that is sent piece by piece."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @staticmethod
    async def begin(url: str, length: int, *headers: str, path: str = "/api/uploads") -> "Sender":
        reader, writer = await asyncio.open_connection(*url.removeprefix("http://").split(":"))
        lines = (
            f"POST {path} HTTP/1.1",
            "Host: headway.test",
            f"Authorization: Bearer {LOCAL_TOKEN}",
            f"Content-Length: {length}",
            *headers,
        )
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        return Sender(reader, writer)

    async def send(self, piece: bytes) -> None:
        self._writer.write(piece)
        await self._writer.drain()

    async def answered(self) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body; the server must have closed the connection after them."""
        async with asyncio.timeout(10):
            raw = await self._reader.read()
        self._writer.close()
        head, _, body = raw.partition(b"\r\n\r\n")
        status, *lines = head.decode().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines)
        return int(status.split()[1]), headers, body


async def names(site: Gateway) -> list[str]:
    async with site.db.reading() as session:
        return list(await session.scalars(select(DocumentRow.name).order_by(DocumentRow.id)))


async def test_the_file_in_flight_is_dropped_and_those_before_it_are_kept(hasty: Gateway) -> None:
    body, headers = multipart(
        ("files", "first.pdf", PDF + b"1"), ("files", "second.pdf", PDF + bytes(90_000))
    )
    told = [f"{name}: {value}" for name, value in headers.items()]
    async with serving(hasty.app) as url:
        sender = await Sender.begin(url, len(body), *told, "Idempotency-Key: k")
        await sender.send(body[:50_000])
        status, answered, raw = await sender.answered()
    assert (status, answered["content-type"]) == (408, "application/problem+json")
    problem = orjson.loads(raw)
    assert (problem["code"], problem["params"]) == ("body_stopped", {"limit": IDLE_SECONDS})
    assert [each["name"] for each in problem["accepted"]] == ["first.pdf"]
    assert [(each["name"], each["problem"]["code"]) for each in problem["rejected"]] == [
        ("second.pdf", "body_stopped")
    ]
    assert await names(hasty) == ["first.pdf"]
    assert len(hasty.blobs()) == 1
    async with hasty.db.reading() as session:
        assert await session.scalar(select(IdempotencyRow.key)) is None, "the key is free for another try"


@pytest.mark.parametrize("sent", [0, 20, 120])
async def test_a_body_that_stops_before_its_first_file_is_ended_too(hasty: Gateway, sent: int) -> None:
    body, headers = multipart(("options", None, b"{}"), ("files", "first.pdf", PDF))
    async with serving(hasty.app) as url:
        sender = await Sender.begin(url, len(body), f"Content-Type: {headers['Content-Type']}")
        await sender.send(body[:sent])
        status, _, raw = await sender.answered()
    assert (status, orjson.loads(raw)["code"]) == (408, "body_stopped")
    assert hasty.blobs() == []


async def test_any_other_body_that_stops_is_ended_too(hasty: Gateway) -> None:
    async with serving(hasty.app) as url:
        sender = await Sender.begin(url, 100, path="/api/batches")
        await sender.send(b'{"name": "')
        status, _, raw = await sender.answered()
    assert (status, orjson.loads(raw)["code"]) == (408, "body_stopped")


async def test_a_slow_body_that_goes_on_is_waited_for() -> None:
    """Each pause is shorter than the patience; all of them together are longer."""
    taken = 0

    async def receive() -> Message:
        await asyncio.sleep(0.1)
        return {"type": "http.request", "body": b"x", "more_body": True}

    async def send(_message: Message) -> None:
        """Nothing is answered."""

    async def app(_scope: Scope, receive: Receive, _send: Send) -> None:
        nonlocal taken
        for _ in range(12):
            await receive()
            taken += 1

    await Patience(app, 1.0)({"type": "http"}, receive, send)
    assert taken == 12


async def never() -> Message:
    return await asyncio.get_running_loop().create_future()


@pytest.mark.parametrize("begun", [False, True], ids=["a whole body", "an answer that has begun"])
async def test_after_it_a_client_may_be_silent(*, begun: bool) -> None:
    coming: list[Message] = [{"type": "http.request", "body": b"x", "more_body": begun}]
    sent: list[Message] = []

    async def receive() -> Message:
        return coming.pop(0) if coming else await never()

    async def send(message: Message) -> None:
        sent.append(message)

    async def app(_scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        if begun:
            await send({"type": "http.response.start", "status": 200, "headers": []})
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(receive(), 0.2)

    await Patience(app, 0.02)({"type": "http"}, receive, send)
    assert len(sent) == begun
