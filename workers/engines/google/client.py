"""Google's client for its web APIs, which blocks: calls run in threads, each of which has its own connections."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import orjson

from workers.engines.failures import EngineFailed

T = TypeVar("T")

_PLAIN = "http://"
_SCOPES = ("https://www.googleapis.com/auth/drive",)
"""Spreadsheets are files in Drive: who may change those may write into them."""


@dataclass(frozen=True, slots=True)
class Api:
    """One of Google's, by name and version, and the collection of it that is asked.

    An `endpoint` other than Google's that begins with `http://` is reached without TLS and without credentials.
    """

    name: str
    version: str
    collection: str
    endpoint: str | None = None

    @property
    def is_plain(self) -> bool:
        """Whether it is asked without credentials."""
        return self.endpoint is not None and self.endpoint.startswith(_PLAIN)


class GoogleClient:
    """Opened at the first call; a call that is cancelled ends by itself, within its time, in its thread.

    Without `credentials_file` (a service account's key) Google's default credentials are used; `denied` makes the
    failure of those that cannot be, from what was wrong.
    """

    def __init__(
        self,
        apis: Sequence[Api],
        credentials_file: Path | None,
        denied: Callable[[str], EngineFailed],
        *,
        in_flight: int,
        call_seconds: float,
    ) -> None:
        self._apis = {each.name: each for each in apis}
        self._credentials_file = credentials_file
        self._denied = denied
        self._call_seconds = call_seconds
        self._threads = ThreadPoolExecutor(in_flight, thread_name_prefix="google")
        self._of_thread = threading.local()
        self._opening = asyncio.Lock()
        self._credentials: Any = None
        self._collections: dict[str, Any] = {}

    async def open(self) -> None:
        """Loads the client and the credentials; asks nothing of the service. Raises EngineFailed."""
        async with self._opening:
            if not self._collections:
                await self.run(self._open)

    async def check(self) -> str | None:
        """None when it can be opened, else the reason, for operators. Asks nothing of the service."""
        try:
            await self.open()
        except EngineFailed as failed:
            return failed.detail
        return None

    async def asked(self, api: str, make: Callable[[Any], Any]) -> Any:
        """The answer to the request that `make` makes of the API's collection."""
        await self.open()
        return await self.run(lambda: make(self._collections[api]).execute(http=self.http(api)))

    def collection(self, api: str) -> Any:
        """What requests are made of; the client is open."""
        return self._collections[api]

    def http(self, api: str) -> Any:
        """This thread's connections for the API: the library's may be used by one at a time."""
        import google_auth_httplib2
        import httplib2

        found: dict[str, Any] = self._of_thread.__dict__.setdefault("connections", {})
        if api not in found:
            http = httplib2.Http(timeout=self._call_seconds)
            # 308 says of an upload how far it is, and redirects nowhere.
            http.redirect_codes = http.redirect_codes - {308}
            is_plain = self._apis[api].is_plain
            found[api] = (
                http if is_plain else google_auth_httplib2.AuthorizedHttp(self._credentials, http=http)
            )
        return found[api]

    async def run(self, call: Callable[[], T]) -> T:
        """What the call returns, which may block."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)

    def close(self) -> None:
        """Waits for nothing."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _open(self) -> None:
        if not all(each.is_plain for each in self._apis.values()):
            self._credentials = self._load_credentials()
        self._collections = {name: self._built(each) for name, each in self._apis.items()}

    def _built(self, api: Api) -> Any:
        from googleapiclient import discovery, discovery_cache

        described = orjson.loads(discovery_cache.get_static_doc(api.name, api.version) or b"{}")
        if api.endpoint is not None:
            # Both, since uploads have addresses of their own.
            described["rootUrl"] = f"{api.endpoint.rstrip('/')}/"
            described["baseUrl"] = f"{described['rootUrl']}{described['servicePath']}"
            described.pop("mtlsRootUrl", None)
        built = discovery.build_from_document(described, http=self.http(api.name))
        return getattr(built, api.collection)()

    def _load_credentials(self) -> Any:
        import google.auth
        from google.auth.exceptions import GoogleAuthError
        from google.oauth2 import service_account

        try:
            if self._credentials_file is not None:
                path = str(self._credentials_file)
                return service_account.Credentials.from_service_account_file(path, scopes=_SCOPES)
            return google.auth.default(scopes=_SCOPES)[0]
        except (GoogleAuthError, OSError, ValueError) as error:
            raise self._denied(f"credentials: {error}") from error
