"""Short ways to say what is appended to one job's event log."""

from typing import Any

from service.adapters.events import RowPatch, Seed, StepFacts

JOB, OWNER = "0191-job", "0191-owner"


def seed(
    revision: int = 1,
    run: int = 1,
    steps: dict[str, tuple[int, int, bool]] | None = None,
    total: int = 1000,
    done: int = 0,
    percent: float = 0.0,
    **value: Any,
) -> Seed:
    """A whole log; the job is processing unless said otherwise."""
    whole = {"state": "processing", **value}
    return Seed(JOB, OWNER, run, revision, whole, steps or {}, total, done, percent)


def row(
    revision: int,
    run: int = 1,
    total: int = 1000,
    done: int = 0,
    log: tuple[Any, ...] = (),
    pages: dict[str, str] | None = None,
    **fields: Any,
) -> RowPatch:
    """What the row says; fields by name."""
    return RowPatch(JOB, OWNER, run, revision, fields, total, done, log, pages or {})


def facts(
    done: int = 0,
    step: str = "step",
    attempt: int = 1,
    run: int = 1,
    ended: bool = False,
    pages: dict[str, str] | None = None,
    log: tuple[Any, ...] = (),
    **fields: Any,
) -> StepFacts:
    """What a step of 1,000 ms reports; fields by name."""
    return StepFacts(JOB, OWNER, run, step, attempt, done, 1000, ended, fields, pages or {}, log)
