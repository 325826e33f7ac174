"""`websockets.broadcast()` outside ASGI: one Redis subscription, and a set of connections for each topic.

`python -m tests.benchmarks.live.broadcast_peer REDIS_URL SNAPSHOT_FILE TOPIC…` prints its port and serves until it is
killed.
"""

import sys
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TypeVar

import orjson
import uvloop
from redis.asyncio import Redis
from websockets.asyncio.server import ServerConnection, broadcast, serve
from websockets.typing import Subprotocol

from service.protocol.frames import SUBPROTOCOL
from tests.benchmarks.live.audience import HOST
from tests.benchmarks.live.uvicorn_peer import HELLO

Member = TypeVar("Member")


async def run(
    redis_url: str,
    snapshot_file: str,
    *topics: str,
    member: Callable[[ServerConnection], Member],
    tell: Callable[[Collection[Member], bytes], None],
    prefix: str = "",
) -> None:
    """Gives each message on a topic's channel to `tell`, along with a `member` for each connection that subscribed.

    The channel has the topic's name behind `prefix`.
    """
    snapshot = Path(snapshot_file).read_text()
    watching: dict[str, set[Member]] = {topic: set() for topic in topics}

    async def converse(link: ServerConnection) -> None:
        await link.send(HELLO)
        me, mine = member(link), list[set[Member]]()
        try:
            async for text in link:
                told = orjson.loads(text)
                if told["type"] == "subscribe":
                    mine.append(watching[told["topic"]])
                    mine[-1].add(me)
                    await link.send(snapshot)
        finally:
            for each in mine:
                each.discard(me)

    async with (
        Redis.from_url(redis_url).pubsub() as subscription,
        serve(converse, HOST, 0, compression=None, subprotocols=[Subprotocol(SUBPROTOCOL)]) as server,
    ):
        await subscription.subscribe(*(prefix + topic for topic in topics))
        print(next(iter(server.sockets)).getsockname()[1], flush=True)
        async for message in subscription.listen():
            if message["type"] == "message":
                tell(watching[message["channel"].decode().removeprefix(prefix)], message["data"])


def _broadcast(links: Collection[ServerConnection], message: bytes) -> None:
    broadcast(links, message.decode())


if __name__ == "__main__":
    uvloop.run(run(*sys.argv[1:], member=lambda link: link, tell=_broadcast))
