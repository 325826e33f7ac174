"""What readers that stop reading cost the others: 25 of 500 subscribers.

All watch the same 4 jobs with 5 events a second each. In each round 25 of them, new ones, first read like the others
and then stop; the milliseconds are those of the other 475. So that the kernel's buffers are full at once and not after
minutes, the 25 ask again and again for a job of 619 pages with 200 lines of log; that is not in the measured time.
Memory is what the gateway's process has resident more than before, for each of the 25, who had asked for that job while
they read, too. A connection's end is when the gateway lets go of it, counted from the last byte that its kernel took.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial

from service.domain.json import JsonObject
from tests.benchmarks.live.crowd import Address, Received, crowd
from tests.benchmarks.live.gateways import headway
from tests.benchmarks.live.publisher import publisher
from tests.benchmarks.live.stage import stage
from tests.benchmarks.measuring import Goal, Plan, Row, median_row, memory_bytes

TIME_GOAL = Goal(at_most=1.2)
MEMORY_GOAL = Goal(at_most=256)
ABORT_GOAL = Goal(at_most=12.0)

_NAME = "live.stalled"
_row = partial(median_row, _NAME)
_JOBS, _EVENTS_A_SECOND, _WITHIN_SECONDS = 4, 20.0, 30.0
_GIVE_UP_SECONDS = 30.0


@dataclass(frozen=True)
class Round:
    """The others with and without stalled readers, and what became of those."""

    without: Received
    with_stalled: Received
    kibibytes: float
    filled: JsonObject
    cut_off: JsonObject


async def measure(plan: Plan) -> AsyncIterator[Row]:
    """Rounds on one gateway."""
    stalled = plan.times(25, 5)
    healthy, seconds = plan.times(475, 45), plan.times(7, 1)
    rounds: list[Round] = []
    async with stage(plan.folder) as set_up:
        jobs = await set_up.jobs(_JOBS)
        topics = [f"job:{job_id}" for job_id, _ in jobs]
        heavy = f"job:{await set_up.job(pages=619, lines=200)}"
        tokens = await set_up.tokens(healthy + stalled)
        async with (
            headway(set_up) as gateway,
            crowd() as readers,
            crowd() as others,
            publisher("headway", set_up.redis_url, jobs) as offers,
        ):
            address = Address(gateway.port, "headway", tokens)

            async def run() -> Received:
                await readers.begin("healthy")
                offered = await offers.offer(_EVENTS_A_SECOND, seconds)
                return await readers.received("healthy", offered * healthy, _WITHIN_SECONDS)

            assert await readers.come("healthy", healthy, address, topics) == healthy
            await run()
            for _ in range(plan.times(5)):
                assert await others.come("stalled", stalled, address, topics) == stalled
                await others.ask_often("stalled", heavy)
                without = await run()
                before = memory_bytes(gateway.pid)
                filled = await others.stall("stalled", heavy)
                kibibytes = (memory_bytes(gateway.pid) - before) / stalled / 1024
                cutting = asyncio.create_task(others.cut_off(_GIVE_UP_SECONDS))
                with_stalled = await run()
                rounds.append(Round(without, with_stalled, kibibytes, filled, await cutting))
                await others.leave("stalled")
    for row in _rows(rounds, healthy, stalled):
        yield row


def _rows(rounds: list[Round], healthy: int, stalled: int) -> list[Row]:
    kernel = [(each.filled["unsent"] + each.filled["unread"]) / 1024 for each in rounds]
    left = max(each.cut_off["left"] for each in rounds) / 1024
    stuck, closed = (
        sum(each.filled["stuck"] for each in rounds),
        sum(each.cut_off["closed"] for each in rounds),
    )
    number = stalled * len(rounds)
    slowest = [max(each.cut_off["seconds"], default=_GIVE_UP_SECONDS) for each in rounds]
    without, with_stalled = [each.without.p99 for each in rounds], [each.with_stalled.p99 for each in rounds]
    ratios = [b / a for a, b in zip(without, with_stalled, strict=True)]
    return [
        _row(f"offer to reader, p99 of {healthy}: all read", without, "ms"),
        _row(
            f"offer to reader, p99 of {healthy}: {stalled} others stalled",
            with_stalled,
            "ms",
            note=f"{stuck} of {number} connections had taken their last byte",
        ),
        _row("offer to reader, p99: with stalled / without", ratios, "x", goal=TIME_GOAL),
        Row(
            _NAME,
            "memory of a stalled socket, the most of all rounds",
            max(each.kibibytes for each in rounds),
            "KiB",
            MEMORY_GOAL,
            samples=tuple(each.kibibytes for each in rounds),
        ),
        _row(
            "kernel's buffers of a stalled socket",
            kernel,
            "KiB",
            note=f"of that {left:.0f} KiB stay when the gateway has let go of it",
        ),
        Row(
            _NAME,
            "last byte taken to the connection's end, the slowest",
            max(slowest) if closed == number else _GIVE_UP_SECONDS,
            "s",
            ABORT_GOAL,
            samples=tuple(slowest),
            note=f"{closed} of {number} were ended",
        ),
    ]
