"""What the sandbox tests run in children: honest, clumsy and hostile."""

import ctypes
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator

from service.domain.json import JsonObject
from workers.engines.failures import DocumentRefused


def count(numbers: int, blob_bytes: int = 0) -> Iterator[JsonObject]:
    for number in range(numbers):
        item: JsonObject = {"number": number}
        yield item | {"blob": b"\x00\xff" * (blob_bytes // 2)} if blob_bytes else item


def count_and_die(numbers: int) -> Iterator[JsonObject]:
    yield from count(numbers)
    os.kill(os.getpid(), signal.SIGSEGV)


def surroundings() -> Iterator[JsonObject]:
    yield {
        "environment": dict(os.environ),
        "descriptors": len(os.listdir("/proc/self/fd")) - 1,
        "nice": os.nice(0),
    }


def write_file(path: str) -> Iterator[JsonObject]:
    with open(path, "wb") as file:
        file.write(b"x")
    yield {}


def refuse() -> Iterator[JsonObject]:
    yield {"number": 0}
    raise DocumentRefused("page_too_large", {"page": 3})


def fail() -> Iterator[JsonObject]:
    yield {"number": 0}
    raise ValueError("that did not work")


def segfault() -> Iterator[JsonObject]:
    yield {"number": 0}
    ctypes.string_at(0)


def leave(code: int) -> Iterator[JsonObject]:
    yield {"number": 0}
    os._exit(code)


def eat_memory() -> Iterator[JsonObject]:
    eaten: list[bytes] = []
    while True:
        eaten.append(b"x" * (8 << 20))
    yield {}


def hang() -> Iterator[JsonObject]:
    yield {"number": 0}
    while True:
        pass


def hang_in_c() -> Iterator[JsonObject]:
    """One C call that keeps the GIL for ages."""
    yield {"number": 0}
    yield {"sum": sum(range(1 << 62))}


def hang_deaf() -> Iterator[JsonObject]:
    """Not even its own alarm ends it."""
    yield {"number": 0}
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
    signal.setitimer(signal.ITIMER_REAL, 0)
    while True:
        time.sleep(60)


def start_another(how: str) -> Iterator[JsonObject]:
    """Wants to leave a process behind that outlives everybody."""
    yield {"number": 0}
    if how == "fork":
        if os.fork() == 0:
            time.sleep(600)
    elif how == "spawn":
        os.posix_spawn("/bin/sleep", ["sleep", "600"], {})
    elif how == "clone":
        # As native code does it, without a library's help: clone(SIGCHLD, …) by its number.
        number = {"x86_64": 56, "aarch64": 220}[os.uname().machine]
        libc = ctypes.CDLL(None, use_errno=True)
        made = libc.syscall(number, int(signal.SIGCHLD), 0, 0, 0, 0)
        if made == 0:
            time.sleep(600)
        if made < 0:
            raise OSError(ctypes.get_errno(), "clone")
    else:
        os.execv("/bin/sleep", ["sleep", "600"])
    yield {"number": 1}


def start_a_thread() -> Iterator[JsonObject]:
    done = threading.Event()
    threading.Thread(target=done.set).start()
    yield {"done": done.wait(10)}


def slow_but_steady(items: int, seconds: float) -> Iterator[JsonObject]:
    for number in range(items):
        time.sleep(seconds)
        yield {"number": number}


def run_ahead(log: str) -> Iterator[JsonObject]:
    """Notes each item in a file before it is sent."""
    note = os.open(log, os.O_WRONLY | os.O_APPEND)
    for number in range(1000):
        os.write(note, b".")
        yield {"number": number, "blob": bytes(64 << 10)}


def speak_nonsense(what: str) -> Iterator[JsonObject]:
    """Writes on the wire what no honest child writes."""
    said = {
        "huge": b"J\xff\xff\xff\xff" + bytes(4),
        "huge_blob": b"j\x00\x00\x00\x02\xff\xff\xff\xff",
        "kind": b"?" + bytes(8),
        "json": b"J\x00\x00\x00\x03" + bytes(4) + b"{{{",
        "list": b"J\x00\x00\x00\x02" + bytes(4) + b"[]",
        "blob": b"J\x00\x00\x00\x02\x00\x00\x00\x01{}x",
        "half": b"J\x00\x00",
    }[what]
    yield {"number": 0}
    _wire().sendall(said)
    if what == "half":
        os._exit(0)
    while True:
        time.sleep(60)


def hang_up() -> Iterator[JsonObject]:
    """Closes its wire and goes on."""
    yield {"number": 0}
    _wire().shutdown(socket.SHUT_RDWR)
    while True:
        time.sleep(60)


def too_much() -> Iterator[JsonObject]:
    yield {"text": "x" * (17 << 20)}


def _wire() -> socket.socket:
    for name in os.listdir("/proc/self/fd"):
        descriptor = int(name)
        path = f"/proc/self/fd/{descriptor}"
        if os.path.exists(path) and os.readlink(path).startswith("socket:"):
            return socket.socket(fileno=descriptor)
    raise AssertionError("no wire")


def serve(loaded: str) -> Callable[[JsonObject, bytes], JsonObject]:
    """A warm engine that answers with its pid and does as it is told."""
    if loaded == "nothing":
        raise ValueError("the models are not there")
    answered = 0

    def answer(call: JsonObject, blob: bytes) -> JsonObject:
        nonlocal answered
        answered += 1
        told = call.get("do")
        if told == "hang":
            threading.Event().wait()
        if told == "segfault":
            ctypes.string_at(0)
        if told == "fail":
            raise ValueError("that did not work")
        if told == "refuse":
            raise DocumentRefused("page_too_large", {"page": 1})
        if told == "eat":
            bytearray(64 << 30)
        return {"pid": os.getpid(), "loaded": loaded, "answered": answered, "blob": blob[::-1]}

    return answer


def serve_spinning() -> Callable[[JsonObject, bytes], JsonObject]:
    """Computes for as many seconds as it is asked for."""

    def spin(call: JsonObject, _blob: bytes) -> JsonObject:
        began = time.process_time()
        while time.process_time() - began < call["seconds"]:
            pass
        return {"spun": time.process_time() - began}

    return spin
