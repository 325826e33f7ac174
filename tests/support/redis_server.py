"""The Redis of a test process, and what a test must not leave in it."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from redis import Redis

from service.adapters.queue import IMAGE_QUEUE, STEP_QUEUE

MAY_STAY = (STEP_QUEUE, IMAGE_QUEUE)
"""Key patterns without an expiry by design: arq's queues, which exist while they hold something."""


def connected(url: str) -> "Redis":
    """A blocking client, for fixtures that run outside of the event loop."""
    return Redis.from_url(url, decode_responses=True)


def keys_without_expiry(client: "Redis", may_stay: tuple[str, ...]) -> list[str]:
    """The names of all keys that would stay for ever, but for those that match a pattern."""
    return sorted(key for key in _keys(client) if _stays(client, key) and not _matches(key, may_stay))


def _keys(client: "Redis") -> Iterator[str]:
    yield from client.scan_iter(count=1000)


def _stays(client: "Redis", key: str) -> bool:
    return client.ttl(key) == -1


def _matches(key: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(key, pattern) for pattern in patterns)
