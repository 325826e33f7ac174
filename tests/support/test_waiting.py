"""A condition that looks up what is not there yet is not true yet, and in the end it is told what was missing."""

import asyncio
import threading
from typing import Any

import pytest

from tests.support.waiting import until, wait_for

pytestmark = pytest.mark.anyio


async def test_what_is_looked_up_before_it_is_there_is_waited_for() -> None:
    told: dict[str, list[int]] = {}
    asyncio.get_running_loop().call_later(0.05, told.update, {"jobs": [7]})
    assert await until(lambda: told["jobs"][0], "the first job") == 7

    async def counted() -> int:
        return told["more"][0]

    asyncio.get_running_loop().call_later(0.05, told.update, {"more": [8]})
    assert await until(counted, "another") == 8


def test_a_browser_waits_for_it_as_well() -> None:
    told: dict[str, int] = {}
    later = threading.Timer(0.05, told.update, [{"jobs": 7}])
    later.start()
    assert wait_for(lambda: told["jobs"], "a job") == 7
    later.join()


async def test_what_was_missing_to_the_end_is_named() -> None:
    told: dict[str, Any] = {}
    jobs: list[int] = []
    with pytest.raises(AssertionError, match=r"the job \(last: KeyError\('job'\)\)") as failed:
        await until(lambda: told["job"], "the job", seconds=0.02)
    assert isinstance(failed.value.__cause__, KeyError)
    with pytest.raises(AssertionError, match=r"the job \(last: IndexError\('list index out of range'\)\)"):
        wait_for(lambda: jobs[0], "the job", seconds=0.02)


async def test_what_was_false_to_the_end_is_told_and_other_mistakes_are_not_waited_out() -> None:
    with pytest.raises(AssertionError, match=r"more \(last: \[\]\)") as failed:
        await until(list, "more", seconds=0.02)
    assert failed.value.__cause__ is None
    with pytest.raises(ZeroDivisionError):
        await until(lambda: 1 // 0, "nothing")
    with pytest.raises(ZeroDivisionError):
        wait_for(lambda: 1 // 0, "nothing")
