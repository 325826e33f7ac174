"""What a child is allowed, and how it can fail."""

from dataclasses import dataclass
from typing import Literal

from service.domain.json import JsonObject

FailureKind = Literal["crashed", "out_of_memory", "out_of_cpu", "timed_out", "error"]


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one call.

    memory_bytes: what the child may map beyond what it has when the call begins.
    item_seconds: for each item by itself (the time that the parent takes between items does not count).
    total_seconds: from the call's start to its end, whoever is slow.
    cpu_seconds: computing time, of all threads, of a call or (of a warm child) of a request.
    file_bytes: the largest file that the child may write (0: none at all).
    """

    memory_bytes: int = 512 << 20
    item_seconds: float = 30.0
    total_seconds: float = 600.0
    cpu_seconds: float = 300.0
    file_bytes: int = 0


class ChildFailed(Exception):
    """A child did not answer. `code` and `params` are there when the engine refused the document by name."""

    def __init__(
        self, kind: FailureKind, detail: str, code: str | None = None, params: JsonObject | None = None
    ) -> None:
        super().__init__(f"{kind}: {detail}")
        self.kind: FailureKind = kind
        self.detail = detail
        self.code = code
        self.params: JsonObject = params or {}
