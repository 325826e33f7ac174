"""Checks are done one after the other, and soon after the last time that somebody asked."""

import asyncio

import pytest

from service.gateway.views import repair
from service.gateway.views.repair import Repair
from tests.support.waiting import until

pytestmark = pytest.mark.anyio


async def test_a_check_that_was_slow_does_not_put_off_the_next_for_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Slow it is while Redis is away, and the next is the one that makes everything good."""
    monkeypatch.setattr(repair, "LONGEST_GAP_SECONDS", 0.01)
    loop = asyncio.get_running_loop()
    began: list[float] = []

    async def check() -> None:
        began.append(loop.time())
        await asyncio.sleep(0.5)

    one = Repair("slow", check, gap=0.001)
    await one.done()
    await one.done()
    assert began[1] - began[0] < 1.5


async def test_who_waits_for_a_check_does_not_wait_until_nobody_asks_any_more() -> None:
    """On a busy day somebody asks during every check."""
    checks = 0

    async def check() -> None:
        nonlocal checks
        checks += 1
        one.ask()
        await asyncio.sleep(0)

    one = Repair("busy", check)
    await asyncio.wait_for(one.done(), 5)
    begun = checks
    await asyncio.wait_for(one.done(), 5)
    assert checks > begun
    assert one.is_running
    one.stop()


async def test_who_asks_during_a_check_waits_for_the_next_one() -> None:
    """The one under way may have read before what they want to see."""
    began: list[asyncio.Event] = []

    async def check() -> None:
        began.append(asyncio.Event())
        await began[-1].wait()

    one = Repair("under way", check)
    first = asyncio.create_task(one.done())
    await until(lambda: len(began) == 1, "the first check")
    second = asyncio.create_task(one.done())
    await asyncio.sleep(0)
    began[0].set()
    await until(lambda: len(began) == 2, "the second check")
    assert first.done() and not second.done()
    began[1].set()
    await second


async def test_who_waits_is_let_go_when_nothing_is_checked_any_more() -> None:
    async def check() -> None:
        await asyncio.Event().wait()

    one = Repair("closed", check)
    waiting = asyncio.create_task(one.done())
    await asyncio.sleep(0)
    one.stop()
    with pytest.raises(asyncio.CancelledError):
        await waiting
