"""Untrusted parsing in child processes: limited, killed at once, unable to harm the worker.

A template process with the heavy modules loaded forks a child for each call. The child runs a generator and
streams its items; it is held back when nobody reads them.
"""

import asyncio
import os
import signal
import socket
from collections import deque
from collections.abc import AsyncIterator, Sequence
from types import TracebackType
from typing import Self

from service.domain.json import JsonObject
from workers.children import frames
from workers.children.fork_server import Ended, Forked, ForkServer, TemplateGone
from workers.children.frames import BadFrame
from workers.children.outcome import ChildFailed, FailureKind, Limits
from workers.children.parent_end import ParentEnd

__all__ = ["Call", "ChildFailed", "Limits", "Sandbox"]

# The child's own alarm ends it on time; the parent comes later, for a child that broke its alarm.
ALARM_GRACE_SECONDS = 0.5
_START_SECONDS = 60.0
_AHEAD_BYTES = 256 << 10
"""What a child may have sent, as far as the system allows, while its worker lets pages gather."""


class Sandbox:
    """The template process of one worker; started when first needed, and again after its death."""

    def __init__(self, preload: Sequence[str] = (), *, niceness: int = 5) -> None:
        self._preload = tuple(preload)
        self._niceness = niceness
        self._server: ForkServer | None = None
        self._starting = asyncio.Lock()

    @property
    def template_pid(self) -> int | None:
        """The pid of the living template."""
        return self._server.pid if self._server is not None and self._server.alive else None

    async def start(self) -> None:
        """Starts the template and waits until it has loaded its modules; calls do so by themselves."""
        await self._ready_server()

    async def close(self) -> None:
        """Ends the template and every child."""
        server, self._server = self._server, None
        if server is not None:
            await server.stop()

    def call(self, target: str, arguments: JsonObject, limits: Limits | None = None) -> "Call":
        """Runs the generator function `package.module:function` in a child, with JSON arguments.

        `async with sandbox.call(…) as items: async for item in items: …` yields its items as JSON objects,
        bytes under "blob"; `items.together()` yields them as lists. Raises ChildFailed. Leaving the context kills
        the child and waits for its end.
        """
        return Call(self, {"target": target, "arguments": arguments}, limits or Limits())

    async def fork(self, wire: socket.socket) -> Forked:
        """A new child; raises ChildFailed when the system can't make one."""
        for last_try in (False, True):
            server = await self._ready_server()
            try:
                return await server.fork(wire)
            except TemplateGone as error:
                if last_try:
                    raise ChildFailed("crashed", "the template process died twice") from error
            except OSError as error:
                raise ChildFailed("crashed", f"no child could be forked: {error}") from error
        raise AssertionError("unreachable")

    async def _ready_server(self) -> ForkServer:
        async with self._starting:
            server = self._server
            if server is None or not server.alive:
                if server is not None:
                    await server.stop()
                server = self._server = ForkServer(self._preload, self._niceness)
            try:
                async with asyncio.timeout(_START_SECONDS):
                    await asyncio.shield(server.ready)
            except (TemplateGone, TimeoutError) as error:
                await server.stop()
                raise ChildFailed("crashed", "the template process did not start") from error
            return server


class Call:
    """One call: an async context manager whose value is the iterator of its items."""

    def __init__(self, sandbox: Sandbox, call: JsonObject, limits: Limits) -> None:
        self._sandbox = sandbox
        self._call = call
        self._limits = limits
        self._forked: Forked | None = None
        self._wire: ParentEnd | None = None
        self._deadline = 0.0
        self._here: deque[JsonObject] = deque()

    @property
    def pid(self) -> int | None:
        """The child's pid."""
        return self._forked.pid if self._forked is not None else None

    async def __aenter__(self) -> Self:
        near_end, far_end = socket.socketpair()
        with far_end:
            far_end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _AHEAD_BYTES)
            try:
                self._forked = await self._sandbox.fork(far_end)
            except BaseException:
                near_end.close()
                raise
        self._deadline = asyncio.get_running_loop().time() + self._limits.total_seconds
        try:
            self._wire = await ParentEnd.over(near_end)
        except BaseException:
            near_end.close()
            await self._end()
            raise
        limits = {name: getattr(self._limits, name) for name in Limits.__slots__}
        self._wire.send(frames.call_frame(self._call | {"limits": limits}))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._end()

    def __aiter__(self) -> AsyncIterator[JsonObject]:
        return self

    async def __anext__(self) -> JsonObject:
        if not self._here:
            self._here.extend(await self._more())
        if not self._here:
            raise StopAsyncIteration
        return self._here.popleft()

    async def together(self) -> AsyncIterator[list[JsonObject]]:
        """The items as lists: each time all that are here by then, at least one."""
        while items := await self._more():
            yield items

    async def _more(self) -> list[JsonObject]:
        """What has come, waiting for the first; empty at the end."""
        forked, wire = self._forked, self._wire
        if forked is None or wire is None:
            return []
        latest = asyncio.get_running_loop().time() + self._limits.item_seconds + ALARM_GRACE_SECONDS
        try:
            return await wire.items(min(latest, self._deadline))
        except TimeoutError:
            await forked.kill()
            over = asyncio.get_running_loop().time() >= self._deadline
            seconds = self._limits.total_seconds if over else self._limits.item_seconds
            raise ChildFailed(
                "timed_out", "the child was too slow and has been killed", params={"seconds": seconds}
            ) from None
        except BadFrame as error:
            await forked.kill()
            raise ChildFailed("crashed", f"the child sent {error}") from error
        except ConnectionError:
            raise await self._death(forked) from None

    async def only(self) -> JsonObject:
        """The one item of a target that yields once; raises ChildFailed, also when there is none."""
        async for item in self:
            return item
        raise ChildFailed("crashed", "the child yielded nothing")

    async def _death(self, forked: Forked) -> ChildFailed:
        """Why the wire broke. A child that only closed it is not waited for."""
        try:
            async with asyncio.timeout(ALARM_GRACE_SECONDS):
                ended = await forked.ended()
        except TimeoutError:
            await forked.kill()
            return ChildFailed("crashed", "the child closed its wire and lived on")
        return describe_death(ended, self._limits)

    async def _end(self) -> None:
        """Dead and reaped when this returns, even if the caller is cancelled meanwhile."""
        forked, self._forked = self._forked, None
        if self._wire is not None:
            self._wire.abort()
        if forked is None:
            return
        reaping = asyncio.ensure_future(_reap(forked))
        try:
            await asyncio.shield(reaping)
        except asyncio.CancelledError:
            await asyncio.wait([reaping])
            raise


async def _reap(forked: Forked) -> None:
    await forked.kill()
    forked.forget()


def describe_death(ended: Ended, limits: Limits) -> ChildFailed:
    """What a wait status means."""
    status = ended.status
    if status is None:
        return ChildFailed("crashed", "the template process died, and the child with it")
    if not os.WIFSIGNALED(status):
        return ChildFailed("crashed", f"the child left with exit code {os.waitstatus_to_exitcode(status)}")
    number = os.WTERMSIG(status)
    if number == signal.SIGALRM:
        taken = f"one item took more than {limits.item_seconds:g} s"
        return ChildFailed("timed_out", taken, params={"seconds": limits.item_seconds})
    if number == signal.SIGXCPU:
        return ChildFailed("out_of_cpu", f"more than {limits.cpu_seconds:g} s of computing")
    # Native code that does not check its allocations dies of a signal once the budget is used up.
    near_limit = ended.peak_kb is not None and ended.peak_kb * 1024 > 0.9 * limits.memory_bytes
    kind: FailureKind = (
        "out_of_memory" if near_limit and number in (signal.SIGABRT, signal.SIGSEGV) else "crashed"
    )
    return ChildFailed(kind, f"the child was ended by {signal.Signals(number).name}")
