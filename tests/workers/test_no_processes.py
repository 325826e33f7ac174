"""A child of the sandbox starts no process of its own, however it tries; threads it may start."""

import pytest

from tests.support.processes import exists
from workers.sandbox import ChildFailed, Limits, Sandbox

pytestmark = pytest.mark.anyio
TARGETS = "tests.workers.targets"


@pytest.mark.parametrize("how", ["fork", "spawn", "clone", "exec"])
async def test_no_way_of_starting_a_process_works(sandbox: Sandbox, how: str) -> None:
    pids: list[int | None] = []

    async def run() -> None:
        async with sandbox.call(f"{TARGETS}:start_another", {"how": how}, Limits(item_seconds=10)) as items:
            pids.append(items.pid)
            async for item in items:
                assert item == {"number": 0}

    with pytest.raises(ChildFailed) as caught:
        await run()
    assert caught.value.kind == "error"
    assert "PermissionError: [Errno 1]" in caught.value.detail
    assert pids[0] is not None and not exists(pids[0])


async def test_threads_are_let(sandbox: Sandbox) -> None:
    async with sandbox.call(f"{TARGETS}:start_a_thread", {}) as items:
        assert await items.only() == {"done": True}
