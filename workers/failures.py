"""What an exception from a step means for the step: failed for good, or to be tried again."""

import random
from dataclasses import dataclass

import structlog

from service.adapters.blob_store import BlobMissing
from service.domain.failure import Failure, FailureKind
from service.domain.ids import new_id
from workers.engines.failures import DocumentRefused, EngineFailed
from workers.sandbox import ChildFailed

_log = structlog.get_logger()
MOST_TRIES = 5
"""A step that fails for a passing reason is tried this often."""
MOST_CHILD_DEATHS = 3
"""A step whose child died is tried this often; its document is then the likely cause."""
_FIRST_WAIT_SECONDS = 1.0
_LONGEST_WAIT_SECONDS = 60.0

_OF_A_CHILD = {
    "crashed": "crashed",
    "out_of_memory": "out_of_memory",
    "timed_out": "timed_out",
    "error": "engine_error",
}
_TRIED_AGAIN = frozenset({"crashed"})


@dataclass(frozen=True)
class Verdict:
    """`again_after`: seconds until the next try, of so many `tries` in all, or None when the failure is final."""

    failure: Failure
    tries: int
    again_after: float | None = None


def judge(error: Exception, *, phase: str, failures: int) -> Verdict:
    """The verdict on a step that has already failed so many times before this error. Internals go to the log only."""
    support_id = new_id()
    failure = _failure(error, phase, support_id)
    about = {"support_id": support_id, "code": failure.code, "failures": failures + 1}
    if failure.kind is FailureKind.FATAL:
        _log.error("step_failed", **about, exc_info=error)
    else:
        _log.warning("step_failed", **about, reason=str(error))
    tries = _tries(error, failure)
    if failures + 1 >= tries:
        return Verdict(failure, tries)
    asked = error.retry_after if isinstance(error, EngineFailed) else None
    return Verdict(failure, tries, asked if asked is not None else backoff(failures))


def backoff(failures: int) -> float:
    """Seconds to wait after so many earlier failures: doubling from 1 s to 60 s, with full jitter above a half."""
    longest = min(_LONGEST_WAIT_SECONDS, _FIRST_WAIT_SECONDS * 2**failures)
    return longest * random.uniform(0.5, 1.0)


def _failure(error: Exception, phase: str, support_id: str) -> Failure:
    match error:
        case DocumentRefused():
            return Failure(error.code, error.params, FailureKind.USAGE, phase, support_id)
        case EngineFailed():
            return Failure(error.code, error.params, FailureKind(error.kind), phase, support_id)
        case ChildFailed(code=str(code)):
            return Failure(code, error.params, FailureKind.USAGE, phase, support_id)
        case ChildFailed():
            return Failure(_OF_A_CHILD[error.kind], error.params, FailureKind.FATAL, phase, support_id)
        case BlobMissing():
            return Failure("storage_unreadable", {}, FailureKind.FATAL, phase, support_id)
        case _:
            return Failure("internal", {}, FailureKind.FATAL, phase, support_id)


def _tries(error: Exception, failure: Failure) -> int:
    if failure.kind is FailureKind.TRANSIENT:
        return MOST_TRIES
    if isinstance(error, ChildFailed) and error.code is None and error.kind in _TRIED_AGAIN:
        return MOST_CHILD_DEATHS
    return 1
