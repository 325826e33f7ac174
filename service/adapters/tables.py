"""The tables, one class a row. Times are seconds since 1970 (UTC) on the database's own clock."""

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Double,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from service.domain.document import folded

ID = String(36)


class Row(DeclarativeBase):
    """The root of all rows."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class and never changes it
        float: Double,
        dict[str, Any]: JSON,
        list[str]: JSON,
        bytes: LargeBinary,
    }


def _id() -> Mapped[str]:
    return mapped_column(ID, primary_key=True)


def _of(column: str, *, index: bool = False) -> Mapped[str]:
    return mapped_column(ID, ForeignKey(column, ondelete="CASCADE"), index=index)


def _index_of_ends(name: str) -> Index:
    """Finds what ended of late; what has not ended is not in it and costs it nothing."""
    ended = text("ended_at IS NOT NULL")
    return Index(name, "ended_at", sqlite_where=ended, postgresql_where=ended)


def _index_of_engines() -> Index:
    """Finds what waits for an engine; what is done is not in it and costs it nothing."""
    needs_one = text("engine IS NOT NULL AND state = 'queued'")
    return Index("ix_steps_engine", "engine", sqlite_where=needs_one, postgresql_where=needs_one)


class UserRow(Row):
    """An account; role is `user` or `admin`."""

    __tablename__ = "users"
    id: Mapped[str] = _id()
    name: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(20), default="user")
    created_at: Mapped[float]


class TokenRow(Row):
    """A way to be a user: `bearer` token or `session` cookie, kept as a SHA-256."""

    __tablename__ = "tokens"
    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[str] = _of("users.id", index=True)
    kind: Mapped[str] = mapped_column(String(20))
    label: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[float]
    expires_at: Mapped[float | None]


class SignInCodeRow(Row):
    """A one-time code that a page swaps for a cookie, kept as a SHA-256."""

    __tablename__ = "sign_in_codes"
    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[str] = _of("users.id")
    expires_at: Mapped[float]
    used_at: Mapped[float | None]


class DocumentRow(Row):
    """What was uploaded. Its blob is `owner_id/id`."""

    __tablename__ = "documents"
    id: Mapped[str] = _id()
    owner_id: Mapped[str] = _of("users.id", index=True)
    name: Mapped[str] = mapped_column(String(300))
    kind: Mapped[str] = mapped_column(String(20))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    page_count: Mapped[int | None]
    created_at: Mapped[float]


class BatchRow(Row):
    """Documents uploaded together."""

    __tablename__ = "batches"
    id: Mapped[str] = _id()
    owner_id: Mapped[str] = _of("users.id", index=True)
    name: Mapped[str | None] = mapped_column(String(300))
    created_at: Mapped[float]


class BatchMemberRow(Row):
    """A job shown in a batch: its own, or one that an uploaded duplicate led to."""

    __tablename__ = "batch_members"
    batch_id: Mapped[str] = mapped_column(ID, ForeignKey("batches.id", ondelete="CASCADE"), primary_key=True)
    job_id: Mapped[str] = mapped_column(
        ID, ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    added_at: Mapped[float]


class PipelineRow(Row):
    """A pipeline as the workers declared it at their last start."""

    __tablename__ = "pipelines"
    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    spec: Mapped[dict[str, Any]]
    updated_at: Mapped[float]


def _cost(context: Any) -> int:
    return context.get_current_parameters()["cost"]


def _folded_name(context: Any) -> str:
    # What `lower` knows beyond ASCII differs from database to database.
    return folded(context.get_current_parameters()["name"])


class JobRow(Row):
    """A job. `revision` rises with every transaction that changes what a person sees.

    `percent` is a high-water mark of the run; `remaining` counts the current phase's steps that have not ended;
    `cost_total` and `cost_done` sum up the weights of its steps; `pages_total` counts those of the document's pages
    that are to be read; `waits` is the code and the parameters of what steps that are ready wait for, other than a
    slot; `chunks` counts those of a long document: see records/chunks.py; `edits` is how
    often somebody has changed one of its sentences, and `sheet_id` the job that has sent them to a spreadsheet last.
    `time_limit` is how many seconds its steps may work in a run, where its options say so, and `limit_told` whether
    this run was told that it is near: see workers/overtime.py.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        Index("ix_jobs_owner_id_id", "owner_id", "id"),
        Index("ix_jobs_state_id", "state", "id"),
        Index("ix_jobs_owner_id_fingerprint", "owner_id", "fingerprint"),
        Index("ix_jobs_batch_id", "batch_id"),
        Index("ix_jobs_line", "owner_id", "state", "priority", "queued_at"),
    )
    id: Mapped[str] = _id()
    owner_id: Mapped[str] = _of("users.id")
    batch_id: Mapped[str | None] = mapped_column(ID)
    document_id: Mapped[str] = mapped_column(ID, index=True)
    name: Mapped[str] = mapped_column(String(300))
    searched_name: Mapped[str] = mapped_column(String(600), default=_folded_name)
    kind: Mapped[str] = mapped_column(String(20))
    size: Mapped[int] = mapped_column(BigInteger)
    page_count: Mapped[int | None]
    pages_total: Mapped[int | None]
    pipeline: Mapped[str] = mapped_column(String(60))
    options: Mapped[dict[str, Any]]
    fingerprint: Mapped[str] = mapped_column(String(64))
    priority: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(String(20))
    outcome: Mapped[str | None] = mapped_column(String(40))
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    run: Mapped[int] = mapped_column(default=1)
    revision: Mapped[int] = mapped_column(default=1)
    published_revision: Mapped[int] = mapped_column(default=0)
    phases: Mapped[list[str]]
    phase: Mapped[int] = mapped_column(default=0)
    remaining: Mapped[int] = mapped_column(default=0)
    steps_done: Mapped[int] = mapped_column(default=0)
    steps_total: Mapped[int] = mapped_column(default=1)
    chunks: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    cost_total: Mapped[int] = mapped_column(BigInteger, default=0)
    cost_done: Mapped[int] = mapped_column(BigInteger, default=0)
    percent: Mapped[float] = mapped_column(default=0.0)
    attempt: Mapped[int] = mapped_column(default=0)
    retry_at: Mapped[float | None]
    interrupted: Mapped[int] = mapped_column(default=0)
    waits: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    question: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    secret: Mapped[bytes | None]
    error: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    warnings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    estimate: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    edits: Mapped[int] = mapped_column(default=0, server_default="0")
    sheet_id: Mapped[str | None] = mapped_column(ID)
    time_limit: Mapped[float | None]
    limit_told: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[float]
    changed_at: Mapped[float]
    queued_at: Mapped[float | None]
    started_at: Mapped[float | None]
    ended_at: Mapped[float | None]
    working_since: Mapped[float | None]
    worked_seconds: Mapped[float] = mapped_column(default=0.0, server_default="0")
    phase_times: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    cancelled_by: Mapped[str | None] = mapped_column(String(200))


class JobInputRow(Row):
    """A document that a job works on, by role; the first is `document`."""

    __tablename__ = "job_inputs"
    job_id: Mapped[str] = mapped_column(ID, ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(String(40), primary_key=True)
    document_id: Mapped[str] = mapped_column(ID, ForeignKey("documents.id", ondelete="CASCADE"), index=True)


class RunRow(Row):
    """One run of a job; `outcome` is written once, by its only ending."""

    __tablename__ = "runs"
    __table_args__ = (_index_of_ends("ix_runs_ended_at"),)
    job_id: Mapped[str] = mapped_column(ID, ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    started_at: Mapped[float]
    ended_at: Mapped[float | None]
    ending: Mapped[str | None] = mapped_column(String(20))


class StepRow(Row):
    """The unit of retry, lease, checkpoint and parallelism. `attempt` is the fence.

    `cost` is the expected milliseconds of its work, `weight` what of them the whole job takes longer for it.
    `engine` is the one that the step needs, if any; a queued step that is `held` is due when that is asked again.
    `at_once` is the most of its job's steps that may run while it does, where there is such a limit.
    `failures` counts all that went wrong, `deaths` those of its children and workers among them, and `doubts` how often
    it cannot be told whether the engine was the trouble or the step.
    """

    __tablename__ = "steps"
    __table_args__ = (
        UniqueConstraint("job_id", "run", "phase", "number"),
        Index("ix_steps_state_phase", "state", "phase"),
        Index("ix_steps_state_dispatched_at", "state", "dispatched_at"),
        Index("ix_steps_worker", "worker"),
        _index_of_engines(),
        _index_of_ends("ix_steps_ended_at"),
    )
    id: Mapped[str] = _id()
    job_id: Mapped[str] = _of("jobs.id", index=True)
    run: Mapped[int]
    phase: Mapped[int]
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(20))
    attempt: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)
    deaths: Mapped[int] = mapped_column(default=0)
    doubts: Mapped[int] = mapped_column(default=0)
    engine: Mapped[str | None] = mapped_column(String(40))
    held: Mapped[bool] = mapped_column(default=False)
    at_once: Mapped[int | None]
    worker: Mapped[str | None] = mapped_column(ID)
    lease_until: Mapped[float | None]
    run_at: Mapped[float]
    dispatched_at: Mapped[float | None]
    dispatches: Mapped[int] = mapped_column(default=0)
    cost: Mapped[int] = mapped_column(BigInteger)
    weight: Mapped[int] = mapped_column(BigInteger, default=_cost)
    input: Mapped[dict[str, Any]]
    output: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    output_blob: Mapped[str | None] = mapped_column(String(200))
    pages: Mapped[dict[str, Any]] = mapped_column(default=dict)
    error: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    started_at: Mapped[float | None]
    ended_at: Mapped[float | None]


class ArtifactRow(Row):
    """A result file of a job, made by a step."""

    __tablename__ = "artifacts"
    job_id: Mapped[str] = mapped_column(ID, ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    step_id: Mapped[str] = mapped_column(ID)
    blob: Mapped[str] = mapped_column(String(200))
    size: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str] = mapped_column(String(120))


class SentenceEditRow(Row):
    """A sentence of a job's table as somebody wants it; `place` is the id of its row. See records/sentence_edits.py."""

    __tablename__ = "sentence_edits"
    job_id: Mapped[str] = mapped_column(ID, ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    place: Mapped[str] = mapped_column(String(60), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(200))
    at: Mapped[float]


class JobSnapshotRow(Row):
    """The full snapshot of a job at its last ending: pages, log, warnings, times."""

    __tablename__ = "job_snapshots"
    job_id: Mapped[str] = mapped_column(ID, ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    run: Mapped[int]
    value: Mapped[dict[str, Any]]


class WorkerRow(Row):
    """A worker process; alive while `seen_at` is younger than the lease."""

    __tablename__ = "workers"
    id: Mapped[str] = _id()
    host: Mapped[str] = mapped_column(String(200))
    pid: Mapped[int]
    slots: Mapped[int]
    engines: Mapped[dict[str, Any]]
    started_at: Mapped[float]
    seen_at: Mapped[float] = mapped_column(index=True)


class QueueStateRow(Row):
    """Facts about the whole queue, by name; `engine:<code>` says whether that engine is away, `queue` who paused
    it, `cost:<unit>` what a unit of work takes here."""

    __tablename__ = "queue_state"
    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[dict[str, Any]]


class IdempotencyRow(Row):
    """The first answer to an upload that carried an Idempotency-Key."""

    __tablename__ = "idempotency_keys"
    owner_id: Mapped[str] = mapped_column(ID, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    answer: Mapped[str | None] = mapped_column(Text)
    status: Mapped[int | None]
    created_at: Mapped[float]


class TakenFileRow(Row):
    """A file of an upload with an Idempotency-Key that has become a job, until the upload has its answer."""

    __tablename__ = "taken_files"
    owner_id: Mapped[str] = mapped_column(ID, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    job_id: Mapped[str] = mapped_column(ID, ForeignKey("jobs.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[float]
