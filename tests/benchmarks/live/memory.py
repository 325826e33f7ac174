"""How much memory of the gateway's process an idle subscriber takes: connected, subscribed, and shown its job.

1,000 subscribers of one job come to a process that has already had 100; what is resident then, less what was before, is
divided by 1,000. python-socketio has them in a room of its Redis manager; uvicorn as it comes runs an application that
only answers, and its subscribers offer deflate, as browsers do. Each is started anew for each round, in turn.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from functools import partial

from tests.benchmarks.live.crowd import Address, crowd
from tests.benchmarks.live.gateways import Server, headway, peer
from tests.benchmarks.live.stage import stage
from tests.benchmarks.measuring import Goal, Plan, Row, interleaved, median_row, memory_bytes

OURS, SOCKETIO, DEFLATE, PLAIN = "Headway", "python-socketio", "uvicorn with deflate", "uvicorn without"
GOALS = {SOCKETIO: Goal(at_most=0.6), DEFLATE: Goal(at_most=0.5), PLAIN: None}

_NAME = "live.memory"
_row = partial(median_row, _NAME)
_SETTLE_SECONDS = 1.0


async def measure(plan: Plan) -> AsyncIterator[Row]:
    """Rounds of all."""
    subscribers, first = plan.times(1000, 50), plan.times(100, 20)
    async with stage(plan.folder) as set_up:
        job = await set_up.job(pages=100, lines=20)
        shown = str(await set_up.snapshot(job))
        tokens = await set_up.tokens(subscribers + first)

        async def run(
            server: AbstractAsyncContextManager[Server], speaks: str, *, deflate: bool = False
        ) -> float:
            async with server as one, crowd() as readers:
                address = Address(one.port, speaks, tokens, deflate)
                topics = [f"job:{job}"]
                assert await readers.come("first", first, address, topics) == first
                before = await _settled(one.pid)
                assert await readers.come("all", subscribers, address, topics) == subscribers
                return (await _settled(one.pid) - before) / subscribers / 1024

        sides = {
            OURS: lambda: run(headway(set_up), "headway"),
            SOCKETIO: lambda: run(peer("socketio", set_up, set_up.redis_url, shown), "socketio"),
            DEFLATE: lambda: run(peer("uvicorn", set_up, shown), "plain", deflate=True),
            PLAIN: lambda: run(peer("uvicorn", set_up, shown), "plain"),
        }
        rounds = await interleaved(plan.times(3), *sides.values())
    kibibytes = dict(zip(sides, rounds, strict=True))
    for name, each in kibibytes.items():
        yield _row(f"an idle subscriber: {name}", each, "KiB")
    for name, goal in GOALS.items():
        ratios = [a / b for a, b in zip(kibibytes[OURS], kibibytes[name], strict=True)]
        yield _row(f"an idle subscriber: Headway / {name}", ratios, "x", goal=goal)


async def _settled(pid: int) -> int:
    """What is resident once what was under way is over."""
    await asyncio.sleep(_SETTLE_SECONDS)
    return memory_bytes(pid)
