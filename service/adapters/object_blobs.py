"""Blobs as objects of a bucket, under a prefix of Headway's own."""

import asyncio
import hashlib
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from service.adapters.blob_store import (
    BlobDamaged,
    BlobMissing,
    BlobWriter,
    BucketSettings,
    Digest,
    key_parts,
)
from service.adapters.bucket import BucketPlace, ObjectChanged, ObjectMissing, reaching
from service.adapters.local_copies import Copy, LocalCopies
from service.adapters.object_writer import PART_BYTES, ObjectWriter

if TYPE_CHECKING:
    from obstore import GetOptions, ObjectMeta

_CHUNK = 2 * 1024 * 1024
_AT_ONCE = 1000
TRUSTED_SECONDS = 600.0
"""So long an object that was found well, and that nobody has written since, is not read again to be compared."""
_MOST_TRUSTED = 1000


class CopySettings(BucketSettings, Protocol):
    """A bucket's, and those of local copies."""

    @property
    def storage_copy_bytes(self) -> int:
        """Most bytes of copies that a process keeps."""
        ...


def open_bucket(settings: CopySettings, url: str, copies: Path) -> "ObjectBlobs":
    """The store in the bucket at this URL, with local copies in that folder. The bucket is asked nothing yet."""
    return ObjectBlobs(BucketPlace.of(settings, url), LocalCopies(copies, settings.storage_copy_bytes))


class ObjectBlobs:
    """The blob store of many machines. An object is there whole or not at all, and all see it at once."""

    def __init__(self, place: BucketPlace, copies: LocalCopies) -> None:
        self._store = place.open()
        self._copies = copies
        self._trusted: dict[str, tuple[str, str, float]] = {}

    def writer(self, key: str, digest: Digest | None = None) -> AbstractAsyncContextManager[BlobWriter]:
        """A new blob for this key; leaving without a commit leaves nothing behind."""
        return self._writer(_name(key), digest)

    @asynccontextmanager
    async def _writer(self, name: str, digest: Digest | None) -> AsyncGenerator[BlobWriter, None]:
        one = ObjectWriter(self._store, name, digest)
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
        with _missing_as(key), reaching():
            found = await self._store.get_async(_name(key))
            return bytes(await found.bytes_async())

    async def chunks(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The bytes from `start` up to `end`, piece by piece; raises BlobMissing at the first piece.

        Each piece is asked for when it is wanted: a slow reader holds no connection, and none of them lasts long.
        """
        found = await self._head(key)
        end = found["size"] if end is None else min(end, found["size"])
        for at in range(start, end, _CHUNK):
            yield await self._range(key, found, at, min(at + _CHUNK, end))

    async def size(self, key: str) -> int | None:
        """Bytes of a blob, or None when there is none."""
        try:
            return (await self._head(key))["size"]
        except BlobMissing:
            return None

    async def verify(self, key: str, size: int | None, sha256: str | None = None) -> None:
        """Raises BlobMissing, and BlobDamaged where the size is another or, given the SHA-256 in hex, the content.

        What is fetched to be compared stays for `local_copy`. Repeating it costs one small request.
        """
        found = await self._head(key, sure=True)
        if size is not None and found["size"] != size:
            raise BlobDamaged(key, f"has {found['size']} bytes instead of {size}")
        if sha256 is None or self._is_trusted(key, found, sha256):
            return
        async with self._copy(key, found) as copy:
            if copy.sha256 != sha256:
                raise BlobDamaged(key, "has another SHA-256 than what was uploaded")
        if len(self._trusted) >= _MOST_TRUSTED:
            self._trusted.clear()
        self._trusted[key] = (_version(found), sha256, time.monotonic())

    async def delete(self, key: str) -> None:
        """Removes a blob; a missing one is no error."""
        await self._delete([_name(key)])

    async def delete_tree(self, prefix: str) -> None:
        """Removes the blob of this key and all blobs whose keys begin with these names."""
        name = _name(prefix, fewest=1)
        names = [name] if "/" in name else []
        async for each in self._objects(name):
            names.append(each["path"])
            if len(names) >= _AT_ONCE:
                await self._delete(names)
                names = []
        if names:
            await self._delete(names)

    async def keys(self, older_than: float) -> AsyncIterator[str]:
        """The keys of all blobs written more than so many seconds ago, in no order; what is no key is not ours."""
        before = time.time() - older_than
        async for each in self._objects(None):
            if each["last_modified"].timestamp() < before and _is_key(each["path"]):
                yield each["path"]

    @asynccontextmanager
    async def local_copy(self, key: str) -> AsyncGenerator[Path, None]:
        """A file with the blob's bytes, fetched if no step has read it lately."""
        async with self._copy(key, await self._head(key)) as copy:
            yield copy.path

    async def free_bytes(self) -> int | None:
        """A bucket is never full."""
        return None

    async def close(self) -> None:
        """Removes the copies."""
        await self._copies.close()

    def _is_trusted(self, key: str, found: "ObjectMeta", sha256: str) -> bool:
        version, trusted, at = self._trusted.get(key, ("", "", 0.0))
        same = (version, trusted) == (_version(found), sha256)
        return same and time.monotonic() - at < TRUSTED_SECONDS

    def _copy(self, key: str, found: "ObjectMeta") -> AbstractAsyncContextManager[Copy]:
        async def fetch(path: Path) -> str:
            sum_of_all = hashlib.sha256()
            with path.open("xb", buffering=0) as file:
                for at in range(0, found["size"], PART_BYTES):
                    piece = await self._range(key, found, at, min(at + PART_BYTES, found["size"]))
                    await asyncio.to_thread(file.write, piece)
                    await asyncio.to_thread(sum_of_all.update, piece)
            return sum_of_all.hexdigest()

        return self._copies.of(f"{key} {_version(found)}", found["size"], fetch)

    async def _range(self, key: str, found: "ObjectMeta", start: int, end: int) -> bytes:
        """These bytes of the very object that was found."""
        try:
            with _missing_as(key), reaching():
                options: GetOptions = {"range": (start, end), "if_match": found["e_tag"]}
                piece = await self._store.get_async(_name(key), options=options)
                return bytes(await piece.bytes_async())
        except ObjectChanged as error:
            raise BlobDamaged(key, "was written anew while it was read") from error

    async def _head(self, key: str, *, sure: bool = False) -> "ObjectMeta":
        """What is known of a blob; raises BlobMissing, where `sure` only if there is a bucket at all."""
        name = _name(key)
        try:
            with _missing_as(key), reaching():
                return await self._store.head_async(name)
        except BlobMissing:
            if sure:
                # The answer to this question says no more than that there is nothing.
                with reaching():
                    await anext(aiter(self._store.list(name, chunk_size=1)), None)
            raise

    async def _delete(self, names: list[str]) -> None:
        with suppress(ObjectMissing), reaching():
            await self._store.delete_async(names)

    async def _objects(self, prefix: str | None) -> AsyncIterator["ObjectMeta"]:
        listed = aiter(self._store.list(prefix, chunk_size=_AT_ONCE))
        while True:
            with reaching():
                batch = await anext(listed, None)
            if batch is None:
                return
            for each in batch:
                yield each


def _name(key: str, *, fewest: int = 2) -> str:
    """The only place where a key becomes an object's name."""
    return "/".join(key_parts(key, fewest=fewest))


def _is_key(name: str) -> bool:
    try:
        return bool(key_parts(name))
    except ValueError:
        return False


def _version(found: "ObjectMeta") -> str:
    """Another after every write."""
    return f"{found['e_tag']} {found['version']} {found['last_modified'].timestamp()} {found['size']}"


class _missing_as:  # noqa: N801 - it reads as the `with` that it is
    """Turns a missing object into BlobMissing."""

    def __init__(self, key: str) -> None:
        self._key = key

    def __enter__(self) -> None:
        return None

    def __exit__(self, _type: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, ObjectMissing):
            raise BlobMissing(self._key) from None
