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
_MOST_CHUNKS = 512
_WRITE_BACK_EACH = 8 * _PIECE


class RunsInThread(Protocol):
    """Runs a blocking call in a thread of the store."""

    def __call__(self, function: Callable[..., Any], /, *given: Any) -> Awaitable[Any]: ...


class LocalWriter:
    """Gathers pieces of a mebibyte: at most two are held, one being filled and one being written."""

    def __init__(self, folder: Path, place: Callable[[str], Path], run: RunsInThread) -> None:
        self._file = _TemporaryFile(folder / new_id())
        self._place = place
        self._run = run
        self._gathered: list[bytes] = []
        self._gathered_bytes = 0
        self._under_way: asyncio.Future[None] | None = None
        self._size = 0

    @property
    def size(self) -> int:
        """Bytes taken so far."""
        return self._size

    async def write(self, chunk: bytes) -> None:
        """Takes the next bytes; waits only while the piece before the last is still being written."""
        self._size += len(chunk)
        self._gathered.append(chunk)
        self._gathered_bytes += len(chunk)
        if self._gathered_bytes >= _PIECE or len(self._gathered) >= _MOST_CHUNKS:
            piece, self._gathered, self._gathered_bytes = self._gathered, [], 0
            await self._written()
            self._under_way = asyncio.ensure_future(self._run(self._file.append, piece))

    async def commit(self, key: str) -> Stored:
        """Durable under its key once this returns."""
        target = self._place(key)
        await self._written()
        sha256: str = await self._run(self._file.finish, self._gathered, target)
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
        self._written, self._sent_back = 0, 0
        self._closed = False
        self._placed = False

    def append(self, piece: list[bytes]) -> None:
        with self._lock:
            self._append(piece)

    def finish(self, piece: list[bytes], target: Path) -> str:
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

    def _append(self, piece: list[bytes]) -> None:
        if self._closed:
            raise ValueError("the writer is closed")
        if self._descriptor is None:
            self._descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        for chunk in piece:
            self._hash.update(chunk)
        written = _write_all(self._descriptor, piece)
        self._written += written
        if self._written - self._sent_back >= _WRITE_BACK_EACH:
            # The kernel begins to write to the disk now: the fsync at the end has little left to wait for.
            length = self._written - self._sent_back
            os.posix_fadvise(self._descriptor, self._sent_back, length, os.POSIX_FADV_DONTNEED)
            self._sent_back = self._written

    def _close(self) -> None:
        self._closed = True
        if self._descriptor is not None:
            descriptor, self._descriptor = self._descriptor, None
            os.close(descriptor)


def _write_all(descriptor: int, chunks: list[bytes]) -> int:
    """Writes all of it, however much the kernel takes at a time; returns how many bytes."""
    whole = sum(map(len, chunks))
    done = os.writev(descriptor, chunks)
    if done < whole:
        rest = memoryview(b"".join(chunks))[done:]
        while rest:
            rest = rest[os.write(descriptor, rest) :]
    return whole


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
