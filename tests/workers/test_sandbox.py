"""The sandbox: items stream out of a child, and no child outlives, outruns or harms its worker."""

import asyncio
import os
import signal
import sys
import time
from pathlib import Path

import pytest

from service.domain.json import JsonObject
from tests.support.processes import exists, is_alive, open_descriptors
from tests.support.waiting import until
from workers.sandbox import ChildFailed, Limits, Sandbox

pytestmark = pytest.mark.anyio
TARGETS = "tests.workers.targets"


async def collect(sandbox: Sandbox, target: str, **arguments: object) -> list[JsonObject]:
    async with sandbox.call(f"{TARGETS}:{target}", dict(arguments)) as items:
        return [item async for item in items]


async def test_items_arrive_in_order(sandbox: Sandbox) -> None:
    assert await collect(sandbox, "count", numbers=500) == [{"number": number} for number in range(500)]


async def test_items_carry_bytes(sandbox: Sandbox) -> None:
    items = await collect(sandbox, "count", numbers=3, blob_bytes=5_000_000)
    assert [(item["number"], len(item["blob"])) for item in items] == [(n, 5_000_000) for n in range(3)]


async def test_items_taken_together_are_all_there_is_and_never_none(sandbox: Sandbox) -> None:
    async with sandbox.call(f"{TARGETS}:count", {"numbers": 500, "blob_bytes": 3000}) as items:
        lists = [several async for several in items.together()]
    assert [item["number"] for several in lists for item in several] == list(range(500))
    assert all(lists)
    assert len(lists) < 250  # what has gathered costs one look


async def test_what_was_sent_before_a_death_arrives(sandbox: Sandbox) -> None:
    seen: list[JsonObject] = []

    async def take_all() -> None:
        async with sandbox.call(f"{TARGETS}:count_and_die", {"numbers": 50}) as items:
            async for several in items.together():
                seen.extend(several)

    with pytest.raises(ChildFailed, match="SIGSEGV"):
        await take_all()
    assert [item["number"] for item in seen] == list(range(50))


async def test_twenty_calls_run_side_by_side(sandbox: Sandbox) -> None:
    answers = await asyncio.gather(*(collect(sandbox, "count", numbers=20 + n) for n in range(20)))
    assert [len(items) for items in answers] == [20 + n for n in range(20)]


async def test_a_child_holds_no_secrets_and_no_strange_descriptors(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADWAY_SECRET", "of the worker")
    fresh = Sandbox()
    [seen] = await collect(fresh, "surroundings")
    await fresh.close()
    assert "HEADWAY_SECRET" not in seen["environment"]
    assert seen["descriptors"] == 5  # three standard ones, the wire, the lifeline
    assert seen["nice"] >= 5


async def test_leaving_early_leaves_the_child_dead_and_reaped(sandbox: Sandbox) -> None:
    async with sandbox.call(f"{TARGETS}:hang", {}) as items:
        assert await anext(items) == {"number": 0}
        pid = items.pid
        assert pid is not None and is_alive(pid)
    assert not exists(pid)


async def test_cancelling_kills_within_a_tenth_of_a_second(sandbox: Sandbox) -> None:
    pids: list[int] = []

    async def work() -> None:
        async with sandbox.call(f"{TARGETS}:hang_in_c", {}) as items:
            await anext(items)
            assert items.pid is not None
            pids.append(items.pid)
            await anext(items)

    took: list[float] = []
    for _ in range(10):
        task = asyncio.ensure_future(work())
        await until(lambda: len(pids) > len(took), "the child runs")
        begun = time.perf_counter()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        took.append(time.perf_counter() - begun)
        assert not exists(pids[-1])
    assert sorted(took)[5] < 0.1


async def test_cancelling_while_the_child_is_being_made_leaves_nothing(sandbox: Sandbox) -> None:
    before = open_descriptors()
    for _ in range(20):
        task = asyncio.ensure_future(collect(sandbox, "hang"))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    await until(lambda: _children_of(sandbox) == [], "no child is left")
    await until(lambda: open_descriptors() <= before, "no file descriptor is left")


async def test_a_child_does_not_run_ahead_of_its_reader(sandbox: Sandbox, tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.touch()
    arguments = {"log": str(log)}
    async with sandbox.call(f"{TARGETS}:run_ahead", arguments, Limits(file_bytes=10_000)) as items:
        await anext(items)
        last = -1
        while log.stat().st_size != last:  # until it stands still
            last = log.stat().st_size
            await asyncio.sleep(0.1)
        assert last < 30
        assert len([item async for item in items]) == 999


async def test_a_slow_reader_is_not_the_childs_time(sandbox: Sandbox) -> None:
    call = sandbox.call(f"{TARGETS}:count", {"numbers": 3, "blob_bytes": 4 << 20}, Limits(item_seconds=0.2))
    async with call as items:
        seen = 0
        async for _ in items:
            seen += 1
            await asyncio.sleep(0.5)
    assert seen == 3


async def test_the_next_call_works_after_the_template_was_killed(sandbox: Sandbox) -> None:
    first = sandbox.template_pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    assert len(await collect(sandbox, "count", numbers=3)) == 3
    assert sandbox.template_pid not in (None, first)
    assert not exists(first)


async def test_children_die_with_their_template(sandbox: Sandbox) -> None:
    assert sandbox.template_pid is not None
    async with sandbox.call(f"{TARGETS}:hang", {}) as items:
        await anext(items)
        os.kill(sandbox.template_pid, signal.SIGKILL)
        pid = items.pid
        assert pid is not None
        await until(lambda: not is_alive(pid), "the child died with its template")


async def test_nothing_leaks_over_200_calls(sandbox: Sandbox) -> None:
    await collect(sandbox, "count", numbers=1)
    before = open_descriptors()
    assert sandbox.template_pid is not None
    template_before = len(os.listdir(f"/proc/{sandbox.template_pid}/fd"))
    for _ in range(40):
        await asyncio.gather(*(collect(sandbox, "count", numbers=2) for _ in range(5)))
    await until(lambda: open_descriptors() <= before, "no file descriptor is left")
    assert len(os.listdir(f"/proc/{sandbox.template_pid}/fd")) <= template_before
    assert _children_of(sandbox) == []


async def test_no_orphan_when_the_worker_is_killed(tmp_path: Path) -> None:
    """SIGKILL to the worker: its template, its children and its warm child are gone."""
    program = (
        "import asyncio\n"
        "from workers.sandbox import Sandbox\n"
        "from workers.warm import WarmChild\n"
        "async def main():\n"
        "    sandbox, warm = Sandbox(), WarmChild('tests.workers.targets:serve', {'loaded': 'x'})\n"
        "    await warm.start()\n"
        "    async with sandbox.call('tests.workers.targets:hang', {}) as items:\n"
        "        await anext(items)\n"
        "        print(sandbox.template_pid, items.pid, warm.pid, flush=True)\n"
        "        await asyncio.sleep(3600)\n"
        "asyncio.run(main())\n"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    pids = [int(pid) for pid in (await process.stdout.readline()).split()]
    assert len(pids) == 3 and all(is_alive(pid) for pid in pids)
    process.kill()
    await process.wait()
    await until(lambda: not any(is_alive(pid) for pid in pids), "all of them died with the worker")


def _children_of(sandbox: Sandbox) -> list[str]:
    pid = sandbox.template_pid
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
