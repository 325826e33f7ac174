"""Warm children: loaded once, killed at once, spawned again when needed."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.support.processes import exists, open_descriptors
from tests.support.waiting import until
from workers.warm import ChildFailed, Limits, WarmChild

pytestmark = pytest.mark.anyio
TARGET = "tests.workers.targets:serve"


@pytest.fixture
async def child() -> AsyncIterator[WarmChild]:
    limits = Limits(memory_bytes=64 << 20, item_seconds=0.5)
    made = WarmChild(TARGET, {"loaded": "models"}, limits, recycle_after=5)
    yield made
    await made.close()


async def test_requests_are_answered_by_one_process(child: WarmChild) -> None:
    answers = await asyncio.gather(*(child.request({}, bytes(100_000) + b"%d" % n) for n in range(4)))
    assert {answer["pid"] for answer in answers} == {child.pid}
    assert [answer["answered"] for answer in answers] == [1, 2, 3, 4]
    assert [answer["blob"][:1] for answer in answers] == [b"0", b"1", b"2", b"3"]


async def test_it_is_replaced_after_so_many_requests(child: WarmChild) -> None:
    pids = [(await child.request({}))["pid"] for _ in range(6)]
    assert len(set(pids[:5])) == 1 and pids[5] != pids[0]
    assert not exists(pids[0])


@pytest.mark.parametrize(
    ("told", "kind"), [("segfault", "crashed"), ("hang", "timed_out"), ("eat", "out_of_memory")]
)
async def test_after_its_death_the_next_request_works(child: WarmChild, told: str, kind: str) -> None:
    first = (await child.request({}))["pid"]
    with pytest.raises(ChildFailed) as caught:
        await child.request({"do": told})
    assert caught.value.kind == kind
    assert not exists(first)
    assert (await child.request({}))["answered"] == 1


async def test_an_error_leaves_it_running(child: WarmChild) -> None:
    first = (await child.request({}))["pid"]
    with pytest.raises(ChildFailed, match="that did not work"):
        await child.request({"do": "fail"})
    with pytest.raises(ChildFailed) as caught:
        await child.request({"do": "refuse"})
    assert (caught.value.code, caught.value.params) == ("page_too_large", {"page": 1})
    assert (await child.request({}))["pid"] == first


async def test_cancelling_a_request_kills_it_at_once(child: WarmChild) -> None:
    first = (await child.request({}))["pid"]
    task = asyncio.ensure_future(child.request({"do": "hang"}))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not exists(first)
    assert (await child.request({}))["pid"] != first


async def test_an_engine_that_does_not_load_is_said_so() -> None:
    child = WarmChild(TARGET, {"loaded": "nothing"})
    with pytest.raises(ChildFailed, match="the models are not there"):
        await child.request({})
    await child.close()


async def test_nothing_leaks_over_its_lives(child: WarmChild) -> None:
    await child.request({})
    before = open_descriptors()
    for _ in range(12):
        await child.request({})
    await until(lambda: open_descriptors() <= before, "no file descriptor is left")


async def test_closing_ends_it(child: WarmChild) -> None:
    pid = (await child.request({}))["pid"]
    await child.close()
    assert not exists(pid) and child.pid is None
