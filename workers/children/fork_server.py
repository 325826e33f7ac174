"""The worker's side of one template process: asks it for children, hears how they end."""

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from service.domain.json import JsonObject
from workers.children.spawn import Lifeline, spawn

_PACKET = 4096


class TemplateGone(Exception):
    """The template process ended, and with it every child that it had forked."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a child ended: its wait status, and the most memory it ever held; both None if nobody could tell."""

    status: int | None
    peak_kb: int | None


class Forked:
    """A running child. Killing goes by pidfd, so it can't hit a stranger with the same pid."""

    def __init__(self, pid: int, pidfd: int, ended: asyncio.Future[Ended]) -> None:
        self.pid = pid
        self._pidfd = pidfd
        self._ended = ended

    async def kill(self) -> Ended:
        """SIGKILL unless it has ended; returns once it is dead and reaped."""
        if not self._ended.done():
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
        return await self.ended()

    async def ended(self) -> Ended:
        """Waits for the end of the child."""
        ended = await asyncio.shield(self._ended)
        if ended.status is None:
            await self._seen_dead()
        return ended

    def forget(self) -> None:
        """Frees what this object holds; the child must have ended."""
        os.close(self._pidfd)

    async def _seen_dead(self) -> None:
        """Without a template to tell, the pidfd becomes readable when the process is dead."""
        loop = asyncio.get_running_loop()
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
        dead: asyncio.Future[None] = loop.create_future()
        loop.add_reader(self._pidfd, lambda: dead.done() or dead.set_result(None))
        try:
            await dead
        finally:
            loop.remove_reader(self._pidfd)


class ForkServer:
    """One template process and its control socket."""

    def __init__(self, preload: Sequence[str], niceness: int) -> None:
        self._loop = asyncio.get_running_loop()
        self._starting: dict[int, asyncio.Future[Forked]] = {}
        self._running: dict[int, asyncio.Future[Ended]] = {}
        self._next_id = 0
        self._sending = asyncio.Lock()
        self.ready: asyncio.Future[None] = self._loop.create_future()
        self.alive = True
        self._control, far_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._lifeline = Lifeline()
        with far_end:
            descriptors = (far_end.fileno(), self._lifeline.read_end)
            arguments = [*map(str, descriptors), str(niceness), *preload]
            self._process = spawn("workers.children.template", arguments, descriptors=descriptors)
        self._control.setblocking(False)
        self._loop.add_reader(self._control, self._hear)

    @property
    def pid(self) -> int:
        return self._process.pid

    async def fork(self, wire: socket.socket) -> Forked:
        """A new child that holds `wire`; raises TemplateGone, or OSError when the system refuses."""
        self._next_id += 1
        call_id = self._next_id
        started: asyncio.Future[Forked] = self._loop.create_future()
        self._starting[call_id] = started
        try:
            await self._send({"id": call_id}, wire.fileno())
        except OSError as error:
            self._starting.pop(call_id, None)
            self._close()
            raise TemplateGone from error
        # Once asked for, the child comes: whoever gives up waiting still has to see it die.
        try:
            return await asyncio.shield(started)
        except asyncio.CancelledError:
            if not started.cancelled():
                started.add_done_callback(_kill_unwanted)
            raise

    async def stop(self) -> None:
        """Ends the template and its children."""
        self._close()
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await asyncio.to_thread(self._process.wait)

    async def _send(self, message: JsonObject, descriptor: int) -> None:
        async with self._sending:
            if not self.alive:
                raise ConnectionResetError
            while True:
                try:
                    socket.send_fds(self._control, [orjson.dumps(message)], [descriptor])
                    return
                except BlockingIOError:
                    await self._writable()

    async def _writable(self) -> None:
        ready: asyncio.Future[None] = self._loop.create_future()
        self._loop.add_writer(self._control, lambda: ready.done() or ready.set_result(None))
        try:
            await ready
        finally:
            self._loop.remove_writer(self._control)

    def _hear(self) -> None:
        while self.alive:
            try:
                packet, descriptors, _, _ = socket.recv_fds(self._control, _PACKET, 1)
            except BlockingIOError:
                return
            except OSError:
                packet, descriptors = b"", []
            if not packet:
                self._close()
                return
            self._take(orjson.loads(packet), descriptors)

    def _take(self, message: JsonObject, descriptors: list[int]) -> None:
        if "ready" in message:
            self.ready.set_result(None)
        elif "pid" in message:
            ended = self._running[message["id"]] = self._loop.create_future()
            forked = Forked(message["pid"], descriptors[0], ended)
            self._starting.pop(message["id"]).set_result(forked)
        elif "refused" in message:
            self._starting.pop(message["id"]).set_exception(OSError(message["refused"]))
        else:
            self._running.pop(message["id"]).set_result(Ended(message["status"], message["peak_kb"]))

    def _close(self) -> None:
        """The template is gone or must go: cutting the lifeline kills it and every child of its."""
        if not self.alive:
            return
        self.alive = False
        self._loop.remove_reader(self._control)
        self._control.close()
        self._lifeline.cut()
        if not self.ready.done():
            self.ready.set_exception(TemplateGone())
            self.ready.exception()
        for started in self._starting.values():
            started.set_exception(TemplateGone())
            started.exception()
        for ended in self._running.values():
            ended.set_result(Ended(None, None))
        self._starting.clear()
        self._running.clear()


def _kill_unwanted(started: asyncio.Future[Forked]) -> None:
    if not started.cancelled() and started.exception() is None:
        reaping = asyncio.ensure_future(_kill_and_forget(started.result()))
        _reaping.add(reaping)
        reaping.add_done_callback(_reaping.discard)


async def _kill_and_forget(forked: Forked) -> None:
    await forked.kill()
    forked.forget()


# The event loop keeps only weak references to tasks.
_reaping: set[asyncio.Task[None]] = set()
