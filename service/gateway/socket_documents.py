"""What those need who write a client: the AsyncAPI document, for programs and people, and a client to take along."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response

from service import client
from service.gateway.answers import json_answer
from service.gateway.operation import Answer, Operation
from service.gateway.socket_page import socket_page
from service.protocol.asyncapi import asyncapi

_CLIENT = Path(client.__file__)


class SocketDocuments:
    """`/asyncapi.json`, `/asyncapi` and `/client.py`."""

    def __init__(self, version: str) -> None:
        self._document = asyncapi(version)
        self._page = socket_page(self._document)

    def operations(self) -> list[Operation]:
        """For the routes."""
        return [
            Operation(
                "GET",
                "/asyncapi.json",
                self.asyncapi,
                "The socket's frames, topics and close codes.",
                (Answer(),),
                open_to_all=True,
            ),
            Operation(
                "GET",
                "/asyncapi",
                self.page,
                "The same as a page for people.",
                (Answer(media_type="text/html"),),
                open_to_all=True,
            ),
            Operation(
                "GET",
                "/client.py",
                self.client,
                "A Python client for the socket, in one module.",
                (Answer(media_type="text/x-python"),),
                open_to_all=True,
            ),
        ]

    async def asyncapi(self, _request: Request) -> Response:
        """The AsyncAPI document."""
        return json_answer(self._document, headers={"Cache-Control": "no-cache"})

    async def page(self, _request: Request) -> Response:
        """The AsyncAPI document, to be read."""
        return HTMLResponse(self._page, headers={"Cache-Control": "no-cache"})

    async def client(self, _request: Request) -> Response:
        """The module's source."""
        return FileResponse(_CLIENT, media_type="text/x-python", filename="headway_client.py")
