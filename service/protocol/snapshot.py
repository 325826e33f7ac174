"""The fields of a job's snapshot, and what a new run does to each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypedDict

from service.domain.job import JobState
from service.domain.json import JsonObject

MAP_FIELDS = frozenset({"counters", "pages", "chunks", "log", "artifacts", "warnings"})
"""Merged key by key and never null; all other fields are replaced whole."""

LOG_LINES = 200
"""How many of the newest log lines a snapshot keeps."""

AtNewRun = Literal["set", "clear", "keep", "done_pages", "done_artifacts"]

AT_NEW_RUN: dict[str, AtNewRun] = {
    "id": "keep",
    "name": "keep",
    "kind": "keep",
    "size": "keep",
    "document_id": "keep",
    "batch_id": "keep",
    "owner_id": "keep",
    "owner": "keep",
    "pipeline": "keep",
    "options": "keep",
    "priority": "keep",
    "page_count": "keep",
    "estimate": "keep",
    "edits": "keep",
    "sheet_id": "keep",
    "created_at": "keep",
    "state": "set",
    "queued_at": "set",
    "phase": "set",
    "percent": "set",
    "chunks": "set",
    "working_since": "set",
    "worked_seconds": "set",
    "phase_times": "set",
    "attempt": "set",
    "outcome": "clear",
    "result": "clear",
    "detail": "clear",
    "eta_seconds": "clear",
    "retry_at": "clear",
    "waits_for": "clear",
    "question": "clear",
    "error": "clear",
    "started_at": "clear",
    "ended_at": "clear",
    "cancelled_by": "clear",
    "alive_at": "clear",
    "counters": "clear",
    "log": "keep",
    "warnings": "clear",
    "pages": "done_pages",
    "artifacts": "done_artifacts",
}
"""Field by field: what a person's retry does. `set`: the new run brings its own value; `done_pages`: pages that are
done stay; `done_artifacts`: those of done steps stay."""

FIELDS = frozenset(AT_NEW_RUN)
CARD_FIELDS = FIELDS - {"pages", "chunks", "log", "options"}
"""What a list's card carries."""


class PagesCode:
    """A page's value in `pages`: two letters, route then state."""

    ROUTES = "tosu"
    STATES = "prdf"


def page_counters(pages: Mapping[str, str]) -> JsonObject:
    """The counters that follow from the pages' two letters. A page that is left out counts nowhere."""
    states = [code[1] for code in pages.values() if code[0] != "s"]
    return {"pages_done": states.count("d"), "pages_failed": states.count("f")}


@dataclass(frozen=True)
class Snapshot:
    """All that is known of a job at (epoch, seq)."""

    job_id: str
    epoch: str
    seq: int
    run: int
    value: JsonObject

    @property
    def state(self) -> JobState:
        """The job's state."""
        return JobState(self.value["state"])


class SnapshotBody(TypedDict):
    """What `GET /api/jobs/{id}` answers and a `snapshot` frame carries."""

    job_id: str
    epoch: str
    seq: int
    run: int
    value: JsonObject


def body(snapshot: Snapshot) -> SnapshotBody:
    """The snapshot as JSON."""
    return {
        "job_id": snapshot.job_id,
        "epoch": snapshot.epoch,
        "seq": snapshot.seq,
        "run": snapshot.run,
        "value": snapshot.value,
    }


def card(value: JsonObject) -> JsonObject:
    """The part of a snapshot's value that a list shows."""
    return {name: each for name, each in value.items() if name in CARD_FIELDS}
