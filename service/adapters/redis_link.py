"""The link to Redis: connections that know which server they reached, and scripts that are told.

A server's `run_id` is new with each start, also when it comes back with its data from a file. Whoever compares it
cannot mistake another server, or the same one with an older memory, for the one that it wrote to.
"""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, TypeAlias, TypeVar, cast

from redis.asyncio import Redis
from redis.asyncio.connection import (
    AbstractConnection,
    BlockingConnectionPool,
    Connection,
    SSLConnection,
    UnixDomainSocketConnection,
    parse_url,
)
from redis.exceptions import ConnectionError as LinkLost
from redis.exceptions import NoScriptError, ReadOnlyError, ResponseError
from redis.exceptions import TimeoutError as LinkTooSlow

ANSWER_SECONDS = 2.0
"""A connection on which no answer comes for so long counts as lost."""
GIVE_UP_SECONDS = 5.0
"""Nothing is tried again after so long."""
CONNECT_SECONDS = 3.0
TRUSTED_SECONDS = 1.0
"""A connection on which nothing was heard for longer must prove that it still carries before it is used."""
PROOF_SECONDS = 0.5
CONNECTIONS = 64
"""How many connections a process has at most; who wants one more waits."""

PAUSES = (0.02, 0.1, 0.3, 0.6, 1.0)
"""Seconds before each further try after the link was lost."""
# A read-only server is a master that lost its post; the next connection may find the new one.
_TRY_AGAIN = (LinkLost, LinkTooSlow, ReadOnlyError)

Argument: TypeAlias = str | bytes | int
Reply: TypeAlias = Any
"""None, int, bytes, or a list of replies."""
T = TypeVar("T")


class _KnowsItsServer(AbstractConnection):
    """Learns `run_id` each time it connects; `heard_at` is when the server last answered, on the loop's clock."""

    run_id: str = ""
    heard_at: float = 0.0

    async def on_connect(self) -> None:
        """Greets the server as the library does, then asks which one it is."""
        async with _within(CONNECT_SECONDS):
            await super().on_connect()
            await self.send_command("INFO", "server", check_health=False)
            told = cast("bytes | str", await self.read_response())
        text = told.decode() if isinstance(told, bytes) else told
        lines = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
        self.run_id = lines["run_id"]
        self.heard_at = asyncio.get_running_loop().time()


class _Tcp(_KnowsItsServer, Connection):
    """redis://"""


class _Tls(_KnowsItsServer, SSLConnection):
    """rediss://"""


class _UnixSocket(_KnowsItsServer, UnixDomainSocketConnection):
    """unix://"""


_KNOWING: dict[type[AbstractConnection], type[_KnowsItsServer]] = {
    Connection: _Tcp,
    SSLConnection: _Tls,
    UnixDomainSocketConnection: _UnixSocket,
}


def open_redis(url: str, *, connections: int = CONNECTIONS) -> "Redis":
    """A client whose connections are fit for RedisLink; close it with `aclose()`. Replies are bytes.

    Its connections have no deadline of their own: the library keeps it by `asyncio.wait_for`, which before Python 3.12
    forgets a cancellation that comes as the wait ends, and its task runs on for ever.
    """
    options: dict[str, Any] = dict(parse_url(url))
    kind = options.pop("connection_class", Connection)
    options.setdefault("max_connections", connections)
    options.setdefault("socket_connect_timeout", CONNECT_SECONDS)
    options["socket_timeout"] = None
    return Redis.from_pool(BlockingConnectionPool(connection_class=_KNOWING[kind], **options))


@asynccontextmanager
async def _within(seconds: float) -> AsyncGenerator[None]:
    """Raises redis.exceptions.TimeoutError when the block takes longer."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as late:
        raise LinkTooSlow(f"no answer within {seconds:g} s") from late


@dataclass(frozen=True)
class Script:
    """A Lua script of this package. Its first ARGV is always the server's run_id."""

    text: str
    sha: str

    @classmethod
    def load(cls, *names: str) -> "Script":
        """The script in the files of these names beside this module, one after the other."""
        text = "".join(files(__package__ or "").joinpath(name).read_text(encoding="utf-8") for name in names)
        return cls(text, hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest())


@dataclass(frozen=True)
class Told:
    """Replies, and the run_id of the server that gave them."""

    run_id: str
    replies: list[Reply]


class RedisLink:
    """Runs scripts and commands over one connection each, knowing the server at its end.

    After a lost link it tries again on a new connection for some seconds, so what it is given may run twice. In the
    end raises redis.exceptions.ConnectionError or TimeoutError; ResponseError at once.
    """

    def __init__(self, redis: "Redis") -> None:
        self._pool = cast("BlockingConnectionPool", redis.connection_pool)

    async def run(self, script: Script, keys: Sequence[str], arguments: Sequence[Argument]) -> Reply:
        """The script's reply."""

        async def once(connection: _KnowsItsServer) -> Reply:
            rest = (len(keys), *keys, connection.run_id, *arguments)
            try:
                return (await _ask(connection, [("EVALSHA", script.sha, *rest)]))[0]
            except NoScriptError:
                return (await _ask(connection, [("EVAL", script.text, *rest)]))[0]

        return await self._tried(once)

    async def together(self, commands: Sequence[Sequence[Argument]]) -> Told:
        """The replies of commands that run with nothing in between (MULTI)."""

        async def once(connection: _KnowsItsServer) -> Told:
            replies = await _ask(connection, [("MULTI",), *commands, ("EXEC",)])
            return Told(connection.run_id, replies[-1])

        return await self._tried(once)

    async def one_by_one(self, commands: Sequence[Sequence[Argument]]) -> Told:
        """The replies of commands sent at once, each atomic by itself."""

        async def once(connection: _KnowsItsServer) -> Told:
            return Told(connection.run_id, await _ask(connection, commands))

        return await self._tried(once)

    async def _tried(self, once: Callable[[_KnowsItsServer], Awaitable[T]]) -> T:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + GIVE_UP_SECONDS
        for pause in PAUSES:
            try:
                return await self._on_one_connection(once)
            except _TRY_AGAIN:
                if loop.time() + pause > deadline:
                    raise
            await asyncio.sleep(pause)
        return await self._on_one_connection(once)

    async def _on_one_connection(self, once: Callable[[_KnowsItsServer], Awaitable[T]]) -> T:
        async with self._connection() as connection:
            try:
                async with _within(ANSWER_SECONDS):
                    return await once(connection)
            except ReadOnlyError:
                await connection.disconnect(nowait=True)
                raise

    @asynccontextmanager
    async def _connection(self) -> AsyncGenerator[_KnowsItsServer]:
        # The pool connects it, and anew if the server closed it meanwhile: run_id is that of the server now.
        connection = cast("_KnowsItsServer", await self._pool.get_connection())
        try:
            await _prove(connection)
            yield connection
        finally:
            await self._pool.release(connection)


async def _prove(connection: _KnowsItsServer) -> None:
    """Makes sure that the connection carries: a link that was cut in between is closed by nobody, so each of the
    pool's would be waited for in vain."""
    if asyncio.get_running_loop().time() - connection.heard_at <= TRUSTED_SECONDS:
        return
    try:
        async with _within(PROOF_SECONDS):
            await _ask(connection, [("PING",)])
    except _TRY_AGAIN:
        await connection.disconnect(nowait=True)
        await connection.connect()


async def _ask(connection: _KnowsItsServer, commands: Sequence[Sequence[Argument]]) -> list[Reply]:
    """Sends all, reads all, then raises the first error among the replies.

    Broken off in between, by an error or a cancellation, the library closes the connection: no reply is left behind
    for the next one.
    """
    await connection.send_packed_command(connection.pack_commands(commands), check_health=False)
    replies: list[Reply] = []
    failed: ResponseError | None = None
    for _ in commands:
        try:
            replies.append(await connection.read_response())
        except ResponseError as error:
            failed = failed or error
    connection.heard_at = asyncio.get_running_loop().time()
    if failed is not None:
        raise failed
    return replies
