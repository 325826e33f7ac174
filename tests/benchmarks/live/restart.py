"""What a restart does to 2,000 readers: how many try to connect in each second, and whether they miss anything.

Each watches one of 4 jobs, which have an event a second each, and resumes where it was. One gateway is stopped while
another runs, to which all come back: Headway's drains over 15 s (HEADWAY_BYE_SECONDS), uvicorn as it comes closes all
with 1012 at once. The readers have the same jitter: random(0, min(20 s, 0.5 s · 2ⁿ)), or what `bye` says. Attempts are
counted in bins of 1 s from the SIGTERM on. A reader resumed without loss when it has reached the newest event by
patches alone, each following the one before, and was shown a snapshot only at its very beginning.
"""

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial

from tests.benchmarks.live.gateways import Server, headway, peer
from tests.benchmarks.live.publisher import publisher
from tests.benchmarks.live.returning import Returned, Returning, returning
from tests.benchmarks.live.stage import Stage, stage
from tests.benchmarks.measuring import Goal, Plan, Row, Stopwatch, interleaved, median_row

PEAK_GOAL = Goal(at_most=0.1)
WHOLE_GOAL = Goal(at_least=100.0)

_NAME = "live.restart"
_row = partial(median_row, _NAME)
_JOBS, _EVENTS_A_SECOND = 4, 4.0


@dataclass(frozen=True)
class Restart:
    """One of them: seconds until the stopped gateway's process had ended, and the readers."""

    ended_after: float
    returned: Returned

    @property
    def peak(self) -> int:
        """Most attempts in a second."""
        return max(self.returned.bins, default=0)


@dataclass(frozen=True)
class Readers:
    """How many, and what they need to connect."""

    count: int
    tokens: Sequence[str]
    drain_seconds: int
    margin_seconds: int
    """How long after the drain they may still come back, and events are still offered."""


async def measure(plan: Plan) -> AsyncIterator[Row]:
    """Each restart has new gateways and new readers."""
    count, drain_seconds = plan.times(2000, 100), plan.times(15, 2)
    async with stage(plan.folder) as set_up:
        readers = Readers(count, await set_up.tokens(count), drain_seconds, plan.times(10, 3))
        ours, peers = await interleaved(
            plan.times(2), partial(_ours, set_up, readers), partial(_uvicorn, set_up, readers)
        )
    name = f"Headway, draining over {drain_seconds} s"
    for what, runs in ((name, ours), ("uvicorn", peers)):
        seconds = max(len(run.returned.bins) for run in runs)
        yield _row(
            f"most of {count} readers that connect in a second: {what}",
            [run.peak for run in runs],
            "",
            note=f"attempts went on for {seconds} s",
        )
    yield _row(
        "most that connect in a second: Headway / uvicorn",
        [a.peak / b.peak for a, b in zip(ours, peers, strict=True)],
        "x",
        goal=PEAK_GOAL,
    )
    yield _row(
        "resumed without loss: Headway",
        [100 * run.returned.whole / count for run in ours],
        "%",
        goal=WHOLE_GOAL,
        note=_note(ours, count * len(ours)),
    )
    yield _row(
        "SIGTERM to the end of the process: Headway",
        [run.ended_after for run in ours],
        "s",
        goal=Goal(at_most=drain_seconds + 1),
    )


def _note(runs: Sequence[Restart], readers: int) -> str:
    lacks = sum((Counter(run.returned.lacks) for run in runs), Counter[str]())
    told = [f"{number} lacked {what}" for what, number in lacks.items()]
    return "; ".join([f"{sum(run.returned.back for run in runs)} of {readers} came back", *told])


async def _ours(set_up: Stage, readers: Readers) -> Restart:
    jobs = await set_up.jobs(_JOBS)
    drain = {"HEADWAY_BYE_SECONDS": str(readers.drain_seconds)}
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(headway(set_up, **drain))
        second = await stack.enter_async_context(headway(set_up, **drain))
        crowd = await stack.enter_async_context(returning())
        offers = await stack.enter_async_context(publisher("headway", set_up.redis_url, jobs))
        await _come(crowd, readers, (first, second), [f"job:{job_id}" for job_id, _ in jobs])
        seconds = readers.drain_seconds + readers.margin_seconds
        offering = asyncio.create_task(offers.offer(_EVENTS_A_SECOND, seconds))
        ended_after = await _stopped(first, crowd, seconds)
        await offering
        newest = {f"job:{job_id}": await set_up.newest(job_id) for job_id, _ in jobs}
        return Restart(ended_after, await crowd.outcome(newest, readers.margin_seconds))


async def _uvicorn(set_up: Stage, readers: Readers) -> Restart:
    """No events: its application could not resume anyway."""
    job_id = await set_up.job()
    shown = str(await set_up.snapshot(job_id))
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(peer("uvicorn", set_up, shown))
        second = await stack.enter_async_context(peer("uvicorn", set_up, shown))
        crowd = await stack.enter_async_context(returning())
        await _come(crowd, readers, (first, second), [f"job:{job_id}"])
        ended_after = await _stopped(first, crowd, readers.drain_seconds + readers.margin_seconds)
        return Restart(ended_after, await crowd.outcome({}, 0))


async def _come(
    crowd: Returning, readers: Readers, servers: tuple[Server, Server], topics: list[str]
) -> None:
    shown = await crowd.come(readers.count, [each.port for each in servers], readers.tokens, topics)
    assert shown == readers.count, f"{shown} of {readers.count} were shown their job"


async def _stopped(server: Server, crowd: Returning, within: float) -> float:
    """Stops the server and waits for its readers to be back elsewhere; seconds until its process had ended."""
    await crowd.leave()
    watch = Stopwatch()
    server.process.send_signal(signal.SIGTERM)
    ending = asyncio.create_task(_ended(server, watch))
    await crowd.returned(within)
    return await asyncio.wait_for(ending, within)


async def _ended(server: Server, watch: Stopwatch) -> float:
    await server.process.wait()
    return watch.seconds
