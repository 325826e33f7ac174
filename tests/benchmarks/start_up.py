"""Seconds from starting `headway up` to its link, which is printed once gateway and worker are ready.

The first start makes the data folder, its database and a token; the next ones find them. Seconds are those of whoever
starts the command, so loading Python itself is in them.
"""

from collections.abc import AsyncIterator
from pathlib import Path

from tests.benchmarks.measuring import Goal, Plan, Row, Stopwatch, cpu_seconds, median_row
from tests.support.headway_process import gone, started_up

GOAL = Goal(at_most=3.0)

_NAME = "start_up"


async def measure(plan: Plan) -> AsyncIterator[Row]:
    """Each folder is started on twice."""
    first: list[tuple[float, float]] = []
    again: list[tuple[float, float]] = []
    for number in range(plan.times(5)):
        folder = plan.folder / str(number)
        first.append(await _start(folder))
        again.append(await _start(folder))
    for what, runs in (("first start", first), ("start on a known folder", again)):
        yield median_row(
            _NAME, what, [each for each, _ in runs], "s", goal=GOAL, cpu=[cpu for _, cpu in runs]
        )


async def _start(folder: Path) -> tuple[float, float]:
    """Seconds until it was ready, and CPU seconds of all its processes until then."""
    watch = Stopwatch()
    up = await started_up(folder)
    seconds = watch.seconds
    pids = up.pids() | {up.process.pid}
    used = sum(cpu_seconds(pid, with_reaped=True) for pid in pids)
    try:
        up.interrupt()
        await up.ended(15)
        await gone(pids)
    finally:
        up.kill()
    return seconds, used
