"""One blob on its way into a bucket: small ones as one object, larger ones in parts while the next bytes come in."""

import asyncio
from collections.abc import Coroutine, Generator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeVar

import obstore

from service.adapters.blob_store import Digest, StorageAway
from service.adapters.bucket import ObjectMissing, reaching

if TYPE_CHECKING:
    from obstore import AsyncWritableFile
    from obstore.store import S3Store

T = TypeVar("T")

PART_BYTES = 8 * 1024 * 1024
"""A part of an upload; what is smaller than this goes up in one piece. A writer holds three of them at most."""
_PARTS_UNDER_WAY = 2
_PIECE = 1024 * 1024
_PATIENCE_SECONDS = 5.0


class ObjectWriter:
    """Nothing is seen before the commit, since parts become an object only then.

    Whatever asks the service runs on when the caller is cancelled, and `discard` waits for it: a request that is
    dropped half-way leaves parts behind that nobody takes away.
    """

    def __init__(self, store: "S3Store", name: str, digest: Digest | None) -> None:
        self._store = store
        self._name = name
        self._file: AsyncWritableFile | None = None
        self._digest = digest
        self._gathered: list[bytes] = []
        self._gathered_bytes = 0
        self._size = 0
        self._under_way: asyncio.Task[object] | None = None
        self._closed = False
        self._is_there = False

    @property
    def size(self) -> int:
        """Bytes taken so far."""
        return self._size

    async def write(self, chunk: bytes) -> None:
        """Takes the next bytes; waits only while those before the last are on their way."""
        if self._closed:
            raise ValueError("the writer is closed")
        self._size += len(chunk)
        self._gathered.append(chunk)
        self._gathered_bytes += len(chunk)
        if self._gathered_bytes >= _PIECE:
            await self._send()

    async def commit(self) -> int:
        """The object is there once this returns, with its size."""
        await self._send()
        await self._written()
        self._closed = True
        await self._shielded(self._finish())
        return self._size

    async def discard(self) -> None:
        """Gives the parts back, if they did not become an object. Does not wait for long; the rest follows."""
        self._closed = True
        if self._is_there:
            return
        leaving = asyncio.create_task(self._leave())
        _LEAVING.add(leaving)
        leaving.add_done_callback(_LEAVING.discard)
        await asyncio.wait({leaving}, timeout=_PATIENCE_SECONDS)

    async def _send(self) -> None:
        piece, self._gathered, self._gathered_bytes = self._gathered, [], 0
        await self._written()
        self._under_way = asyncio.create_task(self._append(piece))

    async def _written(self) -> None:
        if self._under_way is not None:
            await asyncio.shield(self._under_way)
            self._under_way = None

    async def _shielded(self, call: Coroutine[Any, Any, T]) -> T:
        task = asyncio.create_task(call)
        self._under_way = task
        return await asyncio.shield(task)

    async def _append(self, piece: list[bytes]) -> None:
        joined = await asyncio.to_thread(self._joined, piece)
        with _reaching():
            await self._opened().write(joined)

    async def _finish(self) -> None:
        with _reaching():
            await self._opened().close()
        self._is_there = True

    async def _leave(self) -> None:
        if self._under_way is not None:
            with suppress(Exception):
                await self._under_way
        if self._file is not None and not self._is_there:
            # As the client is told that the block around its file was left by an error.
            with suppress(Exception):
                await self._file.__aexit__(RuntimeError, RuntimeError(), None)

    def _joined(self, piece: list[bytes]) -> bytes:
        joined = b"".join(piece)
        if self._digest is not None:
            self._digest.update(joined)
        return joined

    def _opened(self) -> "AsyncWritableFile":
        if self._file is None:
            self._file = obstore.open_writer_async(
                self._store, self._name, buffer_size=PART_BYTES, max_concurrency=_PARTS_UNDER_WAY
            )
        return self._file


@contextmanager
def _reaching() -> Generator[None, None, None]:
    """An object that is being written cannot be missing; an upload can, that somebody else ended."""
    try:
        with reaching():
            yield
    except ObjectMissing as error:
        raise StorageAway(
            f"the upload has been ended over there: {error.__cause__}",
            "A rule of the bucket may end uploads too soon: give them a day.",
        ) from error


_LEAVING: set[asyncio.Task[None]] = set()
"""Held here, since the event loop itself holds tasks but weakly."""
