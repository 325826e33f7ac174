"""Google's client for Drive, with its uploads in pieces."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workers.engines.archive.port import CHUNK_BYTES, NewFile
from workers.engines.failures import EngineFailed
from workers.engines.google.client import Api, GoogleClient

_DRIVE = "drive"


@dataclass(frozen=True, slots=True)
class DrivePlace:
    """The folder (by its id, of a shared drive too) below which files go, and how much this process may ask.

    Without `credentials_file` (a service account's key) Google's default credentials are used. An `endpoint` that
    begins with `http://` is reached without TLS and without credentials.
    """

    folder: str
    credentials_file: Path | None = None
    endpoint: str | None = None
    requests_per_minute: int = 600
    in_flight: int = 4

    @property
    def api(self) -> Api:
        """The one that knows the files."""
        return Api(_DRIVE, "v3", "files", self.endpoint)


class DriveClient:
    """Opened at the first call; a call that is cancelled ends by itself, within its time, in its thread."""

    def __init__(self, place: DrivePlace, shown_name: str, call_seconds: float) -> None:
        def denied(detail: str) -> EngineFailed:
            return EngineFailed("archive_denied", {"engine": shown_name}, kind="fatal", detail=detail)

        self._client = GoogleClient(
            (place.api,),
            place.credentials_file,
            denied,
            in_flight=place.in_flight,
            call_seconds=call_seconds,
        )

    async def check(self) -> str | None:
        """As GoogleClient says."""
        return await self._client.check()

    async def asked(self, make: Callable[[Any], Any]) -> Any:
        """The answer to the request that `make` makes of the collection of files."""
        return await self._client.asked(_DRIVE, make)

    async def upload(self, body: dict[str, Any], file: NewFile, fields: str) -> Any:
        """The request for an upload, to be advanced by `next_chunk`."""
        await self._client.open()
        return await self._client.run(lambda: self._upload(body, file, fields))

    async def next_chunk(self, request: Any) -> tuple[int, Any]:
        """Sends the next bytes, from where the last were cut off: how many are there, and in the end the file."""
        status, answer = await self._client.run(lambda: request.next_chunk(http=self._client.http(_DRIVE)))
        return (0 if status is None else status.resumable_progress), answer

    def close(self) -> None:
        """Waits for nothing."""
        self._client.close()

    def _upload(self, body: dict[str, Any], file: NewFile, fields: str) -> Any:
        from googleapiclient.http import MediaFileUpload, MediaIoBaseUpload

        how: dict[str, Any] = {"mimetype": file.media_type, "chunksize": CHUNK_BYTES, "resumable": True}
        if isinstance(file.content, bytes):
            media = MediaIoBaseUpload(io.BytesIO(file.content), **how)
        else:
            media = MediaFileUpload(str(file.content), **how)
        files = self._client.collection(_DRIVE)
        return files.create(body=body, media_body=media, fields=fields, supportsAllDrives=True)
