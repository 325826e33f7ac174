"""The states of a step, the unit of retry, lease, checkpoint and parallelism."""

from collections.abc import Sequence
from enum import StrEnum


class StepState(StrEnum):
    """`planned`: its job is not started; `queued`: due once `run_at` has come; `running`: leased by a worker."""

    PLANNED = "planned"
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


_S = StepState

TRANSITIONS: dict[StepState, frozenset[StepState]] = {
    _S.PLANNED: frozenset({_S.QUEUED, _S.CANCELLED}),
    _S.QUEUED: frozenset({_S.RUNNING, _S.CANCELLED}),
    _S.RUNNING: frozenset({_S.DONE, _S.FAILED, _S.QUEUED, _S.CANCELLED}),
    _S.DONE: frozenset(),
    _S.FAILED: frozenset({_S.QUEUED}),
    _S.CANCELLED: frozenset({_S.QUEUED}),
}

OPEN = frozenset({_S.PLANNED, _S.QUEUED, _S.RUNNING})

SECONDS_A_STEP = 2.0
"""A step is cut so that it is expected to take at most about this long: what a crash can cost."""
SECONDS_WORTH_A_STEP = 0.2
"""A phase is not cut into steps shorter than this: below it, claiming costs more than it gains."""
SECONDS_OF_ONE_STEP_JOB = 1.0
"""A job expected to take less than this may run all its phases in one step."""

LIGHT_MS = 500
"""Up to this expected cost a step that needs no engine is light: it does not wait for a slot that others hold long."""


def is_light(cost: int, engine: str | None) -> bool:
    """Whether a step of this expected cost in milliseconds may run beside a worker's slots."""
    return engine is None and cost <= LIGHT_MS


def how_many_steps(seconds: float, slots: int) -> int:
    """Into how many steps a phase splits that is expected to take these seconds on that many live slots.

    So many that no slot is idle while others read the last of them.
    """
    at_most = max(1, int(seconds / SECONDS_WORTH_A_STEP))
    slots = max(1, slots)
    rounds = max(1, -int(-seconds // (SECONDS_A_STEP * slots)))
    return min(at_most, rounds * slots)


def runs_on(costs: Sequence[int], later_cost: int, slots: int, *, light: bool = False) -> bool:
    """Whether a job's first step goes on with its next phase, planned as steps of these costs, and all later ones.

    Costs are expected milliseconds. So it does while the rest is short, unless the phase is worth being shared by
    several of the live slots. A `light` step runs beside the slots: it goes on only with what is light itself.
    """
    phase = sum(costs)
    most = LIGHT_MS if light else SECONDS_OF_ONE_STEP_JOB * 1000
    if not costs or phase + later_cost >= most:
        return False
    return len(costs) == 1 or how_many_steps(phase / 1000, slots) == 1
