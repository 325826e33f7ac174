"""What is shown, kept and left when a chaos is over: screens, keys, processes, files."""

import asyncio
import os
import time
from contextlib import aclosing
from pathlib import Path

from sqlalchemy import select

from service.adapters.local_blobs import LocalBlobs
from service.adapters.records.rows import row_fields
from service.adapters.tables import ArtifactRow, JobRow
from service.cli.storage import look
from service.client import Client
from service.domain.job import ENDED
from service.domain.json import JsonObject
from tests.faults.chaos.asking import until_so
from tests.faults.chaos.place import stopped
from tests.faults.chaos.strikes import Scene
from tests.faults.finale import not_the_same
from tests.support.redis_server import MAY_STAY, connected, keys_without_expiry
from tests.support.waiting import until

_HEALED_SECONDS = 4.0
_WATCHED = 24
_AT_ONCE = 8
_GONE_SECONDS = 5.0
_OLD_SECONDS = 2 * 3600.0


async def screens(scene: Scene) -> None:
    """Every job over HTTP, and some over the socket, from one gateway or another: as SQL has it."""
    db = scene.place.house.a.db

    async def published() -> bool:
        async with db.reading() as session:
            behind = await session.scalar(
                select(JobRow.id).where(JobRow.published_revision < JobRow.revision).limit(1)
            )
        return behind is None

    try:
        await until_so(published, "all is published", seconds=_HEALED_SECONDS + 2)
    except AssertionError:
        scene.ledger.note("screen", "a revision was not published in time")
    async with db.reading() as session:
        jobs = list(await session.scalars(select(JobRow).order_by(JobRow.id)))
        artifacts = list(await session.scalars(select(ArtifactRow)))
    truth = {
        job.id: row_fields(
            job, [each for each in artifacts if each.job_id == job.id], scene.place.house.actor.name
        )
        for job in jobs
    }
    turns = asyncio.Semaphore(_AT_ONCE)
    numbered = enumerate(truth.items())
    await asyncio.gather(*(_read(scene, turns, number, *each) for number, each in numbered))
    watched = scene.dice.sample(sorted(truth), min(_WATCHED, len(truth)))
    await asyncio.gather(
        *(_watch(scene, turns, number, each, truth[each]) for number, each in enumerate(watched))
    )


async def _read(scene: Scene, turns: asyncio.Semaphore, number: int, job_id: str, wanted: JsonObject) -> None:
    async with turns:
        answer = await scene.calls.get(f"/api/jobs/{job_id}", number % len(scene.site.gateways))
    _hold(scene, job_id, wanted, answer["value"], "HTTP")
    scene.ledger.counts["screens held against SQL"] += 1


async def _watch(
    scene: Scene, turns: asyncio.Semaphore, number: int, job_id: str, wanted: JsonObject
) -> None:
    url = scene.site.urls[number % len(scene.site.urls)]
    if wanted["state"] not in ENDED:
        return
    async with turns, aclosing(Client(url, scene.place.token, give_up_seconds=10).watch(job_id)) as shown:
        async for each in shown:
            _hold(scene, job_id, wanted, each.value, "WebSocket")
            break


def _hold(scene: Scene, job_id: str, wanted: JsonObject, shown: JsonObject, where: str) -> None:
    """What only workers and people tell is not in SQL's row, and so left out."""
    of_row = {name: each for name, each in shown.items() if name in wanted}
    counters = shown.get("counters") or {}
    of_row["counters"] = {name: each for name, each in counters.items() if name in wanted["counters"]}
    if found := not_the_same(wanted, of_row):
        scene.ledger.note("screen", f"job {job_id[-6:]} by {where}: {found}")


def keys(scene: Scene) -> None:
    """Redis keys that would stay for ever."""
    with connected(scene.site.redis.url) as redis:
        for key in keys_without_expiry(redis, MAY_STAY):
            scene.ledger.note("keys", key)


async def processes(scene: Scene) -> None:
    """While all works nobody is an orphan; once all was told to stop nobody is left."""
    for when in ("at the end", "after all was stopped"):
        try:
            await until(lambda: not scene.place.orphans(), "no orphan is left", seconds=_GONE_SECONDS)
        except AssertionError:
            for pid, line in scene.place.orphans().items():
                scene.ledger.note("orphan processes", f"{pid} {when}: {line[-120:]}")
        if when == "at the end":
            await stopped(scene.place)


async def files(scene: Scene) -> None:
    """Two hours later: housekeeping finds and deletes what no row knows, and no row has lost its blob."""
    folder = scene.place.where.folder / "blobs"
    scene.ledger.counts["blobs"] = await asyncio.to_thread(_age, folder)
    settings = scene.place.house.settings
    blobs = LocalBlobs(folder)
    await blobs.put("housekeeping/begins", b"")
    await blobs.delete("housekeeping/begins")
    await blobs.close()
    first = await look(settings, sums=True, repair=True)
    scene.ledger.counts["blobs of lost attempts, deleted"] = first.deleted
    after = await look(settings, sums=True, repair=False)
    left = [*after.orphans, *(str(path) for path in (folder / "tmp").iterdir())]
    for what in (*left, *(f"{each.wrong} {each.what} {each.key}" for each in (*first.losses, *after.losses))):
        scene.ledger.note("orphan files", what)


def _age(folder: Path) -> int:
    """Sets all back by two hours; how many files there are."""
    before = time.time() - _OLD_SECONDS
    found = [path for path in folder.rglob("*") if path.is_file()]
    for path in found:
        os.utime(path, (before, before))
    return len(found)
