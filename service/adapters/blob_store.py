"""Where the bytes of documents and results live. A folder is the first engine; nobody else may assume a path."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


class BlobMissing(Exception):
    """There is no blob under this key."""


class BlobDamaged(BlobMissing):
    """There is one, but it is not what was written, or cannot be read. `reason` is for the log and for operators."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"{key}: {reason}")
        self.reason = reason


@dataclass(frozen=True)
class Stored:
    """What was written: its size in bytes and its SHA-256 in hex."""

    size: int
    sha256: str


class BlobWriter(Protocol):
    """One blob on its way in. Nobody sees it before `commit`."""

    @property
    def size(self) -> int:
        """Bytes taken so far."""
        ...

    async def write(self, chunk: bytes) -> None:
        """Takes the next bytes; what it raises for a full disk is an OSError, here or at the commit."""
        ...

    async def commit(self, key: str) -> Stored:
        """Once this returns, the blob is under its key and survives a power cut. Replaces an earlier one whole."""
        ...


class BlobStore(Protocol):
    """Blobs by key: two to five names joined by `/`, each of letters, digits and `.` `_` `-` `@`.

    A name begins with a letter or a digit. A key of another form raises ValueError, whatever is asked.
    """

    def writer(self) -> AbstractAsyncContextManager[BlobWriter]:
        """A new blob; leaving without a commit leaves nothing behind."""
        ...

    async def put(self, key: str, content: bytes) -> Stored:
        """Writes a small blob at once, durably."""
        ...

    async def read(self, key: str) -> bytes:
        """All of a small blob; raises BlobMissing."""
        ...

    def chunks(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The bytes from `start` up to `end`, piece by piece; raises BlobMissing at the first piece."""
        ...

    async def size(self, key: str) -> int | None:
        """Bytes of a blob, or None when there is none."""
        ...

    async def verify(self, key: str, size: int | None, sha256: str | None = None) -> None:
        """Raises BlobMissing, and BlobDamaged where the size is another or, given the SHA-256 in hex, the content.

        What has not been touched since it was found well lately need not be read again.
        """
        ...

    async def delete(self, key: str) -> None:
        """Removes a blob; a missing one is no error."""
        ...

    async def delete_tree(self, prefix: str) -> None:
        """Removes the blob of this key and all blobs whose keys begin with these names."""
        ...

    def keys(self, older_than: float) -> AsyncIterator[str]:
        """The keys of all blobs written more than so many seconds ago, in no order."""
        ...

    def local_copy(self, key: str) -> AbstractAsyncContextManager[Path]:
        """A file with the blob's bytes, to be read only, and only inside the `with`; raises BlobMissing."""
        ...

    async def free_bytes(self) -> int | None:
        """Room that is left, or None where there is no such limit."""
        ...

    async def close(self) -> None:
        """Lets go of what the store holds."""
        ...
