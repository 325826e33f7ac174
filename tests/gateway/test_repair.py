"""Checks are done one after the other, and soon after the last time that somebody asked."""

import asyncio

import pytest

from service.gateway.views import repair
from service.gateway.views.repair import Repair

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
