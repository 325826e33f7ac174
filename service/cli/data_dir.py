"""The data folder of a server that runs here: one server at a time, and a note of where it listens."""

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import orjson

from service.cli.failing import CommandFailed
from service.cli.server import SERVER_FILE, read_server_file

_LOCK = "up.lock"


@contextmanager
def owned(data_dir: Path) -> Generator[None, None, None]:
    """The folder is ours, made with mode 0700 if need be. Raises CommandFailed when another server has it."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(data_dir / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise CommandFailed(
            f"The data folder {data_dir} cannot be used: {error.strerror}.",
            "Choose another with --data-dir or HEADWAY_DATA_DIR.",
        ) from error
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _taken(data_dir) from None
        yield
    finally:
        os.close(lock)


@contextmanager
def announced(data_dir: Path, url: str) -> Generator[None, None, None]:
    """Commands on this machine find the server meanwhile. The file is readable by the owner only."""
    path = data_dir / SERVER_FILE
    aside = path.with_suffix(".new")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(orjson.dumps({"url": url, "pid": os.getpid()}))
    aside.replace(path)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def _taken(data_dir: Path) -> CommandFailed:
    url = read_server_file(data_dir)
    return CommandFailed(
        f"Another Headway already runs on {data_dir}" + (f", at {url}." if url else "."),
        "Use that one (`headway link` opens it), stop it, or choose another folder with --data-dir.",
    )
