"""Blobs for one step: it may write so many bytes in all, finished or not, and no more."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from service.adapters.blob_store import BlobStore, BlobWriter, Digest
from workers.engines.failures import DocumentRefused


class BoundedBlobs:
    """A BlobStore over another. Whoever writes too much gets DocumentRefused("output_too_large").

    The key of each blob joins `placed` before it is there.
    """

    def __init__(self, blobs: BlobStore, most_bytes: int, placed: list[str]) -> None:
        self._blobs = blobs
        self._left = most_bytes
        self.placed = placed

    def take(self, size: int) -> None:
        """So many bytes are about to be written."""
        self._left -= size
        if self._left < 0:
            raise DocumentRefused("output_too_large")

    @asynccontextmanager
    async def writer(self, key: str, digest: Digest | None = None) -> AsyncGenerator[BlobWriter, None]:
        """See BlobStore, as all that follows."""
        async with self._blobs.writer(key, digest) as writer:
            yield _BoundedWriter(writer, self, key)

    async def put(self, key: str, content: bytes) -> int:
        self.take(len(content))
        self.placed.append(key)
        return await self._blobs.put(key, content)

    async def read(self, key: str) -> bytes:
        return await self._blobs.read(key)

    def chunks(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        return self._blobs.chunks(key, start, end)

    async def size(self, key: str) -> int | None:
        return await self._blobs.size(key)

    async def verify(self, key: str, size: int | None, sha256: str | None = None) -> None:
        await self._blobs.verify(key, size, sha256)

    async def delete(self, key: str) -> None:
        await self._blobs.delete(key)

    async def delete_tree(self, prefix: str) -> None:
        await self._blobs.delete_tree(prefix)

    def keys(self, older_than: float) -> AsyncIterator[str]:
        return self._blobs.keys(older_than)

    def local_copy(self, key: str) -> AbstractAsyncContextManager[Path]:
        return self._blobs.local_copy(key)

    async def free_bytes(self) -> int | None:
        return await self._blobs.free_bytes()

    async def close(self) -> None:
        await self._blobs.close()


class _BoundedWriter:
    def __init__(self, writer: BlobWriter, blobs: BoundedBlobs, key: str) -> None:
        self._writer = writer
        self._blobs = blobs
        self._key = key

    @property
    def size(self) -> int:
        return self._writer.size

    async def write(self, chunk: bytes) -> None:
        self._blobs.take(len(chunk))
        await self._writer.write(chunk)

    async def commit(self) -> int:
        # Whoever is stopped meanwhile leaves a thread behind that goes on.
        self._blobs.placed.append(self._key)
        return await self._writer.commit()
