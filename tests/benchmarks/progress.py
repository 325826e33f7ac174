"""How honest the bar is: percent and the time left, as a subscriber sees them, against the time that really passes.

Documents go one by one through a real `headway up`, some of which take 10 s and more: text, scans, and both; one is
paused for a while, which is left out. They go round twice: in the first, on a fresh installation, what pages take is
guessed, in the second it has been learned. Percent is compared with the share of the time from the first claim to the
ending, at 400 instants; goals are those of documents of 10 s and more, once costs are learned.
"""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from service.client import LARGEST_FRAME, SUBPROTOCOL, Snapshot, apply, unpacked
from service.domain.json import JsonObject
from tests.benchmarks.measuring import Goal, Plan, Row
from tests.benchmarks.served import File, Served, served
from tests.benchmarks.shape import Watched
from tests.support.scans import ENGLISH, FRENCH, paragraphs, scan
from workers.engines.pdf.mupdf import pymupdf
from workers.samples.books import long_text_pdf, story_pdf

STRAY, R_SQUARED = Goal(at_most=5), Goal(at_least=0.98)
SILENCE, STANDSTILL, ETA, LATE = Goal(at_most=1), Goal(at_most=5), Goal(at_most=20), Goal(at_most=0)

_NAME = "progress"
_SHAPELY_SECONDS = 10.0
_LONG_ENOUGH_FOR_A_SHAPE = 2.0
_LISTEN_AFTER_SECONDS = 1.5
_PAUSE_SECONDS = 3.0
_BOOK_PAGES = 500


@dataclass(frozen=True)
class Given:
    """A document, and whether it is paused on its way."""

    name: str
    content: bytes
    paused: bool = False


async def measure(plan: Plan) -> AsyncIterator[Row]:
    """Rows of each document, then what the long ones come to together."""
    documents = await asyncio.to_thread(lambda: list(_corpus(quick=plan.quick)))
    learned: list[Watched] = []
    async with served(plan.folder / "up", HEADWAY_MAX_PAGES="50000") as up:
        for round_name in ("guessed", "learned"):
            for given in documents:
                watched = await _through(up, given)
                for row in _rows(f"{given.name}, {round_name}", watched):
                    yield row
                if round_name == "learned" and (plan.quick or watched.seconds >= _SHAPELY_SECONDS):
                    learned.append(watched)
    for row in _together(learned):
        yield row


def _corpus(*, quick: bool) -> Iterator[Given]:
    """Small, scanned, mixed, long."""
    pages = [
        scan(paragraphs(*texts), points=12.0).worn(tilt=tilt, noise=6.0, seed=seed).encoded("jpeg")
        for seed, (texts, tilt) in enumerate(
            (((ENGLISH, FRENCH), 0.4), ((ENGLISH,), -0.7), ((FRENCH, ENGLISH), 0))
        )
    ]
    scanned = [pages[number % len(pages)] for number in range(3 if quick else 16)]
    yield Given("one page", long_text_pdf(1))
    yield Given("story of 60 pages", story_pdf())
    yield Given("scans", _bound(images=scanned))
    if quick:
        return
    book = long_text_pdf(_BOOK_PAGES)
    yield Given("scans, paused for a while", _bound(images=scanned[:12]), paused=True)
    yield Given("text and scans", _bound(book=book, copies=4, images=scanned[:12]))
    yield Given("long text", _bound(book=book, copies=60))


def _bound(*, images: list[bytes] = [], book: bytes = b"", copies: int = 0) -> bytes:  # noqa: B006
    """A PDF of so many copies of a book, then a page for each of the images."""
    bound = pymupdf.open()
    if copies:
        with pymupdf.open(stream=book, filetype="pdf") as original:
            for _ in range(copies):
                bound.insert_pdf(original)
    for image in images:
        page = bound.new_page(width=595, height=842)
        page.insert_image(page.rect, stream=image)
    return bound.tobytes()


async def _through(up: Served, given: Given) -> Watched:
    """Uploaded, and watched from then on to a while after its end."""
    sent = await up.upload(File(f"{given.name}.pdf", [given.content]))
    job_id = sent.answer["accepted"][0]["job_id"]
    pausing = asyncio.create_task(_pause(up, job_id)) if given.paused else None
    try:
        return await _watch(up, job_id)
    finally:
        if pausing is not None:
            await pausing


async def _watch(up: Served, job_id: str) -> Watched:
    watched = Watched()
    headers = {"Authorization": f"Bearer {up.token}"}
    url = up.up.url.replace("http", "ws", 1) + "/ws"
    async with connect(
        url,
        subprotocols=[Subprotocol(SUBPROTOCOL)],
        additional_headers=headers,
        compression=None,
        max_size=LARGEST_FRAME,
    ) as socket:
        topic = f"job:{job_id}"
        await socket.send(orjson.dumps({"type": "subscribe", "id": 1, "topic": topic}).decode())
        job: Snapshot | None = None
        while job is None or not job.has_ended:
            frame = await _next(socket, topic)
            if frame["type"] == "snapshot":
                job = Snapshot(job_id, frame["epoch"], frame["seq"], frame["run"], frame["value"])
            elif job is not None:
                job = apply(job, frame)
            assert job is not None, "the snapshot comes first"
            watched.take(time.time(), job.value)
        assert job.state == "completed", job.value
        watched.began, watched.ended = job.value["started_at"], job.value["ended_at"]
        with suppress(TimeoutError):
            async with asyncio.timeout(_LISTEN_AFTER_SECONDS):
                while True:
                    await _next(socket, topic)
                    watched.after_the_end += 1
    return watched


async def _next(socket: ClientConnection, topic: str) -> JsonObject:
    """The next frame of the topic."""
    while True:
        frame: JsonObject = orjson.loads(await socket.recv())
        if frame["type"] == "ping":
            await socket.send('{"type":"pong"}')
        elif frame.get("topic") == topic:
            return unpacked(frame)


async def _pause(up: Served, job_id: str) -> None:
    """After a third of it, for some seconds."""
    async for job in up.watching().watch(job_id):
        if job.percent >= 100 / 3:
            break
    async with up.http() as http:
        (await http.post(f"/api/jobs/{job_id}/pause")).raise_for_status()
        async for job in up.watching().watch(job_id):
            if job.state == "paused":
                break
        await asyncio.sleep(_PAUSE_SECONDS)
        (await http.post(f"/api/jobs/{job_id}/resume")).raise_for_status()


def _rows(name: str, watched: Watched) -> Iterator[Row]:
    yield Row(_NAME, f"{name}: took", watched.seconds, "s", note=f"{len(watched.seen)} frames")
    yield Row(_NAME, f"{name}: percent strays by", watched.stray, "points")
    if watched.seconds >= _LONG_ENOUGH_FOR_A_SHAPE:
        yield Row(_NAME, f"{name}: R² of percent and time", watched.r_squared, "")
    yield Row(_NAME, f"{name}: longest without a patch", watched.longest_silence, "s", SILENCE)
    yield Row(_NAME, f"{name}: longest without a change", watched.longest_standstill, "s", STANDSTILL)
    if watched.eta_error is not None:
        yield Row(_NAME, f"{name}: time left after a quarter, off by", 100 * watched.eta_error, "%")
    yield Row(_NAME, f"{name}: patches after the end", watched.after_the_end, "", LATE)


def _together(learned: list[Watched]) -> Iterator[Row]:
    if not learned:
        return
    what = f"{len(learned)} documents together, learned"
    yield Row(
        _NAME, f"{what}: percent strays by", statistics.fmean(each.stray for each in learned), "points", STRAY
    )
    yield Row(_NAME, f"{what}: the least R²", min(each.r_squared for each in learned), "", R_SQUARED)
    errors = [each.eta_error for each in learned if each.eta_error is not None]
    if errors:
        off = 100 * statistics.median(errors)
        yield Row(_NAME, f"{what}: time left after a quarter, off by", off, "%", ETA)
