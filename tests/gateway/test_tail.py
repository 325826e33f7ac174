"""The link to Redis on the event loop that serves: what is asked of it in the moment in which it breaks."""

import asyncio
from collections.abc import Callable

import pytest
import uvloop
from redis.asyncio import Redis

from service.gateway.tail import Tail
from tests.support.waiting import until


class Heard:
    """A tail, what it heard, and how often it was lost and renewed."""

    def __init__(self, url: str) -> None:
        self.messages: list[tuple[bytes, bytes]] = []
        self.renewals = self.losses = 0
        self.tail = Tail(url, heard=self._heard, renewed=self._renewed, lost=self._lost)

    def _heard(self, channel: bytes, payload: bytes) -> None:
        self.messages.append((channel, payload))

    def _renewed(self) -> None:
        self.renewals += 1

    def _lost(self) -> None:
        self.losses += 1

    def break_off(self, ask: Callable[[], None] = lambda: None) -> None:
        """The connection ends; `ask` is called when it has, before whoever holds the link has been told."""
        link = self.tail._link  # pyright: ignore[reportPrivateUsage] - the moment cannot be had from outside
        assert link is not None
        ended = link.connection_lost

        def connection_lost(exc: Exception | None) -> None:
            ended(exc)
            asyncio.get_running_loop().call_soon(ask)

        link.connection_lost = connection_lost
        link.abort()


def _no_nonce(_size: int) -> str:
    raise RuntimeError("no nonce")


async def _asked_as_it_breaks(url: str) -> None:
    one = Heard(url)
    one.tail.start()
    try:
        await until(lambda: one.tail.is_live, "the link is there")
        await one.tail.subscribe(b"left")
        asked: list[asyncio.Task[None]] = []

        def ask() -> None:
            one.tail.unsubscribe(b"left")
            asked.append(asyncio.ensure_future(one.tail.subscribe(b"new")))

        one.break_off(ask)
        await until(lambda: asked and asked[0].done(), "the new channel is confirmed")
        asked[0].result()
        assert (one.renewals, one.losses) == (2, 1), "confirmed is what the new link has confirmed"
        async with Redis.from_url(url) as redis:
            await redis.publish("new", b"word")
        await until(lambda: one.messages == [(b"new", b"word")], "it is heard")
    finally:
        await one.tail.close()


async def _outlives_a_fault(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    one = Heard(url)
    one.tail.start()
    try:
        await until(lambda: one.tail.is_live, "the link is there")
        await one.tail.subscribe(b"channel")
        with monkeypatch.context() as broken:
            broken.setattr("service.gateway.tail.secrets.token_hex", _no_nonce)
            await until(lambda: one.losses > 0 and not one.tail.is_live, "the loss is told")
        await until(lambda: one.tail.is_live, "there is another link")
        async with Redis.from_url(url) as redis:
            await redis.publish("channel", b"word")
        await until(lambda: one.messages == [(b"channel", b"word")], "it is heard")
    finally:
        await one.tail.close()


def test_what_is_asked_of_a_link_that_just_broke_is_asked_of_the_next(redis_url: str) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_asked_as_it_breaks(redis_url))


def test_a_fault_of_its_own_leaves_no_gateway_deaf(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_outlives_a_fault(redis_url, monkeypatch))
