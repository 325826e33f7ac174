"""Keeping within requests in flight and requests a window."""

import asyncio
import time

import pytest

from tests.support.waiting import until
from workers.engines.pace import Pace

pytestmark = pytest.mark.anyio


async def test_no_window_sees_more_than_its_share() -> None:
    """Nine requests at three a window take two windows more."""
    pace, begun = Pace(9, 3, window_seconds=0.2), list[float]()

    async def ask() -> None:
        async with pace.request():
            begun.append(time.monotonic())

    await asyncio.gather(*(ask() for _ in range(9)))
    assert all(later - earlier >= 0.19 for earlier, later in zip(begun, begun[3:], strict=False))


async def test_a_request_that_is_cancelled_frees_its_place() -> None:
    """While it waits and while it runs; a failed one as well."""
    pace, running = Pace(1, 100), asyncio.Event()

    async def hold() -> None:
        async with pace.request():
            running.set()
            await asyncio.Event().wait()

    holder, waiter = asyncio.create_task(hold()), asyncio.create_task(hold())
    await running.wait()
    waiter.cancel()
    holder.cancel()
    await until(lambda: holder.done() and waiter.done(), "both end")
    with pytest.raises(ValueError, match="broken"):
        async with pace.request():
            raise ValueError("broken")
    async with asyncio.timeout(1), pace.request():
        pass
