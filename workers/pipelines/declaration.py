"""How a pipeline is declared: a name, options, and phases that plan steps and run them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import BaseModel, JsonValue

from service.adapters.blob_store import BlobStore
from service.adapters.known_records import KnownRecords
from service.adapters.known_sentences import KnownSentences
from service.domain.json import JsonObject
from service.domain.message import Message
from service.domain.pipeline import JOB_MINUTES, FirstStep, PipelineSpec
from service.domain.question import Question
from service.domain.work import NextPhase, PastWork, StepDone
from workers.engines.failures import EngineFailed
from workers.engines.toolbox import Toolbox

A_SHIP: dict[str, JsonValue] = {"format": "ship"}
"""In the schema of an option: it takes the id of one of the person's ships, so that forms can offer them."""
A_TIME_LIMIT: dict[str, JsonValue] = {"format": JOB_MINUTES}
"""In the schema of an option: after so many minutes of work the job is stopped."""


class Report(Protocol):
    """Where a step says how far it is. Nothing here waits."""

    def began(self, cost: float, takes: float | None = None) -> None:
        """Work on the next item began, which is so much of the step's cost; by what is known by now it `takes` so many
        milliseconds, else as many as it costs."""
        ...

    def worked(self, cost: float) -> None:
        """So many expected milliseconds more of the step are done."""
        ...

    def detail(self, detail: Message) -> None:
        """What is being done, for a person."""
        ...

    def pages(self, pages: dict[str, str]) -> None:
        """Pages' two letters by page number."""
        ...

    def line(self, line: JsonObject) -> None:
        """A line for the job's log."""
        ...


@dataclass(frozen=True)
class DocumentFacts:
    """The document that a step works on; `blob` is its key in the blob store."""

    id: str
    owner_id: str
    name: str
    kind: str
    size: int
    blob: str
    sha256: str


@dataclass(frozen=True)
class StepContext:
    """All that a step may know and use. `before` are the done steps of earlier phases and of its own.

    `failures` is how often the step has failed for a passing reason, and `doubts` how often it found an engine away
    that may have stumbled over this very step. `records` only reads: what is to be written goes into the StepDone, as
    `to_record`. `sentences` are those that other jobs have made.
    """

    job_id: str
    step_id: str
    document: DocumentFacts
    options: Any
    input: JsonObject
    cost: int
    page_count: int | None
    answers: JsonObject
    before: Sequence[PastWork]
    output_key: str
    report: Report
    blobs: BlobStore
    tools: Toolbox
    records: KnownRecords
    sentences: KnownSentences
    failures: int = 0
    doubts: int = 0


@dataclass(frozen=True)
class PlanContext:
    """What a phase is planned from: the options and all done steps. `slots` is how many steps run side by side."""

    document: DocumentFacts
    options: Any
    before: Sequence[PastWork]
    page_count: int | None
    slots: int
    tools: Toolbox


class AskPerson(Exception):
    """Raised by a step that cannot go on before a person has answered; it runs again after that."""

    def __init__(self, question: Question) -> None:
        super().__init__(question.code)
        self.question = question


class WorkGone(Exception):
    """Raised by a step that failed since what an earlier phase has made is gone: a retry begins at that phase."""

    def __init__(self, phase: str, failed: EngineFailed) -> None:
        super().__init__(str(failed))
        self.phase = phase
        self.failed = failed


@dataclass(frozen=True)
class Phase:
    """`plan` must be quick and pure: it runs inside the transaction that ends the phase before."""

    code: str
    plan: Callable[[PlanContext], NextPhase]
    run: Callable[[StepContext], Awaitable[StepDone]]


@dataclass(frozen=True)
class Pipeline:
    """A pipeline as a file of `workers/pipelines` declares it, under the name `PIPELINE`."""

    name: str
    options: type[BaseModel]
    accepts: tuple[str, ...]
    first: FirstStep
    phases: tuple[Phase, ...]

    def spec(self) -> PipelineSpec:
        """What everybody else may know."""
        return PipelineSpec(
            name=self.name,
            phases=tuple(each.code for each in self.phases),
            accepts=self.accepts,
            options_schema=self.options.model_json_schema(),
            first=self.first,
        )
