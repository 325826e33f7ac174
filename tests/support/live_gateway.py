"""The live side of a gateway on a real port, real Redis and real SQL, with users, jobs and a plain client."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
import uvicorn
from sqlalchemy import update
from starlette.applications import Starlette
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from service.adapters.database import Database
from service.adapters.echo import Echo
from service.adapters.event_log import EventLog
from service.adapters.events import StepFacts
from service.adapters.records import accounts
from service.adapters.records.intake import NewDocument, Order, accept
from service.adapters.tables import BatchRow, JobRow
from service.domain.account import Actor
from service.domain.ids import new_id
from service.domain.pipeline import FirstStep, PipelineSpec
from service.gateway.auth import Auth
from service.gateway.live import Live, Pulse, open_live
from service.gateway.origins import Origins
from service.gateway.wire import server_options
from service.protocol.frames import SUBPROTOCOL
from tests.support.frame_check import frame_faults
from tests.support.reader import Reader
from tests.support.waiting import until

SPEC = PipelineSpec("text", ("inspecting", "reading"), ("pdf",), {}, FirstStep(10, 1000, 10))


class Client:
    """One socket and the state that its frames give. Every frame is held against the AsyncAPI document."""

    def __init__(self, link: ClientConnection) -> None:
        self.link = link
        self.reader = Reader()
        self.frames: list[dict[str, Any]] = []
        self.faults: list[str] = []
        self.closed: int | None = None
        self._requests = 0
        self._task = asyncio.create_task(self._read())

    async def send(self, frame: Any) -> None:
        """A frame, or text or bytes as they are."""
        await self.link.send(frame if isinstance(frame, str | bytes) else orjson.dumps(frame).decode())

    async def subscribe(self, topic: str, since: str | None = None) -> None:
        """Asks for a topic."""
        self._requests += 1
        told = {"type": "subscribe", "id": self._requests, "topic": topic}
        await self.send({**told, "since": since} if since else told)

    def of(self, kind: str, topic: str | None = None) -> list[dict[str, Any]]:
        """The frames of a type so far, of a topic if one is named."""
        return [each for each in self.frames if each["type"] == kind and topic in (None, each.get("topic"))]

    async def shows(self, topic: str, **fields: Any) -> dict[str, Any]:
        """Waits until the job's value has these fields; returns it."""

        def value() -> dict[str, Any] | None:
            known = self.reader.job(topic)
            fits = known and all(known.value.get(name) == each for name, each in fields.items())
            return known.value if known and fits else None

        await until(value, f"{topic} shows {fields}")
        return value() or {}

    async def close(self) -> None:
        """Leaves."""
        await self.link.close()
        await self._task

    async def _read(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for text in self.link:
                frame = orjson.loads(text)
                self.frames.append(frame)
                self.faults += frame_faults(frame)
                if frame["type"] == "ping":
                    await self.send({"type": "pong"})
                self.reader.take(frame)
        self.closed = self.link.close_code


@dataclass
class Gateway:
    """A running gateway and what stands behind it. `url` is http://…"""

    url: str
    live: Live
    db: Database
    log: EventLog
    echo: Echo
    clients: list[Client] = field(default_factory=list[Client])

    @property
    def ws(self) -> str:
        """The socket's URL."""
        return self.url.replace("http", "ws", 1) + "/ws"

    async def user(self, name: str, *, is_admin: bool = False) -> tuple[Actor, str]:
        """A new account and its token."""
        async with self.db.writing() as session:
            actor = await accounts.make_user(session, name, is_admin=is_admin)
            return actor, await accounts.make_token(session, actor.user_id)

    async def connect(self, token: str | None, **options: Any) -> Client:
        """A client whose greeting is there."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers.update(options.pop("headers", {}))
        options = {"subprotocols": [SUBPROTOCOL], "max_size": 2**26, **options}
        link = await connect(self.ws, additional_headers=headers, compression=None, **options)
        client = Client(link)
        self.clients.append(client)
        await until(lambda: client.frames or client.closed is not None, "a greeting or the end")
        return client

    async def job(
        self, owner: Actor, name: str = "a.pdf", *, batch: str | None = None, publish: bool = True
    ) -> str:
        """A new queued job, in SQL and in the event log."""
        async with self.db.writing() as session:
            document = NewDocument(new_id(), name, "pdf", 1000, new_id())
            job_id = (await accept(session, document, SPEC, Order(owner.user_id, batch, {}))).job_id
        if publish:
            await self.echo.publish(job_id)
        return job_id

    async def batch(self, owner: Actor) -> str:
        """A new empty batch."""
        batch_id = new_id()
        async with self.db.writing() as session:
            session.add(BatchRow(id=batch_id, owner_id=owner.user_id, name="Batch", created_at=1.0))
        return batch_id

    async def change(self, job_id: str, **columns: Any) -> None:
        """Changes the job's row and publishes it."""
        await self.commit(job_id, **columns)
        await self.echo.publish(job_id)

    async def commit(self, job_id: str, **columns: Any) -> None:
        """Changes the job's row, and nobody is told."""
        async with self.db.writing() as session:
            await session.execute(
                update(JobRow).where(JobRow.id == job_id).values(revision=JobRow.revision + 1, **columns)
            )

    async def work(self, job_id: str, owner: Actor, step: str, done: int, **more: Any) -> None:
        """A worker's report: so many of the step's 1000 ms are done."""
        facts = StepFacts(job_id, owner.user_id, more.pop("run", 1), step, 1, done, 1000, **more)
        await self.log.append_facts(facts)


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """The test runner keeps its signals."""
        yield


@asynccontextmanager
async def serving(app: Starlette, options: dict[str, Any] | None = None) -> AsyncGenerator[str]:
    """The application under uvicorn on a free port, with the gateway's options unless others are given: its URL."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        given = server_options() if options is None else options
        config = uvicorn.Config(app, log_level="error", lifespan="off", **given)
        server = _Server(config)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            await until(lambda: server.started, "uvicorn started")
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await task


@asynccontextmanager
async def running_gateway(
    database_url: str,
    redis_url: str,
    pulse: Pulse | None = None,
    *,
    allowed: tuple[str, ...] = (),
    server: dict[str, Any] | None = None,
) -> AsyncGenerator[Gateway]:
    """A gateway with its live side only; `server` holds other options for uvicorn."""
    db, log = Database(database_url), EventLog(redis_url)
    echo = Echo(db, log)
    auth = Auth(db, Origins(None, allowed))
    try:
        async with (
            open_live(redis_url, db, echo, log, auth, pulse) as live,
            serving(Starlette(routes=[live.route()]), server) as url,
        ):
            gateway = Gateway(url, live, db, log, echo)
            await until(lambda: live.is_ready, "the gateway has its source")
            yield gateway
            for client in gateway.clients:
                await client.close()
                assert client.faults == [], "a frame was sent that the AsyncAPI document does not describe"
    finally:
        await log.close()
        await db.close()
