"""The topics of the socket, in their one canonical spelling."""

from dataclasses import dataclass
from typing import Literal, TypeAlias
from urllib.parse import parse_qsl, urlencode

from service.domain.ids import is_id
from service.domain.job import JobState

LIST_LIMIT = 50
LONGEST_LIST = 500


class UnknownTopic(Exception):
    """The text names no topic."""


@dataclass(frozen=True)
class JobTopic:
    """One job in full: pages and log as well."""

    job_id: str

    def __str__(self) -> str:
        return f"job:{self.job_id}"


@dataclass(frozen=True)
class BatchTopic:
    """The counts and the weighted percentage of a batch."""

    batch_id: str

    def __str__(self) -> str:
        return f"batch:{self.batch_id}"


@dataclass(frozen=True)
class Filters:
    """The indexed filters of a list of jobs; empty means all."""

    states: tuple[JobState, ...] = ()
    pipeline: str | None = None
    batch: str | None = None
    owner: str | None = None
    limit: int = LIST_LIMIT

    def query(self) -> str:
        """The canonical query: keys sorted, defaults left out."""
        pairs = {
            "batch": self.batch,
            "limit": str(self.limit) if self.limit != LIST_LIMIT else None,
            "owner": self.owner,
            "pipeline": self.pipeline,
            "state": ",".join(sorted(self.states)) or None,
        }
        return urlencode([(key, value) for key, value in pairs.items() if value], safe=",")


@dataclass(frozen=True)
class ListTopic:
    """A live list of jobs, newest first: one's own, or for an admin everybody's."""

    scope: Literal["jobs", "admin:jobs"]
    filters: Filters

    def __str__(self) -> str:
        query = self.filters.query()
        return f"{self.scope}?{query}" if query else self.scope


@dataclass(frozen=True)
class WorkersTopic:
    """The workers, the queue and the engines."""

    def __str__(self) -> str:
        return "admin:workers"


@dataclass(frozen=True)
class QueueTopic:
    """One's own places in the queue."""

    def __str__(self) -> str:
        return "queue"


@dataclass(frozen=True)
class RecordsTopic:
    """How many ships and certificates one has, how many end when, and a mark of the last change."""

    def __str__(self) -> str:
        return "records"


Topic: TypeAlias = JobTopic | BatchTopic | ListTopic | WorkersTopic | QueueTopic | RecordsTopic


def parse_filters(pairs: dict[str, str], *, owner_allowed: bool) -> Filters:
    """The filters of a query; raises UnknownTopic for an unknown key or a value that makes no sense."""
    known = {"state", "pipeline", "batch", "limit", *(("owner",) if owner_allowed else ())}
    if strange := set(pairs) - known:
        raise UnknownTopic(f"unknown filter {min(strange)}")
    try:
        states = tuple(sorted(JobState(each) for each in pairs.get("state", "").split(",") if each))
    except ValueError:
        raise UnknownTopic(f"state is one or more of {', '.join(JobState)}") from None
    try:
        limit = int(pairs.get("limit", LIST_LIMIT))
    except ValueError:
        limit = 0
    if not 1 <= limit <= LONGEST_LIST:
        raise UnknownTopic(f"limit must be 1 to {LONGEST_LIST}")
    if "\x00" in pairs.get("pipeline", ""):
        # PostgreSQL has no such text, so that asking for it would fail.
        raise UnknownTopic("pipeline is not a name")
    for key in ("batch", "owner"):
        if key in pairs and not is_id(pairs[key]):
            raise UnknownTopic(f"{key} is not an id")
    return Filters(states, pairs.get("pipeline"), pairs.get("batch"), pairs.get("owner"), limit)


def parse_topic(text: str) -> Topic:
    """The topic that a text names, in whichever order its filters stand; raises UnknownTopic."""
    name, _, query = text.partition("?")
    if name in ("jobs", "admin:jobs"):
        try:
            pairs = dict(parse_qsl(query, keep_blank_values=True, max_num_fields=10))
        except ValueError:
            raise UnknownTopic("too many filters") from None
        scope: Literal["jobs", "admin:jobs"] = "jobs" if name == "jobs" else "admin:jobs"
        return ListTopic(scope, parse_filters(pairs, owner_allowed=scope == "admin:jobs"))
    if query:
        raise UnknownTopic(text)
    kind, _, key = name.partition(":")
    if name == "admin:workers":
        return WorkersTopic()
    if name == "queue":
        return QueueTopic()
    if name == "records":
        return RecordsTopic()
    if kind == "job" and is_id(key):
        return JobTopic(key)
    if kind == "batch" and is_id(key):
        return BatchTopic(key)
    raise UnknownTopic(text)
