"""Blobs as files of a folder: written aside under `tmp/`, made durable, then renamed to their place."""

import asyncio
import functools
import hashlib
import os
import shutil
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import ParamSpec, TypeVar

from service.adapters.blob_store import (
    TEMPORARY,
    BlobDamaged,
    BlobMissing,
    BlobWriter,
    Digest,
    key_parts,
)
from service.adapters.files import Files, LocalFiles
from service.adapters.local_writer import DurableFolders, LocalWriter, TemporaryFile
from service.domain.ids import new_id

P = ParamSpec("P")
T = TypeVar("T")

_ABANDONED_SECONDS = 3600.0
_CHUNK = 256 * 1024
_THREADS = 8
TRUSTED_SECONDS = 600.0
"""So long a file that was found well, and that nobody has touched, is not read again to be compared."""
_MOST_TRUSTED = 1000


class LocalBlobs:
    """The blob store of one machine, or of a shared folder."""

    def __init__(self, folder: Path, files: Files | None = None) -> None:
        self._folder = folder
        self._folders = DurableFolders(folder, files or LocalFiles())
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="blobs")
        self._cleaned = float("-inf")
        self._trusted: dict[Path, _Trusted] = {}
        self._folders.open_root()
        (folder / TEMPORARY).mkdir(exist_ok=True, mode=0o700)

    def writer(self, key: str, digest: Digest | None = None) -> AbstractAsyncContextManager[BlobWriter]:
        """A new blob for this key; leaving without a commit leaves nothing behind."""
        return self._writer(self._path(key), digest)

    @asynccontextmanager
    async def _writer(self, target: Path, digest: Digest | None) -> AsyncGenerator[BlobWriter, None]:
        await self._clean_when_due()
        file = TemporaryFile(self._folder / TEMPORARY / new_id(), self._folders, digest)
        one = LocalWriter(file, target, self._run)
        try:
            yield one
        finally:
            await one.discard()

    async def put(self, key: str, content: bytes) -> int:
        """Writes a small blob at once, durably; returns its size in bytes."""
        async with self.writer(key) as one:
            await one.write(content)
            return await one.commit()

    async def read(self, key: str) -> bytes:
        """All of a small blob; raises BlobMissing."""
        path = self._path(key)
        with _missing_as(key):
            return await self._run(path.read_bytes)

    async def chunks(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The bytes from `start` up to `end`, piece by piece; raises BlobMissing at the first piece."""
        path = self._path(key)
        with _missing_as(key):
            file = await self._run(path.open, "rb", 0)
        try:
            at = start
            while end is None or at < end:
                wanted = _CHUNK if end is None else min(_CHUNK, end - at)
                piece = await self._run(os.pread, file.fileno(), wanted, at)
                if not piece:
                    return
                at += len(piece)
                yield piece
        finally:
            file.close()

    async def size(self, key: str) -> int | None:
        """Bytes of a blob, or None when there is none."""
        path = self._path(key)
        try:
            return (await self._run(path.stat)).st_size
        except (FileNotFoundError, NotADirectoryError):
            return None

    async def verify(self, key: str, size: int | None, sha256: str | None = None) -> None:
        """Raises BlobMissing, and BlobDamaged where the size is another or, given the SHA-256 in hex, the content.

        Repeating it costs next to nothing: see TRUSTED_SECONDS.
        """
        path = self._path(key)
        try:
            wrong = await self._run(self._what_is_wrong, path, size, sha256)
        except (FileNotFoundError, NotADirectoryError):
            raise BlobMissing(key) from None
        except OSError as error:
            wrong = f"cannot be read: {error.strerror}"
        if wrong:
            raise BlobDamaged(key, wrong)

    async def delete(self, key: str) -> None:
        """Removes a blob; a missing one is no error."""
        path = self._path(key)
        with suppress(FileNotFoundError, NotADirectoryError):
            await self._run(path.unlink)

    async def delete_tree(self, prefix: str) -> None:
        """Removes the blob of this key and all blobs whose keys begin with these names."""
        path = self._path(prefix, fewest=1)
        await self._run(_remove_tree, path)

    async def keys(self, older_than: float) -> AsyncIterator[str]:
        """The keys of all blobs written more than so many seconds ago, in no order."""
        before = time.time() - older_than
        found = self._files()
        while batch := await self._run(_some, found, before):
            for key in batch:
                yield key

    @asynccontextmanager
    async def local_copy(self, key: str) -> AsyncGenerator[Path, None]:
        """The blob's own file: no copy is made."""
        path = self._path(key)
        if not await self._run(path.is_file):
            raise BlobMissing(key)
        yield path

    async def free_bytes(self) -> int | None:
        """What the file system leaves to this user."""
        room = await self._run(os.statvfs, self._folder)
        return room.f_bavail * room.f_frsize

    async def close(self) -> None:
        """Waits for writes that are under way."""
        await asyncio.to_thread(self._threads.shutdown)

    def _path(self, key: str, *, fewest: int = 2) -> Path:
        """The only place where a key becomes a path."""
        return self._folder.joinpath(*key_parts(key, fewest=fewest))

    def _what_is_wrong(self, path: Path, size: int | None, sha256: str | None) -> str:
        with path.open("rb") as file:
            found = os.fstat(file.fileno())
            if size is not None and found.st_size != size:
                return f"has {found.st_size} bytes instead of {size}"
            if sha256 is None:
                return ""
            trusted = self._trusted.get(path)
            if trusted is not None and trusted.speaks_for(found, sha256):
                return ""
            if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                return "has another SHA-256 than what was uploaded"
        if len(self._trusted) >= _MOST_TRUSTED:
            self._trusted.clear()
        self._trusted[path] = _Trusted(_identity(found), sha256, time.monotonic())
        return ""

    async def _run(self, function: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
        call = functools.partial(function, *given, **named)
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)

    async def _clean_when_due(self) -> None:
        """A writer that was killed leaves its temporary file; nobody writes into one that is an hour old."""
        if time.monotonic() - self._cleaned < _ABANDONED_SECONDS / 6:
            return
        self._cleaned = time.monotonic()
        await self._run(_remove_older, self._folder / TEMPORARY, time.time() - _ABANDONED_SECONDS)

    def _files(self) -> Iterator[tuple[str, Path]]:
        for folder, folders, names in os.walk(self._folder):
            here = Path(folder)
            if here == self._folder:
                folders.remove(TEMPORARY)
            for name in names:
                yield (here / name).relative_to(self._folder).as_posix(), here / name


def _some(found: Iterator[tuple[str, Path]], before: float) -> list[str]:
    """The next keys, at most a thousand; an empty list is the end."""
    keys: list[str] = []
    for key, path in found:
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < before:
                keys.append(key)
        if len(keys) == 1000:
            break
    return keys


def _identity(found: os.stat_result) -> tuple[int, ...]:
    """Another after every write, whatever time the writer gave the file."""
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


@dataclass(frozen=True, slots=True)
class _Trusted:
    """What a file was when its bytes were compared, with what, and when (monotonic)."""

    identity: tuple[int, ...]
    sha256: str
    at: float

    def speaks_for(self, found: os.stat_result, sha256: str) -> bool:
        """Whether nothing has changed since, and not long ago."""
        same = self.identity == _identity(found) and self.sha256 == sha256
        return same and time.monotonic() - self.at < TRUSTED_SECONDS


def _remove_tree(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _remove_older(folder: Path, before: float) -> None:
    for path in folder.iterdir():
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < before:
                path.unlink()


class _missing_as:  # noqa: N801 - it reads as the `with` that it is
    """Turns a missing file into BlobMissing."""

    def __init__(self, key: str) -> None:
        self._key = key

    def __enter__(self) -> None:
        return None

    def __exit__(self, _type: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, FileNotFoundError | NotADirectoryError | IsADirectoryError):
            raise BlobMissing(self._key) from None
