"""The steps that may run now, and by what they are ordered. SQL alone: nothing here is run."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, case, func, or_, select, true, union
from sqlalchemy.orm import InstrumentedAttribute, aliased

from service.adapters.records.queue_state import queue_open
from service.adapters.tables import JobRow, StepRow, UserRow
from service.domain.job import RUNNABLE, JobState
from service.domain.limits import NO_LIMITS, RunningLimits
from service.domain.step import LIGHT_MS, StepState

SHARE_SECONDS = 10.0
"""What ended within this time still counts towards its owner's share."""

Clock = float | ColumnElement[float]


def order_of(steps: Subquery) -> tuple[ColumnElement[Any], ...]:
    """By what `due_steps` are ordered: who comes first, goes first."""
    return steps.c.priority, steps.c.share, steps.c.id


def is_light() -> ColumnElement[bool]:
    """Whether a step is short and needs no engine, as `domain.step.is_light` says it."""
    return StepRow.engine.is_(None) & (StepRow.cost <= LIGHT_MS)


def due_steps(
    now: Clock,
    *only: ColumnElement[bool],
    among: Sequence[Select[str]] = (),
    limits: RunningLimits = NO_LIMITS,
    even_if_paused: bool = False,
) -> Subquery:
    """The steps that may run now: `id`, `job_id`, `owner_id`, `engine`, `at_once`, `rung` (when a worker was told, if
    ever), by what they are ordered, which they are `of_job` and, where there are limits, `of_owner` and `of_engine`.

    `priority` goes before all. Owners then take turns: a step's `share` is where its cost ends among its owner's,
    counted from what the owner has running and what of it ended a moment ago; but the one step that keeps a job from
    its end does not pay for what that job has just had. Among one owner's, jobs that have begun go before those that
    have not, and of them whatever is nearest to its end. Jobs, owners and engines that run as much as they may are left
    out, and while the queue is paused everything is, unless that is not to count.
    """
    running = _cost_by_owner(StepRow.state == StepState.RUNNING)
    ended = _cost_by_owner(StepRow.ended_at > now - SHARE_SECONDS)
    phases_left = func.json_array_length(JobRow.phases) - StepRow.phase
    is_last = (StepRow.phase > 0) & (phases_left == 1) & (JobRow.remaining == 1)
    not_begun = case((StepRow.phase == 0, 1), else_=0)
    own_order = (
        JobRow.priority,
        not_begun,
        phases_left,
        JobRow.remaining,
        JobRow.queued_at,
        JobRow.id,
        StepRow.number,
    )
    share = func.sum(StepRow.cost).over(partition_by=JobRow.owner_id, order_by=own_order)
    just_had = case((is_last, 0), else_=func.coalesce(ended.c.cost, 0))
    return (
        select(
            StepRow.id.label("id"),
            StepRow.job_id.label("job_id"),
            JobRow.owner_id.label("owner_id"),
            StepRow.engine.label("engine"),
            StepRow.at_once.label("at_once"),
            StepRow.dispatched_at.label("rung"),
            JobRow.queued_at.label("queued_at"),
            JobRow.priority.label("priority"),
            (share + func.coalesce(running.c.cost, 0) + just_had).label("share"),
            func.row_number().over(partition_by=StepRow.job_id, order_by=StepRow.number).label("of_job"),
            *_numbered(limits, own_order),
        )
        .join(JobRow, JobRow.id == (_plain(StepRow.job_id) if among else StepRow.job_id))
        .outerjoin(running, running.c.owner_id == JobRow.owner_id)
        .outerjoin(ended, ended.c.owner_id == JobRow.owner_id)
        .where(
            (_plain(StepRow.state) if among else StepRow.state) == StepState.QUEUED,
            StepRow.run_at <= now,
            (_plain(JobRow.state) if among else JobRow.state).in_(list(RUNNABLE)),
            *([] if even_if_paused else [queue_open()]),
            StepRow.job_id.not_in(_full_jobs()),
            *_within(limits),
            *([StepRow.id.in_(union(*among))] if among else []),
            *only,
        )
        .subquery()
    )


def _plain(column: InstrumentedAttribute[str]) -> ColumnElement[str]:
    """The column, said so that no index fits: thousands have its value, and few are looked at, by their ids."""
    return column + ""


def first_in_line(of_each_owner: ColumnElement[int], *, is_sqlite: bool) -> Select[str]:
    """The first steps that can be among an owner's next, by id: of jobs that have not begun there may be thousands.

    An index gives the first few of each owner. Only PostgreSQL can say so in a join, and only SQLite finds its way
    through the other form.
    """
    step, line = aliased(StepRow), aliased(JobRow)
    of_owner = (
        select(line.id)
        .where(line.owner_id == UserRow.id, line.state == JobState.QUEUED)
        .order_by(line.priority, line.queued_at)
        .limit(of_each_owner)
        .correlate(UserRow)
    )
    if is_sqlite:
        first = select(step.id).select_from(UserRow).join(step, step.job_id.in_(of_owner))
    else:
        jobs = of_owner.lateral()
        first = select(step.id).select_from(UserRow).join(jobs, true()).join(step, step.job_id == jobs.c.id)
    return first.where(_plain(step.state) == StepState.QUEUED, step.phase + 0 == 0)


def has_begun() -> tuple[Select[str], Select[str]]:
    """The queued steps, by id, that are not their job's first, and those first ones that were tried before."""
    step, again = aliased(StepRow), aliased(StepRow)
    return (
        select(step.id).where(step.state == StepState.QUEUED, step.phase > 0),
        select(again.id)
        .join(JobRow, JobRow.id == again.job_id)
        .where(
            JobRow.state == JobState.PROCESSING,
            JobRow.phase == 0,
            _plain(again.state) == StepState.QUEUED,
            again.phase == 0,
        ),
    )


def was_rung() -> Select[str]:
    """The queued steps, by id, of which a worker was told."""
    step = aliased(StepRow)
    return select(step.id).where(step.state == StepState.QUEUED, step.dispatched_at > 0)


def may_be_rung(due: Subquery, limits: RunningLimits) -> list[ColumnElement[bool]]:
    """Leaves out what could not be claimed by the time that its ring is heard: it would fill the window for nothing."""
    job, step = aliased(JobRow), aliased(StepRow)
    told = or_(
        step.state == StepState.RUNNING, (step.state == StepState.QUEUED) & step.dispatched_at.is_not(None)
    )
    of_job = (
        select(func.count())
        .select_from(step)
        .where(told, _plain(step.job_id) == due.c.job_id)
        .scalar_subquery()
    )
    room = (due.c.of_job <= due.c.at_once) & (due.c.of_job + of_job <= due.c.at_once)
    conditions: list[ColumnElement[bool]] = [due.c.at_once.is_(None) | room]
    if limits.owner is not None:
        taken = (
            select(func.count())
            .select_from(step)
            .join(job, job.id == step.job_id)
            .where(told, job.owner_id == due.c.owner_id)
            .scalar_subquery()
        )
        conditions.append(due.c.of_owner + taken <= limits.owner)
    for engine, most in limits.engines:
        taken = select(func.count()).select_from(step).where(told, step.engine == engine).scalar_subquery()
        conditions.append(due.c.engine.is_distinct_from(engine) | (due.c.of_engine + taken <= most))
    return conditions


def running_of_job(job_id: str) -> Select[int]:
    """How many steps of the job run."""
    return (
        select(func.count())
        .select_from(StepRow)
        .where(_plain(StepRow.job_id) == job_id, StepRow.state == StepState.RUNNING)
    )


def running_of_owner(owner_id: str) -> Select[int]:
    """How many steps of the owner run."""
    return (
        select(func.count())
        .select_from(StepRow)
        .join(JobRow, JobRow.id == StepRow.job_id)
        .where(StepRow.state == StepState.RUNNING, JobRow.owner_id == owner_id)
    )


def running_on_engine(engine: str) -> Select[int]:
    """How many steps that need the engine run."""
    return (
        select(func.count())
        .select_from(StepRow)
        .where(StepRow.state == StepState.RUNNING, StepRow.engine == engine)
    )


def _numbered(limits: RunningLimits, own_order: tuple[Any, ...]) -> list[ColumnElement[Any]]:
    """Where there is a limit, which one of its owner's or its engine's a step is."""
    columns: list[ColumnElement[Any]] = []
    if limits.owner is not None:
        nth = func.row_number().over(partition_by=JobRow.owner_id, order_by=own_order)
        columns.append(nth.label("of_owner"))
    if limits.engines:
        nth = func.row_number().over(partition_by=StepRow.engine, order_by=(JobRow.priority, StepRow.id))
        columns.append(nth.label("of_engine"))
    return columns


def _full_jobs() -> Select[str]:
    """The jobs that run as many steps as they may at once."""
    step = aliased(StepRow)
    return (
        select(step.job_id)
        .where(step.state == StepState.RUNNING, step.at_once.is_not(None))
        .group_by(step.job_id)
        .having(func.count() >= func.min(step.at_once))
    )


def _within(limits: RunningLimits) -> list[ColumnElement[bool]]:
    """Neither the owner nor the engine runs as much as it may."""
    job, step = aliased(JobRow), aliased(StepRow)
    conditions: list[ColumnElement[bool]] = []
    if limits.owner is not None:
        full = (
            select(job.owner_id)
            .join(step, step.job_id == job.id)
            .where(step.state == StepState.RUNNING)
            .group_by(job.owner_id)
            .having(func.count() >= limits.owner)
        )
        conditions.append(JobRow.owner_id.not_in(full))
    for engine, most in limits.engines:
        taken = (
            select(func.count())
            .select_from(step)
            .where(step.state == StepState.RUNNING, step.engine == engine)
            .scalar_subquery()
        )
        conditions.append(StepRow.engine.is_distinct_from(engine) | (taken < most))
    return conditions


def _cost_by_owner(which: ColumnElement[bool]) -> Subquery:
    return (
        select(JobRow.owner_id.label("owner_id"), func.sum(StepRow.cost).label("cost"))
        .join(JobRow, JobRow.id == StepRow.job_id)
        .where(which)
        .group_by(JobRow.owner_id)
        .subquery()
    )
