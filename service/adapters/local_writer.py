"""One blob on its way into a folder. A thread writes, and feeds a digest, while the next bytes come in."""

import asyncio
import os
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from service.adapters.blob_store import Digest
from service.adapters.files import Files

_PIECE = 1024 * 1024
_MOST_CHUNKS = 512
_MOST_BY_THEMSELVES = 32
"""More chunks of a piece are joined for a digest: for each the thread lets go of the interpreter and waits for it."""
_WRITE_BACK_EACH = 8 * _PIECE
_MOST_REMEMBERED = 10_000


class RunsInThread(Protocol):
    """Runs a blocking call in a thread of the store."""

    def __call__(self, function: Callable[..., Any], /, *given: Any) -> Awaitable[Any]: ...


class DurableFolders:
    """Makes folders whose names are on the disk, and remembers which are.

    That a folder is there says nothing: who made it may not have synced its name yet, and a power cut would take it
    with all that was put into it since.
    """

    def __init__(self, root: Path, files: Files) -> None:
        self.files = files
        self._root = root
        self._durable: set[Path] = set()

    def open_root(self) -> None:
        """Makes the root and its name durable, and those of the folders above it as far as they may be opened."""
        for folder in reversed((self._root, *self._root.parents)):
            if not folder.is_dir():
                self.files.make_folder(folder)
            with suppress(OSError):
                self.files.sync_folder(folder.parent)

    def make(self, folder: Path) -> None:
        """Once this returns, the folder, which is below the root, survives a power cut."""
        if folder == self._root or (folder in self._durable and folder.is_dir()):
            return
        self.make(folder.parent)
        self.files.make_folder(folder)
        self.files.sync_folder(folder.parent)
        if len(self._durable) >= _MOST_REMEMBERED:
            self._durable.clear()
        self._durable.add(folder)


class LocalWriter:
    """Gathers pieces of a mebibyte: at most two are held, one being filled and one being written."""

    def __init__(self, file: "TemporaryFile", target: Path, run: RunsInThread) -> None:
        self._file = file
        self.target = target
        self._run = run
        self._gathered: list[bytes] = []
        self._gathered_bytes = 0
        self._under_way: asyncio.Future[None] | None = None
        self._size = 0
        self._is_placed = False

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

    async def commit(self) -> int:
        """Durable in its place once this returns, with its size."""
        await self._written()
        await self._run(self._file.finish, self._gathered, self.target)
        self._is_placed = True
        return self._size

    async def discard(self) -> None:
        """Removes the temporary file, if it was not committed."""
        if self._is_placed:
            return
        with suppress(Exception):
            await self._written()
        await self._run(self._file.discard)

    async def _written(self) -> None:
        if self._under_way is not None:
            pending, self._under_way = self._under_way, None
            await pending


class TemporaryFile:
    """The file behind a writer. A cancelled caller leaves its thread running, so each call takes the lock, and
    `discard` can never close the descriptor under a write."""

    def __init__(self, path: Path, folders: DurableFolders, digest: Digest | None) -> None:
        self._path = path
        self._folders = folders
        self._files = folders.files
        self._lock = threading.Lock()
        self._digest = digest
        self._descriptor: int | None = None
        self._written, self._sent_back = 0, 0
        self._closed = False
        self._placed = False

    def append(self, piece: list[bytes]) -> None:
        """Writes the next chunks."""
        with self._lock:
            self._append(piece)

    def finish(self, piece: list[bytes], target: Path) -> None:
        """Writes the last chunks; the file is durable in its place once this returns."""
        with self._lock:
            self._append(piece)
            assert self._descriptor is not None
            # In this order: the name must never be on the disk before the bytes, nor a row before the name.
            self._files.sync(self._descriptor)
            self._close()
            self._folders.make(target.parent)
            self._files.rename(self._path, target)
            self._placed = True
            self._files.sync_folder(target.parent)

    def discard(self) -> None:
        """Removes the file, unless it is in its place."""
        with self._lock:
            self._close()
            if not self._placed:
                self._files.remove(self._path)

    def _append(self, piece: list[bytes]) -> None:
        if self._closed:
            raise ValueError("the writer is closed")
        if self._descriptor is None:
            self._descriptor = self._files.create(self._path)
        if self._digest is not None:
            if len(piece) > _MOST_BY_THEMSELVES:
                piece = [b"".join(piece)]
            for chunk in piece:
                self._digest.update(chunk)
        written = self._files.write(self._descriptor, piece)
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
            self._files.close(descriptor)
