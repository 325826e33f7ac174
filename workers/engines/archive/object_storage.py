"""An archive in a bucket of object storage."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Sequence

from obstore.exceptions import AlreadyExistsError
from obstore.store import S3Store

from service.adapters.blob_store import StorageAway
from service.adapters.bucket import BucketPlace, ObjectMissing, reaching
from workers.engines.archive.names import numbered, safe_name
from workers.engines.archive.port import (
    CHUNK_BYTES,
    Archived,
    ArchivedFile,
    NewFile,
    Progress,
    Sent,
    side_by_side,
)
from workers.engines.failures import EngineAway, EngineFailed

ENGINE = "object_storage"
_OWNER = "headway-key"
_CLAIMS = ".headway"
_MOST_OF_A_NAME = 10_000
_AT_ONCE = 2
_PATIENCE_SECONDS = 5.0


class BucketArchive:
    """A name is claimed before its file goes up, by a small object that only one can make: so nobody is written over.

    The claim holds the key: who tries again finds its own. The file carries it, too, as metadata.
    """

    name = ENGINE
    shown_name = "Object storage"

    def __init__(self, place: BucketPlace) -> None:
        self._place = place
        self._store = place.open()

    async def place(
        self, key: str, folder: Sequence[str], files: Sequence[NewFile], progress: Progress | None = None
    ) -> Archived:
        """See ArchiveEngine."""
        sent = Sent([await asyncio.to_thread(each.size) for each in files], progress)
        where = [safe_name(each) for each in folder]
        try:
            # The names in their order, the bytes at the same time.
            names = [
                await self._claimed(where, safe_name(each.name), f"{key}:{number}")
                for number, each in enumerate(files)
            ]
            await side_by_side(
                *(
                    self._upload(name, each, f"{key}:{number}", number, sent)
                    for number, (name, each) in enumerate(zip(names, files, strict=True))
                )
            )
        except StorageAway as away:
            raise self._failure(away) from away
        return Archived(self.name, tuple(self._archived(name) for name in names))

    async def check(self) -> str | None:
        """See ArchiveEngine. Asks nothing of the service."""
        return None

    async def close(self) -> None:
        """Nothing is held."""

    async def _claimed(self, folder: list[str], name: str, owner: str) -> str:
        for number in range(1, _MOST_OF_A_NAME):
            candidate = "/".join([*folder, numbered(name, number)])
            claim = f"{_CLAIMS}/{hashlib.sha256(candidate.encode()).hexdigest()}"
            with reaching():
                try:
                    await self._store.put_async(claim, owner.encode(), mode="create")
                except AlreadyExistsError:
                    found = await self._store.get_async(claim)
                    if bytes(await found.bytes_async()).decode() == owner:
                        return candidate
                    continue
            # A file that somebody else put there is not ours to replace.
            if await self._owner(candidate) in (None, owner):
                return candidate
        raise EngineFailed("archive_refused", {"engine": self.shown_name}, kind="usage", detail=name)

    async def _owner(self, name: str) -> str | None:
        """The key that the object carries, "" for none; None where there is no such object."""
        try:
            with reaching():
                found = await self._store.get_async(name, options={"head": True})
        except ObjectMissing:
            return None
        return str(found.attributes.get(_OWNER, ""))

    async def _upload(self, name: str, file: NewFile, owner: str, number: int, sent: Sent) -> None:
        size = await asyncio.to_thread(file.size)
        if await self._owner(name) != owner:
            with reaching():
                await _put(self._store, name, file, owner, lambda count: sent.of(number, count))
        sent.of(number, size)

    def _archived(self, name: str) -> ArchivedFile:
        whole = f"{self._place.prefix}/{name}" if self._place.prefix else name
        return ArchivedFile(name.rpartition("/")[2], whole, f"s3://{self._place.bucket}/{whole}")

    def _failure(self, error: StorageAway) -> EngineFailed:
        params = {"engine": self.shown_name}
        detail = f"{error.reason} {error.advice}"
        if error.denied:
            return EngineFailed("archive_denied", params, kind="fatal", detail=detail)
        return EngineAway(self, "archive_busy", params, sure=True, detail=detail)


async def _put(store: S3Store, name: str, file: NewFile, owner: str, tell: Callable[[int], None]) -> None:
    """The file as one object that nobody sees before its end; `tell` is called with the bytes that are on their way.

    The client gives parts back only when it is told of an error by its source: so that is what ends a cancelled upload.
    """
    left = asyncio.Event()

    async def source() -> AsyncIterator[bytes]:
        done = 0
        async for chunk in _chunks(file):
            if left.is_set():
                raise _Left
            yield chunk
            done += len(chunk)
            tell(done)

    async def put() -> None:
        attributes = {"Content-Type": file.media_type, _OWNER: owner}
        if await asyncio.to_thread(file.size) <= CHUNK_BYTES:
            content = b"".join([chunk async for chunk in _chunks(file)])
            await store.put_async(name, content, attributes=attributes, use_multipart=False)
            return
        await store.put_async(
            name, source(), attributes=attributes, chunk_size=CHUNK_BYTES, max_concurrency=_AT_ONCE
        )

    task = asyncio.create_task(put())
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        left.set()
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        await asyncio.wait({task}, timeout=_PATIENCE_SECONDS)
        raise


class _Left(Exception):
    """Nobody waits for it any more."""


async def _chunks(file: NewFile) -> AsyncIterator[bytes]:
    if isinstance(file.content, bytes):
        for at in range(0, len(file.content), CHUNK_BYTES):
            yield file.content[at : at + CHUNK_BYTES]
        return
    source = await asyncio.to_thread(file.content.open, "rb")
    with source:
        while chunk := await asyncio.to_thread(source.read, CHUNK_BYTES):
            yield chunk
