"""The frames of the socket, version 1, as pydantic models: what is sent is validated by what is documented."""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from service.domain.json import JsonObject
from service.protocol.described import JobFields

SUBPROTOCOL = "headway.v1"
PROTOCOL = 1


class Frame(BaseModel):
    """Readers ignore fields they do not know."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Subscribe(Frame):
    """Asks for a topic; `since` (`epoch:seq`, only for `job:`) asks for what came after."""

    type: Literal["subscribe"] = "subscribe"
    id: Annotated[int, Field(ge=0, le=2**53)]
    topic: Annotated[str, Field(min_length=1, max_length=512)]
    since: Annotated[str, Field(max_length=200, pattern=r"^[^\s:]+:\d{1,15}$")] | None = None


class Unsubscribe(Frame):
    """Ends a subscription; unknown topics are no error."""

    type: Literal["unsubscribe"] = "unsubscribe"
    topic: Annotated[str, Field(min_length=1, max_length=512)]


class Pong(Frame):
    """The answer to `ping`."""

    type: Literal["pong"] = "pong"


Up: TypeAlias = Annotated[Subscribe | Unsubscribe | Pong, Field(discriminator="type")]
UP: TypeAdapter[Subscribe | Unsubscribe | Pong] = TypeAdapter(Up)


class Resume(Frame):
    """How far back `since` reaches: patches, and seconds."""

    patches: int
    seconds: int


class Hello(Frame):
    """The first frame of every socket; `at` is the server's clock, in seconds since 1970."""

    type: Literal["hello"] = "hello"
    protocol: int = PROTOCOL
    at: float
    heartbeat_seconds: float
    resume: Resume


class JobSnapshotFrame(Frame):
    """All of a job at (epoch, seq)."""

    type: Literal["snapshot"] = "snapshot"
    topic: str
    job_id: str
    epoch: str
    seq: int
    run: int
    reason: Literal["first", "too_old", "new_epoch"]
    value: JobFields


class ValueSnapshotFrame(Frame):
    """All of a batch or of the workers."""

    type: Literal["snapshot"] = "snapshot"
    topic: str
    value: JsonObject


class ListSnapshotFrame(Frame):
    """The beginning of a list: its counts; `cards` frames follow, and `more` says that the list goes on by HTTP."""

    type: Literal["snapshot"] = "snapshot"
    topic: str
    counts: dict[str, int]
    more: bool


class JobPatchFrame(Frame):
    """What changed of a job from seq[0] to seq[1]."""

    type: Literal["patch"] = "patch"
    topic: str
    job_id: str
    epoch: str
    seq: tuple[int, int]
    run: int
    set: JobFields


class ValuePatchFrame(Frame):
    """What changed of a batch or of the workers; every value is absolute, null deletes, maps merge by key."""

    type: Literal["patch"] = "patch"
    topic: str
    set: JsonObject


class CardFrame(Frame):
    """A job that entered a list or must be shown anew, at its place (0 is the top)."""

    type: Literal["card"] = "card"
    topic: str
    job_id: str
    epoch: str
    seq: tuple[int, int]
    run: int
    place: int
    value: JobFields


class GoneFrame(Frame):
    """A job that left a list."""

    type: Literal["gone"] = "gone"
    topic: str
    job_id: str


class CountsFrame(Frame):
    """A list's counts by state, and their `total`; `more` says that the list goes on by HTTP."""

    type: Literal["counts"] = "counts"
    topic: str
    counts: dict[str, int]
    more: bool


class ErrorFrame(Frame):
    """One request that could not be done; the socket stays."""

    type: Literal["error"] = "error"
    id: int | None = None
    topic: str | None = None
    problem: dict[str, Any]


class Degraded(Frame):
    """The gateway lost its source: what is shown is of `since`."""

    type: Literal["degraded"] = "degraded"
    since: float


class Recovered(Frame):
    """The gateway has its source again, and what was missed has been sent."""

    type: Literal["recovered"] = "recovered"


class Ping(Frame):
    """The heartbeat; two of them missing means a dead link."""

    type: Literal["ping"] = "ping"
    at: float


class Bye(Frame):
    """The gateway stops: come back after so many milliseconds."""

    type: Literal["bye"] = "bye"
    after_ms: int


Down: TypeAlias = (
    Hello
    | JobSnapshotFrame
    | ValueSnapshotFrame
    | ListSnapshotFrame
    | JobPatchFrame
    | ValuePatchFrame
    | CardFrame
    | GoneFrame
    | CountsFrame
    | ErrorFrame
    | Degraded
    | Recovered
    | Ping
    | Bye
)
