"""The processes of `headway up`: one that dies comes back, all stop when asked, and nothing is ever left behind."""

import asyncio
import json
import signal
import time
from collections.abc import Generator, Iterator
from os import kill
from pathlib import Path

import pytest

from tests.support.headway_process import RunningHeadway, busy, descendants, gone, started_up
from tests.support.pdf_files import text_pdf, words
from tests.support.waiting import until

pytestmark = pytest.mark.anyio

PARTS = ("redis-server", "service.gateway", "workers.supervisor", "workers.main")


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Generator[RunningHeadway]:
    """One `headway up` whose parts are killed one after the other, and in the end itself."""
    it = asyncio.run(started_up(tmp_path_factory.mktemp("up"), "--workers", "2"))
    try:
        yield it
    finally:
        it.kill()


@pytest.mark.parametrize("named", PARTS)
async def test_a_part_that_is_killed_comes_back_and_leaves_nothing(
    up: RunningHeadway, named: str, tmp_path: Path
) -> None:
    victim = await up.one(named)
    with_it = {victim, *descendants(victim)}
    kill(victim, signal.SIGKILL)
    await gone(with_it)
    await until(lambda: up.pids(named) - {victim}, f"another {named} runs")
    document = tmp_path / f"after {named}.pdf"
    document.write_bytes(text_pdf(words(50), words(50, seed=hash(named))))
    codes: list[int] = []

    async def reached() -> bool:
        codes.append(await up.upload(document))
        return codes[-1] != 3

    await until(reached, "the server is reachable again")
    assert codes[-1] == 0, up.said()


async def test_work_of_a_killed_worker_is_given_back_at_once(up: RunningHeadway, tmp_path: Path) -> None:
    await busy(up, tmp_path)
    reading = up.pids("workers.children.warm")
    victim = next(pid for pid in up.pids("workers.main") if reading & set(descendants(pid)))
    kill(victim, signal.SIGKILL)
    # Well before the lease of 2.5 s runs out, were it not for the supervisor.
    await until(lambda: any(_given_back(up)), "its step is given back", seconds=2)


def _given_back(up: RunningHeadway) -> Iterator[list[str]]:
    """The jobs of which workers that died held steps."""
    for line in up.said().splitlines():
        if line.startswith("{") and line.endswith("}"):
            said = json.loads(line)
            if said["event"] == "worker_released":
                yield said["jobs"]


async def test_nothing_is_left_of_a_killed_parent(up: RunningHeadway, tmp_path: Path) -> None:
    await busy(up, tmp_path)
    pids = up.pids()
    assert all(up.pids(part) for part in PARTS)
    up.process.kill()
    up.process.wait()
    await gone(pids)


async def test_a_second_ctrl_c_stops_at_once(tmp_path: Path) -> None:
    up = await started_up(tmp_path, "--workers", "2")
    try:
        await busy(up, tmp_path)
        pids = up.pids()
        up.interrupt()
        await until(lambda: "Stopping" in up.said(), "it drains")
        began = time.monotonic()
        up.interrupt()
        assert await up.ended(5) == 130, up.said()
        assert time.monotonic() - began < 2
        await gone(pids)
    finally:
        up.kill()
