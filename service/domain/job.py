"""The states of a job and every way from one to another."""

from enum import StrEnum


class JobState(StrEnum):
    """Where a job stands. Only the ended ones never change without a person's retry."""

    STAGED = "staged"
    QUEUED = "queued"
    PROCESSING = "processing"
    PAUSING = "pausing"
    PAUSED = "paused"
    WAITING = "waiting"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class JobEvent(StrEnum):
    """What moves a job: a person's command or a step's outcome."""

    START = "start"
    CLAIM = "claim"
    PAUSE = "pause"
    SETTLE = "settle"
    RESUME = "resume"
    ASK = "ask"
    ANSWER = "answer"
    COMPLETE = "complete"
    FAIL = "fail"
    CANCEL = "cancel"
    RETRY = "retry"


_S, _E = JobState, JobEvent

TRANSITIONS: dict[JobState, dict[JobEvent, JobState]] = {
    _S.STAGED: {_E.START: _S.QUEUED, _E.CANCEL: _S.CANCELLED},
    _S.QUEUED: {
        _E.CLAIM: _S.PROCESSING,
        _E.PAUSE: _S.PAUSED,
        _E.CANCEL: _S.CANCELLED,
        _E.COMPLETE: _S.COMPLETED,
        _E.FAIL: _S.FAILED,
    },
    _S.PROCESSING: {
        _E.CLAIM: _S.PROCESSING,
        _E.PAUSE: _S.PAUSING,
        _E.ASK: _S.WAITING,
        _E.COMPLETE: _S.COMPLETED,
        _E.FAIL: _S.FAILED,
        _E.CANCEL: _S.CANCELLED,
    },
    _S.PAUSING: {
        _E.SETTLE: _S.PAUSED,
        _E.RESUME: _S.PROCESSING,
        _E.ASK: _S.WAITING,
        _E.COMPLETE: _S.COMPLETED,
        _E.FAIL: _S.FAILED,
        _E.CANCEL: _S.CANCELLED,
    },
    _S.PAUSED: {_E.RESUME: _S.QUEUED, _E.FAIL: _S.FAILED, _E.CANCEL: _S.CANCELLED},
    _S.WAITING: {_E.ANSWER: _S.QUEUED, _E.FAIL: _S.FAILED, _E.CANCEL: _S.CANCELLED},
    _S.COMPLETED: {_E.RETRY: _S.QUEUED},
    _S.FAILED: {_E.RETRY: _S.QUEUED},
    _S.CANCELLED: {_E.RETRY: _S.QUEUED},
}

ENDED = frozenset({_S.COMPLETED, _S.FAILED, _S.CANCELLED})
AT_WORK = frozenset({_S.PROCESSING, _S.PAUSING})
"""States in which steps of the job may be running."""
RUNNABLE = frozenset({_S.QUEUED, _S.PROCESSING})
"""States in which a step of the job may be claimed."""


HIGH = "high"
PRIORITIES = {HIGH: 0, "normal": 1, "low": 2}
"""How urgent a job is, by name; lower goes first."""


class NotPossible(Exception):
    """The job's state does not allow what was asked of it: an event, or a command that leads to none."""

    def __init__(self, state: JobState, event: str) -> None:
        super().__init__(f"a job that is {state} cannot {event}")
        self.state = state
        self.event = event


def after(state: JobState, event: JobEvent) -> JobState:
    """The state that follows; raises NotPossible where TRANSITIONS has no such way."""
    try:
        return TRANSITIONS[state][event]
    except KeyError:
        raise NotPossible(state, event) from None
