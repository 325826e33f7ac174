"""How long a request may stay silent before its body is whole: one that stops in the middle must not hold anything."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.protocol.problems import Problem, Refused


class BodyStopped(Refused):
    """Nothing more of the body came for too long. The connection ends with the answer: its body is not whole."""

    def __init__(self, seconds: float) -> None:
        problem = Problem(408, "body_stopped", {"limit": int(seconds) if seconds.is_integer() else seconds})
        super().__init__(problem, {"Connection": "close"})


class Patience:
    """ASGI middleware: asking for more of a body raises BodyStopped when nothing comes for so many seconds.

    Only waiting for the client counts, not what the server does with what has come; and once the body is whole or the
    answer has begun, a client may be silent for as long as it likes.
    """

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        open_ended = False

        async def receiving() -> Message:
            nonlocal open_ended
            if open_ended:
                return await receive()
            try:
                async with asyncio.timeout(self._seconds):
                    message = await receive()
            except TimeoutError:
                raise BodyStopped(self._seconds) from None
            open_ended = not message.get("more_body", False)
            return message

        async def sending(message: Message) -> None:
            nonlocal open_ended
            open_ended = True
            await send(message)

        await self._app(scope, receiving, sending)
