"""Who reads slowly gets the truth, merged; who reads nothing costs little and is cut off."""

import asyncio
from typing import Any

import orjson
import pytest

from service.domain.account import Actor
from service.gateway.live import Pulse
from tests.support.bare_socket import TEXT, BareSocket, bare_socket, frame
from tests.support.live_gateway import Gateway, running_gateway
from tests.support.reader import Reader
from tests.support.waiting import until

pytestmark = pytest.mark.anyio

SMALL = 4096
LINE = {"at": 1.0, "level": "info", "params": {}, "text": "x" * 4000}
FULL_BYTES = 256 * 1024


async def report(gateway: Gateway, job: str, owner: Actor, number: int) -> None:
    """Something new of a few kilobytes, soon to be replaced by something newer."""
    await gateway.work(job, owner, "s1", number, log=[{**LINE, "code": str(number)}])


async def subscribed(gateway: Gateway, token: str, job: str) -> BareSocket:
    one = await bare_socket(gateway.url, token, receive_buffer=SMALL)
    one.send(frame(TEXT, orjson.dumps({"type": "subscribe", "id": 1, "topic": f"job:{job}"})))
    return one


async def trickle(one: BareSocket, slow: asyncio.StreamReader) -> None:
    """A link that carries some 200 kB a second."""
    while data := await one.reader.read(4096):
        slow.feed_data(data)
        await asyncio.sleep(0.02)
    slow.feed_eof()


async def read_slowly(one: BareSocket, reader: Reader, topic: str, state: str) -> None:
    """Takes frames and answers pings until the job is in this state."""
    slow = asyncio.StreamReader()
    trickling = asyncio.create_task(trickle(one, slow))
    distant = BareSocket(slow, one.writer)
    while (known := reader.job(topic)) is None or known.value["state"] != state:
        told = await distant.next()
        assert told is not None, "a living reader is not cut off"
        text: dict[str, Any] = orjson.loads(told[1])
        if text["type"] == "ping":
            one.send(frame(TEXT, b'{"type":"pong"}'))
        reader.take(text)
    trickling.cancel()


async def test_a_slow_reader_lives_past_the_deadline_and_sees_the_ending(
    sqlite_url: str, redis_url: str
) -> None:
    """Far more is told than it can read: it gets the latest, merged, and is never cut off while it takes anything."""
    async with running_gateway(sqlite_url, redis_url, Pulse(send_deadline_seconds=0.4)) as gateway:
        ann, token = await gateway.user("Ann")
        job = await gateway.job(ann)
        topic, reader = f"job:{job}", Reader()
        one = await subscribed(gateway, token, job)
        await until(lambda: gateway.live.views.topics == [topic], "it watches")
        await gateway.change(job, state="processing")
        reading = asyncio.create_task(read_slowly(one, reader, topic, "completed"))
        for number in range(1, 300):
            await report(gateway, job, ann, number)
            assert gateway.live.sockets == 1
        await gateway.change(job, state="completed", percent=100.0, ended_at=2.0)
        async with asyncio.timeout(30):
            await reading
        assert reader.gaps == reader.repeated == []
        assert reader.job(topic) == await gateway.log.snapshot(job)
        assert reader.patches < 200, "what it could not read in time was merged"
        one.abort()


async def test_who_reads_nothing_costs_little_and_is_cut_off(sqlite_url: str, redis_url: str) -> None:
    """Nothing it was sent stays in this process but what the kernel refused once, however much happens meanwhile."""
    async with running_gateway(sqlite_url, redis_url, Pulse(send_deadline_seconds=2.0)) as gateway:
        ann, token = await gateway.user("Ann")
        job = await gateway.job(ann)
        one = await subscribed(gateway, token, job)
        await until(lambda: gateway.live.sockets == 1, "it is there")
        (socket,) = gateway.live.connected.values()
        await gateway.change(job, state="processing")
        number, most, full_at = 0, 0, 0.0
        loop = asyncio.get_running_loop()

        async def cut_off() -> bool:
            nonlocal number, most, full_at
            number += 1
            await report(gateway, job, ann, number)
            most = max(most, socket.unsent)
            full_at = full_at or (loop.time() if most else 0.0)
            return gateway.live.sockets == 0

        await until(cut_off, "it is cut off")
        assert 0 < most <= FULL_BYTES
        assert 1.5 < loop.time() - full_at < 4
        assert gateway.live.views.topics == []
        one.abort()
