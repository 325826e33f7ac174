"""What a job's rows say in the words of a snapshot."""

from collections.abc import Iterable

from service.adapters.records.chunks import chunk_counters
from service.adapters.tables import ArtifactRow, JobRow, StepRow
from service.domain.job import AT_WORK, PRIORITIES, RUNNABLE, JobState
from service.domain.json import JsonObject
from service.domain.message import Message

_PRIORITY_NAMES = {number: name for name, number in PRIORITIES.items()}


def row_fields(job: JobRow, artifacts: Iterable[ArtifactRow], owner: str) -> JsonObject:
    """Every row-derived field of a snapshot's value, absolute; fields that only workers know are left out,
    and the chunks, of which it only counts.

    While nobody works on the job, `detail` and `eta_seconds` are said to be nothing.
    """
    fields: JsonObject = {
        "id": job.id,
        "name": job.name,
        "kind": job.kind,
        "size": job.size,
        "document_id": job.document_id,
        "batch_id": job.batch_id,
        "owner_id": job.owner_id,
        "owner": owner,
        "pipeline": job.pipeline,
        "options": job.options,
        "priority": _PRIORITY_NAMES[job.priority],
        "page_count": job.page_count,
        "state": job.state,
        "outcome": job.outcome,
        "result": job.result,
        "phase": {"index": job.phase + 1, "total": len(job.phases), "code": job.phases[job.phase]},
        "percent": job.percent,
        "attempt": job.attempt,
        "retry_at": job.retry_at,
        "waits_for": _waits_for(job),
        "question": job.question,
        "error": job.error,
        "estimate": job.estimate,
        "edits": job.edits or None,
        "sheet_id": job.sheet_id,
        "created_at": job.created_at,
        "queued_at": job.queued_at,
        "started_at": job.started_at,
        "ended_at": job.ended_at,
        "working_since": job.working_since,
        "worked_seconds": job.worked_seconds or None,
        "phase_times": job.phase_times,
        "cancelled_by": job.cancelled_by,
        "warnings": job.warnings,
        "artifacts": {each.name: {"size": each.size, "media_type": each.media_type} for each in artifacts},
        "counters": {
            "steps_done": job.steps_done,
            "steps_total": job.steps_total,
            "pages_total": job.pages_total or 0,
            **chunk_counters(job.chunks),
        },
    }
    if job.state not in AT_WORK:
        fields["detail"] = None
        fields["eta_seconds"] = None
    return fields


def _waits_for(job: JobRow) -> JsonObject | None:
    if job.state not in RUNNABLE:
        return None
    if job.waits is not None:
        return Message("waits", job.waits["code"], job.waits["params"]).json()
    if job.state == JobState.QUEUED:
        return Message("waits", "slot").json()
    return None


def stored_pages(steps: Iterable[StepRow]) -> dict[str, str]:
    """Page number → two letters, from the steps that ended; where a page was done again, done wins over failed."""
    pages: dict[str, str] = {}
    for step in sorted(steps, key=lambda each: (each.phase, each.number)):
        for number, code in step.pages.items():
            if not pages.get(number, "").endswith("d"):
                pages[number] = code
    return pages
