"""A batch in one value: what its line on the page says, and the state of each of its jobs."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from service.domain.job import ENDED, JobState
from service.domain.json import JsonObject
from service.protocol.snapshot import Snapshot


@dataclass(frozen=True)
class Member:
    """A job of a batch. `cost` is the expected milliseconds of work, which its share of the bar is measured by."""

    job_id: str
    name: str
    state: JobState
    percent: float
    cost: int
    warnings: int
    eta_seconds: float | None
    run: int
    revision: int


def with_live(member: Member, live: Snapshot | None) -> Member:
    """The member as a snapshot of the same run, at least as new, shows it."""
    if live is None or live.run < member.run:
        return member
    value = live.value
    return replace(
        member,
        state=JobState(value["state"]),
        percent=value.get("percent") or 0.0,
        warnings=len(value.get("warnings") or {}),
        eta_seconds=value.get("eta_seconds"),
        run=live.run,
    )


def batch_value(batch_id: str, name: str | None, created_at: float, members: Iterable[Member]) -> JsonObject:
    """The value of the topic `batch:<id>` and of `GET /api/batches/{id}`.

    `percent` is the share of the expected work that is not outstanding: a job that has ended, however, has none
    left. `eta_seconds` is known when it is for every job that has not ended.
    """
    jobs = list(members)
    by_state = {str(state): 0 for state in JobState}
    for each in jobs:
        by_state[str(each.state)] += 1
    return {
        "id": batch_id,
        "name": name,
        "created_at": created_at,
        "total": len(jobs),
        "counts": by_state,
        "warnings": sum(1 for each in jobs if each.state is JobState.COMPLETED and each.warnings),
        "needs_you": by_state[str(JobState.WAITING)],
        "percent": _percent(jobs),
        "eta_seconds": _eta(jobs),
        "jobs": {
            each.job_id: {
                "job_id": each.job_id,
                "name": each.name,
                "state": str(each.state),
                "percent": each.percent,
            }
            for each in jobs
        },
    }


def _percent(jobs: list[Member]) -> float:
    whole = sum(max(1, each.cost) for each in jobs)
    if not whole:
        return 0.0
    if all(each.state in ENDED for each in jobs):
        return 100.0
    gone = sum(max(1, each.cost) * (100.0 if each.state in ENDED else each.percent) for each in jobs)
    return min(99.9, int(gone / whole * 10) / 10)


def _eta(jobs: list[Member]) -> float | None:
    left = [each.eta_seconds for each in jobs if each.state not in ENDED]
    known = [each for each in left if each is not None]
    return max(known) if known and len(known) == len(left) else None
