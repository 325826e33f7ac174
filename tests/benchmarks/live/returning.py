"""A process with many readers that come back, and the counts of when they tried to.

`python -m tests.benchmarks.live.returning` does what it is told, line by line; `returning()` starts one and `Returning`
tells it.
"""

import asyncio
import itertools
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import uvloop

from service.domain.json import JsonObject
from tests.benchmarks.live.audience import HOST, Group, Subscriber
from tests.benchmarks.live.by_lines import Asked, answer_lines, asked, raise_descriptor_limit
from tests.benchmarks.live.following import Follower

_AT_ONCE = 50
_BIN_SECONDS = 1.0
_LOOK_SECONDS = 0.02


@dataclass(frozen=True)
class Returned:
    """What became of the readers. `bins`: attempts to connect in each second after the restart began. Of those that
    are `back`, `whole` have reached the newest event by patches alone, and each of these followed the one before;
    `lacks` says what the others lack, and how many do."""

    back: int
    whole: int
    bins: tuple[int, ...]
    lacks: Mapping[str, int]


class Returning:
    """The process, from outside."""

    def __init__(self, process: Asked) -> None:
        self._process = process

    async def come(
        self, count: int, ports: Sequence[int], tokens: Sequence[str], topics: Sequence[str]
    ) -> int:
        """Connects so many to the first port, who take turns with topics and tokens. How many were shown theirs."""
        told = await self._process.ask(
            "come", count=count, ports=list(ports), tokens=list(tokens), topics=list(topics)
        )
        return told["shown"]

    async def leave(self) -> None:
        """Whoever loses the connection from now on comes back to the second port."""
        await self._process.ask("leave")

    async def returned(self, within: float) -> int:
        """How many are back, once all are or the seconds are over."""
        return (await self._process.ask("returned", within=within))["back"]

    async def outcome(self, newest: Mapping[str, int], within: float) -> Returned:
        """By topic's newest seq, once all have it or the seconds are over."""
        told = await self._process.ask("outcome", newest=dict(newest), within=within)
        return Returned(told["back"], told["whole"], tuple(told["bins"]), told["lacks"])


@asynccontextmanager
async def returning() -> AsyncGenerator[Returning, None]:
    """Started without readers; ended with the block."""
    async with asked("tests.benchmarks.live.returning") as process:
        yield Returning(process)


class _Answers:
    def __init__(self) -> None:
        self._readers: list[_Reader] = []
        self._place = _Place()

    async def __call__(self, told: JsonObject) -> JsonObject:
        match told["do"]:
            case "come":
                return await self._come(told)
            case "leave":
                for reader in self._readers:
                    reader.follower.is_back = False
                self._place.leave()
                return {}
            case "returned":
                await _until(lambda: self._back == len(self._readers), told["within"])
                return {"back": self._back}
            case "outcome":
                return await self._outcome(told["newest"], told["within"])
            case other:
                raise ValueError(other)

    async def _come(self, told: JsonObject) -> JsonObject:
        self._place.ports = told["ports"]
        pairs = zip(itertools.cycle(told["topics"]), itertools.cycle(told["tokens"]), strict=False)
        self._readers = [
            _Reader(Follower(topic, token), self._place)
            for topic, token in itertools.islice(pairs, told["count"])
        ]
        room = asyncio.Semaphore(_AT_ONCE)

        async def one(reader: _Reader) -> None:
            async with room:
                await reader.connect()
                await _until(lambda: reader.follower.is_back, 30)

        await asyncio.gather(*map(one, self._readers))
        return {"shown": self._back}

    async def _outcome(self, newest: Mapping[str, int], within: float) -> JsonObject:
        def lacks() -> Counter[str]:
            return Counter(lack for reader in self._readers if (lack := _lack(reader.follower, newest)))

        await _until(lambda: not lacks(), within)
        lacking = lacks()
        whole = len(self._readers) - lacking.total()
        return {"back": self._back, "whole": whole, "bins": self._place.bins(), "lacks": dict(lacking)}

    @property
    def _back(self) -> int:
        return sum(reader.follower.is_back for reader in self._readers)


class _Place:
    """Where all connect to, and when they did so since they left the first port."""

    def __init__(self) -> None:
        self.ports: Sequence[int] = ()
        self._left_at: float | None = None
        self._attempts: Counter[int] = Counter()

    @property
    def port(self) -> int:
        return self.ports[0 if self._left_at is None else 1]

    def leave(self) -> None:
        self._left_at = asyncio.get_running_loop().time()

    def attempted(self) -> None:
        if self._left_at is not None:
            self._attempts[int((asyncio.get_running_loop().time() - self._left_at) / _BIN_SECONDS)] += 1

    def bins(self) -> list[int]:
        return [self._attempts[each] for each in range(max(self._attempts, default=0) + 1)]


class _Reader:
    """One of them, over all of its connections."""

    def __init__(self, follower: Follower, place: _Place) -> None:
        self.follower = follower
        self._place = place
        self._coming: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        """To where all connect now; comes back by itself when the connection is lost or refused."""
        link = Subscriber(self.follower, Group(1), self._place.port)
        link.lost = self._lost
        self._place.attempted()
        try:
            await asyncio.get_running_loop().create_connection(lambda: link, HOST, self._place.port)
        except OSError:
            self._lost()

    def _lost(self) -> None:
        self._coming = asyncio.create_task(self._come_back(self.follower.pause()))

    async def _come_back(self, pause: float) -> None:
        await asyncio.sleep(pause)
        await self.connect()


def _lack(follower: Follower, newest: Mapping[str, int]) -> str | None:
    """What keeps a reader from being whole."""
    if follower.gaps:
        return "a patch that follows"
    if follower.anew:
        return f"a resumption ({follower.anew[0]})"
    return None if follower.seq == newest.get(follower.topic) else "the newest event"


async def _until(condition: Callable[[], bool], within: float) -> None:
    """Returns when it is true, or when the seconds are over."""
    with suppress(TimeoutError):
        async with asyncio.timeout(within):
            while not condition():
                await asyncio.sleep(_LOOK_SECONDS)


if __name__ == "__main__":
    raise_descriptor_limit()
    uvloop.run(answer_lines(_Answers()))
