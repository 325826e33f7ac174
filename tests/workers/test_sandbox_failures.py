"""How a child can fail: each way is told apart, and the next call works."""

import time

import pytest

from tests.support.processes import exists
from workers.sandbox import ChildFailed, Limits, Sandbox

pytestmark = pytest.mark.anyio
TARGETS = "tests.workers.targets"
TIGHT = Limits(memory_bytes=64 << 20, item_seconds=0.3, total_seconds=30)


async def fails(sandbox: Sandbox, target: str, limits: Limits = TIGHT, **arguments: object) -> ChildFailed:
    """Runs the target to its failure; its child is gone, and a sibling works."""
    pids: list[int | None] = []

    async def run() -> None:
        async with sandbox.call(f"{TARGETS}:{target}", dict(arguments), limits) as items:
            pids.append(items.pid)
            async for _ in items:
                pass

    with pytest.raises(ChildFailed) as caught:
        await run()
    assert pids[0] is not None and not exists(pids[0])
    async with sandbox.call(f"{TARGETS}:count", {"numbers": 1}) as items:
        assert [item async for item in items] == [{"number": 0}]
    return caught.value


async def test_a_segfault_is_a_crash(sandbox: Sandbox) -> None:
    failed = await fails(sandbox, "segfault")
    assert (failed.kind, failed.code) == ("crashed", None)
    assert "SIGSEGV" in failed.detail


@pytest.mark.parametrize("code", [0, 3])
async def test_leaving_without_an_end_is_a_crash(sandbox: Sandbox, code: int) -> None:
    assert (await fails(sandbox, "leave", code=code)).kind == "crashed"


async def test_an_exception_is_an_error_with_its_trace(sandbox: Sandbox) -> None:
    failed = await fails(sandbox, "fail")
    assert (failed.kind, failed.code) == ("error", None)
    assert "ValueError: that did not work" in failed.detail


async def test_a_refusal_keeps_its_code_and_params(sandbox: Sandbox) -> None:
    failed = await fails(sandbox, "refuse")
    assert (failed.kind, failed.code, failed.params) == ("error", "page_too_large", {"page": 3})


async def test_a_target_that_does_not_exist_is_an_error(sandbox: Sandbox) -> None:
    assert (await fails(sandbox, "nowhere")).kind == "error"


async def test_memory_past_its_budget_is_told(sandbox: Sandbox) -> None:
    assert (await fails(sandbox, "eat_memory", Limits(memory_bytes=64 << 20))).kind == "out_of_memory"


@pytest.mark.parametrize("target", ["hang", "hang_in_c", "hang_deaf"])
async def test_an_item_past_its_time_is_killed(sandbox: Sandbox, target: str) -> None:
    begun = time.monotonic()
    assert (await fails(sandbox, target)).kind == "timed_out"
    assert time.monotonic() - begun < 5


async def test_the_alarm_counts_each_item_anew(sandbox: Sandbox) -> None:
    arguments = {"items": 8, "seconds": 0.1}
    async with sandbox.call(f"{TARGETS}:slow_but_steady", arguments, TIGHT) as items:
        assert len([item async for item in items]) == 8


async def test_the_whole_call_has_a_deadline(sandbox: Sandbox) -> None:
    limits = Limits(item_seconds=10, total_seconds=0.4)
    assert (await fails(sandbox, "slow_but_steady", limits, items=100, seconds=0.1)).kind == "timed_out"


@pytest.mark.parametrize("what", ["huge", "huge_blob", "kind", "json", "list", "blob", "half"])
async def test_a_hostile_frame_is_a_crash_and_costs_nothing(sandbox: Sandbox, what: str) -> None:
    assert (await fails(sandbox, "speak_nonsense", Limits(), what=what)).kind == "crashed"


async def test_a_child_that_hangs_up_is_killed(sandbox: Sandbox) -> None:
    assert (await fails(sandbox, "hang_up", Limits())).kind == "crashed"


async def test_an_item_too_large_for_a_frame_is_refused_by_name(sandbox: Sandbox) -> None:
    assert (await fails(sandbox, "too_much", Limits())).code == "output_too_large"


async def test_a_child_can_not_write_files(sandbox: Sandbox, tmp_path: object) -> None:
    failed = await fails(sandbox, "write_file", path=f"{tmp_path}/written")
    assert failed.kind == "error" and "File too large" in failed.detail


async def test_a_template_that_can_not_start_is_said_so() -> None:
    broken = Sandbox(["no.such.module"])
    with pytest.raises(ChildFailed, match="did not start"):
        await broken.start()
    await broken.close()
