"""A step that has come to its end is written down and told, whatever else happens meanwhile."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from unittest.mock import patch

import pytest

from service.adapters.echo import Echo, Truth
from service.domain.json import JsonObject
from tests.support.house import House, open_house
from tests.support.small_worker import give, phase, small, small_worker
from tests.support.waiting import until

pytestmark = pytest.mark.anyio


@pytest.fixture
async def house(sqlite_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(sqlite_url, redis_url, tmp_path / "data") as opened:
        yield opened


async def test_a_heartbeat_between_the_commit_and_its_telling_stops_neither(house: House) -> None:
    """The committed step is no longer the worker's own then, which is no reason to stop telling of it."""
    pipeline = small(phase("inspecting"), phase("reading"))
    tell, held, go_on = Echo.tell, asyncio.Event(), asyncio.Event()

    async def slow(echo: Echo, truth: Truth, *lines: JsonObject) -> bool:
        if any(line["code"] == "phase" for line in lines):
            held.set()
            await go_on.wait()
        return await tell(echo, truth, *lines)

    with patch.object(Echo, "tell", slow):
        async with small_worker(house, pipeline) as worker:
            job_id = await give(house, pipeline)
            await held.wait()
            worker.running.keep_only({}, claimed_before=time.time())
            go_on.set()
            await house.state(job_id, "completed")
            await until(lambda: not worker.running.all(), "nothing runs")
    log = (await house.snapshot(job_id)).value["log"]
    assert [log[number]["code"] for number in sorted(log, key=int)] == ["started", "phase", "completed"]
