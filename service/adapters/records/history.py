"""What a job's row keeps of its run: how long it was worked on, and when it was in each phase."""

from service.adapters.tables import JobRow
from service.domain.job import AT_WORK, ENDED
from service.domain.json import JsonObject


def note_time(job: JobRow, now: float) -> None:
    """The job has changed just now: its clock runs while somebody works on it, not while it waits or is paused."""
    at_work = job.state in AT_WORK
    if at_work and job.working_since is None:
        job.working_since = now
    elif not at_work and job.working_since is not None:
        job.worked_seconds = round(job.worked_seconds + max(0.0, now - job.working_since), 3)
        job.working_since = None
    times = job.phase_times or {}
    code = job.phases[job.phase]
    has_ended = job.state in ENDED
    begins = at_work and code not in times
    if begins or (has_ended and times):
        # A step may have run several phases: those it left behind are over, too.
        times = {each: _closed(span, now) for each, span in times.items()}
        job.phase_times = {**times, code: {"started_at": now, "ended_at": None}} if begins else times


def leave_out(job: JobRow, since: float, until: float) -> None:
    """Nobody worked on the job from one moment to the other, though it seemed so."""
    if job.working_since is not None:
        idle = until - max(since, job.working_since)
        job.working_since += max(0.0, idle)


def begin_anew(job: JobRow) -> None:
    """A new run: phases that need not be done again keep their times."""
    job.working_since, job.worked_seconds = None, 0.0
    done = job.phases[: job.phase]
    job.phase_times = {code: each for code, each in (job.phase_times or {}).items() if code in done} or None


def _closed(span: JsonObject, now: float) -> JsonObject:
    return {**span, "ended_at": now} if span["ended_at"] is None else span
