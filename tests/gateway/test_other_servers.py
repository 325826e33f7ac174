"""Under servers that do not hand the connection over, sockets are what they are: only not as cheap."""

import warnings
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.websockets import WebSocketDisconnect

from service.adapters.database import Database
from service.adapters.echo import Echo
from service.adapters.event_log import EventLog
from service.adapters.records import accounts
from service.adapters.records.intake import NewDocument, Order, accept
from service.domain.ids import new_id
from service.gateway.auth import Auth
from service.gateway.live import Pulse, open_live
from service.gateway.origins import Origins
from service.protocol.frames import SUBPROTOCOL
from tests.support.live_gateway import SPEC, Gateway, running_gateway
from tests.support.waiting import until

with warnings.catch_warnings():
    # It would rather have another HTTP client, which no socket here needs.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient, WebSocketTestSession


@pytest.fixture
async def stock(sqlite_url: str, redis_url: str) -> AsyncIterator[Gateway]:
    """uvicorn with the WebSocket class that it comes with."""
    pulse = Pulse(heartbeat_seconds=1.0, send_deadline_seconds=0.5)
    server = {"ws": "websockets-sansio", "ws_ping_interval": None}
    async with running_gateway(sqlite_url, redis_url, pulse, server=server) as one:
        yield one


@pytest.mark.anyio
async def test_a_stock_uvicorn_serves_snapshots_patches_heartbeats_and_farewells(stock: Gateway) -> None:
    ann, token = await stock.user("Ann")
    job = await stock.job(ann)
    topic = f"job:{job}"
    client = await stock.connect(token)
    await client.subscribe(topic)
    await client.subscribe("jobs")
    await client.shows(topic, state="queued")
    for number in range(1, 30):
        await stock.work(job, ann, "s1", number, pages={str(number): "td"})
    await stock.change(job, state="completed", percent=100.0, ended_at=3.0)
    await client.shows(topic, state="completed")
    assert client.reader.job(topic) == await stock.log.snapshot(job)
    assert client.reader.gaps == client.reader.repeated == []
    await until(lambda: client.of("ping"), "a heartbeat")
    await client.send(b"\x00")
    assert await until(lambda: client.closed, "it is closed") == 4000
    other = await stock.connect(token)
    await stock.live.drain(0.1)
    assert await until(lambda: other.closed, "it was sent away") == 4200
    assert other.frames[-1]["type"] == "bye"
    assert stock.live.sockets == 0 and stock.live.views.topics == []


@pytest.mark.anyio
async def test_a_reader_that_takes_nothing_is_let_go_there_too(stock: Gateway) -> None:
    ann, token = await stock.user("Ann")
    job = await stock.job(ann)
    stalled = await stock.connect(token)
    await stalled.subscribe(f"job:{job}")
    await stalled.shows(f"job:{job}", state="queued")
    stalled.link.transport.pause_reading()
    await stock.change(job, state="processing")
    line: dict[str, Any] = {"at": 1.0, "level": "info", "params": {}, "text": "x" * 500_000}
    number = 0

    async def gone() -> bool:
        nonlocal number
        number += 1
        await stock.work(job, ann, "s1", number, log=[{**line, "code": str(number)}])
        return stock.live.sockets == 0

    await until(gone, "it is let go", every=0.02)
    stalled.link.transport.abort()


def test_starlettes_test_client_speaks_with_it(sqlite_url: str, redis_url: str) -> None:
    told: dict[str, str] = {}

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None]:
        db, log = Database(sqlite_url), EventLog(redis_url)
        echo = Echo(db, log)
        async with open_live(redis_url, db, echo, log, Auth(db, Origins(None, ()))) as live:
            app.router.routes[:] = [live.route()]
            async with db.writing() as session:
                ann = await accounts.make_user(session, "Ann", is_admin=False)
                told["token"] = await accounts.make_token(session, ann.user_id)
                document = NewDocument(new_id(), "a.pdf", "pdf", 1000, new_id())
                accepted = await accept(session, document, SPEC, Order(ann.user_id, None, {}))
            await echo.publish(accepted.job_id)
            told["topic"] = f"job:{accepted.job_id}"
            yield
        await log.close()
        await db.close()

    def connected(client: TestClient, token: str) -> WebSocketTestSession:
        headers = {"Authorization": f"Bearer {token}"}
        return client.websocket_connect("/ws", subprotocols=[SUBPROTOCOL], headers=headers)

    with TestClient(Starlette(lifespan=lifespan)) as client:
        with connected(client, told["token"]) as socket:
            frame = socket.receive_json()
            while frame["type"] in ("hello", "degraded", "recovered"):
                socket.send_json({"type": "subscribe", "id": 1, "topic": told["topic"]})
                frame = socket.receive_json()
            assert frame["type"] == "snapshot" and frame["value"]["state"] == "queued"
            socket.send_text("no JSON")
            assert closed_with(socket) == 4000
        with connected(client, "hw_wrong") as socket:
            assert closed_with(socket) == 4001


def closed_with(socket: WebSocketTestSession) -> int:
    """The code, after whatever else was sent."""
    try:
        while True:
            socket.receive_json()
    except WebSocketDisconnect as closed:
        return closed.code
