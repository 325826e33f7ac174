"""What went wrong with a request to Gemini, as failures with a kind."""

import re
from typing import Any, cast

from workers.engines.failures import EngineFailureKind
from workers.engines.persistence import Trouble

_LONGEST_WAIT_SECONDS = 24 * 3600.0
_DETAIL_CHARACTERS = 500
_SECONDS = re.compile(r"([0-9]{1,7}(?:\.[0-9]{1,9})?)s?")


def trouble_of(error: Exception) -> Trouble | None:
    """None for what is no failure of the service or the way to it."""
    import httpx
    from google.auth.exceptions import GoogleAuthError, TransportError
    from google.genai.errors import APIError

    detail = f"{type(error).__name__}: {error}"[:_DETAIL_CHARACTERS]
    match error:
        case APIError():
            return _of_status(error, detail)
        case TransportError():
            return Trouble("language_busy", "transient", detail, sure=True)
        case GoogleAuthError():
            return Trouble("language_denied", "fatal", detail)
        case TimeoutError() | httpx.ReadTimeout() | httpx.WriteTimeout():
            return Trouble("language_timed_out", "transient", detail, timed_out=True)
        case httpx.ConnectError() | httpx.ConnectTimeout():
            return Trouble("language_busy", "transient", detail, sure=True)
        case httpx.TransportError():
            return Trouble("language_busy", "transient", detail)
        case _:
            return None


_BY_CODE: dict[int, tuple[str, EngineFailureKind]] = {
    400: ("language_refused", "usage"),
    413: ("language_refused", "usage"),
    401: ("language_denied", "fatal"),
    403: ("language_denied", "fatal"),
    404: ("language_denied", "fatal"),
    501: ("language_denied", "fatal"),
    408: ("language_timed_out", "transient"),
    504: ("language_timed_out", "transient"),
    429: ("language_quota", "transient"),
}
_NEVER_THE_REQUEST = frozenset({429, 502, 503})
# What is told as a bad request, yet an operator's to mend: no billing, a wrong region, a key that is none.
_OPERATORS = frozenset({"FAILED_PRECONDITION"})
_BAD_KEYS = frozenset({"API_KEY_INVALID", "API_KEY_EXPIRED", "API_KEY_SERVICE_BLOCKED"})


def _of_status(error: Any, detail: str) -> Trouble:
    details = _details(error.details)
    code, kind = _BY_CODE.get(error.code, ("language_busy", "transient"))
    is_bad_key = any(each.get("reason") in _BAD_KEYS for each in details)
    if error.code == 400 and (error.status in _OPERATORS or is_bad_key):
        code, kind = "language_denied", "fatal"
    elif 400 <= error.code < 500 and error.code not in _BY_CODE:
        code, kind = "language_refused", "usage"
    return Trouble(
        code,
        kind,
        detail,
        _retry_after(details),
        sure=error.code in _NEVER_THE_REQUEST,
        timed_out=code == "language_timed_out",
    )


def _details(told: object) -> list[dict[str, Any]]:
    """The details of Google's error model, as far as the answer has that form."""
    inner: object = cast("dict[str, object]", told).get("error") if isinstance(told, dict) else None
    each: object = cast("dict[str, object]", inner).get("details") if isinstance(inner, dict) else None
    if not isinstance(each, list):
        return []
    return [cast("dict[str, Any]", one) for one in cast("list[object]", each) if isinstance(one, dict)]


def _retry_after(details: list[dict[str, Any]]) -> float | None:
    for each in details:
        if str(each.get("@type", "")).endswith("google.rpc.RetryInfo"):
            seconds = _SECONDS.fullmatch(str(each.get("retryDelay", "")))
            if seconds is not None:
                return min(float(seconds.group(1)), _LONGEST_WAIT_SECONDS)
    return None
