"""What is deleted is gone everywhere, what is kept too long goes by itself, and nothing else does."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import orjson
import pytest
from redis.asyncio.client import PubSub
from sqlalchemy import func, select

from service.adapters.keys import ALL_CHANNEL
from service.adapters.records import idempotency
from service.adapters.records.idempotency import FirstAnswer, FirstRequest
from service.adapters.records.retention import Keep
from service.adapters.tables import BatchRow, DocumentRow, JobRow, JobSnapshotRow
from service.domain.ids import new_id
from service.domain.work import NewArtifact
from tests.support.by_hand import ByHand
from tests.support.documents import document
from tests.support.everywhere import traces
from tests.support.house import House, open_house
from tests.support.small_worker import phase, small
from tests.support.waiting import until
from workers.collector import Collector
from workers.retention import Retention

pytestmark = pytest.mark.anyio
DAY = 24 * 3600.0


@pytest.fixture
async def machine(database_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[ByHand]:
    """The step machine, on both databases."""
    pipeline = small(phase("inspecting"), phase("reading"), phase("assembling"))
    async with open_house(database_url, redis_url, tmp_path / "data") as house:
        yield ByHand(house, pipeline)


def retention(machine: ByHand, **days: float) -> Retention:
    a = machine.house.a
    return Retention(a.db, a.blobs, a.echo, a.news, Keep(**days))


async def ended(machine: ByHand, days_ago: float, content: bytes = b"") -> str:
    """A job that completed so long ago, with an output and an artifact."""
    job_id = await machine.give(content or os.urandom(20))
    await machine.to_phase(job_id, 1)
    claim = await machine.claimed(job_id)
    output = f"{job_id}/{claim.step.id}/1"
    await machine.house.a.blobs.put(output, b"output")
    await machine.done(claim, output_blob=output, pages={"1": "td"})
    result = f"{job_id}/last/1.0"
    await machine.house.a.blobs.put(result, b"text")
    artifact = NewArtifact("text.txt", result, 4, "text/plain")
    await machine.done(await machine.claimed(job_id), artifacts=(artifact,))
    await age(machine, job_id, days_ago)
    return job_id


async def age(machine: ByHand, job_id: str, days_ago: float) -> None:
    """As if all of it had happened so many days earlier."""
    then = time.time() - days_ago * DAY
    async with machine.house.a.db.writing() as session:
        job = await session.get(JobRow, job_id)
        assert job is not None
        job.ended_at = then if job.ended_at is not None else None
        document = await session.get(DocumentRow, job.document_id)
        assert document is not None
        document.created_at = then


async def test_a_deleted_document_is_found_nowhere(sqlite_url: str, redis_url: str, tmp_path: Path) -> None:
    """Worked on by a real worker, looked at as images, uploaded under a key: all of it names the document."""
    async with open_house(sqlite_url, redis_url, tmp_path / "data", drain_seconds=0.6) as house:
        content, _ = document("docx")
        async with house.worker(workers=1):
            accepted = await house.accept("quite-a-name.docx", "docx", content)
            await house.state(accepted.job_id, "completed")
            await _keep_answer(house, accepted.job_id, accepted.document_id)
            await house.a.queue.ask_for_image(accepted.document_id, 1, 300)
            image = f"derived/{accepted.document_id}/1@300.png"
            await until(lambda: house.a.blobs.size(image), "the page's image")
        words = (accepted.document_id, accepted.job_id, "quite-a-name")
        found = await traces(house, *words)
        for kind in (
            "table: documents",
            "table: job_snapshots",
            "table: idempotency_keys",
            "key: ",
            "blob: derived",
        ):
            assert any(each.startswith(kind) for each in found), f"{kind} should have known of it"
        await house.a.commands.delete_document(accepted.document_id, house.actor)
        assert await traces(house, *words) == []


async def _keep_answer(house: House, job_id: str, document_id: str) -> None:
    owner = house.actor.user_id
    for key, names in (("its", [document_id, job_id]), ("another's", [new_id()])):
        first = await idempotency.claim(house.a.db, owner, key)
        assert isinstance(first, FirstRequest)
        answer = orjson.dumps({"accepted": names})
        await idempotency.keep(house.a.db, first, FirstAnswer("f", 202, answer))


async def test_without_settings_nothing_goes(machine: ByHand) -> None:
    job_id = await ended(machine, 10_000)
    assert await retention(machine).once() == 0
    assert (await machine.house.job(job_id)).state == "completed"


async def test_documents_go_with_all_of_theirs_once_their_last_job_has_rested_so_long(
    machine: ByHand,
) -> None:
    old, young = await ended(machine, 31), await ended(machine, 29)
    live = await machine.give()
    await age(machine, live, 99)
    async with machine.house.a.redis.pubsub() as link:
        await link.subscribe(ALL_CHANNEL)
        assert await retention(machine, documents=30).once() == 1
        gone = await until(lambda: _gone(link), "watchers are told at once")
    assert gone == old
    assert await traces(machine.house, old) == []
    assert (await machine.house.job(young)).state == "completed"
    assert (await machine.house.job(live)).state == "queued", "what has not ended is never touched"


async def _gone(link: PubSub) -> str | None:
    message = await link.get_message(ignore_subscribe_messages=True)
    told = orjson.loads(message["data"] or b"{}") if message else {}
    return told.get("job_id") if told.get("gone") else None


async def test_a_job_goes_with_its_results_and_its_document_with_the_last_job(machine: ByHand) -> None:
    old, young = await ended(machine, 8), await ended(machine, 6)
    document_id = (await machine.house.job(old)).document_id
    assert await retention(machine, jobs=7).once() == 1
    assert await traces(machine.house, old, document_id) == []
    assert await machine.house.a.blobs.read(f"{young}/last/1.0") == b"text"


async def test_results_go_and_the_job_stays_and_may_be_uploaded_again(machine: ByHand) -> None:
    house = machine.house
    job_id = await ended(machine, 3, b"the same words")
    assert (await house.snapshot(job_id)).value["artifacts"]
    assert await retention(machine, artifacts=2).once() == 1
    value = (await house.snapshot(job_id)).value
    assert (value["state"], value["artifacts"], value["percent"]) == ("completed", {}, 100.0)
    assert [key async for key in house.a.blobs.keys(-1) if key.startswith(job_id)] == []
    assert await retention(machine, artifacts=2).once() == 0, "once is enough"
    again = await house.accept("a.txt", "txt", b"the same words", spec=machine.pipeline.spec())
    assert again.duplicate_of is None, "a job without results is no answer to whoever uploads the same"


async def test_a_failed_job_whose_results_went_begins_anew_when_it_is_retried(machine: ByHand) -> None:
    job_id = await machine.give()
    await machine.to_phase(job_id, 1)
    claim = await machine.claimed(job_id)
    await machine.house.a.blobs.put(f"{job_id}/x/1", b"output")
    await machine.set_step((await machine.steps(job_id, "done"))[0].id, output_blob=f"{job_id}/x/1")
    await machine.failed(claim)
    await age(machine, job_id, 3)
    assert await retention(machine, artifacts=2).once() == 1
    assert await machine.house.a.commands.retry(job_id, machine.house.actor) == "queued"
    assert [(each.phase, each.state) for each in await machine.steps(job_id)] == [(0, "queued")]
    for _ in range(3):
        await machine.done(await machine.claimed(job_id))
    assert (await machine.house.job(job_id)).state == "completed"


async def test_logs_go_and_the_rest_stays(machine: ByHand) -> None:
    old, young = await ended(machine, 3), await ended(machine, 1)
    assert await retention(machine, snapshots=2).once() == 1
    async with machine.house.a.db.reading() as session:
        assert (await session.scalars(select(JobSnapshotRow.job_id))).all() == [young]
    assert (await machine.house.snapshot(old)).value["artifacts"]


async def test_several_workers_that_do_it_at_once_do_no_harm(machine: ByHand) -> None:
    jobs = [await ended(machine, 5) for _ in range(6)]
    keep = {"documents": 4.0, "jobs": 4.0, "artifacts": 4.0, "snapshots": 4.0}
    await asyncio.gather(*(retention(machine, **keep).once() for _ in range(4)))
    assert await traces(machine.house, *jobs) == []


async def test_batches_without_jobs_go_unless_they_are_new(machine: ByHand) -> None:
    owner = machine.house.actor.user_id
    async with machine.house.a.db.writing() as session:
        for name, days in (("old", 3), ("new", 0)):
            created = time.time() - days * DAY
            session.add(BatchRow(id=new_id(), owner_id=owner, name=name, created_at=created))
    await retention(machine, jobs=2).once()
    async with machine.house.a.db.reading() as session:
        assert (await session.scalars(select(BatchRow.name))).all() == ["new"]


async def test_orphans_are_collected_and_what_rows_live_by_is_not(machine: ByHand) -> None:
    house = machine.house
    job_id = await ended(machine, 0)
    job = await house.job(job_id)
    kept = {key async for key in house.a.blobs.keys(-1)} | {f"derived/{job.document_id}/1@300.png"}
    await house.a.blobs.put(f"derived/{job.document_id}/1@300.png", b"png")
    lost = [
        f"{house.actor.user_id}/{new_id()}",
        f"{new_id()}/{job.document_id}",
        f"derived/{new_id()}/document.pdf",
        f"{new_id()}/step/1",
        f"{job_id}/step/7",
    ]
    for key in lost:
        await house.a.blobs.put(key, b"x")
    collector = Collector(house.a.db, house.a.blobs, retention(machine))
    assert await collector.once() == 0, "they may be about to get their row"
    for key in lost:
        os.utime(house.settings.data_dir / "blobs" / key, (0, time.time() - 4000))
    assert await collector.once() == len(lost)
    assert {key async for key in house.a.blobs.keys(-1)} == kept
    async with house.a.db.reading() as session:
        assert await session.scalar(select(func.count()).select_from(JobRow)) == 1
