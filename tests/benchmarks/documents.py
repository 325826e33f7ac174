"""Pages a second of a long text document, from its upload over HTTP to the socket's word that it is completed.

The peer is raw PyMuPDF in as many processes as Headway has workers: `get_text("dict")`, PyMuPDF's call for what Headway
takes from a page, its lines with their boxes; it keeps nothing of it. Beside it, without a goal, stands the bare
machinery: the very calls to MuPDF that Headway's engine makes, which end in bytes of JSON, and those dropped unread.
docs/decisions/0005 says why. Plain text by PyMuPDF and by pypdf are printed too; pypdf reads fewer pages, and its pages
a second are of those.
"""

import asyncio
import os
import statistics
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from functools import partial

from service.domain.json import JsonObject
from tests.benchmarks.measuring import Goal, Plan, Row, interleaved, median_row
from tests.benchmarks.raw_pages import RawReaders, Read, raw_readers, split
from tests.benchmarks.served import File, Served, served
from workers.samples.books import long_text_pdf

GOALS = {1: Goal(at_least=0.7), 5: Goal(at_least=0.85)}
"""Share of the peer's speed, by how many documents are uploaded at once."""

_NAME = "documents"
_PAGES, _QUICK_PAGES = 619, 300  # fewer would be one step, without phases in the log
_PYPDF_PAGES = 40
_PEER, _BARE = 'get_text("dict")', "same calls, unread"
_PEERS = (_PEER, _BARE)
_BESIDE = ('get_text("text")', "pypdf")
_row = partial(median_row, _NAME)


@dataclass(frozen=True)
class Run:
    """One run through Headway: seconds in all and by part of the way, CPU seconds by part of the service."""

    pages: int
    seconds: float
    cpu: dict[str, float]
    parts: dict[str, float]


async def measure(plan: Plan) -> AsyncIterator[Row]:
    """Pairs of Headway and its peer, first with one document, then with five at once."""
    pages = _QUICK_PAGES if plan.quick else _PAGES
    content = long_text_pdf(pages)
    path = plan.folder / "long.pdf"
    path.write_bytes(content)
    workers = len(os.sched_getaffinity(0))
    async with served(plan.folder / "up", workers=workers) as up, raw_readers(workers) as readers:
        await _through(up, content, pages, 1)  # loads what is loaded once
        for way in _PEERS:
            await readers.read(way, split(str(path), pages, workers))
        for count, goal in GOALS.items():
            rounds = plan.times(5 if count == 1 else 3)
            runs, raws = await _in_turn(rounds, up, readers, (content, pages, count), str(path))
            for row in _rows(count, goal, runs, raws):
                yield row
        for row in await _beside(plan, readers, str(path), pages):
            yield row


async def _in_turn(
    rounds: int, up: Served, readers: RawReaders, what: tuple[bytes, int, int], path: str
) -> tuple[list[Run], dict[str, list[Read]]]:
    """Headway and both peers."""
    _, pages, count = what
    ranges = split(path, pages, len(readers)) * count
    runs: list[Run] = []
    raws: dict[str, list[Read]] = {way: [] for way in _PEERS}

    async def ours() -> None:
        runs.append(await _through(up, *what))

    async def peer(way: str) -> None:
        raws[way].append(await readers.read(way, ranges))

    await interleaved(rounds, ours, *(partial(peer, way) for way in _PEERS))
    return runs, raws


def _rows(count: int, goal: Goal, runs: list[Run], raws: dict[str, list[Read]]) -> Iterator[Row]:
    how = "one document" if count == 1 else f"{count} at once"
    costs = [sum(run.cpu.values()) for run in runs]
    yield _row(f"{how}: Headway", [run.pages / run.seconds for run in runs], "pages/s", cpu=costs)
    for way, reads in raws.items():
        speeds = [raw.pages / raw.seconds for raw in reads]
        yield _row(f"{how}: raw, {way}", speeds, "pages/s", cpu=[raw.cpu_seconds for raw in reads])
    for way, reads in raws.items():
        ratios = [raw.seconds / run.seconds for run, raw in zip(runs, reads, strict=True)]
        yield _row(f"{how}: Headway / raw, {way}", ratios, "x", goal=goal if way == _PEER else None)
    if count == 1:
        yield from _where_time_goes(how, runs)
    for part in runs[0].cpu:
        used = [run.cpu[part] for run in runs]
        a_page = [1000 * each / run.pages for each, run in zip(used, runs, strict=True)]
        yield _row(f"{how}: CPU of {part}", a_page, "ms/page", cpu=used)


def _where_time_goes(how: str, runs: list[Run]) -> Iterator[Row]:
    whole = statistics.median([run.seconds for run in runs])
    for part in runs[0].parts:
        seconds = [run.parts[part] for run in runs]
        share = f"{statistics.median(seconds) / whole:.0%} of the time"
        yield _row(f"{how}: of it {part}", [1000 * each for each in seconds], "ms", note=share)


async def _through(up: Served, content: bytes, pages: int, count: int) -> Run:
    """Uploads the document so many times at once, each in a request of its own, and watches all to their end."""
    before = up.cpu()
    began = time.time()
    ended = await asyncio.gather(*(_one(up, content, pages) for _ in range(count)))
    seconds = max(at for at, _, _ in ended) - began
    after = up.cpu()
    at, value, phases = ended[0]
    cpu = {part: after[part] - before[part] for part in after}
    return Run(pages * count, seconds, cpu, _parts(began, value, phases, at))


async def _one(up: Served, content: bytes, pages: int) -> tuple[float, JsonObject, dict[str, float]]:
    """When its end was seen, what it was like then, and when each of its phases was seen first."""
    sent = await up.upload(File("long.pdf", [content]))
    value: JsonObject = {}
    phases: dict[str, float] = {}
    async for job in up.watching().watch(sent.answer["accepted"][0]["job_id"]):
        value = job.value
        phases.setdefault(value["phase"]["code"], time.time())
    seen = time.time()
    assert value["state"] == "completed", value.get("error")
    assert value["counters"]["pages_done"] == pages
    assert not value.get("warnings")
    return seen, value, phases


def _parts(began: float, value: JsonObject, phases: dict[str, float], seen: float) -> dict[str, float]:
    """Seconds of each part of the way, by the job's own times; together they are the whole. A phase whose line is
    missing in the log counts from when it was seen, which is up to 0.1 s later."""
    told = {line["params"]["phase"]: line["at"] for line in value["log"].values() if line["code"] == "phase"}
    at = phases | told
    times = {
        "upload, to the committed row": value["queued_at"],
        "queue and claim": value["started_at"],
        "inspecting": at["reading"],
        "reading": at["assembling"],
        "assembling": value["ended_at"],
        "ending, to the watcher": seen,
    }
    parts: dict[str, float] = {}
    for part, end in times.items():
        parts[part] = end - began
        began = end
    return parts


async def _beside(plan: Plan, readers: RawReaders, path: str, pages: int) -> list[Row]:
    rows: list[Row] = []
    for way in _BESIDE:
        read = min(pages, _PYPDF_PAGES) if way == "pypdf" else pages
        raws = [await readers.read(way, split(path, read, len(readers))) for _ in range(plan.times(3))]
        rows.append(
            _row(
                f"beside: {way}",
                [raw.pages / raw.seconds for raw in raws],
                "pages/s",
                cpu=[raw.cpu_seconds for raw in raws],
                note=f"extrapolated from the first {read} pages" if read < pages else "",
            )
        )
    return rows
