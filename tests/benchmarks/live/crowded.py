"""5,000 sockets on one gateway process, of which 200 watch jobs at work and 4,800 one that rests.

All of them must be shown their jobs. The 200 each watch 4 jobs with 5 events a second each, first alone and then among
the 5,000, in turn.
"""

from collections.abc import AsyncIterator
from functools import partial

from tests.benchmarks.live.crowd import Address, Received, crowd
from tests.benchmarks.live.gateways import headway
from tests.benchmarks.live.publisher import publisher
from tests.benchmarks.live.stage import stage
from tests.benchmarks.measuring import Goal, Plan, Row, Stopwatch, cpu_seconds, median_row, memory_bytes

TIME_GOAL = Goal(at_most=2.0)

_NAME = "live.crowded"
_row = partial(median_row, _NAME)
_JOBS, _EVENTS_A_SECOND, _WITHIN_SECONDS = 4, 20.0, 30.0


async def measure(plan: Plan) -> AsyncIterator[Row]:
    """Rounds of both."""
    live, resting = plan.times(200, 20), plan.times(4800, 200)
    sockets, seconds, rounds = live + resting, plan.times(8, 1), plan.times(5)
    alone: list[Received] = []
    among: list[Received] = []
    shown: list[float] = []
    opening: list[float] = []
    costs: list[float] = []
    async with stage(plan.folder) as set_up:
        jobs = await set_up.jobs(_JOBS)
        quiet = f"job:{await set_up.job(pages=100, lines=20)}"
        tokens = await set_up.tokens(sockets)
        async with (
            headway(set_up) as gateway,
            crowd() as readers,
            crowd() as others,
            publisher("headway", set_up.redis_url, jobs) as offers,
        ):
            address = Address(gateway.port, "headway", tokens)

            async def run() -> Received:
                await readers.begin("live")
                offered = await offers.offer(_EVENTS_A_SECOND, seconds)
                return await readers.received("live", offered * live, _WITHIN_SECONDS)

            watching = await readers.come("live", live, address, [f"job:{job_id}" for job_id, _ in jobs])
            await run()
            memory = memory_bytes(gateway.pid)
            for _ in range(rounds):
                alone.append(await run())
                watch, before = Stopwatch(), cpu_seconds(gateway.pid)
                shown.append(watching + await others.come("resting", resting, address, [quiet]))
                opening.append(resting / watch.seconds)
                costs.append(cpu_seconds(gateway.pid) - before)
                among.append(await run())
                memory = max(memory, memory_bytes(gateway.pid))
                await others.leave("resting")
    yield _row(
        f"sockets that were shown their jobs, of {sockets}",
        [min(shown)],
        "",
        goal=Goal(at_least=sockets),
        note=f"the gateway's process had {memory / (1 << 20):.0f} MiB resident",
    )
    yield _row("sockets opened and shown their job", opening, "a second", cpu=costs)
    for what, runs in ((f"{live} alone", alone), (f"{live} among {sockets}", among)):
        received = sum(each.deliveries for each in runs)
        yield _row(f"offer to reader, p50: {what}", [each.p50 for each in runs], "ms")
        yield _row(
            f"offer to reader, p99: {what}",
            [each.p99 for each in runs],
            "ms",
            note=f"{received} of {round(_EVENTS_A_SECOND * seconds) * live * rounds} deliveries",
        )
    ratios = [b.p99 / a.p99 for a, b in zip(alone, among, strict=True)]
    yield _row(f"offer to reader, p99: among {sockets} / alone", ratios, "x", goal=TIME_GOAL)
