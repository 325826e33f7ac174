"""Processes that take part in a benchmark and are told what to do: one JSON line in, one JSON line out."""

import asyncio
import resource
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import orjson

from service.adapters.parent_death import dying_with_parent
from service.domain.json import JsonObject

LINE_BYTES = 1 << 24

Answer = Callable[[JsonObject], Awaitable[JsonObject]]


class Asked:
    """Such a process, from outside. It is asked one thing at a time."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    async def ask(self, what: str, **more: object) -> JsonObject:
        """Its answer. Raises AssertionError when it ended instead; why stands on the terminal."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(orjson.dumps({"do": what, **more}) + b"\n")
        line = await self._process.stdout.readline()
        assert line, f"a process ended when it was asked to {what}"
        return orjson.loads(line)


@asynccontextmanager
async def asked(module: str, *arguments: str) -> AsyncGenerator[Asked, None]:
    """`python -m MODULE ARGUMENT…`; ended with the block."""
    process = await asyncio.create_subprocess_exec(
        *dying_with_parent([sys.executable, "-m", module, *arguments]),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=LINE_BYTES,
    )
    try:
        yield Asked(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def answer_lines(answer: Answer) -> None:
    """The process's own side: answers each line of its stdin, until that ends."""
    reader = asyncio.StreamReader(limit=LINE_BYTES)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    while line := await reader.readline():
        told = await answer(orjson.loads(line))
        print(orjson.dumps(told).decode(), flush=True)


def raise_descriptor_limit() -> None:
    """Lets this process and those that it starts hold as many sockets as the machine allows."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
