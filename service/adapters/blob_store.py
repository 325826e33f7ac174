"""Where the bytes of documents and results live: a folder, or a bucket. Nobody else may assume a path."""

import re
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol

from pydantic import SecretStr


class BlobMissing(Exception):
    """There is no blob under this key."""


class BlobDamaged(BlobMissing):
    """There is one, but it is not what was written, or cannot be read. `reason` is for the log and for operators."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"{key}: {reason}")
        self.reason = reason


class StorageAway(OSError):
    """The store does not answer, or refuses us: no blob is at fault. Once it answers, the same can be done again.

    `advice` says what an operator may do about it, `denied` that nothing passes before one does. Its text and `reason`
    are for the log and for operators.
    """

    def __init__(self, reason: str, advice: str, *, denied: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.advice = advice
        self.denied = denied


_KEY_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,127}")
_MOST_PARTS = 5
TEMPORARY = "tmp"
"""No key begins with this name: a store may have a folder of its own there."""


def key_parts(key: str, *, fewest: int = 2) -> list[str]:
    """The names of a key, none of which can climb, be absolute or be hidden; raises ValueError for what is no key."""
    parts = key.split("/")
    fits = fewest <= len(parts) <= _MOST_PARTS and parts[0] != TEMPORARY
    if not fits or not all(_KEY_PART.fullmatch(part) for part in parts):
        raise ValueError(f"not a key: {key!r}")
    return parts


class Digest(Protocol):
    """What sums up bytes, such as hashlib's."""

    def update(self, content: bytes, /) -> None:
        """Takes the next bytes."""
        ...


class BucketSettings(Protocol):
    """How object storage is reached. What is None is taken from the usual `AWS_…` variables."""

    @property
    def storage_endpoint(self) -> str | None:
        """Where object storage is."""
        ...

    @property
    def storage_region(self) -> str | None:
        """The region of the bucket."""
        ...

    @property
    def storage_access_key_id(self) -> str | None:
        """Who signs in there."""
        ...

    @property
    def storage_secret_access_key(self) -> SecretStr | None:
        """With what."""
        ...


class BlobWriter(Protocol):
    """One blob on its way in. Nobody sees it before `commit`."""

    @property
    def size(self) -> int:
        """Bytes taken so far."""
        ...

    async def write(self, chunk: bytes) -> None:
        """Takes the next bytes.

        What it raises is an OSError, here or at the commit: ENOSPC for a full disk, StorageAway.
        """
        ...

    async def commit(self) -> int:
        """Once this returns, with its size in bytes, the blob is under its key and survives a power cut.

        Replaces an earlier one whole.
        """
        ...


class BlobStore(Protocol):
    """Blobs by key: two to five names joined by `/`, each of letters, digits and `.` `_` `-` `@`.

    A name begins with a letter or a digit. A key of another form raises ValueError, whatever is asked; so does a store
    that does not answer StorageAway.
    """

    def writer(self, key: str, digest: Digest | None = None) -> AbstractAsyncContextManager[BlobWriter]:
        """A new blob for this key; leaving without a commit leaves nothing behind.

        A digest takes, in threads, all that is written; it is complete once the blob is committed.
        """
        ...

    async def put(self, key: str, content: bytes) -> int:
        """Writes a small blob at once, durably; returns its size in bytes."""
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
