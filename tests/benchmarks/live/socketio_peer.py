"""python-socketio with its Redis manager under uvicorn, as its documentation has it.

`python -m tests.benchmarks.live.socketio_peer REDIS_URL SNAPSHOT_FILE` prints its port and serves until it is killed.
"""

import sys
from pathlib import Path
from typing import Any

import orjson
import socketio

from tests.benchmarks.live.uvicorn_peer import serve


def application(redis_url: str, snapshot: Path) -> Any:
    """Whoever subscribes enters the topic's room, and is shown what the file holds."""
    server = socketio.AsyncServer(
        async_mode="asgi",
        client_manager=socketio.AsyncRedisManager(redis_url),
        transports=["websocket"],
    )
    shown = orjson.loads(snapshot.read_bytes())

    async def subscribe(sid: str, told: dict[str, str]) -> None:
        await server.enter_room(sid, told["topic"])
        await server.emit("snapshot", shown, to=sid, ignore_queue=True)

    server.on("subscribe", subscribe)
    return socketio.ASGIApp(server)


if __name__ == "__main__":
    serve(application(sys.argv[1], Path(sys.argv[2])))
