"""RFC 9457 problems: what the API and the socket say when something cannot be done."""

from dataclasses import dataclass, field
from typing import Any

from service.domain.json import JsonObject
from service.domain.message import english

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True)
class Problem:
    """A problem by code. `detail` says what to do; `support_id` finds the log line that has the internals."""

    status: int
    code: str
    params: JsonObject = field(default_factory=dict[str, Any])
    support_id: str | None = None

    @property
    def title(self) -> str:
        """The code as words."""
        return self.code.replace("_", " ").capitalize()

    @property
    def detail(self) -> str:
        """What happened and what to do, in English."""
        return english("problem", self.code, self.params)

    def json(self) -> JsonObject:
        """The body of a problem response."""
        return {
            "type": f"/problems/{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "params": self.params,
            "support_id": self.support_id,
        }


class Refused(Exception):
    """Raised where a request cannot be done; carries the problem to answer with."""

    def __init__(self, problem: Problem, headers: dict[str, str] | None = None) -> None:
        super().__init__(problem.code)
        self.problem = problem
        self.headers = headers or {}


def refused(status: int, code: str, **params: Any) -> Refused:
    """A Refused with this status, code and parameters."""
    return Refused(Problem(status, code, params))
