"""The service as the page sees it, with scripted jobs: a real server that speaks `/ws` and `/api` by the contract.

It lets the page be looked at, and tested, in states that real documents reach seldom or late. `page_gallery` fills it.
"""

import asyncio
import contextlib
import struct
import threading
import time
import zlib
from collections.abc import Generator
from pathlib import Path
from typing import Any

import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from service.domain.ids import new_id
from service.domain.json import JsonObject
from service.protocol.page_ranges import packed_fields
from service.protocol.patch import Patch, apply, card_patch
from service.protocol.problems import MEDIA_TYPE, Problem
from service.protocol.snapshot import Snapshot, card
from service.protocol.topics import JobTopic, ListTopic, Topic, parse_topic
from tests.support import page_book
from tests.support import page_scenes as scenes

STATIC = Path(__file__).parents[2] / "frontend_static"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types headway"
)


class Simulator:
    """Holds the jobs and tells every socket what changes. Change its fields to change how it behaves."""

    def __init__(self) -> None:
        self.jobs: dict[str, Snapshot] = {}
        self.sockets: dict[WebSocket, set[str]] = {}
        self.commands: list[tuple[str, str]] = []
        self.signed_in = True
        self.reachable = True
        self.hold_uploads = False
        self.tick = 0.15
        self.queue: JsonObject = {"of": 0, "jobs": {}}
        self.workers: JsonObject = {"workers": {}, "queue": {}, "engines": {}}
        self.loop = asyncio.new_event_loop()
        self.book = page_book.Book(lambda job_id: self.jobs[job_id].value, self.patch)
        self._tasks: set[asyncio.Task[None]] = set()

    # What tests call, from their own thread.

    def add(self, value: JsonObject, **changes: Any) -> str:
        """A job in this state, told to everybody."""
        snapshot = Snapshot(value["id"], "e1", 1, 1, {**value, **changes})
        self.run(self._add(snapshot))
        return value["id"]

    def change(self, job_id: str, changes: JsonObject) -> None:
        """A patch of a job, told to everybody."""
        self.run(self.patch(job_id, changes))

    def drop_links(self, code: int) -> None:
        """Closes every socket with this code."""

        async def drop() -> None:
            for socket in list(self.sockets):
                await socket.close(code)

        self.run(drop())

    def run(self, work: Any) -> None:
        """Runs a coroutine where the server runs."""
        asyncio.run_coroutine_threadsafe(work, self.loop).result(10)

    # What the server does.

    async def _add(self, snapshot: Snapshot) -> None:
        self.jobs[snapshot.job_id] = snapshot
        await self._tell_lists(snapshot, "card", card(snapshot.value), (snapshot.seq, snapshot.seq))

    async def patch(self, job_id: str, changes: JsonObject, run: int | None = None) -> None:
        """Applies a patch by the law and sends it to all who should hear."""
        before = self.jobs[job_id]
        patch = Patch(job_id, before.epoch, before.seq + 1, before.seq + 1, run or before.run, changes)
        after = self.jobs[job_id] = apply(before, patch)
        span = [patch.first, patch.last]
        told = {"type": "patch", "job_id": job_id, "epoch": patch.epoch, "seq": span, "run": patch.run}
        await self._tell(f"job:{job_id}", {**told, "set": packed_fields(patch.set)})
        await self._tell_lists(after, "patch", card_patch(patch).set, (patch.first, patch.last))

    async def _tell_lists(
        self, snapshot: Snapshot, kind: str, what: JsonObject, span: tuple[int, int]
    ) -> None:
        frame = {
            "type": kind,
            "job_id": snapshot.job_id,
            "epoch": snapshot.epoch,
            "seq": span,
            "run": snapshot.run,
            "place": 0,
            "value" if kind == "card" else "set": what,
        }
        for topic in {each for topics in self.sockets.values() for each in topics}:
            if isinstance(parsed := parse_topic(topic), ListTopic) and self._fits(snapshot, parsed):
                await self._tell(topic, frame)
                more = sum(self._fits(each, parsed) for each in self.jobs.values()) > parsed.filters.limit
                await self._tell(topic, {"type": "counts", "counts": self.counts(), "more": more})
        value = self.batch(snapshot.value["batch_id"])
        value["jobs"] = {snapshot.job_id: value["jobs"][snapshot.job_id]}
        await self._tell(f"batch:{value['id']}", {"type": "patch", "set": value})

    async def _tell(self, topic: str, frame: JsonObject) -> None:
        for socket, topics in list(self.sockets.items()):
            if topic in topics:
                with contextlib.suppress(RuntimeError, WebSocketDisconnect):
                    await socket.send_text(orjson.dumps({**frame, "topic": topic}).decode())

    def _fits(self, snapshot: Snapshot, topic: ListTopic) -> bool:
        states = topic.filters.states
        return not states or snapshot.state in states

    def counts(self) -> JsonObject:
        """Jobs by state, and their total."""
        found: dict[str, int] = {"total": len(self.jobs)}
        for each in self.jobs.values():
            found[each.state.value] = found.get(each.state.value, 0) + 1
        return found

    def batch(self, batch_id: str) -> JsonObject:
        """The value of a batch."""
        mine = [each for each in self.jobs.values() if each.value["batch_id"] == batch_id]
        counts: dict[str, int] = {}
        for each in mine:
            counts[each.state.value] = counts.get(each.state.value, 0) + 1
        percents = [each.value.get("percent") or 0 for each in mine]
        return {
            "id": batch_id,
            "total": len(mine),
            "counts": counts,
            "warnings": sum(bool(each.value.get("warnings")) for each in mine),
            "needs_you": counts.get("waiting", 0),
            "percent": round(sum(percents) / max(1, len(percents)), 1),
            "eta_seconds": max((each.value.get("eta_seconds") or 0 for each in mine), default=0) or None,
            "jobs": {
                each.job_id: {
                    "name": each.value["name"],
                    "state": each.state.value,
                    "percent": each.value.get("percent"),
                }
                for each in mine
            },
        }

    def start(self, job_id: str) -> None:
        """Lets a job live by its name; call on the server's loop."""
        value = self.jobs[job_id].value
        work = scenes.live(self.patch, job_id, value["name"], value["page_count"], self.tick)
        task = self.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # The socket.

    async def socket(self, websocket: WebSocket) -> None:
        """One page's connection."""
        if not self.reachable:
            return await websocket.close()
        await websocket.accept(subprotocol="headway.v1")
        if not self.signed_in:
            return await websocket.close(4001)
        hello = {
            "type": "hello",
            "protocol": 1,
            "heartbeat_seconds": 10,
            "resume": {"patches": 1000, "seconds": 600},
        }
        await self._send(websocket, hello)
        await self._send(websocket, {"type": "ping", "at": time.time()})
        self.sockets[websocket] = set()
        try:
            while True:
                frame = orjson.loads(await websocket.receive_text())
                if frame["type"] == "subscribe":
                    await self._subscribe(websocket, frame["topic"])
                elif frame["type"] == "unsubscribe":
                    self.sockets[websocket].discard(frame["topic"])
        except (WebSocketDisconnect, RuntimeError):
            pass
        finally:
            self.sockets.pop(websocket, None)

    async def _subscribe(self, websocket: WebSocket, name: str) -> None:
        topic = parse_topic(name)
        self.sockets[websocket].add(name)
        for frame in self._first_frames(topic, name):
            await self._send(websocket, {**frame, "topic": name})

    def _first_frames(self, topic: Topic, name: str) -> list[JsonObject]:
        if isinstance(topic, JobTopic):
            job = self.jobs.get(topic.job_id)
            if job is None:
                return [{"type": "error", "id": None, "problem": Problem(404, "not_found").json()}]
            return [
                {
                    "type": "snapshot",
                    "reason": "first",
                    **_place(job),
                    "seq": job.seq,
                    "value": packed_fields(job.value),
                }
            ]
        if isinstance(topic, ListTopic):
            fitting = [each for each in self.jobs.values() if self._fits(each, topic)]
            newest = sorted(fitting, key=lambda each: each.value["created_at"], reverse=True)
            shown = newest[: topic.filters.limit]
            first = {"type": "snapshot", "counts": self.counts(), "more": len(newest) > len(shown)}
            cards = [
                {"type": "card", **_place(each), "seq": [1, each.seq], "place": at, "value": card(each.value)}
                for at, each in enumerate(shown)
            ]
            return [first, *cards]
        values = {"admin:workers": self.workers, "queue": self.queue}
        value = values[name] if name in values else self.batch(name.partition(":")[2])
        return [{"type": "snapshot", "value": value}]

    async def _send(self, websocket: WebSocket, frame: JsonObject) -> None:
        await websocket.send_text(orjson.dumps(frame).decode())

    # The HTTP interface.

    async def session(self, request: Request) -> Response:
        """Signs in with the code `open`, out with DELETE."""
        if request.method == "POST":
            code = (await request.json())["code"]
            if code != "open":
                return _problem(403, "code_used")
            self.signed_in = True
            return Response(status_code=204)
        if request.method == "DELETE":
            self.signed_in = False
            return Response(status_code=204)
        if not self.signed_in:
            return _problem(401, "sign_in")
        return _json(
            {
                "user": {"id": new_id(), "name": "You", "role": "admin"},
                "limits": {
                    "file_bytes": 500_000_000,
                    "files_per_request": 200,
                    "accepts": [
                        ".pdf",
                        ".png",
                        ".jpg",
                        ".tiff",
                        ".webp",
                        ".docx",
                        ".pptx",
                        ".xlsx",
                        ".csv",
                        ".txt",
                    ],
                },
                "version": "0.1.0",
            }
        )

    async def uploads(self, request: Request) -> Response:
        """Takes files in; names that end in `.exe` are refused."""
        while self.hold_uploads:
            await asyncio.sleep(0.05)
        try:
            form = await request.form()
        except ClientDisconnect:
            return Response(status_code=400)
        accepted: list[JsonObject] = []
        rejected: list[JsonObject] = []
        for part in form.getlist("files"):
            if isinstance(part, str):
                continue
            name = part.filename or ""
            if name.endswith(".exe"):
                problem = Problem(422, "unsupported_type", {"accepted": "PDF, PNG, DOCX, TXT"}).json()
                rejected.append({"name": name, "problem": problem})
                continue
            value = scenes.new_value(name, batch=request.query_params["batch"], size=part.size or 0)
            started = request.query_params.get("start") != "false"
            value["state"] = "queued" if started else "staged"
            await self._add(Snapshot(value["id"], "e1", 1, 1, value))
            if started:
                self.start(value["id"])
            accepted.append({"name": name, "job_id": value["id"], "document_id": value["document_id"]})
        body = {"batch_id": request.query_params["batch"], "accepted": accepted, "rejected": rejected}
        return _json(body, 202 if accepted else 422)

    async def command(self, request: Request) -> Response:
        """What people ask of a job."""
        job_id, command = request.path_params["id"], request.path_params["command"]
        self.commands.append((command, job_id))
        if command == "answer":
            answer = (await request.json())["answer"]
            if answer["password"] == "wrong":
                await self.patch(job_id, scenes.asking(again=True))
            else:
                await self.patch(job_id, {"question": None, "state": "queued", "name": "opened.pdf"})
                self.start(job_id)
        elif command == "retry":
            again = {"state": "queued", "percent": 0.0, "error": None, "ended_at": None, "name": "mended.pdf"}
            await self.patch(job_id, again, self.jobs[job_id].run + 1)
            self.start(job_id)
        else:
            states = {"cancel": "cancelled", "pause": "paused", "resume": "processing", "start": "queued"}
            await self.patch(job_id, {"state": states[command], "eta_seconds": None})
            if command == "start":
                self.start(job_id)
        return _json({"job_id": job_id, "state": self.jobs[job_id].state}, 202)

    async def page_text(self, request: Request) -> Response:
        """A page's text."""
        number = request.path_params["n"]
        text = [f"Page {number}, line {line}: the quick brown fox goes on." for line in range(1, 19)]
        lines = [
            {"text": each, "box": [60.0, 62.0 + 38 * at, 520.0, 82.0 + 38 * at], "confidence": 0.98}
            for at, each in enumerate(text)
        ]
        return _json(
            {
                "number": number,
                "route": "text",
                "engine": "rapidocr",
                "width": 595,
                "height": 842,
                "text": "\n".join(text),
                "lines": lines,
            }
        )

    async def small_answers(self, request: Request) -> Response:
        """The rest of the interface, as short as can be."""
        path = request.url.path
        if path == "/api/pipelines":
            return _json({"items": [scenes.PIPELINE, page_book.PIPELINE]})
        if path == "/api/batches":
            batch_id = new_id()
            return _json({"batch_id": batch_id, "topic": f"batch:{batch_id}"}, 201)
        if path.endswith("/estimate"):
            job_id = request.path_params["id"]
            await self.patch(job_id, {"estimate": {"pages": 120, "steps": 9, "seconds": 74}})
            return _json({"job_id": job_id}, 202)
        if path == "/api/session/links":
            return _json({"url": f"{request.base_url}#code=open", "expires_at": time.time() + 600}, 201)
        if path.endswith(".png"):
            return Response(_paper(), media_type="image/png")
        if path == "/api/admin/jobs":
            return _json(
                {
                    "items": [card(each.value) for each in self.jobs.values()],
                    "next": None,
                    "counts": self.counts(),
                }
            )
        if request.method == "POST":
            self.commands.append((path.rpartition("/")[2], path))
            return _json({"jobs": []}, 202)
        return PlainTextResponse("The text of the document.\n" * 40)

    def app(self) -> ASGIApp:
        """The ASGI application."""

        async def index(_request: Request) -> Response:
            return FileResponse(STATIC / "index.html")

        small = (
            "pipelines",
            "batches",
            "session/links",
            "admin/jobs",
            "admin/jobs/{command}",
            "admin/jobs/all/{command}",
        )
        deep = (
            "batches/{id}/{command}",
            "jobs/{id}/estimate",
            "jobs/{id}/artifacts/{name}",
            "documents/{rest:path}",
        )
        return _Guarded(
            Starlette(
                routes=[
                    *(Route(path, index) for path in ("/", "/admin", "/jobs/{id}")),
                    Mount("/static", StaticFiles(directory=STATIC)),
                    WebSocketRoute("/ws", self.socket),
                    Route("/api/session", self.session, methods=["GET", "POST", "DELETE"]),
                    Route("/api/uploads", self.uploads, methods=["POST"]),
                    *(
                        Route(f"/api/{each}", self.small_answers, methods=["GET", "POST"])
                        for each in (*small, *deep)
                    ),
                    Route("/api/jobs/{id}/pages/{n:int}", self.page_text),
                    *self.book.routes(),
                    Route("/api/jobs/{id}/{command}", self.command, methods=["POST"]),
                ]
            )
        )


class _Guarded:
    """Adds the strict policy to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"].append((b"content-security-policy", POLICY.encode()))
            await send(message)

        await self.app(scope, receive, guarded if scope["type"] == "http" else send)


@contextlib.contextmanager
def simulated(port: int = 0) -> Generator[tuple[Simulator, str]]:
    """A simulator that serves, and its address; ends with the block."""
    simulator = Simulator()
    config = uvicorn.Config(simulator.app(), port=port, log_level="error", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=simulator.loop.run_until_complete, args=(server.serve(),), daemon=True)
    thread.start()
    deadline = time.monotonic() + 10
    while not server.started:
        if time.monotonic() > deadline:
            raise AssertionError("within 10 s the simulator did not start to serve")
        time.sleep(0.01)
    try:
        yield simulator, f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


def _place(job: Snapshot) -> JsonObject:
    return {"job_id": job.job_id, "epoch": job.epoch, "run": job.run}


def _json(body: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(body), status, media_type="application/json")


def _problem(status: int, code: str) -> Response:
    return Response(orjson.dumps(Problem(status, code).json()), status, media_type=MEDIA_TYPE)


def _paper() -> bytes:
    """A PNG of a page with grey lines where words would be."""
    width, height = 595, 842
    rows = bytearray()
    for y in range(height):
        inked = 62 <= y < 746 and (y - 62) % 38 < 12
        row = bytes(140 if inked and 60 <= x < 520 else 255 for x in range(width))
        rows += b"\0" + row
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(bytes(rows))),
        (b"IEND", b""),
    ]
    packed = (
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)
