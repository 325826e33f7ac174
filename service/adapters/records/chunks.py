"""A long document in chunks, a step each: how far every one of them is, by its number, from 1.

A chunk's step says `chunk` and `chunks` in its input, and `failed` in its output where it ended without a result. The
job's row counts them, so that a card needs no steps: `{"phase", "total", "done", "failed"}`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.tables import JobRow, StepRow
from service.domain.json import JsonObject
from service.domain.step import StepState
from service.domain.work import StepPlan

_PENDING, _AT_WORK, _DONE, _FAILED, _AGAIN = "p", "r", "d", "f", "w"


@dataclass(frozen=True, slots=True)
class _Tried:
    """A step of a chunk; of several the one with the highest number is the newest."""

    chunk: int
    number: int
    state: str
    failures: int
    failed: str | None

    @property
    def code(self) -> str:
        """Letter and tries, as a snapshot has them."""
        match StepState(self.state):
            case StepState.RUNNING:
                return f"{_AT_WORK}{self.failures + 1}"
            case StepState.DONE:
                return f"{_DONE if self.failed is None else _FAILED}{self.failures + 1}"
            case StepState.FAILED:
                return f"{_FAILED}{self.failures + 1}"
            case StepState.QUEUED if self.failures:
                return f"{_AGAIN}{self.failures}"
            case _:
                return f"{_PENDING}0"


_CHUNK_STEPS = select(
    StepRow.input["chunk"].as_integer(),
    StepRow.number,
    StepRow.state,
    StepRow.failures,
    StepRow.output["failed"].as_string(),
).where(
    StepRow.job_id == bindparam("of"),
    StepRow.run == bindparam("in_run"),
    StepRow.phase == bindparam("in_phase"),
)


def is_of_chunk(step: StepRow) -> bool:
    """Whether the step works on a chunk, so that who watches is told when it begins and ends."""
    return "chunk" in step.input


def plan_chunks(job: JobRow, phase: int, plans: Sequence[StepPlan]) -> None:
    """The job has come to steps of this phase: where they are chunks, it has so many."""
    if job.chunks is not None:
        return
    totals = [plan.input["chunks"] for plan in plans if "chunk" in plan.input]
    if totals:
        job.chunks = {"phase": phase, "total": totals[0], "done": 0, "failed": 0}


def count_chunk(job: JobRow, step: StepRow) -> None:
    """A step of the job is done."""
    if job.chunks is not None and is_of_chunk(step):
        became = "done" if (step.output or {}).get("failed") is None else "failed"
        job.chunks = {**job.chunks, became: job.chunks[became] + 1}


def count_anew(job: JobRow, steps: Iterable[StepRow]) -> None:
    """A new run begins with these steps: chunks that are done stay, and none is there before it is planned again."""
    codes = chunks_of(job, steps)
    if job.chunks is None or not codes:
        job.chunks = None
        return
    letters = [code[0] for code in codes.values()]
    job.chunks = {**job.chunks, "done": letters.count(_DONE), "failed": letters.count(_FAILED)}


def chunks_of(job: JobRow, steps: Iterable[StepRow]) -> dict[str, str]:
    """Number → letter and tries, from the job's steps; nothing where it has no chunks."""
    if job.chunks is None:
        return {}
    return _codes(
        _Tried(each.input["chunk"], each.number, each.state, each.failures, (each.output or {}).get("failed"))
        for each in steps
        if each.run == job.run and each.phase == job.chunks["phase"] and is_of_chunk(each)
    )


async def read_chunks(session: AsyncSession, job: JobRow) -> dict[str, str]:
    """The same from SQL; a job without chunks costs no statement."""
    if job.chunks is None:
        return {}
    where = {"of": job.id, "in_run": job.run, "in_phase": job.chunks["phase"]}
    rows = await session.execute(_CHUNK_STEPS, where)
    return _codes(_Tried(*row) for row in rows if row[0] is not None)


def chunk_counters(chunks: Mapping[str, int] | None) -> JsonObject:
    """What a row's counts say on a card."""
    if chunks is None:
        return {}
    return {f"chunks_{name}": chunks[name] for name in ("done", "failed", "total")}


def _codes(steps: Iterable[_Tried]) -> dict[str, str]:
    newest = {each.chunk: each.code for each in sorted(steps, key=lambda each: (each.chunk, each.number))}
    return {str(chunk): code for chunk, code in newest.items()}
