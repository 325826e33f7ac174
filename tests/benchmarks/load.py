"""How much Headway adds to the children's work when many documents come at once.

The peer is a plain pool: the same children, called for the same documents by a bare asyncio loop in as many slots,
without upload, SQL, Redis, results and anybody who is told. Headway's time is from the first byte sent to the last
document's ending; uploads come while its workers are busy. Both take turns, three times, and medians are printed.
Commits are counted in SQLite's log, Redis's commands by Redis; both hold everything that happens meanwhile,
heartbeats as well.
"""

import asyncio
import os
import sqlite3
import statistics
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from redis.asyncio import Redis

from service.adapters.database import Database
from service.adapters.embedded_redis import EmbeddedRedis
from service.adapters.records.accounts import make_token, make_user
from tests.benchmarks.measuring import Goal, Plan, Row, median_row
from tests.benchmarks.plain_pool import PlainPool, plain_pool
from tests.benchmarks.served import File, Served, send, served
from tests.benchmarks.wal import commits
from tests.support.pdf_files import scanned_pdf, words
from tests.support.waiting import until
from workers.samples.books import long_text_pdf

SMALL, LARGE = Goal(at_least=0.4), Goal(at_least=0.8)
COMMITS = Goal(at_most=4)

_NAME = "load"
_FILES_A_REQUEST = 100
_PAIRS = 3
"""Each crowd goes so often through both, one after the other."""
_TARGET = "/api/uploads?pipeline=text&force=true"


@dataclass(frozen=True)
class Crowd:
    """Documents that come together."""

    what: str
    content: bytes
    count: int
    goal: Goal | None


@dataclass(frozen=True)
class Through:
    """What it took."""

    seconds: float
    cpu: dict[str, float]
    commits: int
    commands: int


async def measure(plan: Plan) -> AsyncIterator[Row]:
    """Each crowd through Headway and through the pool, then twenty owners at once."""
    slots = len(os.sched_getaffinity(0))
    crowds = await asyncio.to_thread(_crowds, plan)
    async with EmbeddedRedis(plan.folder) as redis, plain_pool(slots) as pool:
        client = Redis.from_url(redis.url)
        async with served(plan.folder / "up", workers=slots, HEADWAY_REDIS_URL=redis.url) as up:
            await _through(
                up, client, Crowd("", crowds[-1].content, slots, None)
            )  # loads what is loaded once
            for crowd in crowds:
                ours, peer = list[Through](), list[float]()
                for _ in range(plan.times(_PAIRS)):
                    ours.append(await _through(up, client, crowd))
                    peer.append(await _through_pool(plan, pool, crowd))
                for row in _rows(crowd, ours, peer):
                    yield row
            async for row in _owners(plan, up, crowds[0].content):
                yield row
        await client.aclose()


def _crowds(plan: Plan) -> list[Crowd]:
    small = Crowd("one page of text", long_text_pdf(1), plan.times(1000, 40), SMALL)
    scan = scanned_pdf(*(words(150, seed=page) for page in range(plan.times(3))))
    scans = Crowd("scans of 3 pages", scan, plan.times(6, 2), LARGE)
    if plan.quick:
        return [small, scans]
    return [small, Crowd("text of 5,000 pages", long_text_pdf(5000), 4, LARGE), scans]


async def _through(up: Served, client: Redis, crowd: Crowd) -> Through:
    before, commands = up.cpu(), await _commands(client)
    files = [File(f"{number}.pdf", [crowd.content]) for number in range(crowd.count)]
    with commits(_database(up)) as counted:
        began = time.time()
        await _upload(up, [up.token], files)
        last = await _all_ended(_database(up))
    after = up.cpu()
    used = {part: after[part] - before[part] for part in after}
    return Through(last - began, used, counted.count, await _commands(client) - commands)


async def _upload(up: Served, tokens: Sequence[str], files: Sequence[File]) -> None:
    """By each of the owners, in requests of so many files, all at once."""
    requests = [
        asyncio.to_thread(
            send,
            up.up.url,
            _TARGET,
            files[start : start + _FILES_A_REQUEST],
            {"Authorization": f"Bearer {token}"},
        )
        for token in tokens
        for start in range(0, len(files), _FILES_A_REQUEST)
    ]
    for sent in await asyncio.gather(*requests):
        assert not sent.answer["rejected"], sent.answer["rejected"]


async def _through_pool(plan: Plan, pool: PlainPool, crowd: Crowd) -> float:
    folder = plan.folder / "peer"
    folder.mkdir(exist_ok=True)
    paths = [folder / f"{number}.pdf" for number in range(crowd.count)]
    for path in paths:
        path.write_bytes(crowd.content)
    return await pool.read([str(path) for path in paths])


def _rows(crowd: Crowd, ours: Sequence[Through], peer: Sequence[float]) -> Iterator[Row]:
    """Medians of all times through Headway, and of what the pool took right after each."""
    what, count = f"{crowd.count} × {crowd.what}", crowd.count
    row = partial(median_row, _NAME)
    cpu = [sum(each.cpu.values()) for each in ours]
    yield row(f"{what}: Headway", [count / each.seconds for each in ours], "documents/s", cpu=cpu)
    yield row(f"{what}: plain pool", [count / each for each in peer], "documents/s")
    ratios = [theirs / each.seconds for each, theirs in zip(ours, peer, strict=True)]
    yield row(f"{what}: Headway / pool", ratios, "x", goal=crowd.goal)
    most = COMMITS if crowd.goal is SMALL else None
    yield row(f"{what}: SQL commits", [each.commits / count for each in ours], "a job", goal=most)
    yield row(f"{what}: Redis commands", [each.commands / count for each in ours], "a job")
    for part in ("gateway", "workers", "children"):
        used = [each.cpu[part] for each in ours]
        yield row(f"{what}: CPU of {part}", [1000 * each / count for each in used], "ms a job", cpu=used)


async def _owners(plan: Plan, up: Served, content: bytes) -> AsyncIterator[Row]:
    """Twenty people upload as much at the same moment."""
    count, each = plan.times(20, 4), plan.times(10, 2)
    path = _database(up)
    database = Database(f"sqlite:///{path}")
    tokens: list[str] = []
    async with database.writing() as session:
        for number in range(count):
            owner = await make_user(session, f"Owner {number}")
            tokens.append(await make_token(session, owner.user_id))
    await database.close()
    began = time.time()
    await _upload(up, tokens, [File(f"{number}.pdf", [content]) for number in range(each)])
    last = await _all_ended(path)
    query = "SELECT min(ended_at), max(ended_at) FROM jobs WHERE created_at > ? GROUP BY owner_id"
    ends = _asked(path, query, began)
    firsts, lasts = [first - began for first, _ in ends], [end - began for _, end in ends]
    what = f"{count} owners with {each} pages each"
    yield Row(_NAME, f"{what}: all", count * each / (last - began), "documents/s")
    note = f"median {statistics.median(firsts):.2f} s"
    yield Row(_NAME, f"{what}: the last one's first result", max(firsts), "s", note=note)
    note = f"median {statistics.median(lasts):.2f} s"
    yield Row(_NAME, f"{what}: the first one to have all", min(lasts), "s", note=note)


def _database(up: Served) -> Path:
    return up.up.data_dir / "headway.sqlite"


async def _all_ended(path: Path) -> float:
    last = await until(lambda: _last_end(path), "all have ended", seconds=1200, every=0.2)
    assert last is not None
    return last


def _last_end(path: Path) -> float | None:
    """When the last job ended; None while one lives."""
    ((living, last),) = _asked(path, "SELECT sum(ended_at IS NULL), max(ended_at) FROM jobs")
    return None if living else last


def _asked(path: Path, query: str, *given: float) -> list[tuple[float, float]]:
    connection = sqlite3.connect(path, timeout=30)
    try:
        return connection.execute(query, given).fetchall()
    finally:
        connection.close()


async def _commands(client: Redis) -> int:
    told = await client.info("stats")
    return int(told["total_commands_processed"])
