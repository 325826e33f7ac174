"""`admin:workers`: what the workers do, read again whenever something says that it changed."""

from collections.abc import Awaitable, Callable

from service.adapters import keys
from service.domain.json import JsonObject
from service.gateway.hub import Hub
from service.gateway.views.read import Reading, ReadView

READ_GAP_SECONDS = 2.0
"""It is the most that is read at a time, so it is read seldom, and only while somebody watches."""
DEAD_AFTER_SECONDS = 5.0
"""A worker that died says nothing: only the clock tells, so the value is read again as often as this."""

_WORDS = (b'"worker"', b'"state"', b'"queue"')
"""A worker says that it runs something else, a job changed its state, or the queue was paused or resumed."""


def workers_view(hub: Hub, read: Callable[[], Awaitable[JsonObject]]) -> ReadView:
    """The workers, what each runs, the queue and what waits in it, and the engines."""
    return ReadView(
        "admin:workers",
        hub,
        Reading(
            channels=(keys.WORKERS_CHANNEL, keys.ALL_CHANNEL, keys.QUEUE_CHANNEL),
            value=read,
            gap=READ_GAP_SECONDS,
            concerns=lambda payload: any(word in payload for word in _WORDS),
            again_after=lambda _value: DEAD_AFTER_SECONDS,
        ),
    )
