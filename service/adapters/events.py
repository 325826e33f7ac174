"""What can be put into a job's event log, and what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from service.domain.json import Json, JsonObject
from service.protocol.snapshot import FIELDS

_GIVEN_APART = frozenset({"pages", "log", "alive_at"})
_OF_THE_ROW = frozenset({"state", "percent", "chunks"})


class Outcome(Enum):
    """What an append did. Only APPENDED raised seq and was published."""

    APPENDED = "appended"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    SEED_NEEDED = "seed_needed"


@dataclass(frozen=True)
class RowPatch:
    """What the job's row says after a commit.

    `fields` has absolute values: None removes a field, a field that is not named stays. The maps `artifacts`,
    `warnings` and `chunks` are complete where they are named; `counters` is merged, but pages_done and pages_failed
    are counted from the pages. `pages` ("12" -> "td") is merged. Costs are weights of steps, `done_cost` that of
    all steps that have ended, kept ones included. Log lines appear only if the row is accepted.
    """

    job_id: str
    owner_id: str
    run: int
    revision: int
    fields: JsonObject
    total_cost: int
    done_cost: int
    log: Sequence[Json] = ()
    pages: Mapping[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        _check(self.fields, FIELDS - _GIVEN_APART)


@dataclass(frozen=True)
class StepFacts:
    """What a worker says of its attempt at a step: so much is `done` of its `cost`, as they weigh in the percentage.

    `fields`, `pages` and `log` as in RowPatch, but without what only the row may say: state, percent and chunks.
    """

    job_id: str
    owner_id: str
    run: int
    step_id: str
    attempt: int
    done: int
    cost: int
    ended: bool = False
    fields: JsonObject = field(default_factory=dict[str, Json])
    pages: Mapping[str, str] = field(default_factory=dict[str, str])
    log: Sequence[Json] = ()

    def __post_init__(self) -> None:
        _check(self.fields, FIELDS - _GIVEN_APART - _OF_THE_ROW)


@dataclass(frozen=True)
class Seed:
    """A whole event log, from SQL. `value` is a snapshot's value with its maps.

    `steps`: id -> (attempt, weight done, ended), the fences. `done` counts those and what the run
    brought along.
    """

    job_id: str
    owner_id: str
    run: int
    revision: int
    value: JsonObject
    steps: Mapping[str, tuple[int, int, bool]]
    total: int
    done: int
    percent: float

    def __post_init__(self) -> None:
        _check(self.value, FIELDS)


def _check(fields: JsonObject, allowed: frozenset[str]) -> None:
    """Raises ValueError for a field that does not belong there: what nobody reads must not be written."""
    if wrong := fields.keys() - allowed:
        raise ValueError(f"not fields of a snapshot, or not to be given here: {', '.join(sorted(wrong))}")
