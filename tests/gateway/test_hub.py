"""One link to Redis: what somebody listens to is subscribed, confirmed before `listen` returns, and given back."""

import asyncio
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from service.adapters.embedded_redis import EmbeddedRedis, find_server
from service.gateway.hub import Heard, Hub
from tests.support.waiting import until

pytestmark = pytest.mark.anyio


class Ear:
    """Keeps what it hears and how often the link was new."""

    def __init__(self) -> None:
        self.messages: list[Heard] = []
        self.renewals = 0

    @property
    def said(self) -> list[bytes]:
        return [each.payload for each in self.messages]

    def heard(self, message: Heard) -> None:
        self.messages.append(message)

    async def renewed(self) -> None:
        self.renewals += 1


@pytest.fixture
async def hub(own_redis: EmbeddedRedis) -> AsyncIterator[Hub]:
    one = Hub(own_redis.url)
    one.start()
    await until(lambda: one.is_live, "the link is there")
    yield one
    await one.close()


@pytest.fixture
async def redis(own_redis: EmbeddedRedis) -> AsyncIterator["Redis"]:
    async with Redis.from_url(own_redis.url) as client:
        yield client


async def subscribers(redis: "Redis", channel: str) -> int:
    return dict(await redis.pubsub_numsub(channel))[channel.encode()]


async def test_what_is_published_after_listen_is_heard(hub: Hub, redis: "Redis") -> None:
    for number in range(50):
        ear = Ear()
        await hub.listen(f"c{number}", ear)
        await redis.publish(f"c{number}", "x")
        await until(lambda ear=ear: ear.said == [b"x"], "it was heard")


async def test_a_channel_is_subscribed_once_and_left_with_its_last_listener(hub: Hub, redis: "Redis") -> None:
    ears = [Ear() for _ in range(3)]
    await asyncio.gather(*(hub.listen("c", each) for each in ears))
    assert await subscribers(redis, "c") == 1
    await redis.publish("c", "1")
    await until(lambda: all(each.said == [b"1"] for each in ears), "all heard it")
    assert len({id(each.messages[0]) for each in ears}) == 1
    for each in ears[:2]:
        hub.unlisten("c", each)
    await redis.publish("c", "2")
    await until(lambda: ears[2].said == [b"1", b"2"], "the last one still listens")
    hub.unlisten("c", ears[2])
    await until(lambda: _gone(redis), "the subscription was given back")
    assert hub.channels == []


async def _gone(redis: "Redis") -> bool:
    return await subscribers(redis, "c") == 0


async def test_coming_and_going_in_a_hurry_ends_where_it_should(hub: Hub, redis: "Redis") -> None:
    for _ in range(30):
        hasty, steady = Ear(), Ear()
        coming = asyncio.create_task(hub.listen("c", hasty))
        await asyncio.sleep(0)
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)
        await hub.listen("c", steady)
        await redis.publish("c", "x")
        await until(lambda steady=steady: steady.said == [b"x"], "it was heard")
        assert hasty.said == []
        hub.unlisten("c", steady)


async def test_one_listeners_fault_is_its_own(hub: Hub, redis: "Redis") -> None:
    class Deaf(Ear):
        def heard(self, message: Heard) -> None:
            raise ValueError

    ear = Ear()
    await hub.listen("c", Deaf())
    await hub.listen("c", ear)
    await redis.publish("c", "not JSON")
    await until(lambda: ear.said == [b"not JSON"], "the other one heard it")


async def test_after_a_new_link_every_listener_is_asked_to_check(hub: Hub, redis: "Redis") -> None:
    told: list[str] = []
    hub.degraded = lambda _since: told.append("degraded")
    hub.recovered = lambda: told.append("recovered")
    ears = [Ear() for _ in range(1200)]
    await asyncio.gather(*(hub.listen(f"c{number}", each) for number, each in enumerate(ears)))
    before = hub.generation
    await redis.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
    await until(lambda: told == ["degraded", "recovered"], "it was lost and found")
    assert hub.generation == before + 1 and {each.renewals for each in ears} == {1}
    await redis.publish("c1199", "x")
    await until(lambda: ears[1199].said == [b"x"], "it is heard again")


@pytest.fixture
def guarded_redis(tmp_path: Path) -> Iterator[str]:
    """A Redis on TCP that asks for a password."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [find_server(), "--port", str(port), "--bind", "127.0.0.1", "--requirepass", "s3cret"]
    process = subprocess.Popen([*command, "--save", "", "--dir", str(tmp_path)], stdout=subprocess.DEVNULL)
    yield f"redis://:s3cret@127.0.0.1:{port}/0"
    process.kill()
    process.wait()
    shutil.rmtree(tmp_path, ignore_errors=True)


async def test_a_password_is_given_and_a_wrong_one_never_counts_as_a_link(guarded_redis: str) -> None:
    right, wrong = Hub(guarded_redis), Hub(guarded_redis.replace("s3cret", "wrong"))
    for each in (right, wrong):
        each.start()
    ear = Ear()
    await right.listen("c", ear)
    await until(lambda: right.is_live and right.degraded_since is None, "the right one has its link")
    async with Redis.from_url(guarded_redis) as redis:
        await redis.publish("c", "x")
    await until(lambda: ear.said == [b"x"], "it was heard")
    assert not wrong.is_live and wrong.degraded_since is not None
    await right.close()
    await wrong.close()
