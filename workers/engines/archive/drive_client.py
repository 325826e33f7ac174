"""Google's client for Drive, which blocks: its calls run in threads, each of which has connections of its own."""

import asyncio
import io
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import orjson

from workers.engines.archive.port import CHUNK_BYTES, NewFile
from workers.engines.failures import EngineFailed

T = TypeVar("T")

_PLAIN = "http://"
_SCOPES = ("https://www.googleapis.com/auth/drive",)


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


class DriveClient:
    """Opened at the first call; a call that is cancelled ends by itself, within its time, in its thread."""

    def __init__(self, place: DrivePlace, shown_name: str, call_seconds: float) -> None:
        self._place = place
        self._shown_name = shown_name
        self._call_seconds = call_seconds
        self._threads = ThreadPoolExecutor(place.in_flight, thread_name_prefix="drive")
        self._of_thread = threading.local()
        self._opening = asyncio.Lock()
        self._credentials: Any = None
        self._files: Any = None

    async def open(self) -> None:
        """Loads the client and the credentials; asks nothing of the service. Raises EngineFailed."""
        async with self._opening:
            if self._files is None:
                await self._run(self._open)

    async def asked(self, make: Callable[[Any], Any]) -> Any:
        """The answer to the request that `make` makes of the collection of files."""
        await self.open()
        return await self._run(lambda: make(self._files).execute(http=self._http()))

    async def upload(self, body: dict[str, Any], file: NewFile, fields: str) -> Any:
        """The request for an upload, to be advanced by `next_chunk`."""
        await self.open()
        return await self._run(lambda: self._upload(body, file, fields))

    async def next_chunk(self, request: Any) -> tuple[int, Any]:
        """Sends the next bytes, from where the last were cut off: how many are there, and in the end the file."""
        status, answer = await self._run(lambda: request.next_chunk(http=self._http()))
        return (0 if status is None else status.resumable_progress), answer

    def close(self) -> None:
        """Waits for nothing."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _run(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)

    def _open(self) -> None:
        from googleapiclient import discovery, discovery_cache

        self._credentials = self._load_credentials()
        described = orjson.loads(discovery_cache.get_static_doc("drive", "v3") or b"{}")
        if self._place.endpoint is not None:
            # Both, since uploads have addresses of their own.
            described["rootUrl"] = f"{self._place.endpoint.rstrip('/')}/"
            described["baseUrl"] = f"{described['rootUrl']}{described['servicePath']}"
            described.pop("mtlsRootUrl", None)
        self._files = discovery.build_from_document(described, http=self._http()).files()

    def _load_credentials(self) -> Any:
        import google.auth
        from google.auth.exceptions import GoogleAuthError
        from google.oauth2 import service_account

        place = self._place
        if place.endpoint is not None and place.endpoint.startswith(_PLAIN):
            return None
        try:
            if place.credentials_file is not None:
                path = str(place.credentials_file)
                return service_account.Credentials.from_service_account_file(path, scopes=_SCOPES)
            return google.auth.default(scopes=_SCOPES)[0]
        except (GoogleAuthError, OSError, ValueError) as error:
            params = {"engine": self._shown_name}
            raise EngineFailed(
                "archive_denied", params, kind="fatal", detail=f"credentials: {error}"
            ) from error

    def _http(self) -> Any:
        """This thread's connections: the library's may be used by one at a time."""
        import google_auth_httplib2
        import httplib2

        found = getattr(self._of_thread, "http", None)
        if found is None:
            found = httplib2.Http(timeout=self._call_seconds)
            # 308 says of an upload how far it is, and redirects nowhere.
            found.redirect_codes = found.redirect_codes - {308}
            if self._credentials is not None:
                found = google_auth_httplib2.AuthorizedHttp(self._credentials, http=found)
            self._of_thread.http = found
        return found

    def _upload(self, body: dict[str, Any], file: NewFile, fields: str) -> Any:
        from googleapiclient.http import MediaFileUpload, MediaIoBaseUpload

        how: dict[str, Any] = {"mimetype": file.media_type, "chunksize": CHUNK_BYTES, "resumable": True}
        if isinstance(file.content, bytes):
            media = MediaIoBaseUpload(io.BytesIO(file.content), **how)
        else:
            media = MediaFileUpload(str(file.content), **how)
        return self._files.create(body=body, media_body=media, fields=fields, supportsAllDrives=True)
