"""uvicorn's WebSocket class, with what ASGI does not offer: ending a connection at once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.websockets import WebSocket
from uvicorn._types import ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

EXTENSION = "headway.wire"
LARGEST_FRAME = 65536


@dataclass(frozen=True)
class WireEnd:
    """What the server offers for one connection."""

    abort: Callable[[], None]


class LiveProtocol(WebSocketsSansIOProtocol):
    """Offers WireEnd in the scope's extensions. `transport.close()` would wait for a reader that never reads."""

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if not self.close_sent:
            extensions: dict[str, Any] = self.scope.setdefault("extensions", {}) or {}
            extensions[EXTENSION] = WireEnd(self.transport.abort)

    async def send(self, message: ASGISendEvent) -> None:
        """As uvicorn's, which takes a handshake that was answered by a response for one that never was."""
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and not message.get("more_body", False):
            self.handshake_complete = True


def wire_end(websocket: WebSocket) -> WireEnd | None:
    """What the server offers; None under another server, where a connection can only be closed."""
    return websocket.scope.get("extensions", {}).get(EXTENSION)


def server_options() -> dict[str, Any]:
    """What uvicorn must be started with. No deflate, so that a frame built once fits all; the heartbeat is ours."""
    return {
        "ws": LiveProtocol,
        "ws_max_size": LARGEST_FRAME,
        "ws_per_message_deflate": False,
        "ws_ping_interval": None,
        "ws_ping_timeout": None,
    }
