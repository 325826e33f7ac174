"""A process with many subscribers in it.

`python -m tests.benchmarks.live.crowd` does what it is told, line by line; `crowd()` starts one and `Crowd` tells it.
"""

import asyncio
import gc
import itertools
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import uvloop

from service.domain.json import JsonObject
from tests.benchmarks.live.audience import Group, come
from tests.benchmarks.live.by_lines import Asked, answer_lines, asked, raise_descriptor_limit
from tests.benchmarks.live.dialects import Dialect, Headway, SocketIO
from tests.benchmarks.live.stalling import Stalling, asking
from tests.benchmarks.measuring import percentile


@dataclass(frozen=True)
class Received:
    """What a group received since it was told to count: milliseconds from the offer of an event to its reader."""

    deliveries: int
    bytes: int
    p50: float
    p99: float


@dataclass(frozen=True)
class Address:
    """Where a group connects, and what it speaks: `headway` with one of the tokens for each, `plain`, or `socketio`."""

    port: int
    speaks: str
    tokens: Sequence[str] = ("",)
    deflate: bool = False


class Crowd:
    """The process, from outside. Groups are named by whoever makes them."""

    def __init__(self, process: Asked) -> None:
        self._process = process

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    async def come(self, group: str, count: int, address: Address, topics: Sequence[str]) -> int:
        """Adds so many to the group; returns once nothing more can be waited for. How many of the group have been shown
        every topic."""
        told = await self._process.ask(
            "come",
            group=group,
            count=count,
            port=address.port,
            speaks=address.speaks,
            tokens=list(address.tokens),
            deflate=address.deflate,
            topics=list(topics),
        )
        return told["complete"]

    async def begin(self, group: str) -> None:
        """Counts from zero."""
        await self._process.ask("begin", group=group)

    async def received(self, group: str, deliveries: int, within: float) -> Received:
        """What the group has received, once that are so many deliveries or the seconds are over."""
        told = await self._process.ask("received", group=group, deliveries=deliveries, within=within)
        return Received(**told)

    async def ask_often(self, group: str, topic: str) -> None:
        """All of the group ask for the topic again and again, and read the answers."""
        await self._process.ask("ask_often", group=group, topic=topic)

    async def stall(self, group: str, heavy: str) -> JsonObject:
        """See Stalling.fill."""
        return await self._process.ask("stall", group=group, heavy=heavy)

    async def cut_off(self, within: float) -> JsonObject:
        """See Stalling.cut_off."""
        return await self._process.ask("cut_off", within=within)

    async def leave(self, group: str) -> None:
        """Ends the group's connections."""
        await self._process.ask("leave", group=group)


@asynccontextmanager
async def crowd() -> AsyncGenerator[Crowd, None]:
    """Started without subscribers; ended with the block."""
    async with asked("tests.benchmarks.live.crowd") as process:
        yield Crowd(process)


class _Answers:
    def __init__(self) -> None:
        self._groups: dict[str, Group] = {}
        self._stalling: Stalling | None = None

    async def __call__(self, told: JsonObject) -> JsonObject:
        match told["do"]:
            case "come":
                return await self._come(told)
            case "begin":
                self._groups[told["group"]].begin()
                return {}
            case "received":
                return await _received(self._groups[told["group"]], told["deliveries"], told["within"])
            case "ask_often":
                await asking(self._groups[told["group"]].members, told["topic"])
                return {}
            case "stall":
                self._stalling = Stalling(self._groups[told["group"]].members)
                return await self._stalling.fill(told["heavy"])
            case "cut_off":
                assert self._stalling is not None
                return await self._stalling.cut_off(told["within"])
            case "leave":
                return await self._leave(self._groups.pop(told["group"]))
            case other:
                raise ValueError(other)

    async def _come(self, told: JsonObject) -> JsonObject:
        topics = told["topics"]
        group = self._groups.setdefault(told["group"], Group(len(topics)))
        tokens = itertools.cycle(told["tokens"])
        dialects = _dialects(told["speaks"], topics, tokens)
        await come(group, told["count"], told["port"], lambda: next(dialects), deflate=told["deflate"])
        # What has been made until now stays: looking through it again and again would delay what is read.
        gc.collect()
        gc.freeze()
        return {"complete": group.complete}

    async def _leave(self, group: Group) -> JsonObject:
        for member in group.members:
            member.leave()
        while group.closed < len(group.members):
            await asyncio.sleep(0.01)
        return {}


def _dialects(speaks: str, topics: Sequence[str], tokens: Iterator[str]) -> Iterator[Dialect]:
    while True:
        yield SocketIO(topics) if speaks == "socketio" else Headway(topics, next(tokens))


async def _received(group: Group, deliveries: int, within: float) -> JsonObject:
    loop = asyncio.get_running_loop()
    until = loop.time() + within
    while group.deliveries < deliveries and loop.time() < until:
        await asyncio.sleep(0.02)
    took = [each / 1e6 for each in group.nanoseconds] or [0.0]
    return {
        "deliveries": group.deliveries,
        "bytes": group.bytes,
        "p50": percentile(took, 0.5),
        "p99": percentile(took, 0.99),
    }


if __name__ == "__main__":
    raise_descriptor_limit()
    uvloop.run(answer_lines(_Answers()))
