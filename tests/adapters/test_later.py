"""What is to be done later is done at its time, in whatever order the times were given."""

import asyncio

import pytest

from service.adapters.later import Later
from tests.support.by_hand import ByHand
from tests.support.waiting import until

pytestmark = pytest.mark.anyio


class Acting:
    """Notes when it is done; fails as often as it is told."""

    def __init__(self, fails: int = 0) -> None:
        self.began = asyncio.get_running_loop().time()
        self.done: list[float] = []
        self.fails = fails
        self.later = Later(self.act)

    async def act(self) -> None:
        self.done.append(asyncio.get_running_loop().time() - self.began)
        if len(self.done) <= self.fails:
            raise ConnectionError("away")


async def test_a_sooner_time_is_kept_though_it_comes_after_a_later_one() -> None:
    acting = Acting()
    acting.later.after(3600)
    acting.later.after(0.1)
    await until(lambda: acting.done, "the sooner one was done")
    assert acting.done[0] >= 0.1
    acting.later.after(0.05)
    await until(lambda: len(acting.done) == 2, "and one that came after that")
    await acting.later.close()


async def test_times_that_have_come_together_make_it_be_done_once() -> None:
    acting = Acting()
    for _ in range(100):
        acting.later.after(0.05)
    await until(lambda: acting.done, "it was done")
    acting.later.after(0.1)
    await until(lambda: len(acting.done) > 1 and acting.done[-1] > 0.15, "it was done again")
    assert len(acting.done) <= 4, "not a hundred times"
    await acting.later.close()


async def test_a_failure_keeps_the_times_after_it() -> None:
    acting = Acting(fails=1)
    for times in (1, 2, 3):
        acting.later.after(0.0)
        await until(lambda times=times: len(acting.done) == times, "it was done once more")
    await acting.later.close()


async def test_closed_it_does_nothing_more() -> None:
    acting = Acting()
    acting.later.after(0.05)
    await acting.later.close()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await asyncio.Event().wait()
    assert acting.done == []


async def test_a_step_that_is_to_be_tried_again_is_rung_at_its_time(machine: ByHand) -> None:
    """No sweep runs here: the process that recorded the failure rings."""
    job_id = await machine.give()
    claim = await machine.claimed(job_id)
    began = asyncio.get_running_loop().time()
    await machine.failed(claim, again_after=0.5)
    assert await machine.rung() == set()
    await until(machine.rung, "the step is rung", every=0.01)
    assert asyncio.get_running_loop().time() - began >= 0.5
    assert await machine.claim(claim.step.id) is not None, "it is due"
