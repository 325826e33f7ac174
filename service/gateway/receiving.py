"""One file on its way in: written, hashed and looked at while it streams, and refused as soon as that is known."""

import errno
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

import structlog

from service.adapters.blob_store import BlobStore, BlobWriter, StorageAway
from service.adapters.clamd import ScannerAway
from service.domain.document import EXTENSIONS, Kind
from service.domain.pipeline import PipelineSpec
from service.domain.sniff import HEAD_BYTES, sniff
from service.protocol.problems import refused

_log = structlog.get_logger()
_LOOK_AT_DISK_EACH = 16 * 1024 * 1024
_SCANNER_SECONDS = 30


@dataclass(frozen=True)
class Limits:
    """What the settings allow: bytes a file, files a request, and the disk space in bytes that must stay free."""

    file_bytes: int
    files_per_request: int
    free_disk_bytes: int


class Scanner(Protocol):
    """Looks for viruses."""

    async def scan(self, content: AsyncIterator[bytes]) -> str | None:
        """The name of what was found, or None; raises ScannerAway."""
        ...


@dataclass(frozen=True)
class Scanning:
    """Who looks at files before they are accepted, and whether files are accepted that could not be looked at."""

    scanner: Scanner
    accepts_unseen: bool


@dataclass(frozen=True)
class Received:
    """A file whose blob is durable. `unseen`: there is a virus scanner, and it could not look at it."""

    kind: Kind
    size: int
    sha256: str
    unseen: bool = False


class Receiving:
    """Takes files for a pipeline, within limits."""

    def __init__(self, blobs: BlobStore, limits: Limits, scanning: Scanning | None = None) -> None:
        self._blobs = blobs
        self._limits = limits
        self._scanning = scanning

    async def receive(
        self, pieces: AsyncIterator[bytes], name: str, key: str, spec: PipelineSpec
    ) -> Received:
        """Stores the file under the key.

        Raises Refused with the file's problem as soon as it shows; then nothing is left of the file, and the pieces
        that are still to come are the caller's to drop.
        """
        await self.check_room()
        digest = hashlib.sha256()
        try:
            async with self._blobs.writer(key, digest) as writer:
                kind = await self._take(pieces, name, spec, writer)
                size = await writer.commit()
        except StorageAway as away:
            _log.error("storage_away", reason=away.reason, advice=away.advice)
            raise
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise refused(507, "disk_full") from error
            raise
        try:
            return Received(kind, size, digest.hexdigest(), unseen=not await self._seen(key))
        except BaseException:
            await self._blobs.delete(key)
            raise

    async def _seen(self, key: str) -> bool:
        """Whether the scanner, if there is one, has looked at the blob; raises Refused for what it found."""
        if self._scanning is None:
            return True
        try:
            found = await self._scanning.scanner.scan(self._blobs.chunks(key))
        except ScannerAway as away:
            _log.warning("scanner_away", reason=str(away), accepted=self._scanning.accepts_unseen)
            if self._scanning.accepts_unseen:
                return False
            raise refused(503, "scanner_away", seconds=_SCANNER_SECONDS) from away
        if found is not None:
            raise refused(422, "malware_found", name=found)
        return True

    async def check_room(self) -> None:
        """Raises Refused when less disk is free than must stay so."""
        free = await self._blobs.free_bytes()
        if free is not None and free < self._limits.free_disk_bytes:
            raise refused(507, "disk_full")

    async def _take(
        self, pieces: AsyncIterator[bytes], name: str, spec: PipelineSpec, writer: BlobWriter
    ) -> Kind:
        head = bytearray()
        kind: Kind | None = None
        next_look = _LOOK_AT_DISK_EACH
        async for piece in pieces:
            if writer.size + len(piece) > self._limits.file_bytes:
                raise refused(413, "file_too_large", limit=self._limits.file_bytes)
            if kind is None:
                head += piece[: HEAD_BYTES - len(head)]
                if len(head) >= HEAD_BYTES:
                    kind = kind_for(spec, bytes(head), name)
            await writer.write(piece)
            if writer.size >= next_look:
                next_look += _LOOK_AT_DISK_EACH
                await self.check_room()
        if not writer.size:
            raise refused(422, "empty_file")
        return kind or kind_for(spec, bytes(head), name)


def kind_for(spec: PipelineSpec, head: bytes, name: str) -> Kind:
    """What the content is; raises Refused when nobody can read it, or not this pipeline."""
    kind = sniff(head, name)
    if kind is None:
        raise refused(415, "unsupported_type", accepted=", ".join(accepted_extensions(spec)))
    if kind not in spec.accepts:
        raise refused(
            415,
            "not_for_pipeline",
            pipeline=spec.name,
            kind=str(kind),
            accepted=", ".join(accepted_extensions(spec)),
        )
    return kind


def accepted_extensions(spec: PipelineSpec) -> list[str]:
    """The endings of file names that a pipeline takes, with their dots."""
    return [ending for ending, kind in EXTENSIONS.items() if kind in spec.accepts]
