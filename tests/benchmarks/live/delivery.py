"""What a delivery costs the gateway's process, and how long it takes from offering an event to its reader.

500 subscribers each watch the same 4 jobs, of which each is offered 5 events a second: 20 events a second, 10,000
deliveries a second. What is counted as a delivery is an event that a subscriber has received. At 5 a second the pace of
Headway's gateway, 10 a job, merges none of them, so that each delivery is a write; then as many events are offered of
one job, which the pace merges by twos, holding every second one for 50 ms. Headway's gateway checks permissions and
numbers each patch; python-socketio emits to a room by its Redis manager; `websockets.broadcast()` runs outside ASGI,
fed by one Redis subscription. A fourth builds one frame and does nothing for a delivery but write it to the
connection's descriptor: what is left of its cost is the kernel's, and no goal is set against it. All are given the same
values on the same Redis by a process of their own, in turn. CPU is user and system time of the gateway's process;
milliseconds are by the clock that all processes share. docs/decisions/0007 says what follows.
"""

import asyncio
import contextlib
import math
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from tests.benchmarks.live.crowd import Address, Crowd, crowd
from tests.benchmarks.live.gateways import Server, headway, peer
from tests.benchmarks.live.publisher import Publisher, publisher
from tests.benchmarks.live.stage import Stage, stage
from tests.benchmarks.measuring import Goal, Plan, Row, Stopwatch, cpu_seconds, interleaved, median_row

OURS, SOCKETIO, BROADCAST = "Headway", "python-socketio", "websockets.broadcast()"
BARE = "bare writes"
CPU_GOALS = {SOCKETIO: Goal(at_most=0.1), BROADCAST: Goal(at_most=0.5)}
TIME_GOAL = Goal(at_most=0.333)

JOBS, EVENTS_A_SECOND = 4, 20.0

_NAME = "live.delivery"
_row = partial(median_row, _NAME)
_GROUP = "all"
_WITHIN_SECONDS = 30.0


@dataclass(frozen=True)
class Side:
    """A gateway, its subscribers, and who offers events to it."""

    server: Server
    crowd: Crowd
    publisher: Publisher
    subscribers: int

    def of_one_job(self) -> "Side":
        """The same, but all events are of one job."""
        return replace(self, publisher=self.publisher.of_one_job())

    async def run(self, seconds: float) -> "Run":
        """Offers events for so long."""
        await self.crowd.begin(_GROUP)
        before, reading, watch = cpu_seconds(self.server.pid), cpu_seconds(self.crowd.pid), Stopwatch()
        offered = await self.publisher.offer(EVENTS_A_SECOND, seconds)
        expected = offered * self.subscribers
        received = await self.crowd.received(_GROUP, expected, _WITHIN_SECONDS)
        cpu = cpu_seconds(self.server.pid) - before
        return Run(
            expected,
            received.deliveries,
            cpu,
            received.p50,
            received.p99,
            received.bytes,
            (cpu_seconds(self.crowd.pid) - reading) / watch.seconds,
        )


@dataclass(frozen=True)
class Run:
    """What one of them did; `reader_busy` is the readers' share of one core."""

    expected: int
    deliveries: int
    cpu: float
    p50: float
    p99: float
    bytes: int
    reader_busy: float

    @property
    def microseconds(self) -> float:
        """CPU of a delivery."""
        return 1e6 * self.cpu / self.deliveries if self.deliveries else math.inf


async def measure(plan: Plan) -> AsyncIterator[Row]:
    """Rounds of the three, all of which are running and have their subscribers all the time."""
    subscribers, seconds = plan.times(500, 50), plan.times(8, 1)
    async with contextlib.AsyncExitStack() as stack:
        set_up = await stack.enter_async_context(stage(plan.folder))
        sides = await _sides(stack, set_up, subscribers)
        for side in sides.values():
            await side.run(0.2 if plan.quick else 2.0)
        busy = [side.of_one_job() for side in sides.values()]
        runs = [partial(side.run, seconds) for side in (*sides.values(), *busy)]
        rounds = await interleaved(plan.times(5), *runs)
    for row in _rows(dict(zip(sides, rounds[: len(sides)], strict=True)), "", TIME_GOAL):
        yield row
    for row in _rows(dict(zip(sides, rounds[len(sides) :], strict=True)), ", one job", None):
        yield row


async def _sides(stack: contextlib.AsyncExitStack, set_up: Stage, subscribers: int) -> dict[str, Side]:
    jobs = await set_up.jobs(JOBS)
    topics = [f"job:{job_id}" for job_id, _ in jobs]
    shown = str(await set_up.snapshot(jobs[0][0]))
    redis = set_up.redis_url
    tokens = await set_up.tokens(subscribers)
    # All at once: loading them takes longer than anything else here.
    readers = [await stack.enter_async_context(crowd()) for _ in range(4)]
    offers = [
        await stack.enter_async_context(publisher(way, redis, jobs))
        for way in ("headway", "socketio", "channel", "bare_channel")
    ]
    async with asyncio.TaskGroup() as starting:
        servers = [
            starting.create_task(stack.enter_async_context(server))
            for server in (
                headway(set_up),
                peer("socketio", set_up, redis, shown),
                peer("broadcast", set_up, redis, shown, *topics),
                peer("bare_writes", set_up, redis, shown, *topics),
            )
        ]
    ours, socketio, broadcast, bare = (each.result() for each in servers)
    addresses = {
        OURS: (ours, Address(ours.port, "headway", tokens)),
        SOCKETIO: (socketio, Address(socketio.port, "socketio")),
        BROADCAST: (broadcast, Address(broadcast.port, "plain")),
        BARE: (bare, Address(bare.port, "plain")),
    }
    sides: dict[str, Side] = {}
    for (name, (server, address)), mine, offer in zip(addresses.items(), readers, offers, strict=True):
        complete = await mine.come(_GROUP, subscribers, address, topics)
        assert complete == subscribers, f"{name}: {complete} of {subscribers} were shown their jobs"
        sides[name] = Side(server, mine, offer, subscribers)
    return sides


def _rows(runs: dict[str, Sequence[Run]], which: str, time_goal: Goal | None) -> Iterator[Row]:
    yield from _cost_rows(runs, f"CPU of a delivery{which}")
    yield from _time_rows(runs, f"offer to reader{which}", time_goal)


def _cost_rows(runs: dict[str, Sequence[Run]], what: str) -> Iterator[Row]:
    for name, each in runs.items():
        costs = [run.microseconds for run in each]
        yield _row(f"{what}: {name}", costs, "µs", cpu=[run.cpu for run in each], note=_note(each))
    for name, goal in CPU_GOALS.items():
        for who in (OURS, BARE):
            ratios = [a.microseconds / b.microseconds for a, b in zip(runs[who], runs[name], strict=True)]
            yield _row(f"{what}: {who} / {name}", ratios, "x", goal=goal if who == OURS else None)


def _time_rows(runs: dict[str, Sequence[Run]], what: str, goal: Goal | None) -> Iterator[Row]:
    for name, each in runs.items():
        yield _row(f"{what}, p50: {name}", [run.p50 for run in each], "ms")
        yield _row(f"{what}, p99: {name}", [run.p99 for run in each], "ms")
    for name in CPU_GOALS:
        ratios = [a.p99 / b.p99 for a, b in zip(runs[OURS], runs[name], strict=True)]
        yield _row(f"{what}, p99: Headway / {name}", ratios, "x", goal=goal if name == SOCKETIO else None)


def _note(runs: Sequence[Run]) -> str:
    received, expected = sum(run.deliveries for run in runs), sum(run.expected for run in runs)
    size = sum(run.bytes for run in runs) / max(1, received)
    busy = max(run.reader_busy for run in runs)
    return f"{received} of {expected} deliveries, {size:.0f} bytes each; the readers' process used {busy:.0%} of a core"
