"""Long-lived children for engines that take seconds to load: one request at a time, killed at once on cancel."""

import asyncio
import contextlib
import socket
import subprocess

from service.domain.json import JsonObject
from workers.children import frames
from workers.children.fork_server import Ended
from workers.children.frames import BadFrame
from workers.children.outcome import ChildFailed, Limits
from workers.children.parent_end import ParentEnd
from workers.children.spawn import Lifeline, spawn
from workers.sandbox import ALARM_GRACE_SECONDS, describe_death

__all__ = ["ChildFailed", "Limits", "WarmChild"]


class WarmChild:
    """A child that keeps what it loaded. Spawned at the first request, again after a death, a kill, or
    `recycle_after` requests.

    `target` names a function `serve(**arguments)` that loads and returns the function of (call, bytes) that
    answers one request with a JSON object (bytes under "blob"). Its memory limit counts from there.
    """

    def __init__(
        self,
        target: str,
        arguments: JsonObject | None = None,
        limits: Limits | None = None,
        *,
        start_seconds: float = 60.0,
        recycle_after: int = 200,
        threads: int = 1,
    ) -> None:
        self._target = target
        self._arguments = arguments or {}
        self._limits = limits or Limits()
        self._start_seconds = start_seconds
        self._recycle_after = recycle_after
        self._threads = threads
        self._turn = asyncio.Lock()
        self._process: _WarmProcess | None = None

    @property
    def pid(self) -> int | None:
        """The pid of the living child."""
        return self._process.pid if self._process is not None else None

    async def start(self) -> None:
        """Spawns the child and waits until it has loaded; requests do so by themselves. Raises ChildFailed."""
        async with self._turn:
            await self._ready_process()

    async def request(self, call: JsonObject, blob: bytes = b"") -> JsonObject:
        """The child's answer. Raises ChildFailed; cancelling kills the child."""
        async with self._turn:
            process = await self._ready_process()
            try:
                answer = await process.exchange(call, blob, self._limits.item_seconds)
            except ChildFailed as failed:
                if failed.kind != "error":
                    await self._end()
                raise
            except BaseException:
                await self._end()
                raise
            if process.answered >= self._recycle_after:
                await self._end()
            return answer

    async def close(self) -> None:
        """Kills the child; a request under way fails."""
        await self._end()

    async def _ready_process(self) -> "_WarmProcess":
        if self._process is not None and self._process.exited():
            await self._end()
        if self._process is None:
            self._process = _WarmProcess(self._limits, self._threads)
            try:
                opening = {"target": self._target, "arguments": self._arguments}
                await self._process.open(opening, self._start_seconds)
            except BaseException:
                await self._end()
                raise
        return self._process

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            await process.kill()


class _WarmProcess:
    """One spawned process and its wire."""

    def __init__(self, limits: Limits, threads: int) -> None:
        self._limits = limits
        self.answered = 0
        self._wire: ParentEnd | None = None
        self._near_end, far_end = socket.socketpair()
        self._lifeline = Lifeline()
        with far_end:
            descriptors = (far_end.fileno(), self._lifeline.read_end)
            self._popen = spawn(
                "workers.children.warm",
                [str(descriptor) for descriptor in descriptors],
                descriptors=descriptors,
                threads=threads,
            )

    @property
    def pid(self) -> int:
        return self._popen.pid

    def exited(self) -> bool:
        return self._popen.poll() is not None

    async def open(self, opening: JsonObject, seconds: float) -> None:
        """Waits until the engine is loaded."""
        self._wire = await ParentEnd.over(self._near_end)
        limits = {name: getattr(self._limits, name) for name in Limits.__slots__}
        await self._ask(opening | {"limits": limits}, b"", seconds)

    async def exchange(self, call: JsonObject, blob: bytes, seconds: float) -> JsonObject:
        """One request, one answer."""
        answer = await self._ask(call, blob, seconds)
        self.answered += 1
        return answer

    async def kill(self) -> None:
        """Dead and reaped, even if the caller is cancelled meanwhile."""
        if self._wire is not None:
            self._wire.abort()
        else:
            self._near_end.close()
        self._lifeline.cut()
        with contextlib.suppress(ProcessLookupError):
            self._popen.kill()
        reaping = asyncio.ensure_future(asyncio.to_thread(self._popen.wait))
        try:
            await asyncio.shield(reaping)
        except asyncio.CancelledError:
            await asyncio.wait([reaping])
            raise

    async def _ask(self, call: JsonObject, blob: bytes, seconds: float) -> JsonObject:
        assert self._wire is not None
        latest = asyncio.get_running_loop().time() + seconds + ALARM_GRACE_SECONDS
        self._wire.send(frames.call_frame(call, blob), blob)
        try:
            answers = await self._wire.items(latest)
        except TimeoutError:
            raise ChildFailed("timed_out", f"no answer within {seconds:g} s") from None
        except BadFrame as error:
            raise ChildFailed("crashed", f"the child sent {error}") from error
        except ConnectionError:
            raise await self._death() from None
        if len(answers) != 1:
            raise ChildFailed("crashed", "the child did not give one answer")
        return answers[0]

    async def _death(self) -> ChildFailed:
        try:
            code = await asyncio.to_thread(self._popen.wait, 1.0)
        except subprocess.TimeoutExpired:
            return ChildFailed("crashed", "the child closed its wire and lived on")
        status = -code if code < 0 else code << 8
        return describe_death(Ended(status, None), self._limits)
