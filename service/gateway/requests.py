"""uvicorn's HTTP class, with problems for its plain words where a request is refused before anybody reads it."""

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from service.gateway.errors import problem_response
from service.protocol.problems import Refused, refused

LONGEST_ADDRESS = 65_535
"""Bytes of path and query: more the parser of addresses does not take. Nothing of a longer one is kept."""


class AddressTooLong(Exception):
    """Ends the parsing of a request."""


class Requests(HttpToolsProtocol):
    """One connection. After such an answer it is closed, since nobody knows where the next request begins."""

    url = b""
    _refused: Refused | None = None

    def on_url(self, url: bytes) -> None:
        """Takes a piece of the address."""
        if len(self.url) + len(url) > LONGEST_ADDRESS:
            self.url = b""
            self._refused = refused(414, "address_too_long", limit=LONGEST_ADDRESS)
            raise AddressTooLong
        super().on_url(url)

    def send_400_response(self, msg: str) -> None:
        """Answers what cannot be parsed."""
        refusal = self._refused or refused(400, "bad_request", reason="it is no HTTP request")
        response = problem_response(refusal)
        lines = [STATUS_LINE[response.status_code]]
        for name, value in (
            *self.server_state.default_headers,
            *response.raw_headers,
            (b"connection", b"close"),
        ):
            lines.extend((name, b": ", value, b"\r\n"))
        self.transport.write(b"".join((*lines, b"\r\n", response.body)))
        self.transport.close()
