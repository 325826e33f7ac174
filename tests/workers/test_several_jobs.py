"""Several jobs over one document: each goes by itself, and the document with what belongs to it with the last."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from service.adapters.commands import DocumentInUse
from service.adapters.records import idempotency
from service.adapters.records.ending import locked_document_of
from service.adapters.records.idempotency import FirstAnswer, FirstRequest
from service.adapters.records.intake import Order, accept_again
from service.adapters.records.retention import Keep
from service.adapters.tables import DocumentRow, JobRow
from service.domain.work import NewArtifact
from tests.support.by_hand import ByHand
from tests.support.everywhere import traces
from tests.support.house import open_house
from tests.support.small_book import Desk, SmallBook, desk
from tests.support.small_worker import phase, small
from workers.retention import Retention

pytestmark = pytest.mark.anyio
DAY = 24 * 3600.0


@pytest.fixture
async def machine(database_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[ByHand]:
    pipeline = small(phase("reading"), phase("assembling"))
    async with open_house(database_url, redis_url, tmp_path / "data") as house:
        yield ByHand(house, pipeline)


def retention(machine: ByHand, **days: float) -> Retention:
    a = machine.house.a
    return Retention(a.db, a.blobs, a.echo, a.news, Keep(**days))


async def document_of(machine: ByHand, job_id: str) -> str:
    return (await machine.house.job(job_id)).document_id


async def again(machine: ByHand, job_id: str) -> str:
    """One more job over the document of this one."""
    async with machine.house.a.db.writing() as session:
        document = await locked_document_of(session, job_id)
        assert document is not None
        order = Order(document.owner_id, None, {"another": os.urandom(4).hex()})
        made = await accept_again(session, document, machine.pipeline.spec(), order)
    await machine.house.a.echo.publish(made.job_id)
    return made.job_id


async def finish(machine: ByHand, job_id: str) -> list[str]:
    """Its blobs, once it is completed: an output, and a result."""
    output, result = f"{job_id}/step/1", f"{job_id}/last/1.0"
    for key in (output, result):
        await machine.house.a.blobs.put(key, b"made")
    await machine.done(await machine.claimed(job_id), output_blob=output)
    artifact = NewArtifact("text.txt", result, 4, "text/plain")
    await machine.done(await machine.claimed(job_id), artifacts=(artifact,))
    assert (await machine.house.job(job_id)).state == "completed"
    return [output, result]


async def two(machine: ByHand) -> tuple[str, str, list[str]]:
    """Two jobs over a document, the first completed; and what belongs to the document."""
    first = await machine.give(os.urandom(20))
    await finish(machine, first)
    document = await document_of(machine, first)
    shared = [f"{machine.house.actor.user_id}/{document}"]
    for key in (f"derived/{document}/1@300.png", f"derived/{document}/rewritten/{'0' * 64}"):
        await machine.house.a.blobs.put(key, b"answered")
        shared.append(key)
    return first, await again(machine, first), shared


async def aged(machine: ByHand, job_id: str, days_ago: float) -> None:
    """As if the job had ended so many days ago, and the document been there for long."""
    async with machine.house.a.db.writing() as session:
        job = await session.get(JobRow, job_id)
        assert job is not None
        job.ended_at = time.time() - days_ago * DAY
        document = await session.get(DocumentRow, job.document_id)
        assert document is not None
        document.created_at = time.time() - 1000 * DAY


async def blobs(machine: ByHand) -> set[str]:
    return {key async for key in machine.house.a.blobs.keys(-1)}


async def test_what_a_job_is_at_work_on_is_not_deleted_and_then_goes_with_all_jobs(machine: ByHand) -> None:
    house = machine.house
    first, second, shared = await two(machine)
    document = await document_of(machine, first)
    claim = await machine.claimed(second)
    before = await blobs(machine)
    with pytest.raises(DocumentInUse):
        await house.a.commands.delete_document(document, house.actor)
    assert await blobs(machine) == before >= set(shared)
    assert (await house.snapshot(first)).value["artifacts"], "nothing of the other has gone either"
    await machine.done(claim)
    await machine.done(await machine.claimed(second))
    await house.a.commands.delete_document(document, house.actor)
    assert await traces(house, document, first, second) == []
    assert await blobs(machine) == set()


@pytest.mark.parametrize("state", ["staged", "queued", "paused"])
async def test_what_is_still_to_be_done_keeps_the_document_too(machine: ByHand, state: str) -> None:
    house = machine.house
    first, second, _ = await two(machine)
    await aged(machine, first, 99)
    if state == "paused":
        await house.a.commands.pause(second, house.actor)
    if state == "staged":
        await machine.set_job(second, state="staged")
    with pytest.raises(DocumentInUse):
        await house.a.commands.delete_document(await document_of(machine, first), house.actor)
    assert await retention(machine, documents=1).once() == 0
    assert (await house.job(first)).state == "completed"


async def test_a_document_is_as_old_as_its_last_jobs_end(machine: ByHand) -> None:
    first, second, _ = await two(machine)
    await finish(machine, second)
    document = await document_of(machine, first)
    await aged(machine, first, 40)
    await aged(machine, second, 10)
    assert await retention(machine, documents=30).once() == 0
    await aged(machine, second, 31)
    assert await retention(machine, documents=30).once() == 1
    assert await traces(machine.house, document, first, second) == []


async def test_jobs_go_one_by_one_and_leave_what_the_others_need(machine: ByHand) -> None:
    house = machine.house
    first, second, shared = await two(machine)
    theirs = await finish(machine, second)
    document = await document_of(machine, first)
    await aged(machine, first, 8)
    await aged(machine, second, 6)
    assert await retention(machine, jobs=7).once() == 1
    assert await traces(house, first) == []
    assert await blobs(machine) == {*shared, *theirs}
    assert (await house.snapshot(second)).value["artifacts"]
    await aged(machine, second, 8)
    assert await retention(machine, jobs=7).once() == 1
    assert await traces(house, document, second) == []
    assert await blobs(machine) == set()


async def test_an_answer_that_names_a_job_goes_with_it(machine: ByHand) -> None:
    """Else whoever repeats the request is sent to a job that is not there."""
    house = machine.house
    first, second, _ = await two(machine)
    for job_id in (first, second):
        claim = await idempotency.claim(house.a.db, house.actor.user_id, f"key of {job_id}")
        assert isinstance(claim, FirstRequest)
        await idempotency.keep(house.a.db, claim, FirstAnswer("f", 202, f'{{"job_id":"{job_id}"}}'.encode()))
    await aged(machine, first, 8)
    assert await retention(machine, jobs=7).once() == 1
    assert await idempotency.find(house.a.db, house.actor.user_id, f"key of {first}") is None
    assert await idempotency.find(house.a.db, house.actor.user_id, f"key of {second}") is not None


async def test_results_of_one_go_and_those_of_the_other_stay(machine: ByHand) -> None:
    first, second, shared = await two(machine)
    theirs = await finish(machine, second)
    await aged(machine, first, 3)
    assert await retention(machine, artifacts=2).once() == 1
    assert await blobs(machine) == {*shared, *theirs}
    assert (await machine.house.snapshot(second)).value["artifacts"]


async def test_several_workers_that_remove_both_at_once_leave_nothing(machine: ByHand) -> None:
    names: list[str] = []
    for _ in range(3):
        first, second, _ = await two(machine)
        await finish(machine, second)
        names += [first, second, await document_of(machine, first)]
        for job_id in (first, second):
            await aged(machine, job_id, 5)
    await asyncio.gather(*(retention(machine, jobs=4, documents=4).once() for _ in range(4)))
    assert await traces(machine.house, *names) == []
    assert await blobs(machine) == set()


@pytest.fixture
async def one(database_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk(database_url, redis_url, tmp_path, SmallBook((["Rien."],))) as opened:
        yield opened


@pytest.mark.keys_may_stay("headway:steps", "headway:images")
async def test_a_repeat_keeps_the_document_or_finds_it_gone(one: Desk) -> None:
    """Whoever comes first: a job without its document is never made."""
    for _ in range(6):
        job_id = await one.done()
        document = (await one.house.job(job_id)).document_id
        repeats = [one.client.post(f"/api/jobs/{job_id}/repeat", json={"start": False}) for _ in range(3)]
        deleted, *answers = await asyncio.gather(one.client.delete(f"/api/documents/{document}"), *repeats)
        made = [each.json()["job_id"] for each in answers if each.status_code == 202]
        assert {each.status_code for each in answers} <= {202, 404}
        assert deleted.status_code == (409 if made else 204)
        content = await one.client.get(f"/api/documents/{document}/content")
        assert content.status_code == (200 if made else 404)
        for each in made:
            assert (await one.house.job(each)).document_id == document


@pytest.mark.keys_may_stay("headway:steps", "headway:images")
async def test_a_repeat_is_in_no_batch(one: Desk) -> None:
    """A batch is what was uploaded together: its counts, its ending and its results stay those."""
    batch = (await one.client.post("/api/batches", json={"name": "Two novels"})).json()["batch_id"]
    one.book.let()
    pipeline = one.book.pipeline()
    accepted = await one.house.accept(
        "n.txt", "txt", b"Rien.", spec=pipeline.spec(), batch_id=batch, options={}
    )
    await one.house.state(accepted.job_id, "completed")
    before = (await one.client.get(f"/api/batches/{batch}")).json()
    answer = await one.client.post(f"/api/jobs/{accepted.job_id}/repeat", json={})
    repeated = answer.json()["job_id"]
    await one.house.state(repeated, "completed")
    assert (await one.house.job(repeated)).batch_id is None
    assert (await one.client.get(f"/api/batches/{batch}")).json() == before
