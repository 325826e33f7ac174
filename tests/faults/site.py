"""What the storm rages over: a Redis, a database and gateways as real processes, with relays between them."""

import asyncio
import os
import signal
import socket
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import redis.asyncio

from service.adapters.embedded_redis import EmbeddedRedis
from tests.support.relay import Connect, MakeProtocol, Relay, to_unix_socket
from tests.support.server_process import ServerProcess
from tests.support.waiting import until

SERVE = ("service.cli", "serve")


class GatewayProcess(ServerProcess):
    """A gateway on a port of its own, which it keeps when it is started again. It ends with this process."""

    def __init__(self, folder: Path, settings: dict[str, str], module: Sequence[str]) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = int(free.getsockname()[1])
        super().__init__(
            folder,
            module,
            {
                "HEADWAY_DATA_DIR": str(folder / "data"),
                **settings,
                "HEADWAY_HOST": "127.0.0.1",
                "HEADWAY_PORT": str(self.port),
                "HEADWAY_DRAIN_SECONDS": "1",
            },
        )

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    async def accepts(self) -> None:
        """Returns when it takes connections."""

        def taken() -> bool:
            assert self.is_running, f"the gateway has ended:\n{self.said()}"
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=0.5):
                return True
            return False

        await until(taken, "the gateway accepts")

    async def health(self) -> str:
        """What it says of itself, and how long that took, for whoever must find out what is wrong with it."""
        began = time.monotonic()
        try:
            async with httpx.AsyncClient(timeout=5) as http:
                told = (await http.get(f"{self.url}/readyz")).text
        except httpx.HTTPError as silent:
            told = repr(silent)
        return f"{self.url} after {time.monotonic() - began:.1f} s: {told}; at last it logged {self.said()[-1500:]}"


@dataclass
class Site:
    """All of it, running. Publishers reach Redis directly, each gateway through a relay of its own."""

    redis: EmbeddedRedis
    database_url: str
    folder: Path
    relays: list[Relay]
    gateways: list[GatewayProcess]
    balancer: Relay

    @property
    def urls(self) -> list[str]:
        """The gateways'."""
        return [each.url for each in self.gateways]

    @property
    def balanced_url(self) -> str:
        """Leads to one of the gateways that accept, as behind a proxy."""
        return f"http://127.0.0.1:{self.balancer.port}"

    async def health(self, url: str) -> str:
        """Of the gateway that listens there."""
        found = [each for each in self.gateways if each.url == url]
        return await found[0].health() if found else f"no gateway at {url!r}"

    @asynccontextmanager
    async def admin(self) -> AsyncGenerator["redis.asyncio.Redis", None]:
        """A link to Redis for what faults ask of it."""
        async with redis.asyncio.Redis.from_url(self.redis.url, decode_responses=True) as link:
            yield link

    async def restart_redis(self, away_seconds: float) -> None:
        """Kills it, waits, and starts an empty one at the same place."""
        assert self.redis.pid is not None
        os.kill(self.redis.pid, signal.SIGKILL)
        await self.redis.stop()
        await asyncio.sleep(away_seconds)
        await self.redis.start()

    def freeze_redis(self) -> None:
        """It stands still: connections stay and nothing answers."""
        assert self.redis.pid is not None
        os.kill(self.redis.pid, signal.SIGSTOP)

    def thaw_redis(self) -> None:
        """It goes on where it stood."""
        assert self.redis.pid is not None
        os.kill(self.redis.pid, signal.SIGCONT)


@asynccontextmanager
async def open_site(
    folder: Path,
    database_url: str,
    *,
    gateways: int = 2,
    module: Sequence[str] = SERVE,
    settings: Mapping[str, str] | None = None,
) -> AsyncGenerator[Site, None]:
    """Running on a migrated database; nothing of it is left at the end. `settings`: other variables of the gateways,
    which run this module with these arguments."""
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(EmbeddedRedis(folder))
        relays: list[Relay] = []
        processes: list[GatewayProcess] = []
        for number in range(gateways):
            relay = await _opened(stack, Relay(to_unix_socket(server.url.removeprefix("unix://"))))
            chosen = {
                "HEADWAY_DATABASE_URL": database_url,
                "HEADWAY_REDIS_URL": f"redis://127.0.0.1:{relay.port}",
                **(settings or {}),
            }
            process = GatewayProcess(folder / f"gateway-{number}", chosen, module)
            stack.push_async_callback(process.kill)
            process.start()
            relays.append(relay)
            processes.append(process)
        balancer = await _opened(stack, Relay(_to_one_of([each.port for each in processes])))
        site = Site(server, database_url, folder, relays, processes, balancer)
        stack.callback(_thaw_quietly, site)
        for process in processes:
            await process.accepts()
        yield site


async def _opened(stack: AsyncExitStack, relay: Relay) -> Relay:
    await relay.start()
    stack.push_async_callback(relay.close)
    return relay


def _to_one_of(ports: list[int]) -> Connect:
    turns = 0

    async def connect(make: MakeProtocol) -> tuple[asyncio.BaseTransport, asyncio.Protocol]:
        nonlocal turns
        turns += 1
        for offset in range(len(ports)):
            port = ports[(turns + offset) % len(ports)]
            with suppress(OSError):
                return await asyncio.get_running_loop().create_connection(make, "127.0.0.1", port)
        raise ConnectionRefusedError("no gateway accepts")

    return connect


def _thaw_quietly(site: Site) -> None:
    with suppress(AssertionError, ProcessLookupError):
        site.thaw_redis()
