"""What went wrong with a request to Google Drive, as failures with a kind."""

import http.client
import socket
import ssl
from typing import Any

import orjson

from workers.engines.failures import EngineFailureKind
from workers.engines.persistence import Trouble

_RATES = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "sharingRateLimitExceeded"})
_FULL = frozenset({"storageQuotaExceeded", "teamDriveFileLimitExceeded", "numChildrenInNonRootLimitExceeded"})
_BROKEN = (ConnectionError, http.client.HTTPException, socket.gaierror, ssl.SSLError)


def trouble_of(error: Exception) -> Trouble | None:
    """None for what is no failure of the service or the way to it."""
    import httplib2
    from google.auth.exceptions import GoogleAuthError, TransportError
    from googleapiclient.errors import HttpError

    detail = f"{type(error).__name__}: {error}"
    if isinstance(error, HttpError):
        return _of_status(error, detail)
    if isinstance(error, TimeoutError):
        return Trouble("archive_timed_out", "transient", detail, timed_out=True)
    if isinstance(error, GoogleAuthError):
        passing = isinstance(error, TransportError) or bool(getattr(error, "retryable", False))
        kind: EngineFailureKind = "transient" if passing else "fatal"
        return Trouble("archive_busy" if passing else "archive_denied", kind, detail, sure=passing)
    if isinstance(error, (*_BROKEN, httplib2.HttpLib2Error)):
        return Trouble("archive_busy", "transient", detail, sure=True)
    return None


def status_of(error: BaseException) -> int | None:
    """The HTTP status that the service answered with."""
    return getattr(getattr(error, "resp", None), "status", None)


def _of_status(error: Any, detail: str) -> Trouble:
    status, reason = int(error.resp.status), _reason(error.content)
    after = _retry_after(error.resp.get("retry-after"))
    if status == 429 or (status == 403 and reason in _RATES):
        return Trouble("archive_quota", "transient", detail, after, sure=True)
    if status == 403 and reason in _FULL:
        return Trouble("archive_full", "fatal", detail)
    if status in (401, 403):
        return Trouble("archive_denied", "fatal", detail)
    if status in (404, 410):
        return Trouble("archive_folder_missing", "fatal", detail)
    if status >= 500 or status == 408:
        return Trouble("archive_busy", "transient", detail, after, sure=status in (502, 503))
    return Trouble("archive_refused", "usage", detail)


def _reason(content: bytes) -> str:
    """As in `{"error": {"errors": [{"reason": …}]}}`; a proxy may answer with anything."""
    try:
        return str(orjson.loads(content)["error"]["errors"][0]["reason"])
    except (orjson.JSONDecodeError, LookupError, TypeError):
        return ""


def _retry_after(said: str | None) -> float | None:
    return float(said) if said is not None and said.isdecimal() else None
