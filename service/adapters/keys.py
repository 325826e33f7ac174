"""What things are called in Redis, and how long they live. Nobody else spells a key or a channel."""

from typing import NamedTuple

PREFIX = "headway:"

LIVE_SECONDS = 7 * 24 * 3600
"""How long a live job's event log outlasts its last append."""
ENDED_SECONDS = 24 * 3600
"""How long an ended job's snapshot stays; later readers are served from SQL."""
RESUME_SECONDS = 600
"""How long after the last append a job's patches can still be had one by one."""
RESUME_PATCHES = 1000
"""How many of a job's newest patches can at least be had one by one."""

ALL_CHANNEL = f"{PREFIX}ev:all"
"""Every job's patches, for readers that may see everything."""
CONTROL_CHANNEL = f"{PREFIX}control"
"""Commands to workers, such as {"cancel": {"job_id"}}."""
WAKE_CHANNEL = f"{PREFIX}wake"
"""Tells workers that there is something to pick up."""
WORKERS_CHANNEL = f"{PREFIX}workers"
"""What workers say of themselves."""

QUEUE_CHANNEL = f"{PREFIX}queue"
"""Says that the queue was paused or resumed."""


class JobKeys(NamedTuple):
    """The keys of one job's event log, in the order in which the scripts take them."""

    main: str
    pages: str
    log: str
    steps: str
    stream: str


def job_keys(job_id: str) -> JobKeys:
    """Where a job's event log is kept."""
    main = f"{PREFIX}job:{job_id}"
    return JobKeys(main, f"{main}:pages", f"{main}:log", f"{main}:steps", f"{main}:stream")


def job_channel(job_id: str) -> str:
    """Where one job's patches are published."""
    return f"{PREFIX}ev:job:{job_id}"


def owner_channel(owner_id: str) -> str:
    """Where the patches of all of an owner's jobs are published."""
    return f"{PREFIX}ev:owner:{owner_id}"


def records_channel(owner_id: str) -> str:
    """Says that one of an owner's ships or certificates changed."""
    return f"{PREFIX}records:{owner_id}"


def image_channel(key: str) -> str:
    """Where it is said that a page's image is there, or why not."""
    return f"{PREFIX}image:{key}"
