"""uvicorn as it comes, and the least that an application can do: it shows each subscriber what a file holds.

`python -m tests.benchmarks.live.uvicorn_peer SNAPSHOT_FILE` prints its port and serves until it is stopped.
"""

import socket
import sys
from pathlib import Path
from typing import Any

import uvicorn

from tests.benchmarks.live.audience import HOST

HELLO = '{"type":"hello","protocol":1}'


class Showing:
    """Answers whatever it is told with the snapshot."""

    def __init__(self, snapshot: str) -> None:
        self._snapshot = snapshot

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "websocket"
        assert (await receive())["type"] == "websocket.connect"
        await send({"type": "websocket.accept", "subprotocol": next(iter(scope["subprotocols"]), None)})
        await send({"type": "websocket.send", "text": HELLO})
        while (await receive())["type"] == "websocket.receive":
            await send({"type": "websocket.send", "text": self._snapshot})


def serve(application: Any) -> None:
    """On a free port, which is printed. All options are uvicorn's own, but for its log and the lifespan."""
    with socket.create_server((HOST, 0)) as listening:
        print(listening.getsockname()[1], flush=True)
        config = uvicorn.Config(application, lifespan="off", log_level="warning")
        uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    serve(Showing(Path(sys.argv[1]).read_text()))
