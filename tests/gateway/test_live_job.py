"""`job:<id>`: from the snapshot to the ending, with nothing missed and nothing twice."""

import asyncio

import pytest
from redis.asyncio import Redis

from service.domain.ids import new_id
from tests.support.live_gateway import Gateway
from tests.support.waiting import until

pytestmark = pytest.mark.anyio


async def test_a_job_is_shown_and_then_every_change_of_it(gateway: Gateway) -> None:
    ann, token = await gateway.user("Ann")
    job = await gateway.job(ann)
    client = await gateway.connect(token)
    assert client.frames[0]["type"] == "hello" and client.frames[0]["heartbeat_seconds"] == 10
    await client.subscribe(f"job:{job}")
    await client.shows(f"job:{job}", state="queued", percent=0, name="a.pdf")
    assert client.reader.reasons == ["first"]

    await gateway.change(job, state="processing", attempt=1)
    await gateway.work(job, ann, "s1", 400, pages={"1": "td"})
    await client.shows(f"job:{job}", state="processing", pages={"1": "td"})
    await gateway.change(job, state="completed", percent=100.0, ended_at=5.0)
    value = await client.shows(f"job:{job}", state="completed", percent=100)
    assert value["pages"] == {"1": "td"}
    assert client.reader.gaps == client.reader.repeated == []
    truth = await gateway.log.snapshot(job)
    assert client.reader.job(f"job:{job}") == truth


async def test_others_jobs_look_like_jobs_that_do_not_exist(gateway: Gateway) -> None:
    ann, _ = await gateway.user("Ann")
    _, bob_token = await gateway.user("Bob")
    job, nobodys = await gateway.job(ann), new_id()
    client = await gateway.connect(bob_token)
    for topic in (f"job:{job}", f"job:{nobodys}", f"batch:{await gateway.batch(ann)}", f"batch:{nobodys}"):
        await client.subscribe(topic)
    await until(lambda: len(client.reader.errors) == 4, "four errors")
    assert {each["problem"]["code"] for each in client.reader.errors} == {"not_found"}
    first, second = (each["problem"] for each in client.reader.errors[:2])
    assert first == second
    await gateway.change(job, state="processing")
    await gateway.connect(bob_token)
    assert client.of("patch") == []


async def test_an_admin_sees_everybodys_jobs(gateway: Gateway) -> None:
    ann, _ = await gateway.user("Ann")
    _, token = await gateway.user("Root", is_admin=True)
    job = await gateway.job(ann)
    client = await gateway.connect(token)
    await client.subscribe(f"job:{job}")
    await client.shows(f"job:{job}", owner="Ann")


async def test_a_reader_that_comes_back_gets_what_it_missed_as_one_patch(gateway: Gateway) -> None:
    ann, token = await gateway.user("Ann")
    job = await gateway.job(ann)
    topic = f"job:{job}"
    first = await gateway.connect(token)
    await first.subscribe(topic)
    await first.shows(topic, state="queued")
    since = first.reader.since(topic)
    await first.close()

    await gateway.change(job, state="processing")
    for done in (100, 200, 300):
        await gateway.work(job, ann, "s1", done, pages={str(done): "td"})
    second = await gateway.connect(token)
    second.reader.jobs.update(first.reader.jobs)
    await second.subscribe(topic, since)
    truth = await gateway.log.snapshot(job)
    await until(lambda: second.reader.job(topic) == truth, "it shows the truth")
    assert len(second.of("patch")) == 1 and second.of("snapshot") == []

    third = await gateway.connect(token)
    third.reader.jobs.update(second.reader.jobs)
    await third.subscribe(topic, second.reader.since(topic))
    await gateway.work(job, ann, "s1", 400)
    truth = await gateway.log.snapshot(job)
    await until(lambda: third.reader.job(topic) == truth, "one that missed nothing just goes on")
    assert third.of("snapshot") == []


@pytest.mark.parametrize("since", ["nonsense.epoch:4", "{epoch}:999999"])
async def test_a_place_that_cannot_be_gone_on_from_gives_a_snapshot_and_its_reason(
    gateway: Gateway, since: str
) -> None:
    ann, token = await gateway.user("Ann")
    job = await gateway.job(ann)
    snapshot = await gateway.log.snapshot(job)
    assert snapshot is not None
    client = await gateway.connect(token)
    await client.subscribe(f"job:{job}", since.format(epoch=snapshot.epoch))
    await client.shows(f"job:{job}", state="queued")
    assert client.reader.reasons == ["too_old" if "{epoch}" in since else "new_epoch"]


async def test_a_wiped_redis_is_a_new_epoch_and_nothing_else(gateway: Gateway, redis_url: str) -> None:
    ann, token = await gateway.user("Ann")
    job = await gateway.job(ann)
    topic = f"job:{job}"
    client = await gateway.connect(token)
    await client.subscribe(topic)
    await gateway.change(job, state="processing")
    await gateway.work(job, ann, "s1", 500)
    before = await gateway.log.snapshot(job)
    await until(lambda: client.reader.job(topic) == before, "it shows the truth")
    assert before is not None and before.value["percent"] > 0
    async with Redis.from_url(redis_url) as redis:
        await redis.flushall()
    await gateway.change(job, attempt=2)
    await client.shows(topic, attempt=2)
    after = client.reader.job(topic)
    assert after is not None and after.epoch != before.epoch
    assert after.value["percent"] >= before.value["percent"]
    assert client.reader.reasons[-1] == "new_epoch" and client.reader.gaps == client.reader.repeated == []


async def test_an_ended_job_that_redis_forgot_is_shown_from_sql(gateway: Gateway, redis_url: str) -> None:
    ann, token = await gateway.user("Ann")
    job = await gateway.job(ann)
    await gateway.change(job, state="completed", percent=100.0, ended_at=9.0)
    async with Redis.from_url(redis_url) as redis:
        await redis.flushall()
    client = await gateway.connect(token)
    await client.subscribe(f"job:{job}")
    await client.shows(f"job:{job}", state="completed", percent=100)
    async with Redis.from_url(redis_url) as redis:
        assert await redis.keys("headway:job:*") == []
    await gateway.change(job, state="queued", run=2, percent=0.0, ended_at=None)
    await client.shows(f"job:{job}", state="queued", percent=0)


async def test_a_deleted_job_ends_its_subscriptions(gateway: Gateway) -> None:
    ann, token = await gateway.user("Ann")
    job = await gateway.job(ann)
    client = await gateway.connect(token)
    await client.subscribe(f"job:{job}")
    await client.shows(f"job:{job}", state="queued")
    await gateway.echo.forget(job, ann.user_id)
    error = await until(lambda: client.of("error"), "it is told")
    assert error[0]["problem"]["code"] == "not_found" and error[0]["topic"] == f"job:{job}"


async def test_a_reader_gets_at_most_ten_patches_a_second_and_the_ending_at_once(gateway: Gateway) -> None:
    ann, token = await gateway.user("Ann")
    job = await gateway.job(ann)
    topic = f"job:{job}"
    client = await gateway.connect(token)
    await client.subscribe(topic)
    await gateway.change(job, state="processing")
    await client.shows(topic, state="processing")
    loop = asyncio.get_running_loop()
    began, before = loop.time(), len(client.of("patch"))
    for done in range(1, 200):
        await gateway.work(job, ann, "s1", done, pages={str(done): "td"})
    await gateway.change(job, state="completed", percent=100.0)
    await client.shows(topic, state="completed")
    seconds = loop.time() - began
    assert len(client.of("patch")) - before <= 10 * seconds + 2
    assert client.reader.job(topic) == await gateway.log.snapshot(job)
