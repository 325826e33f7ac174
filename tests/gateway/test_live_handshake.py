"""Who gets in, and what a hostile client can do: nothing to anybody else."""

import asyncio
from itertools import count
from typing import Any

import orjson
import pytest
from sqlalchemy.exc import OperationalError
from websockets.exceptions import ConnectionClosed, InvalidStatus

from service.adapters.records import accounts
from service.domain.ids import new_id
from service.gateway.live import Pulse
from service.gateway.session import Bounds
from service.protocol.frames import SUBPROTOCOL
from tests.support.live_gateway import Gateway, running_gateway
from tests.support.waiting import until

pytestmark = pytest.mark.anyio


async def closed(gateway: Gateway, token: str | None, **options: Any) -> int | None:
    client = await gateway.connect(token, **options)
    return await until(lambda: client.closed, "the socket is closed")


async def test_without_valid_credentials_the_socket_opens_and_closes_with_4001(gateway: Gateway) -> None:
    """Browsers cannot read a refused handshake."""
    assert await closed(gateway, None) == 4001
    assert await closed(gateway, "hw_wrong") == 4001


async def test_credentials_that_expire_end_the_socket(sqlite_url: str, redis_url: str) -> None:
    pulse = Pulse(heartbeat_seconds=1.0, rights_seconds=0.2)
    async with running_gateway(sqlite_url, redis_url, pulse) as gateway:
        _, token = await gateway.user("Ann")
        client = await gateway.connect(token)
        async with gateway.db.writing() as session:
            await accounts.forget(session, token)
        assert await until(lambda: client.closed, "it is closed") == 4001


async def test_a_foreign_page_is_refused_at_the_handshake(sqlite_url: str, redis_url: str) -> None:
    async with running_gateway(sqlite_url, redis_url, allowed=("https://friend.example",)) as gateway:
        _, token = await gateway.user("Ann")
        for origin in ("https://evil.example", "null", "http://127.0.0.1:1"):
            with pytest.raises(InvalidStatus) as refusal:
                await gateway.connect(token, headers={"Origin": origin})
            assert refusal.value.response.status_code == 403
            assert orjson.loads(refusal.value.response.body)["code"] == "bad_origin"
        for origin in (gateway.url, "https://friend.example"):
            client = await gateway.connect(token, headers={"Origin": origin})
            assert client.of("hello")


async def test_while_the_accounts_cannot_be_read_the_handshake_is_refused_and_sockets_stay(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client takes the refusal for a broken link, and so comes back after a wait."""

    async def away(*_: Any, **__: Any) -> None:
        raise OperationalError("SELECT secret", {}, Exception("no route to db.internal"))

    _, token = await gateway.user("Ann")
    client = await gateway.connect(token)
    with monkeypatch.context() as broken:
        broken.setattr("service.adapters.records.accounts.user_of", away)
        with pytest.raises(InvalidStatus) as refusal:
            await gateway.connect(token)
        assert refusal.value.response.status_code == 503
        assert b"secret" not in refusal.value.response.body
    assert (await gateway.connect(token)).of("hello")
    assert client.closed is None


async def test_who_does_not_speak_the_protocol_is_told_so(gateway: Gateway) -> None:
    _, token = await gateway.user("Ann")
    assert await closed(gateway, token, subprotocols=None) == 4000
    client = await gateway.connect(token, subprotocols=["other", SUBPROTOCOL])
    assert client.link.subprotocol == SUBPROTOCOL


@pytest.mark.parametrize(
    ("frame", "code"), [("no JSON", 4000), (b"\x00\xff", 4000), ("x" * 20_000, 4000), ("x" * 70_000, 1009)]
)
async def test_hostile_frames_end_their_own_socket_only(gateway: Gateway, frame: Any, code: int) -> None:
    ann, token = await gateway.user("Ann")
    _, other = await gateway.user("Mallory")
    job = await gateway.job(ann)
    client, hostile = await gateway.connect(token), await gateway.connect(other)
    await client.subscribe(f"job:{job}")
    await client.shows(f"job:{job}", state="queued")
    await hostile.send(frame)
    assert await until(lambda: hostile.closed, "the hostile one is gone") == code
    await gateway.change(job, state="processing")
    await client.shows(f"job:{job}", state="processing")


async def test_ten_thousand_subscriptions_leave_nothing_behind(sqlite_url: str, redis_url: str) -> None:
    pulse = Pulse(bounds=Bounds(subscriptions=50, frames=400, frames_a_second=1))
    async with running_gateway(sqlite_url, redis_url, pulse) as gateway:
        _, token = await gateway.user("Mallory")
        client = await gateway.connect(token)
        for number in range(10_000):
            try:
                await client.send({"type": "subscribe", "id": number, "topic": f"job:{new_id()}"})
            except ConnectionClosed:
                break
        assert await until(lambda: client.closed, "it is closed") == 4008
        await until(
            lambda: gateway.live.views.topics == [] and gateway.live.hub.channels == [], "nothing is left"
        )
        assert gateway.live.sockets == 0


async def test_a_user_has_a_bounded_number_of_sockets(sqlite_url: str, redis_url: str) -> None:
    async with running_gateway(sqlite_url, redis_url, Pulse(sockets_a_user=3)) as gateway:
        _, token = await gateway.user("Ann")
        _, other = await gateway.user("Bob")
        clients = [await gateway.connect(token) for _ in range(3)]
        assert await closed(gateway, token) == 4008
        assert (await gateway.connect(other)).of("hello")
        await clients[0].close()
        await until(lambda: gateway.live.sockets == 3, "one has left")
        assert (await gateway.connect(token)).of("hello")


async def test_a_gateway_that_is_full_asks_newcomers_to_come_back_after_a_wait(
    sqlite_url: str, redis_url: str
) -> None:
    """Those who are in stay, and who leaves makes room."""
    async with running_gateway(sqlite_url, redis_url, Pulse(sockets=2)) as gateway:
        _, token = await gateway.user("Ann")
        _, other = await gateway.user("Bob")
        clients = [await gateway.connect(token), await gateway.connect(other)]
        assert await closed(gateway, other) == 4100
        assert await closed(gateway, "hw_wrong") == 4001
        assert [each.closed for each in clients] == [None, None]
        await clients[0].close()
        await until(lambda: gateway.live.sockets == 1, "one has left")
        assert (await gateway.connect(other)).of("hello")


async def test_heartbeats_come_and_a_dead_client_is_given_up(sqlite_url: str, redis_url: str) -> None:
    async with running_gateway(sqlite_url, redis_url, Pulse(heartbeat_seconds=0.2)) as gateway:
        _, token = await gateway.user("Ann")
        client, dead = await gateway.connect(token), await gateway.connect(token)
        dead.link.transport.pause_reading()
        await until(lambda: gateway.live.sockets == 1, "the dead one is gone")
        await until(lambda: len(client.of("ping")) > 4, "the other one lives")
        assert client.closed is None
        dead.link.transport.abort()


async def test_a_reader_that_stalls_hurts_nobody_and_is_cut_off(sqlite_url: str, redis_url: str) -> None:
    """It answers the heartbeat in time, but takes nothing: past the send deadline it is aborted."""
    pulse = Pulse(send_deadline_seconds=0.5)
    async with running_gateway(sqlite_url, redis_url, pulse) as gateway:
        ann, token = await gateway.user("Ann")
        job = await gateway.job(ann)
        healthy, stalled = await gateway.connect(token), await gateway.connect(token)
        for each in (healthy, stalled):
            await each.subscribe(f"job:{job}")
            await each.shows(f"job:{job}", state="queued")
        stalled.link.transport.pause_reading()
        await gateway.change(job, state="processing")
        line = {"at": 1.0, "level": "info", "code": "x", "params": {}, "text": "x" * 500_000}
        numbers = count(1)

        async def cut_off() -> bool:
            number = next(numbers)
            await gateway.work(job, ann, "s1", number, log=[{**line, "code": str(number)}])
            return gateway.live.sockets == 1

        await until(cut_off, "the stalled one is cut off", every=0.02)
        assert healthy.closed is None
        await gateway.change(job, state="completed", percent=100.0)
        await healthy.shows(f"job:{job}", state="completed")
        assert healthy.reader.gaps == healthy.reader.repeated == []
        stalled.link.transport.abort()


async def test_draining_says_when_to_come_back_and_lets_nobody_in(gateway: Gateway) -> None:
    _, token = await gateway.user("Ann")
    clients = [await gateway.connect(token) for _ in range(5)]
    loop = asyncio.get_running_loop()
    began = loop.time()
    await gateway.live.drain(0.5)
    assert 0.3 < loop.time() - began < 2
    for each in clients:
        assert await until(lambda each=each: each.closed, "it was asked to leave") == 4200
        assert each.of("bye")[0]["after_ms"] <= 500
    assert not gateway.live.is_ready and gateway.live.sockets == 0
    late = await gateway.connect(token)
    assert await until(lambda: late.closed, "a newcomer is sent away") == 4200
    assert [each["type"] for each in late.frames] == ["bye"]
