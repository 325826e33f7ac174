"""What travels inside of frames, as pydantic models: they describe it, and build nothing."""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from service.domain.job import JobState
from service.protocol.page_ranges import RANGE_PATTERN
from service.protocol.snapshot import PagesCode

PageCode: TypeAlias = Annotated[str, Field(pattern=f"^[{PagesCode.ROUTES}][{PagesCode.STATES}]$")]
ChunkCode: TypeAlias = Annotated[str, Field(pattern="^[prdfw][0-9]+$")]
PackedPages: TypeAlias = Annotated[
    dict[str, PageCode | None], Field(json_schema_extra={"propertyNames": {"pattern": RANGE_PATTERN}})
]
Time: TypeAlias = float


class Described(BaseModel):
    """Readers ignore fields they do not know; a field that is absent or null is nothing."""

    model_config = ConfigDict(extra="ignore", frozen=True, use_attribute_docstrings=True)


class Words(Described):
    """Words by code: `text` is English, for those who have no dictionary."""

    code: str
    params: dict[str, Any]
    text: str


class Phase(Described):
    """Where in its pipeline a job is."""

    index: int
    """From 1."""
    total: int
    code: str


class PhaseTimes(Described):
    """When a job was in a phase."""

    started_at: Time
    ended_at: Time | None = None


class Question(Words):
    """What a person must decide, by `POST /api/jobs/{id}/answer`."""

    id: str
    fields: list[dict[str, str]]
    choices: list[str]


class Failed(Words):
    """What went wrong, and what to do about it."""

    advice: str
    phase: str | None = None
    kind: Literal["usage", "transient", "fatal"]
    support_id: str | None = None
    """Finds the internals in the server's log."""


class LogLine(Words):
    """A line of a job's log."""

    at: Time
    level: Literal["info", "warning", "error"]


class Artifact(Described):
    """A result file, at `/api/jobs/{id}/artifacts/{name}`."""

    size: int
    media_type: str


class JobFields(Described):
    """A job's fields, in a patch those that changed. Null deletes a field, and a key of a map; maps merge by key."""

    id: str | None = None
    name: str | None = None
    """The document's name, safe to show."""
    kind: str | None = None
    """`pdf`, `png`, `docx`, …"""
    size: int | None = None
    """Bytes."""
    document_id: str | None = None
    batch_id: str | None = None
    """The batch it was uploaded in."""
    owner_id: str | None = None
    owner: str | None = None
    """The owner's name."""
    pipeline: str | None = None
    """What is done with it."""
    options: dict[str, Any] | None = None
    """How; not on cards."""
    priority: Literal["high", "normal", "low"] | None = None
    page_count: int | None = None
    """Once it is known."""
    estimate: dict[str, Any] | None = None
    """What a staged job is expected to take, once a worker has looked inside."""
    edits: int | None = None
    """How often somebody has changed one of its sentences: when it rises, read them again."""
    sheet_id: str | None = None
    """The job that has sent its sentences to a new spreadsheet last, or is at it."""
    state: JobState | None = None
    outcome: str | None = None
    """What a completed job led to: `success`, `warnings`, `rejected` or `duplicate`."""
    result: dict[str, Any] | None = None
    """What came out, in a few values by name; of a certificate `ship`, `certificate`, `number`, `valid_until`."""
    phase: Phase | None = None
    percent: Annotated[float, Field(ge=0, le=100)] | None = None
    """In steps of 0.1; 100 only when completed."""
    detail: Words | None = None
    """What is being done right now."""
    eta_seconds: float | None = None
    """How long it will take, once that can be said."""
    attempt: int | None = None
    """How often a step of this run has failed and was tried again."""
    retry_at: Time | None = None
    """When it will be tried again."""
    waits_for: Words | None = None
    """Why it is queued."""
    question: Question | None = None
    counters: dict[str, int | None] | None = None
    """Map: `pages_done`, `pages_failed`, `pages_total`, `steps_done`, `steps_total`; of a document that is worked on in
    chunks also `chunks_done`, `chunks_failed`, `chunks_total`."""
    pages: PackedPages | None = None
    """Map: number → route (`t` text, `o` OCR, `s` skipped, `u` unknown) and state (`p` planned, `r` running, `d` done,
    `f` failed); neighbours with the same value as one range, `1-310`, to be taken apart first; not on cards."""
    chunks: dict[str, ChunkCode | None] | None = None
    """Map: number → state (`p` pending, `r` at work, `d` done, `f` failed, `w` tried again later) and on which try, as
    in `r2`; all of them once they are planned; not on cards."""
    log: dict[str, LogLine | None] | None = None
    """Map: the last 200 lines by number; not on cards."""
    error: Failed | None = None
    artifacts: dict[str, Artifact | None] | None = None
    """Map: the result files by name."""
    warnings: dict[str, Failed | None] | None = None
    """Map: what went wrong without failing the job."""
    created_at: Time | None = None
    queued_at: Time | None = None
    started_at: Time | None = None
    ended_at: Time | None = None
    working_since: Time | None = None
    """Since when it has been at work without a pause; not there while nobody works on it."""
    worked_seconds: float | None = None
    """How long it was at work in this run before that."""
    phase_times: dict[str, PhaseTimes] | None = None
    """By code the phases that it came to, also those of an earlier run that need not be done again."""
    cancelled_by: str | None = None
    """Who; it was when it ended."""
    alive_at: Time | None = None
    """When work on it was last heard of."""
