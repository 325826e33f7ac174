"""The peer of uploading: an ASGI app that writes the body to a file, and nothing else.

`python -m tests.benchmarks.bare_app FOLDER` prints its port and serves until it is killed.
"""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import uvicorn

from service.adapters.parent_death import dying_with_parent
from service.gateway.wire import server_options


class BareApp:
    """Answers 200 once the body, as it came, is in a file and the disk has it (fsync). The file is removed then."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "body"

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        with self._path.open("wb", buffering=0) as file:
            more = True
            while more:
                message = await receive()
                file.write(message.get("body", b""))
                more = message.get("more_body", False)
            os.fsync(file.fileno())
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"{}"})
        self._path.unlink()


@asynccontextmanager
async def bare_app(folder: Path) -> AsyncGenerator[tuple[str, int], None]:
    """Its URL and process id; ended with the block."""
    process = await asyncio.create_subprocess_exec(
        *dying_with_parent([sys.executable, "-m", "tests.benchmarks.bare_app", str(folder)]),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        port = int(await process.stdout.readline())
        yield f"http://127.0.0.1:{port}", process.pid
    finally:
        process.kill()
        await process.wait()


def _serve(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        print(listening.getsockname()[1], flush=True)
        config = uvicorn.Config(
            BareApp(folder),
            loop="uvloop",
            http="httptools",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            **server_options(),
        )
        uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
