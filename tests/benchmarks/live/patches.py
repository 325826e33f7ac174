"""How many bytes the patches of a job are on the wire, against a full snapshot for each of them.

Real jobs, run by a real worker, are watched from before their start to their end; so is one that is told page by page,
8 a second, as slow reading tells it. For each patch that comes the snapshot frame is built that would have told the
same, with the job as it is then: in full, page by page, as HTTP answers it; and packed, as the socket sends snapshots.
Frames' heads are counted; the snapshot at the beginning, which both need, is not.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import orjson
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from service.domain.json import JsonObject
from service.protocol import written
from service.protocol.frames import SUBPROTOCOL
from tests.benchmarks.live.audience import HOST
from tests.benchmarks.live.dialects import subscribing
from tests.benchmarks.live.gateways import headway
from tests.benchmarks.live.publisher import publisher
from tests.benchmarks.live.stage import stage
from tests.benchmarks.measuring import Goal, Plan, Row, median_row
from tests.benchmarks.served import File, Served, served
from tests.support.reader import Reader
from workers.samples.books import long_text_pdf

GOAL = Goal(at_most=0.25)

_NAME = "live.patches"
_row = partial(median_row, _NAME)
_PAGES_A_SECOND = 8.0
_GIVE_UP_SECONDS = 60.0


@dataclass(frozen=True)
class Sizes:
    """Of one job, in bytes."""

    patches: int
    snapshots: int
    packed_snapshots: int
    frames: int


@dataclass(frozen=True)
class Watched:
    """A job that is about to begin, and who may watch it. `has_ended` is asked of its value."""

    url: str
    token: str
    job_id: str
    begin: Callable[[], Awaitable[object]]
    has_ended: Callable[[JsonObject], bool]

    async def sizes(self) -> Sizes:
        """Subscribes, lets it begin, and reads to the end."""
        topic = f"job:{self.job_id}"
        reader = Reader()
        sizes = Sizes(0, 0, 0, 0)
        async with connect(
            f"{self.url.replace('http', 'ws', 1)}/ws",
            additional_headers={"Authorization": f"Bearer {self.token}"},
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            compression=None,
            max_size=1 << 24,
        ) as link:
            await link.send(subscribing([topic])[0].decode())
            beginning: asyncio.Task[object] | None = None
            while (now := reader.job(topic)) is None or not self.has_ended(now.value):
                async with asyncio.timeout(_GIVE_UP_SECONDS):
                    text = await link.recv(decode=False)
                frame = orjson.loads(text)
                reader.take(frame)
                if frame["type"] == "ping":
                    await link.send('{"type":"pong"}')
                elif frame["type"] == "snapshot":
                    beginning = asyncio.create_task(_done(self.begin))
                elif frame["type"] == "patch":
                    sizes = _with(sizes, len(text), reader, topic)
            assert beginning is not None
            await beginning
        assert not reader.gaps
        return sizes


async def measure(plan: Plan) -> AsyncIterator[Row]:
    """Long jobs, slow ones, then short ones."""
    pages, told = plan.times(619, 100), plan.times(200, 20)
    async with served(plan.folder / "up", workers=1) as up:
        long = [await _uploaded(up, pages) for _ in range(plan.times(5))]
        short = [await _uploaded(up, 1) for _ in range(plan.times(5))]
    slow = [await _page_by_page(plan.folder / str(number), told) for number in range(plan.times(2))]
    for what, sizes, goal in (
        (f"a job of {pages} pages", long, GOAL),
        (f"a job of {told} pages, told page by page", slow, GOAL),
        ("a job of one page", short, None),
    ):
        for row in _rows(what, sizes, goal):
            yield row


def on_the_wire(payload: int) -> int:
    """Bytes of a server's frame with so many of payload."""
    return payload + (2 if payload < 126 else 4 if payload < 1 << 16 else 10)


def _rows(what: str, sizes: Sequence[Sizes], goal: Goal | None) -> Iterator[Row]:
    frames = sum(each.frames for each in sizes) / len(sizes)
    yield _row(
        f"{what}: patches", [each.patches / 1024 for each in sizes], "KiB", note=f"{frames:.1f} frames"
    )
    yield _row(f"{what}: a snapshot for each", [each.snapshots / 1024 for each in sizes], "KiB")
    ratios = [each.patches / each.snapshots for each in sizes]
    yield _row(f"{what}: patches / snapshots", ratios, "x", goal=goal)
    packed = [each.patches / each.packed_snapshots for each in sizes]
    yield _row(f"{what}: patches / packed snapshots", packed, "x")


def _with(sizes: Sizes, patch: int, reader: Reader, topic: str) -> Sizes:
    """A patch of so many bytes more, and the snapshot in its place."""
    now = reader.job(topic)
    assert now is not None
    packed = written.job_snapshot(topic, now, "first").payload
    full = orjson.dumps({**orjson.loads(packed), "value": now.value})
    return Sizes(
        sizes.patches + on_the_wire(patch),
        sizes.snapshots + on_the_wire(len(full)),
        sizes.packed_snapshots + on_the_wire(len(packed)),
        sizes.frames + 1,
    )


async def _uploaded(up: Served, pages: int) -> Sizes:
    """A document that is uploaded and then started."""
    file = File(f"{pages}.pdf", [long_text_pdf(pages)])
    sent = await up.upload(file, query="pipeline=text&force=true&start=false")
    job_id = sent.answer["accepted"][0]["job_id"]

    async def start() -> None:
        async with up.http() as http:
            (await http.post(f"/api/jobs/{job_id}/start")).raise_for_status()

    return await Watched(
        up.up.url, up.token, job_id, start, lambda value: value["state"] == "completed"
    ).sizes()


async def _page_by_page(folder: Path, pages: int) -> Sizes:
    async with stage(folder) as set_up:
        jobs = await set_up.jobs(1)
        (token,) = await set_up.tokens(1)
        async with headway(set_up) as gateway, publisher("headway", set_up.redis_url, jobs) as offers:
            return await Watched(
                f"http://{HOST}:{gateway.port}",
                token,
                jobs[0][0],
                partial(offers.offer, _PAGES_A_SECOND, pages / _PAGES_A_SECOND),
                lambda value: value["counters"].get("pages_done") == pages,
            ).sizes()


async def _done(begin: Callable[[], Awaitable[object]]) -> object:
    return await begin()
