"""What went wrong with a request to Document AI, as failures with a kind."""

from typing import Any

from workers.engines.failures import EngineFailureKind
from workers.engines.persistence import Trouble


def trouble_of(error: Exception) -> Trouble | None:
    """None for what is no failure of the service or the way to it."""
    from google.api_core import exceptions
    from google.auth.exceptions import GoogleAuthError, TransportError

    detail = f"{type(error).__name__}: {error}"
    if isinstance(error, GoogleAuthError):
        passing = isinstance(error, TransportError)
        kind: EngineFailureKind = "transient" if passing else "fatal"
        return Trouble("ocr_busy" if passing else "ocr_denied", kind, detail, sure=passing)
    if not isinstance(error, exceptions.GoogleAPICallError):
        return None
    # By status, since classes are related by HTTP codes: PERMISSION_DENIED and others share one.
    status = getattr(error.grpc_status_code, "name", "")
    code, kind = _BY_STATUS.get(status, _OTHERWISE)
    return Trouble(
        code,
        kind,
        detail,
        _retry_after(error),
        sure=status in _NEVER_THE_REQUEST,
        timed_out=code == "ocr_timed_out",
    )


_BY_STATUS: dict[str, tuple[str, EngineFailureKind]] = {
    "RESOURCE_EXHAUSTED": ("ocr_quota", "transient"),
    "DEADLINE_EXCEEDED": ("ocr_timed_out", "transient"),
    "INVALID_ARGUMENT": ("ocr_refused", "usage"),
    "OUT_OF_RANGE": ("ocr_refused", "usage"),
    "PERMISSION_DENIED": ("ocr_denied", "fatal"),
    "UNAUTHENTICATED": ("ocr_denied", "fatal"),
    "NOT_FOUND": ("ocr_denied", "fatal"),
    "FAILED_PRECONDITION": ("ocr_denied", "fatal"),
    "UNIMPLEMENTED": ("ocr_denied", "fatal"),
}
# UNAVAILABLE, INTERNAL, ABORTED, UNKNOWN, CANCELLED, DATA_LOSS: the service or the way to it, for the moment.
_OTHERWISE: tuple[str, EngineFailureKind] = ("ocr_busy", "transient")
_NEVER_THE_REQUEST = frozenset({"UNAVAILABLE", "RESOURCE_EXHAUSTED"})


def _retry_after(error: Any) -> float | None:
    from google.rpc.error_details_pb2 import RetryInfo

    for detail in error.details:
        if isinstance(detail, RetryInfo):
            return detail.retry_delay.seconds + detail.retry_delay.nanos / 1e9
    return None
