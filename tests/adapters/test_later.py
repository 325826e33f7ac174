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


async def test_each_time_is_kept_though_a_sooner_one_comes_after() -> None:
    acting = Acting()
    for seconds in (0.5, 0.1, 0.3):
        acting.later.after(seconds)
    await until(lambda: len(acting.done) == 3, "each was done")
    for done, wanted in zip(acting.done, (0.1, 0.3, 0.5), strict=True):
        assert wanted <= done < wanted + 0.15
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
    acting.later.after(0.0)
    acting.later.after(0.1)
    await until(lambda: len(acting.done) == 2, "the second was done")
    acting.later.after(0.0)
    await until(lambda: len(acting.done) == 3, "and it goes on after that")
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
    assert 0.45 <= asyncio.get_running_loop().time() - began < 1.0
    assert await machine.claim(claim.step.id) is not None, "it is due"
