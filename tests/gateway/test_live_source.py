"""When the link to Redis is lost, readers are told, and afterwards they have missed nothing."""

import os
import signal
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from service.adapters.embedded_redis import EmbeddedRedis
from tests.support.live_gateway import Client, Gateway, running_gateway
from tests.support.waiting import until

pytestmark = pytest.mark.anyio


@pytest.fixture
async def gateway(sqlite_url: str, own_redis: EmbeddedRedis) -> AsyncIterator[Gateway]:
    async with running_gateway(sqlite_url, own_redis.url) as one:
        yield one


async def subscribed(gateway: Gateway, job: str, token: str) -> Client:
    client = await gateway.connect(token)
    await client.subscribe(f"job:{job}")
    await client.subscribe("jobs")
    await client.shows(f"job:{job}", state="queued")
    await until(lambda: client.reader.lists.get("jobs") == [job], "the list is there")
    return client


async def shows_the_truth(gateway: Gateway, client: Client, job: str) -> None:
    topic = f"job:{job}"
    truth = await gateway.echo.snapshot(job)
    await until(
        lambda: client.reader.job(topic) == truth, f"the job is as {truth}, not {client.reader.job(topic)}"
    )
    card = (await gateway.log.snapshots([job]))[job]

    def is_shown() -> bool:
        shown = client.reader.jobs.get(("jobs", job))
        return shown is not None and shown.value == card.value

    await until(is_shown, f"the card is as {card}")
    assert client.reader.gaps == client.reader.repeated == []


async def test_a_killed_link_is_made_good(gateway: Gateway, own_redis: EmbeddedRedis) -> None:
    ann, token = await gateway.user("Ann")
    job = await gateway.job(ann)
    client = await subscribed(gateway, job, token)
    async with Redis.from_url(own_redis.url) as redis:
        for done in range(1, 60):
            if done % 20 == 0:
                await redis.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
            await gateway.work(job, ann, "s1", done, pages={str(done): "td"})
            if done == 1:
                await gateway.change(job, state="processing")
        await gateway.change(job, state="completed", percent=100.0)
    await shows_the_truth(gateway, client, job)
    await until(
        lambda: len(client.of("degraded")) == len(client.of("recovered")) > 0, "it was told, and told again"
    )
    assert set(client.reader.reasons) == {"first"}


async def test_a_restarted_redis_is_seeded_and_a_new_epoch(
    gateway: Gateway, own_redis: EmbeddedRedis
) -> None:
    ann, token = await gateway.user("Ann")
    job = await gateway.job(ann)
    client = await subscribed(gateway, job, token)
    await gateway.change(job, state="processing", percent=40.0)
    await client.shows(f"job:{job}", percent=40)
    await own_redis.stop()
    await until(lambda: client.of("degraded"), "it is told")
    assert not gateway.live.is_ready
    late = await gateway.connect(token)
    await until(lambda: late.of("degraded"), "a newcomer is told, too")
    await gateway.commit(job, percent=60.0)
    await own_redis.start()
    await until(lambda: client.of("recovered"), "it is told that all is well")
    assert gateway.live.is_ready
    await client.shows(f"job:{job}", percent=60)
    await shows_the_truth(gateway, client, job)
    assert client.reader.reasons[-1] == "new_epoch"
    await gateway.change(job, state="failed")
    await shows_the_truth(gateway, client, job)


async def test_who_subscribes_while_redis_is_away_is_served_when_it_is_back(
    gateway: Gateway, own_redis: EmbeddedRedis
) -> None:
    ann, token = await gateway.user("Ann")
    job = await gateway.job(ann)
    client = await gateway.connect(token)
    await own_redis.stop()
    await until(lambda: client.of("degraded"), "it is told")
    await client.subscribe(f"job:{job}")
    await client.subscribe("jobs")
    await own_redis.start()
    await client.shows(f"job:{job}", state="queued")
    await shows_the_truth(gateway, client, job)


async def test_a_half_open_link_is_found_within_five_seconds(
    gateway: Gateway, own_redis: EmbeddedRedis
) -> None:
    """A server that stands still closes nothing: only a PING that nobody answers tells."""
    ann, token = await gateway.user("Ann")
    job = await gateway.job(ann)
    client = await subscribed(gateway, job, token)
    assert own_redis.pid is not None
    os.kill(own_redis.pid, signal.SIGSTOP)
    try:
        await until(lambda: client.of("degraded"), "it is told", seconds=5)
    finally:
        os.kill(own_redis.pid, signal.SIGCONT)
    await until(lambda: client.of("recovered"), "all is well")
    await gateway.change(job, state="processing")
    await shows_the_truth(gateway, client, job)


async def test_a_list_follows_when_redis_is_wiped(gateway: Gateway, own_redis: EmbeddedRedis) -> None:
    ann, token = await gateway.user("Ann")
    job, quiet = await gateway.job(ann, "busy"), await gateway.job(ann, "quiet")
    client = await gateway.connect(token)
    await client.subscribe("jobs")
    await until(lambda: client.reader.lists.get("jobs") == [quiet, job], "the list is there")
    async with Redis.from_url(own_redis.url) as redis:
        await redis.flushall()
    await gateway.change(job, state="processing")
    await gateway.work(job, ann, "s1", 500)
    await until(lambda: client.reader.shown("jobs")[job]["percent"] > 0, "it goes on")
    card = (await gateway.log.snapshots([job]))[job]
    await until(lambda: client.reader.jobs["jobs", job] == card, "the card is the log's")
