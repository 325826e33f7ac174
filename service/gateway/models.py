"""The bodies of the HTTP interface: requests are validated by these, answers are documented by them."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from service.domain.ids import is_id
from service.domain.job import JobState


def _id(text: str) -> str:
    if not is_id(text):
        raise ValueError("it is not an id")
    return text


Id = Annotated[str, AfterValidator(_id), Field(json_schema_extra={"format": "uuid"})]


class Body(BaseModel):
    """What is sent: a field that is not known is refused, since it would be ignored silently."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Told(BaseModel):
    """What is answered; readers ignore fields that they do not know."""

    model_config = ConfigDict(extra="allow")


class SignIn(Body):
    """The one-time code of a link."""

    code: Annotated[str, Field(min_length=1, max_length=200)]


class Nothing(Body):
    """An empty object, or no body at all."""


class JobChange(Body):
    """Options by name, in place of those that the staged job has; what is left out stays."""

    options: dict[str, Any]


class Again(Body):
    """The same document once more: `options` in place of the job's, what is left out stays; without `start` the new
    job is staged."""

    options: dict[str, Any] = Field(default_factory=dict[str, Any])
    start: bool = True


class HowToPause(Body):
    """`stop`: what runs is stopped and handed back at once, rather than let end."""

    stop: bool = False


class NewPriority(Body):
    """How urgent a job is to be; only admins may say `high`."""

    priority: Literal["high", "normal", "low"]


class NewBatch(Body):
    """A batch; the client may choose its id, so that sending it again is safe."""

    id: Id | None = None
    name: Annotated[str, Field(max_length=200)] | None = None


class AnswerToQuestion(Body):
    """What a person answers."""

    question_id: Annotated[str, Field(max_length=100)]
    answer: dict[str, Any]


class JobIds(Body):
    """Jobs to do something with."""

    ids: Annotated[list[Id], Field(min_length=1, max_length=1000)]


class User(Told):
    """Who is signed in."""

    id: str
    name: str
    role: Literal["user", "admin"]


class UploadLimits(Told):
    """What an upload may be; `accepts` are endings of file names."""

    file_bytes: int
    files_per_request: int
    accepts: list[str]


class SessionAnswer(Told):
    """Who is signed in, and what the page must know of the server."""

    user: User
    limits: UploadLimits
    version: str


class LinkAnswer(Told):
    """A link that signs in one more device, once."""

    url: str
    expires_at: float


class MessageAnswer(Told):
    """Words by code."""

    code: str
    params: dict[str, Any]
    text: str


class PhaseAnswer(Told):
    """A phase of a pipeline."""

    code: str
    title: str


class PipelineAnswer(Told):
    """A pipeline, with what a form for its options is built from."""

    name: str
    title: MessageAnswer
    phases: list[PhaseAnswer]
    options_schema: dict[str, Any]
    accepts: list[str]
    default: bool


class PipelinesAnswer(Told):
    """All pipelines."""

    items: list[PipelineAnswer]


class BatchMade(Told):
    """A new batch, and the topic to watch it by."""

    batch_id: str
    topic: str


class Problem(Told):
    """RFC 9457: `detail` says what to do, `support_id` finds the internals in the server's log."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    params: dict[str, Any]
    support_id: str | None


class AcceptedFile(Told):
    """A file that is safe, and its job; with `duplicate_of` the job is an earlier one of the same content."""

    name: str
    document_id: str
    job_id: str
    topic: str
    state: JobState
    size: int
    duplicate_of: str | None


class RejectedFile(Told):
    """A file that was not taken, and why."""

    name: str
    problem: Problem


class UploadAnswer(Told):
    """What became of each file."""

    batch_id: str | None
    topic: str | None
    accepted: list[AcceptedFile]
    rejected: list[RejectedFile]


class JobsAnswer(Told):
    """A page of cards, newest first; `next` is the cursor of the page after it. `counts` ignore the state filter."""

    items: list[dict[str, Any]]
    next: str | None
    counts: dict[str, int]


class JobAnswer(Told):
    """A job's snapshot."""

    job_id: str
    epoch: str
    seq: int
    run: int
    value: dict[str, Any]


class CommandAnswer(Told):
    """Where the command led the job."""

    job_id: str
    state: JobState


class EstimateAnswer(Told):
    """What a staged job is expected to be: pages, steps, seconds of work; or the code of what is wrong with it."""

    pages: int | None = None
    steps: int | None = None
    seconds: float | None = None
    error: str | None = None


class PlaceAnswer(Told):
    """A job's place in the queue, from 1, of so many, and when it is expected to begin: seconds since 1970."""

    job_id: str
    place: int | None
    of: int
    expected_start_at: float | None


class Pending(Told):
    """A worker is looking; ask again."""

    job_id: str


class PageAnswer(Told):
    """A page as it was read: its text, and lines with boxes in points."""

    number: int
    route: str
    text: str


class DocumentAnswer(Told):
    """What was uploaded."""

    id: str
    name: str
    kind: str
    size: int
    sha256: str
    page_count: int | None
    owner_id: str
    created_at: float
    jobs: list[str]


class BatchAnswer(Told):
    """A batch's counts and its jobs, as the topic `batch:<id>` has them."""

    id: str
    name: str | None
    total: int
    counts: dict[str, int]
    percent: float
    jobs: dict[str, Any]


class JobsDone(Told):
    """The jobs that a command reached."""

    jobs: list[str]


class QueueAnswer(Told):
    """Whether the whole queue is paused: by whom and since when, in seconds since 1970."""

    paused: dict[str, Any] | None


class WorkersAnswer(Told):
    """The workers, the queue, why what waits does, and the engines, as the topic `admin:workers` has them."""

    workers: dict[str, Any]
    queue: dict[str, Any]
    waits: dict[str, Any]
    throughput: dict[str, Any]
    engines: dict[str, Any]


class HealthAnswer(Told):
    """Whether the server can work, part by part."""

    ok: bool
