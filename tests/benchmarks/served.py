"""A whole `headway up` under measurement: its workers all there, its processes known by their parts."""

import asyncio
import http.client
import os
import time
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import orjson

from service.cli.server import read_token
from service.client import Client
from service.domain.json import JsonObject
from tests.benchmarks.measuring import cpu_seconds
from tests.support.headway_process import RunningHeadway, descendants, gone, started_up
from tests.support.waiting import until

_BOUNDARY = "headway-benchmark"
_STOP_SECONDS = 15.0
# Part of Headway -> what its command line holds. Children that a template has forked are counted with it.
_PARTS = {
    "gateway": "service.gateway",
    "workers": "workers.main",
    "children": "workers.children",
    "supervisor": "workers.supervisor",
    "redis": "redis",
    "up": "service.cli",
}


@dataclass(frozen=True)
class File:
    """What is uploaded: pieces that are sent one after the other, so that a large file needs no memory."""

    name: str
    pieces: Sequence[bytes]

    @property
    def size(self) -> int:
        """Bytes of the content."""
        return sum(map(len, self.pieces))


@dataclass(frozen=True)
class Sent:
    """An answered upload; `began` is the time of day at which sending began, in seconds."""

    began: float
    seconds: float
    answer: JsonObject


@dataclass
class Served:
    """A Headway whose workers all live."""

    up: RunningHeadway
    token: str

    def http(self) -> httpx.AsyncClient:
        """A client that is signed in."""
        return httpx.AsyncClient(base_url=self.up.url, headers=self._headers(), timeout=60)

    def watching(self) -> Client:
        """The subscriber's client."""
        return Client(self.up.url, self.token, give_up_seconds=10)

    async def upload(self, *files: File, query: str = "pipeline=text&force=true") -> Sent:
        """One request, from a thread of its own; fails unless every file is accepted."""
        sent = await asyncio.to_thread(send, self.up.url, f"/api/uploads?{query}", files, self._headers())
        assert len(sent.answer.get("accepted", ())) == len(files), sent.answer
        return sent

    def cpu(self) -> dict[str, float]:
        """CPU seconds so far, by part."""
        used = dict.fromkeys(_PARTS, 0.0)
        for pid, line in {**descendants(self.up.process.pid), self.up.process.pid: "service.cli"}.items():
            part = next((part for part, held in _PARTS.items() if held in line), "up")
            used[part] += cpu_seconds(pid, with_reaped=part == "children")
        return used

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@asynccontextmanager
async def served(
    folder: Path, *, workers: int | None = None, **settings: str
) -> AsyncGenerator[Served, None]:
    """Started on the folder, with all of its workers at work; stopped, and nothing of it left, at the end."""
    up = await started_up(folder, *(["--workers", str(workers)] if workers else []), **settings)
    pids = up.pids() | {up.process.pid}
    try:
        token = read_token(up.data_dir)
        assert token, "the server has made a token"
        one = Served(up, token)
        await until(lambda: _all_work(one, workers), "all workers are at work", seconds=30)
        yield one
    finally:
        pids |= up.pids()
        try:
            up.interrupt()
            await up.ended(_STOP_SECONDS)
            await gone(pids)
        finally:
            up.kill()


def send(url: str, target: str, files: Iterable[File], headers: dict[str, str]) -> Sent:
    """POSTs the files as one multipart body; blocks until the answer is there, which must be a 2xx."""
    address = urlsplit(url)
    body: list[bytes] = []
    for file in files:
        head = (
            f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="{file.name}"\r\n\r\n'
        )
        body += [head.encode(), *file.pieces, b"\r\n"]
    body.append(f"--{_BOUNDARY}--\r\n".encode())
    sent_headers = {
        **headers,
        "Content-Type": f"multipart/form-data; boundary={_BOUNDARY}",
        "Content-Length": str(sum(map(len, body))),
    }
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=300)
    connection.connect()
    began, clock = time.time(), time.perf_counter()
    try:
        connection.request("POST", target, body, sent_headers)
        answer = connection.getresponse()
        content = answer.read()
    finally:
        connection.close()
    assert 200 <= answer.status < 300, f"{answer.status}: {content[:500]!r}"
    return Sent(began, time.perf_counter() - clock, orjson.loads(content or b"{}"))


async def _all_work(one: Served, workers: int | None) -> bool:
    async with one.http() as http:
        answer = (await http.get("/api/admin/workers")).raise_for_status()
        known = answer.json()["workers"]
        wanted = workers or len(os.sched_getaffinity(0))
        templates = one.up.pids("workers.children.template")
        return len(known) >= wanted and len(templates) >= wanted
