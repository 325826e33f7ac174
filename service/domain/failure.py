"""What went wrong with a step, a page or a job, in words a person can act on."""

from dataclasses import dataclass, field
from enum import StrEnum

from service.domain.json import JsonObject
from service.domain.message import english


class FailureKind(StrEnum):
    """Who can mend it: the person (`usage`), time (`transient`), or nobody without us (`fatal`)."""

    USAGE = "usage"
    TRANSIENT = "transient"
    FATAL = "fatal"


@dataclass(frozen=True)
class Failure:
    """A failure by code. `support_id` finds the log line that has the internals.

    With `undone_from` what was done from that phase on is gone, and who tries again begins there.
    """

    code: str
    params: JsonObject = field(default_factory=dict[str, object])
    kind: FailureKind = FailureKind.FATAL
    phase: str | None = None
    support_id: str | None = None
    undone_from: str | None = None

    def json(self) -> JsonObject:
        """The `error` field of a snapshot: what happened, what to do, and no internals."""
        return {
            "code": self.code,
            "params": self.params,
            "text": english("failure", self.code, self.params),
            "advice": english("advice", self.code, self.params),
            "phase": self.phase,
            "kind": str(self.kind),
            "support_id": self.support_id,
        }
