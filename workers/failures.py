"""What an exception from a step means for the step: failed for good, or to be tried again."""

import random
from dataclasses import dataclass, replace

import structlog

from service.adapters.blob_store import BlobMissing
from service.adapters.records.leases import MOST_DEATHS
from service.adapters.records.recorded import NoShip
from service.adapters.records.steps import Again
from service.adapters.tables import StepRow
from service.domain.failure import Failure, FailureKind
from service.domain.ids import new_id
from service.domain.json import JsonObject
from workers.engines.failures import DocumentRefused, EngineFailed
from workers.pipelines.declaration import WorkGone
from workers.sandbox import ChildFailed

_log = structlog.get_logger()
MOST_TRIES = 5
"""A step that fails for a passing reason is tried this often."""
_FIRST_WAIT_SECONDS = 1.0
_LONGEST_WAIT_SECONDS = 60.0

_OF_A_CHILD = {
    "crashed": "crashed",
    "out_of_memory": "out_of_memory",
    "out_of_cpu": "out_of_cpu",
    "timed_out": "timed_out",
    "error": "engine_error",
}
_TRIED_AGAIN = frozenset({"crashed"})


class StepTimedOut(Exception):
    """A step took longer than any may, `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"longer than {seconds:g} s")
        self.seconds = seconds


@dataclass(frozen=True)
class Verdict:
    """What a step failed of, and when it is tried again; None when the failure is final."""

    failure: Failure
    again: Again | None = None


@dataclass(frozen=True)
class Past:
    """What a step has behind it: `failures` in all, and `deaths` of its children and workers among them."""

    failures: int = 0
    deaths: int = 0

    @staticmethod
    def of(step: StepRow) -> "Past":
        """By its row."""
        return Past(step.failures, step.deaths)


def judge(error: Exception, *, phase: str, past: Past) -> Verdict:
    """The verdict on a step with this past. Internals go to the log only."""
    if isinstance(error, WorkGone):
        verdict = judge(error.failed, phase=phase, past=past)
        return replace(verdict, failure=replace(verdict.failure, undone_from=error.phase))
    support_id = new_id()
    failure = _failure(error, phase, support_id)
    about = {"support_id": support_id, "code": failure.code, "failures": past.failures + 1}
    if failure.kind is FailureKind.FATAL:
        _log.error("step_failed", **about, exc_info=error)
    else:
        _log.warning("step_failed", **about, reason=str(error))
    died = _killed_its_child(error)
    if died:
        before, tries = past.deaths, MOST_DEATHS
    else:
        before = past.failures - past.deaths
        tries = MOST_TRIES if failure.kind is FailureKind.TRANSIENT else 1
    if before + 1 >= tries:
        return Verdict(failure)
    asked = error.retry_after if isinstance(error, EngineFailed) else None
    return Verdict(failure, Again(asked if asked is not None else backoff(before), tries, died))


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
        case StepTimedOut():
            params: JsonObject = {"seconds": round(error.seconds)}
            return Failure("step_timed_out", params, FailureKind.FATAL, phase, support_id)
        case NoShip():
            return Failure("ship_gone", {}, FailureKind.USAGE, phase, support_id)
        case BlobMissing():
            return Failure("storage_unreadable", {}, FailureKind.FATAL, phase, support_id)
        case _:
            return Failure("internal", {}, FailureKind.FATAL, phase, support_id)


def _killed_its_child(error: Exception) -> bool:
    return isinstance(error, ChildFailed) and error.code is None and error.kind in _TRIED_AGAIN
