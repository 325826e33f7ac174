"""One blob on its way into a folder. Hashing and writing run in a thread while the next bytes come in."""

import asyncio
import hashlib
import os
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from service.adapters.blob_store import Stored
from service.domain.ids import new_id

_PIECE = 1024 * 1024


class RunsInThread(Protocol):
    """Runs a blocking call in a thread of the store."""

    def __call__(self, function: Callable[..., Any], /, *given: Any) -> Awaitable[Any]: ...


class LocalWriter:
    """Gathers pieces of a mebibyte: at most two are held, one being filled and one being written."""

    def __init__(self, folder: Path, place: Callable[[str], Path], run: RunsInThread) -> None:
        self._file = _TemporaryFile(folder / new_id())
        self._place = place
        self._run = run
        self._gathered = bytearray()
        self._under_way: asyncio.Future[None] | None = None
        self._size = 0

    @property
    def size(self) -> int:
        """Bytes taken so far."""
        return self._size

    async def write(self, chunk: bytes) -> None:
        """Takes the next bytes; waits only while the piece before the last is still being written."""
        self._size += len(chunk)
        self._gathered += chunk
        if len(self._gathered) >= _PIECE:
            piece, self._gathered = self._gathered, bytearray()
            await self._written()
            self._under_way = asyncio.ensure_future(self._run(self._file.append, piece))

    async def commit(self, key: str) -> Stored:
        """Durable under its key once this returns."""
        target = self._place(key)
        await self._written()
        sha256: str = await self._run(self._file.finish, bytes(self._gathered), target)
        return Stored(self._size, sha256)

    async def discard(self) -> None:
        """Removes the temporary file, if it was not committed."""
        with suppress(Exception):
            await self._written()
        await self._run(self._file.discard)

    async def _written(self) -> None:
        if self._under_way is not None:
            pending, self._under_way = self._under_way, None
            await pending


class _TemporaryFile:
    """The file behind a writer. A cancelled caller leaves its thread running, so each call takes the lock, and
    `discard` can never close the descriptor under a write."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._hash = hashlib.sha256()
        self._descriptor: int | None = None
        self._closed = False
        self._placed = False

    def append(self, piece: bytes | bytearray) -> None:
        with self._lock:
            self._append(piece)

    def finish(self, piece: bytes, target: Path) -> str:
        with self._lock:
            self._append(piece)
            assert self._descriptor is not None
            os.fsync(self._descriptor)
            self._close()
            _make_folders(target.parent)
            self._path.replace(target)
            self._placed = True
            _sync_folder(target.parent)
            return self._hash.hexdigest()

    def discard(self) -> None:
        with self._lock:
            self._close()
            if not self._placed:
                self._path.unlink(missing_ok=True)

    def _append(self, piece: bytes | bytearray) -> None:
        if self._closed:
            raise ValueError("the writer is closed")
        if self._descriptor is None:
            self._descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._hash.update(piece)
        rest = memoryview(piece)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]

    def _close(self) -> None:
        self._closed = True
        if self._descriptor is not None:
            descriptor, self._descriptor = self._descriptor, None
            os.close(descriptor)


def _make_folders(folder: Path) -> None:
    """Makes the folder durably: a new one is synced into its parent, too."""
    if folder.is_dir():
        return
    _make_folders(folder.parent)
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
