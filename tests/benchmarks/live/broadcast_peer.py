"""`websockets.broadcast()` outside ASGI: one Redis subscription, and a set of connections for each topic.

`python -m tests.benchmarks.live.broadcast_peer REDIS_URL SNAPSHOT_FILE TOPIC…` prints its port and serves until it is
killed.
"""

import sys
from pathlib import Path

import orjson
import uvloop
from redis.asyncio import Redis
from websockets.asyncio.server import ServerConnection, broadcast, serve
from websockets.typing import Subprotocol

from service.protocol.frames import SUBPROTOCOL
from tests.benchmarks.live.audience import HOST
from tests.benchmarks.live.uvicorn_peer import HELLO


async def _main(redis_url: str, snapshot: str, topics: list[str]) -> None:
    watching: dict[str, set[ServerConnection]] = {topic: set() for topic in topics}

    async def converse(link: ServerConnection) -> None:
        await link.send(HELLO)
        mine: list[set[ServerConnection]] = []
        try:
            async for text in link:
                told = orjson.loads(text)
                if told["type"] == "subscribe":
                    mine.append(watching[told["topic"]])
                    mine[-1].add(link)
                    await link.send(snapshot)
        finally:
            for each in mine:
                each.discard(link)

    async with (
        Redis.from_url(redis_url).pubsub() as subscription,
        serve(converse, HOST, 0, compression=None, subprotocols=[Subprotocol(SUBPROTOCOL)]) as server,
    ):
        await subscription.subscribe(*topics)
        print(next(iter(server.sockets)).getsockname()[1], flush=True)
        async for message in subscription.listen():
            if message["type"] == "message":
                broadcast(watching[message["channel"].decode()], message["data"].decode())


if __name__ == "__main__":
    uvloop.run(_main(sys.argv[1], Path(sys.argv[2]).read_text(), sys.argv[3:]))
