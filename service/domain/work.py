"""What the phases of a pipeline plan and make."""

from dataclasses import dataclass, field

from service.domain.costs import Spent
from service.domain.json import JsonObject
from service.domain.records.new import ToRecord


@dataclass(frozen=True)
class StepPlan:
    """A step to be made. Cost is expected milliseconds of work.

    `engine` in the input names the one that it needs, and `at_once` is the most of its job's steps that may run while
    it does, where there is such a limit.
    """

    cost: int
    input: JsonObject = field(default_factory=dict[str, object])

    @property
    def engine(self) -> str | None:
        """The code of the engine that the step needs, and waits for while that is away."""
        return self.input.get("engine")

    @property
    def at_once(self) -> int | None:
        """The most steps of its job that may run side by side while it does; None: no limit."""
        return self.input.get("at_once")


@dataclass(frozen=True)
class NextPhase:
    """The steps of a phase, and how many milliseconds all phases after it are expected to take.

    `foretold` is what else a pipeline can say beforehand of the work that is to come, for the estimate of a staged job.
    """

    steps: tuple[StepPlan, ...]
    later_cost: int = 0
    foretold: JsonObject = field(default_factory=dict[str, object])


@dataclass(frozen=True)
class NewArtifact:
    """A result file whose blob is durable."""

    name: str
    blob: str
    size: int
    media_type: str


@dataclass(frozen=True)
class StepDone:
    """What a step made.

    `pages` are two letters by page number, `warnings` failures as JSON by key; `more` are steps that its phase grows
    by; `page_count` is the document's, and `pages_left_out` how many of them nobody wants read; `outcome` is the job's,
    should the job complete; `result` is what came out, in a few values that a card can show: ids of what was recorded
    join it as `records`; `spent` is what units of work took, for whoever plans more of them. `to_record` is carried
    out in the transaction that records the step, so a step that is done has recorded it, and once; what became of it
    joins the output as `recorded`, for the phases that follow.
    """

    output: JsonObject = field(default_factory=dict[str, object])
    output_blob: str | None = None
    pages: dict[str, str] = field(default_factory=dict[str, str])
    warnings: dict[str, JsonObject] = field(default_factory=dict[str, JsonObject])
    artifacts: tuple[NewArtifact, ...] = ()
    more: tuple[StepPlan, ...] = ()
    page_count: int | None = None
    pages_left_out: int = 0
    outcome: str | None = None
    result: JsonObject | None = None
    spent: tuple[Spent, ...] = ()
    to_record: ToRecord | None = None


@dataclass(frozen=True)
class PastWork:
    """A done step, as later phases see it."""

    phase: int
    number: int
    input: JsonObject
    output: JsonObject
    output_blob: str | None
    pages: dict[str, str]
