"""`records`: one's own ships and certificates in a few numbers, read again whenever one of them changed."""

from collections.abc import Awaitable, Callable

from service.adapters import keys
from service.domain.json import JsonObject
from service.gateway.hub import Hub
from service.gateway.views.read import Reading, ReadView

READ_GAP_SECONDS = 0.25
READ_AGAIN_SECONDS = 60.0
"""Nobody tells that a day has begun, on which other certificates are overdue: only the clock does."""


def records_view(owner_id: str, hub: Hub, read: Callable[[], Awaitable[JsonObject]]) -> ReadView:
    """An owner's numbers. Whatever is heard of them says that they changed."""
    return ReadView(
        "records",
        hub,
        Reading(
            channels=(keys.records_channel(owner_id),),
            value=read,
            gap=READ_GAP_SECONDS,
            concerns=lambda _payload: True,
            again_after=lambda _value: READ_AGAIN_SECONDS,
        ),
    )
