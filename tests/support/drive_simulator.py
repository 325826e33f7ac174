"""A Google Drive that runs here: the endpoints that the real client asks, state, and misbehaviour on request.

Each request takes the first trouble that is meant for it and still to come; else it is answered well.
"""

import asyncio
import contextlib
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Literal, TypeAlias
from urllib.parse import parse_qs, urlsplit

import orjson

from service.domain.json import JsonObject

Trouble: TypeAlias = Literal["cut", "lost", "hang", "held", "none"] | tuple[int, str] | tuple[int, str, int]
"""Cut off in the middle of the body; done and not answered; never answered; well answered once it is let go, or at
once; a status, Retry-After."""
ROOT = "root-folder"
_GRAIN = 256 * 1024
_VALUE = r"'((?:[^'\\]|\\.)*)'"


@dataclass
class _Session:
    body: JsonObject
    content: bytearray = field(default_factory=bytearray)
    made: JsonObject | None = None


@dataclass
class _Planned:
    trouble: Trouble
    at: str
    times: int


@dataclass
class DriveSimulator:
    """`files` are those that are there, by id, folders too; `contents` the bytes of those that are none."""

    files: dict[str, JsonObject] = field(default_factory=dict[str, JsonObject])
    contents: dict[str, bytes] = field(default_factory=dict[str, bytes])
    seen: list[str] = field(default_factory=list[str])
    received: int = 0
    most_under_way: int = 0
    hung: asyncio.Event = field(default_factory=asyncio.Event)
    free: asyncio.Event = field(default_factory=asyncio.Event)
    _sessions: dict[str, _Session] = field(default_factory=dict[str, _Session])
    _plan: list[_Planned] = field(default_factory=list[_Planned])
    _number: "count[int]" = field(default_factory=count)
    _under_way: int = 0
    _server: asyncio.Server | None = None
    _flows: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    @property
    def endpoint(self) -> str:
        """Where clients find it; without TLS."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def next(self, trouble: Trouble, at: str = "", *, times: int = 1) -> None:
        """The coming requests whose method and target begin so."""
        if trouble == "held":
            self.free.clear()
        self._plan.append(_Planned(trouble, at, times))

    def calm(self) -> None:
        """No trouble is to come any more."""
        self._plan.clear()

    def let_go(self) -> None:
        """Requests that are held, and those that would be, are answered. From any thread."""
        assert self._server is not None
        self._server.get_loop().call_soon_threadsafe(self.free.set)

    def forget_sessions(self) -> None:
        """As Drive does after a week."""
        self._sessions.clear()

    def names(self, folder: str = ROOT) -> list[str]:
        """What lies in a folder, in the order in which it came."""
        return [each["name"] for each in self.files.values() if each["parents"] == [folder]]

    async def open(self) -> None:
        """Begins to listen."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=1 << 20)

    async def close(self) -> None:
        """Ends all connections."""
        assert self._server is not None
        self._server.close()
        for each in self._flows:
            each.cancel()
        await asyncio.gather(*self._flows, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._flows.add(task)
        task.add_done_callback(self._flows.discard)
        self._under_way += 1
        self.most_under_way = max(self.most_under_way, self._under_way)
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                await self._one(reader, writer)
        finally:
            self._under_way -= 1
            writer.transport.abort()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        method, target, _ = head.split(" ", 2)
        headers = {
            name.lower(): value for name, _, value in (line.partition(": ") for line in head.splitlines()[1:])
        }
        self.seen.append(f"{method} {target}")
        trouble = self._trouble(f"{method} {target}")
        length = int(headers.get("content-length", 0))
        body = await reader.readexactly(length // 2 if trouble == "cut" else length)
        self.received += len(body)
        if trouble == "hang":
            self.hung.set()
            await asyncio.Event().wait()
        if trouble == "held":
            await self.free.wait()
        if trouble == "cut" and method == "POST":
            return
        if isinstance(trouble, tuple):
            status, more, answer = trouble[0], "", _error(trouble[0], trouble[1])
            if len(trouble) == 3:
                more = f"Retry-After: {trouble[2]}\r\n"
        else:
            status, more, answer = self._answer(method, target, headers, body)
        if trouble in ("cut", "lost"):
            return
        content = orjson.dumps(answer) if answer is not None else b""
        said = f"HTTP/1.1 {status} Said\r\nConnection: close\r\nContent-Length: {len(content)}\r\n{more}"
        writer.write(f"{said}Content-Type: application/json\r\n\r\n".encode() + content)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    def _trouble(self, line: str) -> Trouble | None:
        for each in self._plan:
            if each.times and line.startswith(each.at):
                each.times -= 1
                return each.trouble
        return None

    def _answer(
        self, method: str, target: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, str, JsonObject | None]:
        url = urlsplit(target)
        asked = parse_qs(url.query)
        if "upload_id" in asked:
            return self._received(asked["upload_id"][0], headers.get("content-range"), body)
        if method == "POST":
            return self._made(orjson.loads(body), resumable="uploadType" in asked)
        if method == "GET" and url.path == "/drive/v3/files":
            return self._listed(asked["q"][0])
        assert method == "DELETE", f"{method} {target} is not asked by this engine"
        gone = self.files.pop(url.path.rsplit("/", 1)[1], None)
        return (204, "", None) if gone else (404, "", _error(404, "notFound"))

    def _made(self, body: JsonObject, *, resumable: bool) -> tuple[int, str, JsonObject | None]:
        if not all(parent == ROOT or parent in self.files for parent in body["parents"]):
            return 404, "", _error(404, "notFound")
        if not resumable:
            return 200, "", self._kept(body)
        session = f"s{next(self._number)}"
        self._sessions[session] = _Session(body)
        return 200, f"Location: {self.endpoint}/upload/drive/v3/files?upload_id={session}\r\n", None

    def _kept(self, body: JsonObject, content: bytes | None = None) -> JsonObject:
        number = next(self._number)
        file = {
            **body,
            "id": f"f{number}",
            "createdTime": f"2026-11-22T00:00:{number:06d}",
            "webViewLink": f"https://drive.example/f{number}",
        }
        self.files[file["id"]] = file
        if content is not None:
            self.contents[file["id"]] = content
        return file

    def _received(
        self, name: str, content_range: str | None, body: bytes
    ) -> tuple[int, str, JsonObject | None]:
        session = self._sessions.get(name)
        if session is None:
            return 404, "", _error(404, "notFound")
        if session.made is not None:
            return 200, "", session.made
        if content_range is None:
            session.made = self._kept(session.body, body)
            return 200, "", session.made
        told = re.fullmatch(r"bytes (?:\*|(\d+)-(\d+))/(\d+)", content_range)
        assert told is not None, content_range
        total = int(told[3])
        if told[1] is not None:
            assert int(told[1]) == len(session.content), "goes on where it was cut off"
            whole = len(body) == int(told[2]) - int(told[1]) + 1
            session.content += body if whole else body[: len(body) // _GRAIN * _GRAIN]
        if len(session.content) == total:
            session.made = self._kept(session.body, bytes(session.content))
            return 200, "", session.made
        there = f"Range: bytes=0-{len(session.content) - 1}\r\n" if session.content else ""
        return 308, there, None

    def _listed(self, wanted: str) -> tuple[int, str, JsonObject | None]:
        for parent in re.findall(_VALUE + " in parents", wanted):
            if parent != ROOT and parent not in self.files:
                return 404, "", _error(404, "notFound")
        found = [each for each in self.files.values() if _is_wanted(wanted, each)]
        return 200, "", {"files": sorted(found, key=lambda each: each["createdTime"])}


def _is_wanted(wanted: str, file: JsonObject) -> bool:
    """Each condition is replaced by whether it holds; what is left is a sentence of `and`, `or` and brackets."""

    def plain(text: str) -> str:
        return re.sub(r"\\(.)", r"\\1", text)

    properties: dict[str, Any] = file.get("appProperties", {})
    rules = (
        (
            rf"appProperties has {{ key={_VALUE} and value={_VALUE} }}",
            lambda m: properties.get(m[1]) == plain(m[2]),
        ),
        (rf"{_VALUE} in parents", lambda m: plain(m[1]) in file["parents"]),
        (rf"mimeType = {_VALUE}", lambda m: file.get("mimeType") == m[1]),
        (rf"name = {_VALUE}", lambda m: file["name"] == plain(m[1])),
        (r"trashed = false", lambda _: not file.get("trashed")),
    )
    for pattern, holds in rules:
        wanted = re.sub(pattern, lambda m, holds=holds: str(holds(m)), wanted)
    assert re.fullmatch(r"(?:True|False|and|or|[() ])+", wanted), wanted
    return bool(eval(wanted))


def _error(status: int, reason: str) -> JsonObject:
    said = {"code": status, "message": reason, "errors": [{"reason": reason, "message": reason}]}
    return {"error": said}


@asynccontextmanager
async def drive_simulator() -> AsyncGenerator[DriveSimulator, None]:
    """An empty Drive, but for its root folder."""
    drive = DriveSimulator()
    await drive.open()
    try:
        yield drive
    finally:
        await drive.close()
