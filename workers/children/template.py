"""The template: a process with the heavy modules loaded that forks a child for each call.

`python -m workers.children.template CONTROL_FD LIFELINE_FD NICENESS MODULE…`

Control messages, one a packet. From the worker: {"id"} and the child's end of its wire. To the worker:
{"ready"}, {"id", "pid"} with a pidfd, {"id", "status", "peak_kb"} once the child is reaped, {"id", "refused"}.
"""

import gc
import importlib
import os
import selectors
import signal
import socket
import sys

import orjson

from service.domain.json import JsonObject
from workers.children import confinement
from workers.children.forked import run_forked

_PACKET = 4096
_YOUNG_OBJECTS = 50_000
"""So many new objects make Python look for cycles: a page leaves none, and looking costs as much as its text does."""


class Template:
    """Forks on request, reaps, and reports; ends when its worker's control socket closes."""

    def __init__(self, control: socket.socket, lifeline: int, niceness: int) -> None:
        self._control = control
        self._lifeline = lifeline
        self._niceness = niceness
        self._selector = selectors.DefaultSelector()
        self._selector.register(control, selectors.EVENT_READ)

    def serve(self) -> None:
        self._say({"ready": True})
        while True:
            for key, _ in self._selector.select():
                if key.data is not None:
                    self._reap(key.fd, *key.data)
                elif not self._hear():
                    return

    def _hear(self) -> bool:
        packet, descriptors, _, _ = socket.recv_fds(self._control, _PACKET, 1)
        if not packet:
            return False
        call_id: int = orjson.loads(packet)["id"]
        try:
            self._fork(call_id, descriptors[0])
        except OSError as error:
            self._say({"id": call_id, "refused": str(error)})
        finally:
            os.close(descriptors[0])
        return True

    def _fork(self, call_id: int, wire: int) -> None:
        template = os.getpid()
        pid = os.fork()
        if pid == 0:
            run_forked(wire, self._lifeline, template, self._niceness)
        pidfd = os.pidfd_open(pid)
        self._selector.register(pidfd, selectors.EVENT_READ, (call_id, pid))
        self._say({"id": call_id, "pid": pid}, pidfd)

    def _reap(self, pidfd: int, call_id: int, pid: int) -> None:
        _, status, usage = os.wait4(pid, 0)
        self._selector.unregister(pidfd)
        os.close(pidfd)
        self._say({"id": call_id, "status": status, "peak_kb": usage.ru_maxrss})

    def _say(self, message: JsonObject, *descriptors: int) -> None:
        socket.send_fds(self._control, [orjson.dumps(message)], list(descriptors))


def main() -> None:
    control_fd, lifeline, niceness = (int(argument) for argument in sys.argv[1:4])
    confinement.hold_lifeline(lifeline)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for module in sys.argv[4:]:
        importlib.import_module(module)
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS)
    with socket.socket(fileno=control_fd) as control:
        try:
            Template(control, lifeline, niceness).serve()
        except (BrokenPipeError, ConnectionResetError):
            return


if __name__ == "__main__":
    main()
