"""Ten thousand jobs cost what ten cost: a page of cards, the counts, and the same number of statements."""

from collections.abc import AsyncIterator

import pytest

from service.adapters.tables import BatchMemberRow, BatchRow
from service.domain.ids import new_id
from tests.support.counting import statements
from tests.support.live_gateway import Client, Gateway, running_gateway
from tests.support.many_jobs import add_jobs
from tests.support.waiting import until

pytestmark = pytest.mark.anyio
LIMIT = 50


@pytest.fixture
async def gateway(database_url: str, redis_url: str) -> AsyncIterator[Gateway]:
    """A gateway on each database in turn."""
    async with running_gateway(database_url, redis_url) as one:
        yield one


async def opened(client: Client, topic: str, cards: int) -> list[str]:
    """Opens the topic: the types of all frames that came of it, once the socket has nothing more to say."""
    before = len(client.frames)
    await client.subscribe(topic)
    await until(
        lambda: len(client.of("card", topic)) == cards and client.of("snapshot", topic), f"{topic} opens"
    )
    await client.subscribe("no such topic")
    await until(lambda: client.frames[-1]["type"] == "error", "what was asked after it is answered after it")
    return [each["type"] for each in client.frames[before:-1]]


@pytest.mark.parametrize("scope", ["jobs", "admin:jobs"])
async def test_a_list_of_ten_thousand_opens_with_a_page_of_cards_and_the_counts(
    gateway: Gateway, scope: str
) -> None:
    ann, token = await gateway.user("Ann", is_admin=True)
    asked: dict[int, int] = {}
    for number in (10, 9_990):
        jobs = await add_jobs(gateway.db, ann.user_id, number)
        client = await gateway.connect(token)
        with statements(everywhere=True) as seen:
            frames = await opened(client, scope, min(number, LIMIT))
        asked[number] = len(seen)
        assert frames == ["snapshot", *(["card"] * min(number, LIMIT))]
        (first,) = client.of("snapshot", scope)
        assert first["more"] is (number > LIMIT)
        assert client.reader.lists[scope] == jobs[::-1][:LIMIT]
        await client.close()
        await until(lambda: gateway.live.views.topics == [], "the list is given back")
    assert (first["counts"]["total"], first["counts"]["queued"]) == (10_000, 10_000)
    assert asked[10] == asked[9_990] == 3


async def test_readers_of_the_same_list_share_one_reading(gateway: Gateway) -> None:
    ann, token = await gateway.user("Ann")
    await add_jobs(gateway.db, ann.user_id, 200)
    clients = [await gateway.connect(token) for _ in range(10)]
    with statements(everywhere=True) as seen:
        for each in clients:
            await opened(each, "jobs", LIMIT)
    assert len(seen) == 3
    lists = [each.reader.lists["jobs"] for each in clients]
    assert lists == [lists[0]] * 10


async def test_lists_are_filtered_by_batch_pipeline_and_owner_and_stay_so(gateway: Gateway) -> None:
    ann, token = await gateway.user("Ann", is_admin=True)
    bob, _ = await gateway.user("Bob")
    text = await add_jobs(gateway.db, ann.user_id, 3)
    other = await add_jobs(gateway.db, ann.user_id, 2, pipeline="other")
    await add_jobs(gateway.db, bob.user_id, 4)
    batch = new_id()
    async with gateway.db.writing() as session:
        session.add(BatchRow(id=batch, owner_id=ann.user_id, name=None, created_at=1.0))
        await session.flush()
        session.add(BatchMemberRow(batch_id=batch, job_id=text[0], added_at=1.0))
    client = await gateway.connect(token)
    lists = {
        "jobs?pipeline=other": other[::-1],
        f"jobs?batch={batch}": [text[0]],
        f"admin:jobs?owner={bob.user_id}": None,
        "jobs?limit=2&state=failed": [],
    }
    for topic, jobs in lists.items():
        frames = await opened(client, topic, 4 if jobs is None else len(jobs))
        assert frames[0] == "snapshot"
        assert jobs is None or client.reader.lists[topic] == jobs
    theirs = client.reader.shown(f"admin:jobs?owner={bob.user_id}").values()
    assert {each["owner"] for each in theirs} == {"Bob"}
    entered = await gateway.job(ann, "new.pdf", batch=batch)
    await until(
        lambda: client.reader.lists[f"jobs?batch={batch}"] == [entered, text[0]], "it entered its batch"
    )
    assert client.reader.lists["jobs?pipeline=other"] == other[::-1]
    for job in text:
        await gateway.change(job, state="failed")
    await until(
        lambda: client.reader.lists["jobs?limit=2&state=failed"] == text[:0:-1], "the newest two that failed"
    )
    assert client.reader.gaps == client.reader.repeated == []


async def test_the_workers_are_read_once_in_a_while_and_only_while_somebody_watches(gateway: Gateway) -> None:
    ann, token = await gateway.user("Ann", is_admin=True)
    client = await gateway.connect(token)
    job = await gateway.job(ann)
    with statements(everywhere=True) as seen:
        await client.subscribe("admin:workers")
        await until(lambda: client.reader.values.get("admin:workers"), "the workers")
        once = len([each for each in seen if "workers" in each])
        assert once == 1
    value = client.reader.values["admin:workers"]
    assert value["waits"]["jobs"][job]["waits_for"]["code"] == "no_worker"
    with statements(everywhere=True) as seen:
        for state in ("processing", "pausing", "processing", "pausing", "processing") * 4:
            await gateway.change(job, state=state)
        await until(
            lambda: client.reader.values["admin:workers"]["queue"]["running"] == 1, "it was read again"
        )
    assert len([each for each in seen if "FROM workers" in each]) == 1
    await client.send({"type": "unsubscribe", "topic": "admin:workers"})
    await until(lambda: gateway.live.views.topics == [], "nobody watches")
    with statements(everywhere=True) as seen:
        await gateway.change(job, state="completed")
        await client.subscribe("jobs")
        await until(lambda: client.reader.lists.get("jobs") == [job], "time has passed")
    assert not [each for each in seen if "FROM workers" in each]
